"""Undo and withdraw (撤回): how a case stood before an act is kept with it, and put back until anybody else acts.

One mechanism for both: undo is for the first seconds and asks nothing, withdrawing is for later; either leaves a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F, Field, Model, ProtectedError
from django.utils.translation import gettext as _

from casework.access import Viewer, may_see
from casework.errors import NotFound, NothingToTakeBack, NotYours
from casework.models import (
    Attachment,
    Case,
    CaseRequest,
    CaseStatus,
    Clock,
    Decision,
    Outbox,
    OutboxState,
    RequestState,
    Snapshot,
    Supervision,
    Suspension,
)
from casework.services import journal, outbox
from casework.services.locks import lock_step
from casework.services.said import Said
from workflows.models import Incident, Run, Step, StepKind
from workflows.rewinding import forget_run, put_back
from workflows.rows import Batch

UNDO = timedelta(seconds=10)
NOT_WITHDRAWN = ("claim", "release")  # these are each other's way back
_CLAIM = ("claimed_by_id", "claimed_as", "claimed_at", "candidates")


@dataclass(kw_only=True)
class Before:
    """How a case stood when an act on it began. `rows` are other rows that the act is about to change."""

    run_id: int
    state: str
    path: Mapping[str, int]
    data: Mapping[str, Any]
    due_at: datetime | None
    rows: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)

    @classmethod
    def of(cls, case: Case, step: Step | None = None) -> Before:
        run = case.run
        before = cls(run_id=run.pk, state=run.state, path=run.path, data=case.data, due_at=case.due_at)
        if step is not None:
            before.remember(step, *_CLAIM)
        return before

    def remember(self, row: Model, *names: str) -> None:
        """These fields of a row as they are now."""
        self.rows.append((row._meta.label, row.pk, {name: getattr(row, name) for name in names}))


@dataclass(kw_only=True)
class Act:
    """What of a person's act has to be known for it to be taken back; `held` keeps its outside effects that long.

    `made` are rows of its own, written already; `others` are further cases that it changed or opened.
    """

    verb: str
    step: Step | None
    before: Before
    held: bool = False
    made: Sequence[Model] = ()
    others: Sequence[Case] = ()


@dataclass(kw_only=True)
class Parcels:
    """What leaves through the outbox with one move."""

    case: Case
    leave_at: datetime
    keys: list[str] = field(default_factory=list)

    def send(self, key: str, *, kind: str, payload: Mapping[str, Any]) -> None:
        outbox.enqueue(key, kind=kind, case_id=self.case.pk, payload=payload, now=self.leave_at)
        self.keys.append(key)


def hold_back(case: Case, *, until: datetime | None) -> list[str]:
    """The keys of what a case that an act has opened is about to send; it leaves no sooner than then."""
    rows = Outbox.objects.filter(case_id=case.pk, state=OutboxState.READY, attempts=0)
    keys = list(rows.values_list("key", flat=True))
    if until is not None:
        rows.update(run_at=until)
    return keys


_COLUMNS = (
    "case_id", "version", "verb", "step_id", "by_id", "at", "state", "path", "data", "due_at", "rows", "made", "parcels",
    "run_id", "others",
)  # fmt: skip
_KEEP = (
    f"INSERT INTO casework_snapshot ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))}) "  # noqa: S608
    f"ON CONFLICT (case_id) DO UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in _COLUMNS[1:])}"
)


def keep(
    batch: Batch,
    case: Case,
    before: Before,
    *,
    verb: str,
    by: Viewer,
    now: datetime,
    step: Step | None = None,
    has_moved: bool = False,
    made: Iterable[Model] = (),
    parcels: Sequence[str] = (),
    others: Iterable[Case] = (),
) -> None:
    """Remember with the act how things stood before it; the case already has the version after it, as have the others.

    It rides with the rest of the batch. `made` are rows already written that go when it is taken back.
    """
    is_new_round = case.run_id != before.run_id
    is_other = has_moved or case.data != before.data
    batch.run(
        _KEEP,
        case.pk,
        case.version,
        verb,
        step.pk if step else None,
        by.user_id,
        now,
        before.state if has_moved and not is_new_round else "",
        _json(before.path if has_moved and not is_new_round else {}),
        _json(_changed(before.data, case.data) if is_other else {}),
        before.due_at,
        _json(before.rows),
        _json([[row._meta.label, row.pk] for row in made]),
        _json(list(parcels)),
        before.run_id if is_new_round else None,
        _json({other.pk: other.version for other in others}),
    )


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    was = {name: value for name, value in before.items() if name not in after or after[name] != value}
    return {"was": was, "new": [name for name in after if name not in before]}


def _json(value: Any) -> str:  # Any: JSON with dates in it
    return json.dumps(value, ensure_ascii=False, cls=_Exact)


class _Exact(DjangoJSONEncoder):
    """Moments to the microsecond: put back they have to be the same ones."""

    def default(self, o: Any) -> Any:  # Any: as it is for every encoder
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


# --- taking back


@transaction.atomic
def withdraw(step_id: int, *, by: Viewer, said: Said) -> Case:
    """撤回: what this person did at this step, until the next one acts. Raises NotFound, NotYours, NothingToTakeBack."""
    locked = lock_step(step_id)
    case = locked.case
    if not may_see(by, case):
        raise NotFound
    if not Decision.objects.filter(step=locked.step, by_id=by.user_id).exists():
        raise NotYours
    kept = kept_of(case, by=by)
    if kept.step_id != step_id or kept.verb in NOT_WITHDRAWN:
        raise NothingToTakeBack
    return take_back(case, kept, "withdrawn", by=by, said=said, now=locked.now)


def withdrawable(viewer: Viewer, *, run_id: int) -> int | None:
    """The step at which this person could take back what he did, as things stand."""
    kept = Snapshot.objects.filter(case__run=run_id, by_id=viewer.user_id, version=F("case__version")).first()
    if kept is None or kept.step_id is None or kept.verb in NOT_WITHDRAWN:
        return None
    busy = Outbox.objects.filter(key__in=kept.parcels).exclude(state=OutboxState.READY, attempts=0)
    return None if busy.exists() else kept.step_id


def kept_of(case: Case, *, by: Viewer) -> Snapshot:
    """How it was before this person's act, if nobody has acted since. Raises NothingToTakeBack."""
    kept = Snapshot.objects.filter(case=case).first()
    if kept is None or kept.version != case.version or kept.by_id != by.user_id:
        raise NothingToTakeBack
    return kept


