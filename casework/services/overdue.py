"""Clocks that run short or out: marked by the thousand in one statement, then told case by case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction

from casework.models import Case, CaseEvent, Clock, ClockKind
from casework.services import clocks, handing_up, journal
from casework.services.calendars import work_calendar
from casework.services.locks import lock_case_or_none
from casework.services.sweeping import one_by_one

MARKED_AT_ONCE = 20_000

# Whoever completes a step holds its clock's row: such a clock is passed by and looked at again.
_MARK = """
UPDATE casework_clock SET breached_at = %(now)s, told_at = NULL
 WHERE id IN (SELECT id FROM casework_clock
               WHERE stopped_at IS NULL AND breached_at IS NULL AND paused_at IS NULL AND due_at <= %(now)s
               ORDER BY due_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""
# A notice points at its case, for which PostgreSQL locks that row: one that somebody is changing is passed by too. Else
# he would wait for the clock and we for his case.
# To whoever has signed for the step, else to the posts that may, else to the reporter. A stage's or a case's clock is
# told to all who have work in it now.
_WARN = """
WITH warned AS (
  UPDATE casework_clock SET warned_at = %(now)s
   WHERE id IN (SELECT clock.id FROM casework_clock clock JOIN casework_case place ON place.id = clock.case_id
                 WHERE stopped_at IS NULL AND warned_at IS NULL AND breached_at IS NULL AND paused_at IS NULL
                   AND warn_at IS NOT NULL AND warn_at <= %(now)s
                 ORDER BY warn_at LIMIT %(most)s
                   FOR KEY SHARE OF place SKIP LOCKED FOR UPDATE OF clock SKIP LOCKED)
  RETURNING id, case_id, step_id, kind, name, due_at),
told AS (
  INSERT INTO casework_notice (case_id, kind, to_user_id, to_post, text, at)
  SELECT DISTINCT warned.case_id, 'due_soon', receiver.person, receiver.post, left(step.told, 500), %(now)s
    FROM warned
    JOIN casework_case c ON c.id = warned.case_id
    CROSS JOIN LATERAL (
      SELECT name AS told, claimed_by_id, candidates FROM workflows_step
       WHERE id = warned.step_id AND status = 'open'
      UNION ALL
      SELECT CASE warned.kind WHEN 'stage' THEN warned.name ELSE %(whole)s END, claimed_by_id, candidates
        FROM workflows_step
       WHERE warned.step_id IS NULL AND run_id = c.run_id AND status = 'open' AND kind = 'human'
         AND (warned.kind <> 'stage' OR settings ->> 'stage' = warned.name)) step
    CROSS JOIN LATERAL (
      SELECT step.claimed_by_id AS person, '' AS post WHERE step.claimed_by_id IS NOT NULL
      UNION ALL
      SELECT NULL, code FROM unnest(step.candidates) AS code
       WHERE step.claimed_by_id IS NULL AND code NOT LIKE 'vacant:%%'
      UNION ALL
      SELECT c.reporter_id, '' WHERE step.claimed_by_id IS NULL AND step.candidates = '{}') receiver
   WHERE warned.due_at > %(now)s)
SELECT count(*) FROM warned
"""


def mark_breaches(*, now: datetime, most: int = MARKED_AT_ONCE) -> int:
    """Mark what has run out. That a clock has is a fact of time, so nobody's lock is needed for it."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"now": now, "most": most})
        return int(cursor.rowcount)


def warn(*, now: datetime, most: int = MARKED_AT_ONCE) -> int:
    """Tell those who have the work that its time runs short, once."""
    with connection.cursor() as cursor:
        cursor.execute(_WARN, {"now": now, "most": most, "whole": str(ClockKind.TOTAL.label)})
        return int(cursor.fetchone()[0])


def tell_breaches(*, now: datetime, limit: int) -> int:
    """Write breaches into their journals and do what the rules say, one transaction each."""
    untold = Clock.objects.running().filter(breached_at__isnull=False, told_at=None, paused_at=None)
    ready = untold.order_by("breached_at", "pk").values_list("pk", flat=True)[:limit]
    return one_by_one(ready, lambda clock_id: _with_case(clock_id, _tell, now=now))


def climb_again(*, now: datetime, limit: int) -> int:
    """What was told above and still stands: the rules are asked once more."""
    due = Clock.objects.running().filter(climb_at__lte=now, paused_at=None)
    ready = due.order_by("climb_at", "pk").values_list("pk", flat=True)[:limit]
    return one_by_one(ready, lambda clock_id: _with_case(clock_id, _climb, now=now))


@transaction.atomic
def _with_case(clock_id: int, act: Callable[[Case, Clock, datetime], bool], *, now: datetime) -> bool:
    """Lock, then read; False when somebody is changing the case, and it comes round again."""
    place = Clock.objects.filter(pk=clock_id).values_list("case", flat=True).first()
    case = lock_case_or_none(place) if place else None
    if case is None:
        return False
    clock = Clock.objects.running().select_related("step").filter(pk=clock_id, paused_at=None).first()
    if clock is None:
        return False
    clock.case = case
    return act(case, clock, now)


def _tell(case: Case, clock: Clock, now: datetime) -> bool:
    if clock.breached_at is None or clock.told_at is not None:
        return False
    clock.told_at = now
    said = {"name": _name(clock), "rule": clock.rule, "due_at": clock.due_at.isoformat(), "kind": clock.kind}
    about = {**said, **({"limit": clock.name} if clock.chain else {})}
    lines = [journal.line(case, "overdue", now=now, data=about)]
    clocks.mark_missed(clock, now=now)
    calendar = work_calendar(clock.area_code)
    if not clocks.next_link(clock, now=now, calendar=calendar):
        clock.save(update_fields=["told_at", "chain"])
        lines += _ruled(case, clock, now=now)
    handing_up.write(case, lines)
    return True


def _climb(case: Case, clock: Clock, now: datetime) -> bool:
    if clock.climb_at is None or clock.climb_at > now:
        return False
    clock.climb_at = None
    lines = _ruled(case, clock, now=now)
    if lines:
        handing_up.write(case, lines)
    return True


def _ruled(case: Case, clock: Clock, *, now: datetime) -> list[CaseEvent]:
    line = handing_up.rule_on_breach(case, clock, now=now, calendar=work_calendar(clock.area_code))
    clock.save(update_fields=["breaches", "climb_at"])
    return [line] if line else []


def _name(clock: Clock) -> str:
    return clock.step.name if clock.step else clock.name
