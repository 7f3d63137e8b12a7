"""Which ways the cases of a matter took: how often each arrow was passed, and the variants with their share and duration.

A variant is the row of steps that were done, in the order they were opened. Only cases that ended by themselves count as
one: a case that still runs has not yet shown its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from casework.access import Viewer
from casework.models import Case, CaseQuerySet, CaseStatus
from casework.queries.heat import Pair, Scope, names_of, visible
from workflows.models import Definition

TOP = 12  # variants shown; the rest is told as a number


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way: `key` is what it is asked for by. `share` is in per cent of all ended cases."""

    key: str
    elements: tuple[str, ...]
    names: tuple[str, ...]
    cases: int
    share: float
    lasted: Pair


@dataclass(frozen=True, kw_only=True)
class Passes:
    """How often cases passed an element or arrow, and how many did."""

    times: int
    cases: int


@dataclass(frozen=True, kw_only=True)
class Paths:
    """`ended` and `running` are cases opened in the period; `others` are ended cases of rarer variants."""

    variants: tuple[Variant, ...]
    passes: dict[str, Passes]
    ended: int
    running: int
    others: int


def opened_in(viewer: Viewer, scope: Scope, *, matter: Definition) -> CaseQuerySet:
    found = visible(viewer, scope, matter=matter)
    return found.filter(opened_at__gte=scope.since, opened_at__lt=scope.until)


def paths(viewer: Viewer, scope: Scope, *, matter: Definition, chosen: str = "") -> Paths:
    """The variants of the cases opened in the period; the passes are those of the chosen variant, else of all."""
    cases = opened_in(viewer, scope, matter=matter)
    walked, values = walks(cases)
    rows = _ask(walked + _VARIANTS, values)
    names = names_of(matter)
    ended = sum(row[2] for row in rows)
    shown = [_variant(row, names, ended=ended) for row in rows[:TOP]]
    return Paths(
        variants=tuple(shown),
        passes=_passes(cases, chosen=chosen),
        ended=ended,
        running=cases.open().count(),
        others=ended - sum(variant.cases for variant in shown),
    )


def walks(cases: CaseQuerySet) -> tuple[str, list[Any]]:
    """The beginning of a statement with a table `walked`: each ended case with its steps, and the key of its variant."""
    ended = cases.filter(status=CaseStatus.CLOSED).order_by()
    sql, values = ended.values_list("pk", "run_id", "opened_at", "closed_at").query.sql_with_params()
    return _WALKED.format(seen=sql), list(values)


# Steps opened in the same moment run side by side: by their names, so that chance makes no two variants of one.
_WALKED = """
WITH seen(id, run_id, opened_at, closed_at) AS ({seen}),
walked AS (
    SELECT seen.id, EXTRACT(epoch FROM seen.closed_at - seen.opened_at)::float8 AS lasted, walk.elements,
           md5(array_to_string(walk.elements, chr(31))) AS key
      FROM seen CROSS JOIN LATERAL (
        SELECT COALESCE(array_agg(step.element ORDER BY step.opened_at, step.element), ARRAY[]::varchar[]) AS elements
          FROM workflows_step step
         WHERE step.run_id = seen.run_id AND step.status = 'done'
      ) walk
)
"""
_VARIANTS = """
SELECT key, min(elements), count(*), percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY lasted)
  FROM walked GROUP BY key ORDER BY count(*) DESC, key
"""
_PASSES = """
SELECT passed.key, sum(passed.value::bigint), count(*)
  FROM workflows_run run CROSS JOIN jsonb_each_text(run.path) passed
 WHERE run.id IN ({runs}) GROUP BY passed.key
"""


def _passes(cases: CaseQuerySet, *, chosen: str) -> dict[str, Passes]:
    if chosen:
        cases = Case.objects.filter(pk__in=of_variant(cases, chosen))
    sql, values = cases.order_by().values_list("run_id").query.sql_with_params()
    return {row[0]: Passes(times=int(row[1]), cases=row[2]) for row in _ask(_PASSES.format(runs=sql), values)}


def of_variant(cases: CaseQuerySet, key: str) -> list[int]:
    """The cases of one variant."""
    walked, values = walks(cases)
    return [row[0] for row in _ask(walked + "SELECT id FROM walked WHERE key = %s", [*values, key])]  # noqa: S608 - our own parts


def _variant(row: tuple[Any, ...], names: Any, *, ended: int) -> Variant:  # Any: columns, names by element
    key, elements, cases, lasted = row
    return Variant(
        key=key,
        elements=tuple(elements),
        names=tuple(names.get(element, element) for element in elements),
        cases=cases,
        share=100 * cases / ended,
        lasted=Pair(half=lasted[0], most=lasted[1]),
    )


def _ask(sql: str, values: Any) -> list[tuple[Any, ...]]:  # Any: parameters and columns
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
