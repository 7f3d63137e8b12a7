"""What sheets of ledgers show: the rows of a list, masked, and what a sheet that is tried would do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casework.queries.ledgers import Wanted, narrowed, shown_value
from grid.services.ledgers.fields import FIELDS, field_of
from grid.services.ledgers.importing import Plan, PlannedRow, Problem
from grid.services.ledgers.keeping import Keeper
from grid.services.ledgers.writing import values_of

EXPORTED = 5000
LISTED = 100  # lines of a plan that are shown; the numbers count all


@dataclass(frozen=True, kw_only=True)
class ShownRow:
    number: int
    title: str
    fields: tuple[tuple[str, str, str], ...]  # label, old, new


@dataclass(frozen=True, kw_only=True)
class ShownPlan:
    """A plan in numbers, with its first lines, masked."""

    digest: str
    added: int
    changed: int
    unchanged: int
    problems: tuple[Problem, ...]
    more_problems: int
    adds: tuple[ShownRow, ...]
    changes: tuple[ShownRow, ...]


def export_rows(keeper: Keeper, wanted: Wanted, *, today: date) -> list[list[object]]:
    """One row too many says that there are more than may be taken away."""
    found = narrowed(keeper, wanted, today=today).select_related("house").order_by("area_code", "pk")
    rows: list[list[object]] = []
    for record in found[: EXPORTED + 1]:
        values = values_of(record)
        rows.append([shown_value(field, values[field.name]) for field in FIELDS[wanted.kind]])
    return rows


def shown_plan(plan: Plan) -> ShownPlan:
    return ShownPlan(
        digest=plan.digest,
        added=len(plan.added),
        changed=len(plan.changed),
        unchanged=plan.unchanged,
        problems=plan.problems[:LISTED],
        more_problems=max(0, len(plan.problems) - LISTED),
        adds=tuple(_shown(plan.kind, row) for row in plan.added[:LISTED]),
        changes=tuple(_shown(plan.kind, row) for row in plan.changed[:LISTED]),
    )


def _shown(kind: str, row: PlannedRow) -> ShownRow:
    title = field_of(kind, "title")
    name = row.values.get("title") or (row.record.title if row.record else "")
    fields = []
    for one in row.changes:
        field = field_of(kind, str(one["field"]))
        if field is not None:
            old, new = (shown_value(field, one[side]) for side in ("old", "new"))
            fields.append((str(field.label), old, new))
    return ShownRow(number=row.number, title=shown_value(title, name) if title else "", fields=tuple(fields))
