"""The verbs on a step. Each is one transaction under the case's lock: may they, is it open, decide, move, write it down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from casework.access import Viewer, may_act
from casework.errors import NotFound, NotYours, VerbNotAllowed
from casework.models import Case
from casework.services import incidents
from casework.services.approvals.copying import copy_to
from casework.services.approvals.deciding import approve, complete, reject
from casework.services.approvals.filling import step_form
from casework.services.approvals.holding import SIGNED, claim, release
from casework.services.approvals.passing import delegate, reassign, transfer
from casework.services.approvals.returning import return_
from casework.services.approvals.signing import add_sign, remove_sign
from casework.services.said import Said
from casework.services.taking_back import withdraw
from casework.services.urging import urge
from casework.verbs import VERBS
from workflows.errors import MoveRefused
from workflows.models import Step

DOING: Mapping[str, Callable[..., Case]] = {
    "claim": claim,
    "release": release,
    "transfer": transfer,
    "complete": complete,
    "approve": approve,
    "reject": reject,
    "return": return_,
    "delegate": delegate,
    "add-sign": add_sign,
    "remove-sign": remove_sign,
    "withdraw": withdraw,
    "reassign": reassign,
    "urge": urge,
    "cc": copy_to,
}


def act(step_id: int, verb: str, *, by: Viewer, said: Said | None = None) -> Case:
    """Do one verb; the one door for pages and the API.

    Raises NotFound, NotYours, StepTaken, ClaimedByOther, SignForFirst, VerbNotAllowed, ReasonMissing,
    WaitsForOthers, NothingToTakeBack, FormRefused, NotValid, Stale, CaseSuspended, CaseBusy.
    """
    if verb not in DOING:
        raise _not_here(step_id, verb, by=by)
    with refusal_kept(step_id):
        return DOING[verb](step_id, by=by, said=said or Said())


@contextmanager
def refusal_kept(step_id: int) -> Iterator[None]:
    """Nothing of a refused act is kept; that the process could not go on must be seen by those who can mend it.

    Whoever acts inside a transaction of his own wraps that as well, as his rollback takes everything with it.
    """
    try:
        yield
    except MoveRefused as refused:
        step = Step.objects.select_related("run__case").get(pk=step_id)
        incidents.open_refused_move(step.run.case.pk, step=step, error=str(refused.message))
        raise


def _not_here(step_id: int, verb: str, *, by: Viewer) -> Exception:
    """Why a verb can't be done to this step: no such verb, not your case, not your step, not a step's verb."""
    step = Step.objects.select_related("run__case").filter(pk=step_id).first()
    if verb not in VERBS or step is None:
        return NotFound()
    case = Case.objects.visible_to(by).filter(run=step.run_id).first()
    if case is None:
        return NotFound()
    if not may_act(by, step, reporter_id=case.reporter_id):
        return NotYours()
    return VerbNotAllowed(VERBS[verb].label)


__all__ = [
    "DOING", "SIGNED", "Said", "act", "approve", "claim", "complete", "refusal_kept", "reject", "release",
    "return_", "step_form", "transfer",
]  # fmt: skip
