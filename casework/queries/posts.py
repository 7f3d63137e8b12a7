"""Posts to choose from: in forms, and when work is passed on."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q

from casework.rules.routing import USUAL_ROLE
from grid.codes import DIGITS
from grid.models import Appointment, Post


def post_choices(area_code: str, *, on: date) -> list[tuple[str, str]]:
    """Posts that somebody holds that day in the area's sub-district and in the district's own units: code, label.

    Of other sub-districts it is the duty desk, which every piece of work from outside goes to.
    """
    town, district = area_code[: DIGITS["town"]], area_code[: DIGITS["district"]]
    held = Appointment.objects.in_force(on).filter(post=OuterRef("pk"), user__is_active=True)
    near = Q(unit__area__code=district) | Q(unit__area__code=town) | Q(unit__area__code=area_code)
    near |= Q(unit__area__code=area_code[: DIGITS["community"]])
    near |= Q(role=USUAL_ROLE["town"], unit__area__level="town", unit__area__code__startswith=district)
    posts = Post.objects.filter(near, Exists(held)).select_related("unit__area")
    # The nearest first: who passes work on mostly means somebody next door.
    ordered = sorted(posts, key=lambda post: (-len(post.unit.area.code), post.code))
    return [(post.code, f"{post.unit.name} {post.name}") for post in ordered]
