"""The drawing board when there are two at it: who else is there, and both drawings after they met."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.pages.door import ViewerRequest, page
from casework.pages.editor import body_of
from casework.pages.formdesign import unreadable
from casework.queries import drawing_together as queries
from casework.queries import studio
from casework.services import diagrams
from casework.services import drawing_together as services
from casework.services.locks import database_now
from workflows.bpmn import DiagramRefused


@page
@require_POST
def here(request: ViewerRequest, key: str) -> HttpResponse:
    """The page is open (`leave`: no more); the answer says who else has it open and who kept last."""
    diagrams.ensure_may_draw(request.viewer)
    matter = studio.matter_for(key)
    asked = body_of(request)
    if asked is None:
        return unreadable()
    now = database_now()
    if asked.get("leave"):
        services.leave(matter, by=request.viewer)
    else:
        services.come(matter, now=now, by=request.viewer)
    return JsonResponse(queries.company(matter, viewer=request.viewer, now=now))


@page
@require_POST
def give_way(request: ViewerRequest, key: str) -> HttpResponse:
    """Set my drawing aside, and leave the other's as the draft."""
    diagrams.ensure_may_draw(request.viewer)
    matter = studio.matter_for(key)
    asked = body_of(request)
    if asked is None or not isinstance(asked.get("bpmn"), str):
        return unreadable()
    try:
        services.give_way(matter.key, bpmn=asked["bpmn"].encode(), by=request.viewer)
    except DiagramRefused as refused:
        return JsonResponse({"message": refused.problems[0].text()}, status=422)
    return JsonResponse({})


@page
@require_http_methods(["GET", "POST"])
def aside(request: ViewerRequest, key: str, aside_id: int) -> HttpResponse:
    """A drawing that was set aside beside the draft; a POST takes it over."""
    diagrams.ensure_may_draw(request.viewer)
    matter = studio.matter_for(key)
    found = queries.aside_for(matter, aside_id)
    if request.method == "POST":
        services.take_over(found, by=request.viewer)
        messages.success(request, _("Taken over. What was the draft is set aside."))
        return redirect("studio:edit", key=key)
    there = queries.standing(matter)
    context = {
        "section": "studio",
        "matter": matter,
        "title": studio.matter_title(matter),
        "aside": found,
        "there": there,
        "changes": queries.differences(there, found),
    }
    return TemplateResponse(request, "studio/aside.html", context)


@page
@require_GET
def aside_bpmn(request: ViewerRequest, key: str, aside_id: int) -> HttpResponse:
    diagrams.ensure_may_draw(request.viewer)
    found = queries.aside_for(studio.matter_for(key), aside_id)
    answer = HttpResponse(found.bpmn.encode(), content_type="application/xml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{key}-{found.pk}-aside.bpmn"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


urlpatterns = [
    path("<slug:key>/edit/here/", here, name="edit_here"),
    path("<slug:key>/edit/aside/", give_way, name="edit_aside"),
    path("<slug:key>/edit/aside/<int:aside_id>/", aside, name="aside"),
    path("<slug:key>/edit/aside/<int:aside_id>/bpmn/", aside_bpmn, name="aside_bpmn"),
]
