"""What a call costs the database: a fixed number of queries, however much there is."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api import diagrams
from tests.world import GRID


def _queries(call):
    with CaptureQueriesContext(
        connection,
    ) as counted:
        answer = call()
    assert answer.status_code in (200, 201), answer.content.decode()
    return len(counted)


def test_lists_cost_the_same_for_one_and_for_twenty(plain, as_user, world):
    api = as_user(world.duty_officer)
    api.open(plain, GRID)
    few = [_queries(lambda path=path: api.get(path)) for path in ("cases/", "steps/", "matters/")]
    for _ in range(20):
        api.open(plain, GRID)

    many = [_queries(lambda path=path: api.get(path)) for path in ("cases/", "steps/", "matters/")]

    assert many == few
    assert max(many) <= 7


def test_opening_and_completing_cost_a_bounded_number(administrator, as_user, world):
    administrator.publish("long", diagrams.plain(tasks=30))
    api = as_user(world.duty_officer)
    case = api.open("long", GRID)
    opening = _queries(lambda: api.post("cases/", {"matter": "long", "area": GRID, "title": "x"}))
    costs = []
    for _ in range(10):
        step = api.get("steps/", {"case": case["number"]}).json()["results"][0]["id"]
        costs.append(_queries(lambda step=step: api.post(f"steps/{step}/complete/", {"data": {"n": 1}})))

    assert len(set(costs[1:])) == 1, costs
    assert costs[-1] <= 40
    assert opening <= 40
