"""Visits that the ledgers ask for, as tasks: made while a record is due, and written back when somebody was there.

The ledger keeps the cycles and the visits; a task is about a record by its number alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid5

from django.db import connection

from casework.access import Viewer
from casework.clocks.periods import days_to_use, period_of
from casework.models import Task, TaskOutcome, TaskTemplate
from casework.services.calendars import work_calendar
from casework.services.tasks.desks import DESKS
from grid.codes import DIGITS
from grid.models import LedgerVisit
from grid.services.ledgers.errors import RecordUnknown
from grid.services.ledgers.keeping import Keeper
from grid.services.visits import DueVisit, NewVisit, due_visits, visit

KIND = "ledger"
NAMES = UUID("3c1c37f5-0f5e-4b0f-8d53-9b8f0d1c2a44")
BATCH = 2000
KEPT_OPEN = timedelta(days=30)
RESULTS = {TaskOutcome.NOT_MET: LedgerVisit.Result.ABSENT}  # any other leaves the record as it is

# One open task a record: who was not met today comes again tomorrow.
_MAKE = f"""
WITH wanted AS (
  SELECT * FROM unnest(%(areas)s::bigint[], %(records)s::bigint[], %(titles)s::text[], %(dues)s::timestamptz[],
                       %(lats)s::float8[], %(lons)s::float8[]) AS one (area_id, record, title, due_at, lat, lon)),
place AS MATERIALIZED (
  SELECT id, left(code, 15) AS code, %(role)s AS role FROM grid_area
   WHERE id IN (SELECT area_id FROM wanted) AND code LIKE %(inside)s
     AND (%(grids)s::text[] = '{{}}' OR left(code, 15) = ANY(%(grids)s))),
{DESKS}
INSERT INTO casework_task (template_id, area_id, area_code, post, title, subject_kind, subject_id, period, opens_on,
                           due_at, lapses_on, state, outcome, comment, done_as, lat, lon)
SELECT %(template)s, place.id, area.code, coalesce(chosen.post, ''), wanted.title, %(kind)s, wanted.record,
       %(on)s, %(on)s, wanted.due_at, %(lapses)s, 'open', '', '', '', wanted.lat, wanted.lon
  FROM wanted
  JOIN place ON place.id = wanted.area_id
  JOIN grid_area area ON area.id = place.id
  LEFT JOIN chosen ON chosen.id = place.id
 WHERE NOT EXISTS (SELECT FROM casework_task known
                    WHERE known.subject_kind = %(kind)s AND known.subject_id = wanted.record AND known.state = 'open')
ON CONFLICT (template_id, period, area_id, subject_kind, subject_id) DO NOTHING
"""  # noqa: S608 the parts are ours
# Somebody was there without asking the task: it is done by whoever that was.
_SETTLE = """
UPDATE casework_task task
   SET state = 'done', done_at = been.at, received_at = been.received_at, done_on = (been.at AT TIME ZONE %(zone)s)::date, done_by_id = been.by_id,
       done_as = been.post,
       outcome = CASE been.result WHEN 'unchanged' THEN 'no_change' WHEN 'absent' THEN 'not_met' ELSE 'in_order' END
  FROM (SELECT DISTINCT ON (open.id) open.id, visit.at, visit.received_at, visit.by_id, visit.post, visit.result
          FROM casework_task open
          JOIN grid_ledgervisit visit
            ON visit.record_id = open.subject_id AND visit.at >= open.opens_on::timestamp AT TIME ZONE %(zone)s
         WHERE open.state = 'open' AND open.subject_kind = %(kind)s
           AND (%(record)s::bigint IS NULL OR open.subject_id = %(record)s)
         ORDER BY open.id, visit.at DESC) been
 WHERE task.id = been.id AND task.state = 'open'
"""


def make_visits(template: TaskTemplate, *, on: date) -> int:
    """A task for each record that is due and has none open. Returns how many are new."""
    calendar = work_calendar(template.area_code)
    if not days_to_use(
        period_of("day", on=on),
        since=template.starts_on,
        until=template.ends_on,
        weekdays=template.weekdays,
        is_worked=calendar.is_worked if template.working_days else None,
    ):
        return 0
    return sum(
        _make(template, some, on=on) for some in _in_batches(due_visits(on, inside=template.area_code))
    )


def write_back(task: Task, *, outcome: str, comment: str, by: Viewer) -> None:
    """Tell the ledger that somebody was there, also of a record that has moved to another grid meanwhile.

    One that was taken out wants no visit any more.
    """
    here = (task.area_code[: DIGITS["district"]],)
    keeper = Keeper(user_id=by.user_id, post=task.post, sees=here, keeps=here)
    told = NewVisit(
        token=uuid5(NAMES, str(task.pk)),
        record=task.subject_id,
        result=RESULTS.get(TaskOutcome(outcome), LedgerVisit.Result.UNCHANGED),
        note=comment,
        lat=task.here_lat,
        lon=task.here_lon,
        accuracy=task.accuracy,
        at=task.done_at,
    )
    try:
        visit(told, by=keeper)
    except RecordUnknown:
        return


def settle_visits(*, record: int | None = None) -> int:
    """Close open tasks about records (or this one) that somebody has visited by the ledger itself. Returns how many."""
    zone = str(work_calendar().zone)
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"zone": zone, "kind": KIND, "record": record})
        return int(cursor.rowcount)


def _make(template: TaskTemplate, due: Sequence[DueVisit], *, on: date) -> int:
    wanted: dict[str, Any] = {  # Any: a statement's values
        "areas": [one.grid_id for one in due],
        "records": [one.record_id for one in due],
        "titles": [one.title[:120] for one in due],
        "dues": [_due_at(template, one, on=on) for one in due],
        "lats": [one.lat for one in due],
        "lons": [one.lon for one in due],
        "template": template.pk,
        "role": template.role,
        "inside": f"{template.area_code}%",
        "area": template.area_code,
        "grids": template.grids,
        "today": on,
        "on": on,
        "lapses": on + KEPT_OPEN,
        "kind": KIND,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, wanted)
        return int(cursor.rowcount)


def _due_at(template: TaskTemplate, one: DueVisit, *, on: date) -> datetime:
    """What is due for long is due today: nobody could have done the task before there was one."""
    return datetime.combine(max(one.due_by, on), template.due_time, work_calendar(template.area_code).zone)


def _in_batches(due: Iterator[DueVisit]) -> Iterator[list[DueVisit]]:
    while some := list(islice(due, BATCH)):
        yield some
