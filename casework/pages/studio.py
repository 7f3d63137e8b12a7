"""The studio: the library of matters, one matter's diagram and problems, its versions, the gate before publishing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.errors import NotFound, NotValid
from casework.pages import drawing_together, editor, formdesign, migration, publishing, tabledesign, trial
from casework.pages.door import ViewerRequest, page
from casework.queries import studio as queries
from casework.queries.publishing import review_inbox
from casework.services import diagrams
from workflows.bpmn import DiagramRefused
from workflows.errors import NoDraft
from workflows.models import Definition, Version

app_name = "studio"
TABS = {
    "all": gettext_lazy("All"),
    "drafts": gettext_lazy("With a draft"),
    "problems": gettext_lazy("With problems"),
    "unpublished": gettext_lazy("Not yet published"),
}


def _line() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input"})


class MatterForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Name of the matter"), max_length=120, widget=_line())
    title_en = forms.CharField(
        label=gettext_lazy("Its English name"), max_length=120, required=False, widget=_line()
    )
    key = forms.SlugField(
        label=gettext_lazy("Key"),
        max_length=64,
        widget=_line(),
        help_text=gettext_lazy("For ever: letters, digits, - and _. Scripts and addresses use it."),
    )


class UploadForm(forms.Form):
    diagram = forms.FileField(label=gettext_lazy("Diagram"))


@page
@require_http_methods(["GET", "POST"])
def library(request: ViewerRequest) -> HttpResponse:
    """The cards; `?new` asks for a new matter, which has no address of its own: any word may be a matter's key."""
    diagrams.ensure_may_draw(request.viewer)
    if request.method == "POST" or "new" in request.GET:
        return _create(request)
    show = request.GET.get("show", "all")
    show = show if show in TABS else "all"
    cards, counts = queries.library(show=show)
    tabs = [(name, words, counts[name]) for name, words in TABS.items()]
    context = {
        "cards": cards,
        "tabs": tabs,
        "show": show,
        "matters": counts["all"],
        "running": sum(queries.running_by_matter().values()),
        "reviews": len(review_inbox(request.viewer)),
    }
    return _screen(request, "library", context)


def _create(request: ViewerRequest) -> HttpResponse:
    form = MatterForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            matter = diagrams.create_matter(**form.cleaned_data, by=request.viewer)
        except NotValid as error:
            _show_at(form, error.fields)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Created. Now give it a diagram."))
            return redirect("studio:matter", key=matter.key)
    return _screen(request, "create", {"form": form}, status=422 if form.errors else 200)


@page
@require_GET
def matter(request: ViewerRequest, key: str) -> HttpResponse:
    """The draft if there is one, else the published version."""
    diagrams.ensure_may_draw(request.viewer)
    found = queries.matter_for(key)
    shown = queries.draft_or_none(found) or queries.published_or_none(found)
    return _screen(request, "matter", _matter_context(found, shown))


def _matter_context(found: Definition, shown: Version | None) -> dict[str, Any]:
    problems = queries.findings(shown) if shown else []
    diagram = queries.diagram_of(shown) if shown else None
    return {
        "matter": found,
        "title": queries.matter_title(found),
        "shown": shown,
        "problems": problems,
        "errors": sum(one.severity == "error" for one in problems),
        "marks": queries.problem_marks(problems),
        "outline": queries.outline(diagram, problems) if diagram else [],
        "versions": queries.version_rows(found),
        "upload": UploadForm(),
        "most": settings.DIAGRAM_BYTES // 1024 // 1024,
    }


@page
@require_POST
def draft(request: ViewerRequest, key: str) -> HttpResponse:
    """A diagram comes as a file; what is wrong with it is shown at the drawing."""
    diagrams.ensure_may_draw(request.viewer)
    found = queries.matter_for(key)
    file = request.FILES.get("diagram")
    if file is None or (file.size or 0) > settings.DIAGRAM_BYTES:
        words = _("Choose a file first.") if file is None else _("The file is larger than 2 MB.")
        return _upload_refused(request, found, words=words)
    try:
        _kept, problems = diagrams.keep_draft(key, bpmn=file.read(), by=request.viewer)
    except DiagramRefused as refused:
        language = get_language() or "zh-hans"
        said = [
            {"message": one.text(language), "hint": one.hint(language), "line": one.line}
            for one in refused.problems
        ]
        return _upload_refused(
            request, found, words=_("This file is not a diagram that can be read."), refused=said
        )
    errors = sum(problem.severity == "error" for problem in problems)
    if errors:
        messages.warning(request, _("Kept as the draft. %(count)d must be fixed.") % {"count": errors})
    else:
        messages.success(request, _("Kept as the draft."))
    return redirect("studio:matter", key=key)


