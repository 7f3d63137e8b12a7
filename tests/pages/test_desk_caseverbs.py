"""Verbs on a case from the desk's pages: each has its dialog, and what is refused comes back as it was typed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.models import CaseEvent, CaseRelation, CaseRequest, Notice, Supervision, Suspension, Whistle
from casework.services.acts import DOING
from casework.verbs import CASE_VERBS
from tests.pages.desk_matter import open_case, publish_desk_matter, signed

pytestmark = pytest.mark.django_db
DIALOG = {"HX-Request": "true", "HX-Target": "asked"}


@pytest.fixture
def matter(world):
    return publish_desk_matter()


def as_person(user):
    client = Client()
    client.force_login(user)
    return client


def address(case, verb):
    return reverse("desk:act_on", args=[case.number, verb])


def do(user, case, verb, data):
    return as_person(user).post(address(case, verb), data)


def in_days(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


@pytest.mark.parametrize("verb", sorted(DOING))
def test_every_verb_has_its_dialog_with_all_that_it_asks(world, matter, verb):
    case = signed(world)

    response = as_person(world.duty_chief).get(address(case, verb), headers=DIALOG)

    page = response.content.decode()
    assert response.status_code == 200
    assert f'hx-post="{address(case, verb)}"' in page
    for asked in response.context["asks"].asked:
        assert f'name="{asked.name}"' in page or not asked.choices, asked.name
    assert ("act.sure" in page) is CASE_VERBS[verb].dangerous


def test_card_offers_the_verbs_on_the_case_by_their_meaning(world, matter):
    case = signed(world)

    page = as_person(world.duty_chief).get(reverse("desk:case", args=[case.number]))

    offered = {act.verb.key for group in page.context["card"].more for act in group.acts}
    assert offered >= {"supervise", "suspend", "whistle", "merge", "relate", "void"}
    assert "reopen" not in offered


def test_suspending_asks_for_a_review_date_and_keeps_the_reason(world, matter):
    case = signed(world)

    refused = do(world.duty_chief, case, "suspend", {"act.comment.suspend": "等年度计划"})

    assert refused.status_code == 422
    assert "等年度计划" in refused.content.decode()
    assert not Suspension.objects.exists()

    done = do(
        world.duty_chief, case, "suspend", {"act.comment.suspend": "等年度计划", "act.until": in_days(30)}
    )

    assert done["Location"] == reverse("desk:case", args=[case.number])
    assert Suspension.objects.get().reason == "等年度计划"


@pytest.mark.parametrize("until", ["下周", "9999-12-31", "0001-01-01"])
def test_what_is_no_date_is_refused_in_words(world, matter, until):
    case = signed(world)
    data = {"act.comment.suspend": "等", "act.until": until}

    response = do(world.duty_chief, case, "suspend", data)

    assert response.status_code == 422
    assert response.context["refused"].fields["until"]


@pytest.mark.parametrize("until", ["9999-12-31T23:59-12:00", "0001-01-01T00:00+14:00"])
def test_a_moment_that_no_clock_can_hold_is_refused(world, matter, until):
    case = signed(world)
    data = {"act.post": [], "act.place": "三巷", "act.until": until}

    response = do(world.duty_chief, case, "whistle", data)

    assert (response.status_code, Whistle.objects.count()) == (422, 0)
    assert response.context["refused"].fields["until"]


def test_a_person_by_an_endless_number_is_nobody(world, matter):
    data = {"act.comment.comment": "请看", "act.people": "9" * 5000}

    assert do(world.duty_chief, signed(world), "comment", data).status_code == 302


def test_supervision_is_shown_on_the_case_and_tells_those_who_have_it(world, matter):
    case = signed(world)
    data = {"act.reason_code": "leader", "act.comment.supervise": "三日内办结", "act.until": in_days(3)}

    do(world.duty_chief, case, "supervise", data)

    assert Supervision.objects.get().text == "三日内办结"
    assert Notice.objects.filter(to_post=world.post_of(world.planning).code).exists()


def test_whistle_calls_departments_to_a_place_at_a_time(world, matter):
    case = signed(world)
    when = timezone.localtime() + timedelta(days=1)
    data = {
        "act.posts": [world.post_of(world.police_reviewer).code],
        "act.place": "沱口三巷口",
        "act.until": when.strftime("%Y-%m-%dT%H:%M"),
    }

    done = do(world.duty_chief, case, "whistle", data)

    assert done.status_code == 302
    assert Whistle.objects.get().calls.get().unit.key == "police"


def test_case_is_related_by_its_number_without_the_year(world, matter):
    case, other = signed(world), open_case(world, title="同一面墙")

    done = do(world.duty_chief, case, "relate", {"act.other": other.number.partition("-")[2]})

    assert done.status_code == 302
    assert CaseRelation.objects.filter(main=min(case, other, key=lambda c: c.pk)).exists()


def test_dangerous_verb_wants_a_second_look(world, matter):
    case = signed(world)

    refused = do(world.duty_chief, case, "void", {"act.comment.void": "重复录入"})

    assert refused.status_code == 422
    assert "重复录入" in refused.content.decode()
    assert not CaseRequest.objects.exists()

    do(world.duty_chief, case, "void", {"act.comment.void": "重复录入", "act.sure": "1"})

    assert CaseRequest.objects.get().kind == "void"


def test_comment_can_name_somebody_who_sees_the_case(world, matter):
    case = signed(world)
    data = {"act.comment.comment": "请看一下东墙", "act.people": [world.planning.pk]}

    do(world.duty_chief, case, "comment", data)

    assert Notice.objects.get().to_user == world.planning
    assert CaseEvent.objects.filter(case=case, kind="comment").count() == 1


@pytest.mark.parametrize(("who", "status"), [("grid_worker", 403), ("enforcement", 404), ("stranger", 404)])
def test_who_may_not_gets_nothing_done(world, matter, who, status):
    case = signed(world)
    data = {"act.comment.suspend": "等", "act.until": in_days(3)}

    assert do(getattr(world, who), case, "suspend", data).status_code == status
    assert not Suspension.objects.exists()


def test_unknown_verb_is_nothing(world, matter):
    case = signed(world)

    assert do(world.duty_chief, case, "explode", {}).status_code == 404
