"""What follows from a move of the process: data, clocks, journal, outside effects, the close."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from casework.access import Viewer
from casework.models import Case, CaseStatus, Clock
from casework.services import journal, outbox
from casework.services.assignment import Assigner, assigner
from casework.services.calendars import work_calendar
from casework.services.locks import database_now, lock_case, lock_case_or_none
from grid.models import Post
from workflows import services as workflows
from workflows.models import Run, RunStatus, Step, StepKind, Subscription, SubscriptionKind, Timer
from workflows.services import Move, Walk


def walk_of(case: Case, *, now: datetime) -> tuple[Walk, Assigner]:
    """Load the case's run for one move; the case is locked."""
    calendar = work_calendar()
    assign = assigner(case, now=now, calendar=calendar)
    walk = workflows.resume(case.run, data=case.data, assign=assign, now=now, calendar=calendar)
    return walk, assign


def follow(case: Case, move: Move, *, assign: Assigner, now: datetime, by: Viewer | None = None) -> None:
    """Write everything that one move means for its case; the same for people, machines, time and messages."""
    case.data = move.data
    case.version += 1
    _stop_clocks(move, now=now)
    _open_steps(case, move, assign=assign, now=now)
    _tell_outside(case, move, now=now)
    for made in move.decided:
        data = {"element": made.element, "name": made.table, "rules": list(made.rules)}
        told = {"inputs": dict(made.inputs), "values": dict(made.values)}
        journal.record(case, "decided", now=now, data={**data, **told})
    for incident in move.incidents:
        data = {"element": incident.element, "kind": incident.kind, "message": incident.message}
        journal.record(case, "incident", now=now, data=data)
    if move.run.status != RunStatus.RUNNING:
        _close(case, move, now=now)
    else:
        case.due_at = (
            Step.objects.open()
            .filter(run=move.run)
            .order_by("due_at")
            .values_list("due_at", flat=True)
            .first()
        )
    case.save(update_fields=["data", "version", "due_at", "status", "outcome", "closed_at"])


def _stop_clocks(move: Move, *, now: datetime) -> None:
    over = [step.pk for step in (*move.cancelled, *((move.done,) if move.done else ()))]
    if over:
        Clock.objects.filter(step_id__in=over, stopped_at=None).update(stopped_at=now)


def _open_steps(case: Case, move: Move, *, assign: Assigner, now: datetime) -> None:
    human = [step for step in move.opened if step.kind == StepKind.HUMAN]
    Clock.objects.bulk_create(
        [
            Clock(
                case=case,
                step=step,
                rule=step.settings.get("limit", "")[:32],
                starts_at=now,
                due_at=step.due_at,
            )
            for step in human
            if step.due_at is not None
        ]
    )
    if human:
        journal.record(case, "opened", now=now, data={"steps": [_said_of(step, assign) for step in human]})
    for step in move.opened:
        if step.kind == StepKind.MACHINE:
            outbox.enqueue(
                f"step:{step.pk}", kind="machine_step", case_id=case.pk, payload={"step": step.pk}, now=now
            )


def _said_of(step: Step, assign: Assigner) -> dict[str, Any]:
    names = dict(Post.objects.filter(code__in=step.candidates).values_list("code", "name"))
    said: dict[str, Any] = {
        "element": step.element,
        "name": step.name,
        "posts": [names.get(code, code) for code in step.candidates][:6],
    }
    if step.due_at is not None:
        said["due_at"] = step.due_at.isoformat()
    if step.element in assign.notes:
        said["vacant"] = assign.notes[step.element]
    return said


def _tell_outside(case: Case, move: Move, *, now: datetime) -> None:
    """Messages and signals to other cases need their locks, so they leave through the outbox."""
    for n, message in enumerate(move.messages):
        payload = {"name": message.name, "correlation": message.correlation, "payload": message.payload}
        key = f"message:{move.run.pk}:{move.run.moves}:{n}"
        outbox.enqueue(key, kind="message", case_id=case.pk, payload=payload, now=now)
    for n, sent in enumerate(move.signals):
        key = f"signal:{move.run.pk}:{move.run.moves}:{n}"
        outbox.enqueue(key, kind="signal", case_id=case.pk, payload={"name": sent.name}, now=now)


def _close(case: Case, move: Move, *, now: datetime) -> None:
    ended = move.run.status == RunStatus.ENDED
    case.status = CaseStatus.CLOSED if ended else CaseStatus.VOID
    case.outcome = _outcome(case, move) if ended else "作废"
    case.closed_at = now
    case.due_at = None
    journal.record(case, "closed" if ended else "voided", now=now, data={"outcome": case.outcome})


def _outcome(case: Case, move: Move) -> str:
    """In the case's own words, else as the matter calls the end that was reached (`about["outcomes"]`)."""
    own = case.data.get("办结结论")
    ends = move.run.version.about.get("outcomes", [])
    reached = (end["label"]["zh"] for end in ends if end["element"] in move.run.path)
    return str(own or next(reached, "办结"))[:64]


# --- moves that no person makes


