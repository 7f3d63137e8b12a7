"""Tasks for the demo district: what its duty chief has its grids do every day, week and month, and one sent on its own.

Through the same doors as everybody's; a second run finds what the first did and changes nothing.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import Final
from uuid import UUID, uuid5

from django.utils import timezone

from casework.models import Cycle, Task, TaskKind, TaskState
from casework.queries.viewers import viewer_for
from casework.services.demonstration import NAMES, holder
from casework.services.tasks.doing import Done, finish
from casework.services.tasks.planning import Plan, add_template, send_task

TOWN_DIGITS: Final = 9
FIRST: Final = "消防通道和楼道"  # done already


def plans(town: str) -> tuple[Plan, ...]:
    return (
        Plan(title=FIRST, area=town, text="通道有没有堵，楼道有没有飞线充电。", due_time=time(12)),
        Plan(
            title="背街小巷占道经营",
            area=town,
            due_time=time(15, 30),
            text="先劝导，劝不走的当场上报。",
        ),
        Plan(
            title="九小场所用电用气",
            area=town,
            kind=TaskKind.CHECK,
            questions=("灭火器在有效期内", "用气有报警器", "安全出口畅通"),
            needs_photo=True,
            due_time=time(18),
        ),
        Plan(
            title="台账走访",
            area=town,
            kind=TaskKind.VISIT,
            cycle=Cycle.LEDGER,
            text="看人、看灯、看气，问一句身体。",
            due_time=time(20),
        ),
        Plan(
            title="出租房屋和流动人口",
            area=town,
            kind=TaskKind.ROUND,
            cycle=Cycle.WEEK,
            due_time=time(21),
        ),
        Plan(
            title="地灾隐患点",
            area=town,
            kind=TaskKind.CHECK,
            cycle=Cycle.WEEK,
            is_spread=True,
            questions=("有没有新裂缝", "排水沟畅通"),
            needs_position=True,
            due_time=time(18),
        ),
    )


def plan_and_do(*, grid: str) -> int:
    """Set the district's tasks up, and do the first of this grid. Returns how many are open for the grid today."""
    town, worker = grid[:TOWN_DIGITS], viewer_for(holder(f"{grid}-team/grid_worker"))
    chief = viewer_for(holder(f"{town}000-centre/duty_chief"))
    for plan in plans(town):
        add_template(plan, by=chief, key=_key(town, plan.title))
    tomorrow = timezone.localdate() + timedelta(days=1)
    urgent = Plan(
        title="排查电动车飞线充电", area=grid[:12], kind=TaskKind.CHECK, needs_photo=True, ends_on=tomorrow
    )
    send_task(urgent, key=_key(grid, urgent.title), by=chief)
    mine = Task.objects.filter(area_code=grid, state=TaskState.OPEN, opens_on__lte=timezone.localdate())
    first = mine.filter(template__key=_key(town, FIRST)).first()
    if first is not None:
        finish(first.pk, Done(outcome="in_order"), by=worker)
    return mine.count()


def _key(place: str, title: str) -> UUID:
    return uuid5(NAMES, f"{place}:{title}")
