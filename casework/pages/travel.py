"""A case's way through time: its diagram, painted as it stood after each act, and the same as a list."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from casework.pages.door import ViewerRequest, page
from casework.queries.cases import access_case
from casework.queries.travel import travel as moments_of


@page
@require_GET
def travel(request: ViewerRequest, number: str) -> HttpResponse:
    """For everybody who may see the case."""
    case = access_case(request.viewer, number)
    moments = moments_of(case)
    context = {
        "case": case,
        "moments": moments,
        "marks": [{"now": moment.now, "done": moment.done} for moment in moments],
    }
    return TemplateResponse(request, "desk/travel.html", context)