def take_back(case: Case, kept: Snapshot, kind: str, *, by: Viewer, said: Said, now: datetime) -> Case:
    """Everything of the case as it was. The caller holds its lock, and those of the others that the act changed."""
    _call_back_parcels(kept)
    batch = Batch()
    new = set(kept.data.get("new", ()))
    case.data = {name: value for name, value in case.data.items() if name not in new} | kept.data.get(
        "was", {}
    )
    if kept.state:
        _rewind(case, kept, batch, now=now)
    later = case.run if kept.run_id is not None else None
    _restore_rows(case, kept)
    if later is not None:
        _drop_round(case, later, kept)
    _forget(case, kept)
    case.due_at = kept.due_at
    case.version += 1
    post = kept.step.claimed_as if kept.step is not None else ""
    batch.insert([journal.line(case, kind, now=now, by=by, post=post, data=_told(kept, said))])
    batch.update(case, *_CASE)
    batch.write()
    kept.delete()
    return case


def _told(kept: Snapshot, said: Said) -> dict[str, Any]:
    told: dict[str, Any] = {"verb": kept.verb}
    if kept.step is not None:
        told |= {"element": kept.step.element, "name": kept.step.name, "step": kept.step.pk}
    if said.comment.strip():
        told["comment"] = said.comment.strip()[:2000]
    return told


_CASE = (
    "data", "version", "due_at", "status", "outcome", "closed_at", "keep_until", "lines", "last_hash",
)  # fmt: skip


def _call_back_parcels(kept: Snapshot) -> None:
    """What was to leave must not have begun to; the rows are gone together with the act."""
    rows = list(Outbox.objects.select_for_update().filter(key__in=kept.parcels))
    if any(row.state != OutboxState.READY or row.attempts for row in rows):
        raise NothingToTakeBack(_("It has taken effect outside already."))
    Outbox.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _rewind(case: Case, kept: Snapshot, batch: Batch, *, now: datetime) -> None:
    """The run, its steps and their clocks as they were; a case that was closed by it is open again."""
    move = put_back(case.run, kept.state, data=case.data, path=kept.path, now=now)
    outbox.send_again([f"step:{step.pk}" for step in move.opened if step.kind == StepKind.MACHINE], now=now)
    gone = [step.pk for step in move.cancelled]
    Clock.objects.running().filter(case=case, step__in=gone).update(stopped_at=now)
    Clock.objects.running().filter(case=case, step=None, starts_at=kept.at).update(stopped_at=now)
    Clock.objects.filter(case=case, stopped_at=kept.at).update(stopped_at=None)
    came_of_it = Incident.objects.filter(run=case.run, opened_at=kept.at, resolved_at=None)
    came_of_it.update(resolved_at=now, resolution="taken back")
    if case.status in (CaseStatus.CLOSED, CaseStatus.VOID):
        case.status, case.outcome, case.closed_at, case.keep_until = CaseStatus.OPEN, "", None, None
        for model in (Supervision, Suspension):
            model._default_manager.filter(case=case, ended_at=kept.at).update(ended_at=None)
        # A round ends once: what was asked in it and has lapsed, lapsed with this end.
        lapsed = CaseRequest.objects.filter(case=case, state=RequestState.LAPSED)
        lapsed.filter(asked_at__gte=case.run.started_at).update(state=RequestState.PENDING)


def _as_field(name: str, kept: Any) -> Any:  # Any: a field's value, from JSON
    kind = Case._meta.get_field(name)
    assert isinstance(kind, Field)
    return kind.to_python(kept)


def _drop_round(case: Case, later: Run, kept: Snapshot) -> None:
    """The round that the act began goes as if it had never been; the case has the one before again."""
    Clock.objects.filter(case=case, starts_at=kept.at).delete()
    forget_run(later)


def _restore_rows(case: Case, kept: Snapshot) -> None:
    """The case itself may be among them; it is written once more with its new version."""
    for label, pk, was in kept.rows:
        if (label, pk) == (case._meta.label, case.pk):
            for name, value in was.items():
                setattr(case, name, _as_field(name, value))
        apps.get_model(label)._default_manager.filter(pk=pk).update(**was)
    try:
        for label, pk in kept.made:
            apps.get_model(label)._default_manager.filter(pk=pk).delete()
    except ProtectedError as used:  # somebody has looked into it, answered it or the like
        raise NothingToTakeBack from used


def _forget(case: Case, kept: Snapshot) -> None:
    """The act's decision and photos; what was said in it stays readable in the journal."""
    if kept.step_id is not None:
        Decision.objects.filter(case=case, step=kept.step_id, by=kept.by_id, at=kept.at).delete()
    Attachment.objects.filter(case=case, step=kept.step_id, added_by=kept.by_id, added_at=kept.at).delete()
