"""Tasks over the interface: listed by the clock, done once however often it is said, sent under a key."""

import pytest

from casework.models import Task
from casework.queries.viewers import viewer_for
from casework.services.tasks.planning import Plan, add_template
from tests.api.conftest import Api
from tests.world import COMMUNITY, GRID

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(world) -> Api:
    return Api(user=world.grid_worker)


def planned(world, **said) -> Task:
    plan = Plan(**{"title": "消防通道", "area": GRID} | said)
    return add_template(plan, by=viewer_for(world.duty_chief)).tasks.get()


def test_my_tasks_are_listed_a_page_at_a_time(world, worker):
    tasks = [planned(world, title=title) for title in ("一", "二", "三")]

    first = worker.get("tasks/?page_size=2").json()
    second = worker.get(first["next"].partition("/api/v1/")[2]).json()

    assert [each["id"] for each in first["results"] + second["results"]] == [task.pk for task in tasks]
    assert second["next"] is None
    assert Api(user=world.other_grid_worker).get("tasks/").json()["results"] == []


def test_said_twice_it_is_done_once(world, worker):
    task = planned(world, kind="visit")
    said = {"outcome": "not_met", "comment": "敲门无人应", "lat": 30.8, "lon": 108.4}

    first, again = (worker.post(f"tasks/{task.pk}/done/", said) for _time in range(2))

    assert (first.status_code, first.json()) == (200, again.json())
    assert (first.json()["outcome"], first.json()["state"]) == ("not_met", "done")


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"outcome": "dance"}, 422, "not_valid"),
        ({"outcome": "in_order", "lat": 300}, 422, "not_valid"),
        ({"outcome": "in_order", "answers": {"问9": "正常"}}, 422, "form_refused"),
        ({"outcome": "in_order", "who": 1}, 422, "not_valid"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(world, worker, said, status, code):
    task = planned(world, questions=["通道畅通"])

    answer = worker.post(f"tasks/{task.pk}/done/", said)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Task.objects.get().state == "open"


def test_not_now_is_another_answer_than_not_you(world, worker):
    task = planned(world)
    Task.objects.update(state="missed")

    assert worker.post(f"tasks/{task.pk}/arrive/", {}).status_code == 409
    assert Api(user=world.duty_chief).post(f"tasks/{task.pk}/arrive/", {}).status_code == 403
    assert Api(user=world.sibling_duty_chief).post(f"tasks/{task.pk}/arrive/", {}).status_code == 404


def test_a_task_is_sent_once_under_its_key(world):
    chief = Api(user=world.duty_chief)
    said = {"title": "清查飞线", "area": COMMUNITY, "questions": ["有没有飞线"], "due_time": "12:00"}

    answers = [chief.post("tasks/", said, HTTP_IDEMPOTENCY_KEY="k1") for _time in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["tasks"] == Task.objects.count() == 2
