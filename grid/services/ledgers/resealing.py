"""Seal what the ledgers hold with the newest key, a batch at a time and each in a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from grid.models import LedgerChange, LedgerImport, LedgerRecord
from grid.sealing import is_current, opened_bytes, seal_bytes
from grid.services.ledgers.fields import field_of
from grid.services.ledgers.writing import changes_of, is_sealed_now, sealed_again, sealed_change


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The last row that was looked at, none where there are no more, and how many had to be sealed."""

    last: int | None
    sealed: int


@transaction.atomic
def seal_records(*, after: int, size: int) -> Batch:
    rows = list(LedgerRecord.objects.select_for_update().filter(pk__gt=after).order_by("pk")[:size])
    stale = [row for row in rows if not is_sealed_now(row)]
    for row in stale:
        sealed_again(row)
    LedgerRecord.objects.bulk_update(stale, ["title", "address", "details", "identity", "pairs", "marks"])
    return Batch(last=rows[-1].pk if rows else None, sealed=len(stale))


@transaction.atomic
def seal_changes(*, after: int, size: int) -> Batch:
    """The history of the records. What it says stays; only how it is kept changes."""
    lines = LedgerChange.objects.select_for_update(of=("self",)).select_related("record")
    rows = list(lines.filter(pk__gt=after).order_by("pk")[:size])
    stale = [row for row in rows if not _is_current(row)]
    for row in stale:
        row.fields = [sealed_change(row.record.kind, one) for one in changes_of(row)]
    LedgerChange.objects.bulk_update(stale, ["fields"])
    return Batch(last=rows[-1].pk if rows else None, sealed=len(stale))


@transaction.atomic
def seal_imports(*, after: int, size: int) -> Batch:
    """Sheets that wait to be read in; few, and each is gone after a day."""
    waiting = LedgerImport.objects.select_for_update().filter(pk__gt=after, content__isnull=False)
    rows = list(waiting.order_by("pk")[: min(size, 10)])
    stale = [row for row in rows if not is_current(bytes(row.content or b""))]
    for row in stale:
        row.content = seal_bytes(opened_bytes(bytes(row.content or b"")))
        row.save(update_fields=["content"])
    return Batch(last=rows[-1].pk if rows else None, sealed=len(stale))


def _is_current(line: LedgerChange) -> bool:
    return all(
        is_current(str(one[side] or "").encode())
        for one in line.fields
        if (field := field_of(line.record.kind, one["field"])) is not None and field.is_personal
        for side in ("old", "new")
    )
