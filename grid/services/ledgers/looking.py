"""Readings of personal data that are kept: a record shown in full, a list taken away."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from grid.models import LedgerReading, LedgerRecord
from grid.services.ledgers.errors import NotKept, ReasonMissing
from grid.services.ledgers.fields import FIELDS, Field
from grid.services.ledgers.keeping import Keeper, access_record
from grid.services.ledgers.writing import values_of

REASON_LENGTH = 500


@transaction.atomic
def reveal(pk: int, *, reason: str, by: Keeper) -> list[tuple[Field, str]]:
    """The personal data of a record in full; who, whose, why and when is kept. Raises RecordUnknown, NotKept, ReasonMissing."""
    record = access_record(by, pk)
    if not by.may_reveal(record.area_code):
        raise NotKept
    if not reason.strip():
        raise ReasonMissing
    LedgerReading.objects.create(
        kind=LedgerReading.Kind.REVEAL,
        record=record,
        reason=reason.strip()[:REASON_LENGTH],
        by_id=by.user_id,
        post=by.post,
        at=timezone.now(),
    )
    return personal(record)


def note_export(*, wanted: Mapping[str, str], rows: int, by: Keeper) -> None:
    """That a list was taken away, what it was narrowed to and how long it was."""
    LedgerReading.objects.create(
        kind=LedgerReading.Kind.EXPORT,
        wanted=dict(wanted),
        rows=rows,
        by_id=by.user_id,
        post=by.post,
        at=timezone.now(),
    )


def personal(record: LedgerRecord) -> list[tuple[Field, str]]:
    """The personal fields that hold something, in full: only for a logged reveal."""
    values = values_of(record)
    return [
        (field, str(values[field.name]))
        for field in FIELDS[record.kind]
        if field.is_personal and values[field.name]
    ]
