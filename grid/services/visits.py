"""Visits: which records are due, and what somebody who was there writes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.models import LedgerChange, LedgerRecord, LedgerVisit
from grid.phone_time import believed
from grid.services.ledgers.errors import ValuesRefused
from grid.services.ledgers.fields import ASKED_AT_A_VISIT, field_of, mask
from grid.services.ledgers.keeping import Keeper, lock_record
from grid.services.ledgers.writing import cycles_of, edit, next_visit

BATCH = 2000
RESULTS = {True: LedgerVisit.Result.CHANGED, False: LedgerVisit.Result.UNCHANGED}


@dataclass(frozen=True, kw_only=True)
class DueVisit:
    """A record that wants a visit. `title` is masked; `due_by` stays the same until somebody was there."""

    grid_id: int
    record_id: int
    kind: str
    title: str
    tags: tuple[str, ...]
    due_by: date
    lat: float | None
    lon: float | None


@dataclass(frozen=True, kw_only=True)
class NewVisit:
    """What the form on the phone sends. `answers` are the fields it showed, `seen` the version they were of.

    `at` is when the phone says it was, where that is sent later.
    """

    token: UUID
    record: int
    result: str
    seen: int = 0
    answers: Mapping[str, object] | None = None
    note: str = ""
    lat: float | None = None
    lon: float | None = None
    accuracy: float | None = None
    at: datetime | None = None


def due_visits(on: date, *, inside: str = "") -> Iterator[DueVisit]:
    """Every record of an area whose visit is due on that day or overdue, the longest overdue first; one indexed query."""
    rows = (
        LedgerRecord.objects.standing()
        .inside((inside,))
        .filter(next_visit_on__lte=on)
        .order_by("next_visit_on", "area_code", "pk")
        .only("area_id", "kind", "title", "tags", "next_visit_on", "lat", "lon")
    )
    for record in rows.iterator(chunk_size=BATCH):
        if record.next_visit_on is not None:
            yield DueVisit(
                grid_id=record.area_id,
                record_id=record.pk,
                kind=record.kind,
                title=shown_title(record),
                tags=tuple(record.tags),
                due_by=record.next_visit_on,
                lat=record.lat,
                lon=record.lon,
            )


def shown_title(record: LedgerRecord) -> str:
    """A person's name is masked; houses, places and things have names that everybody may know."""
    field = field_of(record.kind, "title")
    return mask(field, record.title) if field else record.title


@transaction.atomic
def visit(new: NewVisit, *, by: Keeper) -> LedgerVisit:
    """Keep that somebody was there, and what he found changed. The same token again is the same visit.

    Nobody at home keeps the visit due. Raises RecordUnknown, NotKept, ValuesRefused, ChangedMeanwhile.
    """
    _one_at_a_time(new.token)
    known = LedgerVisit.objects.filter(by_id=by.user_id, token=new.token).first()
    if known is not None:
        return known
    _ensure_told(new)
    record = lock_record(by, new.record)
    result = LedgerVisit.Result(new.result)
    if new.answers:
        # What was typed counts, whichever button was pressed: nothing that somebody wrote is dropped.
        before = record.version
        record = edit(record.pk, _asked(record, new), seen=new.seen, by=by, how=LedgerChange.How.VISITED)
        if result is not LedgerVisit.Result.ABSENT:
            result = RESULTS[record.version != before]
    elif result is LedgerVisit.Result.CHANGED:
        result = LedgerVisit.Result.UNCHANGED
    now = timezone.now()
    kept = LedgerVisit.objects.create(
        record=record,
        token=new.token,
        result=result,
        note=new.note.strip(),
        lat=new.lat,
        lon=new.lon,
        accuracy=new.accuracy,
        by_id=by.user_id,
        post=by.post,
        at=_moment(new.at, record, now=now),
        received_at=now,
    )
    if result is not LedgerVisit.Result.ABSENT:
        record.last_visited_on = timezone.localdate(kept.at)
        record.next_visit_on = next_visit(record, cycles_of(record.kind))
        record.save(update_fields=["last_visited_on", "next_visit_on"])
    return kept


def _moment(told: datetime | None, record: LedgerRecord, *, now: datetime) -> datetime:
    """What the phone says, as far as that can be; nobody was there before the last visit that is known."""
    at = believed(told, now=now, since=record.created_at) or now
    is_newest = record.last_visited_on is None or timezone.localdate(at) >= record.last_visited_on
    return at if is_newest else now


def _asked(record: LedgerRecord, new: NewVisit) -> dict[str, object]:
    """Only what the visit's form asks: the rest of the record is changed at the desk."""
    asked = ASKED_AT_A_VISIT[record.kind]
    return {name: value for name, value in (new.answers or {}).items() if name in asked}


def _ensure_told(new: NewVisit) -> None:
    wrong: dict[str, list[str]] = {}
    if new.result not in LedgerVisit.Result.values:
        wrong["result"] = [_("Say what you found.")]
    if len(new.note.strip()) > 500:
        wrong["note"] = [_("Longer than 500 signs: shorten it.")]
    places = (new.lat, new.lon)
    if (new.lat is None) != (new.lon is None) or any(
        place is not None and not (isfinite(place) and abs(place) <= most)
        for place, most in zip(places, (90, 180), strict=True)
    ):
        wrong["lat"] = [_("This isn't a position on Earth.")]
    if wrong:
        raise ValuesRefused(wrong)


def _one_at_a_time(token: UUID) -> None:
    """Two taps, or a phone that asks again because the answer got lost, wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(token)])
