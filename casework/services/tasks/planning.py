"""Templates of tasks are made and changed, and single tasks sent, by whoever directs the work of a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casework.access import Viewer, may_see
from casework.errors import NotFound, NotValid, NotYours
from casework.models import Case, Cycle, TaskKind, TaskTemplate
from casework.services import journal
from casework.services.calendars import work_calendar
from casework.services.locks import database_now, lock_case
from casework.services.tasks.making import make_next, make_period
from grid.models import Area

POWER = "dispatch"
FARTHEST = timedelta(days=3660)
QUESTIONS, QUESTION_LENGTH = 12, 60
GRIDS = 500  # named one by one; more of them are an area
ANSWERS = (("正常", "In order"), ("异常", "Not in order"))
ROLES = {"grid": ("grid_worker", "grid_head"), "community": ("community_worker", "community_secretary")}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a template says. `questions` are asked one by one, each 正常 or 异常; `ends_on` of what is sent once is its due day."""

    title: str
    area: str
    kind: str = TaskKind.PATROL
    text: str = ""
    questions: Sequence[str] = ()
    needs_photo: bool = False
    needs_position: bool = False
    grids: Sequence[str] = ()
    level: str = TaskTemplate.Level.GRID
    role: str = "grid_worker"
    cycle: str = Cycle.DAY
    weekdays: Sequence[int] = ()
    working_days: bool = False
    is_spread: bool = False
    due_time: time = time(18)
    starts_on: date | None = None
    ends_on: date | None = None


@transaction.atomic
def send_task(plan: Plan, *, key: UUID, by: Viewer, case: str = "") -> TaskTemplate:
    """Send a task once, to all or some grids of a place; the same key sent again is the same task.

    From a case it stands in the case's journal, and so does what comes of it. Raises NotFound, NotYours, NotValid.
    """
    origin = _locked_case(case, by=by) if case else None
    sent = TaskTemplate.objects.filter(made_by=by.user_id, key=key).first()
    if sent is not None:
        return sent
    now = database_now()
    today = now.astimezone(work_calendar(plan.area).zone).date()
    template = _filled(TaskTemplate(), plan, today=today, by=by)
    template.cycle, template.is_spread, template.weekdays = Cycle.ONCE, False, []
    template.ends_on = plan.ends_on or template.starts_on
    template.made_by_id, template.made_at, template.key, template.case = by.user_id, now, key, origin
    try:
        with transaction.atomic():
            template.save(force_insert=True)
    except IntegrityError:  # the same tap came twice at once
        return TaskTemplate.objects.get(made_by=by.user_id, key=key)
    made = make_period(template, on=template.starts_on, at=_position(origin))
    if not made:
        raise NotValid(fields={"area": [_("There is no grid in this place that could get it.")]})
    if origin is not None:
        told = {"task": template.pk, "name": template.title, "count": made, "place": template.area.name}
        post = by.posts[0].code if by.posts else ""
        journal.record(origin, "task_sent", now=now, by=by, post=post, data=told)
    return template


@transaction.atomic
def add_template(plan: Plan, *, by: Viewer, key: UUID | None = None) -> TaskTemplate:
    """A template whose tasks come again and again; those of today are made at once. Raises NotYours, NotValid."""
    known = TaskTemplate.objects.filter(made_by=by.user_id, key=key).first() if key else None
    if known is not None:
        return known
    now = database_now()
    today = now.astimezone(work_calendar(plan.area).zone).date()
    template = _filled(TaskTemplate(), plan, today=today, by=by)
    template.made_by_id, template.made_at, template.key = by.user_id, now, key
    template.next_on = template.starts_on
    try:
        with transaction.atomic():
            template.save(force_insert=True)
    except IntegrityError:  # the same tap came twice at once
        return TaskTemplate.objects.get(made_by=by.user_id, key=key)
    make_next(template.pk, on=today)
    return template


@transaction.atomic
def change_template(template_id: int, plan: Plan, *, by: Viewer) -> TaskTemplate:
    """From the next period on; words and questions at once. Raises NotFound, NotYours, NotValid."""
    template = _own(template_id, by=by)
    today = database_now().astimezone(work_calendar(plan.area).zone).date()
    is_fresh = template.next_on == template.starts_on  # nothing has been made yet: it may begin earlier
    _filled(template, plan, today=min(today, template.starts_on), by=by)
    is_over = template.next_on is None and template.ends_on is not None and template.ends_on <= today
    if is_fresh or (template.next_on is None and not is_over):
        template.next_on = max(today, template.starts_on)
    template.save()
    return template


@transaction.atomic
def stop_template(template_id: int, *, by: Viewer) -> TaskTemplate:
    """No more tasks of it; what is open stays. Stopping twice is stopping once."""
    template = _own(template_id, by=by)
    template.is_active = False
    template.save(update_fields=["is_active"])
    return template


