"""The case page: what it tells, to whom, and that talking about a case changes nothing else."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import Case, CaseEvent
from tests.diagrams import chain, publish, task
from tests.pages.desk_matter import act, open_case, publish_desk_matter, signed, step_of, surveyed
from workflows.models import Step

pytestmark = pytest.mark.django_db
PARALLEL = (
    '<startEvent id="s"/><parallelGateway id="f"/>'
    + task("a", name="勘查", level="town", post="planning")
    + task("b", name="绘图", level="town", post="planning")
    + '<parallelGateway id="j"/><endEvent id="e"/>'
    + chain("s", "f", "a", "j", "e")
    + chain("f", "b", "j")
)


@pytest.fixture
def matter(world):
    return publish_desk_matter()


def as_person(user):
    client = Client()
    client.force_login(user)
    return client


def page_of(user, case, **query):
    return as_person(user).get(reverse("desk:case", args=[case.number]), query)


@pytest.mark.parametrize(
    ("who", "status", "has_card"),
    [
        ("planning", 200, True),
        ("duty_officer", 200, False),
        ("community_secretary", 200, False),
        ("grid_worker", 200, False),
        ("leader", 200, False),
        ("enforcement", 404, False),
        ("other_community_secretary", 404, False),
        ("sibling_duty_officer", 404, False),
        ("stranger", 404, False),
    ],
)
def test_who_sees_the_case_and_who_may_act(world, matter, who, status, has_card):
    case = signed(world)

    response = page_of(getattr(world, who), case)

    assert response.status_code == status
    if status == 200:
        assert (response.context["card"].work is not None) is has_card


def test_whoever_may_only_look_is_told_who_has_it(world, matter):
    case = signed(world)

    page = page_of(world.duty_officer, case).content.decode()

    assert "规划建设岗" in page
    assert "张志强" in page
    assert "btn--primary" not in page


def test_card_offers_the_verbs_in_their_fixed_order(world, matter):
    case = signed(world)
    act(step_of(case, "survey"), "claim", world.planning)

    card = page_of(world.planning, case).context["card"]

    assert card.primary.verb.key == "complete"
    assert [act.verb.key for act in card.beside] == ["return", "transfer", "add-sign"]
    assert {"release", "delegate"} <= {act.verb.key for group in card.more for act in group.acts}


def test_step_to_be_signed_for_offers_nothing_else_first(world, matter):
    case = open_case(world)

    card = page_of(world.duty_officer, case).context["card"]

    assert card.primary.verb.key == "claim"
    assert [act.verb.key for act in card.beside] == ["transfer"]
    assert card.form is None


def test_personal_data_are_masked(world, matter):
    case = surveyed(world, title="三巷 12 号院，电话 13912345678，证号 500101198603124417")

    page = page_of(world.housing_reviewer, case).content.decode()

    for secret in ("13812342071", "13912345678", "500101198603124417", "黄国强"):
        assert secret not in page
    assert "黄*强 138****2071" in page
    assert "139****5678" in page


def test_line_shows_what_is_behind_and_where_it_stands(world, matter):
    case = signed(world)

    stations = page_of(world.planning, case).context["stations"]

    assert [(one.label, one.state) for one in stations] == [
        ("签收", "done"),
        ("处置", "now"),
        ("核查", "later"),
    ]
    assert [(box.name, box.post, box.is_chosen) for box in stations[1].boxes] == [
        ("现场勘查", "规划建设岗", True)
    ]


def test_clock_explains_its_rule_and_calendar(world, matter):
    case = signed(world)

    page = page_of(world.planning, case).content.decode()

    assert "clockwhy" in page
    assert "09:00–12:00" in page


def test_several_open_steps_of_one_person_can_be_switched_between(world):
    from django.utils import timezone

    publish("desk_matter", PARALLEL, now=timezone.now())
    case = open_case(world)
    first, second = Step.objects.open().filter(run=case.run).order_by("pk")

    both = page_of(world.planning, case)
    other = page_of(world.planning, case, step=second.pk)

    assert both.context["card"].step == first
    assert other.context["card"].step == second
    assert f"?step={first.pk}" in other.content.decode()


def test_drawing_of_the_version_is_for_those_who_see_the_case(world, matter):
    case = signed(world)
    address = reverse("desk:diagram", args=[case.number])

    assert as_person(world.planning).get(address).content == matter.bpmn.encode()
    assert as_person(world.enforcement).get(address).status_code == 404


def test_closed_case_shows_its_outcome_and_no_card(world, matter):
    case = surveyed(world)
    act(step_of(case, "review"), "approve", world.housing_reviewer)

    response = page_of(world.housing_reviewer, case)

    assert response.context["card"].work is None
    assert response.context["case"].outcome in response.content.decode()


def test_comment_is_one_line_of_the_journal_and_leaves_the_version(world, matter):
    case = signed(world)
    before = Case.objects.get(pk=case.pk).version
    told = {"text": "棚主答应周三前自拆。", "token": str(uuid4())}
    client = as_person(world.planning)

    for _ in range(2):
        response = client.post(reverse("desk:say", args=[case.number]), told)

    assert response.status_code == 302
    line = CaseEvent.objects.get(case=case, kind="comment")
    assert (line.data, line.by, line.post) == (
        {"comment": "棚主答应周三前自拆。"},
        world.planning,
        world.post_of(world.planning).code,
    )
    assert Case.objects.get(pk=case.pk).version == before
    assert "棚主答应周三前自拆。" in page_of(world.duty_officer, case).content.decode()


@pytest.mark.parametrize("text", ["", "  ", "长" * 2001], ids=["none", "blank", "too long"])
def test_comment_that_is_none_or_too_long_is_refused_and_kept(world, matter, text):
    case = signed(world)

    response = as_person(world.planning).post(
        reverse("desk:say", args=[case.number]), {"text": text, "token": str(uuid4())}
    )

    assert response.status_code == 422
    assert response.context["say"] == text
    assert not CaseEvent.objects.filter(case=case, kind="comment").exists()


def test_nobody_comments_on_what_he_does_not_see(world, matter):
    case = signed(world)

    response = as_person(world.enforcement).post(reverse("desk:say", args=[case.number]), {"text": "x"})

    assert response.status_code == 404
    assert not CaseEvent.objects.filter(case=case, kind="comment").exists()


def test_timeline_counts_its_tabs(world, matter):
    case = signed(world)
    as_person(world.planning).post(
        reverse("desk:say", args=[case.number]), {"text": "到了", "token": str(uuid4())}
    )

    about = page_of(world.planning, case).context["about"]

    parts = {part.key: part.entries for part in about.parts}
    assert parts["all"] == len(about.story)
    assert parts["talk"] == 1


def test_case_page_asks_as_often_with_a_long_story(world, matter):
    case = signed(world)
    client = as_person(world.planning)
    address = reverse("desk:case", args=[case.number])
    client.get(address)
    short = queries(client, address)
    for n in range(8):
        client.post(reverse("desk:say", args=[case.number]), {"text": f"第 {n} 句", "token": str(uuid4())})

    assert queries(client, address) == short


def queries(client, address):
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)
