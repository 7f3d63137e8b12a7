"""What the phone's screens need: what waits for me, what came back to me, my cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from casework.access import Viewer
from casework.models import Case, CaseStatus, Evidence
from casework.queries.cases import Stage, return_behind, stages_of
from workflows.models import MOST_OF_ONE, Step, StepKind

TALLIED = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A step that waits for this person on the phone; `reason` is why it came back, if it did."""

    step: Step
    case: Case
    is_return: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class MyCase:
    """A case in my list, with its line."""

    case: Case
    stages: tuple[Stage, ...]


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What somebody did on the ground in the last thirty days. Adding to a case counts like reporting one."""

    reported: int
    closed: int
    joined: int

    @property
    def all(self) -> int:
        return self.reported + self.joined


def waiting_for(viewer: Viewer) -> list[Waiting]:
    """Open steps of my posts or claimed by me, what came back first, then by clock."""
    mine = Q(claimed_by_id=viewer.user_id) | Q(
        claimed_by=None, candidates__overlap=list(viewer.post_codes) or [""]
    )
    steps = (
        Step.objects.open()
        .filter(mine, kind=StepKind.HUMAN)
        .select_related("run__case__area", "run__case__matter", "run__case__report")
        .prefetch_related("opened_by__decisions")
        .order_by("due_at", "opened_at", "pk")[:100]
    )
    found = []
    for step in steps:
        back = return_behind(step)
        reason = back.comment if back else ""
        found.append(Waiting(step=step, case=step.run.case, is_return=back is not None, reason=reason))
    return sorted(found, key=lambda one: not one.is_return)


def my_cases(viewer: Viewer, *, before: int | None = None, size: int = 20) -> list[MyCase]:
    """Cases that I reported or gave evidence for, the newest first; `before` is the id of the last one seen."""
    reported = Case.objects.filter(reporter_id=viewer.user_id).order_by().values("pk")
    followed = Evidence.objects.filter(by_id=viewer.user_id).order_by().values("case")
    # Looked up before anything is sorted: walking a city's cases from the newest on would find mine last.
    cases = Case.objects.visible_to(viewer).filter(pk__in=reported.union(followed)[:MOST_OF_ONE])
    cases = cases.select_related("matter", "area", "run__version")
    cases = cases.defer("run__state", "run__version__bpmn", "run__version__tables", "run__version__forms")
    if before is not None:
        cases = cases.filter(pk__lt=before)
    shown = list(cases.order_by("-pk")[:size])
    lines = stages_of(shown)
    return [MyCase(case=case, stages=tuple(lines[case.pk])) for case in shown]


def my_tally(viewer: Viewer, *, now: datetime) -> Tally:
    """Two counts by index: (reporter, opened_at) and (by, at)."""
    since = now - TALLIED
    cases = Case.objects.filter(reporter_id=viewer.user_id, opened_at__gte=since)
    counted = cases.aggregate(reported=Count("pk"), closed=Count("pk", filter=Q(status=CaseStatus.CLOSED)))
    joined = Evidence.objects.filter(by_id=viewer.user_id, at__gte=since).count()
    return Tally(reported=counted["reported"], closed=counted["closed"], joined=joined)
