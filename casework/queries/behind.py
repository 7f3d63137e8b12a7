"""The cases behind a number of the heat-map: exactly as many rows as the number says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from casework.access import Viewer
from casework.models import Case, CaseQuerySet
from casework.queries.heat import Scope, measured, visible
from casework.queries.keyset import Order, Page, page
from casework.queries.paths import of_variant, opened_in
from workflows.models import Definition

SIZE = 50
# What is listed: the condition on a step, and what the list is sorted by, the largest first.
KINDS = {
    "steps": ("TRUE", "waiting"),
    "open": ("status = 'open'", "waiting"),
    "waiting": ("waiting IS NOT NULL", "waiting"),
    "handling": ("handling IS NOT NULL", "handling"),
    "returns": ("is_returned", "waiting"),
    "breaches": ("is_breached", "waiting"),
}


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """One time that a case stood at the step; times are seconds, None where there is none."""

    id: int
    number: str
    title: str
    place: str
    status: str
    opened_at: datetime
    waiting: float | None
    handling: float | None
    is_returned: bool
    is_breached: bool


@dataclass(frozen=True, kw_only=True)
class StepPage:
    """Rows in order; `rows_in_all` is the number that led here."""

    rows: tuple[StepRow, ...]
    rows_in_all: int
    works: bool
    next: str


def steps_behind(
    viewer: Viewer,
    scope: Scope,
    *,
    matter: Definition,
    element: str,
    kind: str,
    cursor: str = "",
    now: datetime,
) -> StepPage:
    """One page of the steps behind a number, the longest first."""
    condition, sort = KINDS[kind]
    head, values = measured(visible(viewer, scope, matter=matter), scope, now=now)
    sql = head + _STEPS.format(condition=condition, sort=sort)
    after = _read(cursor)
    values += [element, after is None, *(after or (0.0, 0)), SIZE + 1]
    with connection.cursor() as asked:
        asked.execute(sql, values)
        found = asked.fetchall()
    rows = [_row(one) for one in found[:SIZE]]
    return StepPage(
        rows=tuple(rows),
        rows_in_all=found[0][-3] if found else 0,
        works=bool(found and found[0][-2]),
        next=f"{found[SIZE - 1][-1]!r}|{rows[-1].id}" if len(found) > SIZE else "",
    )


_STEPS = """, wanted AS (
    SELECT measured.*, COALESCE({sort}, -1)::float8 AS sorted, count(*) OVER () AS in_all
      FROM measured WHERE element = %s AND {condition}
)
SELECT wanted.id, held.number, held.title, area.name, wanted.status, wanted.opened_at, wanted.waiting, wanted.handling,
       wanted.is_returned, wanted.is_breached, wanted.in_all, wanted.works, wanted.sorted
  FROM wanted JOIN casework_case held ON held.id = wanted.case_id JOIN grid_area area ON area.id = held.area_id
 WHERE %s OR (wanted.sorted, wanted.id) < (%s, %s)
 ORDER BY wanted.sorted DESC, wanted.id DESC LIMIT %s
"""


def _row(found: tuple[Any, ...]) -> StepRow:  # Any: columns
    id_, number, title, place, status, opened_at, waiting, handling, returned, breached, *_rest = found
    return StepRow(
        id=id_,
        number=number,
        title=title,
        place=place,
        status=status,
        opened_at=opened_at,
        waiting=None if waiting is None else float(waiting),
        handling=None if handling is None else float(handling),
        is_returned=returned,
        is_breached=breached,
    )


def _read(cursor: str) -> tuple[float, int] | None:
    """Where to go on; a cursor that nobody gave out is the first page."""
    value, _bar, key = cursor[:64].partition("|")
    try:
        place = float(value), int(key)
    except ValueError:
        return None
    return place if abs(place[0]) < 1e15 and abs(place[1]) < 2**63 else None


def cases_behind(
    viewer: Viewer,
    scope: Scope,
    *,
    matter: Definition,
    variant: str = "",
    element: str = "",
    cursor: str = "",
) -> tuple[Page[Case], int]:
    """The cases that went one way, or passed an arrow; with how many they are."""
    cases = opened_in(viewer, scope, matter=matter)
    found: CaseQuerySet = cases.filter(run__path__has_key=element) if element else cases
    if variant:
        found = Case.objects.filter(pk__in=of_variant(cases, variant))
    shown = found.select_related("area", "reporter", "matter")
    newest = Order(field="opened_at", descending=True)
    return page(shown, order=newest, cursor=cursor, size=SIZE), found.count()
