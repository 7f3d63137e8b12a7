"""The organisation as administrators see it: an area with its units, their posts and who sits there; and empty posts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from casework.access import Viewer
from casework.errors import NotFound, NotYours
from casework.queries.categories import search_text
from grid.models import Appointment, Area, Post, Unit, User
from workflows.models import Step

POWER = "studio"
MOST_AREAS = 400
MOST_VACANT = 200
MOST_PEOPLE = 12
LOOKED_AT = 20_000  # open steps counted for the report of empty posts


@dataclass(frozen=True, kw_only=True)
class PostLine:
    """A post with those who hold it today; `coming` are appointed from a later day on."""

    post: Post
    holders: tuple[Appointment, ...]
    coming: tuple[Appointment, ...] = ()

    @property
    def is_vacant(self) -> bool:
        return not self.holders and self.post.closed_on is None


@dataclass(frozen=True, kw_only=True)
class UnitNode:
    """A unit at its depth in the tree of an area, with its posts."""

    unit: Unit
    depth: int
    posts: tuple[PostLine, ...]


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """One area: the way to it, what lies in it, its units in the order of the tree."""

    area: Area
    way: tuple[Area, ...]
    inside: tuple[Area, ...]
    units: tuple[UnitNode, ...]

    @property
    def vacant(self) -> int:
        return sum(line.is_vacant for node in self.units for line in node.posts)


def reach(viewer: Viewer) -> tuple[str, ...]:
    """Codes of the areas he administers, with all that lies in them; the empty one is everywhere. Raises NotYours."""
    if viewer.is_operator:
        return ("",)
    codes = sorted({post.area_code for post in viewer.posts if POWER in post.powers})
    if not codes:
        raise NotYours
    return tuple(code for code in codes if not any(code != one and code.startswith(one) for one in codes))


def within(viewer: Viewer, column: str) -> Q:
    """That this column's code lies in his reach."""
    inside = Q()
    for code in reach(viewer):
        inside |= Q(**{f"{column}__startswith": code})
    return inside


def topmost(viewer: Viewer) -> list[Area]:
    codes = reach(viewer)
    return list(Area.objects.filter(parent=None) if codes == ("",) else Area.objects.filter(code__in=codes))


def organisation(viewer: Viewer, area_code: str, *, on: date, closed: bool = False) -> Organisation:
    """Raises NotYours, NotFound."""
    area = _area(viewer, area_code)
    units = Unit.objects.filter(area=area).select_related("area", "parent")
    posts = Post.objects.filter(unit__area=area).select_related("unit")
    if not closed:
        units, posts = units.filter(closed_on=None), posts.filter(closed_on=None)
    return Organisation(
        area=area,
        way=tuple(_way(viewer, area)),
        inside=tuple(_inside(area)),
        units=tuple(_tree(list(units), _lines(posts, on=on))),
    )


def _area(viewer: Viewer, area_code: str) -> Area:
    if not area_code:
        found = topmost(viewer)[:1]
    else:
        found = list(Area.objects.filter(within(viewer, "code"), code=area_code))
    if not found:
        raise NotFound
    return found[0]


def _way(viewer: Viewer, area: Area) -> list[Area]:
    codes = [area.code[:digits] for digits in (6, 9, 12, 15, 17) if digits < len(area.code)]
    return list(Area.objects.filter(within(viewer, "code"), code__in=codes).order_by("code"))


def _inside(area: Area) -> QuerySet[Area]:
    count = Count("units", filter=Q(units__closed_on=None))
    return area.children.annotate(units_here=count).order_by("code")[:MOST_AREAS]


def _lines(posts: QuerySet[Post], *, on: date) -> dict[int, list[PostLine]]:
    rows = list(posts)
    kept = Appointment.objects.filter(post__in=rows, user__is_active=True).exclude(ends_on__lt=on)
    by_post: dict[int, list[Appointment]] = defaultdict(list)
    for row in kept.select_related("user", "stand_in_for"):
        by_post[row.post_id].append(row)
    lines: dict[int, list[PostLine]] = defaultdict(list)
    for post in rows:
        held = by_post[post.pk]
        now = tuple(row for row in held if row.starts_on <= on)
        later = tuple(row for row in held if row.starts_on > on)
        lines[post.unit_id].append(PostLine(post=post, holders=now, coming=later))
    return lines


def _tree(units: Sequence[Unit], lines: dict[int, list[PostLine]]) -> Iterable[UnitNode]:
    """Parents before children; a unit whose parent lies elsewhere stands at the top."""
    here = {unit.pk for unit in units}
    below: dict[int | None, list[Unit]] = defaultdict(list)
    for unit in units:
        below[unit.parent_id if unit.parent_id in here else None].append(unit)
    todo = [(unit, 0) for unit in reversed(below[None])]
    while todo:
        unit, depth = todo.pop()
        yield UnitNode(unit=unit, depth=depth, posts=tuple(lines[unit.pk]))
        todo += [(child, depth + 1) for child in reversed(below[unit.pk])]


