"""The forecast is what then happens: it is compared with the move that is really made."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.queries.cases import access_step
from casework.queries.forecast import forecast
from casework.queries.viewers import viewer_for
from casework.services.approvals import step_form
from casework.verbs import VERBS
from tests.diagrams import chain, flow, publish, task
from tests.pages.desk_matter import act, open_case, publish_desk_matter, signed, step_of, surveyed
from workflows.models import Run, Step

pytestmark = pytest.mark.django_db
AMOUNT = {
    "key": "amount",
    "title": {"zh": "概算", "en": "Amount"},
    "fields": [
        {"name": "概算", "type": "number", "label": {"zh": "概算", "en": "Amount"}, "required": True},
        {"name": "备注", "type": "text", "label": {"zh": "备注", "en": "Remark"}},
    ],
}


@pytest.fixture
def matter(world):
    return publish_desk_matter()


def ahead(world, user, case, element, verb, submitted=None):
    case, step = access_step(viewer_for(user), step_of(case, element).pk)
    now = timezone.now()
    form = None
    if step.settings.get("form"):
        form = step_form(case, step, language="zh-hans", now=now, submitted=submitted)
    return forecast(case, step, VERBS[verb], form=form, now=now)


def works(seen):
    return [[(work.kind, work.name) for work in branch.works] for branch in seen.branches]


def test_open_answer_lists_every_way_with_the_answer_that_leads_there(world, matter):
    case = signed(world)

    seen = ahead(world, world.planning, case, "survey", "complete")

    first, second = seen.branches
    assert ["纳入改造" in text for text in (*first.when, *second.when)] == [True, False]
    assert [work.kind for work in (*first.works, *second.works)] == ["human", "end"]
    assert first.works[0].name == "住建审核"
    assert seen.depends_on == ()


def test_given_answer_leaves_one_way_and_it_comes_true(world, matter):
    case = signed(world)
    answers = {"裂缝宽度": "3", "勘查结论": "纳入改造"}

    seen = ahead(world, world.planning, case, "survey", "complete", answers)

    (branch,) = seen.branches
    (work,) = branch.works
    assert branch.when == ()
    assert [holder.people for holder in work.holders] == [("孙立",)]

    act(step_of(case, "survey"), "complete", world.planning, fields={"裂缝宽度": 3, "勘查结论": "纳入改造"})

    real = step_of(case, "review")
    assert (real.name, real.candidates) == (work.name, [work.holders[0].code])
    assert abs(real.due_at - work.due_at).total_seconds() < 60


def test_return_shows_who_gets_it_back(world, matter):
    case = surveyed(world)

    seen = ahead(world, world.housing_reviewer, case, "review", "return")

    assert works(seen) == [[("human", "现场勘查")]]
    assert seen.branches[0].works[0].holders[0].people == ("张志强",)


def test_number_that_decides_is_named_and_its_ways_are_listed(world):
    body = (
        '<startEvent id="s"/>'
        + task("survey", name="概算", level="town", post="planning", form="amount")
        + '<exclusiveGateway id="g" default="g_small"/>'
        + task("big", name="区级审批", level="district", unit="finance", post="reviewer")
        + task("small", name="街道审批", level="town", post="commander")
        + '<endEvent id="e"/>'
        + chain("s", "survey", "g")
        + flow("g", "big", "概算 &gt; 42")
        + flow("g", "small")
        + chain("big", "e")
        + chain("small", "e")
    )
    publish("desk_matter", body, now=timezone.now(), forms={"amount": AMOUNT})
    case = open_case(world)

    unfilled = ahead(world, world.planning, case, "survey", "complete")
    at_limit = ahead(world, world.planning, case, "survey", "complete", {"概算": "42"})
    above = ahead(world, world.planning, case, "survey", "complete", {"概算": "42.5"})

    assert sorted(works(unfilled)) == [[("human", "区级审批")], [("human", "街道审批")]]
    assert unfilled.depends_on == ("概算",)
    assert works(at_limit) == [[("human", "街道审批")]]
    assert works(above) == [[("human", "区级审批")]]


def test_other_branches_that_are_still_open_are_named(world):
    body = (
        '<startEvent id="s"/><parallelGateway id="f"/>'
        + task("a", name="勘查", level="town", post="planning")
        + task("b", name="走访", level="town", post="civil_affairs")
        + '<parallelGateway id="j"/><endEvent id="e"/>'
        + chain("s", "f", "a", "j", "e")
        + chain("f", "b", "j")
    )
    publish("desk_matter", body, now=timezone.now())
    case = open_case(world)

    assert works(ahead(world, world.planning, case, "a", "complete")) == [[("join", "走访")]]


def test_copies_of_one_step_are_one_line(world):
    loop = (
        '<multiInstanceLoopCharacteristics isSequential="false">'
        "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    many = task("many", name="会审", level="district", unit="housing", post="reviewer").replace(
        "/>", f">{loop}</userTask>"
    )
    body = '<startEvent id="s"/>' + task("a", level="town", post="planning") + many
    body += '<endEvent id="e"/>' + chain("s", "a", "many", "e")
    publish("desk_matter", body, now=timezone.now())
    case = open_case(world)

    (branch,) = ahead(world, world.planning, case, "a", "complete").branches

    assert [(work.name, work.times) for work in branch.works] == [("会审", 3)]


def test_looking_ahead_changes_nothing(world, matter):
    case = signed(world)
    step = step_of(case, "survey")
    before = (Run.objects.get(pk=case.run_id).state, Step.objects.count(), case.events.count())
    client = Client()
    client.force_login(world.planning)

    answer = client.post(
        reverse("desk:ahead", args=[step.pk]), {"act.verb": "complete", "勘查结论": "纳入改造"}
    )

    assert answer.status_code == 200
    assert "住建审核" in answer.content.decode()
    assert (Run.objects.get(pk=case.run_id).state, Step.objects.count(), case.events.count()) == before


def test_forecast_is_for_those_who_see_the_case(world, matter):
    step = step_of(signed(world), "survey")
    client = Client()
    client.force_login(world.enforcement)

    assert client.post(reverse("desk:ahead", args=[step.pk]), {"act.verb": "complete"}).status_code == 404
