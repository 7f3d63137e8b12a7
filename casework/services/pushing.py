"""Notices that leave the product: found by one sweep, sent through the outbox, over the channels that people chose.

Whoever writes a notice need not know of channels: a notice that was not looked at yet is found by its index. Only who has
chosen a channel is told outside; all others have the bell.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotFound, NotValid, NotYours
from casework.models import Case, Notice, NoticeChoice, Outbox, OutboxState, Urgency
from casework.notify import messages, outgoing
from casework.notify.channels import Channel, channels, offered
from casework.services import outbox
from casework.services.outbox import Parcel
from casework.services.taking_back import UNDO
from grid.models import Appointment, User

KIND = "push"
AT_ONCE = 500
REST = (
    15.0  # seconds in which a channel that did not answer isn't asked again, so that it holds up nobody else
)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """How somebody wants to be told outside."""

    channels: tuple[str, ...]
    quiet_from: clock | None = None
    quiet_until: clock | None = None


def choose(choice: Choice, *, by: Viewer) -> None:
    """Keep somebody's choice. Raises NotValid."""
    known = offered(post.area_code for post in by.posts)
    if set(choice.channels) - set(known):
        raise NotValid(_("There is no such channel for you."))
    if any(known[key].is_personal for key in choice.channels) and not _has_phone(by):
        raise NotValid(_("Your telephone number is not known here. Ask who keeps the people."))
    NoticeChoice.objects.update_or_create(
        user_id=by.user_id,
        defaults={
            "channels": list(dict.fromkeys(choice.channels)),
            "quiet_from": choice.quiet_from,
            "quiet_until": choice.quiet_until,
        },
    )


def _has_phone(by: Viewer) -> bool:
    return User.objects.filter(pk=by.user_id).exclude(phone="").exists()


@transaction.atomic
def push_notices(*, now: datetime, limit: int = AT_ONCE) -> int:
    """Put what was not looked at yet into the outbox; in one transaction with the mark, so each once."""
    waiting = (
        Notice.objects.select_for_update(skip_locked=True, of=("self",)).filter(pushed_at=None).order_by("pk")
    )
    rows = list(waiting.annotate(urgency=F("case__urgency"))[:limit])
    if not rows:
        return 0
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(pushed_at=now)
    if channels():
        for leave_at, key, payload in _sorted(_parcels(rows, now=now)):
            outbox.enqueue(key, kind=KIND, payload=payload, now=leave_at)
    return len(rows)


Leaving = tuple[datetime, str, dict[str, object]]


def _sorted(parcels: Iterable[Leaving]) -> list[Leaving]:
    """The earliest first: to a group it is written when the first of its people may be told."""
    return sorted(parcels, key=lambda one: (one[0], one[1]))


def _parcels(rows: Sequence[Notice], *, now: datetime) -> Iterator[Leaving]:
    known, choices = channels(), _choices()
    holders = _holders({row.to_post for row in rows if row.to_post}, choices, now=now)
    for row in rows:
        people = [row.to_user_id] if row.to_user_id else holders.get(row.to_post, [])
        for person in people:
            choice = choices.get(person)
            for key in choice.channels if choice else ():
                if key in known:
                    yield _parcel(row, known[key], choice, now=now)  # type: ignore[arg-type]  # there is one


def _parcel(row: Notice, channel: Channel, choice: NoticeChoice, *, now: datetime) -> Leaving:
    at_once = row.urgency == Urgency.CRITICAL  # type: ignore[attr-defined]  # annotated
    leave_at = now if at_once else after_quiet(choice, max(now, row.at + UNDO))
    whose = f":{choice.user_id}" if channel.is_personal else ""
    payload: dict[str, object] = {"notice": row.pk, "channel": channel.key}
    if channel.is_personal:
        payload["user"] = choice.user_id
    return leave_at, f"push:{row.pk}:{channel.key}{whose}", payload


def _choices() -> dict[int, NoticeChoice]:
    """Of everybody who has chosen a channel and is still here; few beside all who have a post."""
    chosen = NoticeChoice.objects.filter(user__is_active=True).exclude(channels=[])
    return {choice.user_id: choice for choice in chosen}


