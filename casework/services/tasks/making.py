"""Tasks of a day are made by the sweep: one statement for each template, however many grids there are.

A task is known by template, period, place and subject, so that making a period again, or twice at once, makes none twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from casework.clocks.periods import ONE_DAY, Period, days_to_use, period_of
from casework.models import Cycle, Task, TaskState, TaskTemplate
from casework.services.calendars import work_calendar
from casework.services.sweeping import one_by_one
from casework.services.tasks.desks import DESKS
from casework.services.tasks.visiting import make_visits

AT_ONCE = 20
LAPSED_AT_ONCE = 20_000
REHOMED_AT_ONCE = 5_000
GRACE = timedelta(days=7)  # for what was sent once

# Nobody anywhere is '': it counts at the desk as uncovered. A place's turn among the days is the same each period.
_MAKE = f"""
WITH place AS MATERIALIZED (
  SELECT area.id, area.code, %(role)s AS role FROM grid_area area
   WHERE area.level = %(level)s AND area.code LIKE %(inside)s
     AND (%(grids)s::text[] = '{{}}' OR area.code = ANY(%(grids)s))),
{DESKS}
INSERT INTO casework_task (template_id, area_id, area_code, post, title, subject_kind, subject_id, period, opens_on,
                           due_at, lapses_on, state, outcome, comment, done_as, lat, lon)
SELECT %(template)s, place.id, place.code, coalesce(chosen.post, ''), '', '', 0, %(period)s,
       (%(opens)s::date[])[turn.nth], (%(dues)s::timestamptz[])[turn.nth], %(lapses)s, 'open', '', '', '', %(lat)s, %(lon)s
  FROM place
  LEFT JOIN chosen ON chosen.id = place.id
  CROSS JOIN LATERAL (
    SELECT 1 + ('x' || substr(md5(place.code || %(salt)s), 1, 7))::bit(28)::int %% cardinality(%(opens)s::date[]) AS nth) turn
 ORDER BY place.code
ON CONFLICT (template_id, period, area_id, subject_kind, subject_id) DO NOTHING
"""  # noqa: S608 the parts are ours
# Of those whose post nobody holds any more, as many as somebody else can take.
_REHOME = f"""
WITH waiting AS (
  SELECT task.id, left(task.area_code, 15) AS code, template.role
    FROM casework_task task JOIN casework_tasktemplate template ON template.id = task.template_id
   WHERE task.state = 'open' AND task.opens_on <= %(today)s
     AND (task.post = '' OR task.post IN (
       SELECT post.code FROM grid_post post
        WHERE NOT EXISTS (SELECT FROM grid_appointment held JOIN grid_user person ON person.id = held.user_id
                           WHERE held.post_id = post.id AND person.is_active
                             AND held.starts_on <= %(today)s AND (held.ends_on IS NULL OR held.ends_on >= %(today)s))))),
place AS MATERIALIZED (SELECT * FROM waiting),
{DESKS}
UPDATE casework_task task SET post = chosen.post
  FROM chosen
 WHERE task.id = chosen.id
   AND task.id IN (SELECT again.id FROM casework_task again JOIN chosen given ON given.id = again.id
                    WHERE again.state = 'open' ORDER BY again.id LIMIT %(most)s FOR UPDATE OF again SKIP LOCKED)
"""  # noqa: S608 the parts are ours


@dataclass(frozen=True, kw_only=True)
class _Days:
    """On which days a period's tasks open and until when they are due; several of each where they are spread."""

    opens: Sequence[date]
    dues: Sequence[datetime]
    lapses: date


def sweep(*, now: datetime, limit: int = AT_ONCE) -> int:
    """Make what is to be made and let lapse what was missed. Returns for how many templates, and how many lapsed."""
    today = now.astimezone(work_calendar().zone).date()
    return make_due(on=today, limit=limit) + lapse(on=today)


