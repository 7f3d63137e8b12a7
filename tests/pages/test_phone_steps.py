"""Doing a step on the phone, and what the first page says about what waits."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.queries.viewers import viewer_for
from casework.services import intake
from casework.services.intake import NewCase
from grid.models import Photo
from tests.pages.phone_matter import KEY, act, as_person, picture, publish_noise
from tests.world import GRID
from workflows.models import Step

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def case(world):
    publish_noise()
    new = NewCase(matter=KEY, area=GRID, title="滨江广场音响太响，电话 13812342071")
    return intake.open_case(new, by=viewer_for(world.grid_worker))


def open_step(case, element="go"):
    return Step.objects.open().get(run=case.run, element=element)


def address(step):
    return reverse("phone:step", args=[step.pk])


def post(user, step, verb, **typed):
    return as_person(user).post(address(step), {"act.verb": verb} | typed)


def returned(case, world):
    """The case after it was done once and sent back, pinned to the level."""
    act(case, "go", "complete", world.grid_worker, fields={"声级": 70})
    act(case, "look", "return", world.community_secretary, comment="声级看不清，请重测", pins=["声级"])
    return open_step(case)


def test_what_waits_leads_the_first_page(world, case):
    page = as_person(world.grid_worker).get(reverse("phone:today")).content.decode()

    assert "现场劝导" in page
    assert address(open_step(case)) in page
    assert '<span class="tabbar__count">1' in page
    assert "138****2071" in page
    assert "13812342071" not in page


def test_first_page_of_somebody_for_whom_nothing_waits_shows_the_way_on(world, case):
    page = as_person(world.far_grid_worker).get(reverse("phone:today")).content.decode()

    assert "都办完了" in page
    assert reverse("phone:report") in page
    assert "tabbar__count" not in page


def test_overdue_work_is_said_to_be_overdue(world, case):
    Step.objects.filter(pk=open_step(case).pk).update(due_at=timezone.now() - timedelta(minutes=25))

    page = as_person(world.grid_worker).get(reverse("phone:today")).content.decode()

    assert "超 25 分" in page
    assert "clock--over" in page


def test_what_came_back_says_why_and_is_marked_at_its_field(world, case):
    step = returned(case, world)

    first = as_person(world.grid_worker).get(reverse("phone:today")).content.decode()
    form = as_person(world.grid_worker).get(address(step)).content.decode()

    assert "下一件：退回给您的" in first
    assert "声级看不清，请重测" in form
    assert form.count("field--pinned") == 1


def test_step_is_done_with_its_form_and_photo(world, case):
    step = open_step(case)

    response = post(
        world.grid_worker,
        step,
        "complete",
        **{"声级": "68.5", "现场照片-files": picture(), "act.comment.complete": "已劝停"},
    )

    case.refresh_from_db()
    assert response.url == reverse("phone:case", args=[case.number])
    assert case.data["声级"] == 68.5
    assert case.data["现场照片"] == [Photo.objects.get().sha256]
    assert open_step(case, "look").candidates


def test_refused_step_keeps_what_was_typed_and_the_photo(world, case):
    step = open_step(case)

    response = post(
        world.grid_worker,
        step,
        "complete",
        **{"声级": "很响", "现场照片-files": picture(), "act.comment.complete": "已劝停三次"},
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="很响"' in page
    assert "已劝停三次" in page
    assert Photo.objects.get().sha256 in page
    assert open_step(case).pk == step.pk


def test_who_comes_second_sees_the_present_state_and_his_own_words(world, case):
    step = open_step(case)
    act(case, "go", "complete", world.grid_worker, fields={"声级": 70})

    response = post(world.grid_worker, step, "complete", **{"声级": "71", "act.comment.complete": "我也去了"})

    assert response.status_code == 409
    assert "我也去了" in response.content.decode()


def test_older_page_does_not_overwrite(world, case):
    step = open_step(case)

    response = post(world.grid_worker, step, "complete", **{"声级": "71", "act.version": "999"})

    assert response.status_code == 412
    assert open_step(case).pk == step.pk


def test_return_without_a_reason_is_asked_for_one(world, case):
    act(case, "go", "complete", world.grid_worker, fields={"声级": 70})
    step = open_step(case, "look")

    response = post(world.community_secretary, step, "return", **{"act.comment.return": " "})

    page = response.content.decode()
    assert response.status_code == 422
    assert 'id="act-return" open' in page
    assert open_step(case, "look").pk == step.pk


def test_community_sends_it_back_from_the_phone(world, case):
    act(case, "go", "complete", world.grid_worker, fields={"声级": 70})

    step = open_step(case, "look")
    post(world.community_secretary, step, "return", **{"act.comment.return": "请重测", "act.pin": "声级"})

    assert open_step(case).opened_by == step


def test_signing_for_it_leads_on_to_doing_it(world, case):
    step = open_step(case)

    response = post(world.grid_worker, step, "claim")

    step.refresh_from_db()
    assert response.url == address(step)
    assert step.claimed_by == world.grid_worker


@pytest.mark.parametrize(
    ("who", "status"),
    [("grid_worker", 200), ("community_secretary", 302), ("duty_officer", 302), ("far_grid_worker", 404)],
)
def test_step_is_shown_to_those_who_may_do_it(world, case, who, status):
    response = as_person(getattr(world, who)).get(address(open_step(case)))

    assert response.status_code == status


@pytest.mark.parametrize(
    ("who", "verb", "status"),
    [
        ("community_secretary", "complete", 403),
        ("far_grid_worker", "complete", 404),
        ("grid_worker", "approve", 409),
        ("grid_worker", "dance", 404),
        ("grid_worker", "", 404),
    ],
)
def test_refused_acts_change_nothing(world, case, who, verb, status):
    step = open_step(case)
    before = case.version

    response = post(getattr(world, who), step, verb, 声级="70")

    case.refresh_from_db()
    assert response.status_code == status
    assert (open_step(case).pk, case.version) == (step.pk, before)
