"""Cron times as Camunda, Flowable and Quartz write them: seconds first, a year last if there is one; five fields begin with minutes.

    0 0/5 * * * ?      every five minutes        0 0 9 ? * MON-FRI   at nine from Monday to Friday
    0 30 8 L * ?       the month's last day      0 0 9 ? * 6#3       the month's third Friday (1 is Sunday)

In five fields Sunday is 0 or 7, as Unix has it. Times are China's. Pure, and bounded: a time that never comes is None.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from workflows.expressions.times import LOCAL

MONTHS: Final = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS: Final = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
SHORTHANDS: Final = {
    "@YEARLY": "0 0 0 1 1 ?", "@ANNUALLY": "0 0 0 1 1 ?", "@MONTHLY": "0 0 0 1 * ?", "@WEEKLY": "0 0 0 ? * SUN",
    "@DAILY": "0 0 0 * * ?", "@MIDNIGHT": "0 0 0 * * ?", "@HOURLY": "0 0 * * * ?",
}  # fmt: skip
_FIELD: Final = r"[\d*?/,\-LW#A-Z]+"
_CRON: Final = re.compile(rf"\s*{_FIELD}(\s+{_FIELD}){{4,6}}\s*|\s*@[A-Z]+\s*", re.ASCII | re.IGNORECASE)
_PART: Final = re.compile(r"(\*|\?|\w+)(?:-(\w+))?(?:/(\d{1,4}))?")
#: A date that comes at all comes within so many days: 29 February at most eight years on, on one weekday forty.
_MOST_DAYS: Final = 366 * 41

DayRule = Callable[[dt.date], bool]


class NoCron(ValueError):
    """The text is no cron time."""


@dataclass(frozen=True, kw_only=True)
class Cron:
    """The times of a day, and which days."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    years: frozenset[int] | None
    days: DayRule


def looks_like_cron(text: str) -> bool:
    """Whether a text is written for cron, right or wrong."""
    return _CRON.fullmatch(text) is not None


def next_time(text: str, after: dt.datetime) -> dt.datetime | None:
    """The first moment after this one that fits; None when there is none. Raises NoCron."""
    cron, here = parse_cron(text), after.astimezone(LOCAL)
    day = here.date()
    floor: dt.time | None = here.time()
    for _ in range(_MOST_DAYS):
        if _fits(cron, day):
            found = _time_after(cron, floor)
            if found is not None:
                return dt.datetime.combine(day, found, tzinfo=LOCAL)
        if day == dt.date.max:
            return None
        day, floor = day + dt.timedelta(days=1), None
    return None


def _fits(cron: Cron, day: dt.date) -> bool:
    return day.month in cron.months and (cron.years is None or day.year in cron.years) and cron.days(day)


def _time_after(cron: Cron, floor: dt.time | None) -> dt.time | None:
    """The first time of the day that fits, after the floor if there is one."""
    for hour in cron.hours:
        if floor is not None and hour < floor.hour:
            continue
        for minute in cron.minutes:
            if floor is not None and (hour, minute) < (floor.hour, floor.minute):
                continue
            for second in cron.seconds:
                found = dt.time(hour, minute, second)
                if floor is None or found > floor:
                    return found
    return None


@lru_cache(maxsize=256)
def parse_cron(text: str) -> Cron:
    """Raises NoCron."""
    text = SHORTHANDS.get(text.strip().upper(), text.strip().upper())
    fields = text.split()
    if not looks_like_cron(text) or text.startswith("@"):
        raise NoCron(text)
    unix = len(fields) == 5
    second, minute, hour, day, month, weekday, *year = ["0", *fields] if unix else fields
    return Cron(
        seconds=_numbers(second, 0, 59),
        minutes=_numbers(minute, 0, 59),
        hours=_numbers(hour, 0, 23),
        months=frozenset(_numbers(month, 1, 12, MONTHS)),
        years=None if not year or year[0] in "*?" else frozenset(_numbers(year[0], 1970, 2199)),
        days=_day_rule(day, weekday, unix=unix),
    )


