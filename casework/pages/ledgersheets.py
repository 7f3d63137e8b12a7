"""Ledgers as sheets: the template, trying a sheet and reading it in, and taking a masked list away."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.errors import NotFound, NotValid
from casework.pages.door import ViewerRequest, page, status_of
from casework.queries.ledgers import Wanted, keeper_of
from casework.queries.ledgersheets import EXPORTED, export_rows, shown_plan
from grid.models import LedgerKind
from grid.services.ledgers import importing, looking, sheets
from grid.services.ledgers.errors import ImportMoved, NotKept, SheetRefused


@page
@require_http_methods(["GET", "POST"])
def sheet(request: ViewerRequest, kind: str) -> HttpResponse:
    """Choose a file and see what it would do. Nothing is changed yet."""
    keeper = keeper_of(request.viewer)
    importing.ensure_keeps(kind, keeper)
    context: dict[str, Any] = {"kind": kind, "kind_label": LedgerKind(kind).label, "most": sheets.ROWS}
    status = 200
    if request.method == "POST":
        upload = request.FILES.get("file")
        # One byte too many is enough to refuse it.
        content = upload.read(sheets.BYTES + 1) if upload else b""
        try:
            tried, plan = importing.try_sheet(
                kind, content, name=upload.name or "" if upload else "", by=keeper
            )
        except SheetRefused as error:
            context["refused"], status = error.message, status_of(error)
        else:
            if tried is not None:
                return redirect("ledgers:tried", tried.pk)
            context |= {"plan": shown_plan(plan)}
            status = 422
    return TemplateResponse(request, "desk/ledgers/sheet.html", context, status=status)


@page
@require_http_methods(["GET", "POST"])
def tried(request: ViewerRequest, import_id: int) -> HttpResponse:
    """What a sheet would do, and the button that does it."""
    keeper = keeper_of(request.viewer)
    refused, status = "", 200
    if request.method == "POST":
        try:
            done = importing.read_in(import_id, plan=request.POST.get("plan", ""), by=keeper)
        except ImportMoved as error:
            refused, status = str(error.message), status_of(error)
        else:
            return _read(request, done.kind, done.added + done.changed)
    row, plan = importing.tried_sheet(import_id, by=keeper)
    if plan is None:
        return redirect(f"{_list(row.kind)}")
    context = {"kind": row.kind, "kind_label": row.get_kind_display(), "most": sheets.ROWS, "tried": row}
    context |= {"plan": shown_plan(plan), "refused": refused}
    return TemplateResponse(request, "desk/ledgers/sheet.html", context, status=status)


@page
@require_GET
def template(request: ViewerRequest, kind: str) -> HttpResponse:
    """An empty sheet with the headings."""
    keeper = keeper_of(request.viewer)
    importing.ensure_keeps(kind, keeper)
    name = _("Template %(kind)s.xlsx") % {"kind": LedgerKind(kind).label}
    return _file(sheets.template(kind), name)


@page
@require_POST
def export(request: ViewerRequest) -> HttpResponse:
    """The list as it is narrowed, masked; that it was taken away is kept."""
    keeper = keeper_of(request.viewer)
    if not (keeper.keeps or keeper.reveals):
        raise NotKept
    kind = request.POST.get("kind", "")
    if kind not in LedgerKind.values:
        raise NotFound
    wanted = Wanted(
        kind=kind, **{name: request.POST.get(name, "")[:100] for name in ("tag", "area", "words", "due")}
    )
    rows = export_rows(keeper, wanted, today=timezone.localdate())
    if len(rows) > EXPORTED:
        raise NotValid(_("More than %(n)s rows: narrow the list first.") % {"n": EXPORTED})
    now = timezone.localtime()
    about = [
        _("Taken away by %(who)s on %(at)s") % {"who": request.viewer.name, "at": f"{now:%Y-%m-%d %H:%M}"},
        ngettext("%(n)s row, masked", "%(n)s rows, masked", len(rows)) % {"n": len(rows)},
    ]
    content = sheets.written(kind, rows, about=about)
    looking.note_export(wanted=asdict(wanted), rows=len(rows), by=keeper)
    return _file(content, f"{LedgerKind(kind).label} {now:%Y-%m-%d}.xlsx")


def _read(request: ViewerRequest, kind: str, rows: int) -> HttpResponse:
    told = ngettext("Read in: %(n)s record.", "Read in: %(n)s records.", rows)
    messages.success(request, told % {"n": rows})
    return redirect(_list(kind))


def _list(kind: str) -> str:
    return f"/desk/ledgers/?kind={kind}"


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=sheets.MEDIA_TYPE)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


urlpatterns = [
    path("export/", export, name="export"),
    path("sheet/tried/<int:import_id>/", tried, name="tried"),
    path("sheet/<slug:kind>/", sheet, name="sheet"),
    path("sheet/<slug:kind>/template/", template, name="template"),
]
