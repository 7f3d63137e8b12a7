"""What every verb on a step begins and ends with: the lock, who acts by which post, the decision, the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casework.access import HeldPost, Viewer, may_act, may_see
from casework.errors import (
    CaseSuspended,
    ClaimedByOther,
    NotFound,
    NotYours,
    ReasonMissing,
    Stale,
    StepTaken,
)
from casework.models import Case, CaseStatus
from casework.services import journal
from casework.services.locks import lock_step
from casework.services.said import Said
from casework.verbs import STEP_VERBS, Verb
from grid.models import User
from workflows.models import RunStatus, Step
from workflows.rows import Batch


@dataclass(kw_only=True)
class Doing:
    """One act under way: the locked case, the step, who acts by which post, and when."""

    case: Case
    step: Step
    viewer: Viewer
    post: HeldPost | None
    verb: Verb
    now: datetime


def begin(step_id: int, verb: str, *, by: Viewer, said: Said) -> Doing:
    """Lock the case and make sure that this person may act on this step, and that it is open."""
    locked = lock_step(step_id)
    case, step = locked.case, locked.step
    if not may_see(by, case):
        raise NotFound
    if not may_act(by, step, reporter_id=case.reporter_id):
        raise NotYours
    if said.version is not None and said.version != case.version:
        raise Stale
    if not step.is_open or step.kind != "human" or case.run.status != RunStatus.RUNNING:
        raise StepTaken
    if case.status == CaseStatus.SUSPENDED:
        raise CaseSuspended
    post = by.post_among(step.candidates)
    return Doing(case=case, step=step, viewer=by, post=post, verb=STEP_VERBS[verb], now=locked.now)


def decision_of(doing: Doing, said: Said) -> dict[str, Any]:
    """What of a decision is the same for every verb."""
    return {
        "case": doing.case,
        "step": doing.step,
        "verb": doing.verb.key,
        "comment": said.comment.strip()[:2000],
        "pins": [str(pin)[:64] for pin in said.pins][:50],
        "by_id": doing.viewer.user_id,
        "post_id": doing.post.id if doing.post else None,
        "at": doing.now,
    }


def end_without_move(doing: Doing, data: Mapping[str, Any]) -> Case:
    """The act's journal line, where the run itself stands still."""
    case = doing.case
    case.version += 1
    told = journal.line(
        case,
        doing.verb.event,
        now=doing.now,
        by=doing.viewer,
        post=doing.post.code if doing.post else "",
        data={"element": doing.step.element, "name": doing.step.name, "step": doing.step.pk, **data},
    )
    batch = Batch()
    batch.insert([told])
    batch.update(case, "version", "touched_by", "lines", "last_hash")
    batch.write()
    return case


def ensure_free_or_mine(doing: Doing) -> None:
    holder = doing.step.claimed_by_id
    if holder is not None and holder != doing.viewer.user_id:
        who = User.objects.filter(pk=holder).values_list("display_name", flat=True).first()
        raise ClaimedByOther(who or "")


def ensure_reason(said: Said) -> None:
    if not said.comment.strip():
        raise ReasonMissing
