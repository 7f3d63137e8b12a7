"""Who changed which setting: as far as it lies in the administrator's reach, the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.access import Viewer
from casework.models import SettingChange
from casework.queries.organisation import within

PAGE = 50
VERBS: Mapping[str, str | Promise] = {
    "added": _("added"),
    "renamed": _("renamed"),
    "changed": _("changed"),
    "moved": _("moved"),
    "closed": _("closed down"),
    "reopened": _("opened again"),
    "appointed": _("appointed"),
    "ended": _("appointment ended"),
    "imported": _("imported"),
    "put_in_force": _("put in force"),
    "confirmed": _("confirmed"),
    "retired": _("retired"),
    "outline_drawn": _("outline drawn"),
}
FIELDS: Mapping[str, str | Promise] = {
    "name": _("Its name"),
    "key": _("Key"),
    "role": _("Role"),
    "area": _("Area"),
    "parent": _("Above it"),
    "unit": _("Unit"),
    "sees": _("Sees"),
    "powers": _("Powers"),
    "person": _("Person"),
    "kind": _("Kind"),
    "from": _("From"),
    "until": _("Until"),
    "closed_on": _("Closed on"),
    "posts": _("Posts"),
    "version": _("Version"),
    "valid_from": _("In force from"),
    "rows": _("Rows"),
    "code": _("Code"),
    "law": _("Law"),
    "article": _("Article"),
    "text": _("Text"),
    "valid_to": _("Last day in force"),
    "successor": _("Successor"),
    "years": _("Years"),
    "basis": _("Basis"),
    "is_active": _("In use"),
    "to_confirm": _("To be confirmed"),
    "days": _("Days"),
    "sign_for": _("Sign for within"),
    "limit": _("Handle within"),
    "units_added": _("Units added"),
    "units_changed": _("Units changed"),
    "posts_added": _("Posts added"),
    "posts_changed": _("Posts changed"),
    "areas_added": _("Areas added"),
    "areas_changed": _("Areas changed"),
    "synthetic": _("Made up"),
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    field: str | Promise
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    row: SettingChange
    verb: str | Promise
    differences: tuple[Difference, ...]


def changes(
    viewer: Viewer,
    *,
    sections: Sequence[str] = (),
    subject: str = "",
    label: str = "",
    since: date | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Entry]:
    """Raises NotYours. `before` is the id of the last row of the page above."""
    rows: QuerySet[SettingChange] = SettingChange.objects.filter(
        within(viewer, "area_code") | Q(area_code="")
    )
    if sections:
        rows = rows.filter(section__in=sections)
    if subject:
        rows = rows.filter(subject=subject)
    if label:
        rows = rows.filter(label__icontains=label)
    if since is not None:
        rows = rows.filter(at__date__gte=since)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_entry(row) for row in rows.select_related("by").order_by("-id")[:limit]]


def _entry(row: SettingChange) -> Entry:
    names = dict.fromkeys([*row.before, *row.after])
    return Entry(
        row=row,
        verb=VERBS.get(row.verb, row.verb),
        differences=tuple(
            Difference(
                field=FIELDS.get(name, name), old=_said(row.before.get(name)), new=_said(row.after.get(name))
            )
            for name in names
        ),
    )


def _said(value: Any) -> str:  # Any: JSON
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, list):
        return "、".join(_said(one) for one in value)
    return str(value)
