"""When a timer is due: ISO 8601 durations, dates and cycles to moments in microseconds since 1970."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from workflows.engine.errors import Phrase
from workflows.expressions import (
    Duration,
    ExpressionError,
    Period,
    add_duration,
    looks_like_cron,
    next_time,
    parse_duration,
    parse_moment,
)
from workflows.expressions.times import as_moment

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND: Final = dt.timedelta(microseconds=1)
#: So many missed firings of a cycle are made up one by one; of more, only the latest.
MADE_UP: Final = 20
STEPS_TO_NOW: Final = 4_000

NEVER: Final = Phrase("这个时间不会再到来", "this time never comes again")
NO_TIME: Final = Phrase("不是时长、时间或周期", "no duration, date or cycle")


class NoTime(ValueError):
    """The value is no time; `phrase` says so in both languages."""

    def __init__(self, phrase: Phrase | ExpressionError) -> None:
        self.phrase = phrase
        super().__init__(phrase.text("en"))


def stamp(moment: dt.datetime) -> int:
    """A moment as the state keeps it."""
    return (moment - EPOCH) // MICROSECOND


def moment(stamped: int) -> dt.datetime:
    """The moment that the state kept."""
    return EPOCH + stamped * MICROSECOND


def first_due(value: Any, *, now: dt.datetime) -> tuple[int, int | None, str | None]:
    """When a timer with this value is due, how many firings follow (None: no end), and its cycle if it has one."""
    try:
        return _first(value, now)
    except ExpressionError as error:
        raise NoTime(error) from error
    except NoTime:
        raise
    except (OverflowError, ValueError) as error:
        raise NoTime(NO_TIME) from error


def _first(value: Any, now: dt.datetime) -> tuple[int, int | None, str | None]:
    if isinstance(value, dt.timedelta | Period):
        return stamp(add_duration(now, value)), 0, None
    if isinstance(value, dt.date):
        return stamp(as_moment(value)), 0, None
    if not isinstance(value, str) or not value.strip():
        raise NoTime(NO_TIME)
    text = value.strip()
    if looks_like_cron(text):
        following = next_time(text, now)
        if following is None:
            raise NoTime(NEVER)
        return stamp(following), None, text
    if text[0] in "Rr":
        return _cycle(text.upper(), now)
    if text[0] in "Pp":
        return stamp(add_duration(now, parse_duration(text))), 0, None
    begin, interval, duration = text.partition("/")
    if interval:
        return stamp(add_duration(as_moment(parse_moment(begin)), parse_duration(duration))), 0, None
    return stamp(as_moment(parse_moment(text))), 0, None


def _cycle(text: str, now: dt.datetime) -> tuple[int, int | None, str | None]:
    """R[n]/duration, R[n]/start/duration or R[n]/duration/end."""
    count, *parts = text[1:].split("/")
    if (count and not count.isdigit()) or count == "0" or len(parts) not in (1, 2):
        raise NoTime(NO_TIME)
    left = int(count) - 1 if count else None
    period = parts[0] if parts[0].startswith("P") else parts[-1]
    length = parse_duration(period)
    if add_duration(now, length) <= now:
        raise NoTime(NO_TIME)
    if not parts[0].startswith("P"):
        return stamp(as_moment(parse_moment(parts[0]))), left, period
    if len(parts) == 2:
        left = _until(now, length, end=as_moment(parse_moment(parts[1])), left=left)
    return stamp(add_duration(now, length)), left, period


def _until(now: dt.datetime, length: Duration, *, end: dt.datetime, left: int | None) -> int:
    """How many firings after the first fit before the end."""
    most, due = 0, add_duration(now, length)
    while most < 10_000 and (due := add_duration(due, length)) <= end:
        most += 1
    return most if left is None else min(left, most)


def next_due(due: int, left: int | None, *, period: str, now: dt.datetime) -> tuple[int | None, int | None]:
    """The firing after this one. A cycle that has slept through many of its firings skips to the latest."""
    if looks_like_cron(period):
        return _next_by_cron(due, period, now=now), None
    length = parse_duration(period)
    missed = _missed(due, length, now=now)
    if left is not None:
        missed = min(missed, left)
    ahead = 1 if missed <= MADE_UP else missed
    following = moment(due)
    if isinstance(length, dt.timedelta):
        following += ahead * length
    else:
        for _ in range(ahead):
            following = add_duration(following, length)
    return stamp(following), None if left is None else left - ahead


def _next_by_cron(due: int, period: str, *, now: dt.datetime) -> int | None:
    """The following time; after more than a few that were missed, the last before now. None: there is none."""
    times, following = [], moment(due)
    while (found := next_time(period, following)) is not None:
        times.append(found)
        following = found
        if found > now or len(times) > MADE_UP:
            break
    if not times:
        return None
    return stamp(times[0] if len(times) <= MADE_UP else _last_before(now, period, times[-1]))


def _last_before(now: dt.datetime, period: str, known: dt.datetime) -> dt.datetime:
    """Of the times up to now the latest, looked for from nearer and nearer to now."""
    for back in (dt.timedelta(days=400), dt.timedelta(days=32), dt.timedelta(days=1), dt.timedelta(hours=1)):
        nearer = next_time(period, max(known, now - back)) if now - back > known else None
        if nearer is not None and nearer <= now:
            known = nearer
    for _ in range(STEPS_TO_NOW):
        following = next_time(period, known)
        if following is None or following > now:
            break
        known = following
    return known


def _missed(due: int, length: Duration, *, now: dt.datetime) -> int:
    """How many further firings lie between this one and now."""
    if isinstance(length, dt.timedelta):
        return max(0, (stamp(now) - due) // (length // MICROSECOND))
    count, following = 0, add_duration(moment(due), length)
    while following <= now:
        count, following = count + 1, add_duration(following, length)
    return count
