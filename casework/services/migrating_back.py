"""Undoing a migration: cases that went over to a newer version stand again as they stood, unless somebody has acted since.

As on the way there, each case is a parcel of the outbox and a transaction of its own under its lock. One that can't
go back stays where it is, with the line of its journal that came in between.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import AlreadyThere, NotFound
from casework.models import (
    Case,
    CaseEvent,
    CaseStatus,
    Clock,
    Moving,
    MovingCase,
    MovingState,
    Outbox,
    OutboxState,
    Snapshot,
)
from casework.services import journal, outbox
from casework.services.diagrams import ensure_may_draw
from casework.services.locks import database_now, lock_case
from casework.services.outbox import Parcel
from workflows.models import Incident, RunStatus, Step, Version
from workflows.moving_back import as_it_stands, move_back
from workflows.services import version_of

KIND = "migrate_back"
_INSIDE = ("machine_step", "message", "signal")  # what a move sends out because of where the run now stands
_FAR = timedelta(days=3650)  # until when a parcel of a paused batch waits


def remembered(case: Case) -> dict[str, Any]:
    """How a case stands, as JSON: what undoing needs. The case is locked."""
    return {
        **as_it_stands(case.run),
        "revision": case.version,
        "data": case.data,
        "touched": list(case.touched_by),
        "clocks": list(Clock.objects.running().filter(case=case).values_list("pk", flat=True)),
        "parcel": Outbox.objects.filter(case=case).order_by("-pk").values_list("pk", flat=True).first() or 0,
    }


def keep(row: MovingCase, case: Case, before: dict[str, Any], *, now: datetime) -> None:
    """The case has gone over. Of its variables only what the move changed is kept."""
    was = before.pop("data")
    before["was"] = {name: was[name] for name in was if case.data.get(name, ...) != was[name]}
    before["new"] = [name for name in case.data if name not in was]
    sent = Outbox.objects.filter(case=case, pk__gt=before.pop("parcel"), kind__in=_INSIDE)
    before["parcels"] = list(sent.values_list("key", flat=True))
    row.state, row.revision, row.moved_at, row.why = MovingState.MOVED, case.version, now, ""
    row.line, row.before = case.lines, before
    row.save()


# --- asking for it


@transaction.atomic
def undo(moving_id: int, *, by: Viewer, only: Collection[int] | None = None) -> int:
    """Send a batch, or `only` these of its cases, on their way back. Returns how many. Raises NotYours, AlreadyThere.

    Cases that were still waiting to go over stay where they are.
    """
    ensure_may_draw(by)
    moving = Moving.objects.select_for_update().filter(pk=moving_id).first()
    if moving is None:
        raise NotFound
    rows = moving.cases.filter(state=MovingState.MOVED)
    going = list(rows if only is None else rows.filter(pk__in=only))
    halted = _halt(moving) if only is None else 0
    if not going and not halted:
        raise AlreadyThere(_("This has been undone already, or can't be undone any more."))
    now = database_now()
    for row in going:
        payload = {"moving": moving.pk, "row": row.pk, "by": by.user_id}
        outbox.enqueue(
            f"{KIND}:{moving.pk}:{row.pk}", kind=KIND, case_id=row.case_id, payload=payload, now=now
        )
    MovingCase.objects.filter(pk__in=[row.pk for row in going]).update(state=MovingState.RETURNING)
    if moving.paused_at is not None and only is None:
        _let_go(moving, now=now)
    return len(going)


def _halt(moving: Moving) -> int:
    """Nobody else sets out; those in a worker's hands arrive and can be undone then."""
    waiting = Outbox.objects.select_for_update(skip_locked=True).filter(
        key__startswith=f"migrate:{moving.pk}:", state=OutboxState.READY
    )
    cases = dict(waiting.values_list("pk", "case_id"))
    Outbox.objects.filter(pk__in=cases).delete()
    stopped = moving.cases.filter(case__in=cases.values(), state=MovingState.WAITING)
    return stopped.update(state=MovingState.STAYED, why=_("It was stopped before its turn."))


# --- pause


@transaction.atomic
def pause(moving_id: int, *, by: Viewer) -> None:
    """What is not under way yet waits, there and back. Raises NotYours, NotFound."""
    ensure_may_draw(by)
    moving = _locked(moving_id)
    now = database_now()
    if moving.paused_at is None:
        _parcels(moving).update(run_at=now + _FAR)
        moving.paused_at = now
        moving.save(update_fields=["paused_at"])


