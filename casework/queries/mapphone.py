"""The phone's map: what is to be done today and what was reported in seven days, where somebody works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from casework.access import Viewer
from casework.models import TaskState
from casework.queries.mapcases import Line, in_box
from casework.queries.search import Wanted
from casework.queries.tasks import TaskLine, line_of, tasks_today

LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class PhoneMap:
    """Both lists, whole; what has a position is on the map too."""

    tasks: tuple[TaskLine, ...]
    cases: tuple[Line, ...]

    @property
    def placed(self) -> int:
        return sum(one.position is not None for one in self.tasks) + sum(
            one.lat is not None for one in self.cases
        )


def phone_map(viewer: Viewer, *, now: datetime) -> PhoneMap:
    """Every case the viewer may see of his place, by its clock; the tasks that are still open."""
    rows = tasks_today(viewer, on=timezone.localdate(now))
    seen = in_box(viewer, Wanted(since=now - LOOK_BACK, area=viewer.home_area or ""), None, now=now)
    return PhoneMap(
        tasks=tuple(line_of(row) for row in rows if row.state == TaskState.OPEN), cases=seen.lines
    )
