"""Outlines of areas at the desk: choose one, draw it on the map or as a list of corners, look back, take it away."""

from __future__ import annotations

import json
from typing import Any

import shapely
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.errors import NotYours
from casework.pages.deskparts import whole_number
from casework.pages.door import ViewerRequest, page, status_of
from casework.pages.mapdesk import tiles
from casework.queries.areaoutlines import SHOWN, areas_to_draw, geojson_of, sheet_of
from casework.queries.inbox import waiting_count
from casework.services.organising.bounds import POWER
from casework.services.organising.outlines import area_to_draw, draw, may_draw
from grid.models import Area
from grid.services.outlines import Drawn, OutlineChanged, OutlineRefused, check_corners
from grid.shapes import Flaw

MOST_TEXT = 400_000  # signs of a list of corners


@page
@require_GET
def outlines(request: ViewerRequest) -> HttpResponse:
    """The areas one may draw."""
    if not may_draw(request.viewer):
        raise NotYours
    asked, inside = request.GET.get("q", "").strip()[:60], request.GET.get("inside", "")[:17]
    found = list(areas_to_draw(request.viewer, asked=asked, inside=inside)[: SHOWN + 1])
    context = {
        "areas": found[:SHOWN],
        "has_more": len(found) > SHOWN,
        "asked": asked,
        "inside": Area.objects.filter(code=inside).first() if inside else None,
        "may_import": request.viewer.has_power(POWER),
        "inbox_count": waiting_count(request.viewer),
    }
    return TemplateResponse(request, "desk/outlines/list.html", context)


@page
@require_http_methods(["GET", "POST"])
def outline(request: ViewerRequest, area_code: str) -> HttpResponse:
    """The drawing board. The list of corners is the form; the map beside it writes into the list."""
    area = area_to_draw(area_code, by=request.viewer)
    if request.method != "POST":
        return _board(request, area, version=whole_number(request.GET.get("version", "")))
    drawn = Drawn(
        corners=request.POST.get("corners", "")[:MOST_TEXT],
        seen=whole_number(request.POST.get("seen", "")) or 0,
        note=request.POST.get("note", ""),
        restores=whole_number(request.POST.get("restores", "")),
    )
    try:
        row = draw(area_code, drawn, by=request.viewer)
    except OutlineChanged as refused:
        return _board(request, area_to_draw(area_code, by=request.viewer), drawn=drawn, refused=refused)
    except OutlineRefused as refused:
        return _board(request, area, drawn=drawn, refused=refused, flaws=refused.flaws)
    said = _("The outline of “%(name)s” is stored as version %(n)d.") if row else _("Nothing was changed.")
    messages.success(request, said % {"name": area.name, "n": row.version} if row else said)
    return redirect("desk:outline", area_code)


@page
@require_POST
def check(request: ViewerRequest, area_code: str) -> HttpResponse:
    """What the server says of a list of corners while it is drawn; nothing is stored."""
    area = area_to_draw(area_code, by=request.viewer)
    return TemplateResponse(
        request,
        "desk/outlines/_flaws.html",
        told_of(check_corners(area, request.POST.get("corners", "")[:MOST_TEXT])),
    )


@page
@require_GET
def export(request: ViewerRequest) -> HttpResponse:
    """An area and those in it as GeoJSON, in the form in which they can be read in again."""
    area = area_to_draw(request.GET.get("area", ""), by=request.viewer)
    answer = HttpResponse(geojson_of(request.viewer, area.code), content_type="application/geo+json")
    answer["Content-Disposition"] = f'attachment; filename="outlines-{area.code}.geojson"'
    return answer


def told_of(flaws: list[Flaw]) -> dict[str, Any]:
    """The words, and the places as shapes for the map."""
    shapes = [
        [flaw.code, json.loads(shapely.to_geojson(flaw.shape))] for flaw in flaws if flaw.shape is not None
    ]
    return {
        "flaws": flaws,
        "shapes": json.dumps(shapes),
        "is_forbidden": any(flaw.forbids for flaw in flaws),
        "is_checked": True,
    }


def _board(
    request: ViewerRequest,
    area: Area,
    *,
    version: int | None = None,
    drawn: Drawn | None = None,
    refused: OutlineChanged | OutlineRefused | None = None,
    flaws: list[Flaw] | None = None,
) -> HttpResponse:
    """What somebody has drawn stays in the form, whatever became of it."""
    sheet = sheet_of(area, version=version)
    context = {
        "sheet": sheet,
        "area": area,
        "corners": drawn.corners if drawn else sheet.corners,
        "note": drawn.note if drawn else "",
        "restores": drawn.restores if drawn else sheet.restores,
        "refused": refused,
        "theirs": sheet.corners if isinstance(refused, OutlineChanged) else "",
        "by_last": sheet.history[0] if sheet.history else None,
        "tiles": tiles(),
        "inbox_count": waiting_count(request.viewer),
        **told_of(flaws or []),
        "is_checked": flaws is not None,
    }
    status = status_of(refused) if refused else 200
    return TemplateResponse(request, "desk/outlines/draw.html", context, status=status)


desk_patterns = [
    path("outlines/", outlines, name="outlines"),
    path("outlines/export/", export, name="outline_export"),
    path("outlines/<slug:area_code>/", outline, name="outline"),
    path("outlines/<slug:area_code>/check/", check, name="outline_check"),
]
