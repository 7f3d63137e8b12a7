"""启动环节: beginning the steps of a part that has no order, by whom, as often as wanted, and taking it back."""

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.api import answers
from casework.errors import NotValid, NotYours, VerbNotNow
from casework.verbs import CASE_VERBS
from tests.api.conftest import Api
from tests.api.test_schema import _matches
from tests.diagrams import chain, publish, task
from tests.services.acting import allowed, ensure_sound, kinds, on_case, opened, step
from workflows.models import Step

pytestmark = pytest.mark.django_db


def part(*, more="", inside="", loop=""):
    visit = task("visit", name="上门走访", level="town", post="planning")
    call = task("call", name="电话沟通", level="town", post="mediation")
    return (
        '<startEvent id="s"/>'
        f'<adHocSubProcess id="work" name="化解" {more}>{loop}{visit}{call}{inside}</adHocSubProcess>'
        + task("check", name="核查", level="town", post="duty_officer")
        + '<endEvent id="e"/>'
        + chain("s", "work", "check", "e")
    )


UNTIL_SOLVED = "<completionCondition>化解成功</completionCondition>"


def at_work(world, body=""):
    publish("m", body or part(inside=UNTIL_SOLVED), now=timezone.now())
    return opened(world, 化解成功=False)


def open_elements(case):
    return sorted(Step.objects.open().filter(run__case=case.pk).values_list("element", flat=True))


def test_a_step_is_begun_again_as_often_as_the_work_asks_for_it(world):
    case = at_work(world)
    step(case, "visit", "complete", world.planning, fields={})

    on_case(case, "begin", world.mediation, to_element="visit", comment="再上门一次")

    assert open_elements(case) == ["call", "visit"]
    assert kinds(case)[-2:] == ["begun", "opened"]
    ensure_sound(case)
    on_case(case, "begin", world.duty_officer, to_element="visit")
    assert open_elements(case) == ["call", "visit", "visit"]


def test_in_a_sequence_what_is_begun_comes_next(world):
    case = at_work(world, part(more='ordering="Sequential"'))
    step(case, "visit", "complete", world.planning, fields={})

    on_case(case, "begin", world.mediation, to_element="visit")

    assert open_elements(case) == ["call"]
    step(case, "call", "complete", world.mediation, fields={})
    assert open_elements(case) == ["visit"]


def test_it_can_be_taken_back(world):
    case = at_work(world)
    on_case(case, "begin", world.planning, to_element="call")

    on_case(case, "undo", world.planning)

    assert open_elements(case) == ["call", "visit"]
    ensure_sound(case)


def test_who_has_no_work_there_may_not_and_nobody_may_where_there_is_no_such_part(world):
    case = at_work(world)

    with pytest.raises(NotYours):
        on_case(case, "begin", world.grid_worker, to_element="visit")
    with pytest.raises(NotValid):
        on_case(case, "begin", world.planning, to_element="check")
    step(case, "visit", "complete", world.planning, fields={"化解成功": True})
    assert open_elements(case) == ["check"]
    assert "begin" not in allowed(case, world.duty_officer)
    with pytest.raises(VerbNotNow):
        on_case(case, "begin", world.duty_officer, to_element="visit")


def test_of_several_parts_with_the_same_steps_one_is_named(world):
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    case = at_work(world, part(inside=UNTIL_SOLVED, loop=loop))

    with pytest.raises(NotValid) as refused:
        on_case(case, "begin", world.planning, to_element="visit")
    assert list(refused.value.fields) == ["item"]


def test_the_card_of_the_next_step_offers_what_can_be_begun(client, world):
    case = at_work(world)
    client.force_login(world.planning)

    page = client.get(reverse("desk:case", args=[case.number])).content.decode()
    assert reverse("desk:act_on", args=[case.number, "begin"]) in page
    asked = client.get(reverse("desk:act_on", args=[case.number, "begin"])).content.decode()
    assert "上门走访" in asked
    assert "电话沟通" in asked
    assert "按流程退回" not in asked
    answer = client.post(reverse("desk:act_on", args=[case.number, "begin"]), {"act.to": "call"})

    assert answer.status_code == 302
    assert open_elements(case) == ["call", "call", "visit"]
    assert str(CASE_VERBS["begin"].event) in kinds(case)


def test_the_interface_tells_what_can_be_begun_and_begins_it(world):
    case = at_work(world)
    api = Api(user=world.mediation)

    offered = api.get(f"cases/{case.number}/offers/").json()["results"]
    assert [(one["element"], one["name"], one["part"]) for one in offered] == [
        ("visit", "上门走访", "化解"),
        ("call", "电话沟通", "化解"),
    ]
    _matches(answers.Offers, {"results": offered})
    answer = api.post(f"cases/{case.number}/begin/", {"to_element": "call", "item": offered[0]["item"]})
    assert [one["element"] for one in answer.json()["steps"]] == ["visit", "call", "call"]
    refused = api.post(f"cases/{case.number}/begin/", {"to_element": "no such step"})
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["to_element"])
