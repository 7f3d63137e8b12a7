"""Running cases go over to the version in force: tried first, then sent on their way, with how far they are."""

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

from casework.pages.door import ViewerRequest, page
from casework.queries import studio
from casework.services import diagrams, migrating
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
    if request.method == "POST":
        going = migrating.start(matter, version, elements=elements, by=request.viewer)
        said = ngettext("%(count)d case goes over.", "%(count)d cases go over.", going)
        messages.success(request, said % {"count": going})
        return redirect("studio:migrate", key=key)
    return TemplateResponse(request, "studio/migrate.html", _context(matter, version, elements))


def _context(matter: Definition, version: Version, elements: dict[str, str]) -> dict[str, object]:
    trials = migrating.tried(matter, version, elements=elements, now=database_now())
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
        "progress": migrating.progress(version),
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


urlpatterns = [path("<slug:key>/migrate/", migrate, name="migrate")]
