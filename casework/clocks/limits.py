"""A time limit as written in a diagram: `15m`, `4h`, `4wh`, `3wd`, `5d`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from casework.clocks.calendar import WorkCalendar

_WRITTEN = re.compile(r"(\d{1,5}(?:\.\d{1,2})?)\s*(m|h|wh|wd|d)")


class LimitUnreadable(ValueError):
    """The text is no limit; the message shows the forms there are."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no time limit; write e.g. 15m, 4h, 4wh, 3wd or 5d")


@dataclass(frozen=True, kw_only=True)
class Limit:
    """An amount in one of the units: m and h run day and night, wh and wd in working time, d are calendar days."""

    amount: float
    unit: str

    def due(self, start: datetime, *, calendar: WorkCalendar) -> datetime:
        match self.unit:
            case "m":
                return start + timedelta(minutes=self.amount)
            case "h":
                return start + timedelta(hours=self.amount)
            case "d":
                return start + timedelta(days=self.amount)
            case "wh":
                return calendar.add_working_hours(start, self.amount)
            case _:
                return calendar.add_working_days(start, int(self.amount))


def parse_limit(text: str) -> Limit:
    """Raises LimitUnreadable."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise LimitUnreadable(text)
    return Limit(amount=float(found[1]), unit=found[2])