def _day_rule(day: str, weekday: str, *, unix: bool) -> DayRule:
    """Where both are given, either will do, as in cron."""
    by_day = None if day in "*?" else _any([_of_month(part) for part in day.split(",")])
    by_weekday = None if weekday in "*?" else _any([_of_week(part, unix=unix) for part in weekday.split(",")])
    rules = [rule for rule in (by_day, by_weekday) if rule is not None]
    return _any(rules) if rules else lambda _day: True


def _any(rules: list[DayRule]) -> DayRule:
    return lambda day: any(rule(day) for rule in rules)


def _of_month(part: str) -> DayRule:
    """A day's number, the last (L), so many before it (L-3), or the working day nearest to a day (15W, LW)."""
    if part == "LW":
        return lambda day: day == _nearest_weekday(day, _length(day))
    if found := re.fullmatch(r"L(?:-(\d{1,2}))?", part):
        back = int(found[1] or 0)
        return lambda day: day.day == _length(day) - back
    if found := re.fullmatch(r"(\d{1,2})W", part):
        wanted = _number(found[1], 1, 31)
        return lambda day: wanted <= _length(day) and day == _nearest_weekday(day, wanted)
    numbers = frozenset(_numbers(part, 1, 31))
    return lambda day: day.day in numbers


def _length(day: dt.date) -> int:
    return monthrange(day.year, day.month)[1]


def _nearest_weekday(month: dt.date, wanted: int) -> dt.date:
    """From Monday to Friday, and in the same month."""
    day = month.replace(day=wanted)
    if day.weekday() == 5:
        return day.replace(day=wanted - 1 if wanted > 1 else wanted + 2)
    if day.weekday() == 6:
        return day.replace(day=wanted + 1 if wanted < _length(day) else wanted - 2)
    return day


def _of_week(part: str, *, unix: bool) -> DayRule:
    """A weekday, the month's last (6L), or its n-th (6#3)."""
    if part == "L":
        return lambda day: day.isoweekday() == 6
    if found := re.fullmatch(r"(\w+)L", part):
        last = _weekday(found[1], unix=unix)
        return lambda day: day.isoweekday() == last and day.day > _length(day) - 7
    if found := re.fullmatch(r"(\w+)#([1-5])", part):
        which, nth = _weekday(found[1], unix=unix), int(found[2])
        return lambda day: day.isoweekday() == which and (day.day - 1) // 7 + 1 == nth
    first, last_number = (0, 7) if unix else (1, 7)
    names = DAYS if unix else ["", *DAYS]
    numbers = _numbers(part, first, last_number, names, starts_at_zero=True)
    wanted = frozenset(_iso(number, unix=unix) for number in numbers)
    return lambda day: day.isoweekday() in wanted


def _weekday(word: str, *, unix: bool) -> int:
    if word in DAYS:
        return DAYS.index(word) or 7
    return _iso(_number(word, 0 if unix else 1, 7), unix=unix)


def _iso(number: int, *, unix: bool) -> int:
    """1 Monday to 7 Sunday: Unix begins with Sunday as 0, Quartz with Sunday as 1."""
    return (number or 7) if unix else (number - 1 or 7)


def _numbers(
    field: str, low: int, high: int, names: list[str] | None = None, *, starts_at_zero: bool = False
) -> tuple[int, ...]:
    """All numbers that a field means: lists of values, ranges and steps. A range may run over the end."""
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise NoCron(field)
        first, last, step = match.groups()
        every = int(step or 1)
        if every == 0:
            raise NoCron(field)
        if first in "*?":
            begin, end = low, high
        else:
            begin = _number(first, low, high, names, starts_at_zero=starts_at_zero)
            end = high if step and not last else begin
            end = _number(last, low, high, names, starts_at_zero=starts_at_zero) if last else end
        reach = end if end >= begin else end + high - low + 1
        found |= {(n - low) % (high - low + 1) + low for n in range(begin, reach + 1, every)}
    return tuple(sorted(found))


def _number(
    word: str, low: int, high: int, names: list[str] | None = None, *, starts_at_zero: bool = False
) -> int:
    if names and word in names and word:
        return names.index(word) + (0 if starts_at_zero else 1)
    if not word.isdigit() or not low <= int(word) <= high:
        raise NoCron(word)
    return int(word)
