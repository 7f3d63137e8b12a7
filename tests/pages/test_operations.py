"""The operations desk: causes with their cases, mended at once, each case by itself."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from casework.models import CaseEvent, Heartbeat
from casework.queries import operations as queries
from casework.services.locks import database_now
from tests.diagrams import publish
from tests.services.test_incidents import NO_WAY
from tests.services.test_walk import act, opened, step_of
from workflows.errors import MoveRefused
from workflows.models import Incident

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world):
    client = Client()
    client.force_login(world.administrator)
    return client


@pytest.fixture
def standing(world):
    """Three cases that stop at the same gateway."""
    publish("m", NO_WAY, now=timezone.now())
    cases = [opened(world, 等级=2) for _ in range(3)]
    for case in cases:
        with pytest.raises(MoveRefused):
            act(step_of(case, "a"), "complete", world.planning)
    return cases


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def mend(client, ids, **said):
    return client.post("/operations/", {"incident": ids, "verb": "retry", "reason": "已与数据岗核实", **said})


def test_cases_of_one_cause_stand_together(desk, standing):
    answer = desk.get("/operations/")
    page = text_of(answer)
    assert "3 件停住" in page
    assert answer.content.count(b"ops__cause") == 1
    assert all(case.number in page for case in standing)


def test_all_of_a_cause_go_on_with_one_value(desk, standing, world):
    ids = list(Incident.objects.values_list("pk", flat=True))
    answer = mend(desk, ids, values="等级 = 1")
    assert answer["Location"] == "/operations/"
    assert "3 件已继续办理" in text_of(desk.get("/operations/"))
    assert Incident.objects.filter(resolved_at=None).count() == 0
    for case in standing:
        assert CaseEvent.objects.get(case=case, kind="mended").data["values"] == {"等级": 1}
        assert act(step_of(case, "a"), "complete", world.planning).status == "closed"


def test_one_that_cannot_be_mended_keeps_no_other_from_it(desk, standing):
    done, *rest = Incident.objects.order_by("pk")
    mend(desk, [done.pk], verb="skip", values="等级 = 1")
    assert Incident.objects.filter(resolved_at=None).count() == 2

    mend(desk, [rest[0].pk, rest[1].pk])  # nothing to try again without a value
    page = text_of(desk.get("/operations/"))
    assert "2 件未能修复" in page
    assert Incident.objects.filter(resolved_at=None).count() == 2


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ({"reason": ""}, "该字段是必填项"),
        ({"values": "等级 = "}, "第 1 行"),
        ({"verb": "move"}, "请选择到哪一步"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_mended(desk, standing, said, part):
    answer = mend(desk, [Incident.objects.first().pk], **said)
    assert answer.status_code == 422
    assert part in "".join(re.findall(r'role="alert">(.*?)</p>', answer.content.decode(), re.DOTALL))
    assert Incident.objects.filter(resolved_at=None).count() == 3


def test_numbers_that_are_none_are_refused_in_words(desk, standing):
    assert mend(desk, ["²", "9" * 5000]).status_code == 422


def test_nobody_mends_what_he_does_not_see(standing, world):
    client = Client()
    client.force_login(world.planning)
    assert client.get("/operations/").status_code == 403
    assert mend(client, [Incident.objects.first().pk], values="等级 = 1").status_code == 403


def test_machines_are_well_when_one_beats(desk, world):
    now = database_now()
    assert not queries.health(now=now).is_well
    Heartbeat.objects.create(runner="pump-1", beat_at=now)
    assert queries.health(now=now).is_well
    assert "pump-1" in text_of(desk.get("/operations/"))
