"""Clocks that explain themselves: which limit, from when, by which calendar, with which pauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casework.clocks import WorkCalendar
from casework.models import Case
from casework.queries.cases import OpenWork
from casework.services.calendars import work_calendar
from workflows.expressions import ExpressionError, compile_expression
from workflows.models import Step

WORKING_UNITS = ("wh", "wd")


@dataclass(frozen=True, kw_only=True)
class Explained:
    """The clock of one open step. `rule` is the limit as it came out (“1wd”), also where it is drawn as an expression."""

    step: Step
    is_chosen: bool
    rule: str
    starts_at: datetime
    due_at: datetime
    pauses: tuple[dict[str, Any], ...]
    hours: str  # of the working calendar; empty when the clock runs day and night


def explained(case: Case, works: Sequence[OpenWork], *, chosen: OpenWork | None) -> tuple[Explained, ...]:
    """The clocks of the open steps, the nearest first."""
    calendar = work_calendar()
    clocks = [
        _explained(case, work, is_chosen=work is chosen, calendar=calendar)
        for work in works
        if work.step.due_at is not None
    ]
    return tuple(sorted(clocks, key=lambda clock: (not clock.is_chosen, clock.due_at)))


def _explained(case: Case, work: OpenWork, *, is_chosen: bool, calendar: WorkCalendar) -> Explained:
    step = work.step
    assert step.due_at is not None
    rule = _rule(case, step, calendar=calendar)
    starts_at = work.clock.starts_at if work.clock else step.opened_at
    return Explained(
        step=step,
        is_chosen=is_chosen,
        rule=rule,
        starts_at=starts_at,
        due_at=step.due_at,
        pauses=tuple(work.clock.pauses) if work.clock else (),
        hours=_hours(calendar) if rule.endswith(WORKING_UNITS) else "",
    )


def _rule(case: Case, step: Step, *, calendar: WorkCalendar) -> str:
    text = str(step.settings.get("limit", ""))
    if not text.startswith("="):
        return text
    try:
        variables = {**case.data, **step.instance}
        value = compile_expression(text[1:]).evaluate(variables, now=step.opened_at, calendar=calendar)
    except ExpressionError:
        return ""
    return str(value or "")


def _hours(calendar: WorkCalendar) -> str:
    return ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in calendar.hours)
