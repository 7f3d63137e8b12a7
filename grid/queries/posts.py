"""Who holds which post on a day, and to which posts work goes."""

from collections.abc import Collection
from datetime import date

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When

from grid import codes
from grid.codes import DIGITS
from grid.models import Appointment, Post, User

_MAIN_FIRST = Case(
    When(kind=Appointment.Kind.MAIN, stand_in_for__isnull=True, then=Value(0)),
    When(stand_in_for__isnull=True, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def posts_of(user_id: int, *, on: date) -> list[Post]:
    """The posts that a person holds that day: the main one first, the ones he stands in for last."""
    appointments = (
        Appointment.objects.in_force(on)
        .filter(user_id=user_id)
        .select_related("post__unit__area")
        .order_by(_MAIN_FIRST, "starts_on", "id")
    )
    return list({appointment.post_id: appointment.post for appointment in appointments}.values())


def holders_of(post_id: int, *, on: date) -> list[User]:
    """Everybody who may act for the post that day: its holders, then those who stand in."""
    appointments = (
        Appointment.objects.in_force(on)
        .filter(post_id=post_id, user__is_active=True)
        .select_related("user")
        .order_by(_MAIN_FIRST, "starts_on", "id")
    )
    return list({appointment.user_id: appointment.user for appointment in appointments}.values())


def holders_by_post(post_codes: Collection[str], *, on: date) -> dict[str, list[User]]:
    """The same for many posts at once; a vacant or unknown post has an empty list."""
    holders: dict[str, list[User]] = {code: [] for code in post_codes}
    appointments = (
        Appointment.objects.in_force(on)
        .filter(post__code__in=holders, user__is_active=True)
        .select_related("user", "post")
        .order_by(_MAIN_FIRST, "starts_on", "id")
    )
    for appointment in appointments:
        of_post = holders[appointment.post.code]
        if appointment.user not in of_post:
            of_post.append(appointment.user)
    return holders


def posts_for(
    area_code: str,
    *,
    level: str | None = None,
    role: str | None = None,
    unit_key: str | None = None,
    on: date,
) -> list[Post]:
    """The posts that work from this area goes to, by code: at the level (or else the area's own), of the
    role and in the unit, as far as they are named.

    Only posts that somebody holds that day: work mustn't wait where nobody sits. A community stands for
    all its grids, as that is where a position outside every grid is put; any other area that is larger
    than the level has no such posts.
    """
    level = level or codes.level(area_code)
    smallest = DIGITS["community"] if level in {"grid", "microgrid"} else DIGITS[level]
    if len(area_code) < smallest:
        return []
    posts = _held(on).filter(unit__area__level=level, unit__area__code__startswith=area_code[: DIGITS[level]])
    if role:
        posts = posts.filter(role=role)
    if unit_key:
        posts = posts.filter(unit__key=unit_key)
    return list(posts)


def _held(on: date) -> QuerySet[Post]:
    in_force = Appointment.objects.in_force(on).filter(post=OuterRef("pk"), user__is_active=True)
    return Post.objects.filter(Exists(in_force)).select_related("unit__area")
