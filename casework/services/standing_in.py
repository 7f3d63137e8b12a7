"""代办: somebody is away for some days, and a colleague stands in on his posts. Both may act; the journal says for whom."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import AlreadyThere, NotFound, NotValid, NotYours
from casework.queries.viewers import viewer_for
from casework.services.handing_over import may_hand_over, may_take_over
from grid.models import Appointment, User

LONGEST = timedelta(days=366)


def stand_ins_of(absent: User, *, on: date) -> QuerySet[Appointment]:
    """Who stands in for this person, now or later."""
    rows = Appointment.objects.filter(stand_in_for__user=absent, ends_on__gte=on)
    return rows.select_related("user", "post__unit").order_by("starts_on", "user_id", "post_id")


@transaction.atomic
def stand_in(
    absent: User,
    *,
    stands_in: User | None,
    starts_on: date | None,
    ends_on: date | None,
    by: Viewer,
    on: date,
) -> int:
    """Let a colleague act for all posts that somebody holds in these days. Returns for how many.

    For oneself, or by whoever directs the work there. Raises NotYours, NotValid, AlreadyThere.
    """
    of = viewer_for(absent)
    if not may_hand_over(by, of):
        raise NotYours
    starts, ends = _days(starts_on, ends_on, on=on)
    if stands_in is None or stands_in.pk == absent.pk or not stands_in.is_active:
        raise NotValid(fields={"person": [_("Choose a colleague who holds a post.")]})
    if not viewer_for(stands_in).posts:
        raise NotValid(fields={"person": [_("Choose a colleague who holds a post.")]})
    if stands_in.pk == by.user_id and not _gains_nothing(by, of):
        raise NotYours(_("Nobody appoints himself; ask another administrator."))
    held = Appointment.objects.select_for_update().in_force(max(starts, on)).filter(user=absent)
    if by.user_id != absent.pk and not by.is_operator:
        held = held.filter(post__code__in=of.post_codes)  # what begins later was not looked at
    held = held.filter(stand_in_for=None).exclude(post__appointments__in=_held_by(stands_in, on=starts))
    taken = set(
        Appointment.objects.filter(
            stand_in_for__in=held, user=stands_in, starts_on__lte=ends, ends_on__gte=starts
        ).values_list("post_id", flat=True)
    )
    rows = [
        Appointment(
            post_id=row.post_id,
            user=stands_in,
            kind=Appointment.Kind.TEMPORARY,
            starts_on=starts,
            ends_on=ends,
            stand_in_for=row,
        )
        for row in held
        if row.post_id not in taken
    ]
    if not rows:
        raise AlreadyThere(_("This colleague acts for these posts already."))
    return len(Appointment.objects.bulk_create(rows))


def _gains_nothing(by: Viewer, absent: Viewer) -> bool:
    """Whether he directs the work there, and may and sees already what comes with the posts."""
    return may_take_over(by, absent) and all(
        all(by.has_power_over(power, post.area_code) for power in post.powers)
        and (post.sees != "area" or by.sees_area(post.area_code))
        for post in absent.posts
    )


@transaction.atomic
def end_stand_in(appointment_id: int, *, by: Viewer, on: date) -> None:
    """Back earlier: it ends the day before, and one that has not begun never was. Raises NotFound, NotYours."""
    row = (
        Appointment.objects.select_for_update(of=("self",))
        .filter(pk=appointment_id, stand_in_for__isnull=False, ends_on__gte=on)
        .select_related("stand_in_for__user")
        .first()
    )
    if row is None or row.stand_in_for is None:
        raise NotFound
    if not may_hand_over(by, viewer_for(row.stand_in_for.user)):
        raise NotYours
    if row.starts_on >= on:
        row.delete()
        return
    row.ends_on = on - timedelta(days=1)
    row.save(update_fields=["ends_on"])


def _held_by(user: User, *, on: date) -> QuerySet[Appointment]:
    return Appointment.objects.in_force(on).filter(user=user, stand_in_for=None)


def _days(starts_on: date | None, ends_on: date | None, *, on: date) -> tuple[date, date]:
    wrong: dict[str, list[str]] = {}
    if starts_on is None or starts_on < on:
        wrong["starts_on"] = [_("Choose a day from today on.")]
    if ends_on is None or (starts_on is not None and ends_on < starts_on):
        wrong["ends_on"] = [_("The last day is not before the first.")]
    elif starts_on is not None and ends_on - starts_on > LONGEST:
        wrong["ends_on"] = [_("A year at most.")]
    if wrong or starts_on is None or ends_on is None:
        raise NotValid(fields=wrong)
    return starts_on, ends_on
