"""The reference tables of the record, as administrators change them: classes, provisions, retention terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotValid, NotYours
from casework.models import Category, LegalBasis, RetentionRule


@dataclass(frozen=True, kw_only=True)
class CategoryEntry:
    code: str
    name: str
    kind: str
    parent: str = ""
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class LegalBasisEntry:
    """When a law moves, the old provision gets its last day and the code of its successor."""

    code: str
    law: str
    valid_from: date
    article: str = ""
    text: str = ""
    valid_to: date | None = None
    successor: str = ""


@dataclass(frozen=True, kw_only=True)
class RetentionEntry:
    years: int
    matter: str = ""
    basis: str = ""


def _ensure_may(by: Viewer) -> None:
    if not by.has_power("studio"):
        raise NotYours


@transaction.atomic
def set_category(entry: CategoryEntry, *, by: Viewer) -> Category:
    """Add or change a class; what a person has set is confirmed. Raises NotYours, NotValid."""
    _ensure_may(by)
    parent = Category.objects.filter(code=entry.parent).first() if entry.parent else None
    above = parent
    while above is not None and above.code != entry.code:
        above = above.parent
    if (entry.parent and parent is None) or above is not None:
        raise NotValid(fields={"parent": [_("There is no such category above it.")]})
    taken = Category.objects.filter(parent=parent, name=entry.name).exclude(code=entry.code)
    if parent is not None and taken.exists():
        raise NotValid(fields={"name": [_("There is a category of this name already.")]})
    row, _is_new = Category.objects.update_or_create(
        code=entry.code,
        defaults={
            "name": entry.name,
            "kind": entry.kind,
            "parent": parent,
            "is_active": entry.is_active,
            "to_confirm": False,
        },
    )
    return row


@transaction.atomic
def set_legal_basis(entry: LegalBasisEntry, *, by: Viewer) -> LegalBasis:
    """Add or change a provision. Raises NotYours, NotValid."""
    _ensure_may(by)
    successor = LegalBasis.objects.filter(code=entry.successor).first() if entry.successor else None
    wrong: dict[str, list[str]] = {}
    if entry.successor and (successor is None or successor.code == entry.code):
        wrong["successor"] = [_("There is no provision %(code)s.") % {"code": entry.successor}]
    if entry.valid_to is not None and entry.valid_to < entry.valid_from:
        wrong["valid_to"] = [_("That is before its first day.")]
    if wrong:
        raise NotValid(fields=wrong)
    row, _is_new = LegalBasis.objects.update_or_create(
        code=entry.code,
        defaults={
            "law": entry.law,
            "article": entry.article,
            "text": entry.text,
            "valid_from": entry.valid_from,
            "valid_to": entry.valid_to,
            "successor": successor,
            "to_confirm": False,
        },
    )
    return row


@transaction.atomic
def set_retention(entry: RetentionEntry, *, by: Viewer) -> RetentionRule:
    """Say how long closed cases of a matter are kept from now on; without a matter, of all others. Raises NotYours."""
    _ensure_may(by)
    row, _is_new = RetentionRule.objects.update_or_create(
        matter=entry.matter, defaults={"years": entry.years, "basis": entry.basis, "to_confirm": False}
    )
    return row
