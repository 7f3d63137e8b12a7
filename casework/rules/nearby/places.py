"""就近: who gets a matter first. From the lowest level up; in a level by power, then by distance, then by load."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from casework.rules.nearby.asking import Answer, Ruler
from casework.rules.nearby.facts import (
    BARS,
    KINDS,
    LEVEL_WORDS,
    LEVELS,
    Candidate,
    Passed,
    Placed,
    PlaceFacts,
    Ruled,
    Seat,
    rank,
)

# The desks that take what nobody below takes, in this order.
USUAL: tuple[Seat, ...] = (
    Seat(level="town", role="duty_officer"),
    Seat(level="town", role="duty_chief"),
    Seat(level="town", role="commander"),
    Seat(level="district", role="event_routing"),
)
POINTS = {"service": "service", "dispute": "mediation"}
_LEVELS = {word: level for level, word in LEVEL_WORDS.items()}
_KINDS = {word: kind for kind, word in KINDS.items()}
_BETWEEN = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the tables say before anybody is looked for: which seats, from which level up, and one to go straight to."""

    kind: str
    start: str
    straight: Seat | None
    powers: Mapping[str, tuple[Seat, ...]]
    mark: str
    ruled: tuple[Ruled, ...]

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Everybody who has to be looked up to decide."""
        straight = (self.straight,) if self.straight else ()
        return tuple(
            dict.fromkeys((*straight, *(s for seats in self.powers.values() for s in seats), *USUAL))
        )

    @property
    def point(self) -> str:
        """The kind of service point that is asked for; empty when none is."""
        return POINTS.get(self.kind, "")


def wanted(facts: PlaceFacts, ruler: Ruler) -> Wanted:
    """Ask the list of powers and where to start."""
    power = ruler.ask("nearby_power", {**facts.extra, "类别": facts.category})
    kind = _KINDS.get(power.get("类型"), "event")
    start = ruler.ask(
        "nearby_start",
        {
            **facts.extra,
            "类型": KINDS[kind],
            "类别": facts.category,
            "紧急": facts.urgent,
            "险情": BARS.get(facts.bar, ""),
        },
    )
    level = _LEVELS.get(start.get("层级"), LEVELS[0])
    return Wanted(
        kind=kind,
        start=max(level, facts.lowest, key=rank),
        straight=_straight(start, level),
        powers={level: seats_in(power.get(word), level=level) for level, word in LEVEL_WORDS.items()},
        mark=start.get("标记"),
        ruled=tuple(answer.ruled for answer in (start, power)),
    )


def _straight(start: Answer, level: str) -> Seat | None:
    role = start.get("岗位")
    return Seat(level=level, role=role, unit=start.get("单位")) if role else None


def seats_in(cell: str, *, level: str) -> tuple[Seat, ...]:
    """`planning` or `housing/reviewer`, several with commas or spaces between."""
    parts = [part.rpartition("/") for part in _BETWEEN.split(cell) if part.strip("/")]
    return tuple(Seat(level=level, unit=unit, role=role) for unit, _slash, role in parts if role)


def decide_place(facts: PlaceFacts, wanted: Wanted, candidates: Sequence[Candidate]) -> Placed:
    """Exactly one post, and why it is that one. Nobody further away than a level that could do it, unless listed."""
    return (
        _chosen(facts, wanted, candidates)
        or _straight_to(facts, wanted, candidates)
        or _nearest_point(facts, wanted, candidates)
        or _by_level(facts, wanted, candidates)
        or _usual(facts, wanted, candidates)
        or Placed(kind=wanted.kind, level="", how="nobody", mark=wanted.mark, ruled=wanted.ruled)
    )


def _chosen(facts: PlaceFacts, wanted: Wanted, candidates: Sequence[Candidate]) -> Placed | None:
    """The parties' own choice, as far as it has the power; nobody chooses his way round police or danger."""
    if not facts.chosen or wanted.straight is not None:
        return None
    able = [each for each in _able(facts, wanted, candidates) if each.code == facts.chosen]
    return _placed(able[0], wanted, how="chosen") if able else None


def _straight_to(facts: PlaceFacts, wanted: Wanted, candidates: Sequence[Candidate]) -> Placed | None:
    seat = wanted.straight
    if seat is None:
        return None
    there = [each for each in candidates if each.sits_on(seat) and each.code not in facts.refused]
    passed = tuple(Passed(level=level, why="straight") for level in LEVELS[: rank(seat.level)])
    return _placed(_first(there), wanted, how="straight", passed=passed) if there else None


def _nearest_point(facts: PlaceFacts, wanted: Wanted, candidates: Sequence[Candidate]) -> Placed | None:
    """A service goes to the nearest counter that does it and is open, in whatever area that stands."""
    if wanted.kind != "service" or wanted.straight is not None:
        return None
    able = [each for each in _able(facts, wanted, candidates) if each.point]
    return _placed(_first(able), wanted, how="point") if able else None


def _by_level(facts: PlaceFacts, wanted: Wanted, candidates: Sequence[Candidate]) -> Placed | None:
    able = _able(facts, wanted, candidates)
    passed: list[Passed] = []
    for level in LEVELS:
        if rank(level) < rank(wanted.start):
            passed.append(Passed(level=level, why="straight"))
            continue
        here = [each for each in able if each.level == level]
        if here:
            first = _first(here)
            how = "point" if first.point else "power"
            return _placed(first, wanted, how=how, passed=tuple(passed))
        passed.append(Passed(level=level, why=_why_not(level, facts, wanted, candidates)))
    return None


def _usual(facts: PlaceFacts, wanted: Wanted, candidates: Sequence[Candidate]) -> Placed | None:
    for seat in USUAL:
        there = [each for each in candidates if each.sits_on(seat) and each.code not in facts.refused]
        if there:
            return _placed(_first(there), wanted, how="usual")
    return None


def _able(facts: PlaceFacts, wanted: Wanted, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those who may do it: by the list of powers, or as an open point that does such things."""
    return [
        each
        for each in candidates
        if each.code not in facts.refused
        and (_does(each, facts, wanted) and each.is_open if each.point else _has_power(each, wanted))
    ]


def _has_power(candidate: Candidate, wanted: Wanted) -> bool:
    return any(candidate.sits_on(seat) for seat in wanted.powers.get(candidate.level, ()))


def _does(candidate: Candidate, facts: PlaceFacts, wanted: Wanted) -> bool:
    return candidate.point == wanted.point and (not candidate.can or facts.category in candidate.can)


def _why_not(level: str, facts: PlaceFacts, wanted: Wanted, candidates: Sequence[Candidate]) -> str:
    here = [each for each in candidates if each.level == level]
    if any(
        _has_power(each, wanted) or _does(each, facts, wanted) for each in here if each.code in facts.refused
    ):
        return "refused"
    if any(_does(each, facts, wanted) for each in here if each.point):
        return "closed"
    return "nobody" if wanted.powers.get(level) else "no_power"


def _first(candidates: Iterable[Candidate]) -> Candidate:
    """The nearest, then the one with the least work, then by code, so that it is always the same one."""
    return min(
        candidates, key=lambda each: (inf if each.distance is None else each.distance, each.load, each.code)
    )


def _placed(candidate: Candidate, wanted: Wanted, *, how: str, passed: tuple[Passed, ...] = ()) -> Placed:
    return Placed(
        kind=wanted.kind,
        level=candidate.level,
        post=candidate.code,
        name=candidate.name,
        mark=wanted.mark,
        how=how,
        passed=passed,
        ruled=wanted.ruled,
        distance=candidate.distance,
    )
