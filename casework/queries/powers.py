"""Who may do what: the posts of each role with what they see and may, and which level has the power over which category."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef

from casework.access import Viewer
from casework.queries.organisation import within
from casework.rules.plainly import plain_result, plain_test
from casework.services.rulebook import table_shown
from grid.models import Appointment, Post
from grid.models.posts import POWERS

LEVELS = ("微网格", "网格", "社区", "镇街", "区")


@dataclass(frozen=True, kw_only=True)
class RoleLine:
    """The posts of one role at one level. `unlike` are those that see or may something else than most of them."""

    role: str
    name: str
    level: str
    posts: int
    held: int
    sees_area: bool
    powers: tuple[bool, ...]
    unlike: tuple[Post, ...]


def roles(viewer: Viewer, *, on: date) -> list[RoleLine]:
    """From the district down. Raises NotYours."""
    held = Appointment.objects.in_force(on).filter(post=OuterRef("pk"), user__is_active=True)
    rows = Post.objects.filter(within(viewer, "unit__area__code"), closed_on=None)
    rows = rows.select_related("unit__area").annotate(is_held=Exists(held))
    groups: dict[tuple[int, str], list[Post]] = defaultdict(list)
    for post in rows:
        groups[len(post.unit.area.code), post.role].append(post)
    return [_line(role, groups[digits, role]) for digits, role in sorted(groups)]


def _line(role: str, posts: Sequence[Post]) -> RoleLine:
    usual = Counter(_rights(post) for post in posts).most_common(1)[0][0]
    sees, powers = usual
    return RoleLine(
        role=role,
        name=Counter(post.name for post in posts).most_common(1)[0][0],
        level=posts[0].unit.area.get_level_display(),
        posts=len(posts),
        held=sum(bool(getattr(post, "is_held", False)) for post in posts),
        sees_area=sees == Post.Sees.AREA,
        powers=tuple(power in powers for power in POWERS),
        unlike=tuple(post for post in posts if _rights(post) != usual)[:20],
    )


def _rights(post: Post) -> tuple[str, tuple[str, ...]]:
    return post.sees, tuple(sorted(post.powers))


@dataclass(frozen=True, kw_only=True)
class CategoryPower:
    """A row of 权责清单: at which levels the category may be handled, and by whom there."""

    category: str
    kind: str
    levels: tuple[str, ...]
    why: str


def category_powers(viewer: Viewer, *, now: datetime) -> list[CategoryPower]:
    """As the rule table in force says it. Raises NotYours."""
    sheet = table_shown("nearby_power", by=viewer, now=now).sheet
    found = []
    for row in sheet.rows:
        tests = dict(zip(sheet.inputs, map(plain_test, row.tests), strict=True))
        results: Mapping[str, str] = dict(zip(sheet.outputs, map(plain_result, row.results), strict=True))
        found.append(
            CategoryPower(
                category=tests.get("类别", ""),
                kind=results.get("类型", ""),
                levels=tuple(results.get(level, "") for level in LEVELS),
                why=results.get("说明", ""),
            )
        )
    return found
