"""重开: a closed case begins a new round.

A new round is a new run of the version of the matter that is published today, over the data the case has. The old run
is not revived: its state says that it ended, nothing waits in it, and the version it walked by may be out of force. It is kept
as the round that it was. The new one begins at the start, or at a step that is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from casework.access import Viewer
from casework.models import Case, CaseRequest, CaseStatus, RequestKind, RequestState, Round
from casework.queries.caseverbs import round_of
from casework.services.acts.doing import CaseDoing, begin, end_with_move, reason_of
from casework.services.assignment import assigner
from casework.services.calendars import work_calendar
from casework.services.said import Said
from workflows import services as workflows
from workflows.errors import MoveRefused
from workflows.models import Run, Step, StepStatus
from workflows.projection import settle

HANDLING = "处置"
OWN_OUTCOME = "办结结论"  # what the last round concluded is not what this one will


@transaction.atomic
def reopen(number: str, *, by: Viewer, said: Said) -> Case:
    """重开: whoever supervises the place opens a closed case again, from the start or at the step named."""
    doing = begin(number, "reopen", by=by, said=said)
    return begin_round(doing, reason=reason_of(doing), told={}, at=said.to_element)


def begin_round(doing: CaseDoing, *, reason: str, told: Mapping[str, Any], at: str = "") -> Case:
    """Start the next round. With `at` it begins at this step. Raises MoveRefused, NothingPublished."""
    case, number = doing.case, round_of(doing.case)
    doing.before.remember(case, "run_id", "status", "outcome", "closed_at", "keep_until")
    ended = _keep(doing, number, reason)
    _let_lapse(doing)
    case.data = {name: value for name, value in case.data.items() if name != OWN_OUTCOME}
    case.status, case.outcome, case.closed_at = CaseStatus.OPEN, "", None
    calendar = work_calendar(case.area_code)
    assign = assigner(case, now=doing.now, calendar=calendar)
    version = workflows.published_version(case.run.version.definition.key)
    walk = workflows.begin(version, data=case.data, assign=assign, now=doing.now, calendar=calendar)
    if at:
        workflows.begin_at(walk, to=at)
    move = settle(walk)
    case.run = move.run
    Case.objects.filter(pk=case.pk).update(run=move.run, keep_until=None)
    doing.made.append(ended)
    return end_with_move(doing, move, assign, {**told, "round": number + 1, **({"at": at} if at else {})})


def begin_at_handling(doing: CaseDoing, *, reason: str, told: Mapping[str, Any]) -> Case:
    """Back to whoever handled it (返工), where the published diagram still has that step; else from the start."""
    at = _handled_at(doing.case.run)
    if at:
        try:
            with transaction.atomic():
                return begin_round(doing, reason=reason, told=told, at=at)
        except MoveRefused:
            doing.case = _as_it_is(doing.case)
    return begin_round(doing, reason=reason, told=told)


def _as_it_is(case: Case) -> Case:
    """The case as the database has it after a try was taken back; its lock is still held."""
    return Case.objects.select_related("run__version__definition").get(pk=case.pk)


def _handled_at(run: Run) -> str:
    """The last step of handling that somebody finished in this run."""
    done = Step.objects.human().filter(run=run, status=StepStatus.DONE, settings__stage=HANDLING)
    return done.order_by("-closed_at", "-pk").values_list("element", flat=True).first() or ""


def _let_lapse(doing: CaseDoing) -> None:
    """Whoever asked for another round has it, whichever way it came about: nobody need rule on that any more."""
    asked = CaseRequest.objects.filter(case=doing.case, kind=RequestKind.REOPEN, state=RequestState.PENDING)
    for request in asked:
        doing.before.remember(request, "state")
    asked.update(state=RequestState.LAPSED)


def _keep(doing: CaseDoing, number: int, reason: str) -> Round:
    case = doing.case
    assert case.closed_at is not None
    return Round.objects.create(
        case=case,
        number=number,
        run=case.run,
        outcome=case.outcome,
        opened_at=case.run.started_at,
        closed_at=case.closed_at,
        reopened_at=doing.now,
        reopened_by_id=doing.viewer.user_id,
        reason=reason,
    )
