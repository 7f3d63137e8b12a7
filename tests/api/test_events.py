"""Messages, signals and incidents over the interface."""

import pytest

from casework.models import Case
from tests.api import diagrams
from tests.world import GRID
from workflows.models import Incident


@pytest.fixture
def waiting(administrator, as_user, world):
    administrator.publish("waiting", diagrams.with_waits())
    return as_user(world.duty_officer).open("waiting", GRID)


def test_a_message_reaches_the_case_that_waits(waiting, as_user, world):
    api = as_user(world.district_dispatcher)

    taken = api.post("messages/", {"name": "联审结果", "payload": {"意见": "同意"}})
    again = api.post("messages/", {"name": "联审结果"})

    assert (taken.status_code, taken.json()) == (200, {"cases": [waiting["number"]]})
    assert (again.status_code, again.json()["code"]) == (409, "nobody_receives")
    assert "answer" not in [
        wait["element"] for wait in api.get(f"cases/{waiting['number']}/").json()["waits"]
    ]


def test_a_signal_reaches_all_and_needs_no_one(waiting, operator):
    first = operator.post("signals/", {"name": "暴雨预警", "payload": {"等级": "红色"}})
    second = operator.post("signals/", {"name": "暴雨预警"})

    assert (first.status_code, first.json()) == (200, {"cases": [waiting["number"]]})
    assert (second.status_code, second.json()) == (200, {"cases": []})


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("district_dispatcher", True),
        ("administrator", True),
        ("duty_officer", False),  # of one town: events reach cases anywhere
        ("commander", False),
        ("leader", False),
        ("grid_worker", False),
        ("stranger", False),
    ],
)
def test_events_are_sent_from_the_district(who, may, waiting, as_user, world):
    api = as_user(getattr(world, who))
    before = Case.objects.get().version

    statuses = [
        api.post("messages/", {"name": "联审结果"}).status_code,
        api.post("signals/", {"name": "暴雨预警"}).status_code,
    ]

    assert statuses == ([200, 200] if may else [403, 403])
    assert (Case.objects.get().version > before) is may


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": 3}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "m", "payload": []}, "payload"),
        ({"name": "m", "payload": {"": 1}}, "payload"),
        ({"name": "m", "payload": {str(n): n for n in range(201)}}, "payload"),
        ({"name": "m", "correlation": 7}, "correlation"),
    ],
)
def test_a_wrong_message_is_refused_by_field(body, field, operator):
    answer = operator.post("messages/", body)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])


def test_incidents_are_seen_by_those_who_see_the_case(waiting, as_user, world):
    case = Case.objects.get()
    Incident.objects.create(
        run=case.run, element="answer", kind="expression", message="没有“噪声”", opened_at=case.opened_at
    )

    seen = as_user(world.commander).get("incidents/", {"case": case.number}).json()["results"]
    hidden = as_user(world.sibling_duty_chief).get("incidents/").json()["results"]

    assert [(one["case"], one["element"], one["kind"]) for one in seen] == [
        (case.number, "answer", "expression")
    ]
    assert hidden == []


def test_incident_is_mended_with_a_reason_by_those_who_may(waiting, as_user, world):
    case = Case.objects.get()
    incident = Incident.objects.create(
        run=case.run, element="answer", kind="move", message="没有出路", opened_at=case.opened_at
    )
    address = f"incidents/{incident.pk}"

    refused = [
        as_user(world.grid_worker).post(f"{address}/end/", {"comment": "误报"}).status_code,
        as_user(world.commander).post(f"{address}/end/", {}).status_code,
        as_user(world.commander).post(f"{address}/explode/", {"comment": "误报"}).status_code,
    ]
    ended = as_user(world.commander).post(f"{address}/end/", {"comment": "误报"})
    again = as_user(world.commander).post(f"{address}/end/", {"comment": "误报"})

    assert refused == [403, 422, 409]
    assert (ended.status_code, ended.json()["status"]) == (200, "void")
    assert again.status_code == 409


def test_events_reach_no_case_of_another_district(waiting, as_user, world):
    Case.objects.update(area_code="500102" + GRID[6:])
    api = as_user(world.district_dispatcher)

    message = api.post("messages/", {"name": "联审结果"})
    signal = api.post("signals/", {"name": "暴雨预警"})

    assert (message.status_code, message.json()["code"]) == (409, "nobody_receives")
    assert signal.json() == {"cases": []}
