"""What could not go on: opened in plain words, found when silent, and mended with a reason."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotFound, NotNow, NotValid, NotYours, ReasonMissing, VerbNotAllowed
from casework.models import Case, Outbox, Patrol
from casework.services import journal, outbox
from casework.services.locks import database_now, lock_case, lock_case_or_none
from casework.services.progress import follow, walk_of
from casework.services.sweeping import one_by_one
from workflows import services as workflows
from workflows.models import Incident, Run, RunStatus, Step, Subscription, Timer
from workflows.projection import settle
from workflows.rows import ask

MEND_POWERS = ("studio", "supervise")


class NothingToRetry(NotNow):
    code = "nothing_to_retry"


def ensure_may_mend(viewer: Viewer) -> None:
    if not any(viewer.has_power(power) for power in MEND_POWERS):
        raise NotYours


@transaction.atomic
def open_refused_move(case_id: int, *, step: Step | None, error: str) -> None:
    """A person's act that the process would not take; the act was rolled back, this stays. Once per cause."""
    case = lock_case(case_id)
    known = Incident.objects.filter(run=case.run, step=step, kind="move", message=error, resolved_at=None)
    if known.exists():
        return
    now = database_now()
    _open(case, step=step, kind="move", message=error, data={}, now=now)


def _open(
    case: Case, *, step: Step | None, kind: str, message: str, data: Mapping[str, Any], now: datetime
) -> Incident:
    incident = Incident.objects.create(
        run=case.run,
        step=step,
        element=step.element if step else "",
        kind=kind,
        message=message,
        data=dict(data),
        opened_at=now,
    )
    said = {"element": incident.element, "kind": kind, "message": message}
    journal.record(case, "incident", now=now, data=said)
    return incident


# Of the next so many runs that go on: the last one, and the cases of those in which nothing is open or awaited.
_SILENT = """
WITH next AS MATERIALIZED (
     SELECT id FROM workflows_run WHERE status = 'running' AND id > %s ORDER BY id LIMIT %s),
idle AS MATERIALIZED (
     SELECT id FROM next EXCEPT
     SELECT run_id FROM workflows_step
      WHERE status = 'open' AND run_id > %s AND run_id <= (SELECT max(id) FROM next))
SELECT (SELECT max(id) FROM next), ARRAY(
       SELECT place.id FROM idle JOIN casework_case place ON place.run_id = idle.id
        WHERE NOT EXISTS (SELECT FROM workflows_timer due WHERE due.run_id = idle.id AND due.fired_at IS NULL)
          AND NOT EXISTS (SELECT FROM workflows_subscription held WHERE held.run_id = idle.id)
          AND NOT EXISTS (SELECT FROM workflows_incident known
                           WHERE known.run_id = idle.id AND known.resolved_at IS NULL))
"""
SILENT = "silent"
PART = 20_000  # runs
LOOK_FOR = 0.4  # seconds of every quarter of a minute


def find_stuck(*, now: datetime, part: int = PART, seconds: float = LOOK_FOR) -> int:
    """Open an incident for every running case in which nothing is open and nothing is awaited. Once each.

    Looks at the runs in parts, until it has seen all or its time is up; whoever calls next goes on there. So a
    city is looked at within a few calls, and no call holds the machine up. Nobody looks while another does.
    """
    Patrol.objects.get_or_create(key=SILENT)
    silent = _silent(part, ends=time.monotonic() + seconds)
    return one_by_one(silent, lambda case_id: _say_stuck(case_id, now=now))


@transaction.atomic
def _silent(part: int, *, ends: float) -> list[int]:
    patrol = Patrol.objects.select_for_update(skip_locked=True).filter(key=SILENT).first()
    if patrol is None:
        return []
    silent: list[int] = []
    while True:
        last, found = ask(_SILENT, patrol.place, part, patrol.place)[0]
        patrol.place = last or 0
        silent += found
        if last is None or time.monotonic() > ends:
            break
    patrol.save(update_fields=["place"])
    return silent


@transaction.atomic
def _say_stuck(case_id: int, *, now: datetime) -> bool:
    case = lock_case_or_none(case_id)
    if case is None or not _is_silent(case.run):
        return False
    message = _("Nothing is open in this case and nothing is awaited: it cannot go on by itself.")
    _open(case, step=None, kind="stuck", message=message, data={}, now=now)
    return True


