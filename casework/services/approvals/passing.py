"""Giving work to another post: pass it on, have it done by somebody else, or give it to another by direction."""

from __future__ import annotations

from django.db import transaction

from casework.access import Viewer
from casework.errors import VerbNotAllowed
from casework.models import Case, Decision
from casework.services.approvals.doing import (
    CLAIM,
    Doing,
    asked_by,
    begin,
    decision_of,
    end_with_move,
    end_without_move,
    ensure_free_or_mine,
    ensure_reason,
    ensure_waits_for_nobody,
    label_of,
    receiver,
    take_up,
    unhold,
    walk_for,
)
from casework.services.said import Said
from grid.models import Post
from workflows import sharing
from workflows.engine import Errand


@transaction.atomic
def transfer(step_id: int, *, by: Viewer, said: Said) -> Case:
    """转办: pass the step on to another post, with a reason."""
    doing = begin(step_id, "transfer", by=by, said=said)
    ensure_free_or_mine(doing)
    ensure_reason(said)
    return _give(doing, receiver(doing))


@transaction.atomic
def reassign(step_id: int, *, by: Viewer, said: Said) -> Case:
    """改派: whoever directs the work of the place gives the step to another post, or takes it from who has signed for it."""
    doing = begin(step_id, "reassign", by=by, said=said, directing=True)
    ensure_reason(said)
    return _give(doing, receiver(doing, may_have_it=doing.step.claimed_by_id is not None))


def _give(doing: Doing, target: Post) -> Case:
    step = doing.step
    step.candidates = [target.code]
    unhold(step)
    doing.case.touch([target.code])
    decision = Decision(**decision_of(doing), outcome=target.code[:64])
    return end_without_move(doing, {"to": label_of(target)}, "candidates", *CLAIM, decision=decision)


@transaction.atomic
def delegate(step_id: int, *, by: Viewer, said: Said) -> Case:
    """委托: another post does it and says what it thinks; then it is back and its own people decide."""
    doing = begin(step_id, "delegate", by=by, said=said)
    take_up(doing)
    ensure_waits_for_nobody(doing)
    if doing.step.ends_with_signature:
        raise VerbNotAllowed(doing.verb.label)
    target = receiver(doing)
    walk, assign = walk_for(doing)
    move = sharing.delegate(walk, doing.step, _errand(doing, target))
    decision = Decision(**decision_of(doing), outcome=target.code[:64])
    return end_with_move(doing, move, assign, {"to": label_of(target)}, decision)


def _errand(doing: Doing, target: Post) -> Errand:
    settings = {"errand": "delegate", "verbs": "complete", "form": "", "signFor": "", **asked_by(doing)}
    return Errand(posts=(target.code,), settings=settings)
