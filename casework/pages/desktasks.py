"""Tasks at the desk: how far each place has come, what comes again and again, and sending one at once."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from casework.errors import CaseworkError, NotFound, NotValid, NotYours
from casework.models import Cycle, TaskKind, TaskTemplate
from casework.pages.door import ViewerRequest, page, status_of
from casework.queries import tasks as found
from casework.queries.inbox import waiting_count
from casework.services.tasks import planning
from casework.services.tasks.planning import POWER, Plan

SHOWN = 100
WEEKDAYS = [
    (1, gettext_lazy("Mon")),
    (2, gettext_lazy("Tue")),
    (3, gettext_lazy("Wed")),
    (4, gettext_lazy("Thu")),
    (5, gettext_lazy("Fri")),
    (6, gettext_lazy("Sat")),
    (7, gettext_lazy("Sun")),
]
WHO = [
    ("grid:grid_worker", gettext_lazy("the grid worker of each grid")),
    ("grid:grid_head", gettext_lazy("the head of each grid")),
    ("community:community_worker", gettext_lazy("a worker of each community")),
    ("community:community_secretary", gettext_lazy("the secretary of each community")),
]
CYCLES = [(value, label) for value, label in Cycle.choices if value != Cycle.ONCE]


class PlanEntry(forms.Form):
    """What the page posts. It checks shapes; what makes sense is the service's to say."""

    title = forms.CharField(max_length=60)
    text = forms.CharField(max_length=500, required=False)
    kind = forms.ChoiceField(choices=TaskKind.choices)
    area = forms.CharField(max_length=17)
    grids = forms.MultipleChoiceField(required=False)
    who = forms.ChoiceField(choices=WHO)
    cycle = forms.ChoiceField(choices=CYCLES, required=False)
    weekdays = forms.TypedMultipleChoiceField(choices=WEEKDAYS, coerce=int, required=False)
    working_days = forms.BooleanField(required=False)
    is_spread = forms.BooleanField(required=False)
    due_time = forms.TimeField()
    starts_on = forms.DateField(required=False)
    ends_on = forms.DateField(required=False)
    questions = forms.CharField(max_length=1000, required=False)
    needs_photo = forms.BooleanField(required=False)
    needs_position = forms.BooleanField(required=False)

    def __init__(self, posted: QueryDict) -> None:
        super().__init__(posted)
        grids = self.fields["grids"]
        assert isinstance(grids, forms.MultipleChoiceField)
        grids.choices = [(code, code) for code in posted.getlist("grids") if len(code) < 18]

    def plan(self) -> Plan:
        """Raises NotValid."""
        if not self.is_valid():
            raise NotValid(
                fields={name: [str(each) for each in errors] for name, errors in self.errors.items()}
            )
        said = dict(self.cleaned_data)
        level, _sign, role = said.pop("who").partition(":")
        questions = [line.strip() for line in said.pop("questions").splitlines() if line.strip()]
        said["cycle"] = said["cycle"] or Cycle.DAY
        return Plan(level=level, role=role, questions=questions, **said)


@page
@require_GET
def tasks(request: ViewerRequest) -> HttpResponse:
    """Coverage and what is overdue, place by place; for whoever sees all of a place."""
    area = request.GET.get("area", "")[:17] or found.home_of(request.viewer)
    if not area:
        raise NotYours
    now = timezone.now()
    day = _day(request.GET.get("day", "")) or timezone.localdate(now)
    context = {
        "seen": found.coverage(request.viewer, area=area, on=day, now=now),
        "day": day,
        "today": timezone.localdate(now),
        "now": now,
        "sent": _sent(request),
        "may_plan": request.viewer.has_power(POWER),
        "inbox_count": waiting_count(request.viewer),
    }
    return TemplateResponse(request, "desk/tasks/coverage.html", context)


@page
@require_GET
def templates(request: ViewerRequest) -> HttpResponse:
    """What comes again and again."""
    if not found.home_of(request.viewer):
        raise NotYours
    rows = list(found.templates_of(request.viewer, sent=False)[:SHOWN])
    lines = [(row, request.viewer.has_power_over(POWER, row.area_code)) for row in rows]
    context = {
        "lines": lines,
        "may_plan": request.viewer.has_power(POWER),
        "inbox_count": waiting_count(request.viewer),
    }
    return TemplateResponse(request, "desk/tasks/templates.html", context)


@page
@require_http_methods(["GET", "POST"])
def new_template(request: ViewerRequest) -> HttpResponse:
    if not request.viewer.has_power(POWER):
        raise NotYours
    if request.method == "GET":
        return _form(request, _start(request))
    try:
        made = planning.add_template(
            PlanEntry(request.POST).plan(), by=request.viewer, key=_key(request.POST)
        )
    except (NotFound, NotYours):
        raise
    except CaseworkError as error:
        return _form(request, request.POST, error=error)
    messages.success(
        request, _("“%(title)s” is planned; the tasks of today are out.") % {"title": made.title}
    )
    return redirect("desk:task_templates")


