"""Ledgers as a screen needs them: lists, one record, what is due in a grid. Personal data are masked here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from casework.access import Viewer
from casework.errors import NotYours
from casework.queries.keyset import Order, page
from casework.queries.particulars import masked_text
from grid.masking import mask_address
from grid.models import LedgerChange, LedgerKind, LedgerReading, LedgerRecord, LedgerVisit
from grid.models.ledgers import LedgerRecordQuerySet
from grid.services.ledgers.fields import FIELDS, Field, Holds, field_of, mask
from grid.services.ledgers.keeping import Keeper, access_record, visible
from grid.services.ledgers.values import identity, marks, pairs
from grid.services.ledgers.writing import changes_of, value_of, values_of
from grid.services.visits import shown_title

SIZE = 50
WORDS = 5
CHANGES, VISITS, READINGS, RESIDENTS = 50, 20, 20, 60
AHEAD = 3  # days: what is due soon stands in the grid's list too
TOWN_DIGITS = 9
NEWEST_FIRST = Order(field="changed_at", descending=True)
# Volunteers and chiefs serve without pay and report; they keep no ledgers of their neighbours.
VOLUNTARY = frozenset({"courtyard_head", "building_head", "unit_head", "volunteer"})


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the list is narrowed to; an empty text narrows nothing."""

    kind: str
    tag: str = ""
    area: str = ""
    words: str = ""
    due: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.tag or self.area or self.words or self.due)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A record in a list, masked. `facts` are two or three of its fields."""

    id: int
    title: str
    code: str
    kind: str
    tags: tuple[str, ...]
    address: str
    place: str
    facts: tuple[str, ...]
    next_visit_on: date | None
    last_visited_on: date | None
    changed_by: str
    changed_at: Any
    is_due: bool


@dataclass(frozen=True, kw_only=True)
class Lines:
    """One page of the list."""

    rows: tuple[Line, ...]
    next: str
    previous: str


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One field of a record as it is shown."""

    label: str
    text: str
    is_masked: bool


@dataclass(frozen=True, kw_only=True)
class ChangedField:
    label: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """What somebody did to the record."""

    change: LedgerChange
    fields: tuple[ChangedField, ...]


@dataclass(frozen=True, kw_only=True)
class RecordPage:
    """A record with what belongs to it."""

    record: LedgerRecord
    line: Line
    facts: tuple[Fact, ...]
    residents: tuple[Line, ...]
    history: tuple[HistoryLine, ...]
    visits: tuple[LedgerVisit, ...]
    readings: tuple[LedgerReading, ...]
    house: str  # which one somebody lives in, without the door
    may_keep: bool
    may_reveal: bool
    has_personal: bool


def keeper_of(viewer: Viewer) -> Keeper:
    """Whose ledgers this person sees, keeps and may read in full. Raises NotYours where there are none.

    Posts that register cases keep the ledger of their area, up to a sub-district; whoever sees everything in an
    area sees its ledgers, masked; those who supervise may look in full, with a reason.
    """
    if viewer.is_operator:
        return Keeper(user_id=viewer.user_id, sees=("",), keeps=("",), reveals=("",))
    keeping = [
        post
        for post in viewer.posts
        if "register" in post.powers and post.role not in VOLUNTARY and len(post.area_code) >= TOWN_DIGITS
    ]
    keeps = tuple(sorted({post.area_code for post in keeping}))
    sees = tuple(sorted({*keeps, *viewer.area_prefixes}))
    if not sees:
        raise NotYours
    return Keeper(
        user_id=viewer.user_id,
        post=(keeping or list(viewer.posts))[0].code,
        sees=sees,
        keeps=keeps,
        reveals=tuple(sorted({*keeps, *viewer.trusted_prefixes})),
    )


def keeper_or_none(viewer: Viewer) -> Keeper | None:
    """The same where the way to the ledgers is not shown to those who have none."""
    try:
        return keeper_of(viewer)
    except NotYours:
        return None


def narrowed(keeper: Keeper, wanted: Wanted, *, today: date) -> LedgerRecordQuerySet:
    """The visible records that fit."""
    found = visible(keeper).filter(kind=wanted.kind)
    if wanted.tag:
        found = found.filter(tags__contains=[wanted.tag])
    if wanted.area:
        found = found.filter(area_code__startswith=wanted.area)
    if wanted.due:
        found = found.filter(next_visit_on__lte=today)
    for word in wanted.words.split()[:WORDS]:
        found = found.filter(_says(word))
    return found


def records(keeper: Keeper, wanted: Wanted, *, today: date, cursor: str = "") -> Lines:
    """A page of them, what was changed last first. Two queries at most."""
    rows = narrowed(keeper, wanted, today=today).select_related("area", "changed_by")
    shown = page(rows, order=NEWEST_FIRST, cursor=cursor, size=SIZE)
    return Lines(
        rows=tuple(_line(record, today=today) for record in shown.rows),
        next=shown.next,
        previous=shown.previous,
    )


