"""A running case goes on in another version of its process: its rows keep their claims, clocks and opinions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from workflows import engine
from workflows.engine.errors import Obstacle
from workflows.errors import MoveRefused
from workflows.models import Run, Step, Subscription, Timer, Version
from workflows.projection import LANE_LENGTH, NAME_LENGTH, Assign, Move, Walk, settle, standing
from workflows.rows import Batch
from workflows.services import plan_of


def obstacles(
    row: Run,
    version: Version,
    *,
    data: Mapping[str, Any],
    now: datetime,
    elements: Mapping[str, str],
    plan: engine.Plan | None = None,
) -> tuple[Obstacle, ...]:
    """What keeps the run from standing in that version; empty when it can go over. Changes nothing.

    A draft's `plan` comes from the caller: what is kept per process is only for what never changes.
    """
    plan = plan or plan_of(version)
    try:
        _moved(row, plan, data=data, now=now, calendar=None, elements=elements)
    except engine.CannotMigrate as refused:
        return refused.obstacles
    return ()


def move_over(
    row: Run,
    version: Version,
    *,
    data: Mapping[str, Any],
    assign: Assign,
    now: datetime,
    calendar: engine.Calendar | None = None,
    elements: Mapping[str, str],
) -> Move:
    """Let the run go on in that version; `elements` maps ids of the old one to those of the new. Raises MoveRefused.

    A step that stands keeps its row: who signed for it, its clock, and what others said. It takes its name, form
    and verbs from the new version. The caller holds the case's lock and writes `Move.batch`.
    """
    before = standing(engine.load(plan_of(row.version), row.state, data=dict(data), now=now))
    try:
        live = _moved(row, plan_of(version), data=data, now=now, calendar=calendar, elements=elements)
    except engine.EngineError as error:
        raise MoveRefused(error.text(get_language() or "zh-hans")) from error
    batch = Batch()
    walk = Walk(row=row, live=live, assign=assign, now=now, before=before, batch=batch)
    row.version = version
    batch.update(row, "version")
    _rename(walk, batch)
    return settle(walk)


def _moved(
    row: Run,
    plan: engine.Plan,
    *,
    data: Mapping[str, Any],
    now: datetime,
    calendar: engine.Calendar | None,
    elements: Mapping[str, str],
) -> engine.Run:
    return engine.migrate(
        plan,
        row.state,
        of=plan_of(row.version),
        data=dict(data),
        now=now,
        calendar=calendar,
        elements=elements,
    )


def _rename(walk: Walk, batch: Batch) -> None:
    """What goes on standing is called and set as the new version says."""
    steps = {step.token: step for step in walk.live.steps()}
    for row in Step.objects.open().filter(run=walk.row, token__in=steps):
        step = steps[row.token]
        limit = row.settings.get("limit")
        row.element, row.name = step.element, (step.name or step.element)[:NAME_LENGTH]
        row.lane = (step.lane or "")[:LANE_LENGTH]
        row.settings = {**step.settings, **({"limit": limit} if limit else {})}
        row.operation = step.operation or ""
        batch.update(row, "element", "name", "lane", "settings", "operation")
    waits = {wait.token: wait for wait in walk.live.waits()}
    for timer in Timer.objects.filter(run=walk.row, fired_at=None, token__in=waits):
        timer.element, timer.name = waits[timer.token].element, (waits[timer.token].name or "")[:NAME_LENGTH]
        batch.update(timer, "element", "name")
    for held in Subscription.objects.filter(run=walk.row, token__in=waits):
        held.element, held.label = waits[held.token].element, (waits[held.token].name or "")[:NAME_LENGTH]
        batch.update(held, "element", "label")
