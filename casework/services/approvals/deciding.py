"""The verbs that end a step: give feedback, approve, reject, return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from casework.access import Viewer
from casework.errors import SignForFirst, VerbNotAllowed
from casework.models import Case, Decision
from casework.services import journal
from casework.services.approvals.doing import (
    Doing,
    begin,
    decision_of,
    ensure_free_or_mine,
    ensure_reason,
)
from casework.services.approvals.filling import attach_photos, is_photo_list, values_of
from casework.services.progress import follow, walk_of
from casework.services.said import Said
from workflows import services as workflows
from workflows.models import Step
from workflows.rows import Batch


@transaction.atomic
def complete(step_id: int, *, by: Viewer, said: Said) -> Case:
    return _decide(begin(step_id, "complete", by=by, said=said), said)


@transaction.atomic
def approve(step_id: int, *, by: Viewer, said: Said) -> Case:
    return _decide(begin(step_id, "approve", by=by, said=said), said)


@transaction.atomic
def reject(step_id: int, *, by: Viewer, said: Said) -> Case:
    return _decide(begin(step_id, "reject", by=by, said=said), said)


@transaction.atomic
def return_(step_id: int, *, by: Viewer, said: Said) -> Case:
    """退回: back to where the diagram leads a return, or to any earlier step that `to_element` names.

    Pinned to fields and photos. What came out of the named step is cancelled; branches beside it live on.
    """
    return _decide(begin(step_id, "return", by=by, said=said), said)


def _decide(doing: Doing, said: Said) -> Case:
    """A verb that ends the step: the form is checked, the decision kept, the run moves on."""
    step, verb = doing.step, doing.verb
    if verb.key not in step.verbs:
        raise VerbNotAllowed(verb.label)
    ensure_free_or_mine(doing)
    if step.claimed_by_id is None:
        if step.wants_signature:
            raise SignForFirst
        hold(doing)
    if verb.needs_reason:
        ensure_reason(said)
    return move_on(doing, said, values=values_of(doing, said), outcome=verb.outcome)


def move_on(doing: Doing, said: Said, *, values: dict[str, Any], outcome: str) -> Case:
    """Keep the decision and let the run move on."""
    step, verb = doing.step, doing.verb
    decision = Decision(**decision_of(doing, said), outcome=outcome, values=values)
    attach_photos(doing, values)
    before = {name: doing.case.data.get(name) for name in values}
    walk, assign = walk_of(doing.case, now=doing.now, batch=Batch())
    if said.to_element and verb.key == "return":
        move = workflows.send_back(walk, step, to=said.to_element, outcome=outcome)
    else:
        variable = step.settings.get("outcome") or "结论"
        move = workflows.complete(walk, step, values={**values, variable: outcome}, outcome=outcome)
    told = journal.line(
        doing.case,
        verb.event,
        now=doing.now,
        by=doing.viewer,
        post=doing.post.code if doing.post else "",
        data=_told(step, decision, before),
    )
    follow(doing.case, move, assign=assign, now=doing.now, by=doing.viewer, told=[told], decision=decision)
    return doing.case


def hold(doing: Doing) -> None:
    """Make the step this person's; whoever completes it writes that down with the rest."""
    step = doing.step
    step.claimed_by_id, step.claimed_at = doing.viewer.user_id, doing.now
    step.claimed_as = doing.post.code if doing.post else ""


def _told(step: Step, decision: Decision, before: Mapping[str, Any]) -> dict[str, Any]:
    changes = {
        name: [before.get(name), value]
        for name, value in decision.values.items()
        if before.get(name) != value and not is_photo_list(value)
    }
    said: dict[str, Any] = {"element": step.element, "name": step.name, "step": step.pk}
    for name, value in (("comment", decision.comment), ("pins", decision.pins), ("changes", changes)):
        if value:
            said[name] = value
    return said
