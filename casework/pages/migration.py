"""Running cases go over to the version in force: tried first, then sent on their way; how far they are, and back again."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from casework.errors import NotFound
from casework.pages.deskparts import whole_number
from casework.pages.door import ViewerRequest, page
from casework.queries import movings, studio
from casework.services import diagrams, migrating, migrating_back
from casework.services.locks import database_now
from workflows.models import Definition, Version


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where cases stand whose element the new version lacks, with what it may become."""

    element: str
    name: str
    number: int | None
    cases: int
    chosen: str


@page
@require_http_methods(["GET", "POST"])
def migrate(request: ViewerRequest, key: str) -> HttpResponse:
    """A GET with `to.<element>` tries that mapping; a POST sends the cases that can go."""
    diagrams.ensure_may_draw(request.viewer)
    matter = studio.matter_for(key)
    version = studio.published_or_none(matter)
    if version is None:
        messages.info(request, _("Nothing is published yet."))
        return redirect("studio:matter", key=key)
    asked = request.POST if request.method == "POST" else request.GET
    elements = {name[3:]: str(asked[name]) for name in asked if name.startswith("to.")}
    if request.method == "GET":
        return TemplateResponse(request, "studio/migrate.html", _context(request, matter, version, elements))
    moving = migrating.start(matter, version, elements=elements, by=request.viewer)
    if moving is None:
        messages.info(request, _("No case can go over."))
        return redirect("studio:migrate", key=key)
    return redirect("studio:moving", key=key, moving=moving.pk)


def _context(
    request: ViewerRequest, matter: Definition, version: Version, elements: dict[str, str]
) -> dict[str, object]:
    trials = migrating.tried(matter, version, elements=elements, now=database_now(), by=request.viewer)
    diagram = studio.diagram_of(version)
    return {
        "section": "studio",
        "matter": matter,
        "title": studio.matter_title(matter),
        "version": version,
        "going": [trial for trial in trials if trial.can_go],
        "staying": [trial for trial in trials if not trial.can_go],
        "places": _places(matter, version, elements),
        "targets": sorted(studio.element_names(diagram).items(), key=lambda pair: pair[1]) if diagram else [],
        "movings": movings.recent(matter),
    }


def _places(matter: Definition, version: Version, elements: dict[str, str]) -> list[Place]:
    new = studio.diagram_of(version)
    suggestions: dict[str, str] = {}
    for old in Version.objects.filter(definition=matter, status="retired"):
        before = studio.diagram_of(old)
        if before and new:
            suggestions |= migrating.suggested(before, new)
    return [
        Place(
            element=at.element,
            name=at.name,
            number=at.number,
            cases=at.cases,
            chosen=elements.get(at.element, suggestions.get(at.element, "")),
        )
        for at in studio.standing_cases(matter, version)
        if at.is_gone and at.number != version.number
    ]


@page
@require_http_methods(["GET", "POST"])
def moving(request: ViewerRequest, key: str, moving: int) -> HttpResponse:
    """One batch, how far it is; a POST pauses it, lets it go on, or undoes it or one of its cases."""
    diagrams.ensure_may_draw(request.viewer)
    matter = studio.matter_for(key)
    batch = movings.batch_for(matter, moving)
    if request.method == "POST":
        _act(request, batch.id)
        return redirect("studio:moving", key=key, moving=moving)
    state = request.GET.get("state", "")
    rows, pages = movings.cases_of(
        batch, cursor=request.GET.get("cursor", ""), state=state, viewer=request.viewer
    )
    context = {
        "section": "studio",
        "matter": matter,
        "title": studio.matter_title(matter),
        "batch": batch,
        "state": state,
        "rows": rows,
        "pages": pages,
    }
    return TemplateResponse(request, "studio/moving.html", context)


def _act(request: ViewerRequest, moving: int) -> None:
    match request.POST.get("act"):
        case "pause":
            migrating_back.pause(moving, by=request.viewer)
        case "go_on":
            migrating_back.go_on(moving, by=request.viewer)
        case "undo":
            row = request.POST.get("row", "")
            only = [whole_number(row) or 0] if row else None  # what is no row is none, never all of them
            going = migrating_back.undo(moving, by=request.viewer, only=only)
            said = ngettext("%(count)d case goes back.", "%(count)d cases go back.", going)
            messages.success(request, said % {"count": going})
        case _:
            raise NotFound


urlpatterns = [
    path("<slug:key>/migrate/", migrate, name="migrate"),
    path("<slug:key>/migrate/<int:moving>/", moving, name="moving"),
]
