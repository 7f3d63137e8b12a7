"""How the steps of matters went in a period: how often, how long they waited and were handled, returns and breaches.

A step waits from its opening until somebody signs for it, and is handled from then until it is done; what is still open
counts with the time so far, and what a case rested counts as neither. Steps with a limit in working time are measured in
working time, all others by the clock. Everything is counted over the cases that the asker may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from casework.access import Viewer
from casework.errors import NotYours
from casework.models import Case, CaseQuerySet
from casework.queries.studio import diagram_of, element_names, matter_title
from casework.queries.worktime import days, passed_sql, place_sql, table_sql
from workflows.models import Definition, Version

WATCH_POWERS = ("studio", "supervise")
SHADES = 5
LONGEST = timedelta(days=400)


def ensure_may_watch(viewer: Viewer) -> None:
    """Those who draw the processes, and those who supervise the work."""
    if not any(viewer.has_power(power) for power in WATCH_POWERS):
        raise NotYours


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is looked at: steps opened from one day to another, both counted, in one area, of one version."""

    first: date
    last: date
    area: str = ""
    number: int | None = None

    @property
    def since(self) -> datetime:
        return _midnight(self.first)

    @property
    def until(self) -> datetime:
        return _midnight(self.last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The median and the value that 95 of 100 stay under, in seconds; None where there is nothing to measure."""

    half: float | None = None
    most: float | None = None


@dataclass(frozen=True, kw_only=True)
class Element:
    """One step of a matter. `works` says that its times are working time; totals are seconds."""

    matter: str
    matter_title: str
    element: str
    name: str
    works: bool
    steps: int
    cases: int
    open: int
    waiting: Pair
    handling: Pair
    waited: float
    handled: float
    returns: int
    breaches: int

    def value(self, measure: str) -> float:
        """What the colour stands for."""
        match measure:
            case "handling":
                return self.handling.half or 0
            case "steps" | "returns" | "breaches":
                return float(getattr(self, measure))
            case "waited":
                return self.waited
        return self.waiting.half or 0


@dataclass(frozen=True, kw_only=True)
class Shade:
    """One colour of the legend: `level` from 1 to 5, with the values it stands for."""

    level: int
    above: float
    up_to: float


def visible(viewer: Viewer, scope: Scope, *, matter: Definition | None) -> CaseQuerySet:
    """The cases whose steps are counted."""
    found = Case.objects.visible_to(viewer).within(scope.area)
    if matter is not None:
        found = found.filter(matter=matter)
    return found if scope.number is None else found.filter(run__version__number=scope.number)


def measured(cases: CaseQuerySet, scope: Scope, *, now: datetime) -> tuple[str, list[Any]]:
    """The beginning of a statement: tables of which `measured` has a row for each step, with its times in seconds."""
    table = days(scope.first, timezone.localdate(now))
    seen, seen_values = _seen(cases)
    calendar, calendar_values = table_sql(table)
    place, place_values = place_sql(table, "seen.area_code")
    sql = _MEASURED.format(
        seen=seen,
        calendar=calendar,
        place=place,
        opened=_by(table, "step.opened_at"),
        taken=_by(table, "step.taken_at"),
        ended=_by(table, "step.ended_at"),
        waited=_rested(table, "step.opened_at", "step.taken_at"),
        handled=_rested(table, "step.taken_at", "step.ended_at"),
    )
    return sql, [*calendar_values, *seen_values, *place_values, now, now, scope.since, scope.until, now, now]


def _by(table: Any, moment: str) -> str:  # Any: worktime.Days
    return passed_sql(table, moment=moment, works="unit.works", place="step.place")


def _rested(table: Any, since: str, until: str) -> str:  # Any: worktime.Days
    begun, ended = _by(table, f"GREATEST(rest.since, {since})"), _by(table, f"LEAST(rest.until, {until})")
    summed = f"SELECT sum(GREATEST(({ended}) - ({begun}), 0)) FROM {_RESTS}"  # noqa: S608 - our own parts
    return f"CASE WHEN step.pauses = '[]' THEN 0 ELSE COALESCE(({summed}), 0) END"


def _seen(cases: CaseQuerySet) -> tuple[str, tuple[Any, ...]]:
    rows = cases.order_by().values_list("pk", "run_id", "area_code", "matter_id")
    sql: tuple[str, tuple[Any, ...]] = rows.query.sql_with_params()
    return sql


# Clocks know when a case rested; a rest that goes on ends now.
_RESTS = """(
    SELECT (span->>'from')::timestamptz AS since, COALESCE((span->>'to')::timestamptz, %s) AS until
      FROM jsonb_array_elements(step.pauses) span
) rest"""
_MEASURED = """
WITH {calendar},
seen(id, run_id, area_code, matter_id) AS ({seen}),
step AS MATERIALIZED (
    SELECT step.id, step.element, step.name, step.kind, step.status, step.opened_at, seen.id AS case_id, seen.matter_id,
           {place} AS place, step.claimed_at IS NOT NULL AS is_taken,
           CASE WHEN step.kind = 'machine' THEN step.opened_at
                ELSE GREATEST(COALESCE(step.claimed_at, step.closed_at, %s), step.opened_at) END AS taken_at,
           GREATEST(COALESCE(step.closed_at, %s), step.opened_at) AS ended_at,
           COALESCE(clock.rule, '') AS rule, COALESCE(clock.pauses, '[]'::jsonb) AS pauses,
           clock.breached_at IS NOT NULL OR COALESCE(clock.breaches, 0) > 0 AS is_breached,
           decision.id IS NOT NULL AS is_returned
      FROM seen
      JOIN workflows_step step ON step.run_id = seen.run_id
      LEFT JOIN casework_clock clock ON clock.step_id = step.id
      LEFT JOIN casework_decision decision ON decision.step_id = step.id AND decision.verb = 'return'
     WHERE step.opened_at >= %s AND step.opened_at < %s
),
unit AS (SELECT matter_id, element, bool_or(rule ~ 'w[hd]$') AS works FROM step GROUP BY matter_id, element),
measured AS MATERIALIZED (
    SELECT step.id, step.matter_id, step.element, step.name, step.case_id, step.status, step.opened_at, unit.works,
           step.is_breached, step.is_returned,
           CASE WHEN step.kind = 'human' THEN GREATEST(({taken}) - ({opened}) - {waited}, 0) END AS waiting,
           CASE WHEN step.kind = 'machine' AND step.status <> 'cancelled'
                  OR step.kind = 'human' AND step.is_taken AND step.status <> 'cancelled'
                THEN GREATEST(({ended}) - ({taken}) - {handled}, 0) END AS handling
      FROM step JOIN unit USING (matter_id, element) CROSS JOIN calendar
)
"""
_BY_ELEMENT = """
SELECT matter_id, element, max(name), works, count(*), count(DISTINCT case_id), count(*) FILTER (WHERE status = 'open'),
       percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY waiting),
       percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY handling),
       COALESCE(sum(waiting), 0), COALESCE(sum(handling), 0),
       count(*) FILTER (WHERE is_returned), count(*) FILTER (WHERE is_breached)
  FROM measured GROUP BY matter_id, element, works
 ORDER BY COALESCE(sum(waiting), 0) DESC, matter_id, element
