"""One's own things at the desk: kept opinions, who stands in, and handing all work over."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.models import CaseEvent, Phrase
from casework.queries.viewers import viewer_for
from grid.models import Appointment
from tests.pages.desk_matter import act, publish_desk_matter, signed, step_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def matter(world):
    return publish_desk_matter()


def as_person(user):
    client = Client()
    client.force_login(user)
    return client


def day(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_kept_opinion_is_offered_under_the_opinion_of_its_verb(world, matter):
    case = signed(world)
    client = as_person(world.planning)

    client.post(reverse("desk:phrases"), {"text": "已到现场勘查", "verb": "complete", "unit": ""})
    client.post(reverse("desk:phrases"), {"text": "请补充照片", "verb": "return", "unit": ""})

    address = reverse("desk:act", args=[step_of(case, "survey").pk, "return"])
    card = client.get(reverse("desk:case", args=[case.number])).content.decode()
    dialog = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert ("已到现场勘查" in card, "请补充照片" in card) == (True, False)
    assert ("已到现场勘查" in dialog, "请补充照片" in dialog) == (False, True)


def test_opinion_that_says_nothing_is_refused_and_one_can_be_forgotten(world):
    client = as_person(world.planning)

    assert client.post(reverse("desk:phrases"), {"text": "  "}).status_code == 422
    client.post(reverse("desk:phrases"), {"text": "已核实"})
    client.post(reverse("desk:phrases"), {"forget": str(Phrase.objects.get().pk)})

    assert not Phrase.objects.exists()


def test_nobody_forgets_what_somebody_else_has_kept(world):
    as_person(world.planning).post(reverse("desk:phrases"), {"text": "已核实"})

    answer = as_person(world.enforcement).post(
        reverse("desk:phrases"), {"forget": str(Phrase.objects.get().pk)}
    )

    assert answer.status_code == 404
    assert Phrase.objects.exists()


def test_all_work_of_somebody_goes_to_a_colleague_with_a_line_in_each_case(world, matter):
    case = signed(world)
    act(step_of(case, "survey"), "claim", world.planning)
    data = {"leaver": world.planning.pk, "person": world.enforcement.pk, "reason": "调离"}

    done = as_person(world.duty_chief).post(reverse("desk:leaving"), data)

    assert done.status_code == 302
    assert step_of(case, "survey").claimed_by == world.enforcement
    assert CaseEvent.objects.filter(case=case, kind="handed_over").count() == 1


@pytest.mark.parametrize("page", ["desk:leaving", "desk:absence"])
def test_nobody_gives_away_the_work_of_those_he_does_not_direct(world, matter, page):
    answer = as_person(world.enforcement).get(reverse(page), {"leaver": world.planning.pk})

    assert answer.status_code == 403


def test_handing_over_to_nobody_is_refused_in_words(world, matter):
    case = signed(world)
    act(step_of(case, "survey"), "claim", world.planning)

    answer = as_person(world.planning).post(reverse("desk:leaving"), {"reason": "休假"})

    assert answer.status_code == 422
    assert "休假" in answer.content.decode()
    assert step_of(case, "survey").claimed_by == world.planning


def test_colleague_stands_in_for_some_days_and_no_longer(world, matter):
    case = signed(world)
    client = as_person(world.planning)
    data = {"person": world.enforcement.pk, "starts_on": day(0), "ends_on": day(3)}

    client.post(reverse("desk:absence"), data)

    post = world.post_of(world.planning).code
    assert post in viewer_for(world.enforcement).post_codes
    act(step_of(case, "survey"), "claim", world.enforcement)
    assert CaseEvent.objects.filter(case=case, kind="claimed").last().on_behalf_of == world.planning

    client.post(reverse("desk:absence"), {"end": str(Appointment.objects.get(stand_in_for__isnull=False).pk)})

    assert post not in viewer_for(world.enforcement).post_codes


@pytest.mark.parametrize(
    ("case", "first", "last"), [("none", "", ""), ("backward", day(3), day(1)), ("past", day(-1), day(1))]
)
def test_days_that_make_no_sense_are_refused(world, case, first, last):
    data = {"person": world.enforcement.pk, "starts_on": first, "ends_on": last}

    answer = as_person(world.planning).post(reverse("desk:absence"), data)

    assert answer.status_code == 422
    assert not Appointment.objects.filter(stand_in_for__isnull=False).exists()


def test_supervisor_arranges_it_for_somebody_who_is_ill_and_not_twice(world):
    data = {
        "leaver": world.planning.pk,
        "person": world.enforcement.pk,
        "starts_on": day(0),
        "ends_on": day(3),
    }
    client = as_person(world.duty_chief)

    first, second = (client.post(reverse("desk:absence"), data) for _n in range(2))

    assert (first.status_code, second.status_code) == (302, 409)
    assert Appointment.objects.filter(stand_in_for__user=world.planning).count() == 1
