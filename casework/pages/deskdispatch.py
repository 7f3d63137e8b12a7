"""Dispatch on a page of its own: who leads, who assists, until when, and what that looks like in time.

It fills in the table that the step's form asks for and is sent like any other card, so that what it sends is checked
where every form is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from casework.forms import FieldDefinition, StepForm
from casework.models import Case
from casework.pages.deskcard import DeskCard
from casework.pages.deskparts import about, language_of, whole_number
from casework.pages.dispatchtable import LIMIT, PART, POST, TASK, dispatch_table
from casework.pages.door import ViewerRequest, page
from casework.pages.nextcard import Refused
from casework.queries.cases import access_case
from casework.queries.dispatching import LEAD, Suggestion, suggestion
from casework.queries.inbox import waiting_count
from casework.queries.leads import leads
from casework.queries.picking import choosable_posts
from casework.queries.timeruler import time_ruler
from casework.services.calendars import work_calendar

MOST_ASSISTING = 11
PAGE = "act.page"  # says that this page sent it, so that a refusal comes back to it
HERE = "dispatch"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the table as it stands; `n` is its number in the names of the inputs."""

    n: int
    post: str
    task: str
    limit: str


@page
@require_GET
def dispatch(request: ViewerRequest, number: str) -> HttpResponse:
    """The page for the viewer's dispatch step of this case; without one, the case itself."""
    case = access_case(request.viewer, number)
    step_id = whole_number(request.GET.get("step", ""))
    context = dispatch_context(request, case, step_id=step_id)
    if context is None:
        return redirect(reverse("desk:case", args=[number]) + (f"?step={step_id}" if step_id else ""))
    return TemplateResponse(request, "desk/dispatch.html", context)


def dispatch_context(
    request: ViewerRequest, case: Case, *, step_id: int | None, refused: Refused | None = None
) -> dict[str, Any] | None:
    """What the page shows; None where there is nothing to dispatch. After a refusal it holds what was chosen."""
    context = about(request, case, step_id=step_id, refused=refused)
    card: DeskCard = context["card"]
    table = dispatch_table(card.form)
    if table is None or card.form is None:
        return None
    now = timezone.now()
    lead, assisting = _lines(card.form, table)
    found: Suggestion = context.get("suggestion") or suggestion(case, now=now)
    limits = next((column.choices for column in table.columns if column.name == LIMIT), ())
    language = language_of(request)
    return context | {
        "table": table,
        "lead": lead,
        "assisting": assisting,
        "has_task": any(column.name == TASK for column in table.columns),
        "most": MOST_ASSISTING,
        "leads": leads(case, found, now=now, chosen=lead.post),
        "posts": choosable_posts(case.area_code, on=timezone.localdate()),
        "limits": [(choice.value, choice.label.in_language(language)) for choice in limits],
        "suggestion": found,
        "bad": card.form.errors.get(table.name, ()),
        "inbox_count": waiting_count(request.viewer),
        **ruler_context(case, card.forecast),
    }


def ruler_context(case: Case, forecast: Any) -> dict[str, Any]:
    """The drawing of the limits, and the hours that count."""
    calendar = work_calendar(case.area_code)
    now = timezone.now()
    hours = calendar.hours_on(timezone.localdate())
    return {
        "ruler": time_ruler(forecast, now=now, calendar=calendar),
        "hours": ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in hours),
    }


def _lines(form: StepForm, table: FieldDefinition) -> tuple[Line, list[Line]]:
    """The one who leads, and who assists. Rows come in any order; the first lead is the lead."""
    value = form[table.name].value()
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    lead = next((row for row in rows if row.get(PART) == LEAD), {})
    others = [row for row in rows if row is not lead and row.get(POST)]
    return _line(0, lead), [_line(n, row) for n, row in enumerate(others[:MOST_ASSISTING], start=1)]


def _line(n: int, row: Mapping[str, Any]) -> Line:
    return Line(
        n=n, post=str(row.get(POST) or ""), task=str(row.get(TASK) or ""), limit=str(row.get(LIMIT) or "auto")
    )
