"""Ledgers at the desk: lists, one record, its form, a look in full for a reason, and taking out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.errors import NotFound
from casework.pages import ledgersheets
from casework.pages.deskparts import is_beside, whole_number
from casework.pages.door import ViewerRequest, page, status_of
from casework.pages.ledgerforms import clash_lines, record_form, told_wrong, typed
from casework.queries.inbox import waiting_count
from casework.queries.ledgers import Wanted, keeper_of, record_page, records
from casework.queries.search import areas
from grid.errors import GridError
from grid.models import LedgerKind, LedgerRecord
from grid.services.ledgers import looking, writing
from grid.services.ledgers.errors import AlreadyKept, ChangedMeanwhile, NotKept, ValuesRefused
from grid.services.ledgers.keeping import Keeper, access_record, tags_of
from grid.services.visits import shown_title

app_name = "ledgers"


@page
@require_GET
def ledgers(request: ViewerRequest) -> HttpResponse:
    """One ledger as a list, narrowed by tag, area and words."""
    keeper = keeper_of(request.viewer)
    wanted = wanted_of(request)
    today = timezone.localdate()
    context = {
        "wanted": wanted,
        "lines": records(keeper, wanted, today=today, cursor=request.GET.get("page", "")),
        "kinds": LedgerKind.choices,
        "tags": tags_of(wanted.kind),
        "areas": areas(request.viewer),
        "may_keep": bool(keeper.keeps),
        "inbox_count": waiting_count(request.viewer),
    }
    return TemplateResponse(request, "desk/ledgers/list.html", context)


def wanted_of(request: ViewerRequest) -> Wanted:
    """What the address asks for; a kind that there isn't is the first one."""
    asked = request.POST if request.method == "POST" else request.GET
    kind = asked.get("kind", "")
    return Wanted(
        kind=kind if kind in LedgerKind.values else LedgerKind.PERSON,
        **{name: asked.get(name, "").strip()[:100] for name in ("tag", "area", "words", "due")},
    )


@page
@require_GET
def record(request: ViewerRequest, pk: int) -> HttpResponse:
    """One record, masked, with its household, history and visits."""
    shown = record_page(keeper_of(request.viewer), pk, today=timezone.localdate())
    context = {"shown": shown, "line": shown.line, "inbox_count": waiting_count(request.viewer)}
    return TemplateResponse(request, "desk/ledgers/record.html", context)


@page
@require_http_methods(["GET", "POST"])
def add(request: ViewerRequest, kind: str) -> HttpResponse:
    """A new record, by hand."""
    keeper = _keeping(request)
    if kind not in LedgerKind.values:
        raise NotFound
    posted = request.POST if request.method == "POST" else None
    start = {name: request.GET.get(name, "") for name in ("house", "area", "address")}
    form = record_form(kind, keeper=keeper, posted=posted, start=start)
    context: dict[str, Any] = {"form": form, "kind": kind, "kind_label": LedgerKind(kind).label}
    status = 200
    if posted is not None:
        try:
            entered = writing.enter(kind, typed(form, posted), by=keeper)
            messages.success(request, _("Entered: %(title)s") % {"title": shown_title(entered)})
            return redirect("ledgers:record", entered.pk)
        except ValuesRefused as error:
            told_wrong(form, error)
            context["refused"], status = error.message, status_of(error)
        except AlreadyKept as error:
            context["refused"], status = error.message, status_of(error)
    return TemplateResponse(request, "desk/ledgers/form.html", context, status=status)


@page
@require_http_methods(["GET", "POST"])
def edit(request: ViewerRequest, pk: int) -> HttpResponse:
    """The record's form. What others changed meanwhile stays; where both changed a field, both values are shown."""
    keeper = _keeping(request)
    row = access_record(keeper, pk)
    if not keeper.may_keep(row.area_code):
        raise NotKept
    if request.method == "POST":
        return _edited(request, keeper, row)
    context = {"form": record_form(row.kind, keeper=keeper, record=row), "seen": row.version}
    return _form_page(request, row, context)


def _edited(request: ViewerRequest, keeper: Keeper, row: LedgerRecord) -> HttpResponse:
    form = record_form(row.kind, keeper=keeper, record=row, posted=request.POST)
    seen = whole_number(request.POST.get("seen", "")) or 0
    context: dict[str, Any] = {"form": form, "seen": seen}
    try:
        writing.edit(row.pk, typed(form, request.POST), seen=seen, by=keeper)
    except ValuesRefused as error:
        told_wrong(form, error)
        return _form_page(request, row, context | {"refused": error.message}, status=status_of(error))
    except ChangedMeanwhile as error:
        context |= {"refused": error.message, "seen": error.version, "clashes": clash_lines(row.kind, error)}
        return _form_page(request, row, context, status=status_of(error))
    except AlreadyKept as error:
        return _form_page(request, row, context | {"refused": error.message}, status=status_of(error))
    messages.success(request, _("Kept. What changed stands in the history."))
    return redirect("ledgers:record", row.pk)


def _form_page(
    request: ViewerRequest, row: LedgerRecord, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context |= {"row": row, "title": shown_title(row), "kind": row.kind, "kind_label": row.get_kind_display()}
    return TemplateResponse(request, "desk/ledgers/form.html", context, status=status)


@page
@require_http_methods(["GET", "POST"])
def reveal(request: ViewerRequest, pk: int) -> HttpResponse:
    """The personal data in full, for a reason that is kept. Shown once, in the dialog, and never in the page."""
    return look(request, pk, here="ledgers:reveal", back="ledgers:record")


def look(request: ViewerRequest, pk: int, *, here: str, back: str) -> HttpResponse:
    """The dialog, at the desk or on the phone."""
    keeper = keeper_of(request.viewer)
    row = access_record(keeper, pk)
    if not keeper.may_reveal(row.area_code):
        raise NotKept
    reason, status = request.POST.get("reason", ""), 200
    context: dict[str, Any] = {"row": row, "title": shown_title(row), "reason": reason}
    context |= {"address": reverse(here, args=[pk]), "back": reverse(back, args=[pk])}
    if request.method == "POST":
        try:
            context["facts"] = looking.reveal(pk, reason=reason, by=keeper)
        except GridError as error:
            context["error"], status = error.message, status_of(error)
    frame = "phone/ledger_look.html" if here.startswith("visits:") else "desk/ledgers/reveal.html"
    template = "desk/ledgers/_reveal.html" if is_beside(request) else frame
    return TemplateResponse(request, template, context, status=status)


@page
@require_POST
def take_out(request: ViewerRequest, pk: int) -> HttpResponse:
    """Somebody moved away, something is gone."""
    keeper = _keeping(request)
    try:
        row = writing.take_out(pk, reason=request.POST.get("reason", ""), by=keeper)
    except GridError as error:
        if error.code != "record_reason_missing":
            raise
        messages.error(request, str(error.message))
        return redirect("ledgers:record", pk)
    messages.success(request, _("Taken out: %(title)s") % {"title": shown_title(row)})
    return redirect(f"{reverse('ledgers:list')}?kind={row.kind}")


def _keeping(request: ViewerRequest) -> Keeper:
    keeper = keeper_of(request.viewer)
    if not keeper.keeps:
        raise NotKept
    return keeper


urlpatterns = [
    path("", ledgers, name="list"),
    path("add/<slug:kind>/", add, name="add"),
    path("<int:pk>/", record, name="record"),
    path("<int:pk>/edit/", edit, name="edit"),
    path("<int:pk>/look/", reveal, name="reveal"),
    path("<int:pk>/out/", take_out, name="take_out"),
    *ledgersheets.urlpatterns,
]