def _upload_refused(
    request: ViewerRequest, found: Definition, *, words: str, refused: list[dict[str, Any]] | None = None
) -> HttpResponse:
    shown = queries.draft_or_none(found) or queries.published_or_none(found)
    context = _matter_context(found, shown) | {"upload_error": words, "refused": refused or []}
    return _screen(request, "matter", context, status=422)


@page
@require_GET
def version(request: ViewerRequest, key: str, number: int) -> HttpResponse:
    """One version as it stands for ever: drawing, note, forms as people see them."""
    diagrams.ensure_may_draw(request.viewer)
    found = queries.matter_for(key)
    kept = queries.version_for(found, number)
    context = {
        "matter": found,
        "title": queries.matter_title(found),
        "shown": kept,
        "forms": queries.form_cards(kept, language=get_language() or "zh-hans"),
        "versions": queries.version_rows(found),
    }
    return _screen(request, "version", context)


@page
@require_GET
def draft_forms(request: ViewerRequest, key: str) -> HttpResponse:
    """The forms of the draft as people will see them."""
    diagrams.ensure_may_draw(request.viewer)
    found = queries.matter_for(key)
    kept = queries.draft_or_none(found)
    if kept is None:
        raise NotFound
    context = {
        "matter": found,
        "title": queries.matter_title(found),
        "shown": kept,
        "forms": queries.form_cards(kept, language=get_language() or "zh-hans"),
        "versions": queries.version_rows(found),
    }
    return _screen(request, "version", context)


@page
@require_GET
def bpmn(request: ViewerRequest, key: str, number: int) -> HttpResponse:
    """The XML of a version: for the drawing, and to keep."""
    diagrams.ensure_may_draw(request.viewer)
    return _xml(queries.version_for(queries.matter_for(key), number), key=key)


@page
@require_GET
def draft_bpmn(request: ViewerRequest, key: str) -> HttpResponse:
    diagrams.ensure_may_draw(request.viewer)
    kept = queries.draft_or_none(queries.matter_for(key))
    if kept is None:
        raise NotFound
    return _xml(kept, key=key)


def _xml(kept: Version, *, key: str) -> HttpResponse:
    response = HttpResponse(kept.bpmn.encode(), content_type="application/xml; charset=utf-8")
    name = f"{key}-{kept.number or 'draft'}.bpmn"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@page
@require_POST
def restore(request: ViewerRequest, key: str, number: int) -> HttpResponse:
    """Back to an earlier version: as a draft, which goes through the gate like any other."""
    found = queries.matter_for(key)
    queries.version_for(found, number)
    try:
        diagrams.draft_from(key, number, by=request.viewer)
    except NotValid as error:
        messages.error(request, str(error.message))
        return redirect("studio:version", key=key, number=number)
    return redirect("studio:publish", key=key)


@page
@require_POST
def drop(request: ViewerRequest, key: str) -> HttpResponse:
    """Throw the draft away."""
    queries.matter_for(key)
    try:
        diagrams.drop_draft(key, by=request.viewer)
    except NoDraft as error:
        messages.info(request, str(error.message))
    else:
        messages.success(request, _("The draft is gone. What is in force has not changed."))
    return redirect("studio:matter", key=key)


def _show_at(form: forms.Form, fields: Mapping[str, list[str]]) -> None:
    for name, texts in fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def _screen(
    request: ViewerRequest, name: str, context: Mapping[str, Any], *, status: int = 200
) -> TemplateResponse:
    return TemplateResponse(request, f"studio/{name}.html", {"section": "studio", **context}, status=status)


urlpatterns = [
    path("", library, name="library"),
    path("<slug:key>/", matter, name="matter"),
    path("<slug:key>/draft/", draft, name="draft"),
    path("<slug:key>/draft/forms/", draft_forms, name="draft_forms"),
    path("<slug:key>/draft/bpmn/", draft_bpmn, name="draft_bpmn"),
    path("<slug:key>/versions/<int:number>/", version, name="version"),
    path("<slug:key>/versions/<int:number>/bpmn/", bpmn, name="bpmn"),
    path("<slug:key>/versions/<int:number>/restore/", restore, name="restore"),
    path("<slug:key>/draft/drop/", drop, name="drop"),
    *editor.urlpatterns,
    *drawing_together.urlpatterns,
    *formdesign.urlpatterns,
    *tabledesign.urlpatterns,
    *migration.urlpatterns,
    *publishing.urlpatterns,
    *trial.urlpatterns,
]