def due_in_grids(keeper: Keeper, *, today: date, words: str = "") -> tuple[Line, ...]:
    """For the phone: who is to be visited now or in the next days, or what fits the words."""
    found = visible(keeper).inside(keeper.keeps).select_related("area", "changed_by")
    for word in words.split()[:WORDS]:
        found = found.filter(_says(word))
    if not words.strip():
        found = found.filter(next_visit_on__lte=today + timedelta(days=AHEAD))
    ordered = found.order_by("next_visit_on", "pk")[:SIZE]
    return tuple(_line(record, today=today) for record in ordered)


def record_page(keeper: Keeper, pk: int, *, today: date) -> RecordPage:
    """One record, masked, with who lives there or with whom, its history, visits and readings."""
    record = access_record(keeper, pk)
    may_reveal = keeper.may_reveal(record.area_code)
    return RecordPage(
        record=record,
        line=_line(record, today=today),
        facts=facts_of(record),
        residents=_residents(keeper, record, today=today),
        history=_history(record),
        visits=tuple(record.visits.select_related("by")[:VISITS]),
        readings=tuple(record.readings.select_related("by")[:READINGS]) if may_reveal else (),
        house=mask_address(record.house.title) if record.house else "",
        may_keep=keeper.may_keep(record.area_code),
        may_reveal=may_reveal,
        has_personal=any(fact.is_masked for fact in facts_of(record)) or record.kind == LedgerKind.PERSON,
    )


def facts_of(record: LedgerRecord) -> tuple[Fact, ...]:
    """The fields that hold something, but those that the page's head shows."""
    values = values_of(record)
    return tuple(
        Fact(
            label=str(field.label),
            text=shown_value(field, values[field.name]),
            is_masked=field.is_personal,
        )
        for field in FIELDS[record.kind]
        if values[field.name] not in ("", None, [])
        and field.name not in ("title", "tags", "lat", "lon", "area", "house", "cycle_days")
    )


def shown_value(field: Field, value: Any) -> str:  # Any: what a field holds
    """What a field holds as it may stand in a page or sheet."""
    if isinstance(value, list):
        return "、".join(map(str, value))
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}" if field.holds is Holds.DECIMAL else str(value)
    if field.is_personal:
        return mask(field, str(value))
    return masked_text(str(value)) if field.holds in (Holds.TEXT, Holds.LONG) else str(value)


def _says(word: str) -> Q:
    """A word of the title, code or address; or a person's whole identity number."""
    if len(word) == 18 and word[:17].isdigit():
        return Q(identity=identity({"id_number": word.upper()}))
    said = Q(title__icontains=word) | Q(code__icontains=word) | Q(address__icontains=word)
    if len(word) == 1:
        return said
    return said & Q(pairs__contains=pairs(word)) | Q(marks__contains=marks(word))


_FACTS = {
    LedgerKind.PERSON: ("sex", "birth_on", "phone"),
    LedgerKind.HOUSE: ("use", "structure", "danger"),
    LedgerKind.PLACE: ("sort", "safety"),
    LedgerKind.FACILITY: ("sort", "condition"),
}


def _line(record: LedgerRecord, *, today: date) -> Line:
    kind = record.kind
    address = field_of(kind, "address")
    named = [(field_of(kind, name), value_of(record, name)) for name in _FACTS[LedgerKind(kind)]]
    return Line(
        id=record.pk,
        title=shown_title(record),
        code=record.code,
        kind=kind,
        tags=tuple(record.tags),
        address=shown_value(address, value_of(record, "address")) if address else "",
        place=record.area.name,
        facts=tuple(shown_value(field, value) for field, value in named if field and value),
        next_visit_on=record.next_visit_on,
        last_visited_on=record.last_visited_on,
        changed_by=str(record.changed_by),
        changed_at=record.changed_at,
        is_due=record.next_visit_on is not None and record.next_visit_on <= today,
    )


def _residents(keeper: Keeper, record: LedgerRecord, *, today: date) -> tuple[Line, ...]:
    """Who lives in a house; with whom a person lives."""
    house = record.pk if record.kind == LedgerKind.HOUSE else record.house_id
    if house is None:
        return ()
    others = visible(keeper).filter(house_id=house).exclude(pk=record.pk)
    return tuple(
        _line(other, today=today)
        for other in others.select_related("area", "changed_by").order_by("pk")[:RESIDENTS]
    )


def _history(record: LedgerRecord) -> tuple[HistoryLine, ...]:
    rows = record.changes.select_related("by")[:CHANGES]
    return tuple(HistoryLine(change=row, fields=_changed(record.kind, changes_of(row))) for row in rows)


def _changed(kind: str, rows: list[dict[str, Any]]) -> tuple[ChangedField, ...]:
    found = []
    for row in rows:
        field = field_of(kind, row["field"])
        if field is not None:
            old, new = shown_value(field, row["old"]), shown_value(field, row["new"])
            found.append(ChangedField(label=str(field.label), old=old, new=new))
    return tuple(found)
