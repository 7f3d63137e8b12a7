"""Who gets a step: from its settings in the diagram and the facts of the case to a target. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from casework.facts import CaseFacts

LEVELS = ("grid", "community", "town", "district")

# Who is meant when a diagram names the level alone: the desk that takes everything there.
USUAL_ROLE = {
    "grid": "grid_worker",
    "community": "community_secretary",
    "town": "duty_officer",
    "district": "event_routing",
}


@dataclass(frozen=True, kw_only=True)
class Target:
    """A post to look for: the level at which it stands over the case's area, its role, its unit's key (or any)."""

    area_code: str
    level: str
    role: str
    unit: str


Resolve = Callable[[str], str]


def target(settings: Mapping[str, str], facts: CaseFacts, *, resolve: Resolve) -> Target | None:
    """The post a step asks for, or None when it belongs to the reporter.

    A setting that starts with `=` is an expression over the case's data, evaluated by `resolve`.
    """

    def said(key: str) -> str:
        text = settings.get(key, "")
        return resolve(text[1:]) if text.startswith("=") else text

    level, role, unit = said("level"), said("post"), said("unit")
    if level == "reporter" or not (level or role or unit):
        return None
    if level not in LEVELS:
        level = "district" if unit else "town"
    role = role or ("reviewer" if unit else USUAL_ROLE[level])
    return Target(area_code=facts.area_code, level=level, role=role, unit=unit)