"""


def elements(
    viewer: Viewer, scope: Scope, *, matter: Definition | None = None, now: datetime
) -> list[Element]:
    """The steps there were, the one that made people wait longest in all first."""
    head, values = measured(visible(viewer, scope, matter=matter), scope, now=now)
    with connection.cursor() as cursor:
        cursor.execute(head + _BY_ELEMENT, values)
        rows = cursor.fetchall()
    matters = {one.pk: one for one in Definition.objects.filter(pk__in={row[0] for row in rows})}
    names = {pk: names_of(one) for pk, one in matters.items()}
    return [_element(row, matters[row[0]], names[row[0]]) for row in rows]


def names_of(matter: Definition) -> Mapping[str, str]:
    """What the elements of the version in force are called now; a step that it lacks keeps the name it had."""
    published = Version.objects.published().filter(definition=matter).first()
    diagram = diagram_of(published) if published else None
    return element_names(diagram) if diagram else {}


def _element(row: tuple[Any, ...], matter: Definition, names: Mapping[str, str]) -> Element:  # Any: columns
    return Element(
        matter=matter.key,
        matter_title=matter_title(matter),
        element=row[1],
        name=names.get(row[1], row[2]),
        works=row[3],
        steps=row[4],
        cases=row[5],
        open=row[6],
        waiting=_pair(row[7]),
        handling=_pair(row[8]),
        waited=float(row[9]),
        handled=float(row[10]),
        returns=row[11],
        breaches=row[12],
    )


def _pair(found: list[Any] | None) -> Pair:  # Any: numbers
    if not found or found[0] is None:
        return Pair()
    return Pair(half=float(found[0]), most=float(found[1]))


def shades(found: Iterable[Element], *, measure: str) -> list[Shade]:
    """The legend: five equal parts up to the largest value; none where there is nothing to show."""
    largest = max((one.value(measure) for one in found), default=0)
    if not largest:
        return []
    part = largest / SHADES
    return [Shade(level=n, above=part * (n - 1), up_to=part * n) for n in range(1, SHADES + 1)]


def level_of(value: float, legend: Iterable[Shade]) -> int:
    """The colour of a value; 0 for nothing at all."""
    if value <= 0:
        return 0
    return next((shade.level for shade in legend if value <= shade.up_to), SHADES)
