"""The verbs that end a step with a decision: give feedback, approve, reject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from casework.access import Viewer
from casework.errors import VerbNotAllowed
from casework.models import Case, Decision
from casework.services.approvals.doing import (
    Doing,
    begin,
    decision_of,
    ensure_reason,
    ensure_waits_for_nobody,
    line_of,
    take_up,
    walk_for,
)
from casework.services.approvals.filling import attach_photos, is_photo_list, values_of
from casework.services.progress import follow
from casework.services.record import ensure_documents
from casework.services.said import Said
from casework.verbs import words_at
from workflows import services as workflows
from workflows.models import Step
from workflows.projection import Move


@transaction.atomic
def complete(step_id: int, *, by: Viewer, said: Said) -> Case:
    return _decide(begin(step_id, "complete", by=by, said=said))


@transaction.atomic
def approve(step_id: int, *, by: Viewer, said: Said) -> Case:
    return _decide(begin(step_id, "approve", by=by, said=said))


@transaction.atomic
def reject(step_id: int, *, by: Viewer, said: Said) -> Case:
    return _decide(begin(step_id, "reject", by=by, said=said))


def _decide(doing: Doing) -> Case:
    ensure_may_end(doing)
    return move_on(doing, values=values_of(doing), outcome=doing.verb.outcome)


def ensure_may_end(doing: Doing) -> None:
    """The diagram allows the verb here, nobody else has the step or is awaited, and a refusal says why."""
    if doing.verb.key not in doing.step.verbs:
        raise VerbNotAllowed(words_at(doing.verb, doing.step.settings))
    take_up(doing)
    ensure_waits_for_nobody(doing)
    if doing.verb.needs_reason:
        ensure_reason(doing.said)
    if doing.verb.takes_form:
        ensure_documents(doing.case, doing.step)


def move_on(doing: Doing, *, values: dict[str, Any], outcome: str) -> Case:
    """Keep the decision and let the run move on."""
    attach_photos(doing, values)
    decision = Decision(**decision_of(doing), outcome=outcome, values=values)
    walk, assign = walk_for(doing)
    given = {**values, **said_to_run(doing.step, outcome)}
    move = workflows.complete(walk, doing.step, values=given, outcome=outcome)
    return finish(doing, move, assign, decision)


def said_to_run(step: Step, outcome: str) -> dict[str, str]:
    """What the run learns of the decision. Of those who only were asked, a refusal beside or after the step's own."""
    said = {step.settings.get("outcome") or "结论": outcome}
    if step.settings.get("errand") in ("sign", "delegate"):
        return said if outcome == "驳回" and step.settings.get("when") != "before" else {}
    return said


def finish(
    doing: Doing, move: Move, assign: Any, decision: Decision, told: Mapping[str, Any] | None = None
) -> Case:
    """The line, the decision and everything that follows from the move."""
    before = {name: doing.before.data.get(name) for name in decision.values}
    follow(
        doing.case,
        move,
        assign=assign,
        now=doing.now,
        by=doing.viewer,
        told=[line_of(doing, {**_told(doing, decision, before), **(told or {})})],
        decision=decision,
        act=doing.act,
    )
    return doing.case


def _told(doing: Doing, decision: Decision, before: Mapping[str, Any]) -> dict[str, Any]:
    changes = {
        name: [before.get(name), value]
        for name, value in decision.values.items()
        if before.get(name) != value and not is_photo_list(value)
    }
    told: dict[str, Any] = {}
    for name, value in (("pins", decision.pins), ("changes", changes)):
        if value:
            told[name] = value
    return told | _errand(doing.step)


def _errand(step: Step) -> dict[str, Any]:
    """Of whom was asked to sign or to do it: which step had asked him, by its token."""
    errand = step.settings.get("errand", "")
    if errand not in ("sign", "delegate"):
        return {"errand": errand} if errand else {}
    return {"errand": errand, "for": int(step.settings["for"])}
