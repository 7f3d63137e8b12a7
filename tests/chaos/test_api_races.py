"""Twenty clients at once over the interface: one is taken, the others are told how things stand now."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from casework.models import Case, CaseEvent, Decision
from tests.api import diagrams
from tests.api.conftest import Api
from tests.world import GRID

pytestmark = pytest.mark.chaos


def at_once(calls):
    barrier = Barrier(len(calls))

    def run(call):
        try:
            barrier.wait(timeout=30)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def case(world):
    Api(user=world.administrator).publish("reviewed", diagrams.with_review())
    return Api(user=world.duty_officer).open("reviewed", GRID)


def test_of_twenty_completions_one_is_taken_and_nineteen_see_the_present_state(case, world):
    step = case["steps"][0]["id"]
    clients = [Api(user=world.grid_worker) for _ in range(20)]

    answers = at_once([lambda api=api: api.post(f"steps/{step}/complete/", {}) for api in clients])

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 19}
    for answer in answers:
        body = answer.json()
        present = body if answer.status_code == 200 else body["case"]
        assert [one["element"] for one in present["steps"]] == ["review"]
    assert Decision.objects.count() == 1
    assert CaseEvent.objects.filter(kind="completed").count() == 1


def in_the_end(api, path, body, *, key):
    """What a client gets that asks again, with its key, while the answer is that somebody else is at it (423)."""
    for _ in range(100):
        answer = api.post(path, body, HTTP_IDEMPOTENCY_KEY=key)
        if answer.status_code != 423:
            break
        time.sleep(0.1)
    return answer


def test_the_same_key_twenty_times_at_once_is_one_case(case, world):
    body = {"matter": "reviewed", "area": GRID, "title": "一件事"}
    clients = [Api(user=world.duty_officer) for _ in range(20)]

    answers = at_once([lambda api=api: in_the_end(api, "cases/", body, key="one") for api in clients])

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert Case.objects.count() == 2


def test_the_same_report_twenty_times_at_once_is_one_case(case, world):
    lat, lon = world.point_in(GRID)
    body = {"matter": "reviewed", "summary": "井盖缺失", "lat": lat, "lon": lon}
    clients = [Api(user=world.grid_worker) for _ in range(20)]

    answers = at_once([lambda api=api: in_the_end(api, "reports/", body, key="r-1") for api in clients])

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["case"] for answer in answers}) == 1


def test_of_two_who_saw_the_same_state_the_second_is_told(case, world):
    step = case["steps"][0]["id"]
    seen = f'"{case["revision"]}"'
    clients = [Api(user=world.grid_worker) for _ in range(2)]

    answers = at_once(
        [lambda api=api: api.post(f"steps/{step}/claim/", {}, HTTP_IF_MATCH=seen) for api in clients]
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]


def test_drafts_of_two_authors_at_once_leave_one_draft(world):
    api = Api(user=world.administrator)
    api.post("matters/", {"key": "lamp", "title": "路灯"})
    clients = [Api(user=world.administrator) for _ in range(6)]

    answers = at_once(
        [
            lambda api=api, n=n: api.put("matters/lamp/draft/", diagrams.plain(tasks=n + 1))
            for n, api in enumerate(clients)
        ]
    )
    published = at_once([lambda api=api: api.post("matters/lamp/publish/", {}) for api in clients])

    assert {answer.status_code for answer in answers} == {200}
    assert Counter(answer.status_code for answer in published) == {200: 1, 409: 5}
