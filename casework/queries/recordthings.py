"""Who and what belongs to a case, as rows for its page and the API: parties, places, papers, decisions. Masked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Prefetch

from casework.models import Case, CasePlace, Document, DocumentVersion, Instrument, Party
from casework.services.record.parties import shown_name
from grid.masking import mask_id_number, mask_phone


@dataclass(frozen=True, kw_only=True)
class PartyRow:
    """Masked: 陈*宇, 138****5678. `is_masked` says that there is something to reveal."""

    id: int
    role: str
    label: str
    name: str
    phone: str
    id_number: str
    address: str
    note: str
    is_unit: bool
    is_masked: bool


@dataclass(frozen=True, kw_only=True)
class PlaceRow:
    id: int
    kind: str
    label: str
    text: str
    lat: float | None
    lon: float | None


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    number: int
    name: str
    media_type: str
    bytes: int
    sha256: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DocumentRow:
    id: int
    kind: str
    title: str
    versions: tuple[VersionRow, ...]


@dataclass(frozen=True, kw_only=True)
class InstrumentRow:
    id: int
    kind: str
    label: str
    number: str
    title: str
    text: str
    decided_on: date
    perform_by: date | None
    amount: Decimal | None
    party: str
    bases: tuple[str, ...]
    is_revoked: bool
    revoked_why: str


def parties_of(case: Case) -> Iterable[PartyRow]:
    for row in Party.objects.filter(case=case, removed_at=None).select_related("unit"):
        yield party_row(row)


def party_row(row: Party) -> PartyRow:
    address = row.address if row.unit_id else (row.address[:6] + "****" if row.address else "")
    return PartyRow(
        id=row.pk,
        role=row.role,
        label=row.get_role_display(),
        name=shown_name(row),
        phone=mask_phone(row.phone) if row.phone else "",
        id_number=mask_id_number(row.id_number) if row.id_number else "",
        address=address,
        note=row.note,
        is_unit=row.unit_id is not None,
        is_masked=row.unit_id is None or bool(row.phone or row.id_number),
    )


def places_of(case: Case) -> Iterable[PlaceRow]:
    for row in CasePlace.objects.filter(case=case):
        yield PlaceRow(
            id=row.pk, kind=row.kind, label=row.get_kind_display(), text=row.text, lat=row.lat, lon=row.lon
        )


def documents_of(case: Case) -> Iterable[DocumentRow]:
    versions = DocumentVersion.objects.select_related("by").order_by("-number")
    for row in Document.objects.filter(case=case).prefetch_related(Prefetch("versions", versions)):
        yield DocumentRow(
            id=row.pk,
            kind=row.kind,
            title=row.title,
            versions=tuple(version_row(one) for one in row.versions.all()),
        )


def version_row(row: DocumentVersion) -> VersionRow:
    return VersionRow(
        number=row.number,
        name=row.name,
        media_type=row.media_type,
        bytes=row.bytes,
        sha256=row.sha256,
        note=row.note,
        by=str(row.by),
        at=row.at,
    )


def instruments_of(case: Case) -> Iterable[InstrumentRow]:
    rows = Instrument.objects.filter(case=case).select_related("party").prefetch_related("bases")
    for row in rows:
        yield instrument_row(row)


def instrument_row(row: Instrument) -> InstrumentRow:
    return InstrumentRow(
        id=row.pk,
        kind=row.kind,
        label=row.get_kind_display(),
        number=row.number,
        title=row.title,
        text=row.text,
        decided_on=row.decided_on,
        perform_by=row.perform_by,
        amount=row.amount,
        party=shown_name(row.party) if row.party else "",
        bases=tuple(str(basis) for basis in row.bases.all()),
        is_revoked=row.revoked_at is not None,
        revoked_why=row.revoked_why,
    )
