"""Who holds a step: sign for it, put it back."""

from __future__ import annotations

from django.db import transaction

from casework.access import Viewer
from casework.models import Case
from casework.services.approvals.deciding import move_on
from casework.services.approvals.doing import (
    CLAIM,
    begin,
    end_without_move,
    ensure_free_or_mine,
    hold,
    unhold,
)
from casework.services.said import Said

SIGNED = "签收"  # the outcome of a step that ends with the signature


@transaction.atomic
def claim(step_id: int, *, by: Viewer, said: Said) -> Case:
    """签收: take a step out of the pool. Claiming one's own step again changes nothing."""
    doing = begin(step_id, "claim", by=by, said=said)
    step = doing.step
    if step.claimed_by_id == by.user_id:
        return doing.case
    ensure_free_or_mine(doing)
    hold(doing)
    if step.ends_with_signature:
        return move_on(doing, values={}, outcome=SIGNED)
    return end_without_move(doing, {}, *CLAIM)


@transaction.atomic
def release(step_id: int, *, by: Viewer, said: Said) -> Case:
    """Put a claimed step back into the pool."""
    doing = begin(step_id, "release", by=by, said=said)
    if doing.step.claimed_by_id is None:
        return doing.case
    ensure_free_or_mine(doing)
    unhold(doing.step)
    return end_without_move(doing, {}, *CLAIM)
