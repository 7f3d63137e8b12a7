"""Working time: calendars and limits. Pure arithmetic; the holiday table comes in."""

from casework.clocks.calendar import Season, WorkCalendar
from casework.clocks.limits import WORKING_UNITS, Limit, LimitUnreadable, parse_limit, parse_limits
from casework.clocks.moving import WARN_SHARE, after_pause, warn_at

__all__ = [
    "WARN_SHARE",
    "WORKING_UNITS",
    "Limit",
    "LimitUnreadable",
    "Season",
    "WorkCalendar",
    "after_pause",
    "parse_limit",
    "parse_limits",
    "warn_at",
]
