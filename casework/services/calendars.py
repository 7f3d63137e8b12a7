"""The working calendar from the holiday table, and its first filling."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from casework.clocks import WorkCalendar
from casework.models import Holiday

_KEPT_SECONDS = 60


def work_calendar() -> WorkCalendar:
    """Today's table as a calendar; kept for a minute, so that a changed holiday is known soon everywhere."""
    kept: WorkCalendar | None = cache.get("work_calendar")
    if kept is None:
        days = list(Holiday.objects.values_list("day", "works"))
        kept = WorkCalendar(
            zone=ZoneInfo(settings.TIME_ZONE),
            off=frozenset(day for day, works in days if not works),
            worked=frozenset(day for day, works in days if works),
        )
        cache.set("work_calendar", kept, _KEPT_SECONDS)
    return kept


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
    cache.delete("work_calendar")
    return len(added)
