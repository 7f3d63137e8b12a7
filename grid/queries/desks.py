"""Where work goes: the same answer as `posts_for`, as codes and names, at a price that every step can pay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor

from grid import codes
from grid.codes import DIGITS

_HELD = """
SELECT post.code, post.name
  FROM grid_post post
  JOIN grid_unit unit ON unit.id = post.unit_id
  JOIN grid_area area ON area.id = unit.area_id
 WHERE area.level = %(level)s AND area.code LIKE %(above)s
   AND (%(role)s = '' OR post.role = %(role)s) AND (%(unit)s = '' OR unit.key = %(unit)s)
   AND EXISTS (SELECT FROM grid_appointment held JOIN grid_user person ON person.id = held.user_id
                WHERE held.post_id = post.id AND person.is_active
                  AND held.starts_on <= %(on)s AND (held.ends_on IS NULL OR held.ends_on >= %(on)s))
 ORDER BY post.code
"""


_THESE = """
SELECT post.code, post.name, area.level
  FROM grid_post post
  JOIN grid_unit unit ON unit.id = post.unit_id
  JOIN grid_area area ON area.id = unit.area_id
 WHERE post.code = ANY(%(codes)s)
   AND EXISTS (SELECT FROM grid_appointment held JOIN grid_user person ON person.id = held.user_id
                WHERE held.post_id = post.id AND person.is_active
                  AND held.starts_on <= %(on)s AND (held.ends_on IS NULL OR held.ends_on >= %(on)s))
 ORDER BY post.code
"""


def held_posts(codes: Sequence[str], *, on: date) -> dict[str, tuple[str, str]]:
    """Those of these posts that somebody holds that day: name and level by code."""
    with connection.cursor() as cursor:
        cursor.execute(_THESE, {"codes": list(codes), "on": on})
        return {code: (name, level) for code, name, level in cursor.fetchall()}


def held_desks(
    area_code: str,
    *,
    level: str | None = None,
    role: str | None = None,
    unit_key: str | None = None,
    on: date,
) -> dict[str, str]:
    """The posts that work from this area goes to and that somebody holds that day: name by code."""
    level = level or codes.level(area_code)
    smallest = DIGITS["community"] if level in {"grid", "microgrid"} else DIGITS[level]
    if len(area_code) < smallest:
        return {}
    wanted: dict[str, str | date] = {
        "level": level,
        "above": f"{area_code[: DIGITS[level]]}%",
        "role": role or "",
        "unit": unit_key or "",
        "on": on,
    }
    with _planned() as cursor:
        cursor.execute(_HELD, wanted)
        return dict(cursor.fetchall())


def _planned() -> CursorWrapper:
    """A cursor whose plans the server keeps: making this one takes longer than running it."""
    connection.ensure_connection()
    made = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    return made(Cursor(connection.connection))  # type: ignore[arg-type]  # psycopg's own, which is what it wraps
