"""Who could lead the handling of a case: the one the rules name, who usually does it, and the neighbourhood itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.models import Case
from casework.queries.dispatching import Record, Suggestion, records
from casework.queries.nearby import held_seats, loads
from casework.queries.picking import posts_named
from casework.rules.nearby import Seat
from casework.services.calendars import work_calendar

MOST = 4
USUAL = 2  # of those who had most such cases lately
NEIGHBOURHOOD = Seat(level="community", role="community_secretary")


@dataclass(frozen=True, kw_only=True)
class Lead:
    """A post that could lead, with what speaks for it. `in_hand` counts its open steps of every kind."""

    post: str
    name: str
    people: str
    record: Record
    in_hand: int
    is_suggested: bool
    is_nearby: bool


def leads(case: Case, suggestion: Suggestion, *, now: datetime, chosen: str = "") -> tuple[Lead, ...]:
    """The surest first; whoever is chosen already is among them."""
    calendar = work_calendar(case.area_code)
    lately = records(case, now=now)
    near = {one.code for one in held_seats([NEIGHBOURHOOD], case.area_code, now=now, zone=calendar.zone)}
    named = suggestion.lead.post if suggestion.lead else ""
    codes = [code for code in dict.fromkeys([chosen, named, *list(lately)[:USUAL], *sorted(near)]) if code]
    codes = codes[:MOST]
    posts = {one.value: one for one in posts_named(codes, on=now.astimezone(calendar.zone).date())}
    in_hand = loads(codes)
    return tuple(
        Lead(
            post=code,
            name=str(posts[code].label),
            people=posts[code].note,
            record=lately.get(code, Record()),
            in_hand=in_hand.get(code, 0),
            is_suggested=code == named,
            is_nearby=code in near,
        )
        for code in sorted(codes, key=lambda code: code != named)
        if code in posts and posts[code].note
    )
