"""A working calendar: which days are worked, and which hours of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HORIZON_DAYS = 3660  # no limit is longer than ten years; past that the calendar is broken, not the limit

Hours = tuple[tuple[time, time], ...]
USUAL_HOURS: Hours = ((time(9), time(12)), (time(14), time(18)))


@dataclass(frozen=True, kw_only=True)
class Season:
    """Hours from a day of the year to another ("06-01" to "09-30"); it may go over the new year."""

    first: str
    last: str
    hours: Hours

    def covers(self, day: date) -> bool:
        written = f"{day:%m-%d}"
        if self.first <= self.last:
            return self.first <= written <= self.last
        return written >= self.first or written <= self.last


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """Weekdays are worked unless in `off`; weekends are free unless in `worked` (swapped working days, 调休).

    The first of the seasons that covers a day gives its hours; without one they are `hours`.
    """

    zone: ZoneInfo
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    hours: Hours = USUAL_HOURS
    seasons: tuple[Season, ...] = ()

    def is_worked(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    def hours_on(self, day: date) -> Hours:
        """The hours of a worked day."""
        return next((season.hours for season in self.seasons if season.covers(day)), self.hours)

    def closing(self, day: date) -> datetime:
        """The end of work on a day, as if it were worked."""
        return datetime.combine(day, self.hours_on(day)[-1][1], self.zone)

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Worked spans from `start` on, in order."""
        for day in self._worked_days(start):
            for opens, closes in self.hours_on(day):
                begin = datetime.combine(day, opens, self.zone)
                end = datetime.combine(day, closes, self.zone)
                if end > start:
                    yield max(begin, start), end

    def closings(self, start: datetime) -> Iterator[datetime]:
        """The ends of work from `start` on, one for each worked day."""
        for day in self._worked_days(start):
            end = self.closing(day)
            if end >= start:
                yield end

    def _worked_days(self, start: datetime) -> Iterator[date]:
        first = start.astimezone(self.zone).date()
        days = (first + timedelta(days=offset) for offset in range(HORIZON_DAYS))
        return (day for day in days if self.is_worked(day))

    def add_working_hours(self, start: datetime, hours: float) -> datetime:
        """The moment at which so many worked hours have passed."""
        return self.add_working_time(start, timedelta(hours=hours))

    def add_working_time(self, start: datetime, left: timedelta) -> datetime:
        moment = start
        for begin, end in self.spans(start):
            if left <= end - begin:
                return begin + left
            left -= end - begin
            moment = end
        return moment + left

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """The end of work on the n-th worked day after today; 0 is the end of today's work.

        The day of the start does not count (Civil Code art. 201, the usual reading of 工作日 limits).
        """
        local = start.astimezone(self.zone)
        current, left = local.date(), days
        for _ in range(HORIZON_DAYS):
            if left == 0 and self.is_worked(current):
                break
            current += timedelta(days=1)
            if left and self.is_worked(current):
                left -= 1
        return max(start, self.closing(current))

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Worked time between two moments; negative when `end` is before `start`."""
        if end < start:
            return -self.working_time_between(end, start)
        total = timedelta()
        for opens, closes in self.spans(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total
