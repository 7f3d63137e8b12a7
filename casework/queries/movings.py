"""Batches of running cases that went over to another version: how far each is, and how each of its cases fared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from casework.access import Viewer, may_see
from casework.errors import NotFound
from casework.models import CaseEvent, Moving, MovingCase, MovingState
from casework.queries import keyset
from casework.queries.cases import EVENT_WORDS
from casework.queries.keyset import Page
from workflows.models import Definition

SIZE = 50
_RECENT = 10
_ORDER = keyset.Order(field="moved_at")


@dataclass(frozen=True, kw_only=True)
class BatchOfCases:
    """One batch with the number of its cases in each state."""

    id: int
    number: int | None
    who: str
    started_at: datetime
    is_paused: bool
    counts: dict[str, int]

    @property
    def all(self) -> int:
        return sum(self.counts.values())

    @property
    def under_way(self) -> int:
        return self.counts[MovingState.WAITING] + self.counts[MovingState.RETURNING]

    @property
    def arrived(self) -> int:
        return self.all - self.under_way

    @property
    def can_be_undone(self) -> int:
        return self.counts[MovingState.MOVED] + self.counts[MovingState.WAITING]

    @property
    def shown(self) -> list[tuple[str, str, int]]:
        return [
            (state.value, str(state.label), self.counts[state]) for state in MovingState if self.counts[state]
        ]


@dataclass(frozen=True, kw_only=True)
class HowItFared:
    """One case of a batch; `since` says in words what came in between and when."""

    id: int
    number: str
    title: str
    state: str
    words: str
    why: str
    since: str
    since_at: datetime | None


def recent(matter: Definition) -> list[BatchOfCases]:
    return [_batch(moving) for moving in _counted(matter)[:_RECENT]]


def batch_for(matter: Definition, moving: int) -> BatchOfCases:
    """Raises NotFound, also for a batch of another matter."""
    found = _counted(matter).filter(pk=moving).first() if moving < 2**63 else None
    if found is None:
        raise NotFound
    return _batch(found)


def _counted(matter: Definition) -> QuerySet[Moving]:
    counts = {f"n_{state.value}": Count("cases", filter=Q(cases__state=state)) for state in MovingState}
    held = Moving.objects.filter(version__definition=matter).select_related("version", "by")
    return held.defer("version__bpmn", "version__forms", "version__tables").annotate(**counts)


def _batch(moving: Moving) -> BatchOfCases:
    return BatchOfCases(
        id=moving.pk,
        number=moving.version.number,
        who=str(moving.by),
        started_at=moving.started_at,
        is_paused=moving.paused_at is not None,
        counts={state.value: getattr(moving, f"n_{state.value}") for state in MovingState},
    )


def cases_of(
    batch: BatchOfCases, *, cursor: str, state: str, viewer: Viewer
) -> tuple[list[HowItFared], Page[MovingCase]]:
    """A page of the cases of a batch, of one state or of all; by their numbers alone where one may not see them."""
    rows = MovingCase.objects.filter(moving=batch.id).select_related("case").defer("before")
    if state in MovingState.values:
        rows = rows.filter(state=state)
    page = keyset.page(rows, order=_ORDER, cursor=cursor, size=SIZE)
    wanted = Q(pk__in=[])
    for row in page.rows:
        if row.state == MovingState.KEPT and row.line:
            wanted |= Q(case=row.case_id, seq=row.line)
    lines = {(line.case_id, line.seq): line for line in CaseEvent.objects.filter(wanted).select_related("by")}
    return [_fared(row, lines.get((row.case_id, row.line or 0)), viewer) for row in page.rows], page


def _fared(row: MovingCase, line: CaseEvent | None, viewer: Viewer) -> HowItFared:
    return HowItFared(
        id=row.pk,
        number=row.case.number,
        title=row.case.title if may_see(viewer, row.case) else "",
        state=row.state,
        words=str(MovingState(row.state).label),
        why=row.why,
        since=_said(line) if line else "",
        since_at=line.at if line else None,
    )


def _said(line: CaseEvent) -> str:
    words = str(EVENT_WORDS.get(line.kind, line.kind))
    return _("%(who)s: %(what)s") % {"who": line.by or _("the system"), "what": words}
