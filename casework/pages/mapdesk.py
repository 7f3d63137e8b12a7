"""The map at the desk: the list of cases as points, with what lies in view or in a lasso beside it."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from casework.errors import NotValid, NotYours
from casework.models import CaseStatus
from casework.pages.deskparts import whole_number
from casework.pages.door import ViewerRequest, page
from casework.queries import mapcases, search
from casework.queries.inbox import waiting_count
from casework.queries.mapoutlines import ZOOMS, Box, box_of, extent, outlines_in, outlines_stamp
from casework.queries.mappeople import nearest_people
from casework.queries.search import Wanted
from casework.services.organising.outlines import may_draw

DAYS = 7  # what is shown if nothing is said
PERIODS = {1: gettext_lazy("1 day"), 7: gettext_lazy("7 days"), 30: gettext_lazy("30 days")}
SIGNS = {
    "over": gettext_lazy("Overdue"),
    "soon": gettext_lazy("Due soon"),
    "new": gettext_lazy("To sign for"),
    "doing": gettext_lazy("Under way"),
    "hold": gettext_lazy("Suspended"),
    "done": gettext_lazy("Closed"),
}


@page
@require_GET
def map_page(request: ViewerRequest) -> HttpResponse:
    """The list stands there before any script runs, and stays if none does."""
    now, viewer = timezone.now(), request.viewer
    wanted = wanted_of(request)
    context: dict[str, Any] = {
        "wanted": wanted,
        "days": days_of(request),
        "periods": PERIODS,
        "statuses": CaseStatus.choices,
        "matters": search.matters(viewer),
        "areas": search.areas(viewer),
        "inbox_count": waiting_count(viewer),
        "signs": SIGNS,
        "extent": extent(viewer),
        "home": viewer.home_area or "",
        "may_find_people": viewer.has_power("dispatch"),
        "may_draw": may_draw(viewer),
        "tiles": tiles(),
        "selection": mapcases.in_box(viewer, wanted, None, now=now),
    }
    return TemplateResponse(request, "desk/map.html", context)


@page
@require_GET
def map_list(request: ViewerRequest) -> HttpResponse:
    """The rows beside the map: of a lasso (`ring`), of what is in view (`box`), or all."""
    now, ring = timezone.now(), request.GET.get("ring", "")
    if ring:
        corners = mapcases.ring_of(ring)
        if corners is None:
            raise NotValid(_("This isn't an outline on a map."))
        chosen = mapcases.in_ring(request.viewer, wanted_of(request), corners, now=now)
    else:
        box = _box(request) if request.GET.get("box") else None
        chosen = mapcases.in_box(request.viewer, wanted_of(request), box, now=now)
    return TemplateResponse(request, "desk/_map_list.html", {"selection": chosen, "is_lasso": bool(ring)})


@page
@require_GET
def map_points(request: ViewerRequest) -> HttpResponse:
    """The cases in view as GeoJSON, gathered where they lie close."""
    found = mapcases.points(
        request.viewer, wanted_of(request), _box(request), zoom=_zoom(request), now=timezone.now()
    )
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})
    return _unless_known(request, answer, tag=sha256(answer.content).hexdigest()[:20])


@page
@require_GET
def map_outlines(request: ViewerRequest) -> HttpResponse:
    """The outlines in view, simplified for the zoom; 304 while they are the same, without a look at them."""
    box, zoom = _box(request), _zoom(request)
    tag = sha256(f"{outlines_stamp(request.viewer)} {box} {zoom}".encode()).hexdigest()[:20]
    if request.headers.get("If-None-Match") == f'"{tag}"':
        return HttpResponseNotModified(headers={"ETag": f'"{tag}"'})
    told = outlines_in(request.viewer, box, zoom=zoom)
    return _unless_known(request, HttpResponse(told, content_type="application/json"), tag=tag)


@page
@require_GET
def map_people(request: ViewerRequest) -> HttpResponse:
    """The nearest people on duty about a place, for those who direct work."""
    if not request.viewer.has_power("dispatch"):
        raise NotYours
    at = box_of(",".join([request.GET.get("at", "")] * 2))
    if at is None:
        raise NotValid(_("This isn't a place on a map."))
    near = nearest_people(request.viewer, at.south, at.west, now=timezone.now())
    return TemplateResponse(request, "desk/_map_people.html", {"people": near})


def wanted_of(request: ViewerRequest, *, days: int = DAYS) -> Wanted:
    """What the address narrows the cases to, on the map and on the list; `days` where it names none, 0 is any time."""
    named = {name: request.GET.get(name, "")[:64] for name in ("status", "matter", "area")}
    days = days_of(request, days=days)
    return Wanted(**named, since=timezone.now() - timedelta(days=days) if days else None)


def tiles() -> dict[str, str]:
    """What a map's script and its corner need to know of tiles."""
    return {
        "url": settings.TILES_URL,
        "crs": settings.TILES_CRS,
        "attribution": settings.TILES_ATTRIBUTION,
        "approval": settings.MAP_APPROVAL,
    }


def days_of(request: ViewerRequest, *, days: int = DAYS) -> int:
    named = whole_number(request.GET.get("days", ""))
    return days if named is None else min(named, 3660)


def _box(request: ViewerRequest) -> Box:
    box = box_of(request.GET.get("box", ""))
    if box is None:
        raise NotValid(_("This isn't a part of a map."))
    return box


def _zoom(request: ViewerRequest) -> int:
    zoom = whole_number(request.GET.get("zoom", "")) or 0
    return min(max(zoom, ZOOMS[0]), ZOOMS[-1])


def _unless_known(request: ViewerRequest, answer: HttpResponse, *, tag: str) -> HttpResponse:
    if request.headers.get("If-None-Match") == f'"{tag}"':
        return HttpResponseNotModified(headers={"ETag": f'"{tag}"'})
    answer["ETag"], answer["Cache-Control"] = f'"{tag}"', "private, no-cache"
    return answer


desk_patterns = [
    path("map/", map_page, name="map"),
    path("map/list/", map_list, name="map_list"),
    path("map/points/", map_points, name="map_points"),
    path("map/outlines/", map_outlines, name="map_outlines"),
    path("map/people/", map_people, name="map_people"),
]
