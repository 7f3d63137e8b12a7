"""The editor of decision tables: a draft's tables as grids, kept as DMN, checked and tried while they are written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.errors import NotFound, NotValid
from casework.pages.door import ViewerRequest, page
from casework.pages.editor import body_of
from casework.pages.formdesign import NewPartForm, add_faults, first_fault, form_name, refused, unreadable
from casework.queries import editor as board
from casework.queries import formdesign, language, studio
from casework.queries import tabledesign as queries
from casework.rules.grids import (
    AGGREGATIONS,
    POLICIES,
    Column,
    Grid,
    GridRule,
    NotAGridError,
    decisions_in,
    dmn_with,
    grid_of,
    read_grid,
)
from casework.services import diagrams, drafting
from casework.services.locks import database_now
from workflows.bpmn import DiagramRefused
from workflows.engine.decisions import read_tables
from workflows.errors import DraftChanged
from workflows.parts import stamp


class ImportForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("DMN file"))


@page
@require_http_methods(["GET", "POST"])
def table_list(request: ViewerRequest, key: str) -> HttpResponse:
    """The tables of the draft, with the steps that ask them; a new one is begun here, or read from a file."""
    diagrams.ensure_may_draw(request.viewer)
    matter = studio.matter_for(key)
    drawing, version = formdesign.drawing_of(matter)
    is_file = "file" in request.FILES
    form = NewPartForm(request.POST if request.method == "POST" and not is_file else None)
    fault = ""
    if is_file or form.is_valid():
        try:
            name, text = _imported(request) if is_file else _begun(form.cleaned_data)
            drafting.add_part(drawing, "tables", name, text, by=request.viewer)
        except NotValid as error:
            fault = first_fault(error) if is_file else ""
            if not is_file:
                add_faults(form, error)
        else:
            return redirect("studio:table", key=key, table=name)
    context = {
        "section": "studio",
        "matter": matter,
        "title": studio.matter_title(matter),
        "rows": queries.table_rows(version),
        "form": form,
        "fault": fault,
    }
    status = 422 if form.errors or fault else 200
    return TemplateResponse(request, "studio/tables.html", context, status=status)


def _begun(said: dict[str, Any]) -> tuple[str, str]:
    name = said["key"]
    grid = Grid(
        id=name.removesuffix(".dmn"),
        title=said["title"],
        policy="FIRST",
        inputs=(Column(label=_("Fact"), expression=""),),
        outputs=(Column(label=_("Answer"), name=_("Answer")),),
        rules=(GridRule(tests=("",), results=("",)),),
    )
    try:
        return name, dmn_with(grid)
    except ValueError as error:  # no name for an XML element
        raise NotValid(fields={"key": [_("This key can't be used.")]}) from error


def _imported(request: ViewerRequest) -> tuple[str, str]:
    """A DMN file as it is, under its own name."""
    file = request.FILES.get("file")
    assert file is not None, "asked for without a file"
    if (file.size or 0) > drafting.MOST_TABLE_BYTES:
        raise NotValid(_("The table is too large."))
    data = file.read()
    try:
        read_tables(data)
        text = data.decode("utf-8-sig")
    except DiagramRefused as error:
        raise NotValid("；".join(one.text(_language(request)) for one in error.problems[:3])) from error
    except UnicodeDecodeError as error:
        raise NotValid(_("The file is not UTF-8 text.")) from error
    name = form_name((file.name or "").rsplit(".", 1)[0]).lstrip("-_0123456789") or "table"
    return name[: drafting.MOST_NAME], text


def _language(request: ViewerRequest) -> str:
    return request.LANGUAGE_CODE or "zh-hans"


@page
@require_GET
def table_edit(request: ViewerRequest, key: str, table: str) -> HttpResponse:
    """One table on the bench; `decision` picks one of several in a file."""
    diagrams.ensure_may_draw(request.viewer)
    matter = studio.matter_for(key)
    opened = formdesign.opened(matter, "tables", table)
    grid, decisions = _read(opened.value, request.GET.get("decision", ""))
    names = board.names(opened.version)
    context = {
        "section": "studio",
        "matter": matter,
        "title": studio.matter_title(matter),
        "draft": studio.draft_or_none(matter),
        "key": table,
        "opened": opened,
        "decisions": [(id, name) for id, name, is_table in decisions if is_table],
        "grid": grid,
        "bench": {
            "grid": grid.as_json() if grid else None,
            "stamp": opened.stamp,
            "names": names,
            "functions": language.completions(),
            "policies": POLICIES,
            "aggregations": AGGREGATIONS,
        },
        "help": language.chapters(),
        "names": names,
    }
    return TemplateResponse(request, "studio/table.html", context)


def _read(text: str, decision: str) -> tuple[Grid | None, list[tuple[str, str, bool]]]:
    try:
        return read_grid(text, decision), decisions_in(text)
    except DiagramRefused:
        return None, []  # an older release kept it; the page offers to download and to replace it


@page
@require_POST
def table_save(request: ViewerRequest, key: str, table: str) -> HttpResponse:
    """Keep the grid. 409 when somebody else changed the table since; `base` null keeps it all the same."""
    diagrams.ensure_may_draw(request.viewer)
    asked = body_of(request)
    if asked is None:
        return unreadable()
    matter = studio.matter_for(key)
    drawing, _version = formdesign.drawing_of(matter)
    base = asked.get("base")
    try:
        text = _written(asked.get("grid"), formdesign.opened(matter, "tables", table).value)
        kept = drafting.keep_table(
            drawing, table, text, base=base if isinstance(base, str) else None, by=request.viewer
        )
    except NotValid as error:
        return refused(error)
    except DraftChanged as changed:
        return JsonResponse({"who": changed.who, "saved_at": changed.at}, status=409)
    return JsonResponse({"sha256": stamp(kept.tables[table]), "saved_at": kept.saved_at})


def _written(raw: object, text: str) -> str:
    """The file with the grid in it. Raises NotValid."""
    try:
        return dmn_with(grid_of(raw), text)
    except NotAGridError as error:
        raise NotValid(_why(error.why)) from error
    except DiagramRefused as error:
        raise NotValid(_("The file can't be read any more.")) from error
    except ValueError as error:  # what XML has no way to write
        raise NotValid(_why("signs")) from error


def _why(code: str) -> str:
    return {
        "size": _("The table has too many rules or columns, or a text that is too long."),
        "signs": _("A text holds a sign that can't be kept."),
        "gone": _("This table is not in the file any more."),
    }.get(code, _("This is no table: columns and cells don't belong together."))


@page
@require_POST
def table_check(request: ViewerRequest, key: str, table: str) -> HttpResponse:
    """What is wrong with a grid that is being written, and what it answers to the facts beside it."""
    diagrams.ensure_may_draw(request.viewer)
    asked = body_of(request)
    if asked is None:
        return unreadable()
    opened = formdesign.opened(studio.matter_for(key), "tables", table)
    try:
        grid = grid_of(asked.get("grid"))
        _written(asked.get("grid"), opened.value)
    except NotAGridError as error:
        return refused(NotValid(_why(error.why)))
    except NotValid as error:
        return refused(error)
    found = queries.faults(grid, opened.value, names=board.names(opened.version))
    told: dict[str, Any] = {
        "faults": [vars(one) for one in found],
        "asks": queries.asked_names(grid),
    }
    facts = asked.get("facts")
    if isinstance(facts, dict):
        told["outcome"] = queries.tried(grid, opened.value, facts, now=database_now())
    return JsonResponse(told)


@page
@require_POST
def table_rename(request: ViewerRequest, key: str, table: str) -> HttpResponse:
    drawing, _version = formdesign.drawing_of(studio.matter_for(key))
    try:
        drafting.rename_part(drawing, "tables", table, request.POST.get("new", "").strip(), by=request.viewer)
    except NotValid as error:
        messages.error(request, first_fault(error))
    else:
        messages.success(request, _("Renamed, in the diagram too."))
    return redirect("studio:tables", key=key)


@page
@require_POST
def table_drop(request: ViewerRequest, key: str, table: str) -> HttpResponse:
    """Throw a table away that no step asks."""
    drawing, _version = formdesign.drawing_of(studio.matter_for(key))
    try:
        drafting.drop_part(drawing, "tables", table, by=request.viewer)
    except NotValid as error:
        messages.error(request, first_fault(error))
    else:
        messages.success(request, _("The table is gone from the draft."))
    return redirect("studio:tables", key=key)


@page
@require_GET
def table_dmn(request: ViewerRequest, key: str, table: str) -> HttpResponse:
    """The table as a DMN file."""
    diagrams.ensure_may_draw(request.viewer)
    opened = formdesign.opened(studio.matter_for(key), "tables", table)
    if not isinstance(opened.value, str):
        raise NotFound
    response = HttpResponse(opened.value.encode(), content_type="application/xml; charset=utf-8")
    name = form_name(table.removesuffix(".dmn"))
    response["Content-Disposition"] = f'attachment; filename="{key}-{name}.dmn"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


urlpatterns = [
    path("<slug:key>/tables/", table_list, name="tables"),
    path("<slug:key>/tables/<str:table>/", table_edit, name="table"),
    path("<slug:key>/tables/<str:table>/save/", table_save, name="table_save"),
    path("<slug:key>/tables/<str:table>/check/", table_check, name="table_check"),
    path("<slug:key>/tables/<str:table>/rename/", table_rename, name="table_rename"),
    path("<slug:key>/tables/<str:table>/drop/", table_drop, name="table_drop"),
    path("<slug:key>/tables/<str:table>/dmn/", table_dmn, name="table_dmn"),
]