def _holders(posts: Collection[str], people: Collection[int], *, now: datetime) -> dict[str, list[int]]:
    today = timezone.localdate(now)
    held = Appointment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=today), post__code__in=posts, user__in=people, starts_on__lte=today
    )
    found: dict[str, list[int]] = {}
    for code, person in held.values_list("post__code", "user").distinct():
        found.setdefault(code, []).append(person)
    return found


def after_quiet(choice: NoticeChoice, now: datetime) -> datetime:
    """Now, or when the quiet hours that it lies in are over. They may go over midnight."""
    start, end = choice.quiet_from, choice.quiet_until
    if start is None or end is None or start == end:
        return now
    local = timezone.localtime(now)
    at = local.time()
    is_quiet = start <= at < end if start < end else at >= start or at < end
    if not is_quiet:
        return now
    over = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return over if over > local else over + timedelta(days=1)


# --- sending


_resting: dict[str, float] = {}


def deliver(parcel: Parcel) -> None:
    """Send one message. What the other side will never take is refused for good, all else comes again."""
    told = _told(parcel)
    if told is None:
        return
    channel = channels().get(str(parcel.payload["channel"]))
    if channel is None:
        raise outbox.Refused(f"there is no channel {parcel.payload['channel']!r} any more")
    if _resting.get(channel.key, 0) > time.monotonic():
        raise outgoing.NoAnswer(f"{channel.name}: did not answer a moment ago")
    request = messages.request_for(channel, told, key=parcel.key, at=time.time())
    try:
        answer = outgoing.post(request.url, request.body, headers=request.headers)
        messages.ensure_taken(channel, answer)
    except outgoing.NoAnswer:
        _resting[channel.key] = time.monotonic() + REST
        raise
    except (outgoing.NotAllowed, messages.Never) as error:
        raise outbox.Refused(str(error)) from error


def _told(parcel: Parcel) -> messages.Told | None:
    """What to say; nothing where somebody has taken note of it meanwhile."""
    row = Notice.objects.filter(pk=parcel.payload["notice"], read_at=None).values_list("case").first()
    if row is None:
        return None
    case = Case.objects.select_related("matter").only("number", "matter__title").get(pk=row[0])
    phone = ""
    if "user" in parcel.payload:
        phone = User.objects.values_list("phone", flat=True).get(pk=parcel.payload["user"])
        if not phone:
            raise outbox.Refused("the person has no telephone number any more")
    link = f"{settings.SITE_URL.rstrip('/')}/desk/cases/{case.number}/"
    return messages.Told(number=case.number, matter=case.matter.title, link=link, phone=phone)


# --- what could not be sent


def ensure_may_mend(by: Viewer) -> None:
    if not by.has_power("studio"):
        raise NotYours


def send_again(ids: Collection[int], *, by: Viewer, now: datetime) -> int:
    """Give messages that were given up another full set of tries. Raises NotYours, NotFound."""
    ensure_may_mend(by)
    return sum(outbox.retry(pk, now=now) for pk in _dead(ids, by=by))


def drop(ids: Collection[int], *, by: Viewer) -> int:
    """Let them be: nobody needs to hear it any more. Raises NotYours, NotFound."""
    ensure_may_mend(by)
    return Outbox.objects.filter(pk__in=_dead(ids, by=by), state=OutboxState.DEAD).update(
        state=OutboxState.DONE
    )


def _dead(ids: Collection[int], *, by: Viewer) -> list[int]:
    """Those of them that are of cases which this person may see; of others he isn't told that they are there."""
    rows = Outbox.objects.filter(pk__in=list(ids), kind=KIND, state=OutboxState.DEAD)
    notices = {row.pk: int(row.payload["notice"]) for row in rows}
    cases = Case.objects.visible_to(by)
    seen = set(Notice.objects.filter(pk__in=notices.values(), case__in=cases).values_list("pk", flat=True))
    keys = [pk for pk, notice in notices.items() if notice in seen]
    if not keys:
        raise NotFound
    return keys
