"""A working calendar: which days are worked, and which hours of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HORIZON_DAYS = 3660  # no limit is longer than ten years; past that the calendar is broken, not the limit


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """Weekdays are worked unless in `off`; weekends are free unless in `worked` (swapped working days, 调休)."""

    zone: ZoneInfo
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    hours: tuple[tuple[time, time], ...] = field(default=((time(9), time(12)), (time(14), time(18))))

    def is_worked(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Worked spans from `start` on, in order."""
        day = start.astimezone(self.zone).date()
        for offset in range(HORIZON_DAYS):
            current = day + timedelta(days=offset)
            if not self.is_worked(current):
                continue
            for opens, closes in self.hours:
                begin = datetime.combine(current, opens, self.zone)
                end = datetime.combine(current, closes, self.zone)
                if end > start:
                    yield max(begin, start), end

    def add_working_hours(self, start: datetime, hours: float) -> datetime:
        """The moment at which so many worked hours have passed."""
        left = timedelta(hours=hours)
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
        return max(start, datetime.combine(current, self.hours[-1][1], self.zone))

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
