"""Working time and the year's calendar of holidays and swapped days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from casework.errors import CaseworkError, NotFound, NotNow, NotValid
from casework.pages.deskparts import whole_number
from casework.pages.door import ViewerRequest, page
from casework.pages.orgparts import screen
from casework.queries.working_year import holidays_seen, hours_seen, limits_across, working_year
from casework.services import timetables
from casework.services.calendars import holiday_horizon
from casework.services.rulebook import ensure_may_edit
from casework.services.timetables import FIRST_YEAR, LAST_YEAR, Hours, SpecialDay
from grid.models import Area

MORE_ROWS = 2  # empty ones offered at the end
MOST_ROWS = 60
_day_of_year = RegexValidator(
    r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", gettext_lazy("Write month and day, e.g. 06-01.")
)


class HoursForm(forms.Form):
    """One row: the hours of an area in a season. A row without opening hours is none."""

    area = forms.CharField(max_length=17, required=False)
    first_day = forms.CharField(max_length=5, validators=[_day_of_year])
    last_day = forms.CharField(max_length=5, validators=[_day_of_year])
    opens = forms.TimeField()
    lunch_from = forms.TimeField(required=False)
    lunch_until = forms.TimeField(required=False)
    closes = forms.TimeField()


@page
@require_http_methods(["GET", "POST"])
def times(request: ViewerRequest) -> HttpResponse:
    """`?year=2027` says which year is painted."""
    ensure_may_edit(request.viewer)
    today = timezone.localdate()
    year = whole_number(request.GET.get("year", "")) or today.year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound
    error: CaseworkError | None = None
    if request.method == "POST":
        try:
            _act(request, year)
            return redirect(f"{reverse('org:time')}?year={year}")
        except NotFound:
            raise
        except CaseworkError as refused:
            error = refused
    context = _about(request, year, today=today, error=error)
    return screen(request, "time", context, section="time", error=error)


def _about(request: ViewerRequest, year: int, *, today: date, error: CaseworkError | None) -> dict[str, Any]:
    rows = timetables.working_times(request.viewer)
    names = dict(Area.objects.filter(code__in={row.area_code for row in rows}).values_list("code", "name"))
    posted = error is not None and request.POST.get("act") == "hours"
    return {
        "year": working_year(year),
        "week": [date(2024, 1, day) for day in range(1, 8)],  # any one that begins on a Monday
        "years": range(today.year - 1, today.year + 3),
        "today": today,
        "horizon": holiday_horizon(today=today),
        "hours": _posted_rows(request) if posted else [_shown(row) for row in rows] + [{}] * MORE_ROWS,
        "area_names": names,
        "areas": Area.objects.filter(level__in=("district", "town")).order_by("code")[:300],
        "hours_seen": hours_seen(),
        "running": limits_across([date(2000, 1, 1), date(2100, 1, 1)]),
    }


def _shown(row: Any) -> dict[str, str]:  # Any: a WorkingTime
    return {
        "area": row.area_code,
        "first_day": row.first_day,
        "last_day": row.last_day,
        **{
            name: f"{value:%H:%M}" if (value := getattr(row, name)) else ""
            for name in ("opens", "lunch_from", "lunch_until", "closes")
        },
    }


def _posted_rows(request: ViewerRequest) -> list[dict[str, str]]:
    count = min(whole_number(request.POST.get("rows", "")) or 0, MOST_ROWS)
    names = list(HoursForm.base_fields)
    return [{name: request.POST.get(f"{place}-{name}", "") for name in names} for place in range(count)]


def _act(request: ViewerRequest, year: int) -> None:
    match request.POST.get("act"):
        case "hours":
            _put_hours(request)
        case "days":
            _put_days(request, year)
        case _:
            raise NotFound


def _put_hours(request: ViewerRequest) -> None:
    if request.POST.get("seen") != hours_seen():
        raise NotNow(_("Somebody has changed the working time in the meantime; look at it again."))
    rows = [row for row in _posted_rows(request) if row["opens"] or row["closes"]]
    timetables.put_working_times(_hours(rows), by=request.viewer)
    messages.success(request, _("The working time is kept. Limits that run keep their due times."))


def _hours(rows: Sequence[dict[str, str]]) -> list[Hours]:
    wrong, made = [], []
    for place, row in enumerate(rows, 1):
        form = HoursForm(row)
        if form.is_valid():
            made.append(Hours(**form.cleaned_data))
        else:
            wrong += [f"{place}: {errors[0]}" for errors in form.errors.values()]
    if wrong:
        raise NotValid(fields={"rows": wrong[:20]})
    return made


def _put_days(request: ViewerRequest, year: int) -> None:
    """The marked days become the year's exceptions; a new one gets the name that stands beside the button."""
    if request.POST.get("seen") != holidays_seen(year):
        raise NotNow(_("Somebody has changed this year's days in the meantime; look at it again."))
    shown = working_year(year)
    known = {day.day: day for month in shown.months for day in month.days}
    marked = {day for text in request.POST.getlist("day") if (day := _day(text)) in known}
    before = {day.day for day in shown.special}
    name = " ".join(request.POST.get("name", "").split())[:60]
    days = [
        SpecialDay(day=day, works=known[day].is_weekend, name=known[day].name if day in before else name)
        for day in sorted(marked)
    ]
    timetables.put_holidays(year, days, by=request.viewer)
    across = limits_across(marked ^ before)
    told = _("Kept: %(n)d days changed. %(limits)d running limits go across them and keep their due times.")
    messages.success(request, told % {"n": len(marked ^ before), "limits": across})


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