@transaction.atomic
def go_on(moving_id: int, *, by: Viewer) -> None:
    ensure_may_draw(by)
    _let_go(_locked(moving_id), now=database_now())


def _let_go(moving: Moving, *, now: datetime) -> None:
    _parcels(moving).filter(run_at__gt=now).update(run_at=now)
    moving.paused_at = None
    moving.save(update_fields=["paused_at"])


def _locked(moving_id: int) -> Moving:
    moving = Moving.objects.select_for_update().filter(pk=moving_id).first()
    if moving is None:
        raise NotFound
    return moving


def _parcels(moving: Moving) -> Any:  # Any: a queryset of Outbox
    mine = [f"{kind}:{moving.pk}:" for kind in ("migrate", KIND)]
    ready = Outbox.objects.filter(state=OutboxState.READY)
    return ready.filter(key__startswith=mine[0]) | ready.filter(key__startswith=mine[1])


# --- one case


@transaction.atomic
def deliver(parcel: Parcel) -> None:
    """One case goes back, or says why it can't; a second delivery changes nothing."""
    assert parcel.case_id is not None
    case, now = lock_case(parcel.case_id), database_now()
    row = MovingCase.objects.filter(pk=parcel.payload["row"], state=MovingState.RETURNING).first()
    if row is None:
        return
    why, line = _in_the_way(case, row)
    if why:
        row.state, row.why, row.line, row.before = MovingState.KEPT, why, line, {}
        row.save(update_fields=["state", "why", "line", "before"])
        return
    _take_back(case, row, now=now, by_id=parcel.payload["by"])


def _in_the_way(case: Case, row: MovingCase) -> tuple[str, int | None]:
    if case.version != row.revision:
        since = CaseEvent.objects.filter(case=case, seq__gt=row.line or 0).order_by("seq")
        acted = since.exclude(by=None).first() or since.first()
        return _("The case has gone on since."), acted.seq if acted else None
    if case.run.status != RunStatus.RUNNING or case.status in (CaseStatus.CLOSED, CaseStatus.VOID):
        return _("The case ended with the new version."), None
    parcels = Outbox.objects.select_for_update().filter(key__in=row.before["parcels"])
    if any(one.state != OutboxState.READY or one.attempts for one in parcels):
        return _("It has taken effect outside already."), None
    return "", None


def _take_back(case: Case, row: MovingCase, *, now: datetime, by_id: int) -> None:
    before, left, moved_at = row.before, case.run.version, row.moved_at
    assert moved_at is not None
    Outbox.objects.filter(key__in=before["parcels"]).delete()
    gone = move_back(case.run, before, now=now)
    _restore_clocks(case, before["clocks"], gone, moved_at=moved_at, now=now)
    Incident.objects.filter(run=case.run, opened_at=moved_at, resolved_at=None).update(
        resolved_at=now, resolution="taken back"
    )
    _restore_case(case, before)
    Snapshot.objects.filter(case=case, version=before["revision"]).update(version=case.version)
    old = version_of(case.run)
    journal.record(case, "migrated_back", now=now, data=_told(left, old, by_id=by_id))
    row.state, row.before, row.line = MovingState.RETURNED, {}, None
    row.save(update_fields=["state", "before", "line"])


def _told(left: Version, old: Version, *, by_id: int) -> Mapping[str, Any]:
    return {"from": left.number, "version": old.number, "by": by_id}


def _restore_clocks(
    case: Case, ran: list[int], gone: list[int], *, moved_at: datetime, now: datetime
) -> None:
    """What the move stopped runs again, what it started stands; what time did to a clock meanwhile is left alone."""
    Clock.objects.filter(case=case, pk__in=ran, stopped_at=moved_at).update(stopped_at=None)
    Clock.objects.running().filter(case=case, starts_at=moved_at).exclude(pk__in=ran).update(stopped_at=now)
    Clock.objects.running().filter(case=case, step__in=gone).update(stopped_at=now)


def _restore_case(case: Case, before: Mapping[str, Any]) -> None:
    new = set(before["new"])
    case.data = {name: value for name, value in case.data.items() if name not in new} | before["was"]
    case.touched_by = before["touched"]
    case.due_at = Step.objects.open().filter(run=case.run_id).aggregate(first=Min("due_at"))["first"]
    case.version += 1
    case.save(update_fields=["data", "touched_by", "due_at", "version"])