def make_due(*, on: date, limit: int = AT_ONCE) -> int:
    """Make the tasks of every template whose next period has come, one transaction each. Returns for how many."""
    due = TaskTemplate.objects.filter(is_active=True, next_on__lte=on).order_by("next_on", "pk")
    made = 0
    for pk in due.values_list(
        "pk", flat=True
    ):  # those that fail count for nothing, or they would starve the rest
        made += one_by_one([pk], lambda pk: make_next(pk, on=on))
        if made >= limit:
            break
    return made


@transaction.atomic
def make_next(template_id: int, *, on: date) -> int:
    """Make what has come of this template. Lock, then look again: somebody else may have made it, or be at it."""
    free = TaskTemplate.objects.select_for_update(skip_locked=True, of=("self",))
    template = free.filter(pk=template_id, is_active=True, next_on__lte=on).first()
    if template is None:
        return 0
    if template.cycle == Cycle.LEDGER:
        make_visits(template, on=on)
    else:
        make_period(template, on=on)
    template.next_on = _following(template, on=on)
    template.save(update_fields=["next_on"])
    return 1


def make_period(template: TaskTemplate, *, on: date, at: tuple[float, float] | None = None) -> int:
    """Make the tasks of the period that the day lies in. Returns how many are new."""
    period = _period(template, on=on)
    days = _days(template, period, on=on)
    if days is None:
        return 0
    lat, lon = at or (None, None)
    more = {
        "period": period.starts_on,
        "opens": list(days.opens),
        "dues": list(days.dues),
        "lapses": days.lapses,
    }
    wanted = _about(template, today=on) | more | {"lat": lat, "lon": lon}
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, wanted)
        return int(cursor.rowcount)


def lapse(*, on: date, most: int = LAPSED_AT_ONCE) -> int:
    """What could have been done until yesterday is missed."""
    late = Task.objects.filter(state=TaskState.OPEN, lapses_on__lt=on).order_by("lapses_on")
    late = late.select_for_update(skip_locked=True)
    with transaction.atomic():
        return Task.objects.filter(pk__in=list(late.values_list("pk", flat=True)[:most])).update(
            state=TaskState.MISSED
        )


def rehome(*, now: datetime, most: int = REHOMED_AT_ONCE) -> int:
    """Open tasks of posts that nobody holds any more go to who is next there. Returns how many."""
    today = now.astimezone(work_calendar().zone).date()
    with connection.cursor() as cursor:
        cursor.execute(_REHOME, {"today": today, "inside": "%", "area": "", "most": most})
        return int(cursor.rowcount)


def _about(template: TaskTemplate, *, today: date) -> dict[str, Any]:  # Any: a statement's values
    return {
        "template": template.pk,
        "salt": f":{template.pk}",
        "role": template.role,
        "level": template.level,
        "inside": f"{template.area_code}%",
        "area": template.area_code,
        "grids": template.grids,
        "today": today,
    }


def _period(template: TaskTemplate, *, on: date) -> Period:
    if template.cycle == Cycle.ONCE:
        return Period(starts_on=template.starts_on, ends_on=template.ends_on or template.starts_on)
    return period_of(template.cycle, on=on)


def _days(template: TaskTemplate, period: Period, *, on: date) -> _Days | None:
    """None where the period has no day left."""
    calendar = work_calendar(template.area_code)
    days = days_to_use(
        period,
        since=max(on, template.starts_on),
        until=template.ends_on,
        weekdays=template.weekdays,
        is_worked=calendar.is_worked if template.working_days else None,
    )
    if not days:
        return None
    opens, last = (days, days) if template.is_spread else (days[:1], days[-1:])
    dues = [datetime.combine(day, template.due_time, calendar.zone) for day in last]
    grace = GRACE if template.cycle == Cycle.ONCE else timedelta()
    return _Days(opens=opens, dues=dues, lapses=period.ends_on + grace)


def _following(template: TaskTemplate, *, on: date) -> date | None:
    cycle = Cycle.DAY if template.cycle == Cycle.LEDGER else template.cycle
    following = period_of(cycle, on=on).ends_on + ONE_DAY
    is_over = template.cycle == Cycle.ONCE or (template.ends_on is not None and following > template.ends_on)
    return None if is_over else following
