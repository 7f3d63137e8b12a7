"""The only writer of working time and holidays, for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotFound, NotValid
from casework.models import Holiday, SettingChange, WorkingTime
from casework.services.calendars import forget_calendars
from casework.services.rulebook import ensure_may_edit
from casework.services.setting_history import Change, Told, lock_setting, remember
from grid.models import Area

MOST_ROWS = 500
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, kw_only=True)
class Hours:
    """The hours of an area in a season; without lunch they are one span."""

    area: str
    first_day: str
    last_day: str
    opens: time
    closes: time
    lunch_from: time | None = None
    lunch_until: time | None = None

    @property
    def goes_forward(self) -> bool:
        if self.lunch_from is None or self.lunch_until is None:
            return self.lunch_from == self.lunch_until and self.opens < self.closes
        return self.opens < self.lunch_from < self.lunch_until < self.closes


def working_times(by: Viewer) -> list[WorkingTime]:
    ensure_may_edit(by)
    return list(WorkingTime.objects.all())


@transaction.atomic
def put_working_times(rows: Sequence[Hours], *, by: Viewer) -> list[WorkingTime]:
    """Put the whole table in the place of the one there is. Clocks that run keep their due times. Raises NotValid."""
    ensure_may_edit(by)
    known = set(Area.objects.filter(code__in={row.area for row in rows}).values_list("code", flat=True))
    wrong = [_fault(row, known) for row in rows]
    seasons = [(row.area, row.first_day) for row in rows]
    if len(rows) > MOST_ROWS or len(set(seasons)) < len(seasons):
        wrong.append(_("Two rows of an area begin on the same day, or there are too many rows."))
    faults = [f"{place}: {fault}" for place, fault in enumerate(wrong, 1) if fault]
    if faults:
        raise NotValid(fields={"rows": faults[:20]})
    lock_setting("working_times")
    before = [str(row) for row in WorkingTime.objects.all()]
    WorkingTime.objects.all().delete()
    made = WorkingTime.objects.bulk_create(_row(row) for row in rows)
    after = [str(row) for row in WorkingTime.objects.all()]
    _remember("hours", _("Working time"), {"rows": before}, {"rows": after}, by=by)
    transaction.on_commit(forget_calendars)
    return made


def _fault(row: Hours, known: set[str]) -> str:
    if row.area and row.area not in known:
        return _("There is no area with this code.")
    if not row.goes_forward:
        return _("The hours have to follow each other, with both ends of lunch or none.")
    return ""


def _row(row: Hours) -> WorkingTime:
    return WorkingTime(
        area_code=row.area,
        first_day=row.first_day,
        last_day=row.last_day,
        opens=row.opens,
        closes=row.closes,
        lunch_from=row.lunch_from,
        lunch_until=row.lunch_until,
    )


@dataclass(frozen=True, kw_only=True)
class SpecialDay:
    """A day that breaks the week."""

    day: date
    works: bool
    name: str = ""


def holidays_of(year: int, *, by: Viewer) -> list[Holiday]:
    """Raises NotYours, NotFound."""
    ensure_may_edit(by)
    _ensure_year(year)
    return list(Holiday.objects.filter(day__year=year))


@transaction.atomic
def put_holidays(year: int, days: Sequence[SpecialDay], *, by: Viewer) -> list[Holiday]:
    """The year's days off and swapped working days as decreed, in the place of those there are. Raises NotValid."""
    ensure_may_edit(by)
    _ensure_year(year)
    outside = [str(each.day) for each in days if each.day.year != year]
    twice = len({each.day for each in days}) < len(days)
    if outside or twice:
        raise NotValid(fields={"days": outside or [_("A day is named twice.")]})
    lock_setting(f"holidays:{year}")
    before = set(holidays_said(year))
    Holiday.objects.filter(day__year=year).delete()
    made = Holiday.objects.bulk_create(
        Holiday(day=each.day, works=each.works, name=each.name[:60]) for each in days
    )
    after = set(holidays_said(year))
    gone, new = {"days": sorted(before - after)}, {"days": sorted(after - before)}
    _remember("holidays", str(year), gone, new, by=by)
    transaction.on_commit(forget_calendars)
    return sorted(made, key=lambda each: each.day)


def holidays_said(year: int) -> list[str]:
    """The year's special days in words, as the history keeps them."""
    words = {True: _("worked"), False: _("off")}
    rows = Holiday.objects.filter(day__year=year).values_list("day", "works", "name")
    return [" ".join(filter(None, (f"{day:%m-%d}", words[works], name))) for day, works, name in rows]


def _remember(section: str, label: str, before: Told, after: Told, *, by: Viewer) -> None:
    subject = f"{SettingChange.Section(section)}:{label}" if section == "holidays" else section
    change = Change(section=section, subject=subject, label=label, verb="changed", before=before, after=after)
    remember(change, by=by)


def _ensure_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound
