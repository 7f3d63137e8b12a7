"""The limits that a dispatch would set, drawn along working time: where each begins and ends, what does not count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from casework.clocks import WorkCalendar
from casework.queries.forecast import Forecast

LEFT, RIGHT, TOP, ROW, BAR = 20, 740, 28, 34, 24  # in units of the drawing, which is 760 wide
HOURS = timedelta(hours=16)  # what fits with a mark for every hour; longer spans are marked by days
MOST_ROWS = 8
MOST_MARKS = 9


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One unit's time from now until it is due. `parts` are the worked spans as (x, width)."""

    name: str
    due_at: datetime
    y: int
    x: int
    due_x: int
    parts: tuple[tuple[int, int], ...]

    @property
    def middle(self) -> int:
        return self.y + BAR // 2

    @property
    def text_y(self) -> int:
        return self.y + BAR // 2 + 4


@dataclass(frozen=True, kw_only=True)
class Mark:
    x: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class TimeRuler:
    """The whole drawing. `off` are spans that are not worked as (x, width)."""

    now: datetime
    now_x: int
    bars: tuple[Bar, ...]
    off: tuple[tuple[int, int], ...]
    marks: tuple[Mark, ...]
    is_by_days: bool
    more: int

    @property
    def axis_y(self) -> int:
        return TOP + ROW * len(self.bars) + 6

    @property
    def height(self) -> int:
        return self.axis_y + 26


def time_ruler(forecast: Forecast | None, *, now: datetime, calendar: WorkCalendar) -> TimeRuler | None:
    """None where the forecast names nobody with a limit."""
    dues = list(_dues(forecast)) if forecast else []
    ahead = sorted(dict.fromkeys((name, due) for name, due in dues if due > now), key=lambda one: one[1])
    if not ahead:
        return None
    return _drawn(ahead[:MOST_ROWS], more=len(ahead[MOST_ROWS:]), now=now, calendar=calendar)


def _dues(forecast: Forecast) -> Iterator[tuple[str, datetime]]:
    for branch in forecast.branches:
        for work in branch.works:
            if work.kind == "human" and work.due_at is not None:
                names = [f"{holder.unit} {holder.name}" for holder in work.holders] or [work.name]
                yield from ((name, work.due_at) for name in names)


def _drawn(
    dues: Sequence[tuple[str, datetime]], *, more: int, now: datetime, calendar: WorkCalendar
) -> TimeRuler:
    last = max(due for _name, due in dues)
    start, end, is_by_days = _span(now.astimezone(calendar.zone), last.astimezone(calendar.zone))

    def x(moment: datetime) -> int:
        return LEFT + round((RIGHT - LEFT) * ((moment - start) / (end - start)))

    worked = [(max(a, start), min(b, end)) for a, b in _until(calendar.spans(start), end)]
    bars = tuple(
        Bar(
            name=name,
            due_at=due,
            y=TOP + ROW * n,
            x=x(now),
            due_x=x(due),
            parts=tuple(
                (x(max(a, now)), max(2, x(min(b, due)) - x(max(a, now))))
                for a, b in worked
                if a < due and b > now
            ),
        )
        for n, (name, due) in enumerate(dues)
    )
    off = tuple((x(a), x(b) - x(a)) for a, b in _between(worked, start, end) if x(b) > x(a))
    marks = tuple(Mark(x=x(at), at=at) for at in _marks(start, end, is_by_days=is_by_days))
    return TimeRuler(now=now, now_x=x(now), bars=bars, off=off, marks=marks, is_by_days=is_by_days, more=more)


def _span(now: datetime, last: datetime) -> tuple[datetime, datetime, bool]:
    """From a full hour to a full hour, or from midnight to midnight where it takes longer."""
    start = now.replace(minute=0, second=0, microsecond=0)
    end = last.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if end - start <= HOURS:
        return start, end, False
    midnight = last.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return datetime.combine(now.date(), time(), now.tzinfo), midnight, True


def _until(spans: Iterable[tuple[datetime, datetime]], end: datetime) -> Iterator[tuple[datetime, datetime]]:
    for begin, close in spans:
        if begin >= end:
            return
        yield begin, close


def _between(
    worked: Sequence[tuple[datetime, datetime]], start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """What lies outside of the worked spans."""
    at = start
    for begin, close in worked:
        if begin > at:
            yield at, begin
        at = close
    if at < end:
        yield at, end


def _marks(start: datetime, end: datetime, *, is_by_days: bool) -> list[datetime]:
    unit = timedelta(days=1) if is_by_days else timedelta(hours=1)
    count = max(1, round((end - start) / unit))
    step = -(-count // MOST_MARKS)
    return [start + unit * n for n in range(0, count + 1, step)]
