"""Whom to dispatch to: what the district's table says, what has been usual lately, and the reason in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.models import Case
from casework.queries.cases import access_case
from casework.queries.nearby import held_seats
from casework.rules import nearby
from casework.rules.nearby import Candidate, Ruled, Ruler, Seat
from casework.services.calendars import work_calendar
from casework.services.rulebook import ruler
from grid.codes import DIGITS
from grid.queries.desks import held_posts

LATELY = timedelta(days=30)
MOST_CASES = 2_000  # of a category in a sub-district within a month; more say nothing more
LEAD, ASSISTING = "牵头", "配合"

# The newest cases of the category by index, then their handling steps by that of their run.
_HISTORY = """
WITH lately AS MATERIALIZED (
  SELECT id, run_id FROM casework_case
   WHERE category = %(category)s AND opened_at >= %(since)s AND area_code LIKE %(town)s AND id <> %(but)s
   ORDER BY opened_at DESC LIMIT %(most)s)
SELECT code, count(DISTINCT lately.id),
       count(*) FILTER (WHERE step.due_at IS NOT NULL AND step.closed_at IS NOT NULL),
       count(*) FILTER (WHERE step.closed_at <= step.due_at)
  FROM lately
  JOIN workflows_step step ON step.run_id = lately.run_id AND step.kind = 'human'
   AND step.settings ->> 'stage' = '处置'
  CROSS JOIN LATERAL unnest(step.candidates) AS code
 WHERE code NOT LIKE 'vacant:%%'
 GROUP BY code ORDER BY 2 DESC, 1 LIMIT 50
"""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a post did lately: cases handled, finished steps that had a limit, and how many of these kept it."""

    cases: int = 0
    judged: int = 0
    in_time: int = 0

    @property
    def share(self) -> int | None:
        """Per cent in time; None where nothing can be said."""
        return round(100 * self.in_time / self.judged) if self.judged else None


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """A post with its part, the limit its level has, and how many such cases it had lately."""

    post: str
    name: str
    role: str
    limit: str
    lately: int


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """One lead, if there is one to suggest, and those who assist; `why` is for people, `ruled` names the rule."""

    units: tuple[Suggested, ...]
    why: str
    ruled: Ruled

    @property
    def lead(self) -> Suggested | None:
        return next((unit for unit in self.units if unit.role == LEAD), None)


def suggestion_for(viewer: Viewer, number: str, *, now: datetime) -> Suggestion:
    """For the dispatch of a case that the viewer may see. Raises NotFound."""
    return suggestion(access_case(viewer, number), now=now)


def suggestion(case: Case, *, now: datetime) -> Suggestion:
    """The table first, history second: it leads only where the table names nobody who sits there."""
    calendar = work_calendar(case.area_code)
    rules = ruler(now=now, calendar=calendar)
    units = nearby.units_for(case.category, urgent=case.is_urgent, ruler=rules)
    seats = [seat for seat in (units.lead, *units.assisting) if seat is not None]
    found = held_seats(seats, case.area_code, now=now, zone=calendar.zone)
    lately = history(case, now=now)
    lead = _seated(found, (units.lead,) if units.lead else ())
    if not lead:
        lead = _usual(case, lately, now=now)
    assisting = [each for each in _seated(found, units.assisting) if each not in lead[:1]]
    named = [*((each, LEAD) for each in lead[:1]), *((each, ASSISTING) for each in assisting)]
    return Suggestion(
        units=tuple(_suggested(each, role, case, lately, rules) for each, role in named),
        why=_why(case, lead[:1], lately),
        ruled=units.ruled,
    )


def history(case: Case, *, now: datetime) -> dict[str, int]:
    """How many cases of the category each post handled in this sub-district in the last thirty days."""
    return {code: one.cases for code, one in records(case, now=now).items()}


def records(case: Case, *, now: datetime) -> dict[str, Record]:
    """The same with how much of it was in time; who had the most comes first."""
    if not case.category:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _HISTORY,
            {
                "category": case.category,
                "since": now - LATELY,
                "town": f"{case.area_code[: DIGITS['town']]}%",
                "but": case.pk or 0,
                "most": MOST_CASES,
            },
        )
        rows = cursor.fetchall()
    return {
        code: Record(cases=cases, judged=judged, in_time=in_time) for code, cases, judged, in_time in rows
    }


def _seated(found: Sequence[Candidate], seats: Sequence[Seat]) -> list[Candidate]:
    return [each for seat in seats for each in found if each.sits_on(seat)]


def _usual(case: Case, lately: dict[str, int], *, now: datetime) -> list[Candidate]:
    """Who had most of them lately and is still there."""
    held = held_posts(list(lately), on=now.astimezone(work_calendar().zone).date())
    usual = [code for code in lately if code in held]
    return [
        Candidate(code=code, name=held[code][0], level=held[code][1], role=code.rpartition("/")[2])
        for code in usual[:1]
    ]


def _suggested(each: Candidate, role: str, case: Case, lately: dict[str, int], rules: Ruler) -> Suggested:
    limits = nearby.limits_for(case.category, level=each.level, urgent=case.is_urgent, ruler=rules)
    return Suggested(
        post=each.code, name=each.name, role=role, limit=limits.handle, lately=lately.get(each.code, 0)
    )


def _why(case: Case, lead: Sequence[Candidate], lately: dict[str, int]) -> str:
    """“占道经营 → 平安法治板块 综合执法岗，近 30 天 412 件”."""
    if not lead:
        return _("Nothing is listed or usual for “%(category)s”: choose yourself.") % {
            "category": case.category or _("no category")
        }
    words = {"category": case.category, "post": lead[0].name, "count": lately.get(lead[0].code, 0)}
    if words["count"]:
        return _("%(category)s → %(post)s, %(count)d in 30 days") % words
    return _("%(category)s → %(post)s") % words
