"""Periods of what comes again and again: which days a cycle gives, and on which of them something is due."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3}


@dataclass(frozen=True, kw_only=True)
class Period:
    """Both days belong to it."""

    starts_on: date
    ends_on: date

    @property
    def days(self) -> tuple[date, ...]:
        count = (self.ends_on - self.starts_on).days + 1
        return tuple(self.starts_on + number * ONE_DAY for number in range(count))


def period_of(cycle: str, *, on: date) -> Period:
    """The period of this cycle that a day lies in: the day itself, its week from Monday, its month or quarter."""
    if cycle == "week":
        monday = on - on.weekday() * ONE_DAY
        return Period(starts_on=monday, ends_on=monday + 6 * ONE_DAY)
    if cycle in MONTHS:
        return _months(on, count=MONTHS[cycle])
    return Period(starts_on=on, ends_on=on)


def days_to_use(
    period: Period,
    *,
    since: date,
    until: date | None = None,
    weekdays: Collection[int] = (),
    is_worked: Callable[[date], bool] | None = None,
) -> tuple[date, ...]:
    """The days of a period that are left to do something on; `weekdays` are 1 (Monday) to 7, none of them means all."""
    return tuple(
        day
        for day in period.days
        if day >= since
        and (until is None or day <= until)
        and (not weekdays or day.isoweekday() in weekdays)
        and (is_worked is None or is_worked(day))
    )


def _months(on: date, *, count: int) -> Period:
    first = on.replace(month=on.month - (on.month - 1) % count, day=1)
    after = first.month - 1 + count
    following = date(first.year + after // 12, after % 12 + 1, 1)
    return Period(starts_on=first, ends_on=following - ONE_DAY)