def unit_for(viewer: Viewer, code: str) -> Unit:
    found = (
        Unit.objects.filter(within(viewer, "area__code"), code=code).select_related("area", "parent").first()
    )
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, kw_only=True)
class PostShown:
    """One post in full: its appointments that are not over, and how much work waits there."""

    post: Post
    appointments: tuple[Appointment, ...]
    waiting: int


def post_for(viewer: Viewer, code: str, *, on: date) -> PostShown:
    """Raises NotFound."""
    found = Post.objects.filter(within(viewer, "unit__area__code"), code=code)
    post = found.select_related("unit__area").first()
    if post is None:
        raise NotFound
    rows = post.appointments.exclude(ends_on__lt=on).select_related("user", "stand_in_for__user")
    waiting = Step.objects.open().human().filter(candidates__contains=[post.code]).count()
    return PostShown(post=post, appointments=tuple(rows), waiting=waiting)


def units_to_move_to(viewer: Viewer, area: Area, *, without: str = "") -> list[Unit]:
    """Units of this area and of those around it; the nearest last level first."""
    codes = [area.code[:digits] for digits in (6, 9, 12, 15, 17) if digits <= len(area.code)]
    rows = Unit.objects.filter(within(viewer, "area__code"), area__code__in=codes, closed_on=None)
    return list(rows.exclude(code=without).select_related("area").order_by("-area__code", "code"))


def areas_to_move_to(viewer: Viewer, area: Area) -> list[Area]:
    """Areas of the same level in the district."""
    rows = Area.objects.filter(within(viewer, "code"), level=area.level, code__startswith=area.code[:6])
    return list(rows.order_by("code")[:MOST_AREAS])


def places_to_try(viewer: Viewer) -> list[Area]:
    """Some of the smallest areas in his reach, to make up a case in."""
    rows = Area.objects.filter(within(viewer, "code"), level__in=("grid", "community"))
    return list(rows.order_by("-level", "code")[:MOST_AREAS])


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who may be appointed, with the posts he holds."""

    user: User
    posts: str


def appointable(viewer: Viewer, *, on: date) -> QuerySet[User]:
    """Those who hold a post in his reach, and those who hold none at all: others belong to another administrator."""
    inside = within(viewer, "post__unit__area__code")
    held = Appointment.objects.filter(user=OuterRef("pk")).exclude(ends_on__lt=on)
    return User.objects.filter(is_active=True).filter(Q(Exists(held.filter(inside))) | ~Q(Exists(held)))


def people(viewer: Viewer, asked: str, *, on: date) -> list[Person]:
    """Who may be appointed, by name or log-in."""
    words = asked.strip()
    if not words:
        return []
    rows = appointable(viewer, on=on).filter(Q(display_name__icontains=words) | Q(username__icontains=words))
    found = list(rows.order_by("display_name", "username")[:MOST_PEOPLE])
    posts: dict[int, list[str]] = defaultdict(list)
    for row in Appointment.objects.in_force(on).filter(user__in=found).select_related("post__unit"):
        posts[row.user_id].append(f"{row.post.unit.name} {row.post.name}")
    return [Person(user=user, posts="、".join(posts[user.pk][:3])) for user in found]


def posts_left(user_id: int, *, on: date) -> int:
    """How many posts of his own somebody holds after that day, or from later on."""
    return Appointment.objects.filter(user_id=user_id, stand_in_for=None).exclude(ends_on__lte=on).count()


@dataclass(frozen=True, kw_only=True)
class Vacant:
    """A post that nobody holds, since when, and how many open steps only wait there."""

    post: Post
    since: date | None
    waiting: int


def vacancies(viewer: Viewer, *, on: date, area_code: str = "") -> tuple[list[Vacant], int]:
    """The posts that nobody holds, those where work waits first; and how many they are in all."""
    held = Appointment.objects.in_force(on).filter(post=OuterRef("pk"), user__is_active=True)
    rows = Post.objects.filter(within(viewer, "unit__area__code"), ~Q(Exists(held)), closed_on=None)
    rows = rows.filter(unit__area__code__startswith=area_code)
    empty = set(rows.values_list("code", flat=True))
    waits = _waits(empty)
    first = sorted(waits, key=lambda code: (-waits[code], code))[:MOST_VACANT]
    rest = sorted(empty - set(first))[: MOST_VACANT - len(first)]
    shown = rows.filter(code__in=[*first, *rest]).select_related("unit__area")
    dated = shown.annotate(since=Max("appointments__ends_on"))
    found = [Vacant(post=post, since=post.since, waiting=waits[post.code]) for post in dated]
    return sorted(found, key=lambda one: (-one.waiting, one.post.code)), len(empty)


def _waits(codes: set[str]) -> Counter[str]:
    """Open steps that only empty posts could do, by post."""
    waits: Counter[str] = Counter()
    if codes:
        open_ = Step.objects.open().human().filter(claimed_by=None, candidates__overlap=sorted(codes))
        for candidates in open_.values_list("candidates", flat=True)[:LOOKED_AT]:
            if set(candidates) <= codes:
                waits.update(candidates)
    return waits


def letters(name: str) -> str:
    """What finds a name while typing: itself, its pinyin, its initials."""
    return search_text(name)
