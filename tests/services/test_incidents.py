"""What cannot go on is seen, and mended with a reason."""

import pytest
from django.utils import timezone

from casework.errors import NothingToTakeBack, NotNow, NotValid, NotYours, ReasonMissing, VerbNotAllowed
from casework.models import CaseEvent, IdempotentRequest
from casework.queries.viewers import viewer_for
from casework.services import incidents
from casework.services.clockwork import tick_until_quiet, watch
from casework.services.incidents import Mending, find_stuck
from casework.services.journal import breaks
from casework.services.locks import database_now
from casework.services.progress import rebuild_differences
from tests.api.conftest import Api
from tests.diagrams import chain, flow, publish, task
from tests.services.test_time import MACHINE
from tests.services.test_walk import act, opened, step_of
from workflows.errors import MoveRefused
from workflows.models import Incident, Step

pytestmark = pytest.mark.django_db

NO_WAY = (
    '<startEvent id="s"/>'
    + task("a", level="town", post="planning")
    + '<exclusiveGateway id="g" name="几级"/><endEvent id="e"/>'
    + chain("s", "a", "g")
    + flow("g", "e", "等级 == 1")
)


def mend(incident, verb, user, reason="已与数据岗核实", *, to="", **values):
    how = Mending(reason=reason, values=values, to=to)
    return incidents.act(incident.pk, verb, by=viewer_for(user), how=how)


def test_gateway_with_no_way_out_refuses_the_act_and_is_seen(world):
    publish("m", NO_WAY, now=timezone.now())
    case = opened(world, 等级=2)
    step = step_of(case, "a")

    for _ in range(2):
        with pytest.raises(MoveRefused):
            act(step, "complete", world.planning)

    incident = Incident.objects.get(run=case.run)
    assert (incident.kind, incident.step) == ("move", step)
    assert CaseEvent.objects.filter(case=case, kind="completed").count() == 0
    assert step_of(case, "a") == step


def test_changed_data_and_another_try_let_the_case_go_on(world):
    publish("m", NO_WAY, now=timezone.now())
    case = opened(world, 等级=2)
    with pytest.raises(MoveRefused):
        act(step_of(case, "a"), "complete", world.planning)

    mend(Incident.objects.get(run=case.run), "retry", world.administrator, 等级=1)

    assert act(step_of(case, "a"), "complete", world.planning).status == "closed"
    assert CaseEvent.objects.get(case=case, kind="mended").data["values"] == {"等级": 1}
    assert list(breaks()) == []


def test_machine_step_is_skipped_with_the_value_it_would_have_brought(world):
    publish("m", MACHINE.replace("count_breaches", "no_such_thing"), now=timezone.now())
    case = opened(world)
    tick_until_quiet()

    mend(Incident.objects.get(run=case.run), "skip", world.administrator, 三十日内次数=3)

    case.refresh_from_db()
    assert case.data["三十日内次数"] == 3
    assert Step.objects.open().get(run=case.run).element == "look"


def test_what_was_tried_again_for_an_act_cannot_be_withdrawn_any_more(world):
    body = MACHINE.replace("count_breaches", "no_such_thing").replace(chain("s", "count"), "")
    publish(
        "m", body + task("a", level="town", post="planning") + chain("s", "a", "count"), now=timezone.now()
    )
    case = opened(world)
    act(step_of(case, "a"), "complete", world.planning)
    tick_until_quiet()

    mend(Incident.objects.get(run=case.run), "retry", world.administrator)

    with pytest.raises(NothingToTakeBack):
        act(Step.objects.get(run=case.run, element="a"), "withdraw", world.planning)


def test_case_is_ended_as_void(world):
    publish("m", MACHINE.replace("count_breaches", "no_such_thing"), now=timezone.now())
    case = opened(world)
    tick_until_quiet()

    mend(Incident.objects.get(run=case.run), "end", world.administrator)

    case.refresh_from_db()
    assert (case.status, case.outcome) == ("void", "作废")
    assert not Step.objects.open().filter(run=case.run).exists()


