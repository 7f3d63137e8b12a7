"""Time limits as written in a diagram: `15m`, `4h`, `4wh`, `3wd`, `5d`, and several in a row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from casework.clocks.calendar import WorkCalendar

_WRITTEN = re.compile(r"(\d{1,5}(?:\.\d{1,2})?)\s*(m|h|wh|wd|d)", re.ASCII)
_BETWEEN = re.compile(r"[;；]")
_NAMED = re.compile(r"[:：]")
MOST_LINKS = 6
WORKING_UNITS = ("wh", "wd")


class LimitUnreadable(ValueError):
    """The text is no limit; the message shows the forms there are."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no time limit; write e.g. 15m, 4h, 4wh, 3wd or 5d")


@dataclass(frozen=True, kw_only=True)
class Limit:
    """An amount in one of the units: m and h run day and night, wh and wd in working time, d are calendar days.

    `name` says what has to be done by then, where several limits follow each other on one problem.
    """

    amount: float
    unit: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.amount:g}{self.unit}"

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
    """One limit. Raises LimitUnreadable."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise LimitUnreadable(text)
    return Limit(amount=float(found[1]), unit=found[2])


def parse_limits(text: str) -> tuple[Limit, ...]:
    """One limit, or several that follow each other: `4wh:停工; 7wd:处罚; 20wd:拆除`. Raises LimitUnreadable."""
    links = [_link(part) for part in _BETWEEN.split(text.strip())]
    if len(links) > MOST_LINKS or (len(links) > 1 and not all(link.name for link in links)):
        raise LimitUnreadable(text)
    return tuple(links)


def _link(part: str) -> Limit:
    written, *name = _NAMED.split(part, maxsplit=1)
    limit = parse_limit(written)
    return Limit(amount=limit.amount, unit=limit.unit, name=name[0].strip()[:64] if name else "")
