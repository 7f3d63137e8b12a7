"""Work that waits where nobody sits: it climbs to the desk above at once, also when its last holder leaves later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from casework.models import Case, CaseStatus, Notice, NoticeKind
from casework.rules.routing import LEVELS
from casework.services import journal
from casework.services.acts.desks import desk_at, level_of
from casework.services.calendars import work_calendar
from casework.services.locks import lock_case_or_none
from casework.services.sweeping import one_by_one
from grid.models import Post
from workflows.models import RunStatus, Step
from workflows.rows import Batch

BATCH = 200

# Posts that had a holder once and have none on that day; few, whatever the size of the city.
_EMPTY = """
SELECT post.code FROM grid_post post
 WHERE NOT EXISTS (SELECT FROM grid_appointment held JOIN grid_user person ON person.id = held.user_id
                    WHERE held.post_id = post.id AND person.is_active
                      AND held.starts_on <= %(on)s AND (held.ends_on IS NULL OR held.ends_on >= %(on)s))
"""


def climb(*, now: datetime, limit: int = BATCH) -> int:
    """Take up every open step that only empty posts could do, each in a transaction of its own. Returns how many."""
    on = now.astimezone(work_calendar().zone).date()
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY, {"on": on})
        empty = [code for (code,) in cursor.fetchall()]
    if not empty:
        return 0
    waiting = Step.objects.open().human().filter(candidates__overlap=empty, candidates__contained_by=empty)
    # Who has signed for it goes on with it as long as he is here at all.
    waiting = waiting.filter(run__status=RunStatus.RUNNING).exclude(claimed_by__is_active=True)
    places = waiting.order_by("pk").values_list("run__case__pk", flat=True)[:limit]
    return one_by_one(sorted(set(places)), lambda place: _climb(place, empty=frozenset(empty), now=now))


@transaction.atomic
def _climb(case_id: int, *, empty: frozenset[str], now: datetime) -> int:
    case = lock_case_or_none(case_id)
    if case is None or case.status not in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        return 0
    rows = Step.objects.open().human().filter(run=case.run).exclude(claimed_by__is_active=True)
    steps = [step for step in rows if step.candidates and set(step.candidates) <= empty]
    if not steps or case.run.status != RunStatus.RUNNING:
        return 0
    batch = Batch()
    moved = sum(_move(case, step, batch, now=now) for step in steps)
    if moved:
        case.version += 1
        batch.update(case, "version", "touched_by", "lines", "last_hash")
        batch.write()
    return moved


def _move(case: Case, step: Step, batch: Batch, *, now: datetime) -> bool:
    left = list(step.candidates)
    above = _desk_above(case, step, now=now)
    if not above:
        return False  # nobody sits above either: it stays where it is seen, and is looked at again
    step.candidates = sorted(above)
    step.claimed_by, step.claimed_as, step.claimed_at = None, "", None
    batch.update(step, "candidates", "claimed_by", "claimed_as", "claimed_at")
    case.touch(above)
    told = {
        "step": step.pk,
        "element": step.element,
        "name": step.name,
        "vacant": _names(left),
        "to": list(above.values()),
    }
    batch.insert([journal.line(case, "climbed", now=now, data=told)])
    about = {"case": case, "kind": NoticeKind.HANDED_UP, "text": step.name[:500], "at": now}
    batch.insert([Notice(to_post=code, **about) for code in above])
    return True


def _desk_above(case: Case, step: Step, *, now: datetime) -> dict[str, str]:
    """The desk of its own level, else of the next above at which somebody sits."""
    for level in LEVELS[LEVELS.index(level_of(step, case)) :]:
        found = desk_at(case, level, now=now)
        if found and not set(found) <= set(step.candidates):
            return found
    return {}


def _names(codes: list[str]) -> list[str]:
    posts: Mapping[str, Post] = {
        post.code: post for post in Post.objects.filter(code__in=codes).select_related("unit")
    }
    return [f"{posts[code].unit.name} {posts[code].name}" if code in posts else code for code in codes]