@transaction.atomic
def fire_timer(timer_id: int, *, now: datetime) -> bool:
    """Fire one due timer. False when it is no longer there, already fired, or its case is being changed."""
    place = Timer.objects.filter(pk=timer_id, fired_at=None).values_list("run__case__pk", flat=True).first()
    case = lock_case_or_none(place) if place else None
    if case is None:
        return False
    timer = Timer.objects.filter(pk=timer_id, fired_at=None, due_at__lte=now).first()
    if timer is None:
        return False
    walk, assign = walk_of(case, now=now)
    move = workflows.fire(walk, timer)
    journal.record(
        case,
        "timer",
        now=now,
        data={"element": timer.element, "name": timer.name, "due_at": timer.due_at.isoformat()},
    )
    follow(case, move, assign=assign, now=now)
    return True


@transaction.atomic
def complete_machine_step(step_id: int, *, values: Mapping[str, Any]) -> bool:
    """The second transaction of a machine step. False when the step is no longer open."""
    return _move_machine_step(
        step_id,
        lambda walk, step: workflows.complete(walk, step, values=values, outcome="done"),
        values=values,
    )


@transaction.atomic
def fail_machine_step(step_id: int, *, error: str, message: str) -> bool:
    """A machine step ends with a BPMN error, which a boundary event may catch."""
    return _move_machine_step(
        step_id,
        lambda walk, step: workflows.fail(walk, step, error=error, message=message),
        values={"error": error},
    )


def _move_machine_step(step_id: int, act: Callable[[Walk, Step], Move], *, values: Mapping[str, Any]) -> bool:
    place = Step.objects.filter(pk=step_id).values_list("run__case__pk", flat=True).first()
    if place is None:
        return False
    case = lock_case(place)
    step = Step.objects.open().filter(pk=step_id).first()
    if step is None or case.run.status != RunStatus.RUNNING:
        return False
    now = database_now()
    walk, assign = walk_of(case, now=now)
    move = act(walk, step)
    journal.record(
        case,
        "machine",
        now=now,
        data={
            "element": step.element,
            "name": step.name,
            "operation": step.operation,
            "values": dict(values),
        },
    )
    follow(case, move, assign=assign, now=now)
    return True


def deliver_message(
    name: str,
    *,
    correlation: str | None = None,
    payload: Mapping[str, Any] | None = None,
    by: Viewer | None = None,
) -> list[str]:
    """Give a message to the one run that waits for it longest; returns the numbers of the cases that took it.

    A subscription without a key takes any correlation; one with a key takes only its own.
    """
    held = Subscription.objects.filter(kind=SubscriptionKind.MESSAGE, name=name)
    if correlation:
        held = held.filter(Q(correlation=correlation) | Q(correlation=""))
    else:
        held = held.filter(correlation="")
    # An exact key goes before a receiver that takes anything.
    for place in held.order_by("-correlation", "opened_at", "pk").values_list("run__case__pk", flat=True)[
        :20
    ]:
        number = _deliver_to(place, name=name, correlation=correlation, payload=payload, by=by)
        if number:
            return [number]
    return []


@transaction.atomic
def _deliver_to(
    case_id: int, *, name: str, correlation: str | None, payload: Mapping[str, Any] | None, by: Viewer | None
) -> str | None:
    case = lock_case(case_id)
    waits = Subscription.objects.filter(run=case.run, kind=SubscriptionKind.MESSAGE, name=name).exists()
    if not waits or case.run.status != RunStatus.RUNNING:
        return None  # it was answered, or time took it, while we waited for the lock
    now = database_now()
    walk, assign = walk_of(case, now=now)
    move = workflows.deliver(walk, name=name, correlation=correlation, payload=payload)
    data = {"name": name, "payload": dict(payload or {})}
    journal.record(case, "message", now=now, by=by, data=data)
    follow(case, move, assign=assign, now=now, by=by)
    return case.number


def broadcast_signal(
    name: str, *, payload: Mapping[str, Any] | None = None, by: Viewer | None = None
) -> list[str]:
    """Give a signal to every run that waits for it, one transaction each, in the order of their cases."""
    held = Subscription.objects.filter(kind=SubscriptionKind.SIGNAL, name=name)
    places = sorted(set(held.values_list("run__case__pk", flat=True)))
    numbers = [_signal_to(place, name=name, payload=payload, by=by) for place in places]
    return [number for number in numbers if number]


@transaction.atomic
def _signal_to(
    case_id: int, *, name: str, payload: Mapping[str, Any] | None, by: Viewer | None
) -> str | None:
    case = lock_case(case_id)
    waits = Subscription.objects.filter(run=case.run, kind=SubscriptionKind.SIGNAL, name=name).exists()
    if not waits or case.run.status != RunStatus.RUNNING:
        return None
    now = database_now()
    walk, assign = walk_of(case, now=now)
    move = workflows.signal(walk, name=name, payload=payload)
    journal.record(case, "signal", now=now, by=by, data={"name": name})
    follow(case, move, assign=assign, now=now, by=by)
    return case.number


def rebuild_differences(case: Case, *, now: datetime) -> list[str]:
    """What a rebuild of steps, timers and subscriptions from the state would change; nothing, if all is well."""
    run: Run = case.run
    return workflows.rebuild(
        run, data=case.data, assign=assigner(case, now=now, calendar=work_calendar()), now=now
    )
