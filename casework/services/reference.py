"""The reference tables of the record, as administrators change them: classes, provisions, retention terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotValid, NotYours
from casework.models import Category, LegalBasis, RetentionRule, SettingChange
from casework.services.setting_history import Change, Told, lock_setting, remember


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
    lock_setting("categories")
    parent = Category.objects.filter(code=entry.parent).first() if entry.parent else None
    above = parent
    while above is not None and above.code != entry.code:
        above = above.parent
    if (entry.parent and parent is None) or above is not None:
        raise NotValid(fields={"parent": [_("There is no such category above it.")]})
    taken = Category.objects.filter(parent=parent, name=entry.name).exclude(code=entry.code)
    if parent is not None and taken.exists():
        raise NotValid(fields={"name": [_("There is a category of this name already.")]})
    below = Category.objects.filter(parent__code=entry.code, is_active=True)
    if not entry.is_active and below.exists():
        raise NotValid(
            fields={"is_active": [_("Categories in use lie below it; retire or move them first.")]}
        )
    before = _category_told(Category.objects.select_related("parent").filter(code=entry.code).first())
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
    _remember("categories", row.code, f"{row.code} {row.name}", before, _category_told(row), by=by)
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
    lock_setting("legal_bases")
    before = _basis_told(LegalBasis.objects.select_related("successor").filter(code=entry.code).first())
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
    _remember("reference", f"basis:{row.code}", f"{row.law} {row.article}", before, _basis_told(row), by=by)
    return row


@transaction.atomic
def set_retention(entry: RetentionEntry, *, by: Viewer) -> RetentionRule:
    """Say how long closed cases of a matter are kept from now on; without a matter, of all others. Raises NotYours."""
    _ensure_may(by)
    lock_setting("retention")
    before = _retention_told(RetentionRule.objects.filter(matter=entry.matter).first())
    row, _is_new = RetentionRule.objects.update_or_create(
        matter=entry.matter, defaults={"years": entry.years, "basis": entry.basis, "to_confirm": False}
    )
    label = _("How long cases are kept: %(matter)s") % {"matter": row.matter or _("all others")}
    _remember("reference", f"retention:{row.matter}", label, before, _retention_told(row), by=by)
    return row


def _category_told(row: Category | None) -> Told:
    if row is None:
        return {}
    return {
        "name": row.name,
        "kind": row.kind,
        "parent": str(row.parent or ""),
        "is_active": row.is_active,
        "to_confirm": row.to_confirm,
    }


def _basis_told(row: LegalBasis | None) -> Told:
    if row is None:
        return {}
    return {
        "law": row.law,
        "article": row.article,
        "text": row.text,
        "valid_from": str(row.valid_from),
        "valid_to": str(row.valid_to or ""),
        "successor": row.successor.code if row.successor else "",
        "to_confirm": row.to_confirm,
    }


def _retention_told(row: RetentionRule | None) -> Told:
    return {"years": row.years, "basis": row.basis, "to_confirm": row.to_confirm} if row else {}


def _remember(section: str, subject: str, label: str, before: Told, after: Told, *, by: Viewer) -> None:
    verb = "changed" if before else "added"
    change = Change(
        section=SettingChange.Section(section),
        subject=subject,
        label=label,
        verb=verb,
        before=before,
        after=after,
    )
    remember(change, by=by)
