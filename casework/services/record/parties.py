"""People and units with a role in a case, and the logged reveal of what is masked about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import AlreadyThere, NotFound, NotValid, ReasonMissing
from casework.models import Party, PartyRole, Reveal
from casework.services.record.doing import Keeping, begin, note
from grid.masking import mask_name
from grid.models import Unit

REASON_LENGTH = 500


@dataclass(frozen=True, kw_only=True)
class NewParty:
    """A person by name and numbers, or a unit by its code."""

    role: str
    name: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""
    note: str = ""
    unit: str = ""


@transaction.atomic
def add_party(number: str, new: NewParty, *, by: Viewer) -> Party:
    """Raises NotFound, NotYours, NotValid, AlreadyThere."""
    keeping = begin(number, by=by)
    unit = Unit.objects.filter(code=new.unit).first() if new.unit else None
    wrong = _wrong(new, unit)
    if wrong:
        raise NotValid(fields=wrong)
    party = Party(
        case=keeping.case,
        role=new.role,
        name=unit.name if unit else new.name.strip(),
        phone=new.phone.strip(),
        id_number="".join(new.id_number.split()).upper(),
        address=new.address.strip(),
        note=new.note.strip(),
        unit=unit,
        added_by_id=by.user_id,
        added_at=keeping.now,
    )
    try:
        with transaction.atomic():
            party.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyThere(_("This unit has that role already.")) from error
    note(keeping, "party_added", {"party": party.pk, "role": party.role, "name": shown_name(party)})
    return party


def _wrong(new: NewParty, unit: Unit | None) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if new.role not in PartyRole.values:
        wrong["role"] = [_("There is no such role.")]
    if new.unit and unit is None:
        wrong["unit"] = [_("There is no such unit.")]
    if not new.unit and not new.name.strip():
        wrong["name"] = [_("Say who it is.")]
    return wrong


@transaction.atomic
def remove_party(number: str, party_id: int, *, reason: str, by: Viewer) -> Party:
    """Take a role away; what was written stays for the audit. Raises NotFound, NotYours, ReasonMissing."""
    keeping, why = begin(number, by=by), _why(reason)
    party = _party(keeping, party_id)
    party.removed_at = keeping.now
    party.save(update_fields=["removed_at"])
    told = {"party": party.pk, "role": party.role, "name": shown_name(party)}
    note(keeping, "party_removed", {**told, "reason": why})
    return party


@transaction.atomic
def reveal_party(number: str, party_id: int, *, reason: str, by: Viewer) -> Party:
    """Show a person's data in full: who, whose, why and when is kept. Raises NotFound, NotYours, ReasonMissing."""
    keeping, why = begin(number, by=by), _why(reason)
    party = _party(keeping, party_id)
    _keep(keeping, why, party=party)
    note(
        keeping, "revealed", {"party": party.pk, "role": party.role, "name": shown_name(party), "reason": why}
    )
    return party


@transaction.atomic
def reveal_field(number: str, field: str, *, reason: str, by: Viewer) -> Any:  # Any: a variable of the case
    """Show a variable of the case in full, logged alike. Raises NotFound, NotYours, ReasonMissing."""
    keeping, why = begin(number, by=by), _why(reason)
    if field not in keeping.case.data:
        raise NotFound
    _keep(keeping, why, field=field[:64])
    note(keeping, "revealed", {"field": field[:64], "reason": why})
    return keeping.case.data[field]


def shown_name(party: Party) -> str:
    """A unit's name is public, a person's is not."""
    return party.name if party.unit_id else mask_name(party.name)


def _party(keeping: Keeping, party_id: int) -> Party:
    party = Party.objects.filter(pk=party_id, case=keeping.case, removed_at=None).first()
    if party is None:
        raise NotFound
    return party


def _why(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()[:REASON_LENGTH]


def _keep(keeping: Keeping, why: str, *, party: Party | None = None, field: str = "") -> None:
    Reveal.objects.create(
        case=keeping.case,
        party=party,
        field=field,
        reason=why,
        by_id=keeping.by.user_id,
        post=keeping.post,
        at=keeping.now,
    )
