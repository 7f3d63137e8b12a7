"""A sheet is tried first, line by line, and then read in: all of it or nothing, and a second time it changes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.models import LedgerChange, LedgerImport, LedgerKind, LedgerRecord
from grid.sealing import opened_bytes, seal_bytes
from grid.services.ledgers.errors import ImportGone, ImportMoved, NotKept, RecordUnknown
from grid.services.ledgers.fields import FIELDS
from grid.services.ledgers.keeping import Keeper, known_to
from grid.services.ledgers.sheets import Sheet, SheetRow, read_sheet
from grid.services.ledgers.values import Known, Value, clean_all, identity
from grid.services.ledgers.writing import (
    change,
    cycles_of,
    differences,
    missing,
    new_record,
    put,
    values_of,
)

BATCH = 500
KEPT = timedelta(days=1)  # how long a sheet waits to be read in
_PUT = (
    "title", "area", "area_code", "house", "tags", "address", "lat", "lon", "details", "pairs", "marks", "cycle_days", "code",
    "identity", "next_visit_on", "version", "changed_at", "changed_by",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong in a cell, and what to do."""

    row: int
    column: str  # its letter, "" where the column is missing
    heading: str
    said: str


@dataclass(frozen=True, kw_only=True)
class PlannedRow:
    """What a line of the sheet would do: `record` is the one it changes, none where it adds one."""

    number: int
    values: Mapping[str, Value]
    record: LedgerRecord | None
    changes: Sequence[Mapping[str, Value]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a sheet would do."""

    kind: str
    rows: tuple[PlannedRow, ...]
    problems: tuple[Problem, ...]
    known: Known

    @property
    def added(self) -> list[PlannedRow]:
        return [row for row in self.rows if row.record is None]

    @property
    def changed(self) -> list[PlannedRow]:
        return [row for row in self.rows if row.record is not None and row.changes]

    @property
    def unchanged(self) -> int:
        return len(self.rows) - len(self.added) - len(self.changed)

    @property
    def digest(self) -> str:
        """Another one as soon as the sheet would do anything else."""
        told = [[row.number, row.record.pk if row.record else 0, row.changes] for row in self.rows]
        return sha256(json.dumps([self.kind, told], sort_keys=True).encode()).hexdigest()


def try_sheet(kind: str, content: bytes, *, name: str, by: Keeper) -> tuple[LedgerImport | None, Plan]:
    """What the sheet would do. It is kept for a day to be read in, unless something is wrong with it.

    Raises SheetRefused, NotKept.
    """
    ensure_keeps(kind, by)
    plan = plan_of(kind, read_sheet(kind, content), by=by)
    now = timezone.now()
    stale = Q(by_id=by.user_id) | Q(at__lt=now - KEPT)
    LedgerImport.objects.filter(stale, done_at=None, content__isnull=False).update(content=None)
    if plan.problems:
        return None, plan
    tried = LedgerImport(kind=kind, name=name[:200], content=seal_bytes(content), by_id=by.user_id, at=now)
    _count(tried, plan)
    tried.save(force_insert=True)
    return tried, plan


def tried_sheet(pk: int, *, by: Keeper) -> tuple[LedgerImport, Plan | None]:
    """A sheet that this person tried, and what it would do now; no plan once it was read in. Raises ImportGone."""
    tried = LedgerImport.objects.filter(pk=pk, by_id=by.user_id).first()
    if tried is None or (tried.done_at is None and tried.content is None):
        raise ImportGone
    if tried.done_at is not None or tried.content is None:
        return tried, None
    return tried, plan_of(tried.kind, read_sheet(tried.kind, opened_bytes(bytes(tried.content))), by=by)


@transaction.atomic
def read_in(pk: int, *, plan: str, by: Keeper) -> LedgerImport:
    """Do what the person saw; `plan` is the digest of that. Twice is once.

    Raises ImportGone, and ImportMoved where the ledger has changed so that the sheet would do something else now.
    """
    tried = LedgerImport.objects.select_for_update().filter(pk=pk, by_id=by.user_id).first()
    if tried is None or (tried.done_at is None and tried.content is None):
        raise ImportGone
    if tried.done_at is not None:
        return tried
    _one_at_a_time(tried.kind)
    sheet = read_sheet(tried.kind, opened_bytes(bytes(tried.content or b"")))
    present = plan_of(tried.kind, sheet, by=by, is_held=True)
    if present.problems or present.digest != plan:
        raise ImportMoved
    try:
        with transaction.atomic():
            _write(present, by=by)
    except IntegrityError as error:  # somebody has just entered one of them by hand
        raise ImportMoved from error
    _count(tried, present)
    tried.content, tried.done_at = None, timezone.now()
    tried.save()
    return tried


def plan_of(kind: str, sheet: Sheet, *, by: Keeper, is_held: bool = False) -> Plan:
    """Line by line: added, changed, unchanged, or wrong. `is_held` locks the records that it would change."""
    known = known_to(
        by,
        kind,
        areas={str(row.cells.get("area", "")).strip() for row in sheet.rows},
        houses={str(row.cells.get("house", "")).strip() for row in sheet.rows},
    )
    read = [(row, *clean_all(kind, row.cells, known)) for row in sheet.rows]
    present = _present(kind, [values for _row, values, _wrong in read], is_held=is_held)
    labels = {field.name: str(field.label) for field in FIELDS[kind]}
    rows: list[PlannedRow] = []
    problems: list[Problem] = []
    seen: dict[object, int] = {}
    for row, values, wrong in read:
        record = present.get(_key(values)) or present.get(_code(values))
        wrong = {**wrong, **_wrong(kind, row, values, record, wrong, seen, by)}
        problems += [
            Problem(row=row.number, column=sheet.columns.get(name, ""), heading=labels[name], said=said)
            for name, texts in wrong.items()
            for said in texts
        ]
        if not wrong:
            old = values_of(record) if record else {}
            changes = differences(kind, old, values)
            rows.append(PlannedRow(number=row.number, values=values, record=record, changes=changes))
    return Plan(kind=kind, rows=tuple(rows), problems=tuple(problems), known=known)


def ensure_keeps(kind: str, by: Keeper) -> None:
    if kind not in LedgerKind.values:
        raise RecordUnknown
    if not by.keeps:
        raise NotKept


def _wrong(
    kind: str,
    row: SheetRow,
    values: Mapping[str, Value],
    record: LedgerRecord | None,
    wrong: Mapping[str, list[str]],
    seen: dict[object, int],
    by: Keeper,
) -> dict[str, list[str]]:
    """What is wrong with a line beyond its single cells."""
    found = {name: [_("A formula: paste the value instead.")] for name in row.formulas}
    if wrong:
        return found
    if not values.get("id_number") and not values.get("code"):
        said = _("Needed to know the same one again: the identity number or a code.")
        return found | {
            "code": [said if kind == LedgerKind.PERSON else _("Needed to know the same one again.")]
        }
    same = record.pk if record else _key(values)
    if same in seen:
        return found | {
            "code": [_("The same one as in line %(row)s: delete one of them.") % {"row": seen[same]}]
        }
    seen[same] = row.number
    if record is None:
        return found | missing(kind, values, found)
    if not by.may_keep(record.area_code):
        return found | {
            "code": [_("This one stands in the ledger of another area: ask there to pass it on.")]
        }
    return found


def _present(kind: str, rows: Sequence[Mapping[str, Value]], *, is_held: bool) -> dict[str, LedgerRecord]:
    """The records that these lines are about, by identity and by code."""
    known = LedgerRecord.objects.standing().filter(kind=kind).select_related("house").order_by("pk")
    if is_held:
        known = known.select_for_update(of=("self",))
    keys = {_key(values) for values in rows}
    codes = {str(values["code"]) for values in rows if values.get("code")}
    found: dict[str, LedgerRecord] = {}
    for record in known.filter(Q(identity__in=keys) | Q(code__in=codes)):
        found[record.identity] = record
        found.setdefault(f"code:{record.code}", record)
    return found


def _key(values: Mapping[str, Value]) -> str:
    return identity(values)


def _code(values: Mapping[str, Value]) -> str:
    """The second way to know a record: somebody entered without a number, who now gets one."""
    return f"code:{values['code']}" if values.get("code") else ""


def _write(plan: Plan, *, by: Keeper) -> None:
    now, cycles = timezone.now(), cycles_of(plan.kind)
    new = [new_record(plan.kind, row.values, plan.known, by=by, now=now, cycles=cycles) for row in plan.added]
    LedgerRecord.objects.bulk_create(new, batch_size=BATCH)
    changed = []
    for row in plan.changed:
        assert row.record is not None
        put(row.record, row.values, plan.known, cycles=cycles)
        row.record.version += 1
        row.record.changed_at, row.record.changed_by_id = now, by.user_id
        changed.append(row.record)
    LedgerRecord.objects.bulk_update(changed, _PUT, batch_size=BATCH)
    lines = zip([*new, *changed], [*plan.added, *plan.changed], strict=True)
    how = LedgerChange.How.IMPORTED
    LedgerChange.objects.bulk_create(
        (change(record, row.changes, how=how, by=by) for record, row in lines), batch_size=BATCH
    )


def _count(tried: LedgerImport, plan: Plan) -> None:
    tried.plan = plan.digest
    tried.added, tried.changed, tried.unchanged = len(plan.added), len(plan.changed), plan.unchanged


def _one_at_a_time(kind: str) -> None:
    """Two sheets that add the same person would else both find nobody there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"ledger import {kind}"])
