"""Levels and the desks at them: who stands above a step, who may rule on what was asked there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from casework.models import Case
from casework.rules.routing import LEVELS, USUAL_ROLE
from casework.services.calendars import work_calendar
from grid.models import Post
from grid.queries.desks import held_desks
from workflows.models import Step

# Who rules at a level on what those below ask for, the first that is held; editable as posts are, by their roles.
RULING_ROLES = {
    "community": ("community_secretary", "village_secretary"),
    "town": ("duty_chief", "commander"),
    "district": ("event_routing", "leader"),
}


def level_of(step: Step, case: Case) -> str:
    """The level at which a step waits: that of the posts it is offered to, else as the diagram says."""
    levels = levels_of(step.candidates)
    if levels:
        return max(levels, key=LEVELS.index)
    drawn = step.settings.get("level", "")
    return drawn if drawn in LEVELS else case.handling_level or "town"


def levels_of(codes: Collection[str]) -> set[str]:
    found = Post.objects.filter(code__in=codes).values_list("unit__area__level", flat=True)
    return {"grid" if level == "microgrid" else level for level in found}


def above(level: str) -> str | None:
    place = LEVELS.index(level)
    return LEVELS[place + 1] if place + 1 < len(LEVELS) else None


def desk_at(case: Case, level: str, *, now: datetime) -> dict[str, str]:
    """The posts that take everything at a level over the case's area: name by code; none where nobody sits."""
    return _held(case, level, USUAL_ROLE[level], now=now)


def ruling_posts(case: Case, level: str, *, now: datetime) -> list[str]:
    """Who may rule on what is asked at `level`: those at the level above, or further up where nobody sits there.

    What is asked in the district itself is ruled on there, by somebody else.
    """
    start = LEVELS.index(above(level) or "district")
    for higher in LEVELS[start:]:
        for role in RULING_ROLES[higher]:
            if found := _held(case, higher, role, now=now):
                return sorted(found)
    return []


def _held(case: Case, level: str, role: str, *, now: datetime) -> dict[str, str]:
    on = now.astimezone(work_calendar().zone).date()
    return held_desks(case.area_code, level=level, role=role, on=on)