def _is_silent(run: Run) -> bool:
    """Still: somebody may have ended or mended it since we looked."""
    held = (
        Step.objects.open().filter(run=run),
        Timer.objects.filter(run=run, fired_at=None),
        Subscription.objects.filter(run=run),
        Incident.objects.filter(run=run, resolved_at=None),
    )
    return run.status == RunStatus.RUNNING and not any(rows.exists() for rows in held)


# --- mending


@dataclass(frozen=True, kw_only=True)
class Mending:
    """How somebody mends: why, with which values of the case's variables, and to which element work is moved."""

    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)
    to: str = ""


def act(incident_id: int, verb: str, *, by: Viewer, how: Mending) -> Case:
    """Retry, skip with values, move to another element, or end, each with a reason.

    Raises NotYours, NotFound, ReasonMissing, VerbNotAllowed, NothingToRetry, MoveRefused.
    """
    ensure_may_mend(by)
    if not how.reason.strip():
        raise ReasonMissing
    mend = {"retry": _retry, "skip": _skip, "move": _move, "end": _end}.get(verb)
    if mend is None:
        raise VerbNotAllowed(verb)
    return _mend(incident_id, mend, verb, by=by, how=how)


Mend = Callable[[Case, Incident, Mending, datetime], None]


@transaction.atomic
def _mend(incident_id: int, mend: Mend, verb: str, *, by: Viewer, how: Mending) -> Case:
    place = Incident.objects.filter(pk=incident_id).values_list("run__case__pk", flat=True).first()
    if place is None or not Case.objects.visible_to(by).filter(pk=place).exists():
        raise NotFound
    case = lock_case(place)
    incident = Incident.objects.select_related("step").get(pk=incident_id)
    if incident.resolved_at is not None:
        raise NotNow(_("This has been mended already."))
    now = database_now()
    told: dict[str, Any] = {"kind": incident.kind, "element": incident.element, "verb": verb}
    told |= {"comment": how.reason.strip()}
    told |= {"values": dict(how.values)} if how.values else {}
    told |= {"to": how.to} if how.to else {}
    journal.record(case, "mended", now=now, by=by, data=told)
    case.version += 1  # also where only a parcel goes again: what led to it can't be taken back any more
    case.save(update_fields=["version"])
    mend(case, incident, how, now)
    incident.resolved_at, incident.resolved_by_id = now, by.user_id
    incident.resolution = f"{verb}: {how.reason.strip()}"[:500]
    incident.save(update_fields=["resolved_at", "resolved_by", "resolution"])
    return case


def _retry(case: Case, incident: Incident, how: Mending, now: datetime) -> None:
    """Try again, with these values in the case's data first: the parcel, the timer, or the token itself."""
    if how.values:
        walk, assign = walk_of(case, now=now)
        walk.live.set(dict(how.values))
        follow(case, settle(walk), assign=assign, now=now)
    if "outbox" in incident.data:
        outbox.retry(int(incident.data["outbox"]), now=now)
    elif "timer" in incident.data:
        Timer.objects.filter(pk=incident.data["timer"]).update(fired_at=None)
    elif incident.data.get("token"):
        walk, assign = walk_of(case, now=now)
        follow(case, workflows.retry(walk, int(incident.data["token"])), assign=assign, now=now)
    elif not how.values:
        raise NothingToRetry(
            _("There is nothing to try again here: change the data, skip the step or end the case.")
        )


def _skip(case: Case, incident: Incident, how: Mending, now: datetime) -> None:
    """Complete the step by hand, with the values it would have brought."""
    step = incident.step
    if step is None or not step.is_open:
        raise NothingToRetry(_("No open step belongs to this: there is nothing to skip."))
    Outbox.objects.filter(key=f"step:{step.pk}").exclude(state="done").update(state="done", lease_until=None)
    walk, assign = walk_of(case, now=now)
    move = workflows.complete(walk, step, values=how.values, outcome="skipped")
    follow(case, move, assign=assign, now=now)


def _move(case: Case, incident: Incident, how: Mending, now: datetime) -> None:
    """Put the step's work at another element of the process by hand."""
    step = incident.step
    if step is None or not step.is_open:
        raise NothingToRetry(_("No open step belongs to this: there is nothing to move."))
    if not how.to:
        raise NotValid(fields={"to": [_("Say to which element.")]})
    walk, assign = walk_of(case, now=now)
    follow(case, workflows.move(walk, step, to=how.to), assign=assign, now=now)


def _end(case: Case, incident: Incident, how: Mending, now: datetime) -> None:
    """End the run; nothing is compensated, and the case is void."""
    walk, assign = walk_of(case, now=now)
    follow(case, workflows.cancel(walk), assign=assign, now=now)
