"""Who is asking: the person with the posts he holds today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from casework.access import HeldPost, Viewer
from grid.models import Post, User
from workflows.rows import ask


def viewer_for(user: User, *, acting_as: str = "") -> Viewer:
    """The viewer, for all his posts or for the one he switched to. One query."""
    posts = _posts(ask(_OF_PERSON, *_today(), user.pk))
    if acting_as:
        posts = tuple(post for post in posts if post.code == acting_as) or posts
    return Viewer(user_id=user.pk, name=str(user), posts=posts, is_operator=user.is_superuser)


def viewer_by_token(key: str) -> tuple[User, Viewer] | None:
    """Whose token this is, with all his posts; None for a token that nobody has. One query.

    Of the person only what is asked of every caller is read; the rest is when somebody wants it.
    """
    rows = ask(_OF_TOKEN, *_today(), key)
    if not rows:
        return None
    user = User.from_db(DEFAULT_DB_ALIAS, _PERSON, rows[0][_POST_COLUMNS:])
    viewer = Viewer(user_id=user.pk, name=str(user), posts=_posts(rows), is_operator=user.is_superuser)
    return user, viewer


# Main first, the posts he stands in for last: the same order as `grid.queries.posts.posts_of`.
_HELD = """
SELECT post.id, post.code, post.name, post.role, unit.code, unit.name, area.code, area.name, post.sees, post.powers,
       absent.user_id {person}
  FROM {people} LEFT JOIN (grid_appointment held
       JOIN grid_post post ON post.id = held.post_id
       JOIN grid_unit unit ON unit.id = post.unit_id
       JOIN grid_area area ON area.id = unit.area_id
       LEFT JOIN grid_appointment absent ON absent.id = held.stand_in_for_id)
    ON held.user_id = person.id AND held.starts_on <= %s::date AND (held.ends_on IS NULL OR held.ends_on >= %s::date)
 WHERE {which} = %s
 ORDER BY CASE WHEN held.stand_in_for_id IS NOT NULL THEN 2 WHEN held.kind = 'main' THEN 0 ELSE 1 END,
       held.starts_on, held.id
"""
_PERSON = ("id", "is_superuser", "username", "is_active", "display_name", "language")  # in the model's order
_POST_COLUMNS = 11
_OF_PERSON = _HELD.format(person="", people="grid_user person", which="person.id")
_OF_TOKEN = _HELD.format(
    person="".join(f", person.{name}" for name in _PERSON),
    people="authtoken_token token JOIN grid_user person ON person.id = token.user_id",
    which="token.key",
)


def _today() -> tuple[date, date]:
    today = timezone.localdate()
    return today, today


def _posts(rows: Sequence[tuple[Any, ...]]) -> tuple[HeldPost, ...]:  # Any: columns
    """Each post once, however often somebody is appointed to it; nobody's row has none."""
    names = ("id", "code", "name", "role", "unit_code", "unit_name", "area_code", "area_name", "sees")
    found: dict[int, HeldPost] = {}
    for row in rows:
        if row[0] is not None and row[0] not in found:
            more = {"powers": tuple(row[9]), "stands_in_for": row[10]}
            found[row[0]] = HeldPost(**dict(zip(names, row, strict=False)), **more)
    return tuple(found.values())


def held(post: Post) -> HeldPost:
    return HeldPost(
        id=post.pk,
        code=post.code,
        name=post.name,
        role=post.role,
        unit_code=post.unit.code,
        unit_name=post.unit.name,
        area_code=post.unit.area.code,
        area_name=post.unit.area.name,
        sees=post.sees,
        powers=tuple(post.powers),
    )