@transaction.atomic
def resume_template(template_id: int, *, by: Viewer) -> TaskTemplate:
    """It goes on from today; what fell due meanwhile is not made up for."""
    template = _own(template_id, by=by)
    template.is_active = True
    template.save(update_fields=["is_active"])
    return template


def questions_of(template: TaskTemplate) -> tuple[str, ...]:
    """As they were typed, without the remark that is asked with them."""
    asked = (template.form or {}).get("fields", [])
    return tuple(each["label"]["zh"] for each in asked if each["type"] == "choice")


def _own(template_id: int, *, by: Viewer) -> TaskTemplate:
    template = TaskTemplate.objects.select_for_update(of=("self",)).filter(pk=template_id).first()
    if template is None or template.cycle == Cycle.ONCE:
        raise NotFound
    if not by.has_power_over(POWER, template.area_code):
        raise NotYours
    return template


def _filled(template: TaskTemplate, plan: Plan, *, today: date, by: Viewer) -> TaskTemplate:
    """The row as the plan wants it, checked; not saved. Raises NotYours, NotValid."""
    area = Area.objects.filter(code=plan.area).first()
    if area is None:
        raise NotValid(fields={"area": [_("Unknown area.")]})
    if not by.has_power_over(POWER, area.code):
        raise NotYours
    starts_on = plan.starts_on or today
    _ensure_valid(plan, area, starts_on=starts_on, today=today)
    template.area, template.area_code = area, area.code
    template.starts_on = starts_on
    template.form = _form(plan)
    template.grids = list(dict.fromkeys(plan.grids))
    template.weekdays = sorted(set(plan.weekdays))
    template.title, template.text = plan.title.strip(), plan.text.strip()[:500]
    for name in ("kind", "needs_photo", "needs_position", "level", "role", "cycle", "working_days", "is_spread",
                 "due_time", "ends_on"):  # fmt: skip
        setattr(template, name, getattr(plan, name))
    return template


def _ensure_valid(plan: Plan, area: Area, *, starts_on: date, today: date) -> None:
    wrong: dict[str, list[str]] = {}
    if not 0 < len(plan.title.strip()) <= 60:
        wrong["title"] = [_("Give it a title of at most 60 signs.")]
    for name, allowed in _allowed(plan).items():
        if getattr(plan, name) not in allowed:
            wrong[name] = [_("Choose one of these.")]
    if not today <= starts_on <= today + FARTHEST:
        wrong["starts_on"] = [_("Choose a day from today on.")]
    elif plan.ends_on is not None and not starts_on <= plan.ends_on <= today + FARTHEST:
        wrong["ends_on"] = [_("The last day is not before the first.")]
    if not set(plan.weekdays) <= set(range(1, 8)):
        wrong["weekdays"] = [_("Choose one of these.")]
    if len(plan.questions) > QUESTIONS or any(len(each) > QUESTION_LENGTH for each in plan.questions):
        wrong["questions"] = [_("At most twelve questions of at most 60 signs.")]
    if plan.grids and not _are_there(plan, area):
        wrong["grids"] = [_("Choose grids inside the place.")]
    if wrong:
        raise NotValid(fields=wrong)


def _allowed(plan: Plan) -> Mapping[str, Sequence[str]]:
    return {
        "kind": TaskKind.values,
        "level": TaskTemplate.Level.values,
        "cycle": Cycle.values,
        "role": ROLES.get(plan.level, ()),
    }


def _are_there(plan: Plan, area: Area) -> bool:
    wanted = set(plan.grids)
    if len(wanted) > GRIDS:
        return False
    return Area.objects.inside(area.code).at(plan.level).filter(code__in=wanted).count() == len(wanted)


def _form(plan: Plan) -> dict[str, Any] | None:  # Any: JSON
    asked = [text for each in plan.questions if (text := each.strip())]
    if not asked:
        return None
    choices = [{"value": zh, "label": {"zh": zh, "en": en}} for zh, en in ANSWERS]
    fields = [
        {"name": f"问{number}", "type": "choice", "label": {"zh": text}, "choices": choices, "required": True}
        for number, text in enumerate(asked, start=1)
    ]
    return {"key": "task", "title": {"zh": "检查内容", "en": "What to look at"}, "fields": fields}


def _locked_case(number: str, *, by: Viewer) -> Case:
    place = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    case = lock_case(place) if place else None
    if case is None or not may_see(by, case):
        raise NotFound
    return case


def _position(case: Case | None) -> tuple[float, float] | None:
    report = case.report if case is not None else None
    if report is None or report.lat is None or report.lon is None:
        return None
    return report.lat, report.lon
