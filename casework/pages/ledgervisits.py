"""Visits on the phone: who is due, and the form that is filled in already."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from casework.pages.deskparts import token_of, whole_number
from casework.pages.door import ViewerRequest, page, status_of
from casework.pages.ledgerforms import clash_lines, record_form, told_wrong, typed
from casework.pages.ledgers import look
from casework.pages.outboxed import TOLD, outboxed, tapped_at
from casework.queries.ledgers import due_in_grids, keeper_of, record_page
from casework.queries.today import waiting_count
from casework.services.tasks.visiting import settle_visits
from grid.models import LedgerVisit
from grid.services.ledgers.errors import ChangedMeanwhile, NotKept, ValuesRefused
from grid.services.ledgers.fields import ASKED_AT_A_VISIT
from grid.services.ledgers.keeping import Keeper, access_record
from grid.services.visits import NewVisit, shown_title
from grid.services.visits import visit as keep_visit

app_name = "visits"
SAID = {
    LedgerVisit.Result.UNCHANGED: gettext_lazy("Visited, nothing has changed: %(title)s"),
    LedgerVisit.Result.CHANGED: gettext_lazy("Visited, and what changed is kept: %(title)s"),
    LedgerVisit.Result.ABSENT: gettext_lazy("Nobody was there: the visit stays due. %(title)s"),
}


@page
@require_GET
def due(request: ViewerRequest) -> HttpResponse:
    """Who is to be visited now and in the next days; or whom one looks for."""
    keeper = _keeping(request)
    words = request.GET.get("words", "").strip()[:100]
    context = {
        "rows": due_in_grids(keeper, today=timezone.localdate(), words=words),
        "words": words,
        "token": uuid4(),
        "waiting_count": waiting_count(request.viewer),
    }
    return TemplateResponse(request, "phone/ledgers.html", context)


@page
@require_http_methods(["GET", "POST"])
@outboxed
def visit(request: ViewerRequest, pk: int) -> HttpResponse:
    """The form as the ledger has it: one tap where nothing has changed, else only what did."""
    keeper = _keeping(request)
    row = access_record(keeper, pk)
    if not keeper.may_keep(row.area_code):
        raise NotKept
    if request.method == "POST":
        return _visited(request, keeper, pk)
    form = record_form(row.kind, keeper=keeper, record=row, only=ASKED_AT_A_VISIT[row.kind])
    return _visit_page(request, keeper, pk, {"form": form, "seen": row.version, "token": uuid4()})


def _visited(request: ViewerRequest, keeper: Keeper, pk: int) -> HttpResponse:
    row = access_record(keeper, pk)
    asked = ASKED_AT_A_VISIT[row.kind]
    form = record_form(row.kind, keeper=keeper, record=row, posted=request.POST, only=asked)
    told = _told(request, pk, typed(form, request.POST))
    context: dict[str, Any] = {"form": form, "seen": told.seen, "token": told.token, "note": told.note}
    try:
        kept = keep_visit(told, by=keeper)
        settle_visits(record=pk)
    except ValuesRefused as error:
        told_wrong(form, error)
        context |= {"refused": error.message, TOLD: [error.message, *_each(error)]}
        return _visit_page(request, keeper, pk, context, status=status_of(error))
    except ChangedMeanwhile as error:
        clashes = clash_lines(row.kind, error)
        context |= {"refused": error.message, "seen": error.version, "clashes": clashes}
        context[TOLD] = [error.message, *map(_side_by_side, clashes)]
        return _visit_page(request, keeper, pk, context, status=status_of(error))
    messages.success(request, SAID[LedgerVisit.Result(kept.result)] % {"title": shown_title(row)})
    return redirect("phone:today" if request.POST.get("from") == "today" else "visits:due")


def _each(error: ValuesRefused) -> list[str]:
    return [text for texts in error.fields.values() for text in texts]


def _side_by_side(clash: dict[str, str]) -> str:
    return _("%(label)s: before %(was)s, now %(now)s, yours %(mine)s") % clash


def _told(request: ViewerRequest, pk: int, answers: dict[str, object]) -> NewVisit:
    return NewVisit(
        token=token_of(request.POST.get("token", "")),
        record=pk,
        result=request.POST.get("result", ""),
        seen=whole_number(request.POST.get("seen", "")) or 0,
        answers=answers,
        note=request.POST.get("visit_note", ""),
        at=tapped_at(request.POST),
        **{name: _number(request.POST.get(name, "")) for name in ("lat", "lon", "accuracy")},
    )


def _visit_page(
    request: ViewerRequest, keeper: Keeper, pk: int, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    shown = record_page(keeper, pk, today=timezone.localdate())
    context |= {"shown": shown, "line": shown.line, "waiting_count": waiting_count(request.viewer)}
    context["from"] = request.GET.get("from") or request.POST.get("from", "")
    return TemplateResponse(request, "phone/ledger_visit.html", context, status=status)


@page
@require_http_methods(["GET", "POST"])
def look_closer(request: ViewerRequest, pk: int) -> HttpResponse:
    """Name, number and door in full, for a reason that is kept."""
    return look(request, pk, here="visits:look", back="visits:visit")


def _keeping(request: ViewerRequest) -> Keeper:
    keeper = keeper_of(request.viewer)
    if not keeper.keeps:
        raise NotKept
    return keeper


def _number(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


urlpatterns = [
    path("", due, name="due"),
    path("<int:pk>/", visit, name="visit"),
    path("<int:pk>/look/", look_closer, name="look"),
]
