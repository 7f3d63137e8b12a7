"""Two and more at once: exactly one wins, the others are told, nothing is doubled."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from casework.errors import CaseworkError
from casework.models import Case, CaseEvent, Decision
from casework.queries.viewers import viewer_for
from casework.services import approvals, intake, progress
from casework.services.approvals import Said
from casework.services.clockwork import fire_due_timers
from casework.services.intake import NewCase, NewReport
from casework.services.journal import breaks
from casework.services.locks import database_now
from casework.services.progress import rebuild_differences
from tests.diagrams import ONE_STEP, chain, flow, publish, task
from tests.services.test_time import PLAN, PLAN_HEAD
from tests.world import GRID
from workflows.errors import WorkflowsError
from workflows.models import Step

pytestmark = pytest.mark.chaos

BRANCHES = (
    '<startEvent id="s"/><exclusiveGateway id="in"/><parallelGateway id="fork"/><parallelGateway id="join"/>'
    + task("a", level="town", post="planning")
    + task("b", level="town", post="enforcement")
    + task("after", level="town", post="duty_officer")
    + '<exclusiveGateway id="again" default="again_e"/><endEvent id="e"/>'
    + chain("s", "in", "fork", "a", "join", "after", "again")
    + chain("fork", "b", "join")
    + flow("again", "e")
    + flow("again", "in", "返工 == True")
)
WITH_TIMER = (
    '<startEvent id="s"/>'
    + task("ask", level="town", post="planning")
    + '<boundaryEvent id="late" attachedToRef="ask"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
    + "</timerEventDefinition></boundaryEvent>"
    + task("chief", level="town", post="duty_chief")
    + '<endEvent id="e"/><endEvent id="e2"/>'
    + chain("s", "ask", "e")
    + chain("late", "chief", "e2")
)


def at_once(*acts):
    """Run all acts in threads that start together; what each answered or raised."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait(timeout=30)
            return act()
        except (CaseworkError, WorkflowsError) as error:
            return getattr(error, "code", type(error).__name__)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def opened(world, **data):
    return intake.open_case(
        NewCase(matter="m", area=GRID, title="竞争", data=data), by=viewer_for(world.grid_worker)
    )


def step_of(case, element):
    return Step.objects.open().get(run=case.run, element=element)


def completing(step, user, **fields):
    viewer = viewer_for(user)
    return lambda: approvals.act(step.pk, "complete", by=viewer, said=Said(fields=fields)) and "won"


def ensure_sound(case):
    assert list(breaks()) == []
    case = Case.objects.get(pk=case.pk)
    assert rebuild_differences(case, now=database_now()) == []


def test_of_twenty_who_complete_one_step_one_wins(world):
    publish("m", ONE_STEP, now=timezone.now())
    case = opened(world)
    step = step_of(case, "survey")

    answers = Counter(at_once(*[completing(step, world.planning) for _ in range(20)]))

    assert answers == {"won": 1, "step_not_open": 19}
    assert Decision.objects.filter(step=step).count() == 1
    assert CaseEvent.objects.filter(case=case, kind="completed").count() == 1
    ensure_sound(case)


@pytest.mark.parametrize("rounds", [1, 3])
def test_two_branches_that_end_together_join_once_in_every_round(rounds, world):
    publish("m", BRANCHES, now=timezone.now())
    case = opened(world, 返工=False)

    for turn in range(rounds):
        a, b = step_of(case, "a"), step_of(case, "b")
        answers = at_once(completing(a, world.planning), completing(b, world.enforcement))
        assert answers == ["won", "won"]
        after = step_of(case, "after")
        completing(after, world.duty_officer, 返工=turn < rounds - 1)()

    case.refresh_from_db()
    assert case.status == "closed"
    assert Step.objects.filter(run=case.run, element="after").count() == rounds
    ensure_sound(case)


def test_timer_against_person_has_one_winner(world):
    now = timezone.now()
    publish("m", WITH_TIMER, now=now)
    for _ in range(5):
        case = opened(world)
        ask = step_of(case, "ask")
        answers = at_once(
            completing(ask, world.planning), lambda: fire_due_timers(now=now + timedelta(hours=2))
        )

        ask.refresh_from_db()
        person_won = answers[0] == "won"
        assert answers[0] in ("won", "step_not_open")
        assert ask.status == ("done" if person_won else "cancelled")
        assert Step.objects.open().filter(run=case.run, element="chief").exists() is not person_won
        ensure_sound(case)


def test_message_against_timer_has_one_winner(world):
    now = timezone.now()
    publish("m", PLAN, heads=PLAN_HEAD, now=now)
    for _ in range(5):
        case = opened(world)
        at_once(
            lambda number=case.number: progress.deliver_message("列入年度计划", correlation=number),
            lambda: fire_due_timers(now=now + timedelta(days=91)),
        )

        fire_due_timers(now=now + timedelta(days=91))  # a sweep passes by a locked case and comes round again
        opened_elements = sorted(Step.objects.filter(run=case.run).values_list("element", flat=True))
        assert opened_elements in (["look"], ["works"])
        ensure_sound(case)


def test_report_sent_five_times_at_once_is_one_case(world):
    publish("m", ONE_STEP, now=timezone.now())
    report = NewReport(token=uuid4(), matter="m", summary="垃圾成堆", area=GRID)
    by = viewer_for(world.grid_worker)

    numbers = at_once(*[lambda: intake.submit_report(report, by=by).number] * 5)

    assert len(set(numbers)) == 1
    assert Case.objects.count() == 1
