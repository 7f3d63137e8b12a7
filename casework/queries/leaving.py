"""Whose work one may hand over, and to whom."""

from __future__ import annotations

from datetime import date

from casework.access import Viewer
from casework.queries.picking import Choice, initials
from grid.codes import DIGITS
from grid.models import Appointment

MOST = 500


def leavers(viewer: Viewer, *, on: date) -> list[Choice]:
    """Those whose work this viewer directs: holders of posts in the places where he dispatches; himself first."""
    places = [post.area_code for post in viewer.posts if "dispatch" in post.powers]
    found = {viewer.user_id: Choice(value=str(viewer.user_id), label=viewer.name)}
    for place in places:
        held = Appointment.objects.in_force(on).filter(
            post__unit__area__code__startswith=place, user__is_active=True
        )
        for row in held.select_related("user", "post__unit").order_by("post__code")[:MOST]:
            found.setdefault(row.user_id, _person(row))
    return list(found.values())


def colleagues_of(leaver: Viewer, *, on: date) -> list[Choice]:
    """Who can take it: people on the same posts first, then those of the same sub-district."""
    if not leaver.posts:
        return []
    town = leaver.posts[0].area_code[: DIGITS["town"]]
    held = (
        Appointment.objects.in_force(on)
        .filter(post__unit__area__code__startswith=town, user__is_active=True)
        .exclude(user_id=leaver.user_id)
        .select_related("user", "post__unit")
        .order_by("post__code")[:MOST]
    )
    units = {post.unit_code for post in leaver.posts}
    rows = sorted(
        held, key=lambda row: (row.post.code not in leaver.post_codes, row.post.unit.code not in units)
    )
    found: dict[int, Choice] = {}
    for row in rows:
        found.setdefault(row.user_id, _person(row))
    return list(found.values())


def _person(row: Appointment) -> Choice:
    label, note = str(row.user), f"{row.post.unit.name} {row.post.name}"
    return Choice(value=str(row.user_id), label=label, note=note, letters=initials(f"{label} {note}"))
