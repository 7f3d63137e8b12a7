"""The drawing board: a matter's diagram in the browser, kept as it is drawn."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.api.incoming import read_json
from casework.errors import CaseworkError
from casework.pages.door import ViewerRequest, page
from casework.queries import editor as queries
from casework.queries import language, studio
from casework.services import diagrams, drawing_together
from workflows.bpmn import DiagramRefused, Problem
from workflows.errors import DraftChanged


@page
@require_GET
def edit(request: ViewerRequest, key: str) -> HttpResponse:
    """The draft on the board; without one, what is published, which stays in force until the next publishing."""
    diagrams.ensure_may_draw(request.viewer)
    matter = studio.matter_for(key)
    begun = queries.beginning(matter)
    problems = studio.problems_now(begun.version) if begun.version else ()
    context = {
        "section": "studio",
        "matter": matter,
        "title": studio.matter_title(matter),
        "draft": studio.draft_or_none(matter),
        "diagram": {"bpmn": begun.bpmn, "sha256": begun.sha256},
        "known": {**queries.known(begun.version), "functions": language.completions()},
        "help": language.chapters(),
        "problems": [_told(problem) for problem in problems],
    }
    return TemplateResponse(request, "studio/edit.html", context)


@page
@require_POST
def save(request: ViewerRequest, key: str) -> HttpResponse:
    """Keep what was drawn. 409 when somebody else changed the draft since; `base` null keeps it, and sets that aside."""
    diagrams.ensure_may_draw(request.viewer)
    asked = body_of(request)
    if asked is None or not isinstance(asked.get("bpmn"), str):
        return JsonResponse({"message": _("What arrived could not be read.")}, status=400)
    studio.matter_for(key)
    base = asked.get("base")
    try:
        bpmn = asked["bpmn"].encode()
        if isinstance(base, str):
            kept, problems = diagrams.keep_draft(key, bpmn=bpmn, base=base, by=request.viewer)
        else:
            kept, problems = drawing_together.keep_over(key, bpmn=bpmn, by=request.viewer)
    except DiagramRefused as refused:
        return JsonResponse({"message": _told(refused.problems[0])["message"]}, status=422)
    except DraftChanged as changed:
        return JsonResponse({"who": changed.who, "saved_at": changed.at}, status=409)
    return JsonResponse(
        {"sha256": kept.sha256, "saved_at": kept.saved_at, "problems": [_told(one) for one in problems]}
    )


@page
@require_POST
def read(request: ViewerRequest, key: str) -> HttpResponse:
    """What the reader of expressions says to a text that is still being written."""
    diagrams.ensure_may_draw(request.viewer)
    studio.matter_for(key)
    asked = body_of(request)
    if asked is None:
        return JsonResponse({"message": _("What arrived could not be read.")}, status=400)
    given = asked.get("names")
    names = [name for name in given if isinstance(name, str)] if isinstance(given, list) else []
    found = queries.reading(str(asked.get("kind", "")), str(asked.get("text", "")), known_names=names)
    return JsonResponse(found)


def body_of(request: ViewerRequest) -> dict[str, Any] | None:
    """The JSON that was sent; None when it is none, or too much."""
    if len(request.body) > settings.DIAGRAM_BYTES * 2:
        return None
    try:
        body = read_json(request.body)
    except CaseworkError:
        return None
    return body if isinstance(body, dict) else None


def _told(problem: Problem) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    return {
        "severity": problem.severity,
        "code": problem.code,
        "element": problem.element,
        "line": problem.line,
        "message": problem.text(language),
        "hint": problem.hint(language),
    }


urlpatterns = [
    path("<slug:key>/edit/", edit, name="edit"),
    path("<slug:key>/edit/save/", save, name="edit_save"),
    path("<slug:key>/edit/read/", read, name="edit_read"),
]