@page
@require_http_methods(["GET", "POST"])
def template(request: ViewerRequest, template_id: int) -> HttpResponse:
    """Change a template, stop it, or let it go on."""
    row = found.templates_of(request.viewer, sent=False).filter(pk=template_id).first()
    if row is None:
        raise NotFound
    if not request.viewer.has_power_over(POWER, row.area_code):
        raise NotYours
    if request.method == "GET":
        return _form(request, _typed(row), template=row)
    try:
        told = _change(request, row)
    except (NotFound, NotYours):
        raise
    except CaseworkError as error:
        return _form(request, request.POST, error=error, template=row)
    messages.success(request, told % {"title": row.title})
    return redirect("desk:task_templates")


@page
@require_http_methods(["GET", "POST"])
def send(request: ViewerRequest) -> HttpResponse:
    """A task at once, to all or some grids of a place; from a case if the address names one."""
    if not request.viewer.has_power(POWER):
        raise NotYours
    if request.method == "GET":
        return _form(request, _start(request), is_sent=True)
    try:
        plan = PlanEntry(request.POST).plan()
        case = request.POST.get("case", "")[:20]
        sent = planning.send_task(plan, key=_key(request.POST) or uuid4(), by=request.viewer, case=case)
    except (NotFound, NotYours):
        raise
    except CaseworkError as error:
        return _form(request, request.POST, error=error, is_sent=True)
    told = _("“%(title)s” is sent to %(count)s places.") % {"title": sent.title, "count": sent.tasks.count()}
    messages.success(request, told)
    return redirect(f"{reverse('desk:tasks')}?area={sent.area_code}")


def _change(request: ViewerRequest, row: TaskTemplate) -> str:
    match request.POST.get("do", ""):
        case "stop":
            planning.stop_template(row.pk, by=request.viewer)
            return _("“%(title)s” is stopped; what is open stays.")
        case "resume":
            planning.resume_template(row.pk, by=request.viewer)
            return _("“%(title)s” goes on.")
        case _:
            planning.change_template(row.pk, PlanEntry(request.POST).plan(), by=request.viewer)
            return _("“%(title)s” is changed; times and places from the next period on.")


def _form(
    request: ViewerRequest,
    typed: QueryDict,
    *,
    error: CaseworkError | None = None,
    template: TaskTemplate | None = None,
    is_sent: bool = False,
) -> HttpResponse:
    areas = found.areas_to_plan(request.viewer)
    area = typed.get("area", "") or (areas[0][0] if areas else "")
    context: dict[str, Any] = {
        "typed": typed,
        "area": area,
        "areas": areas,
        "grids": found.grids_in(request.viewer, area),
        "ticked": typed.getlist("grids"),
        "kinds": TaskKind.choices,
        "who": WHO,
        "cycles": CYCLES,
        "weekdays": WEEKDAYS,
        "ticked_days": typed.getlist("weekdays"),
        "key": typed.get("key") or uuid4(),
        "error": error,
        "fields": error.fields if isinstance(error, NotValid) else {},
        "template": template,
        "is_sent": is_sent,
        "inbox_count": waiting_count(request.viewer),
    }
    status = status_of(error) if error is not None else 200
    return TemplateResponse(request, "desk/tasks/form.html", context, status=status)


def _start(request: ViewerRequest) -> QueryDict:
    """The page as it opens, or as it is asked for again with another place: what was typed is kept."""
    typed = request.GET.copy()
    usual = {"kind": TaskKind.PATROL, "who": WHO[0][0], "cycle": Cycle.DAY, "due_time": "18:00"}
    for name, value in usual.items():
        if name not in typed:
            typed[name] = value
    return typed


def _typed(row: TaskTemplate) -> QueryDict:
    typed = QueryDict(mutable=True)
    typed.update(
        {
            "title": row.title,
            "text": row.text,
            "kind": row.kind,
            "area": row.area_code,
            "who": f"{row.level}:{row.role}",
            "cycle": row.cycle,
            "due_time": f"{row.due_time:%H:%M}",
            "starts_on": f"{row.starts_on:%Y-%m-%d}",
            "ends_on": f"{row.ends_on:%Y-%m-%d}" if row.ends_on else "",
            "questions": "\n".join(planning.questions_of(row)),
        }
    )
    for name in ("working_days", "is_spread", "needs_photo", "needs_position"):
        if getattr(row, name):
            typed[name] = "on"
    typed.setlist("grids", row.grids)
    typed.setlist("weekdays", [str(day) for day in row.weekdays])
    return typed


def _sent(request: ViewerRequest) -> list[dict[str, Any]]:
    """What was sent at once lately, with how far it has come."""
    rows = list(found.templates_of(request.viewer, sent=True)[:10])
    progress = found.progress_of(rows)
    return [
        {"template": row, "done": progress.get(row.pk, (0, 0))[0], "total": progress.get(row.pk, (0, 0))[1]}
        for row in rows
    ]


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _key(posted: QueryDict) -> UUID | None:
    try:
        return UUID(posted.get("key", ""))
    except ValueError:
        return None


urlpatterns = [
    path("tasks/", tasks, name="tasks"),
    path("tasks/send/", send, name="task_send"),
    path("tasks/templates/", templates, name="task_templates"),
    path("tasks/templates/new/", new_template, name="task_template_new"),
    path("tasks/templates/<int:template_id>/", template, name="task_template"),
]