@pytest.mark.parametrize(
    ("case", "who", "verb", "reason", "error"),
    [
        ("not their business", "planning", "retry", "试", NotYours),
        ("without a reason", "administrator", "retry", " ", ReasonMissing),
        ("no such verb", "administrator", "explode", "试", VerbNotAllowed),
    ],
)
def test_mending_is_refused(case, who, verb, reason, error, world):
    publish("m", MACHINE.replace("count_breaches", "no_such_thing"), now=timezone.now())
    row = opened(world)
    tick_until_quiet()
    incident = Incident.objects.get(run=row.run)

    with pytest.raises(error):
        mend(incident, verb, getattr(world, who), reason)

    incident.refresh_from_db()
    assert incident.resolved_at is None
    assert not CaseEvent.objects.filter(case=row, kind="mended").exists()


def test_what_is_mended_is_not_mended_twice(world):
    publish("m", MACHINE.replace("count_breaches", "no_such_thing"), now=timezone.now())
    case = opened(world)
    tick_until_quiet()
    incident = Incident.objects.get(run=case.run)
    mend(incident, "skip", world.administrator, 三十日内次数=3)

    with pytest.raises(NotNow):
        mend(incident, "skip", world.administrator, 三十日内次数=3)


def test_silent_case_is_found_once(world):
    publish("m", NO_WAY, now=timezone.now())
    case = opened(world)
    Step.objects.filter(run=case.run).update(status="cancelled", closed_at=timezone.now())

    assert [watch(), watch()] == [1, 0]

    assert Incident.objects.get(run=case.run).kind == "stuck"


def test_case_that_was_ended_since_it_was_seen_is_left_alone(world, monkeypatch):
    publish("m", NO_WAY, now=timezone.now())
    case = opened(world)
    monkeypatch.setattr(incidents, "_silent", lambda *_args, **_named: [case.pk])

    assert find_stuck(now=timezone.now()) == 0

    assert not Incident.objects.exists()


def test_silent_cases_are_found_in_parts_when_there_are_too_many_to_look_at(world):
    publish("m", NO_WAY, now=timezone.now())
    cases = [opened(world) for _ in range(5)]
    silent = [case.run_id for case in (cases[1], cases[3], cases[4])]
    Step.objects.filter(run__in=silent).update(status="cancelled", closed_at=timezone.now())

    found = [find_stuck(now=timezone.now(), part=2, seconds=0) for _ in range(4)]

    assert found == [1, 1, 1, 0]
    assert list(Incident.objects.order_by("run").values_list("run", flat=True)) == silent


def test_work_is_moved_to_another_step_by_hand(world):
    publish("m", MACHINE.replace("count_breaches", "no_such_thing"), now=timezone.now())
    case = opened(world)
    tick_until_quiet()
    incident = Incident.objects.get(run=case.run)

    with pytest.raises(NotValid):
        mend(incident, "move", world.administrator)
    with pytest.raises(MoveRefused):
        mend(incident, "move", world.administrator, to="nowhere")
    mend(incident, "move", world.administrator, to="look")

    assert Step.objects.open().get(run=case.run).element == "look"
    case.refresh_from_db()
    assert rebuild_differences(case, now=database_now()) == []


def test_refused_act_is_seen_also_when_it_came_with_a_key(world):
    publish("m", NO_WAY, now=timezone.now())
    case = opened(world, 等级=2)
    step = step_of(case, "a")
    api = Api(user=world.planning)

    answer = api.post(f"steps/{step.pk}/complete/", {}, HTTP_IDEMPOTENCY_KEY="7c1e")

    assert (answer.status_code, answer.json()["code"]) == (422, "move_refused")
    assert Incident.objects.get(run=case.run).step == step
    assert not IdempotentRequest.objects.exists()
