"""How times and time limits are said to people: “今天 16:40”, “剩 3 工时 20 分”, “超 25 分”."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.clocks import WorkCalendar
from casework.queries.inbox import SOON

WORKING_UNITS = ("wh", "wd")
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class ClockText:
    """A clock as a chip shows it; `state` (ok, soon, over) and `shape` are words of the style sheets."""

    state: str
    shape: str
    left: str
    due: str


def clock_text(due_at: datetime, *, now: datetime, rule: str = "", calendar: WorkCalendar) -> ClockText:
    """What is left, or by how much it is over, in the unit the limit was set in."""
    is_working = rule.strip().endswith(WORKING_UNITS)
    if due_at <= now:
        over = _span(due_at, now, rule=rule if is_working else "", calendar=calendar)
        return ClockText(
            state="over", shape="over", left=_("%(span)s over") % {"span": over}, due=due(due_at, now=now)
        )
    left = _span(now, due_at, rule=rule if is_working else "", calendar=calendar)
    is_soon = due_at - now <= SOON
    return ClockText(
        state="soon" if is_soon else "ok",
        shape="soon" if is_soon else "time",
        left=_("%(span)s left") % {"span": left},
        due=due(due_at, now=now),
    )


def moment(value: datetime, *, now: datetime) -> str:
    """“今天 16:40”, “11月23日 16:40”; the year only when it is another one."""
    clock = _clock(value)
    return _("%(day)s %(time)s") % {"day": day(value, now=now), "time": clock}


def due(value: datetime, *, now: datetime) -> str:
    """When something falls due: with the time of day as long as it is near, the bare day later on."""
    away = abs((timezone.localdate(value) - timezone.localdate(now)).days)
    return moment(value, now=now) if away <= 1 else day(value, now=now)


def day(value: datetime, *, now: datetime) -> str:
    local, today = timezone.localtime(value), timezone.localdate(now)
    match (local.date() - today).days:
        case 0:
            return _("today")
        case 1:
            return _("tomorrow")
        case -1:
            return _("yesterday")
    return date_format(local, _("j M") if local.year == today.year else _("j M Y"), use_l10n=False)


def long_day(value: datetime) -> str:
    """“11月23日 星期一”."""
    return date_format(timezone.localtime(value), _("l, j M"), use_l10n=False)


def limit_text(rule: str) -> str:
    """A limit as a diagram writes it (`4wh`), said in words."""
    units = {
        "m": _("%(amount)s min"),
        "h": _("%(amount)s h"),
        "wh": _("%(amount)s working h"),
        "wd": _("%(amount)s working days"),
        "d": _("%(amount)s days"),
    }
    amount = rule.strip().rstrip("mhwd")
    words = units.get(rule.strip()[len(amount) :].strip())
    return words % {"amount": amount.strip()} if words and amount else rule


def length(seconds: float, *, works: bool) -> str:
    """A length of time in working hours, or by the clock; from ten hours on nobody asks for the minutes."""
    if not works:
        return _plain_span(timedelta(seconds=seconds))
    hours, minutes = divmod(int(seconds // 60), 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes} if minutes else _("less than 1 min")
    if not minutes or hours >= 10:
        return _("%(hours)d working h") % {"hours": hours}
    return _("%(hours)d working h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def _span(start: datetime, end: datetime, *, rule: str, calendar: WorkCalendar) -> str:
    if rule:
        return _working_span(start, end, in_days=rule.endswith("wd"), calendar=calendar)
    return _plain_span(end - start)


def _working_span(start: datetime, end: datetime, *, in_days: bool, calendar: WorkCalendar) -> str:
    first, last = (moment.astimezone(calendar.zone).date() for moment in (start, end))
    if in_days and first != last:
        days = sum(calendar.is_worked(first + n * _DAY) for n in range(1, (last - first).days + 1))
        if days:
            return _("%(days)d working days") % {"days": days}
    worked = calendar.working_time_between(start, end)
    if worked < _MINUTE:
        return _plain_span(end - start)  # nothing of it lies in working time: say it by the clock on the wall
    hours, minutes = divmod(int(worked / _MINUTE), 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    if not minutes:
        return _("%(hours)d working h") % {"hours": hours}
    return _("%(hours)d working h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def _plain_span(span: timedelta) -> str:
    hours, minutes = divmod(int(span / _MINUTE), 60)
    if hours >= 48:
        return _("%(days)d days") % {"days": hours // 24}
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes} if minutes else _("less than 1 min")
    if not minutes:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def _clock(value: datetime) -> str:
    return timezone.localtime(value).strftime("%H:%M")
