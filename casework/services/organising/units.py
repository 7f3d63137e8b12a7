"""Units: added, named, moved, closed and opened again. What the record names is never removed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import AlreadyThere, NotNow, NotValid
from casework.models import SettingChange
from casework.services.organising.bounds import (
    area_in_reach,
    checked_name,
    ensure_empty,
    ensure_may_organise,
    locked_unit,
)
from casework.services.setting_history import Change, lock_setting, remember
from grid.codes import DIGITS
from grid.models import Area, Post, Unit

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CODE_DIGITS = 12  # districts and towns are written as in the statistical register


@dataclass(frozen=True, kw_only=True)
class NewUnit:
    name: str
    key: str
    kind: str
    area: str
    parent: str = ""


@transaction.atomic
def add_unit(new: NewUnit, *, by: Viewer) -> Unit:
    """Raises NotYours, NotValid, AlreadyThere."""
    ensure_may_organise(by)
    lock_setting("organisation")
    area, name = area_in_reach(new.area, by=by), checked_name(new.name)
    wrong: dict[str, list[str]] = {}
    if not _KEY.fullmatch(new.key):
        wrong["key"] = [_("A key has small letters, digits and _, and begins with a letter.")]
    if new.kind not in Unit.Kind.values:
        wrong["kind"] = [_("Choose one of these.")]
    if wrong:
        raise NotValid(fields=wrong)
    _ensure_no_twin(new.key, area)
    parent = _parent(new.parent, area=area, by=by)
    code = f"{area.code:0<{_CODE_DIGITS}}-{new.key}"
    if Unit.objects.filter(code=code).exists():
        raise AlreadyThere(_("There was such a unit already; open it again, or choose another key."))
    unit = Unit.objects.create(code=code, key=new.key, name=name, kind=new.kind, area=area, parent=parent)
    _remember(unit, "added", after={"name": name, "key": new.key, **_place(unit)}, by=by)
    return unit


@transaction.atomic
def rename_unit(code: str, *, name: str, by: Viewer) -> Unit:
    """Raises NotYours, NotFound, NotValid."""
    unit = locked_unit(code, by=by)
    before, unit.name = {"name": unit.name}, checked_name(name)
    unit.save(update_fields=["name"])
    _remember(unit, "renamed", before=before, after={"name": unit.name}, by=by)
    return unit


@transaction.atomic
def move_unit(code: str, *, area: str, parent: str = "", by: Viewer) -> Unit:
    """Under another unit, into another area, or both. Its posts and the work that waits there go with it.

    Raises NotYours, NotFound, NotValid, AlreadyThere.
    """
    unit = locked_unit(code, by=by)
    before = _place(unit)
    to_area = area_in_reach(area, by=by)
    to_parent = _parent(parent, area=to_area, by=by)
    _ensure_fits(unit, area=to_area, parent=to_parent)
    unit.area, unit.parent = to_area, to_parent
    unit.save(update_fields=["area", "parent"])
    _remember(unit, "moved", before=before, after=_place(unit), by=by)
    return unit


@transaction.atomic
def close_unit(code: str, *, note: str = "", by: Viewer) -> Unit:
    """With its posts, as soon as they are empty. Raises NotYours, NotFound, NotNow."""
    unit = locked_unit(code, by=by)
    if unit.closed_on is not None:
        return unit
    below = list(unit.children.filter(closed_on=None).values_list("name", flat=True)[:5])
    if below:
        raise NotNow(
            _("These units are below it; close or move them first: %(names)s") % {"names": "、".join(below)}
        )
    posts = list(unit.posts.filter(closed_on=None))
    ensure_empty(posts)
    unit.closed_on = timezone.localdate()
    unit.save(update_fields=["closed_on"])
    Post.objects.filter(pk__in=[post.pk for post in posts]).update(closed_on=unit.closed_on)
    told = {"posts": [post.name for post in posts]} if posts else {}
    _remember(unit, "closed", after={"closed_on": str(unit.closed_on), **told}, note=note, by=by)
    return unit


@transaction.atomic
def reopen_unit(code: str, *, by: Viewer) -> Unit:
    """Without its posts: which of them are wanted again is said one by one. Raises NotYours, NotFound, NotNow."""
    unit = locked_unit(code, by=by)
    if unit.closed_on is None:
        return unit
    _ensure_no_twin(unit.key, unit.area)
    before, unit.closed_on = {"closed_on": str(unit.closed_on)}, None
    unit.save(update_fields=["closed_on"])
    _remember(unit, "reopened", before=before, by=by)
    return unit


def _parent(code: str, *, area: Area, by: Viewer) -> Unit | None:
    if not code:
        return None
    parent = Unit.objects.select_related("area").filter(code=code, closed_on=None).first()
    if parent is None or not area.code.startswith(parent.area.code):
        raise NotValid(
            fields={"parent": [_("The unit above has to be open, and of the same area or one around it.")]}
        )
    return parent


def _ensure_fits(unit: Unit, *, area: Area, parent: Unit | None) -> None:
    """Same district, same level, no unit below itself, and nothing below it left outside."""
    if area.pk != unit.area_id:
        district = DIGITS["district"]
        if area.code[:district] != unit.area.code[:district] or area.level != unit.area.level:
            raise NotValid(fields={"area": [_("A unit moves to an area of the same level in its district.")]})
        _ensure_no_twin(unit.key, area)
        if unit.children.filter(closed_on=None).exclude(area__code__startswith=area.code).exists():
            raise NotNow(_("The units below it lie in its old area; move them first."))
    above = parent
    while above is not None:
        if above.pk == unit.pk:
            raise NotValid(fields={"parent": [_("A unit can't be moved below itself.")]})
        above = above.parent


def _ensure_no_twin(key: str, area: Area) -> None:
    """Two open units of one kind in an area would both get the work that is meant for one."""
    if twin := Unit.objects.filter(key=key, area=area, closed_on=None).first():
        text = _("%(area)s has such a unit already: %(name)s. Work would go to both.")
        raise AlreadyThere(text % {"area": area.name, "name": twin.name})


def _place(unit: Unit) -> dict[str, str]:
    return {"area": unit.area.name, "parent": unit.parent.name if unit.parent else ""}


def _remember(
    unit: Unit,
    verb: str,
    *,
    by: Viewer,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    note: str = "",
) -> None:
    change = Change(
        section=SettingChange.Section.ORGANISATION,
        subject=f"unit:{unit.code}",
        label=unit.name,
        verb=verb,
        before=before or {},
        after=after or {},
        note=note,
        area_code=unit.area.code,
    )
    remember(change, by=by)
