"""When a matter climbs and when it comes down again: never a level further without a reason of the list."""

from __future__ import annotations

from casework.rules.nearby.asking import Answer, Ruler
from casework.rules.nearby.facts import (
    CLIMBS,
    DESCENDS,
    KINDS,
    LEVEL_WORDS,
    LEVELS,
    ClimbFacts,
    Moved,
    Seat,
    rank,
)
from casework.rules.nearby.places import seats_in

_ACTIONS = {"不动": "stay", "通知上级": "notify", "上交": "up", "直报": "straight"}
_LEVELS = {word: level for level, word in LEVEL_WORDS.items()}
_TOP = LEVELS[-1]


def decide_climb(facts: ClimbFacts, ruler: Ruler) -> Moved:
    """What follows for a matter that speaks for a higher level. It never comes out lower than it was."""
    power = ruler.ask("nearby_power", {"类别": facts.category})
    answer = ruler.ask(
        "nearby_climb",
        {
            "类型": power.get("类型") or KINDS["event"],
            "类别": facts.category,
            "层级": LEVEL_WORDS[facts.level],
            "环节": facts.stage,
            "事由": CLIMBS.get(facts.reason, ""),
            "次数": facts.times,
            "紧急": facts.urgent,
        },
    )
    action = _ACTIONS.get(answer.get("去向"), "stay")
    level = _higher(action, answer, at=facts.level)
    if action in ("up", "straight") and level == facts.level and facts.level == _TOP:
        action = "stay"
    return Moved(
        action=action,
        level=level,
        seats=_seats(answer, power, level) if action != "stay" else (),
        mark=answer.get("标记"),
        again=answer.get("再限"),
        ruled=(answer.ruled,),
    )


def _higher(action: str, answer: Answer, *, at: str) -> str:
    """One level up, or the one that the table names if that is higher still; a micro-grid and its grid are one."""
    above = LEVELS[min(rank(at) + (2 if at == "microgrid" else 1), len(LEVELS) - 1)]
    match action:
        case "up" | "notify":
            return max(above, _LEVELS.get(answer.get("层级"), above), key=rank)
        case "straight":
            return max(at, _LEVELS.get(answer.get("层级"), "town"), key=rank)
        case _:
            return at


def _seats(answer: Answer, power: Answer, level: str) -> tuple[Seat, ...]:
    """Who is meant there: whom the rule names, else who has the power at that level."""
    if answer.get("岗位"):
        return (Seat(level=level, role=answer.get("岗位"), unit=answer.get("单位")),)
    return seats_in(power.get(LEVEL_WORDS[level]), level=level)


def decide_down(facts: ClimbFacts, ruler: Ruler) -> Moved:
    """Whether it comes down again: one level, or as far as the power to handle it lies. `seats` from the lowest up."""
    power = ruler.ask("nearby_power", {"类别": facts.category})
    answer = ruler.ask(
        "nearby_descend",
        {
            "类型": power.get("类型") or KINDS["event"],
            "类别": facts.category,
            "层级": LEVEL_WORDS[facts.level],
            "事由": DESCENDS.get(facts.reason, ""),
        },
    )
    below = LEVELS[: rank(facts.level)]
    if answer.get("去向") == "下派一级":
        below = below[-1:]
    elif answer.get("去向") != "下派到底":
        below = ()
    seats = tuple(seat for level in below for seat in seats_in(power.get(LEVEL_WORDS[level]), level=level))
    if not seats:
        return Moved(action="stay", level=facts.level, ruled=(answer.ruled,))
    return Moved(action="down", level=seats[0].level, seats=seats, ruled=(answer.ruled,))
