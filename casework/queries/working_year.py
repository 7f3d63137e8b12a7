"""A year as a calendar to paint: each day with what the week says and whether it is an exception."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from django.db.models import Q
from django.utils import timezone

from casework.clocks.limits import WORKING_UNITS
from casework.models import Clock, Holiday, WorkingTime

FIRST_WEEKEND_DAY = 5


@dataclass(frozen=True, kw_only=True)
class Day:
    day: date
    is_weekend: bool
    is_special: bool
    name: str = ""

    @property
    def is_worked(self) -> bool:
        return self.is_weekend == self.is_special


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month with the empty places before its first day, weeks beginning on Monday."""

    first: date
    before: range
    days: tuple[Day, ...]


@dataclass(frozen=True, kw_only=True)
class Year:
    """`seen` names this state of the table, so that nobody puts his own over somebody else's unread."""

    year: int
    months: tuple[Month, ...]
    special: tuple[Day, ...]
    seen: str


def working_year(year: int) -> Year:
    rows = {row.day: row for row in Holiday.objects.filter(day__year=year)}
    months = tuple(_month(year, number, rows) for number in range(1, 13))
    special = tuple(day for month in months for day in month.days if day.is_special)
    return Year(year=year, months=months, special=special, seen=holidays_seen(year))


def _month(year: int, number: int, rows: dict[date, Holiday]) -> Month:
    weekday, length = monthrange(year, number)
    days = tuple(_day(date(year, number, one), rows) for one in range(1, length + 1))
    return Month(first=date(year, number, 1), before=range(weekday), days=days)


def _day(day: date, rows: dict[date, Holiday]) -> Day:
    is_weekend = day.weekday() >= FIRST_WEEKEND_DAY
    row = rows.get(day)
    # A row that says what the week says anyway is no exception.
    is_special = row is not None and row.works == is_weekend
    return Day(day=day, is_weekend=is_weekend, is_special=is_special, name=row.name if row else "")


def holidays_seen(year: int) -> str:
    rows = Holiday.objects.filter(day__year=year).order_by("day").values_list("day", "works", "name")
    return _digest(rows)


def hours_seen() -> str:
    rows = WorkingTime.objects.order_by("area_code", "first_day").values_list(
        "area_code", "first_day", "last_day", "opens", "lunch_from", "lunch_until", "closes"
    )
    return _digest(rows)


def _digest(rows: object) -> str:
    return sha256(repr(list(rows)).encode()).hexdigest()[:16]  # type: ignore[call-overload]


def limits_across(days: Collection[date]) -> int:
    """Running limits in working time that one of these days lies in. They keep their due times."""
    if not days:
        return 0
    zone = timezone.get_current_timezone()
    first = datetime.combine(min(days), time(), zone)
    last = datetime.combine(max(days) + timedelta(days=1), time(), zone)
    works = Q()
    for unit in WORKING_UNITS:
        works |= Q(rule__endswith=unit)
    return Clock.objects.running().filter(works, starts_at__lt=last, due_at__gte=first).count()
