"""My cases, one case as a parcel on its way, and a word on it."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import CaseEvent
from casework.pages import phone
from casework.queries.viewers import viewer_for
from casework.services import intake
from casework.services.intake import NewCase
from tests.pages.phone_matter import KEY, act, as_person, publish_noise
from tests.world import GRID

pytestmark = pytest.mark.django_db


@pytest.fixture
def matter(world):
    return publish_noise()


def opened(world, title="音响太响"):
    return intake.open_case(NewCase(matter=KEY, area=GRID, title=title), by=viewer_for(world.grid_worker))


def page_of(user, case):
    return as_person(user).get(reverse("phone:case", args=[case.number]))


def say(user, case, text, token=None):
    return as_person(user).post(
        reverse("phone:case", args=[case.number]), {"text": text, "token": str(token or uuid4())}
    )


def test_list_shows_my_cases_the_newest_first_page_by_page(world, matter, monkeypatch):
    monkeypatch.setattr(phone, "PAGE", 2)
    for n in range(3):
        opened(world, title=f"第 {n} 件")
    client = as_person(world.grid_worker)

    first = client.get(reverse("phone:cases")).content.decode()
    second = client.get(reverse("phone:cases"), {"before": opened_ids(world)[1]}).content.decode()

    assert first.index("第 2 件") < first.index("第 1 件")
    assert "第 0 件" not in first
    assert "第 0 件" in second
    assert "第 1 件" not in second


def opened_ids(world):
    return list(world.grid_worker.reported_cases.order_by("-pk").values_list("pk", flat=True))


def test_longer_list_asks_the_database_no_more_often(world, matter):
    opened(world)
    client = as_person(world.grid_worker)
    client.get(reverse("phone:cases"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("phone:cases"))
    for _n in range(3):
        opened(world)

    with CaptureQueriesContext(connection) as four:
        client.get(reverse("phone:cases"))

    assert len(four) == len(one)


def test_list_of_somebody_who_reported_nothing_shows_the_way_on(world, matter):
    opened(world)

    page = as_person(world.far_grid_worker).get(reverse("phone:cases")).content.decode()

    assert "您还没有上报过" in page


def test_line_moves_with_the_case(world, matter):
    case = opened(world)
    before = page_of(world.grid_worker, case).content.decode()
    act(case, "go", "complete", world.grid_worker, fields={"声级": 70})

    after = page_of(world.grid_worker, case).content.decode()

    assert '<li class="stages__item stages__item--now" aria-current="step">处置' in before
    assert '<li class="stages__item stages__item--now" aria-current="step">核查' in after


def test_closed_case_says_when(world, matter):
    case = opened(world)
    act(case, "go", "complete", world.grid_worker, fields={"声级": 70})
    act(case, "look", "approve", world.community_secretary)

    page = page_of(world.grid_worker, case).content.decode()

    assert "办结。" in page
    assert 'aria-current="step"' not in page


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("grid_worker", 200),
        ("community_secretary", 200),
        ("far_grid_worker", 404),
        ("sibling_duty_officer", 404),
        ("stranger", 404),
    ],
)
def test_who_sees_a_case_on_the_phone(world, matter, who, status):
    case = opened(world)

    assert page_of(getattr(world, who), case).status_code == status


def test_word_stands_on_the_case_once(world, matter):
    case, token = opened(world), uuid4()

    say(world.grid_worker, case, "三天没清", token)
    say(world.grid_worker, case, "三天没清", token)

    assert CaseEvent.objects.filter(case=case, kind="comment").count() == 1
    assert "三天没清" in page_of(world.grid_worker, case).content.decode()


@pytest.mark.parametrize("text", ["", "   ", "长" * 2001, "\x00"])
def test_word_that_cannot_be_kept_is_refused_in_words(world, matter, text):
    case = opened(world)

    response = say(world.grid_worker, case, text)

    assert response.status_code == 422
    assert CaseEvent.objects.filter(case=case, kind="comment").count() == 0


@pytest.mark.parametrize("number", ["nothing", "%00", "2026-1123-99999", "'"])
def test_number_that_is_none_is_not_found(world, matter, number):
    response = as_person(world.grid_worker).get(f"/m/cases/{number}/")

    assert response.status_code in (404, 422)
    assert "Traceback" not in response.content.decode()


@pytest.mark.parametrize("path", ["/m/", "/m/report/", "/m/cases/", "/m/me/", "/m/report/ahead/"])
def test_nobody_comes_in_without_logging_in(client, db, path):
    assert client.get(path).url.startswith("/login/")
