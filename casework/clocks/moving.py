"""What pauses, extensions and warnings do to a due time, in the units of its limit. Pure arithmetic."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from casework.clocks.calendar import WorkCalendar

WARN_SHARE = 0.8  # of the time given; a diagram may say otherwise (`cw:warn`)


def after_pause(
    due_at: datetime,
    *,
    unit: str,
    starts_at: datetime,
    paused_at: datetime,
    resumed_at: datetime,
    calendar: WorkCalendar,
) -> datetime:
    """When a clock that stood still from `paused_at` to `resumed_at` is due now.

    Hours and calendar days move by the time that passed. Working hours move by what was left of them. Working days
    count the ends of work at which the clock ran: a day on which it stood at the end of work gave nothing. What was
    due before the pause stays due.
    """
    if due_at <= paused_at:
        return due_at
    if unit == "wd" and _is_closing(due_at, starts_at=starts_at, calendar=calendar):
        return _as_many_closings(
            due_at, paused_at=paused_at, resumed_at=resumed_at, starts_at=starts_at, calendar=calendar
        )
    if unit in ("wh", "wd"):
        return calendar.add_working_time(resumed_at, calendar.working_time_between(paused_at, due_at))
    return due_at + (resumed_at - paused_at)


def _is_closing(due_at: datetime, *, starts_at: datetime, calendar: WorkCalendar) -> bool:
    """Whether the time is the end of a counted day; an extension may have put it anywhere."""
    day = due_at.astimezone(calendar.zone).date()
    counts = day > starts_at.astimezone(calendar.zone).date()
    return counts and calendar.is_worked(day) and due_at == calendar.closing(day)


def _as_many_closings(
    due_at: datetime,
    *,
    paused_at: datetime,
    resumed_at: datetime,
    starts_at: datetime,
    calendar: WorkCalendar,
) -> datetime:
    """The end of work by which as many have come since the pause as were to come when it began."""
    first = starts_at.astimezone(calendar.zone).date()
    left = 0
    for end in calendar.closings(paused_at):
        if end > due_at:
            break
        left += end > paused_at and end.date() > first
    ends = (end for end in calendar.closings(resumed_at) if end.date() > first)
    return next(islice(ends, left - 1, None), due_at)


def warn_at(
    starts_at: datetime, due_at: datetime, *, unit: str, calendar: WorkCalendar, share: float = WARN_SHARE
) -> datetime:
    """The moment at which that share of the time has passed, in the units in which it runs."""
    if unit in ("wh", "wd"):
        worked = calendar.working_time_between(starts_at, due_at)
        return min(due_at, calendar.add_working_time(starts_at, worked * share))
    return starts_at + (due_at - starts_at) * share
