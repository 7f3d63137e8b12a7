"""文书: decisions with effect of their own (处罚, 协议, 承诺书 …), each on the law as it is in force on its day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import AlreadyThere, NotFound, NotNow, NotValid, ReasonMissing
from casework.models import Document, Instrument, InstrumentKind, LegalBasis, Party
from casework.services.record.doing import Keeping, begin, note

# What binds somebody against his will must say by what law.
NEEDS_LAW = (InstrumentKind.PENALTY, InstrumentKind.ORDER, InstrumentKind.WARNING)


@dataclass(frozen=True, kw_only=True)
class NewInstrument:
    """`bases` are codes of provisions, `party` and `document` numbers of the case's own."""

    kind: str
    number: str
    title: str
    text: str = ""
    decided_on: date | None = None
    perform_by: date | None = None
    amount: Decimal | None = None
    party: int | None = None
    document: int | None = None
    bases: Sequence[str] = ()


@transaction.atomic
def issue(number: str, new: NewInstrument, *, by: Viewer) -> Instrument:
    """Raises NotFound, NotYours, NotValid, AlreadyThere."""
    keeping = begin(number, by=by)
    decided_on = new.decided_on or timezone.localdate(keeping.now)
    party, document = _belonging(keeping, new)
    bases = _in_force(new, on=decided_on)
    if Instrument.objects.filter(case=keeping.case, number=new.number.strip()).exists():
        raise AlreadyThere(_("The case has an instrument with this number already."))
    row = Instrument.objects.create(
        case=keeping.case,
        kind=_kind(new, decided_on, keeping),
        number=new.number.strip(),
        title=new.title.strip(),
        text=new.text.strip(),
        decided_on=decided_on,
        perform_by=new.perform_by,
        amount=new.amount,
        party=party,
        document=document,
        by_id=by.user_id,
        post=keeping.post,
        at=keeping.now,
    )
    row.bases.set(bases)
    told = {"instrument": row.pk, "kind": row.kind, "number": row.number, "title": row.title}
    note(keeping, "instrument_issued", {**told, "bases": [str(basis) for basis in bases]})
    return row


def _kind(new: NewInstrument, decided_on: date, keeping: Keeping) -> str:
    wrong: dict[str, list[str]] = {}
    if new.kind not in InstrumentKind.values:
        wrong["kind"] = [_("There is no such kind of instrument.")]
    if not new.number.strip():
        wrong["number"] = [_("Give it a number.")]
    if not new.title.strip():
        wrong["title"] = [_("Give it a title.")]
    if decided_on > timezone.localdate(keeping.now):
        wrong["decided_on"] = [_("That day is still to come.")]
    if new.perform_by is not None and new.perform_by < decided_on:
        wrong["perform_by"] = [_("That is before the decision.")]
    if new.kind in NEEDS_LAW and not new.bases:
        wrong["bases"] = [_("Say by what law.")]
    if wrong:
        raise NotValid(fields=wrong)
    return new.kind


def _belonging(keeping: Keeping, new: NewInstrument) -> tuple[Party | None, Document | None]:
    party = (
        Party.objects.filter(pk=new.party, case=keeping.case, removed_at=None).first() if new.party else None
    )
    document = Document.objects.filter(pk=new.document, case=keeping.case).first() if new.document else None
    wrong: dict[str, list[str]] = {}
    if new.party and party is None:
        wrong["party"] = [_("The case has no such party.")]
    if new.document and document is None:
        wrong["document"] = [_("The case has no such document.")]
    if wrong:
        raise NotValid(fields=wrong)
    return party, document


def _in_force(new: NewInstrument, *, on: date) -> list[LegalBasis]:
    """The provisions, all in force on that day; what has moved is told with its new place. Raises NotValid."""
    wanted = list(dict.fromkeys(new.bases))
    found = {row.code: row for row in LegalBasis.objects.filter(code__in=wanted).select_related("successor")}
    wrong = [
        _reason(found.get(code), code)
        for code in wanted
        if code not in found or not found[code].is_in_force(on)
    ]
    if wrong:
        raise NotValid(_("Not every provision is in force on that day."), fields={"bases": wrong})
    return [found[code] for code in wanted]


def _reason(basis: LegalBasis | None, code: str) -> str:
    if basis is None:
        return _("There is no provision %(code)s.") % {"code": code}
    words = {
        "basis": str(basis),
        "from": basis.valid_from,
        "to": basis.valid_to,
        "next": str(basis.successor or ""),
    }
    if basis.valid_to is None:
        return _("%(basis)s is in force only from %(from)s.") % words
    if basis.successor is not None:
        return _("%(basis)s was in force until %(to)s; now it is %(next)s.") % words
    return _("%(basis)s was in force from %(from)s to %(to)s.") % words


@transaction.atomic
def revoke(number: str, instrument_id: int, *, reason: str, by: Viewer) -> Instrument:
    """Take an instrument back; it stays in the record as revoked. Raises NotFound, NotYours, NotNow, ReasonMissing."""
    keeping = begin(number, by=by)
    if not reason.strip():
        raise ReasonMissing
    row = Instrument.objects.filter(pk=instrument_id, case=keeping.case).first()
    if row is None:
        raise NotFound
    if row.revoked_at is not None:
        raise NotNow(_("It was revoked already."))
    row.revoked_at, row.revoked_by_id, row.revoked_why = keeping.now, by.user_id, reason.strip()
    row.save(update_fields=["revoked_at", "revoked_by", "revoked_why"])
    note(
        keeping, "instrument_revoked", {"instrument": row.pk, "number": row.number, "reason": row.revoked_why}
    )
    return row
