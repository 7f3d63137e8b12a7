"""What time, messages and machines do to a case."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from casework.handlers import HANDLERS, WrongOutcome
from casework.models import CaseEvent, Clock, Outbox
from casework.queries.viewers import viewer_for
from casework.services import approvals, intake, outbox, progress
from casework.services.approvals import Said
from casework.services.clockwork import fire_due_timers, sweep_clocks, tick_until_quiet
from casework.services.intake import NewCase
from tests.diagrams import chain, publish, task
from tests.world import GRID
from workflows.models import Incident, Step, Subscription, Timer

pytestmark = pytest.mark.django_db

REMIND = (
    '<startEvent id="s"/>'
    + task("sign", name="签收", level="town", post="duty_officer", limit="15m")
    + '<boundaryEvent id="late" attachedToRef="sign" cancelActivity="false"><timerEventDefinition>'
    + "<timeDuration>PT15M</timeDuration></timerEventDefinition></boundaryEvent>"
    + task("chase", name="催办", level="town", post="duty_chief")
    + '<endEvent id="e"/><endEvent id="e2"/>'
    + chain("s", "sign", "e")
    + chain("late", "chase", "e2")
)
PLAN_HEAD = '<message id="m1" name="列入年度计划"/>'
PLAN = (
    '<startEvent id="s"/><eventBasedGateway id="g"/>'
    '<intermediateCatchEvent id="listed" cw:correlation="案件编号"><messageEventDefinition messageRef="m1"/>'
    "</intermediateCatchEvent>"
    '<intermediateCatchEvent id="later"><timerEventDefinition><timeDuration>P90D</timeDuration>'
    "</timerEventDefinition></intermediateCatchEvent>"
    + task("works", level="town", post="planning")
    + task("look", level="district", unit="housing", post="reviewer")
    + '<endEvent id="e"/><endEvent id="e2"/>'
    + chain("s", "g", "listed", "works", "e")
    + chain("g", "later", "look", "e2")
)
MACHINE = (
    '<startEvent id="s"/><serviceTask id="count" name="统计" cw:operation="count_breaches"/>'
    + task("look", level="town", post="planning")
    + '<endEvent id="e"/>'
    + chain("s", "count", "look", "e")
)


def opened(world, matter="m", **data):
    new = NewCase(matter=matter, area=GRID, title="坝坝舞", data=data)
    return intake.open_case(new, by=viewer_for(world.grid_worker))


def open_elements(case):
    return sorted(Step.objects.open().filter(run=case.run).values_list("element", flat=True))


def test_reminder_opens_beside_the_late_step_and_only_once(world):
    now = timezone.now()
    publish("m", REMIND, now=now)
    case = opened(world)
    assert fire_due_timers(now=now + timedelta(minutes=14)) == 0

    assert fire_due_timers(now=now + timedelta(minutes=20)) == 1
    assert fire_due_timers(now=now + timedelta(minutes=20)) == 0

    assert open_elements(case) == ["chase", "sign"]
    assert CaseEvent.objects.filter(case=case, kind="timer").count() == 1


def test_clock_that_ran_out_is_said_once(world):
    now = timezone.now()
    publish("m", REMIND, now=now)
    case = opened(world)

    assert [sweep_clocks(now=now + timedelta(hours=1)) for _ in range(2)] == [1, 0]

    assert CaseEvent.objects.get(case=case, kind="overdue").data["name"] == "签收"
    assert Clock.objects.get(case=case).breached_at is not None


def test_message_finds_its_case_by_key_and_closes_the_other_wait(world):
    publish("m", PLAN, heads=PLAN_HEAD, now=timezone.now())
    first, second = opened(world), opened(world)

    taken = progress.deliver_message("列入年度计划", correlation=second.number, payload={"批次": "2027"})

    assert taken == [second.number]
    assert (open_elements(first), open_elements(second)) == ([], ["works"])
    assert not Subscription.objects.filter(run=second.run).exists()
    assert not Timer.objects.filter(run=second.run, fired_at=None).exists()
    second.refresh_from_db()
    assert second.data["批次"] == "2027"


def test_message_that_nobody_waits_for_is_taken_by_nobody(world):
    publish("m", PLAN, heads=PLAN_HEAD, now=timezone.now())
    case = opened(world)

    assert progress.deliver_message("列入年度计划", correlation="2020-0101-00001") == []
    assert progress.deliver_message("没有这种消息") == []

    assert Subscription.objects.filter(run=case.run).count() == 1


def test_review_date_takes_the_case_when_no_message_comes(world):
    now = timezone.now()
    publish("m", PLAN, heads=PLAN_HEAD, now=now)
    case = opened(world)

    tick_until_quiet(at=now + timedelta(days=91))

    assert open_elements(case) == ["look"]
    assert progress.deliver_message("列入年度计划", correlation=case.number) == []


def test_machine_step_runs_outside_and_brings_its_values(world):
    now = timezone.now()
    publish("m", MACHINE, now=now)
    case = opened(world)
    assert open_elements(case) == ["count"]

    tick_until_quiet()

    case.refresh_from_db()
    assert case.data["三十日内次数"] == 1
    assert open_elements(case) == ["look"]
    assert Outbox.objects.get().state == "done"


def test_unknown_operation_becomes_an_incident_that_people_see(world):
    publish("m", MACHINE.replace("count_breaches", "no_such_thing"), now=timezone.now())
    case = opened(world)

    tick_until_quiet()

    incident = Incident.objects.get(run=case.run)
    assert (incident.element, incident.kind) == ("count", "machine_step")
    assert "no_such_thing" in incident.message
    assert Outbox.objects.get().state == "dead"
    assert open_elements(case) == ["count"]


def test_failing_handler_is_tried_again_later_and_then_given_up(world, monkeypatch):
    def broken(work):
        raise OSError("the register does not answer")

    monkeypatch.setitem(
        HANDLERS, "count_breaches", type(HANDLERS["count_breaches"])(key="x", title="x", run=broken)
    )
    publish("m", MACHINE, now=timezone.now())
    case = opened(world)

    at = timezone.now()
    for _ in range(8):
        tick_until_quiet(at=at)
        at += timedelta(hours=2)

    row = Outbox.objects.get()
    assert (row.state, row.attempts) == ("dead", 8)
    assert "the register does not answer" in Incident.objects.get(run=case.run).message
    monkeypatch.undo()
    assert outbox.retry(row.pk, now=at)
    tick_until_quiet(at=at)
    assert open_elements(case) == ["look"]


def test_late_worker_cannot_overwrite_what_another_did(world):
    now = timezone.now()
    outbox.enqueue("k", kind="message", payload={}, now=now)
    slow = outbox.claim(worker="slow", now=now)
    Outbox.objects.update(lease_until=now - timedelta(seconds=1))
    quick = outbox.claim(worker="quick", now=now)

    outbox._again(slow, "too late", worker="slow", now=now)

    row = Outbox.objects.get()
    assert (quick.attempts, row.state, row.lease_by, row.last_error) == (2, "leased", "quick", "")


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01T00:00:00", ""])
def test_tick_wants_a_moment(text, world):
    if text:
        with pytest.raises(CommandError, match="is no moment"):
            call_command("tick", at=text)
    else:
        call_command("tick", at=text)


SIGNALS = '<signal id="sig" name="停电"/>'
LISTENER = (
    '<startEvent id="s"/><intermediateCatchEvent id="hear"><signalEventDefinition signalRef="sig"/>'
    "</intermediateCatchEvent>"
    + task("look", level="town", post="planning")
    + '<endEvent id="e"/>'
    + chain("s", "hear", "look", "e")
)
CALLER = (
    '<startEvent id="s"/><parallelGateway id="fork"/>'
    '<intermediateCatchEvent id="hear"><signalEventDefinition signalRef="sig"/></intermediateCatchEvent>'
    '<intermediateCatchEvent id="again"><signalEventDefinition signalRef="sig"/></intermediateCatchEvent>'
    + task("call", level="town", post="planning")
    + '<endEvent id="throw"><signalEventDefinition signalRef="sig"/></endEvent><endEvent id="e"/>'
    + chain("s", "fork", "call", "throw")
    + chain("fork", "hear", "again", "e")
)


def test_signal_is_heard_by_other_cases_and_once_by_the_one_that_sent_it(world):
    publish("listener", LISTENER, heads=SIGNALS, now=timezone.now())
    publish("caller", CALLER, heads=SIGNALS, now=timezone.now())
    listener, caller = opened(world, "listener"), opened(world, "caller")

    approvals.act(
        Step.objects.open().get(run=caller.run).pk, "complete", by=viewer_for(world.planning), said=Said()
    )
    tick_until_quiet()

    assert open_elements(listener) == ["look"]
    assert list(Subscription.objects.filter(run=caller.run).values_list("element", flat=True)) == ["again"]


@pytest.mark.parametrize(("urgent", "limit"), [(True, "15m"), (False, "1wd")])
def test_limit_given_by_an_expression_is_kept_as_it_came_out(urgent, limit, world):
    body = REMIND.replace('cw:limit="15m"', "cw:limit=\"='15m' if 紧急 else '1wd'\"")
    publish("m", body, now=timezone.now())

    case = opened(world, 紧急=urgent)

    step = Step.objects.open().get(run=case.run)
    assert (step.settings["limit"], step.clock.rule) == (limit, limit)


def test_wrong_outcome_of_a_handler_is_caught_by_the_boundary_event(world, monkeypatch):
    def wrong(work):
        raise WrongOutcome("NO_RECORD", "台账里没有这个地点")

    handler = type(HANDLERS["count_breaches"])(key="x", title="x", run=wrong)
    monkeypatch.setitem(HANDLERS, "count_breaches", handler)
    caught = (
        '<boundaryEvent id="none" attachedToRef="count"><errorEventDefinition errorRef="err"/></boundaryEvent>'
        + task("register", level="town", post="duty_officer")
        + '<endEvent id="e2"/>'
        + chain("none", "register", "e2")
    )
    heads = '<error id="err" name="无记录" errorCode="NO_RECORD"/>'
    publish("m", MACHINE + caught, heads=heads, now=timezone.now())
    case = opened(world)

    tick_until_quiet()

    assert open_elements(case) == ["register"]
    assert Outbox.objects.get().state == "done"
    assert not Incident.objects.filter(run=case.run).exists()
