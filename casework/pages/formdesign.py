"""The form designer: a draft's forms in the browser, kept as they are made, shown as people will see them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.errors import NotFound, NotValid
from casework.forms import FieldKind, json_schema
from casework.forms.reading import BOUNDED, IN_A_TABLE
from casework.forms.shape import fault
from casework.pages.door import ViewerRequest, page
from casework.pages.editor import body_of
from casework.queries import editor as board
from casework.queries import formdesign as queries
from casework.queries import language, studio
from casework.services import diagrams, drafting
from workflows.errors import DraftChanged
from workflows.parts import stamp

LANGUAGES = ("zh-hans", "en")


class NewPartForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=120, widget=forms.TextInput(attrs={"class": "input"})
    )
    title_en = forms.CharField(
        label=gettext_lazy("English title"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    key = forms.CharField(
        label=gettext_lazy("Key"),
        max_length=64,
        widget=forms.TextInput(attrs={"class": "input"}),
        help_text=gettext_lazy("Letters, digits, - and _. The diagram names it by its key."),
    )


@page
@require_http_methods(["GET", "POST"])
def form_list(request: ViewerRequest, key: str) -> HttpResponse:
    """The forms of the draft, with the steps that ask for them; a new one is begun here."""
    diagrams.ensure_may_draw(request.viewer)
    matter = studio.matter_for(key)
    drawing, version = queries.drawing_of(matter)
    form = NewPartForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        begun = queries.new_form(said["key"], title=said["title"], title_en=said["title_en"])
        try:
            drafting.add_part(drawing, "forms", said["key"], begun, by=request.viewer)
        except NotValid as error:
            add_faults(form, error)
        else:
            return redirect("studio:form", key=key, form=said["key"])
    context = {
        "section": "studio",
        "matter": matter,
        "title": studio.matter_title(matter),
        "rows": queries.form_rows(version),
        "report_form": version.about.get("report_form") if version else None,
        "form": form,
    }
    return TemplateResponse(request, "studio/forms.html", context, status=422 if form.errors else 200)


def add_faults(form: forms.Form, error: NotValid) -> None:
    for name, texts in (error.fields or {"": [str(error.message)]}).items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


@page
@require_GET
def form_edit(request: ViewerRequest, key: str, form: str) -> HttpResponse:
    """One form on the bench."""
    diagrams.ensure_may_draw(request.viewer)
    matter = studio.matter_for(key)
    opened = queries.opened(matter, "forms", form)
    context = {
        "section": "studio",
        "matter": matter,
        "title": studio.matter_title(matter),
        "draft": studio.draft_or_none(matter),
        "key": form,
        "opened": opened,
        "bench": {
            "form": opened.value,
            "stamp": opened.stamp,
            "steps": [[one.element, one.name] for one in opened.used],
            "names": board.names(opened.version),
            "functions": language.completions(),
            "bounded": sorted(BOUNDED),
            "in_table": sorted(IN_A_TABLE),
            "kinds": sorted(FieldKind),
        },
        "help": language.chapters(),
        "names": board.names(opened.version),
    }
    return TemplateResponse(request, "studio/form.html", context)


@page
@require_POST
def form_save(request: ViewerRequest, key: str, form: str) -> HttpResponse:
    """Keep the form. 409 when somebody else changed it since; `base` null keeps it all the same."""
    diagrams.ensure_may_draw(request.viewer)
    asked = body_of(request)
    if asked is None or "form" not in asked:
        return unreadable()
    drawing, _version = queries.drawing_of(studio.matter_for(key))
    base = asked.get("base")
    try:
        kept = drafting.keep_form(
            drawing, form, asked["form"], base=base if isinstance(base, str) else None, by=request.viewer
        )
    except NotValid as error:
        return refused(error)
    except DraftChanged as changed:
        return JsonResponse({"who": changed.who, "saved_at": changed.at}, status=409)
    return JsonResponse({"sha256": stamp(kept.forms[form]), "saved_at": kept.saved_at})


def unreadable() -> JsonResponse:
    return JsonResponse({"message": _("What arrived could not be read.")}, status=400)


def refused(error: NotValid) -> JsonResponse:
    texts = [text for texts in error.fields.values() for text in texts] if error.fields else []
    return JsonResponse({"message": texts[0] if texts else str(error.message)}, status=422)


@page
@require_POST
def form_preview(request: ViewerRequest, key: str, form: str) -> HttpResponse:
    """The form as people will see it, in HTML, and what is wrong with it."""
    diagrams.ensure_may_draw(request.viewer)
    studio.matter_for(key)
    asked = body_of(request)
    if asked is None:
        return unreadable()
    raw = asked.get("form")
    if words := fault(raw, key=form):
        return JsonResponse({"message": words}, status=422)
    wanted = asked.get("language")
    wanted = wanted if wanted in LANGUAGES else LANGUAGES[0]
    shown, problems = queries.preview(raw, step=str(asked.get("step") or ""), language=wanted)
    with translation.override(wanted):
        html = render_to_string("studio/_preview.html", {"form": shown}) if shown else ""
    told = [{"code": one.code, "field": one.field, "message": str(one.message)} for one in problems]
    return JsonResponse({"html": html, "problems": told})


@page
@require_POST
def form_rename(request: ViewerRequest, key: str, form: str) -> HttpResponse:
    """Another key, in the diagram too."""
    drawing, _version = queries.drawing_of(studio.matter_for(key))
    new = request.POST.get("new", "").strip()
    try:
        drafting.rename_part(drawing, "forms", form, new, by=request.viewer)
    except NotValid as error:
        messages.error(request, first_fault(error))
        return redirect("studio:forms", key=key)
    messages.success(request, _("Renamed, in the diagram too."))
    return redirect("studio:forms", key=key)


def first_fault(error: NotValid) -> str:
    return next((texts[0] for texts in (error.fields or {}).values() if texts), str(error.message))


@page
@require_POST
def form_drop(request: ViewerRequest, key: str, form: str) -> HttpResponse:
    """Throw a form away that no step asks for."""
    drawing, _version = queries.drawing_of(studio.matter_for(key))
    try:
        drafting.drop_part(drawing, "forms", form, by=request.viewer)
    except NotValid as error:
        messages.error(request, first_fault(error))
    else:
        messages.success(request, _("The form is gone from the draft."))
    return redirect("studio:forms", key=key)


@page
@require_POST
def form_reporting(request: ViewerRequest, key: str, form: str) -> HttpResponse:
    """Whether the reporter is asked this form."""
    drawing, _version = queries.drawing_of(studio.matter_for(key))
    wanted = request.POST.get("wanted") == "1"
    try:
        drafting.ask_when_reporting(drawing, form, wanted=wanted, by=request.viewer)
    except NotValid as error:
        messages.error(request, first_fault(error))
    return redirect("studio:forms", key=key)


@page
@require_GET
def form_schema(request: ViewerRequest, key: str, form: str) -> HttpResponse:
    """JSON Schema of the form, as a step asks it where `step` names one."""
    diagrams.ensure_may_draw(request.viewer)
    opened = queries.opened(studio.matter_for(key), "forms", form)
    definition, problems = queries.readable(opened.value)
    if definition is None or problems:
        raise NotFound
    asked = definition.at(request.GET.get("step", ""))
    answer = JsonResponse(schema_of(asked), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="{key}-{form_name(form)}.schema.json"'
    return answer


def schema_of(definition: Any) -> dict[str, Any]:  # Any: a FormDefinition
    return json_schema(definition, language=translation.get_language() or "zh-hans")


def form_name(form: str) -> str:
    """A key for a header, which takes no Chinese."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "_" for sign in form)


urlpatterns = [
    path("<slug:key>/forms/", form_list, name="forms"),
    path("<slug:key>/forms/<str:form>/", form_edit, name="form"),
    path("<slug:key>/forms/<str:form>/save/", form_save, name="form_save"),
    path("<slug:key>/forms/<str:form>/preview/", form_preview, name="form_preview"),
    path("<slug:key>/forms/<str:form>/rename/", form_rename, name="form_rename"),
    path("<slug:key>/forms/<str:form>/drop/", form_drop, name="form_drop"),
    path("<slug:key>/forms/<str:form>/reporting/", form_reporting, name="form_reporting"),
    path("<slug:key>/forms/<str:form>/schema/", form_schema, name="form_schema"),
]
