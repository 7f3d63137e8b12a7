"""The only writers of ledger records: enter, edit, take out. Each act is one line of the record's history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from secrets import token_hex
from typing import Any
from zlib import crc32

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.models import LedgerChange, LedgerKind, LedgerRecord, LedgerTag
from grid.sealing import is_current, opened, seal
from grid.services.ledgers.errors import (
    AlreadyKept,
    ChangedMeanwhile,
    Clash,
    ReasonMissing,
    RecordUnknown,
    ValuesRefused,
)
from grid.services.ledgers.fields import COLUMNS, FIELDS, Field, field_of, mask
from grid.services.ledgers.keeping import Keeper, known_to, lock_record
from grid.services.ledgers.values import CLEARS, Known, Value, clean_all, identity, is_empty, marks, pairs

PREFIXES = {"person": "R", "house": "F", "place": "D", "facility": "W"}


@transaction.atomic
def enter(kind: str, raw: Mapping[str, object], *, by: Keeper, now: datetime | None = None) -> LedgerRecord:
    """A new record. Raises RecordUnknown, ValuesRefused, AlreadyKept."""
    if kind not in LedgerKind.values:
        raise RecordUnknown
    known = _known(kind, raw, by)
    values, wrong = clean_all(kind, raw, known)
    wrong |= missing(kind, values, wrong)
    if wrong:
        raise ValuesRefused(wrong)
    record = new_record(kind, values, known, by=by, now=now or timezone.now(), cycles=cycles_of(kind))
    changes = differences(kind, {}, values)
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyKept from error
    change(record, changes, how=LedgerChange.How.CREATED, by=by).save(force_insert=True)
    return record


@transaction.atomic
def edit(
    pk: int,
    raw: Mapping[str, object],
    *,
    seen: int,
    by: Keeper,
    how: str = LedgerChange.How.EDITED,
    now: datetime | None = None,
) -> LedgerRecord:
    """Write what this person changed, counted from the version he saw; what others changed meanwhile stays.

    Raises RecordUnknown, NotKept, ValuesRefused, and ChangedMeanwhile where both changed the same field.
    """
    record = lock_record(by, pk)
    present = values_of(record)
    known = _known(record.kind, raw, by, present=present)
    values, wrong = clean_all(record.kind, without_untouched(record.kind, raw), known)
    wrong |= missing(record.kind, {**present, **values}, wrong)
    if wrong:
        raise ValuesRefused(wrong)
    before = values_at(record, seen, present)
    mine = {name: value for name, value in values.items() if value != before[name]}
    clashes = [
        Clash(name=name, was=before[name], now=present[name], mine=value)
        for name, value in mine.items()
        if present[name] not in (before[name], value)
    ]
    if clashes:
        raise ChangedMeanwhile(clashes=clashes, version=record.version)
    return write(record, mine, known, how=how, by=by, now=now or timezone.now())


@transaction.atomic
def take_out(pk: int, *, reason: str, by: Keeper) -> LedgerRecord:
    """Somebody moved away, something is gone: out of the lists, while its history stays. Raises ReasonMissing, …"""
    record = lock_record(by, pk)
    if not reason.strip():
        raise ReasonMissing(_("Say why it is taken out."))
    record.removed_at = record.changed_at = timezone.now()
    record.changed_by_id, record.version = by.user_id, record.version + 1
    record.next_visit_on = None
    record.save(update_fields=["removed_at", "changed_at", "changed_by", "version", "next_visit_on"])
    line = change(record, [], how=LedgerChange.How.REMOVED, by=by)
    line.reason = reason.strip()[:200]
    line.save(force_insert=True)
    return record


def write(
    record: LedgerRecord, mine: Mapping[str, Value], known: Known, *, how: str, by: Keeper, now: datetime
) -> LedgerRecord:
    """Put these values into a locked record, with the line that says so; no difference is no new version."""
    changes = differences(record.kind, values_of(record), mine)
    if not changes:
        return record
    put(record, mine, known, cycles=cycles_of(record.kind))
    record.version, record.changed_at, record.changed_by_id = record.version + 1, now, by.user_id
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        raise AlreadyKept from error
    change(record, changes, how=how, by=by).save(force_insert=True)
    return record


def new_record(
    kind: str,
    values: Mapping[str, Value],
    known: Known,
    *,
    by: Keeper,
    now: datetime,
    cycles: Mapping[str, int],
    synthetic: bool = False,
) -> LedgerRecord:
    """The row of a new record, not stored yet."""
    record = LedgerRecord(
        kind=kind,
        code=str(values.get("code") or f"{PREFIXES[kind]}{token_hex(4).upper()}"),
        synthetic=synthetic,
        created_at=now,
        created_by_id=by.user_id,
        changed_at=now,
        changed_by_id=by.user_id,
    )
    put(record, {**values, "code": record.code}, known, cycles=cycles)
    return record


def put(record: LedgerRecord, values: Mapping[str, Any], known: Known, *, cycles: Mapping[str, int]) -> None:
    """Set fields of a row, and what follows from them. A row from before the sealing is sealed whole."""
    if record.marks is None:
        sealed_again(record)
    for field in FIELDS[record.kind]:
        if field.name not in values:
            continue
        value = values[field.name]
        match field.name:
            case "area":
                record.area_id, record.area_code = known.areas[value], value
            case "house":
                record.house_id = known.houses[value] if value else None
            case "code" if not value:
                continue
            case _ if field.is_personal:
                _put_sealed(record, field, str(value or ""))
            case name if field.is_column:
                setattr(record, name, value)
            case name if is_empty(value):
                record.details.pop(name, None)
            case name:
                record.details[name] = value
    index(record)
    record.next_visit_on = next_visit(record, cycles)


def _put_sealed(record: LedgerRecord, field: Field, value: str) -> None:
    """Personal data are sealed in the details; a column of the same name holds what may be shown."""
    if field.is_column:
        setattr(record, field.name, mask(field, value)[:200])
    if value:
        record.details[field.name] = seal(value)
    else:
        record.details.pop(field.name, None)


def index(record: LedgerRecord) -> None:
    """By what the record is found: personal data by keyed hashes only."""
    texts = {name: _field(record.kind, name) for name in ("title", "address")}
    hidden = [str(_value(record, field)) for field in texts.values() if field.is_personal]
    plain = [str(_value(record, field)) for field in texts.values() if not field.is_personal]
    number = opened(record.details.get("id_number", ""))
    record.identity = identity({"code": record.code, "id_number": number})
    record.pairs, record.marks = pairs(record.code, *plain), marks(*hidden)


def sealed_again(record: LedgerRecord) -> None:
    """Seal what it holds with the newest key; rows from before the sealing are sealed for the first time."""
    for field in FIELDS[record.kind]:
        if field.is_personal:
            _put_sealed(record, field, str(_value(record, field)))
    index(record)


def is_sealed_now(record: LedgerRecord) -> bool:
    """Whether the newest key sealed all of it, and the present index key made it findable."""
    kept = [record.details.get(field.name, "") for field in FIELDS[record.kind] if field.is_personal]
    before = (record.identity, record.pairs, record.marks)
    if record.marks is None or not all(is_current(str(value).encode()) for value in kept):
        return False
    index(record)
    return before == (record.identity, record.pairs, record.marks)


def _field(kind: str, name: str) -> Field:
    return next(field for field in FIELDS[kind] if field.name == name)


def next_visit(record: LedgerRecord, cycles: Mapping[str, int]) -> date | None:
    """When somebody has to come: its own cycle, else the shortest of its tags.

    First visits of records that came together are spread over the cycle, so that no day has them all.
    """
    days = record.cycle_days or min((cycles[tag] for tag in record.tags if tag in cycles), default=None)
    if days is None or record.removed_at is not None:
        return None
    if record.last_visited_on is not None:
        return record.last_visited_on + timedelta(days=days)
    return timezone.localdate(record.created_at) + timedelta(days=crc32(record.code.encode()) % days)


def cycles_of(kind: str) -> dict[str, int]:
    """Tag → days between two visits."""
    rows = LedgerTag.objects.filter(kind=kind, is_active=True, cycle_days__isnull=False)
    return {tag.name: tag.cycle_days for tag in rows if tag.cycle_days is not None}


def change(
    record: LedgerRecord, changes: Sequence[Mapping[str, Value]], *, how: str, by: Keeper
) -> LedgerChange:
    return LedgerChange(
        record=record,
        version=record.version,
        how=how,
        fields=[sealed_change(record.kind, one) for one in changes],
        by_id=by.user_id,
        post=by.post,
        at=record.changed_at,
    )


def sealed_change(kind: str, one: Mapping[str, Value]) -> dict[str, Value]:
    """A line of the history as it is kept: personal data sealed with the newest key."""
    if not _is_personal(kind, one):
        return dict(one)
    return {"field": one["field"], **{side: seal(str(one[side] or "")) for side in ("old", "new")}}


def changes_of(line: LedgerChange) -> list[dict[str, Any]]:
    """What a line of the history says, opened."""
    return [
        {"field": one["field"], **{side: opened(str(one[side] or "")) for side in ("old", "new")}}
        if _is_personal(line.record.kind, one)
        else one
        for one in line.fields
    ]


def _is_personal(kind: str, one: Mapping[str, Value]) -> bool:
    field = field_of(kind, str(one["field"]))
    return field is not None and field.is_personal


def value_of(record: LedgerRecord, name: str) -> Any:  # Any: what a field holds
    return _value(record, _field(record.kind, name))


def values_of(record: LedgerRecord) -> dict[str, Any]:
    """Every field of the record by its name, as `clean` would give it."""
    return {field.name: _value(record, field) for field in FIELDS[record.kind]}


def values_at(record: LedgerRecord, version: int, present: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they were at an earlier version."""
    values = dict(present)
    for line in record.changes.filter(version__gt=version).order_by("-version"):
        values |= {one["field"]: one["old"] for one in changes_of(line)}
    return values


