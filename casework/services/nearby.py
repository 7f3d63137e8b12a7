"""The two-nearby rules met with the posts there are: who gets a matter, and what is written about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from casework.clocks import WorkCalendar
from casework.facts import CaseFacts
from casework.queries.nearby import candidates, held_seats, spot_of
from casework.rules import nearby
from casework.rules.nearby import BARS, Candidate, ClimbFacts, Moved, Placed, PlaceFacts, Ruled, Seat
from casework.rules.routing import USUAL_ROLE
from casework.services.rulebook import ruler

_BARS = {word: bar for bar, word in BARS.items()}


def place(facts: CaseFacts, data: Mapping[str, Any], *, now: datetime, calendar: WorkCalendar) -> Placed:
    """Who gets it first (就近)."""
    asked = place_facts(facts, data)
    wanted = nearby.wanted(asked, ruler(now=now, calendar=calendar))
    spot = spot_of(facts.area_code, facts.report if wanted.point else None)
    found = candidates(wanted, spot, category=facts.category, now=now, zone=calendar.zone)
    return nearby.decide_place(asked, wanted, found)


def place_facts(facts: CaseFacts, data: Mapping[str, Any]) -> PlaceFacts:  # Any: variables of the case
    """What of a case's variables the rules look at: 险情, 有人员危险, 拒绝岗位, 选定岗位."""
    bar = str(data.get("险情") or ("危险" if data.get("有人员危险") is True else ""))
    refused = data.get("拒绝岗位")
    return PlaceFacts(
        category=facts.category,
        urgent=facts.urgent,
        bar=bar if bar in BARS else _BARS.get(bar, ""),
        refused=frozenset(map(str, refused)) if isinstance(refused, list) else frozenset(),
        chosen=str(data.get("选定岗位") or ""),
        extra={name: value for name, value in data.items() if name.isidentifier()},
    )


def climb(facts: ClimbFacts, *, now: datetime, calendar: WorkCalendar) -> Moved:
    """What follows for a matter that speaks for a higher level."""
    return nearby.decide_climb(facts, ruler(now=now, calendar=calendar))


def descend(facts: ClimbFacts, *, now: datetime, calendar: WorkCalendar) -> Moved:
    return nearby.decide_down(facts, ruler(now=now, calendar=calendar))


def limit_for(facts: CaseFacts, *, level: str, signing: bool, now: datetime, calendar: WorkCalendar) -> str:
    """The limit that the district's table gives for a level; empty where it gives none."""
    limits = nearby.limits_for(
        facts.category, level=level, urgent=facts.urgent, ruler=ruler(now=now, calendar=calendar)
    )
    return limits.sign_for if signing else limits.handle


def seats_above(moved: Moved, area_code: str, *, now: datetime, calendar: WorkCalendar) -> list[Candidate]:
    """Who holds the seats that a rule names; where nobody does, the usual desk of that level or of one further up."""
    for seats in (moved.seats, *_usual(moved.level)):
        if found := held_seats(seats, area_code, now=now, zone=calendar.zone):
            return found
    return []


def _usual(level: str) -> list[tuple[Seat, ...]]:
    up = nearby.LEVELS[nearby.LEVELS.index(level) :]
    desks = [(Seat(level=each, role=USUAL_ROLE[each]),) for each in up if each in USUAL_ROLE]
    return [*desks, *((seat,) for seat in nearby.USUAL)]


def said_of_place(placed: Placed) -> dict[str, Any]:
    """For the journal's line: who, how, by which rules, and why nobody nearer."""
    said: dict[str, Any] = {
        "comment": notes_said(placed.ruled),
        "to": placed.name,
        "level": placed.level,
        "how": placed.how,
        "rules": rules_said(placed.ruled),
        "passed": [asdict(each) for each in placed.passed],
    }
    if placed.mark:
        said["mark"] = placed.mark
    if placed.distance is not None:
        said["distance"] = round(placed.distance)
    return said


def notes_said(ruled: tuple[Ruled, ...]) -> str:
    """What stands beside the rules in the tables, as one sentence for the line that people read."""
    return "；".join(dict.fromkeys(each.note for each in ruled if each.note))


def rules_said(ruled: tuple[Ruled, ...]) -> list[dict[str, Any]]:
    return [asdict(each) for each in ruled]
