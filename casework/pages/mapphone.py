"""The phone's map. All that is on it stands in its list too, which the script reads its points from."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from casework.pages.door import ViewerRequest, page
from casework.pages.mapdesk import SIGNS, tiles
from casework.queries.mapphone import phone_map


@page
@require_GET
def grid_map(request: ViewerRequest) -> HttpResponse:
    now, viewer = timezone.now(), request.viewer
    context = {
        "now": now,
        "map": phone_map(viewer, now=now),
        "home": viewer.home_area or "",
        "signs": SIGNS,
        "tiles": tiles(),
    }
    return TemplateResponse(request, "phone/map.html", context)


phone_patterns = [path("map/", grid_map, name="map")]
