"""The phone's first page: the next thing, what came back, what is late, the day's tasks, and my latest cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from casework.access import Viewer
from casework.models import Attachment, TaskState
from casework.queries.inbox import SOON
from casework.queries.phone import MyCase, Waiting, my_cases, waiting_for
from casework.queries.tasks import TaskLine, line_of, open_tasks, tasks_today
from workflows.models import Step, StepKind

LATEST = 3
TASK_SOON = timedelta(hours=1)  # a task that is due today is no news; one that is due within the hour is
DOTS = 12  # that many tasks are shown as a row of dots
ON_THE_WAY = ("核实", "核查")  # steps that are done on the round like any other task


@dataclass(frozen=True, kw_only=True)
class Line:
    """A step that waits, with the first photo of its case and where that lies."""

    waiting: Waiting
    thumb: str

    @property
    def due_at(self) -> datetime | None:
        return self.waiting.step.due_at

    @property
    def position(self) -> tuple[float, float] | None:
        report = self.waiting.case.report
        if report is None or report.lat is None or report.lon is None:
            return None
        return report.lat, report.lon


@dataclass(frozen=True, kw_only=True)
class Today:
    """`lead` is the one to begin with, a step or a task; it isn't repeated below."""

    lead: Line | TaskLine | None
    returned: tuple[Line, ...]
    pressing: tuple[Line | TaskLine, ...]
    tasks: tuple[Line | TaskLine, ...]
    others: tuple[Line, ...]
    latest: tuple[MyCase, ...]
    count: int
    late: int
    soon: int
    done: int
    planned: int
    is_of_several: bool  # places: then each task says where

    @property
    def left(self) -> int:
        return self.planned - self.done

    @property
    def dots(self) -> tuple[tuple[int, bool], ...]:
        """Where each dot of the day stands and whether it is done; none where they would be too many."""
        if not 0 < self.planned <= DOTS:
            return ()
        return tuple((6 + 13 * place, place < self.done) for place in range(self.planned))

    @property
    def width(self) -> int:
        return 13 * self.planned


def today(viewer: Viewer, *, now: datetime) -> Today:
    waiting = waiting_for(viewer)
    thumbs = first_photos([one.case.pk for one in waiting])
    lines = [Line(waiting=one, thumb=thumbs.get(one.case.pk, "")) for one in waiting]
    rows = tasks_today(viewer, on=timezone.localdate(now))
    tasks = [line_of(row) for row in rows if row.state == TaskState.OPEN]
    everything: list[Line | TaskLine] = sorted([*lines, *tasks], key=_pressure)
    lead, rest = (everything[0], everything[1:]) if everything else (None, [])
    returned = [line for line in rest if isinstance(line, Line) and line.waiting.is_return]
    pressing = [line for line in rest if line not in returned and _is_pressing(line, now)]
    calm = [line for line in rest if line not in returned and line not in pressing]
    return Today(
        lead=lead,
        returned=tuple(returned),
        pressing=tuple(pressing),
        tasks=tuple(line for line in calm if _is_of_the_round(line)),
        others=tuple(line for line in calm if isinstance(line, Line) and not _is_of_the_round(line)),
        latest=tuple(my_cases(viewer, size=LATEST)),
        count=len(everything),
        late=_count(line.due_at is not None and line.due_at <= now for line in everything),
        soon=_count(line.due_at is not None and line.due_at > now for line in pressing),
        done=len(rows) - len(tasks),
        planned=len(rows),
        is_of_several=len({row.area_code for row in rows}) > 1,
    )


def waiting_count(viewer: Viewer, *, on: date | None = None) -> int:
    """How many steps and tasks wait for this person, in one query: the number on the first tab."""
    pool = Q(claimed_by=None, candidates__overlap=list(viewer.post_codes) or [""])
    mine = Q(claimed_by_id=viewer.user_id)
    steps = Step.objects.open().filter(mine | pool, kind=StepKind.HUMAN).order_by().values("pk")
    tasks = open_tasks(viewer, on=on or timezone.localdate()).order_by().values("pk")
    return steps.union(tasks, all=True).count()


def first_photos(cases: Collection[int]) -> dict[int, str]:
    """The photo a case is known by, as far as it has one."""
    first = Attachment.objects.filter(case__in=cases).order_by("case", "added_at", "pk").distinct("case")
    return dict(first.values_list("case", "photo__sha256"))


def _pressure(line: Line | TaskLine) -> tuple[bool, float, bool, int]:
    """By the clock; what has no clock comes last, and of two at the same time the case's step first."""
    due_at = line.due_at
    is_task = isinstance(line, TaskLine)
    number = line.task.pk if isinstance(line, TaskLine) else line.waiting.step.pk
    return (due_at is None, due_at.timestamp() if due_at else 0.0, is_task, number)


def _is_pressing(line: Line | TaskLine, now: datetime) -> bool:
    soon = TASK_SOON if isinstance(line, TaskLine) else SOON
    return line.due_at is not None and line.due_at <= now + soon


def _is_of_the_round(line: Line | TaskLine) -> bool:
    if isinstance(line, TaskLine):
        return True
    step = line.waiting.step
    return step.settings.get("stage") in ON_THE_WAY or step.name.startswith(ON_THE_WAY)


def _count(facts: Iterable[bool]) -> int:
    return sum(1 for fact in facts if fact)
