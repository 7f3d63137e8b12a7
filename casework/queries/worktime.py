"""Working time inside SQL: how much of it had passed by any moment, looked up by day. Exact, without a loop over spans."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import accumulate

from django.conf import settings

from casework.clocks import WorkCalendar
from casework.models import WorkingTime
from casework.services.calendars import work_calendar

SPANS = 2  # a day has a morning and an afternoon at most


@dataclass(kw_only=True)
class Days:
    """Every day of a period, calendar after calendar: seconds worked before it, and when its two spans begin and last.

    `codes` are the areas with hours of their own, the smallest first; what lies in none of them has the last calendar.
    """

    first: date
    length: int
    codes: tuple[str, ...]
    before: list[int] = field(default_factory=list)
    opens: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))
    lasts: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))

    def add(self, calendar: WorkCalendar) -> None:
        worked = []
        for offset in range(self.length):
            spans = _spans(calendar, self.first + timedelta(days=offset))
            for nth, (opens, lasts) in enumerate(spans):
                self.opens[nth].append(opens)
                self.lasts[nth].append(lasts)
            worked.append(sum(lasts for _opens, lasts in spans))
        self.before += list(accumulate([0, *worked]))[: self.length]


def days(first: date, last: date) -> Days:
    """All days from the first to the last, and one more, with the calendar of each area that has its own."""
    found = WorkingTime.objects.exclude(area_code="").values_list("area_code", flat=True)
    codes = tuple(sorted(set(found), key=lambda code: (-len(code), code)))
    table = Days(first=first, length=(last - first).days + 2, codes=codes)
    for code in (*codes, ""):
        table.add(work_calendar(code))
    return table


def _spans(calendar: WorkCalendar, day: date) -> list[tuple[int, int]]:
    hours = calendar.hours_on(day) if calendar.is_worked(day) else ()
    spans = [(_seconds(opens), _seconds(closes) - _seconds(opens)) for opens, closes in hours[:SPANS]]
    return spans + [(0, 0)] * (SPANS - len(spans))


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def table_sql(table: Days) -> tuple[str, list[object]]:
    """One row named `calendar`, to be joined to everything."""
    columns = [table.before, table.opens[0], table.lasts[0], table.opens[1], table.lasts[1]]
    names = ("before", "opens", "lasts", "opens2", "lasts2")
    told = ", ".join(f"%s::bigint[] AS {name}" for name in names)
    return f"calendar AS MATERIALIZED (SELECT {told})", [*columns]


def place_sql(table: Days, column: str) -> tuple[str, list[object]]:
    """Where the days of an area's calendar begin in the table."""
    cases = " ".join(f"WHEN {column} LIKE %s THEN {nth * table.length}" for nth in range(len(table.codes)))
    last = len(table.codes) * table.length
    return (f"CASE {cases} ELSE {last} END" if cases else str(last)), [f"{code}%" for code in table.codes]


def passed_sql(table: Days, *, moment: str, works: str, place: str) -> str:
    """Seconds that had passed by a moment: of working time where it `works`, else of any. Only differences mean something."""
    local = f"({moment} AT TIME ZONE '{settings.TIME_ZONE}')"
    day = f"({place} + ({local}::date - DATE '{table.first.isoformat()}') + 1)"
    second = f"EXTRACT(epoch FROM {local}::time)::float8"
    return (
        f"CASE WHEN {works} THEN calendar.before[{day}] "
        f"+ LEAST(GREATEST({second} - calendar.opens[{day}], 0), calendar.lasts[{day}]) "
        f"+ LEAST(GREATEST({second} - calendar.opens2[{day}], 0), calendar.lasts2[{day}]) "
        f"ELSE EXTRACT(epoch FROM {moment})::float8 END"
    )
