"""How far an administrator's hand reaches: the areas below a post of his with the power over settings."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotFound, NotNow, NotValid, NotYours
from casework.services.setting_history import lock_setting
from grid.models import Appointment, Area, Post, Unit
from workflows.models import Step

POWER = "studio"
NAME_LENGTH = 100


def ensure_may_organise(by: Viewer, area_code: str = "") -> None:
    """Somewhere at all, or at this place. Raises NotYours."""
    may = by.has_power_over(POWER, area_code) if area_code else by.has_power(POWER)
    if not may:
        raise NotYours


def locked_unit(code: str, *, by: Viewer) -> Unit:
    """The organisation is changed by one at a time: a cycle could be closed by two harmless moves at once."""
    ensure_may_organise(by)
    lock_setting("organisation")
    unit = Unit.objects.select_related("area", "parent__area").filter(code=code).first()
    if unit is None or not by.has_power_over(POWER, unit.area.code):
        raise NotFound
    return unit


def locked_post(code: str, *, by: Viewer) -> Post:
    ensure_may_organise(by)
    lock_setting("organisation")
    post = Post.objects.select_related("unit__area").filter(code=code).first()
    if post is None or not by.has_power_over(POWER, post.unit.area.code):
        raise NotFound
    return post


def own_posts(by: Viewer) -> QuerySet[Post]:
    """All that he holds or will hold, whichever he acts for just now; an operator's are not looked at."""
    held = Appointment.objects.filter(user=by.user_id).exclude(ends_on__lt=timezone.localdate())
    return Post.objects.none() if by.is_operator else Post.objects.filter(pk__in=held.values("post"))


def area_in_reach(code: str, *, by: Viewer) -> Area:
    """Raises NotValid, as the area comes out of a form."""
    area = Area.objects.filter(code=code).first() if code else None
    if area is None or not by.has_power_over(POWER, area.code):
        raise NotValid(fields={"area": [_("There is no area with this code.")]})
    return area


def checked_name(text: str) -> str:
    name = " ".join(text.split())
    if not (0 < len(name) <= NAME_LENGTH and name.isprintable()):
        raise NotValid(fields={"name": [_("A unit or post needs a name of at most 100 characters.")]})
    return name


def ensure_empty(posts: list[Post]) -> None:
    """Nobody sits on these posts, today or later, and no work waits for them. Raises NotNow with what is in the way."""
    held = Appointment.objects.filter(post__in=posts).exclude(ends_on__lt=timezone.localdate())
    people = list(held.select_related("user", "post"))
    if people:
        told = "、".join(f"{row.post.name} {row.user}" for row in people[:5])
        raise NotNow(_("Somebody still holds a post here; end these first: %(who)s") % {"who": told})
    waiting = Step.objects.open().human().filter(candidates__overlap=[post.code for post in posts]).count()
    if waiting:
        text = _("Work still waits here: %(n)d. It climbs to the desk above by itself; try again then.")
        raise NotNow(text % {"n": waiting})
