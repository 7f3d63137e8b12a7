"""Seal all personal data with the newest key: rows from before the sealing, and all of them when a key is replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from casework.models import Party
from grid.sealing import is_current
from grid.services.ledgers.resealing import Batch, seal_changes, seal_imports, seal_records

PARTY: Final = ("name", "phone", "id_number", "address", "note")


@transaction.atomic
def seal_parties(*, after: int, size: int) -> Batch:
    kept = {f"kept_{name}": Cast(name, TextField()) for name in PARTY}  # as they stand, not opened
    rows = list(Party.objects.select_for_update().filter(pk__gt=after).annotate(**kept).order_by("pk")[:size])
    stale = [row for row in rows if not all(is_current(getattr(row, name).encode()) for name in kept)]
    Party.objects.bulk_update(stale, PARTY)
    return Batch(last=rows[-1].pk if rows else None, sealed=len(stale))


SEALED: Final[Mapping[str, Callable[..., Batch]]] = {
    "parties": seal_parties,
    "ledger records": seal_records,
    "ledger changes": seal_changes,
    "ledger imports": seal_imports,
}


def seal_all(*, size: int) -> dict[str, int]:
    """How many rows of each table had to be sealed. Broken off and begun again, it goes on."""
    return {name: _walk(seal_some, size=size) for name, seal_some in SEALED.items()}


def _walk(seal_some: Callable[..., Batch], *, size: int) -> int:
    sealed, last = 0, 0
    while True:
        batch = seal_some(after=last, size=size)
        sealed += batch.sealed
        if batch.last is None:
            return sealed
        last = batch.last
