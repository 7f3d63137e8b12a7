"""Who gets a step and until when: the routing rule met with the posts there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casework.access import DISTRICT_DIGITS
from casework.clocks import LimitUnreadable, WorkCalendar, parse_limits
from casework.facts import CaseFacts
from casework.models import Case
from casework.rules import routing
from casework.rules.nearby import Placed
from casework.services import nearby
from grid.queries.desks import held_desks, held_posts
from workflows.engine import OpenStep
from workflows.expressions import ExpressionError, compile_expression
from workflows.projection import Assignment

NEAREST = "nearest"  # as a level: the two-nearby rules choose
AUTO = "auto"  # as a limit: the district's table says it
REPORTER = "上报人"  # what the story calls whoever reported, whatever the post
VACANT = "vacant:"  # nobody at all: an operator has to look; it must not fall back to the reporter


@dataclass(kw_only=True)
class Assigner:
    """Assigns the steps that one move opens.

    `notes` says per element what did not go as drawn, `names` what the posts are called that were looked up.
    """

    facts: CaseFacts
    now: datetime
    calendar: WorkCalendar
    notes: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    placed: dict[int, Placed] = field(default_factory=dict)
    levels: dict[int, str] = field(default_factory=dict)
    _known: dict[routing.Target, tuple[str, ...]] = field(default_factory=dict)

    def __call__(self, step: OpenStep, data: Mapping[str, Any]) -> Assignment:
        variables = {**data, **step.instance}
        candidates = self._candidates(step, variables)
        limit = self._limit(step, variables)
        return Assignment(candidates=candidates, due_at=self._due(limit), limit=limit)

    def _candidates(self, step: OpenStep, variables: Mapping[str, Any]) -> tuple[str, ...]:
        if step.settings.get("level") == NEAREST:
            return self._nearest(step, variables)
        if code := self._named(step.settings, variables):
            return self._this_post(step, code)
        wanted = routing.target(
            step.settings, self.facts, resolve=lambda text: str(self._value(text, variables) or "")
        )
        if wanted is None:
            return self._reporter(step)
        found = self._held(wanted)
        if found:
            return found
        self.notes[step.element] = f"{wanted.unit} {wanted.role}".strip()
        return self._above(wanted)

    def _reporter(self, step: OpenStep) -> tuple[str, ...]:
        """Whose step names nobody; where an expression should have named somebody and did not, a desk has to look."""
        settings = step.settings
        if settings.get("level") != "reporter" and any(
            settings.get(key) for key in ("post", "unit", "level")
        ):
            self.notes[step.element] = settings.get("post") or settings.get("unit", "")
            return self._above(
                routing.Target(area_code=self.facts.area_code, level="town", role="duty_officer", unit="")
            )
        if not self.facts.reporter_post:
            return ()
        self.names.setdefault(self.facts.reporter_post, REPORTER)
        return (self.facts.reporter_post,)

    def _held(self, wanted: routing.Target) -> tuple[str, ...]:
        """The posts that somebody holds today; asked once for each target, however many steps go there."""
        if wanted not in self._known:
            found = held_desks(
                wanted.area_code,
                level=wanted.level,
                role=wanted.role,
                unit_key=wanted.unit or None,
                on=self.now.astimezone(self.calendar.zone).date(),
            )
            self.names |= found
            self._known[wanted] = tuple(found)
        return self._known[wanted]

    def _above(self, wanted: routing.Target) -> tuple[str, ...]:
        """Nobody holds the post: the work climbs to the duty desk, then to the commander, and says so."""
        for level, role in (
            ("town", "duty_officer"),
            ("town", "duty_chief"),
            ("town", "commander"),
            ("district", "event_routing"),
        ):
            up = routing.Target(area_code=wanted.area_code, level=level, role=role, unit="")
            if found := self._held(up):
                return found
        return (f"{VACANT}{wanted.role}",)

    def _nearest(self, step: OpenStep, variables: Mapping[str, Any]) -> tuple[str, ...]:
        """The two-nearby rules choose, and the journal says which of them and why."""
        placed = nearby.place(self.facts, variables, now=self.now, calendar=self.calendar)
        self.placed[step.token] = placed
        if not placed.post:
            return (f"{VACANT}{NEAREST}",)
        self.levels[step.token] = placed.level
        self.names[placed.post] = placed.name
        return (placed.post,)

    def _named(self, settings: Mapping[str, str], variables: Mapping[str, Any]) -> str:
        """The code of one post, which an expression gives where somebody has chosen it (分派)."""
        text = settings.get("post", "")
        value = self._value(text[1:], variables) if text.startswith("=") else None
        return value if isinstance(value, str) and "/" in value else ""

    def _this_post(self, step: OpenStep, code: str) -> tuple[str, ...]:
        """As long as somebody holds it and it is of this district; else the duty desk has to look."""
        found = held_posts([code], on=self.now.astimezone(self.calendar.zone).date())
        if found and code.startswith(self.facts.area_code[:DISTRICT_DIGITS]):
            name, level = found[code]
            self.names[code], self.levels[step.token] = name, level
            return (code,)
        self.notes[step.element] = code
        role = code.rpartition("/")[2]
        return self._above(routing.Target(area_code=self.facts.area_code, level="town", role=role, unit=""))

    def _limit(self, step: OpenStep, variables: Mapping[str, Any]) -> str:
        text = step.settings.get("limit", "")
        said = str(self._value(text[1:], variables) or "") if text.startswith("=") else text
        if said != AUTO:
            return said
        level = self.levels.get(step.token) or self._level(step.settings)
        signing = step.settings.get("signFor") == "only"
        return nearby.limit_for(
            self.facts, level=level, signing=signing, now=self.now, calendar=self.calendar
        )

    @staticmethod
    def _level(settings: Mapping[str, str]) -> str:
        level = settings.get("level", "")
        if level in routing.LEVELS:
            return level
        return "district" if settings.get("unit") else "town"

    def _due(self, text: str) -> datetime | None:
        if not text:
            return None
        try:
            return parse_limits(text)[0].due(self.now, calendar=self.calendar)
        except LimitUnreadable:
            return None  # publishing refuses it; an expression may still give nonsense at run time

    def _value(self, text: str, variables: Mapping[str, Any]) -> Any:  # Any: a variable of the case
        try:
            return compile_expression(text).evaluate(variables, now=self.now, calendar=self.calendar)
        except ExpressionError:
            return None


def assigner(case: Case, *, now: datetime, calendar: WorkCalendar) -> Assigner:
    """The assigner for a move of this case."""
    return Assigner(facts=facts_of(case), now=now, calendar=calendar)


def facts_of(case: Case) -> CaseFacts:
    return CaseFacts(
        number=case.number,
        matter=case.run.version.definition.key if case.run_id else case.matter.key,
        area_code=case.area_code,
        urgent=case.is_urgent,
        category=case.category,
        reporter_post=case.reporter_post,
        data=case.data,
        report=case.report_id,
    )
