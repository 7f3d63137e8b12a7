"""Who holds which post from when to when. Work follows the post, so that an end moves none by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import AlreadyThere, NotFound, NotNow, NotValid, NotYours
from casework.models import SettingChange
from casework.queries.organisation import appointable
from casework.services.organising.bounds import POWER, ensure_may_organise, locked_post
from casework.services.setting_history import Change, lock_setting, remember
from grid.models import Appointment, Post, User

FARTHEST = timedelta(days=3660)


@dataclass(frozen=True, kw_only=True)
class NewAppointment:
    user: User | None
    kind: str
    starts_on: date | None
    ends_on: date | None = None


@transaction.atomic
def appoint(post_code: str, new: NewAppointment, *, by: Viewer) -> Appointment:
    """Raises NotYours, NotFound, NotValid, NotNow, AlreadyThere."""
    post = locked_post(post_code, by=by)
    user, starts_on = _checked(new, by=by)
    if user.pk == by.user_id and not by.is_operator:
        raise NotYours(_("Nobody appoints himself; ask another administrator."))
    if post.closed_on is not None:
        raise NotNow(_("This post is closed."))
    _ensure_no_conflict(post, user, new, starts_on)
    row = Appointment.objects.create(
        post=post, user=user, kind=new.kind, starts_on=starts_on, ends_on=new.ends_on
    )
    _remember(row, "appointed", after=_told(row), by=by)
    return row


@transaction.atomic
def end_appointment(appointment_id: int, *, last_day: date | None, by: Viewer) -> Appointment:
    """With a last day from yesterday on; those who stand in for him go with it. One that has not begun never was.

    A later day than the one it has prolongs it. Raises NotYours, NotFound, NotValid, NotNow, AlreadyThere.
    """
    ensure_may_organise(by)
    lock_setting("organisation")
    row = (
        Appointment.objects.select_related("user", "post__unit__area")
        .filter(pk=appointment_id, stand_in_for=None)
        .first()
    )
    if row is None or not by.has_power_over(POWER, row.post.unit.area.code):
        raise NotFound
    today = timezone.localdate()
    if last_day is None or not today - timedelta(days=1) <= last_day <= today + FARTHEST:
        raise NotValid(fields={"last_day": [_("Choose a day from yesterday on.")]})
    if row.ends_on is not None and row.ends_on < today:
        raise AlreadyThere(_("This appointment has ended already."))
    if row.ends_on is not None and row.ends_on < last_day:
        _ensure_may_go_on(row, last_day)
    before = _told(row)
    if last_day < row.starts_on:
        _drop(row)
    else:
        row.ends_on = last_day
        row.save(update_fields=["ends_on"])
        row.stand_ins.filter(starts_on__gt=last_day).delete()
        row.stand_ins.filter(Q(ends_on=None) | Q(ends_on__gt=last_day)).update(ends_on=last_day)
    _remember(row, "ended", before=before, after={**before, "until": str(last_day)}, by=by)
    return row


def _ensure_may_go_on(row: Appointment, last_day: date) -> None:
    """The days that are added are subject to what an appointment for them would be."""
    assert row.ends_on is not None
    if row.post.closed_on is not None:
        raise NotNow(_("This post is closed."))
    since = row.ends_on + timedelta(days=1)
    more = NewAppointment(user=row.user, kind=row.kind, starts_on=since, ends_on=last_day)
    _ensure_no_conflict(row.post, row.user, more, since)


def _drop(row: Appointment) -> None:
    row.stand_ins.all().delete()
    Appointment.objects.filter(pk=row.pk).delete()


def _checked(new: NewAppointment, *, by: Viewer) -> tuple[User, date]:
    today = timezone.localdate()
    wrong: dict[str, list[str]] = {}
    if new.user is None or not appointable(by, on=today).filter(pk=new.user.pk).exists():
        wrong["person"] = [_("Choose a person.")]
    if new.kind not in Appointment.Kind.values:
        wrong["kind"] = [_("Choose one of these.")]
    if new.starts_on is None or not today <= new.starts_on <= today + FARTHEST:
        wrong["starts_on"] = [_("Choose a day from today on.")]
    elif new.ends_on is not None and not new.starts_on <= new.ends_on <= today + FARTHEST:
        wrong["ends_on"] = [_("The last day is not before the first.")]
    if wrong or new.user is None or new.starts_on is None:
        raise NotValid(fields=wrong)
    return new.user, new.starts_on


def _ensure_no_conflict(post: Post, user: User, new: NewAppointment, starts_on: date) -> None:
    """He does not hold the post already, and has one main post at a time."""
    at_once = Appointment.objects.filter(user=user, stand_in_for=None).exclude(ends_on__lt=starts_on)
    if new.ends_on is not None:
        at_once = at_once.filter(starts_on__lte=new.ends_on)
    if at_once.filter(post=post).exists():
        raise AlreadyThere(_("%(who)s holds this post in that time already.") % {"who": user})
    main = at_once.filter(kind=Appointment.Kind.MAIN).select_related("post__unit")
    if new.kind == Appointment.Kind.MAIN and (other := main.order_by(F("starts_on")).first()):
        text = _("%(who)s has a main post in that time: %(post)s. End it, or choose another kind.")
        raise AlreadyThere(text % {"who": user, "post": f"{other.post.unit.name} {other.post.name}"})


def _told(row: Appointment) -> dict[str, str]:
    return {
        "person": str(row.user),
        "kind": row.kind,
        "from": str(row.starts_on),
        "until": str(row.ends_on or ""),
    }


def _remember(
    row: Appointment,
    verb: str,
    *,
    by: Viewer,
    before: dict[str, str] | None = None,
    after: dict[str, str],
) -> None:
    change = Change(
        section=SettingChange.Section.ORGANISATION,
        subject=f"post:{row.post.code}",
        label=f"{row.post.unit.name} {row.post.name} · {row.user}",
        verb=verb,
        before=before or {},
        after=after,
        area_code=row.post.unit.area.code,
    )
    remember(change, by=by)
