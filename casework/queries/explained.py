"""Clocks that explain themselves: which limit, from when, by which calendar, with which pauses, and what comes after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from casework.clocks import WORKING_UNITS, WorkCalendar
from casework.models import Case, Clock, ClockKind
from casework.queries.cases import OpenWork
from casework.services.calendars import Horizon, holiday_horizon, work_calendar
from workflows.expressions import ExpressionError, compile_expression
from workflows.models import Step


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A span in which the clock stood; without an end it stands still."""

    begins: datetime
    ends: datetime | None
    why: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """One of several limits in a row: `state` is met, missed, now or later."""

    name: str
    rule: str
    state: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Extended:
    before: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A clock of one open step, of a stage or of the whole case (`step` is None then).

    `rule` is the limit as it came out (“1wd”), also where it is drawn as an expression.
    """

    step: Step | None
    kind: str
    title: str
    is_chosen: bool
    rule: str
    starts_at: datetime
    due_at: datetime
    warn_at: datetime | None
    pauses: tuple[dict[str, Any], ...]
    spans: tuple[Pause, ...]
    extensions: tuple[Extended, ...]
    links: tuple[Link, ...]
    stands: bool
    is_over: bool
    hours: str  # of the working calendar; empty when the clock runs day and night


def explained(case: Case, works: Sequence[OpenWork], *, chosen: OpenWork | None) -> tuple[Explained, ...]:
    """The clocks of the open steps, the nearest first."""
    calendar = work_calendar(case.area_code)
    clocks = [
        _of_step(case, work, is_chosen=work is chosen, calendar=calendar)
        for work in works
        if work.step.due_at is not None
    ]
    return tuple(sorted(clocks, key=lambda clock: (not clock.is_chosen, clock.due_at)))


def explained_for_case(case: Case) -> tuple[Explained, ...]:
    """The clocks of the case's stages and of the whole case, the nearest first; none where its matter sets none."""
    if not case.run.version.about.get("limits"):
        return ()
    calendar = work_calendar(case.area_code)
    clocks = Clock.objects.running().filter(case=case).exclude(kind=ClockKind.STEP).order_by("due_at")
    return tuple(
        _explained(clock, title=_title(clock), calendar=calendar, is_chosen=False, step=None, rule=clock.rule)
        for clock in clocks
    )


def calendar_horizon(*, today: date) -> Horizon | None:
    """How far the holidays are known, when that is so near that somebody should enter the next year's."""
    horizon = holiday_horizon(today=today)
    return horizon if horizon.is_near else None


def _title(clock: Clock) -> str:
    if clock.kind == ClockKind.TOTAL:
        return _("Whole case")
    return _("Stage “%(stage)s”") % {"stage": clock.name}


def _of_step(case: Case, work: OpenWork, *, is_chosen: bool, calendar: WorkCalendar) -> Explained:
    step, clock = work.step, work.clock
    assert step.due_at is not None
    drawn = _rule(case, step, calendar=calendar)
    if clock is None:  # written before there were clocks
        clock = Clock(rule=drawn, starts_at=step.opened_at, due_at=step.due_at)
    rule = clock.rule or drawn
    return _explained(clock, title=step.name, calendar=calendar, is_chosen=is_chosen, step=step, rule=rule)


def _explained(
    clock: Clock, *, title: str, calendar: WorkCalendar, is_chosen: bool, step: Step | None, rule: str
) -> Explained:
    return Explained(
        step=step,
        kind=clock.kind,
        title=title,
        is_chosen=is_chosen,
        rule=rule,
        starts_at=clock.starts_at,
        due_at=clock.due_at,
        warn_at=clock.warn_at,
        pauses=tuple(clock.pauses),
        spans=tuple(_pause(span) for span in clock.pauses),
        extensions=tuple(
            Extended(before=_moment(given["from"]), until=_moment(given["until"]))
            for given in clock.extensions
        ),
        links=tuple(_link(link, place, clock) for place, link in enumerate(clock.chain)),
        stands=clock.paused_at is not None,
        is_over=clock.breached_at is not None,
        hours=_hours(calendar, clock.due_at) if rule.endswith(WORKING_UNITS) else "",
    )


def _pause(span: Mapping[str, str]) -> Pause:
    ends = _moment(span["to"]) if "to" in span else None
    return Pause(begins=_moment(span["from"]), ends=ends, why=span.get("why", ""))


def _link(link: Mapping[str, str], place: int, clock: Clock) -> Link:
    for state in ("met", "missed"):
        if f"{state}_at" in link:
            at = _moment(link[f"{state}_at"])
            return Link(name=link["name"], rule=link["limit"], state=state, at=at)
    is_now = place == clock.link
    return Link(
        name=link["name"],
        rule=link["limit"],
        state="now" if is_now else "later",
        at=clock.due_at if is_now else None,
    )


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    assert found is not None  # written by us
    return found


def _rule(case: Case, step: Step, *, calendar: WorkCalendar) -> str:
    text = str(step.settings.get("limit", ""))
    if not text.startswith("="):
        return text
    try:
        variables = {**case.data, **step.instance}
        value = compile_expression(text[1:]).evaluate(variables, now=step.opened_at, calendar=calendar)
    except ExpressionError:
        return ""
    return str(value or "")


def _hours(calendar: WorkCalendar, due_at: datetime) -> str:
    """The hours of the season in which the clock is due."""
    hours = calendar.hours_on(due_at.astimezone(calendar.zone).date())
    return ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in hours)
