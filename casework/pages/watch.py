"""How matters go: the heat-map on the diagram, the ways that cases take, the bottlenecks, and the cases behind each number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from casework.errors import NotFound
from casework.pages.deskparts import whole_number
from casework.pages.door import ViewerRequest, page
from casework.pages.sheets import csv_file
from casework.pages.wording import length
from casework.queries import behind as cases_of
from casework.queries import heat as queries
from casework.queries.heat import Element, Scope, Shade
from casework.queries.paths import paths as taken
from casework.queries.search import areas
from casework.queries.studio import matter_for, matter_title, published_or_none
from workflows.models import Definition, Version

app_name = "watch"
USUAL_DAYS = 30
PRESETS = (7, 30, 90, 365)
MEASURES: dict[str, str | Promise] = {
    "waiting": gettext_lazy("Waiting, median"),
    "handling": gettext_lazy("Handling, median"),
    "waited": gettext_lazy("Waiting in all"),
    "steps": gettext_lazy("Times"),
    "returns": gettext_lazy("Returns"),
    "breaches": gettext_lazy("Out of time"),
}
IN_TIME = ("waiting", "handling", "waited")
SORTS = {
    "name": lambda one: one.name,
    "steps": lambda one: -one.steps,
    "cases": lambda one: -one.cases,
    "open": lambda one: -one.open,
    "waiting": lambda one: -(one.waiting.half or 0),
    "waiting_most": lambda one: -(one.waiting.most or 0),
    "handling": lambda one: -(one.handling.half or 0),
    "handling_most": lambda one: -(one.handling.most or 0),
    "waited": lambda one: -one.waited,
    "returns": lambda one: -one.returns,
    "breaches": lambda one: -one.breaches,
}
HEADS: dict[str, str | Promise] = {
    "name": gettext_lazy("Step"),
    "steps": gettext_lazy("Times"),
    "cases": gettext_lazy("Cases"),
    "open": gettext_lazy("Open now"),
    "waiting": gettext_lazy("Waiting, median"),
    "waiting_most": gettext_lazy("Waiting, 95 of 100"),
    "handling": gettext_lazy("Handling, median"),
    "handling_most": gettext_lazy("Handling, 95 of 100"),
    "waited": gettext_lazy("Waiting in all"),
    "returns": gettext_lazy("Returns"),
    "breaches": gettext_lazy("Out of time"),
}
# What a list behind a number is called.
BEHIND: dict[str, str | Promise] = {
    "steps": gettext_lazy("Every time a case stood there"),
    "open": gettext_lazy("Open now"),
    "waiting": gettext_lazy("The longest waiting first"),
    "handling": gettext_lazy("The longest handling first"),
    "returns": gettext_lazy("Returns"),
    "breaches": gettext_lazy("Out of time"),
}


@page
@require_GET
def bottlenecks(request: ViewerRequest) -> HttpResponse:
    """The steps of all matters, by all the waiting there was at them."""
    queries.ensure_may_watch(request.viewer)
    scope = scope_of(request)
    found = queries.elements(request.viewer, scope, now=timezone.now())
    longest = max((one.waited for one in found), default=0)
    context = {
        "rows": [(one, round(100 * one.waited / longest) if longest else 0) for one in found[:100]],
        "more": max(0, len(found) - 100),
    }
    return _screen(request, "bottlenecks", scope, context)


@page
@require_GET
def heat(request: ViewerRequest, key: str) -> HttpResponse:
    """The diagram painted by one measure, the legend with its numbers, and the same as a table."""
    queries.ensure_may_watch(request.viewer)
    matter, scope = matter_for(key), scope_of(request)
    measure = request.GET.get("by", "")
    measure = measure if measure in MEASURES else "waiting"
    found = queries.elements(request.viewer, scope, matter=matter, now=timezone.now())
    legend = queries.shades(found, measure=measure)
    works = any(one.works for one in found)
    context = _about(matter, scope) | {
        "rows": sorted(found, key=SORTS[_sort(request)]),
        "sort": _sort(request),
        "heads": HEADS,
        "measure": measure,
        "measures": MEASURES,
        "legend": [(shade.level, _shade_text(shade, measure, works=works)) for shade in legend],
        "marks": _marks(found, legend, measure=measure),
    }
    return _screen(request, "heat", scope, context)


def _sort(request: ViewerRequest) -> str:
    wanted = request.GET.get("sort", "")
    return wanted if wanted in SORTS else "waited"


def _shade_text(shade: Shade, measure: str, *, works: bool) -> str:
    if measure in IN_TIME:
        return _("up to %(amount)s") % {"amount": length(shade.up_to, works=works)}
    return _("up to %(amount)s") % {"amount": f"{shade.up_to:.3g}"}


def _marks(found: Sequence[Element], legend: Sequence[Shade], *, measure: str) -> dict[str, Any]:
    """What the drawing shows at each step: its colour, and the value as text."""
    return {
        one.element: {
            "level": queries.level_of(one.value(measure), legend),
            "text": _value_text(one, measure),
        }
        for one in found
    }


def _value_text(one: Element, measure: str) -> str:
    value = one.value(measure)
    return length(value, works=one.works) if measure in IN_TIME else str(round(value))


@page
@require_GET
def paths(request: ViewerRequest, key: str) -> HttpResponse:
    """Which ways cases took; one of them, or all together, is painted on the diagram."""
    queries.ensure_may_watch(request.viewer)
    matter, scope = matter_for(key), scope_of(request)
    chosen = request.GET.get("way", "")[:32]
    found = taken(request.viewer, scope, matter=matter, chosen=chosen)
    most = max((one.cases for one in found.passes.values()), default=0)
    context = _about(matter, scope) | {
        "paths": found,
        "chosen": chosen,
        "marks": {
            element: {"level": max(1, round(5 * one.cases / most)), "text": str(one.cases)}
            for element, one in found.passes.items()
        },
    }
    return _screen(request, "paths", scope, context)


@page
@require_GET
def behind(request: ViewerRequest, key: str) -> HttpResponse:
    """The steps behind a number of the heat-map."""
    queries.ensure_may_watch(request.viewer)
    matter, scope = matter_for(key), scope_of(request)
    kind, element = request.GET.get("what", ""), request.GET.get("element", "")[:128]
    kind = kind if kind in BEHIND else "steps"
    found = cases_of.steps_behind(
        request.viewer,
        scope,
        matter=matter,
        element=element,
        kind=kind,
        cursor=request.GET.get("page", ""),
        now=timezone.now(),
    )
    name = queries.names_of(matter).get(element, element)
    context = _about(matter, scope) | {"steps": found, "kind": BEHIND[kind], "name": name}
    return _screen(request, "behind", scope, context)


@page
@require_GET
def ways(request: ViewerRequest, key: str) -> HttpResponse:
    """The cases that took one way, or passed one arrow."""
    queries.ensure_may_watch(request.viewer)
    matter, scope = matter_for(key), scope_of(request)
    element = request.GET.get("element", "")[:128]
    found, in_all = cases_of.cases_behind(
        request.viewer,
        scope,
        matter=matter,
        variant=request.GET.get("way", "")[:32],
        element=element,
        cursor=request.GET.get("page", "")[:200],
    )
    name = queries.names_of(matter).get(element, element)
    context = _about(matter, scope) | {"cases": found, "in_all": in_all, "name": name}
    return _screen(request, "ways", scope, context)


@page
@require_GET
def table(request: ViewerRequest, key: str) -> HttpResponse:
    """The table as a file: times in minutes, so that a spreadsheet can reckon with them."""
    queries.ensure_may_watch(request.viewer)
    matter, scope = matter_for(key), scope_of(request)
    found = queries.elements(request.viewer, scope, matter=matter, now=timezone.now())
    head = [str(words) for words in HEADS.values()]
    rows: list[list[object]] = [[*head, _("Times are minutes of")], *(_sheet_row(one) for one in found)]
    return csv_file(f"{key}-{scope.first}-{scope.last}.csv", rows)


def _sheet_row(one: Element) -> list[object]:
    times = (one.waiting.half, one.waiting.most, one.handling.half, one.handling.most, one.waited)
    minutes = [None if seconds is None else round(seconds / 60, 1) for seconds in times]
    unit = _("working time") if one.works else _("the clock")
    return [one.name, one.steps, one.cases, one.open, *minutes, one.returns, one.breaches, unit]


@page
@require_GET
def drawing(request: ViewerRequest, key: str) -> HttpResponse:
    """The diagram of the version that is looked at."""
    queries.ensure_may_watch(request.viewer)
    shown = _shown(matter_for(key), scope_of(request))
    if shown is None:
        raise NotFound
    response = HttpResponse(shown.bpmn, content_type="application/xml; charset=utf-8")
    # For the drawing alone: as a page of its own, whatever its author has put into it would be shown.
    response["Content-Disposition"] = f'attachment; filename="{key}.bpmn"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


# --- what the pages have in common


def scope_of(request: ViewerRequest) -> Scope:
    """What the address narrows to; what it says wrongly is as if it said nothing."""
    today = timezone.localdate()
    given = request.GET if request.method == "GET" else request.POST
    last = min(_day(given.get("to", "")) or today, today)
    first = _day(given.get("from", "")) or last - timedelta(days=USUAL_DAYS - 1)
    first = max(min(first, last), last - queries.LONGEST)
    area = given.get("area", "")[:17]
    known = bool(area) and area.isdigit() and request.viewer.sees_area(area)
    number = whole_number(given.get("version", ""))
    return Scope(
        first=first,
        last=last,
        area=area if known else "",
        number=number if number is not None and number < 2**31 else None,
    )


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found is not None and found.year >= 2000 else None


def _about(matter: Definition, scope: Scope) -> dict[str, Any]:
    numbers = matter.versions.exclude(number=None).order_by("-number").values_list("number", flat=True)
    return {
        "matter": matter,
        "title": matter_title(matter),
        "numbers": list(numbers),
        "shown": _shown(matter, scope),
    }


def _shown(matter: Definition, scope: Scope) -> Version | None:
    """The drawing that is painted: that of the version asked for, else the one in force."""
    if scope.number is None:
        return published_or_none(matter)
    return matter.versions.filter(number=scope.number).first()


def starts_of(presets: Sequence[int]) -> list[tuple[int, date]]:
    """Periods of so many days that end today, with their first day."""
    return [(days, timezone.localdate() - timedelta(days=days - 1)) for days in presets]


def _screen(request: ViewerRequest, name: str, scope: Scope, context: Mapping[str, Any]) -> TemplateResponse:
    narrowed = {
        "section": "watch",
        "scope": scope,
        "areas": areas(request.viewer),
        "presets": starts_of(PRESETS),
        "today": timezone.localdate(),
    }
    return TemplateResponse(request, f"studio/{name}.html", narrowed | dict(context))


urlpatterns = [
    path("", bottlenecks, name="bottlenecks"),
    path("<slug:key>/", heat, name="heat"),
    path("<slug:key>/paths/", paths, name="paths"),
    path("<slug:key>/steps/", behind, name="behind"),
    path("<slug:key>/cases/", ways, name="ways"),
    path("<slug:key>/table.csv", table, name="table"),
    path("<slug:key>/drawing/", drawing, name="drawing"),
]
