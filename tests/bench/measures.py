"""What is measured of a case's steps. Each function does its work on a world that is there and returns seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median

from django.db import connection
from django.utils import timezone

from casework.access import Viewer
from casework.models import Case
from casework.services import approvals, clockwork, intake
from casework.services.approvals import Said
from casework.services.intake import NewCase
from tests.bench import city, floor, matter
from tests.diagrams import diagram, publish
from tests.world import GRID
from workflows import engine
from workflows.bpmn import normalise, read
from workflows.models import Run, Step

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
COMPARED = 60
FLOORS = {"orm": floor.by_orm, "cursor": floor.by_cursor, "one": floor.in_one}


@dataclass(frozen=True, kw_only=True)
class Walked:
    """Seconds of each opening and each completion of many cases, the bytes of their states, and seconds of the same
    steps by hand between them.
    """

    openings: list[float] = field(default_factory=list)
    completions: list[float] = field(default_factory=list)
    states: list[int] = field(default_factory=list)
    by_hand: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in FLOORS})


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def ordinary_cases(*, cases: int, opener: Viewer, clerk: Viewer) -> Walked:
    """Walk cases to their end; after each, its steps once more by hand, so that both have the same weather."""
    publish("ordinary", matter.ordinary(), now=timezone.now())
    floor.create(cases=cases + 1)
    _walk(Walked(), 1, opener=opener, clerk=clerk)
    walked = Walked()
    for number in range(2, cases + 2):
        _walk(walked, number, opener=opener, clerk=clerk)
    return walked


def some_cases(*, cases: int, opener: Viewer, clerk: Viewer) -> Walked:
    """A few more cases, to be set beside what is measured at that moment."""
    walked = Walked()
    for _ in range(cases):
        _walk_one(walked, opener=opener, clerk=clerk)
    return walked


def _walk(walked: Walked, number: int, *, opener: Viewer, clerk: Viewer) -> None:
    _walk_one(walked, opener=opener, clerk=clerk)
    for at, (name, act) in enumerate(FLOORS.items()):
        walked.by_hand[name] += [
            seconds(lambda seq=seq, act=act: act(number, seq=seq))  # type: ignore[misc]
            for seq in range(at * 8 + 1, at * 8 + 9)
        ]


def _walk_one(walked: Walked, *, opener: Viewer, clerk: Viewer) -> None:
    opened: list[Case] = []
    walked.openings.append(seconds(lambda: opened.append(open_case("ordinary", by=opener))))
    while step := Step.objects.open().filter(run=opened[0].run_id).first():
        walked.completions.append(seconds(lambda: complete(step, by=clerk)))  # noqa: B023
        walked.states.append(_state_bytes(opened[0]))


@dataclass(frozen=True, kw_only=True)
class Looped:
    """Seconds of a turn of a loop in a fresh case and in one that has turned often, and how long their states are."""

    fresh: float
    worn: float
    fresh_bytes: int
    worn_bytes: int


def loop_turns(*, turns: int, opener: Viewer, clerk: Viewer) -> Looped:
    """Turn one case often; then turn it and fresh ones by turns, so that both have the same weather."""
    publish("loop", matter.loop(), now=timezone.now())
    case = open_case("loop", by=opener)
    for _ in range(turns):
        _turn(case, by=clerk)
    fresh, worn = [], []
    for _ in range(COMPARED):
        other = open_case("loop", by=opener)
        fresh.append(_turn(other, by=clerk))
        worn.append(_turn(case, by=clerk))
    return Looped(
        fresh=median(fresh), worn=median(worn), fresh_bytes=_state_bytes(other), worn_bytes=_state_bytes(case)
    )


def _turn(case: Case, *, by: Viewer) -> float:
    step = Step.objects.open().get(run=case.run_id)
    return seconds(lambda: send_back(step, by=by))


def _state_bytes(case: Case) -> int:
    return len(Run.objects.get(pk=case.run_id).state.encode())


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


def large_diagram(*, opener: Viewer, clerk: Viewer) -> tuple[float, float]:
    """Seconds to publish a diagram of as many nodes as are allowed, and of a step in it."""
    publishing = seconds(lambda: publish("large", matter.large(), now=timezone.now()))
    run = open_case("large", by=opener).run_id
    steps = []
    for _ in range(12):
        step = Step.objects.open().get(run=run)
        steps.append(seconds(lambda: complete(step, by=clerk)))  # noqa: B023
    return publishing, median(steps)


def sweep(*, due: int, others: int, opener: Viewer, clerk: Viewer) -> tuple[float, float]:
    """Seconds a timer: a sweep of due timers alone, and of as many among others that are not due."""
    alone = _sweep(due, opener=opener, clerk=clerk)
    far = open_case("ordinary", by=opener)
    city.fill_timers(Step.objects.open().get(run=far.run_id), timers=others)
    return alone, _sweep(due, opener=opener, clerk=clerk)


def _sweep(due: int, *, opener: Viewer, clerk: Viewer) -> float:
    for _ in range(due):
        case = open_case("ordinary", by=opener)
        complete(Step.objects.open().get(run=case.run_id), by=clerk)
    fired: list[int] = []
    then = timezone.now() + timedelta(days=4)
    taken = seconds(lambda: fired.append(clockwork.fire_due_timers(now=then, limit=due)))
    assert fired == [due]
    return taken / due


def bytes_stored() -> int:
    """What all tables hold with their indexes, without what updates left behind."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM FULL")
        cursor.execute("SELECT sum(pg_total_relation_size(relid))::bigint FROM pg_stat_user_tables")
        return int(cursor.fetchone()[0])


def open_case(key: str, *, by: Viewer) -> Case:
    return intake.open_case(NewCase(matter=key, area=GRID, title="三巷 12 号院墙体开裂"), by=by)


def complete(step: Step, *, by: Viewer) -> None:
    approvals.act(step.pk, "complete", by=by, said=Said(comment="已核实"))


def send_back(step: Step, *, by: Viewer) -> None:
    approvals.act(step.pk, "return", by=by, said=Said(comment="请补充照片"))


def _step_alone(plan: engine.Plan, text: str, data: dict[str, object], token: int) -> engine.Run:
    run = engine.load(plan, text, data=data, now=NOW)
    run.complete(token, {"结论": "退回"})
    run.dump()
    return run
