"""After a move: the run's state and what is seen of it in rows. `Run.state` is the truth, the rows its projection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from workflows import engine
from workflows.engine import OpenStep, Wait
from workflows.models import Incident, Run, RunStatus, Step, StepStatus, Subscription, Timer
from workflows.rows import Batch, ask, new_keys

# What a drawing says for people may be as long as it likes; rows keep its beginning.
NAME_LENGTH, LANE_LENGTH = 200, 120
FIRST_STEPS = 4  # more than most runs begin with


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Who may take a step, and until when it is due by which limit, as an expression gave it."""

    candidates: tuple[str, ...] = ()
    due_at: datetime | None = None
    limit: str = ""


Assign = Callable[[OpenStep, Mapping[str, Any]], Assignment]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a run showed before a move. Its rows say the same, so they need not be read to be brought up to date."""

    steps: frozenset[int] = frozenset()
    timers: frozenset[tuple[int, datetime]] = frozenset()
    events: frozenset[tuple[int, str, str]] = frozenset()
    asked: Mapping[int, tuple[bool, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(kw_only=True)
class Walk:
    """A run that is being moved: its row, the engine's run, what it showed before, and how steps are assigned.

    Who gives a batch writes the rows of the move himself, together with his own; `Move.batch` holds them.
    """

    row: Run
    live: engine.Run
    assign: Assign
    now: datetime
    before: Standing = field(default_factory=Standing)
    batch: Batch | None = None


@dataclass(kw_only=True)
class Move:
    """What one move of a run changed. `batch` holds its rows until somebody writes them; steps have keys already."""

    run: Run
    data: dict[str, Any]
    batch: Batch
    opened: list[Step] = field(default_factory=list)
    done: Step | None = None
    cancelled: list[Step] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    messages: list[engine.MessageSent] = field(default_factory=list)
    signals: list[engine.SignalSent] = field(default_factory=list)
    decided: list[engine.Decided] = field(default_factory=list)
    others_open: bool = False

    @property
    def ended(self) -> bool:
        return self.run.status == RunStatus.ENDED


def standing(live: engine.Run) -> Standing:
    """The steps and waits of a run as keys of their rows."""
    waits, steps = live.waits(), live.steps()
    return Standing(
        steps=frozenset(step.token for step in steps),
        asked={step.token: (step.is_held_up, step.asked) for step in steps if step.asked or step.is_held_up},
        timers=frozenset(_timers(waits)),
        events=frozenset(_events(waits)),
    )


def settle(walk: Walk, *, done: Step | None = None, outcome: str = "", fired: Timer | None = None) -> Move:
    """Put down the state and its projection after a move, in one round trip, or in that of whoever gave the batch."""
    row, batch = walk.row, walk.batch or Batch()
    _take_state(walk)
    if row._state.adding:
        _reserve(row)
        batch.insert([row])
    else:
        batch.update(row, "status", "state", "state_version", "moves", "path", "ended_at")
    if fired is not None:
        fired.fired_at = walk.now
        batch.update(fired, "fired_at")
    move = Move(run=row, data=walk.live.data, done=done, batch=batch)
    _project_steps(walk, move, batch, outcome=outcome)
    project_waits(walk, batch)
    _sort_effects(walk, move)
    if walk.batch is None:
        batch.write()
    walk.before = standing(walk.live)
    return move


def _take_state(walk: Walk) -> None:
    row, live = walk.row, walk.live
    row.state, row.state_version = live.dump(), live.state_version
    row.moves += 1
    row.path = _walked(row.path, live.effects)
    if live.ended and row.status == RunStatus.RUNNING:
        row.status, row.ended_at = RunStatus.ENDED, walk.now


def _walked(path: Mapping[str, int], effects: Iterable[object]) -> dict[str, int]:
    counts = dict(path)
    for effect in effects:
        if isinstance(effect, engine.Passed):
            counts[effect.element] = counts.get(effect.element, 0) + 1
    return counts


_ASKED = (
    "UPDATE workflows_step SET is_held_up = %s, asked = %s::varchar(120)[] WHERE run_id = %s AND token = %s"
)


def _project_steps(walk: Walk, move: Move, batch: Batch, *, outcome: str) -> None:
    wanted = {step.token: step for step in walk.live.steps()}
    stood = set(walk.before.steps)
    done = move.done
    if done is not None:
        done.status, done.closed_at, done.outcome = StepStatus.DONE, walk.now, outcome[:64]
        batch.update(done, "status", "closed_at", "outcome", "claimed_by", "claimed_as", "claimed_at")
        stood.discard(done.token)
    gone = stood - wanted.keys()
    if gone:
        move.cancelled = list(Step.objects.open().filter(run=walk.row, token__in=gone))
    for step in move.cancelled:
        step.status, step.closed_at = StepStatus.CANCELLED, walk.now
        batch.update(step, "status", "closed_at")
    fresh = [step for token, step in wanted.items() if token not in stood]
    keys = _step_keys(walk.row, len(fresh))
    move.opened = [
        _new_step(walk, step, key=key, opened_by=done) for key, step in zip(keys, fresh, strict=True)
    ]
    for token in sorted(stood & wanted.keys()):
        asks = wanted[token].is_held_up, wanted[token].asked
        if walk.before.asked.get(token, (False, ())) != asks:
            batch.run(_ASKED, asks[0], list(asks[1]), walk.row.pk, token)
    move.others_open = len(fresh) < len(wanted)
    batch.insert(move.opened)


def _step_keys(row: Run, count: int) -> Sequence[int]:
    """The keys that came with the lock, as far as they go."""
    if count > len(row.step_keys):
        row.step_keys += tuple(ask(f"SELECT {new_keys(Step, count - len(row.step_keys))}")[0][0])
    taken, row.step_keys = row.step_keys[:count], row.step_keys[count:]
    return taken


def _reserve(row: Run) -> None:
    """The key of a new run, and those of its first steps."""
    ((row.pk,), row.step_keys) = map(
        tuple, ask(f"SELECT {new_keys(Run, 1)}, {new_keys(Step, FIRST_STEPS)}")[0]
    )


def _new_step(walk: Walk, step: OpenStep, *, key: int, opened_by: Step | None) -> Step:
    assignment = walk.assign(step, walk.live.data) if step.kind == "human" else Assignment()
    return Step(
        pk=key,
        run=walk.row,
        token=step.token,
        element=step.element,
        name=(step.name or step.element)[:NAME_LENGTH],
        lane=(step.lane or "")[:LANE_LENGTH],
        kind=step.kind,
        operation=step.operation or "",
        settings={**step.settings, **({"limit": assignment.limit} if assignment.limit else {})},
        instance=dict(step.instance),
        candidates=list(assignment.candidates if step.posts is None else step.posts),
        is_held_up=step.is_held_up,
        asked=list(step.asked),
        opened_by=opened_by,
        opened_at=walk.now,
        due_at=assignment.due_at,
    )


def _timers(waits: Iterable[Wait]) -> dict[tuple[int, datetime], Wait]:
    return {(wait.token, wait.due_at): wait for wait in waits if wait.due_at is not None}


def _events(waits: Iterable[Wait]) -> dict[tuple[int, str, str], Wait]:
    return {(wait.token, wait.kind, wait.event or ""): wait for wait in waits if wait.due_at is None}


_DROP_TIMER = (
    "DELETE FROM workflows_timer WHERE run_id = %s AND token = %s AND due_at = %s AND fired_at IS NULL"
)
_DROP_SUBSCRIPTION = (
    "DELETE FROM workflows_subscription WHERE run_id = %s AND token = %s AND kind = %s AND name = %s"
)


def project_waits(walk: Walk, batch: Batch, *, are_new: bool = True) -> None:
    """Rows for what the run waits for now. A wait that is put back is not new: since when it waits nobody knows."""
    row, waits = walk.row, walk.live.waits()
    timers, events = _timers(waits), _events(waits)
    for token, due_at in sorted(walk.before.timers - timers.keys()):
        batch.run(_DROP_TIMER, row.pk, token, due_at)
    for token, kind, name in sorted(walk.before.events - events.keys()):
        batch.run(_DROP_SUBSCRIPTION, row.pk, token, kind, name)
    batch.insert(
        [
            _new_timer(row, wait, due_at=key[1], opened_at=walk.now if are_new else None)
            for key, wait in timers.items()
            if key not in walk.before.timers
        ]
    )
    batch.insert(
        [_new_subscription(walk, wait) for key, wait in events.items() if key not in walk.before.events]
    )


def _new_timer(row: Run, wait: Wait, *, due_at: datetime, opened_at: datetime | None) -> Timer:
    return Timer(
        run=row,
        token=wait.token,
        element=wait.element,
        name=(wait.name or "")[:NAME_LENGTH],
        opened_at=opened_at,
        due_at=due_at,
    )


def _new_subscription(walk: Walk, wait: Wait) -> Subscription:
    return Subscription(
        run=walk.row,
        token=wait.token,
        element=wait.element,
        label=(wait.name or "")[:NAME_LENGTH],
        kind=wait.kind,
        name=wait.event or "",
        correlation=wait.correlation or "",
        opened_at=walk.now,
    )


def _sort_effects(walk: Walk, move: Move) -> None:
    steps = {step.token: step for step in move.opened}
    for effect in walk.live.effects:
        match effect:
            case engine.MessageSent():
                move.messages.append(effect)
            case engine.SignalSent():
                move.signals.append(effect)
            case engine.Decided():
                move.decided.append(effect)
            case engine.Incident():
                move.incidents.append(_incident(walk, effect, steps))
            case _:
                pass
    move.batch.insert(move.incidents)


def _incident(walk: Walk, effect: engine.Incident, steps: Mapping[int, Step]) -> Incident:
    params = {key: str(value) for key, value in effect.params.items()}
    return Incident(
        run=walk.row,
        step=steps.get(effect.token),
        element=effect.element,
        kind=effect.kind,
        message=effect.text(get_language() or "zh-hans"),
        data={"token": effect.token, **params},
        opened_at=walk.now,
    )
