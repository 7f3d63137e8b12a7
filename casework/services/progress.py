"""What follows from a move of the process: data, clocks, journal, outside effects, the close."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from casework.access import Viewer, event_areas
from casework.errors import NotFound
from casework.models import Case, CaseEvent, CaseStatus, Decision
from casework.services import clocks, following, journal, nearby, outbox, taking_back
from casework.services.assignment import Assigner, assigner
from casework.services.calendars import work_calendar
from casework.services.closing import settle_record
from casework.services.locks import database_now, lock_case, lock_step, lock_timer_or_none
from casework.services.taking_back import Act, Parcels
from grid.models import Post
from workflows import services as workflows
from workflows.engine import Decided
from workflows.errors import MoveRefused
from workflows.models import Incident, Run, RunStatus, Step, StepKind, Subscription, SubscriptionKind
from workflows.projection import Move, Walk
from workflows.rows import Batch, ask


def walk_of(case: Case, *, now: datetime, batch: Batch | None = None) -> tuple[Walk, Assigner]:
    """Load the case's run for one move; the case is locked.

    With a batch nothing is written before `follow`, which then sends the move and all that it means at once.
    """
    calendar = work_calendar(case.area_code)
    assign = assigner(case, now=now, calendar=calendar)
    walk = workflows.resume(case.run, data=case.data, assign=assign, now=now, calendar=calendar, batch=batch)
    return walk, assign


@dataclass(frozen=True, kw_only=True)
class Closing:
    """How a case ends whose run was cancelled, where that is not plainly voiding."""

    status: str
    outcome: str
    event: str


def follow(
    case: Case,
    move: Move,
    *,
    assign: Assigner,
    now: datetime,
    by: Viewer | None = None,
    told: Sequence[CaseEvent] = (),
    decision: Decision | None = None,
    closing: Closing | None = None,
    act: Act | None = None,
) -> None:
    """Write everything that one move means for its case; the same for people, machines, time and messages.

    `told` are the act's own journal lines, which come before those of what followed from it. With `act` it can be
    taken back.
    """
    batch = move.batch
    parcels = Parcels(case=case, leave_at=now + taking_back.UNDO if act and act.held else now)
    case.data = move.data
    case.version += 1
    batch.insert([decision] if decision else [])
    _stop_clocks(move, batch, now=now)
    lines = [*told, *_open_steps(case, move, batch, parcels, assign=assign, now=now)]
    _case_clocks(case, move, batch, assign=assign, now=now)
    _tell_outside(move, parcels)
    lines += [_decided(case, made, now=now) for made in move.decided]
    lines += [_incident(case, incident, now=now) for incident in move.incidents]
    if move.run.status != RunStatus.RUNNING:
        lines.append(_close(case, move, closing, now=now))
        settle_record(case, batch, matter=move.run.version.definition.key, now=now)
    else:
        case.due_at = _next_due(move)
    batch.insert(lines)
    batch.update(case, *_MOVED)
    following.tell_later(case, move, batch, now=now, leave_at=parcels.leave_at)
    if act is not None and by is not None:
        taking_back.keep(
            batch,
            case,
            act.before,
            verb=act.verb,
            step=act.step,
            by=by,
            now=now,
            has_moved=True,
            made=act.made,
            parcels=parcels.keys,
            others=act.others,
        )
    batch.write()


_MOVED = (
    "data", "version", "due_at", "status", "outcome", "closed_at", "touched_by", "lines", "last_hash",
)  # fmt: skip


def _next_due(move: Move) -> datetime | None:
    """When the next open step is due; the others are asked for only where there are some."""
    dues = [step.due_at for step in move.opened]
    if move.others_open:
        dues.append(ask(_FIRST_DUE, move.run.pk, _ended_by(move))[0][0])
    return min((due for due in dues if due is not None), default=None)


def _ended_by(move: Move) -> list[int]:
    """The steps that are over with this move, which may not be written down yet."""
    return [step.pk for step in (*move.cancelled, *([move.done] if move.done else []))]


_FIRST_DUE = """
SELECT min(due_at) FROM workflows_step WHERE run_id = %s AND status = 'open' AND id <> ALL(%s::bigint[])
"""


def _decided(case: Case, made: Decided, *, now: datetime) -> CaseEvent:
    data = {"element": made.element, "name": made.table, "rules": list(made.rules)}
    told = {"inputs": dict(made.inputs), "values": dict(made.values)}
    return journal.line(case, "decided", now=now, data={**data, **told})


def _incident(case: Case, incident: Incident, *, now: datetime) -> CaseEvent:
    data = {"element": incident.element, "kind": incident.kind, "message": incident.message}
    return journal.line(case, "incident", now=now, data=data)


_STOP_ALL = "UPDATE casework_clock SET stopped_at = %s WHERE case_id = %s AND stopped_at IS NULL"
_STOP = "UPDATE casework_clock SET stopped_at = %s WHERE step_id = ANY(%s) AND stopped_at IS NULL"


def _stop_clocks(move: Move, batch: Batch, *, now: datetime) -> None:
    """A clock runs on every step that is due, and on no other."""
    over = [*move.cancelled, *([move.done] if move.done else [])]
    timed = [step.pk for step in over if step.due_at is not None]
    if timed:
        batch.run(_STOP, now, timed)


def _open_steps(
    case: Case, move: Move, batch: Batch, parcels: Parcels, *, assign: Assigner, now: datetime
) -> list[CaseEvent]:
    human = [step for step in move.opened if step.kind == StepKind.HUMAN]
    case.touch(code for step in human for code in step.candidates)
    _learn_names(human, assign)
    started = [clocks.of_step(case, step, now=now, calendar=assign.calendar) for step in human]
    batch.insert([clock for clock in started if clock is not None])
    for step in move.opened:
        if step.kind == StepKind.MACHINE:
            parcels.send(f"step:{step.pk}", kind="machine_step", payload={"step": step.pk})
    if not human:
        return []
    opened = journal.line(case, "opened", now=now, data={"steps": [_said_of(step, assign) for step in human]})
    return [opened, *_ruled(case, human, assign=assign, now=now)]


def _ruled(case: Case, opened: Sequence[Step], *, assign: Assigner, now: datetime) -> Iterator[CaseEvent]:
    """Which rules chose who gets a step, and why."""
    for step in opened:
        placed = assign.placed.get(step.token)
        if placed is not None:
            said = {"element": step.element, "name": step.name, **nearby.said_of_place(placed)}
            yield journal.line(case, "ruled", now=now, data=said)


def _case_clocks(case: Case, move: Move, batch: Batch, *, assign: Assigner, now: datetime) -> None:
    """The clocks of stages and of the whole case, where the matter sets any."""
    if move.run.status != RunStatus.RUNNING:
        batch.run(_STOP_ALL, now, case.pk)
        return
    if move.run.moves == 1:
        batch.insert(clocks.of_case(case, now=now, calendar=assign.calendar))
    clocks.follow_stages(
        case,
        move.opened,
        batch,
        others_open=move.others_open,
        over=_ended_by(move),
        now=now,
        calendar=assign.calendar,
    )


def _learn_names(steps: Sequence[Step], assign: Assigner) -> None:
    """What the posts are called that a step was given to by hand; the others have been looked up already."""
    missing = {code for step in steps for code in step.candidates} - assign.names.keys()
    missing.discard(assign.facts.reporter_post)
    if missing:
        assign.names |= dict(Post.objects.filter(code__in=missing).values_list("code", "name"))


def _said_of(step: Step, assign: Assigner) -> dict[str, Any]:
    said: dict[str, Any] = {
        "element": step.element,
        "name": step.name,
        "posts": [assign.names.get(code, code) for code in step.candidates][:6],
    }
    if part := _part(step):
        said["part"] = part
    if step.due_at is not None:
        said["due_at"] = step.due_at.isoformat()
    if step.element in assign.notes:
        said["vacant"] = assign.notes[step.element]
    return said


def _part(step: Step) -> str:
    """牵头 or 配合, where the step is one of several that were dispatched."""
    rows = (row for row in step.instance.values() if isinstance(row, dict))
    return next((str(row["角色"]) for row in rows if "角色" in row), "")


def _tell_outside(move: Move, parcels: Parcels) -> None:
    """Messages and signals to other cases need their locks, so they leave through the outbox."""
    for n, message in enumerate(move.messages):
        payload = {"name": message.name, "correlation": message.correlation, "payload": message.payload}
        parcels.send(f"message:{move.run.pk}:{move.run.moves}:{n}", kind="message", payload=payload)
    for n, sent in enumerate(move.signals):
        parcels.send(f"signal:{move.run.pk}:{move.run.moves}:{n}", kind="signal", payload={"name": sent.name})


_VOIDED = Closing(status=CaseStatus.VOID, outcome="作废", event="voided")


def _close(case: Case, move: Move, closing: Closing | None, *, now: datetime) -> CaseEvent:
    if move.run.status == RunStatus.ENDED:
        closing = Closing(status=CaseStatus.CLOSED, outcome=_outcome(case, move), event="closed")
    closing = closing or _VOIDED
    case.status, case.outcome = closing.status, closing.outcome
    case.closed_at = now
    case.due_at = None
    return journal.line(case, closing.event, now=now, data={"outcome": case.outcome})


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
    locked = lock_timer_or_none(timer_id)
    if locked is None:
        return False
    case, timer = locked.case, locked.timer
    if timer.fired_at is not None or timer.due_at > now or case.status == CaseStatus.SUSPENDED:
        return False
    walk, assign = walk_of(case, now=now, batch=Batch())
    move = workflows.fire(walk, timer)
    data = {"element": timer.element, "name": timer.name, "due_at": timer.due_at.isoformat()}
    follow(case, move, assign=assign, now=now, told=[journal.line(case, "timer", now=now, data=data)])
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
    try:
        locked = lock_step(step_id)
    except NotFound:
        return False
    case, step, now = locked.case, locked.step, locked.now
    if not step.is_open or case.run.status != RunStatus.RUNNING:
        return False
    walk, assign = walk_of(case, now=now, batch=Batch())
    move = act(walk, step)
    data = {"element": step.element, "name": step.name, "operation": step.operation, "values": dict(values)}
    follow(case, move, assign=assign, now=now, told=[journal.line(case, "machine", now=now, data=data)])
    return True


def deliver_message(
    name: str,
    *,
    correlation: str | None = None,
    payload: Mapping[str, Any] | None = None,
    by: Viewer | None = None,
    key: str = "",
) -> list[str]:
    """Give a message to the one run that waits for it longest; returns the numbers of the cases that took it.

    A subscription without a key takes any correlation; one with a key takes only its own. `key` is that of
    the outbox row that carries the message: it is done together with the move, so that no crash repeats it.
    """
    held = _heard_from(by, Subscription.objects.filter(kind=SubscriptionKind.MESSAGE, name=name))
    if correlation:
        held = held.filter(Q(correlation=correlation) | Q(correlation=""))
    else:
        held = held.filter(correlation="")
    # An exact key goes before a receiver that takes anything.
    for place in held.order_by("-correlation", "opened_at", "pk").values_list("run__case__pk", flat=True)[
        :20
    ]:
        number = _deliver_to(place, name=name, correlation=correlation, payload=payload, by=by, key=key)
        if number:
            return [number]
    return []


def _heard_from(by: Viewer | None, held: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """A person reaches the cases of his own districts; a case reaches all."""
    if by is None:
        return held
    inside = Q(pk__in=[])
    for code in event_areas(by):
        inside |= Q(run__case__area_code__startswith=code)
    return held.filter(inside)


@transaction.atomic
def _deliver_to(
    case_id: int,
    *,
    name: str,
    correlation: str | None,
    payload: Mapping[str, Any] | None,
    by: Viewer | None,
    key: str,
) -> str | None:
    case = lock_case(case_id)
    waits = Subscription.objects.filter(run=case.run, kind=SubscriptionKind.MESSAGE, name=name).exists()
    if not waits or case.run.status != RunStatus.RUNNING:
        return None  # it was answered, or time took it, while we waited for the lock
    now = database_now()
    walk, assign = walk_of(case, now=now, batch=Batch())
    move = workflows.deliver(walk, name=name, correlation=correlation, payload=payload)
    data = {"name": name, "payload": dict(payload or {})}
    told = journal.line(case, "message", now=now, by=by, data=data)
    follow(case, move, assign=assign, now=now, by=by, told=[told])
    if key:
        outbox.done_with(key)
    return case.number


def broadcast_signal(
    name: str,
    *,
    payload: Mapping[str, Any] | None = None,
    by: Viewer | None = None,
    sender: int | None = None,
    key: str = "",
) -> list[str]:
    """Give a signal to every run that waits for it, one transaction each, in the order of their cases.

    The case that sent it (`sender`) has heard it in the very move that threw it. A case that can't take it
    gets an incident, and the others hear it all the same. With the `key` of the outbox row that carries it
    nobody hears it twice, however often that is tried.
    """
    held = _heard_from(by, Subscription.objects.filter(kind=SubscriptionKind.SIGNAL, name=name))
    held = held.exclude(run__case__pk=sender) if sender is not None else held
    places = sorted(set(held.values_list("run__case__pk", flat=True)))
    numbers = [_signal_to_one(place, name=name, payload=payload, by=by, key=key) for place in places]
    return [number for number in numbers if number]


def _signal_to_one(
    case_id: int, *, name: str, payload: Mapping[str, Any] | None, by: Viewer | None, key: str
) -> str | None:
    try:
        return _signal_to(case_id, name=name, payload=payload, by=by, key=key)
    except MoveRefused as refused:
        _signal_refused(case_id, str(refused.message))
        return None


@transaction.atomic
def _signal_refused(case_id: int, error: str) -> None:
    """Once per cause."""
    case, now = lock_case(case_id), database_now()
    if Incident.objects.filter(run=case.run, kind="signal", message=error, resolved_at=None).exists():
        return
    incident = Incident.objects.create(run=case.run, kind="signal", message=error, opened_at=now)
    journal.record(case, "incident", now=now, data={"kind": incident.kind, "message": error})


@transaction.atomic
def _signal_to(
    case_id: int, *, name: str, payload: Mapping[str, Any] | None, by: Viewer | None, key: str
) -> str | None:
    case = lock_case(case_id)
    if key and CaseEvent.objects.filter(case=case, kind="signal", data__key=key).exists():
        return None
    waits = Subscription.objects.filter(run=case.run, kind=SubscriptionKind.SIGNAL, name=name).exists()
    if not waits or case.run.status != RunStatus.RUNNING:
        return None
    now = database_now()
    walk, assign = walk_of(case, now=now, batch=Batch())
    move = workflows.signal(walk, name=name, payload=payload)
    data = {"name": name, "key": key} if key else {"name": name}
    told = journal.line(case, "signal", now=now, by=by, data=data)
    follow(case, move, assign=assign, now=now, by=by, told=[told])
    return case.number


def rebuild_differences(case: Case, *, now: datetime) -> list[str]:
    """What a rebuild of steps, timers and subscriptions from the state would change; nothing, if all is well."""
    run: Run = case.run
    return workflows.rebuild(
        run, data=case.data, assign=assigner(case, now=now, calendar=work_calendar(case.area_code)), now=now
    )
