"""What is measured. Each function does its work on a world that is there and returns seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from django.utils import timezone

from casework.access import Viewer
from casework.models import Case
from casework.services import approvals, intake
from casework.services.approvals import Said
from casework.services.intake import NewCase
from tests.bench import floor, matter
from tests.diagrams import diagram, publish
from tests.world import GRID
from workflows import engine
from workflows.bpmn import normalise, read
from workflows.models import Step

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STEPS_OF_ORDINARY = 7


@dataclass(frozen=True, kw_only=True)
class Walked:
    """Seconds of each opening and each completion of many cases."""

    openings: list[float]
    completions: list[float]


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def floor_completions(*, cases: int) -> list[float]:
    floor.create(cases=cases)
    return [
        seconds(lambda number=number, seq=seq: floor.complete(number, seq=seq))  # type: ignore[misc]
        for seq in range(1, STEPS_OF_ORDINARY + 1)
        for number in range(1, cases + 1)
    ]


def ordinary_cases(*, cases: int, opener: Viewer, clerk: Viewer) -> Walked:
    publish("ordinary", matter.ordinary(), now=timezone.now())
    walked = Walked(openings=[], completions=[])
    for _ in range(cases):
        opened: list[Case] = []
        walked.openings.append(seconds(lambda: opened.append(_open("ordinary", by=opener))))  # noqa: B023
        while step := Step.objects.open().filter(run=opened[0].run_id).first():
            walked.completions.append(seconds(lambda: _complete(step, by=clerk)))  # noqa: B023
    return walked


def loop_turns(*, turns: int, opener: Viewer, clerk: Viewer) -> list[float]:
    publish("loop", matter.loop(), now=timezone.now())
    case = _open("loop", by=opener)
    taken = []
    for _ in range(turns):
        step = Step.objects.open().get(run=case.run_id)
        taken.append(seconds(lambda: _return(step, by=clerk)))  # noqa: B023
    return taken


def engine_steps(*, turns: int) -> list[float]:
    """Load, complete, save: the engine alone, without a database."""
    plan = engine.compile_plan([normalise(read(diagram(matter.loop())))])
    run = engine.start(plan, data={}, now=NOW)
    taken = []
    for _ in range(turns):
        text, data, token = run.dump(), run.data, run.steps()[0].token
        taken.append(seconds(lambda: _step_alone(plan, text, data, token)))  # noqa: B023
        run = _step_alone(plan, text, data, token)
    return taken


def forks_start() -> float:
    plan = engine.compile_plan([normalise(read(matter.forks()))])
    assert engine.start(plan, data={}, now=NOW).ended
    return median(seconds(lambda: engine.start(plan, data={}, now=NOW)) for _ in range(20))


def _open(key: str, *, by: Viewer) -> Case:
    return intake.open_case(NewCase(matter=key, area=GRID, title="三巷 12 号院墙体开裂"), by=by)


def _complete(step: Step, *, by: Viewer) -> None:
    approvals.act(step.pk, "complete", by=by, said=Said(comment="已核实"))


def _return(step: Step, *, by: Viewer) -> None:
    approvals.act(step.pk, "return", by=by, said=Said(comment="请补充照片"))


def _step_alone(plan: engine.Plan, text: str, data: dict[str, object], token: int) -> engine.Run:
    run = engine.load(plan, text, data=data, now=NOW)
    run.complete(token, {"结论": "退回"})
    run.dump()
    return run
