"""The phone's first page: the next thing, what came back, what is late, what else waits, and my latest cases."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from casework.access import Viewer
from casework.models import Attachment
from casework.queries.inbox import SOON
from casework.queries.phone import MyCase, Waiting, my_cases, waiting_for
from workflows.models import Step, StepKind

LATEST = 3


@dataclass(frozen=True, kw_only=True)
class Line:
    """A step that waits, with the first photo of its case."""

    waiting: Waiting
    thumb: str


@dataclass(frozen=True, kw_only=True)
class Today:
    """`lead` is the one to begin with; it isn't repeated below."""

    lead: Line | None
    returned: tuple[Line, ...]
    pressing: tuple[Line, ...]
    others: tuple[Line, ...]
    latest: tuple[MyCase, ...]
    count: int
    late: int


def today(viewer: Viewer, *, now: datetime) -> Today:
    waiting = waiting_for(viewer)
    thumbs = first_photos([one.case.pk for one in waiting])
    lines = [Line(waiting=one, thumb=thumbs.get(one.case.pk, "")) for one in waiting]
    lead = min(lines, key=_pressure) if lines else None
    rest = [line for line in lines if line is not lead]
    pressing = [line for line in rest if not line.waiting.is_return and _is_pressing(line, now)]
    return Today(
        lead=lead,
        returned=tuple(line for line in rest if line.waiting.is_return),
        pressing=tuple(pressing),
        others=tuple(line for line in rest if not line.waiting.is_return and line not in pressing),
        latest=tuple(my_cases(viewer, size=LATEST)),
        count=len(lines),
        late=sum(1 for line in lines if line.waiting.step.due_at and line.waiting.step.due_at <= now),
    )


def waiting_count(viewer: Viewer) -> int:
    """How many steps wait for this person: the number on the first tab."""
    pool = Q(claimed_by=None, candidates__overlap=list(viewer.post_codes) or [""])
    mine = Q(claimed_by_id=viewer.user_id)
    return Step.objects.open().filter(mine | pool, kind=StepKind.HUMAN).count()


def first_photos(cases: Collection[int]) -> dict[int, str]:
    """The photo a case is known by, as far as it has one."""
    first = Attachment.objects.filter(case__in=cases).order_by("case", "added_at", "pk").distinct("case")
    return dict(first.values_list("case", "photo__sha256"))


def _pressure(line: Line) -> tuple[bool, float, int]:
    """By the clock; what has no clock comes last."""
    step = line.waiting.step
    return (step.due_at is None, step.due_at.timestamp() if step.due_at else 0.0, step.pk)


def _is_pressing(line: Line, now: datetime) -> bool:
    due_at = line.waiting.step.due_at
    return due_at is not None and due_at <= now + SOON
