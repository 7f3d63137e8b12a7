"""What is in each section of the settings, in a line: for the list of sections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.models import Category, LegalBasis, WorkingTime
from casework.queries.organisation import within
from casework.services.calendars import holiday_horizon
from casework.services.limit_rules import limits_shown
from casework.services.rulebook import tables_shown
from grid.models import Appointment, Post, Unit


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A line about a section; what needs somebody is marked."""

    text: str | Promise
    needs_you: bool = False


def overview(viewer: Viewer, *, today: date, now: datetime) -> dict[str, list[Figure]]:
    """By the section's name. Raises NotYours."""
    return {
        "organisation": _organisation(viewer, today=today),
        "rules": _rules(viewer, now=now),
        "limits": _limits(viewer, now=now),
        "time": _time(today=today),
        "categories": _categories(),
        "reference": _reference(today=today),
    }


def _organisation(viewer: Viewer, *, today: date) -> list[Figure]:
    units = Unit.objects.filter(within(viewer, "area__code"), closed_on=None).count()
    posts = Post.objects.filter(within(viewer, "unit__area__code"), closed_on=None)
    held = Appointment.objects.in_force(today).filter(post=OuterRef("pk"), user__is_active=True)
    all_posts, vacant = posts.count(), posts.exclude(Exists(held)).count()
    told = _("%(units)d units, %(posts)d posts") % {"units": units, "posts": all_posts}
    empty = _("%(n)d posts that nobody holds") % {"n": vacant}
    return [Figure(text=told), Figure(text=empty, needs_you=vacant > 0)]


def _rules(viewer: Viewer, *, now: datetime) -> list[Figure]:
    tables = tables_shown(viewer, now=now)
    shipped = sum(not table.is_confirmed for table in tables)
    return [Figure(text=_("%(n)d tables") % {"n": len(tables)}), *_to_confirm(shipped)]


def _limits(viewer: Viewer, *, now: datetime) -> list[Figure]:
    limits = limits_shown(viewer, now=now)
    told = _("%(n)d limits") % {"n": len(limits)}
    return [Figure(text=told), *_to_confirm(sum(not one.is_confirmed for one in limits))]


def _time(*, today: date) -> list[Figure]:
    horizon = holiday_horizon(today=today)
    seasons = _("%(n)d rows of working time") % {"n": WorkingTime.objects.count()}
    if horizon.known_until is None:
        return [Figure(text=seasons), Figure(text=_("This year's holidays are not entered."), needs_you=True)]
    until = _("Holidays known until %(day)s") % {"day": horizon.known_until}
    return [Figure(text=seasons), Figure(text=until, needs_you=horizon.is_near)]


def _categories() -> list[Figure]:
    rows = Category.objects.filter(is_active=True)
    told = _("%(n)d categories in use") % {"n": rows.count()}
    open_ = rows.filter(to_confirm=True).count()
    return [Figure(text=told), *_to_confirm(open_)]


def _reference(*, today: date) -> list[Figure]:
    told = _("%(n)d legal bases") % {"n": LegalBasis.objects.count()}
    return [Figure(text=told), *_to_confirm(LegalBasis.objects.filter(to_confirm=True).count())]


def _to_confirm(count: int) -> list[Figure]:
    if not count:
        return []
    return [Figure(text=_("%(n)d shipped defaults to be confirmed") % {"n": count}, needs_you=True)]
