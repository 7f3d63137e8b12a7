"""Working time: calendars and limits. Pure arithmetic; the holiday table comes in."""

from casework.clocks.calendar import WorkCalendar
from casework.clocks.limits import Limit, LimitUnreadable, parse_limit

__all__ = ["Limit", "LimitUnreadable", "WorkCalendar", "parse_limit"]
