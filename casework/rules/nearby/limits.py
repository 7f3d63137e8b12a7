"""Limits by category, level and urgency, and who leads and who assists: what the other two tables say."""

from __future__ import annotations

from dataclasses import dataclass

from casework.clocks import LimitUnreadable, parse_limits
from casework.rules.nearby.asking import Ruler
from casework.rules.nearby.facts import KINDS, LEVEL_WORDS, Ruled, Seat
from casework.rules.nearby.places import seats_in


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Until when it is to be signed for and done; empty where the table says nothing that is a limit."""

    sign_for: str
    handle: str
    ruled: Ruled


def limits_for(category: str, *, level: str, urgent: bool, ruler: Ruler, kind: str = "") -> Limits:
    """The kind of matter is asked for where the caller does not know it."""
    word = KINDS.get(kind) or ruler.ask("nearby_power", {"类别": category}).get("类型")
    answer = ruler.ask(
        "nearby_limits",
        {
            "类型": word or KINDS["event"],
            "类别": category,
            "层级": LEVEL_WORDS[level],
            "紧急": urgent,
        },
    )
    return Limits(sign_for=_limit(answer.get("签收")), handle=_limit(answer.get("时限")), ruled=answer.ruled)


def _limit(text: str) -> str:
    try:
        parse_limits(text)
    except LimitUnreadable:
        return ""
    return text


@dataclass(frozen=True, kw_only=True)
class Units:
    """One lead and those who assist, as seats of the sub-district (a bare role) or the district (unit/role)."""

    lead: Seat | None
    assisting: tuple[Seat, ...]
    ruled: Ruled


def units_for(category: str, *, urgent: bool, ruler: Ruler) -> Units:
    power = ruler.ask("nearby_power", {"类别": category})
    asked = {"类型": power.get("类型") or KINDS["event"], "类别": category, "紧急": urgent}
    answer = ruler.ask("dispatch_units", asked)
    leads = _seats(answer.get("牵头"))
    return Units(
        lead=leads[0] if leads else None,
        assisting=tuple(seat for seat in _seats(answer.get("配合")) if seat not in leads),
        ruled=answer.ruled,
    )


def _seats(cell: str) -> tuple[Seat, ...]:
    """A unit of the district is named; a role alone sits in the sub-district."""
    return tuple(
        seat if not seat.unit else Seat(level="district", unit=seat.unit, role=seat.role)
        for seat in seats_in(cell, level="town")
    )
