"""The working calendar of a place, from the tables of holidays and of working time, and their first filling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from casework.clocks import Season, WorkCalendar
from casework.clocks.calendar import Hours
from casework.models import Holiday, WorkingTime

_KEPT_SECONDS = 60
_KEPT_AS = "work_calendars"
HORIZON_WARNING = timedelta(days=60)


@dataclass(frozen=True, kw_only=True)
class _Days:
    """Both tables as they were read; a calendar is made of them for each place."""

    off: frozenset[date]
    worked: frozenset[date]
    seasons: tuple[tuple[str, Season], ...]

    def at(self, area_code: str) -> WorkCalendar:
        near = [(code, season) for code, season in self.seasons if area_code.startswith(code)]
        near.sort(key=lambda row: -len(row[0]))
        return WorkCalendar(
            zone=ZoneInfo(settings.TIME_ZONE),
            off=self.off,
            worked=self.worked,
            seasons=tuple(season for _code, season in near),
        )


def work_calendar(area_code: str = "") -> WorkCalendar:
    """The calendar of a place: on each day the hours of the nearest area that says some.

    The tables are kept for a minute, so that a change is known soon everywhere.
    """
    days: _Days | None = cache.get(_KEPT_AS)
    if days is None:
        days = _read()
        cache.set(_KEPT_AS, days, _KEPT_SECONDS)
    return days.at(area_code)


def forget_calendars() -> None:
    """After a change of the tables, for this process; the others hear of it within a minute."""
    cache.delete(_KEPT_AS)


def _read() -> _Days:
    rows = list(Holiday.objects.values_list("day", "works"))
    return _Days(
        off=frozenset(day for day, works in rows if not works),
        worked=frozenset(day for day, works in rows if works),
        seasons=tuple((row.area_code, _season(row)) for row in WorkingTime.objects.all()),
    )


def _season(row: WorkingTime) -> Season:
    hours: Hours
    if row.lunch_from is None or row.lunch_until is None:
        hours = ((row.opens, row.closes),)
    else:
        hours = ((row.opens, row.lunch_from), (row.lunch_until, row.closes))
    return Season(first=row.first_day, last=row.last_day, hours=hours)


@transaction.atomic
def seed_holidays(*, first_year: int, last_year: int) -> int:
    """Fill the table with the State Council's days off and swapped working days as far as they are known.

    Days already in the table stay as an administrator left them. Returns how many were added.
    """
    known = set(Holiday.objects.values_list("day", flat=True))
    added = []
    day = date(first_year, 1, 1)
    while day.year <= last_year:
        try:
            works = chinese_calendar.is_workday(day)
        except NotImplementedError:
            break  # the package's table ends here; the database is the truth from now on
        if works != (day.weekday() < 5) and day not in known:
            name = chinese_calendar.get_holiday_detail(day)[1]
            added.append(Holiday(day=day, works=works, name=name or ""))
        day += timedelta(days=1)
    Holiday.objects.bulk_create(added)
    forget_calendars()
    return len(added)


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """Up to which day the holidays are known; after it every weekday counts as worked."""

    known_until: date | None
    today: date

    @property
    def days_left(self) -> int:
        return (self.known_until - self.today).days if self.known_until else 0

    @property
    def is_near(self) -> bool:
        return self.days_left < HORIZON_WARNING.days


def holiday_horizon(*, today: date) -> Horizon:
    """Holidays are decreed for a whole year, so a year with any row is known to its end."""
    years = set(Holiday.objects.filter(day__year__gte=today.year).values_list("day__year", flat=True))
    year = today.year
    while year in years:
        year += 1
    known = date(year - 1, 12, 31) if year > today.year else None
    return Horizon(known_until=known, today=today)
