"""Putting a run back to where it stood before its newest move. Rows are matched by their tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflows import engine
from workflows.engine import state
from workflows.models import Incident, Run, RunStatus, Step, StepStatus
from workflows.projection import Assignment, Move, Walk, project_waits, standing
from workflows.rows import Batch
from workflows.services import plan_of


def put_back(row: Run, text: str, *, data: Mapping[str, Any], path: Mapping[str, int], now: datetime) -> Move:
    """Let the run stand as `text` says: what was done since is open again, what has come since is cancelled.

    The caller holds the case's lock and knows that nothing else has happened since. `Move.opened` are the steps
    that are open again, `Move.cancelled` those that are gone.
    """
    plan = plan_of(row.version)
    present = engine.load(plan, row.state, data=dict(data), now=now)
    live = engine.load(plan, never_again(text, row.state), data=dict(data), now=now)
    walk = Walk(row=row, live=live, assign=_nobody, now=now, before=standing(present))
    batch = Batch()
    row.state, row.state_version = live.dump(), live.state_version
    row.moves += 1
    row.path, row.status, row.ended_at = dict(path), RunStatus.RUNNING, None
    batch.update(row, "status", "state", "state_version", "moves", "path", "ended_at")
    move = Move(run=row, data=dict(data), batch=batch)
    _reopen(walk, move, batch)
    project_waits(walk, batch, are_new=False)
    batch.write()
    return move


def forget_run(row: Run) -> None:
    """Drop a run that nobody has acted in and nothing belongs to any more, with all its rows."""
    Step.objects.filter(run=row).delete()
    row.delete()


def never_again(text: str, present: str) -> str:
    """The older state with the newer counter: a token's number is never used twice, not even by one taken back."""
    rows = state.parsed(text)
    numbers = state.split_numbers(rows[2])
    numbers[0] = max(numbers[0], state.split_numbers(state.parsed(present)[2])[0])
    rows[2] = state.joined_numbers(numbers)
    return state.unparsed(rows)


def _reopen(walk: Walk, move: Move, batch: Batch) -> None:
    wanted = standing(walk.live)
    gone = walk.before.steps - wanted.steps
    rows = Step.objects.filter(run=walk.row, token__in=(wanted.steps | gone))
    for step in rows:
        if step.token in gone:
            step.status, step.closed_at = StepStatus.CANCELLED, walk.now
            move.cancelled.append(step)
        elif not step.is_open:
            step.status, step.closed_at, step.outcome = StepStatus.OPEN, None, ""
            move.opened.append(step)
        step.is_held_up, asked = wanted.asked.get(step.token, (False, ()))
        step.asked = list(asked)
        batch.update(step, "status", "closed_at", "outcome", "is_held_up", "asked")
    opened = [step.pk for step in move.cancelled]
    if opened:
        Incident.objects.filter(step__in=opened, resolved_at=None).update(
            resolved_at=walk.now, resolution="taken back"
        )


def _nobody(_step: engine.OpenStep, _data: Mapping[str, Any]) -> Assignment:
    raise AssertionError("putting back opens no new steps")
