"""Dates, times and ISO 8601 durations. Everything without a zone is read in China's, which has one and no summer time."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass
from typing import Final

from workflows.expressions.errors import ExpressionError

LOCAL: Final = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")

_DURATION: Final = re.compile(
    r"(-)?P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})(?:[.,](\d{1,6}))?S)?)?",
    re.ASCII,
)
_DATE: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)


@dataclass(frozen=True)
class Period:
    """A duration that has years or months, whose length depends on where it begins."""

    months: int
    rest: dt.timedelta

    def __neg__(self) -> Period:
        return Period(-self.months, -self.rest)


Duration = dt.timedelta | Period


def parse_duration(text: str) -> Duration:
    """An ISO 8601 duration; with years or months a Period, else a timedelta."""
    found = _DURATION.fullmatch(text.strip().upper()) if len(text) < 60 else None
    if found is None or text.strip().upper().endswith(("P", "T")):
        raise ExpressionError("bad_duration", value=text)
    numbers = [int(part or 0) for part in found.groups()[1:8]]
    years, months, weeks, days, hours, minutes, seconds = numbers
    fraction = int((found[9] or "0").ljust(6, "0"))
    rest = dt.timedelta(
        weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=fraction
    )
    duration = Period(12 * years + months, rest) if years or months else rest
    return -duration if found[1] else duration


def add_duration(start: dt.datetime, duration: Duration) -> dt.datetime:
    """Months go by the calendar: a month after 31 January is the last day of February."""
    try:
        if isinstance(duration, dt.timedelta):
            return start + duration
        months = start.year * 12 + start.month - 1 + duration.months
        year, month = divmod(months, 12)
        day = min(start.day, monthrange(year, month + 1)[1])
        return start.replace(year=year, month=month + 1, day=day) + duration.rest
    except (OverflowError, ValueError) as error:
        raise ExpressionError("out_of_time") from error


def duration_text(duration: Duration) -> str:
    """The shortest exact ISO 8601 text."""
    months, rest = (duration.months, duration.rest) if isinstance(duration, Period) else (0, duration)
    if months < 0 or (not months and rest < dt.timedelta()):
        return "-" + duration_text(-duration)
    seconds, micro = divmod(rest // dt.timedelta(microseconds=1), 10**6)
    days, seconds = divmod(seconds, 86_400)
    date = (f"{months}M" if months else "") + (f"{days}D" if days else "")
    time = "".join(
        f"{count}{unit}" for count, unit in ((seconds // 3600, "H"), (seconds % 3600 // 60, "M")) if count
    )
    second = f"{seconds % 60}.{micro:06}".rstrip("0") if micro else f"{seconds % 60}"
    if micro or seconds % 60:
        time += f"{second}S"
    return "P" + date + (f"T{time}" if time else "") if date or time else "PT0S"


def parse_moment(text: str) -> dt.date | dt.datetime:
    """A date, or a date and time; the latter always with a zone."""
    stripped = text.strip()
    try:
        if len(stripped) > 40:
            raise ValueError
        if _DATE.fullmatch(stripped):
            return dt.date.fromisoformat(stripped)
        return as_moment(dt.datetime.fromisoformat(stripped))
    except ValueError as error:
        raise ExpressionError("bad_date", value=text) from error


def as_moment(value: dt.date) -> dt.datetime:
    """A time in China's zone; a date is its midnight, a time without zone is taken as local."""
    if not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day, tzinfo=LOCAL)
    if value.tzinfo is None:
        return value.replace(tzinfo=LOCAL)
    try:
        return value.astimezone(LOCAL)
    except OverflowError as error:
        raise ExpressionError("out_of_time") from error