def differences(kind: str, old: Mapping[str, Any], new: Mapping[str, Value]) -> list[dict[str, Value]]:
    """What changes, field by field in the order of the form."""
    return [
        {"field": field.name, "old": old.get(field.name, _nothing(field)), "new": new[field.name]}
        for field in FIELDS[kind]
        if field.name in new and new[field.name] != old.get(field.name, _nothing(field))
    ]


def missing(kind: str, values: Mapping[str, Value], wrong: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What has to be there and is not."""
    return {
        field.name: [_("This is needed.")]
        for field in FIELDS[kind]
        if field.is_required and field.name not in wrong and is_empty(values.get(field.name))
    }


def without_untouched(kind: str, raw: Mapping[str, object]) -> dict[str, object]:
    """What was typed: personal data are not in the page, so an empty field of theirs means “as it was”."""
    hidden = {field.name for field in FIELDS[kind] if field.is_personal}
    typed = {}
    for name, value in raw.items():
        text = value.strip() if isinstance(value, str) else value
        if name in hidden and text in ("", None):
            continue
        typed[name] = "" if name in hidden and text in CLEARS else value
    return typed


def _known(
    kind: str, raw: Mapping[str, object], by: Keeper, *, present: Mapping[str, Any] | None = None
) -> Known:
    stands = present or {}
    areas = {str(raw.get("area") or "").strip(), str(stands.get("area") or "")}
    houses = {str(raw.get("house") or "").strip(), str(stands.get("house") or "")}
    return known_to(by, kind, areas=areas, houses=houses, tags=stands.get("tags") or ())


def _value(record: LedgerRecord, field: Field) -> Any:  # Any: what a field holds
    match field.name:
        case "area":
            return record.area_code
        case "house":
            return record.house.code if record.house else ""
        case name if field.is_personal:
            kept = record.details.get(name) or (getattr(record, name) if field.is_column else "")
            return opened(str(kept))
        case name if name in COLUMNS:
            return getattr(record, name)
        case name:
            return record.details.get(name, _nothing(field))


def _nothing(field: Field) -> Value:
    match field.holds:
        case "tags":
            return []
        case "number" | "decimal" | "degrees":
            return None
        case _:
            return ""
