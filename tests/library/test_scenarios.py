"""Every scenario of the library goes as its author wrote it."""

from zoneinfo import ZoneInfo

import pytest

from casework.clocks import WorkCalendar
from workflows.bpmn import read
from workflows.library import shipped_matters
from workflows.scenarios import play

MATTERS = {matter.key: matter for matter in shipped_matters()}
SCENARIOS = {f"{matter.key}/{path.stem}": path for matter in MATTERS.values() for path in matter.scenarios}
CALENDAR = WorkCalendar(zone=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize("path", SCENARIOS.values(), ids=SCENARIOS)
def test_scenario(path):
    result = play(path, calendar=CALENDAR)

    assert (result.outcome, result.detail) == ("right", "")


@pytest.mark.parametrize("matter", MATTERS.values(), ids=MATTERS)
def test_the_scenarios_reach_every_task_and_every_end(matter):
    told = "".join(path.read_text(encoding="utf-8") for path in matter.scenarios)
    tasks = [node.id for node, _scope in read(matter.bpmn).walk() if node.kind == "userTask"]

    assert [task for task in tasks if f'"complete": "{task}"' not in told] == []
    assert len(matter.scenarios) >= 6
