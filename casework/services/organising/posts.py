"""Posts: added, changed, moved to another unit, closed. A post keeps its code, as work and the record name it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import AlreadyThere, NotNow, NotValid, NotYours
from casework.models import SettingChange
from casework.services.organising.bounds import (
    checked_name,
    ensure_empty,
    locked_post,
    locked_unit,
    own_posts,
)
from casework.services.setting_history import Change, remember
from grid.codes import DIGITS
from grid.models import Post, Unit
from grid.models.posts import POWERS

_ROLE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, kw_only=True)
class NewPost:
    """What a post is called, sees and may. `role` is what diagrams and rules call it by."""

    name: str
    role: str = ""
    sees: str = Post.Sees.ASSIGNED
    powers: Sequence[str] = ()


@transaction.atomic
def add_post(unit_code: str, new: NewPost, *, by: Viewer) -> Post:
    """Raises NotYours, NotFound, NotValid, NotNow, AlreadyThere."""
    unit = locked_unit(unit_code, by=by)
    name = _checked(new)
    if not _ROLE.fullmatch(new.role):
        raise NotValid(
            fields={"role": [_("A key has small letters, digits and _, and begins with a letter.")]}
        )
    if unit.closed_on is not None:
        raise NotNow(_("This unit is closed."))
    code = f"{unit.code}/{new.role}"
    if Post.objects.filter(unit=unit, role=new.role).exists() or Post.objects.filter(code=code).exists():
        raise AlreadyThere(_("The unit has a post of this role already, perhaps a closed one."))
    post = Post.objects.create(
        code=code, unit=unit, role=new.role, name=name, sees=new.sees, powers=_powers(new)
    )
    _remember(post, "added", after=_told(post), by=by)
    return post


@transaction.atomic
def change_post(code: str, new: NewPost, *, by: Viewer) -> Post:
    """Its name, what it sees and what it may; not its role. Raises NotYours, NotFound, NotValid."""
    post = locked_post(code, by=by)
    name, before = _checked(new), _told(post)
    gained = set(new.powers) - set(post.powers)
    widened = new.sees == Post.Sees.AREA and post.sees != Post.Sees.AREA
    if (gained or widened) and own_posts(by).filter(pk=post.pk).exists():
        raise NotYours(_("Nobody gives powers to a post of his own; ask another administrator."))
    post.name, post.sees, post.powers = name, new.sees, _powers(new)
    post.save(update_fields=["name", "sees", "powers"])
    _remember(post, "changed", before=before, after=_told(post), by=by)
    return post


@transaction.atomic
def move_post(code: str, *, unit_code: str, by: Viewer) -> Post:
    """To another unit of its district; whoever sits there and the work that waits go with it.

    Raises NotYours, NotFound, NotValid, NotNow, AlreadyThere.
    """
    post = locked_post(code, by=by)
    unit = locked_unit(unit_code, by=by)
    if unit.pk == post.unit_id:
        return post
    if unit.closed_on is not None:
        raise NotNow(_("This unit is closed."))
    district = DIGITS["district"]
    if unit.area.code[:district] != post.code[:district]:
        raise NotValid(fields={"unit": [_("A post moves within its district.")]})
    if unit.area.level != post.unit.area.level:
        raise NotValid(
            fields={"unit": [_("A post moves to a unit of the same level; add a new one elsewhere.")]}
        )
    if Post.objects.filter(unit=unit, role=post.role).exists():
        raise AlreadyThere(_("The unit has a post of this role already, perhaps a closed one."))
    before = {"unit": post.unit.name}
    post.unit = unit
    post.save(update_fields=["unit"])
    _remember(post, "moved", before=before, after={"unit": unit.name}, by=by)
    return post


@transaction.atomic
def close_post(code: str, *, note: str = "", by: Viewer) -> Post:
    """Raises NotYours, NotFound, NotNow while somebody holds it or work waits there."""
    post = locked_post(code, by=by)
    if post.closed_on is not None:
        return post
    ensure_empty([post])
    post.closed_on = timezone.localdate()
    post.save(update_fields=["closed_on"])
    _remember(post, "closed", after={"closed_on": str(post.closed_on)}, note=note, by=by)
    return post


@transaction.atomic
def reopen_post(code: str, *, by: Viewer) -> Post:
    """Raises NotYours, NotFound, NotNow while its unit is closed."""
    post = locked_post(code, by=by)
    if post.closed_on is None:
        return post
    if post.unit.closed_on is not None:
        raise NotNow(_("This unit is closed."))
    before, post.closed_on = {"closed_on": str(post.closed_on)}, None
    post.save(update_fields=["closed_on"])
    _remember(post, "reopened", before=before, by=by)
    return post


def _checked(new: NewPost) -> str:
    wrong: dict[str, list[str]] = {}
    if new.sees not in Post.Sees.values:
        wrong["sees"] = [_("Choose one of these.")]
    if not set(new.powers) <= set(POWERS):
        wrong["powers"] = [_("Choose one of these.")]
    if wrong:
        raise NotValid(fields=wrong)
    return checked_name(new.name)


def _powers(new: NewPost) -> list[str]:
    return [power for power in POWERS if power in new.powers]


def _told(post: Post) -> dict[str, Any]:  # Any: JSON
    return {"name": post.name, "role": post.role, "sees": post.sees, "powers": list(post.powers)}


def _remember(
    post: Post,
    verb: str,
    *,
    by: Viewer,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> None:
    unit: Unit = post.unit
    change = Change(
        section=SettingChange.Section.ORGANISATION,
        subject=f"post:{post.code}",
        label=f"{unit.name} {post.name}",
        verb=verb,
        before=before or {},
        after=after or {},
        note=note,
        area_code=unit.area.code,
    )
    remember(change, by=by)
