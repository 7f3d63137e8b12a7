"""挂起 and 恢复: a case rests until somebody, or its review date, takes it up again.

While it rests its steps stay visible and nobody can act on them; its clocks stand; timers do not fire and go on
afterwards with what was left of their span (a timer set to a date keeps the date). What comes from outside, a message
or a machine's result, is a fact and is taken: the steps it opens wait like all others, with their clocks standing.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from casework.access import Viewer
from casework.models import Case, CaseStatus, Clock, Notice, NoticeKind, Suspension
from casework.services import clocks, following, journal
from casework.services.acts.doing import begin, end, moment_of, reason_of
from casework.services.locks import lock_case_or_none
from casework.services.progress import walk_of
from casework.services.said import Said
from casework.services.sweeping import one_by_one
from workflows import services as workflows
from workflows.models import RunStatus, Step
from workflows.rows import Batch


@transaction.atomic
def suspend(number: str, *, by: Viewer, said: Said) -> Case:
    """挂起: let the case rest, with a reason and the day on which to look at it again."""
    doing = begin(number, "suspend", by=by, said=said)
    case, reason, review_at = doing.case, reason_of(doing), moment_of(doing)
    doing.parcels.append(following.announce(case, was=following.standing(case), now=doing.now))
    row = Suspension(
        case=case, reason=reason, review_at=review_at, by_id=by.user_id, post=doing.post_code, at=doing.now
    )
    for clock in Clock.objects.running().filter(case=case, paused_at=None):
        doing.before.remember(clock, "paused_at", "pauses")
    doing.before.remember(case, "status")
    clocks.pause(case, doing.now, why=reason[:200])
    case.status = CaseStatus.SUSPENDED
    return end(doing, {"review_at": review_at.isoformat()}, rows=[row], changed=["status"])


@transaction.atomic
def resume(number: str, *, by: Viewer, said: Said) -> Case:
    """恢复: take a resting case up again before its review date."""
    doing = begin(number, "resume", by=by, said=said)
    case, rested = doing.case, _rest_of(doing.case)
    doing.before.remember(case, "status")
    doing.before.remember(rested, "ended_at", "ended_by_id")
    for clock in Clock.objects.running().filter(case=case).exclude(paused_at=None).select_related("step"):
        clocks.remember(clock, doing.before)
    doing.parcels.append(_wake(case, rested, now=doing.now, by=by))
    moved = case.run.state != doing.before.state
    told = {"rested_since": rested.at.isoformat()}
    return end(doing, told, changed=["status", "due_at"], has_moved=moved)


def resume_due(*, now: datetime, limit: int = 100) -> int:
    """Cases whose review date has come: they go on, and who let them rest and who has the work is told."""
    due = Suspension.objects.filter(ended_at=None, review_at__lte=now).order_by("review_at", "pk")
    places = due.values_list("case", flat=True)[:limit]
    return one_by_one(places, lambda place: _resume_one(place, now=now))


@transaction.atomic
def _resume_one(place: int, *, now: datetime) -> bool:
    """False when somebody is changing the case right now: it comes round again."""
    case = lock_case_or_none(place)
    if case is None or case.status != CaseStatus.SUSPENDED:
        return False
    rested = _rest_of(case)
    _wake(case, rested, now=now, by=None)
    case.version += 1
    told = journal.line(
        case,
        "resumed",
        now=now,
        data={"rested_since": rested.at.isoformat(), "review": True, "reason": rested.reason},
    )
    batch = Batch()
    batch.insert([told])
    batch.insert(_reminders(case, rested, now=now))
    batch.update(case, "status", "version", "lines", "last_hash")
    batch.write()
    return True


def _rest_of(case: Case) -> Suspension:
    return Suspension.objects.get(case=case, ended_at=None)


def _wake(case: Case, rested: Suspension, *, now: datetime, by: Viewer | None) -> str:
    """Let it go on; the key of the parcel that tells its followers."""
    key = following.announce(case, was=following.standing(case), now=now)
    rested.ended_at, rested.ended_by_id = now, by.user_id if by else None
    rested.save(update_fields=["ended_at", "ended_by"])
    case.status = CaseStatus.OPEN
    clocks.resume(case, now)
    _postpone(case, since=rested.at, now=now)
    return key


def _postpone(case: Case, *, since: datetime, now: datetime) -> None:
    """Timers go on with what was left of them."""
    if case.run.status != RunStatus.RUNNING or not case.run.timers.filter(fired_at=None).exists():
        return
    walk, _assign = walk_of(case, now=now)
    workflows.postpone(walk, since=since)


def _reminders(case: Case, rested: Suspension, *, now: datetime) -> list[Notice]:
    posts = {code for step in Step.objects.open().human().filter(run=case.run) for code in step.candidates}
    about = {"case": case, "kind": NoticeKind.RESUMED, "text": rested.reason[:500], "at": now}
    return [
        Notice(to_user_id=rested.by_id, **about),
        *(Notice(to_post=code, **about) for code in sorted(posts)),
    ]
