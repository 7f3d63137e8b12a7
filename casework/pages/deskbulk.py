"""One verb for many rows of the list: asked once, done to each by itself, and told of each what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casework.errors import CaseworkError, NotFound, NotValid
from casework.models import Case
from casework.pages.asking import dialog
from casework.pages.deskparts import language_of, tab_named, whole_number
from casework.pages.deskverbs import REFUSALS, said_of
from casework.pages.door import ViewerRequest, page
from casework.pages.nextcard import Refused
from casework.pages.saying import said
from casework.queries.inbox import OF_CASES, Tab
from casework.services import approvals
from casework.services.acts import act_on_case
from casework.services.said import Said
from casework.verbs import CASE_VERBS, STEP_VERBS, Verb
from workflows.models import Step

MOST = 100
RESULTS = "bulk_results"  # kept in the session until they have been shown
OFFERED: dict[Tab, tuple[str, ...]] = {
    Tab.SIGN: ("claim", "transfer", "cc"),
    Tab.MINE: ("approve", "transfer", "release", "cc"),
    Tab.POOL: ("claim", "approve", "transfer"),
    Tab.DUE: ("claim", "approve", "transfer", "cc"),
    Tab.URGED: ("claim", "transfer"),
    Tab.COPIED: ("urge",),
    Tab.SENT: ("urge", "cc"),
    Tab.HANDLED: ("urge", "cc"),
}


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one row; no case where it is not visible."""

    number: str
    title: str
    told: str
    is_done: bool


@dataclass(frozen=True, kw_only=True)
class _Chosen:
    """One row: the case as far as the viewer sees it, and its step where the row is one."""

    case: Case | None
    step: Step | None


def verbs_for(tab: Tab) -> tuple[Verb, ...]:
    """What can be done to several rows of this tab at once."""
    table = CASE_VERBS if tab in OF_CASES else STEP_VERBS
    return tuple(table[key] for key in OFFERED.get(tab, ()))


@page
@require_POST
def bulk(request: ViewerRequest, verb: str) -> HttpResponse:
    """Do it to every chosen row, each for itself; what the verb has to ask is asked once, before."""
    tab = tab_named(request.GET.get("tab", "")) or Tab.SIGN
    doing = next((one for one in verbs_for(tab) if one.key == verb), None)
    if doing is None:
        raise NotFound
    chosen = list(_chosen(request, tab))
    if chosen and doing.asks and not request.POST.get("act.go"):
        return _ask(request, doing, chosen, tab=tab)
    try:
        told = said(request.POST, doing, has_form=False, language=language_of(request), held=True)
        _ensure_answered(doing, told)
    except NotValid as error:
        refused = Refused(
            verb=verb, message=error.message, status=422, posted=request.POST, fields=error.fields
        )
        return _ask(request, doing, chosen, tab=tab, refused=refused)
    rows = [_do(request, doing, row, told) for row in chosen]
    request.session[RESULTS] = {"verb": str(doing.label), "rows": [asdict(row) for row in rows]}
    return redirect(f"{reverse('desk:inbox')}?tab={tab}")


def _chosen(request: ViewerRequest, tab: Tab) -> Iterator[_Chosen]:
    """The rows that were ticked, each once; cases that the viewer doesn't see stay nameless."""
    ids = [pk for text in request.POST.getlist("row") if (pk := whole_number(text)) is not None]
    ids = list(dict.fromkeys(ids))[:MOST]
    seen = Case.objects.visible_to(request.viewer)
    if tab in OF_CASES:
        cases = seen.in_bulk(ids)
        yield from (_Chosen(case=cases.get(pk), step=None) for pk in ids)
        return
    steps = Step.objects.select_related("run").in_bulk(ids)
    by_run = {case.run_id: case for case in seen.filter(run__in=[step.run_id for step in steps.values()])}
    for pk in ids:
        step = steps.get(pk)
        yield _Chosen(case=by_run.get(step.run_id) if step else None, step=step)


def _ask(
    request: ViewerRequest,
    verb: Verb,
    chosen: list[_Chosen],
    *,
    tab: Tab,
    refused: Refused | None = None,
) -> HttpResponse:
    """What the verb asks, as one page over all chosen rows."""
    first = next((row.case for row in chosen if row.case is not None), None)
    if first is None:
        raise NotFound
    asks = dialog(request.viewer, first, verb, language=language_of(request), refused=refused)
    context: dict[str, Any] = {"asks": asks, "chosen": chosen, "tab": tab, "refused": refused}
    rows = (row.step or row.case for row in chosen)
    context["ids"] = [row.pk for row in rows if row is not None]
    return TemplateResponse(request, "desk/bulk.html", context, status=refused.status if refused else 200)


def _ensure_answered(verb: Verb, told: Said) -> None:
    """What is missing for all is said once, not a hundred times."""
    missing = [ask for ask in verb.asks if ask.required and not getattr(told, ask.name)]
    if missing:
        raise NotValid(fields={ask.name: [_("This is needed.")] for ask in missing})


def _do(request: ViewerRequest, verb: Verb, row: _Chosen, told: Said) -> Result:
    number, title = (row.case.number, row.case.title) if row.case else ("", "")
    try:
        done = _act(request, verb, row, told)
    except REFUSALS as error:
        return Result(number=number, title=title, told=_why(error), is_done=False)
    return Result(number=number, title=title, told=said_of(done, row.step, verb), is_done=True)


def _act(request: ViewerRequest, verb: Verb, row: _Chosen, told: Said) -> Case:
    if row.step is not None:
        return approvals.act(row.step.pk, verb.key, by=request.viewer, said=told)
    if row.case is None:
        raise NotFound
    return act_on_case(row.case.number, verb.key, by=request.viewer, said=told)


def _why(error: Exception) -> str:
    """The reason in words; where fields are at fault, what is wrong with them."""
    fields = getattr(error, "fields", {})
    texts = [text for texts in fields.values() for text in texts]
    said_so = error.message if isinstance(error, CaseworkError) else getattr(error, "message", error)
    return " ".join([str(said_so), *texts[:2]])
