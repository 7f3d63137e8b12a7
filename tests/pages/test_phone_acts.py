"""Taps that come out of the phone's outbox: by a key, once, answered as JSON; what is refused may come again, mended."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.models import Task, TaskState
from grid.models import LedgerVisit
from grid.services.ledgers import writing
from tests.grid.test_ledgers import elder, keeper, tags
from tests.pages.phone_matter import as_person
from tests.pages.test_tasks import sent

__all__ = ["tags"]  # a fixture of the ledgers
pytestmark = pytest.mark.django_db


def tapped(worker, address: str, key: str, **said):
    return worker.post(address, {"act.key": key, **said})


def test_a_tap_sent_again_is_the_same_answer_and_another_under_its_key_is_refused(world):
    task, worker, key = sent(world), as_person(world.grid_worker), str(uuid4())
    address = reverse("phone:task", args=[task.pk])

    first, again = (tapped(worker, address, key, **{"task.outcome": "in_order"}) for _each in range(2))
    other = tapped(worker, address, key, **{"task.outcome": "found"})

    assert first.json() == again.json() == {"address": reverse("phone:today")}
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Task.objects.get().outcome == "in_order"


def test_what_is_refused_says_why_and_may_use_its_key_again(world):
    task, worker, key = sent(world, questions=["通道畅通"]), as_person(world.grid_worker), str(uuid4())
    address = reverse("phone:task", args=[task.pk])

    refused = tapped(worker, address, key, **{"task.outcome": "in_order"})
    assert (refused.status_code, Task.objects.get().state) == (422, TaskState.OPEN)
    assert "通道畅通" in refused.json()["said"]
    mended = tapped(worker, address, key, **{"task.outcome": "in_order", "问1": "正常"})

    assert (mended.status_code, Task.objects.get().answers) == (200, {"问1": "正常"})


@pytest.mark.parametrize(
    ("who", "status", "code"), [("other_grid_worker", 404, "not_found"), ("duty_chief", 403, "not_yours")]
)
def test_a_phone_hears_that_it_is_not_its_own(world, who, status, code):
    task = sent(world)

    answer = tapped(
        as_person(getattr(world, who)), reverse("phone:task_arrive", args=[task.pk]), str(uuid4())
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Task.objects.get().state == TaskState.OPEN


def test_somebody_was_faster_and_the_phone_says_who(world):
    task, worker = sent(world), as_person(world.grid_worker)
    address = reverse("phone:task_arrive", args=[task.pk])
    tapped(worker, address, str(uuid4()))
    Task.objects.update(done_by=world.grid_head)

    answer = tapped(worker, address.replace("arrive", "no-change"), str(uuid4()))

    assert answer.status_code == 409
    assert str(world.grid_head) in answer.json()["said"]


@pytest.mark.parametrize(
    ("_case", "ago", "is_believed"),
    [
        ("an hour ago", timedelta(hours=1), True),
        ("a clock that runs ahead", -timedelta(hours=1), False),
        ("older than anybody believes", timedelta(days=8), False),
    ],
)
def test_the_time_of_the_tap_counts_as_far_as_it_can_be(world, _case, ago, is_believed):
    task = sent(world)
    Task.objects.update(opens_on=timezone.localdate() - timedelta(days=30))
    told = timezone.now() - ago

    tapped(
        as_person(world.grid_worker),
        reverse("phone:task_arrive", args=[task.pk]),
        str(uuid4()),
        **{"act.at": told.isoformat()},
    )

    assert (Task.objects.get().done_at == told) is is_believed


def test_what_was_done_in_time_counts_though_it_came_too_late(world):
    task, worker = sent(world), as_person(world.grid_worker)
    yesterday = timezone.now() - timedelta(days=1)
    day = timezone.localdate(yesterday)
    Task.objects.update(state=TaskState.MISSED, opens_on=day, lapses_on=day)
    address = reverse("phone:task_arrive", args=[task.pk])

    late = tapped(worker, address, str(uuid4()), **{"act.at": timezone.now().isoformat()})
    in_time = tapped(worker, address, str(uuid4()), **{"act.at": yesterday.isoformat()})

    assert (late.status_code, in_time.status_code) == (409, 200)
    kept = Task.objects.get()
    assert (kept.state, kept.done_at, kept.done_on) == (TaskState.DONE, yesterday, day)
    assert kept.received_at - kept.done_at >= timedelta(days=1)
    assert "收到" in worker.get(reverse("phone:task", args=[task.pk])).content.decode()


def test_what_is_sent_at_once_says_nothing_of_when_it_came(world):
    task, worker = sent(world), as_person(world.grid_worker)

    tapped(
        worker,
        reverse("phone:task_arrive", args=[task.pk]),
        str(uuid4()),
        **{"act.at": timezone.now().isoformat()},
    )

    assert Task.objects.get().state == TaskState.DONE
    assert "收到" not in worker.get(reverse("phone:task", args=[task.pk])).content.decode()


def test_a_visit_that_clashes_is_told_side_by_side_and_goes_through_once_mended(world):
    record = elder(world, job="工人")
    writing.edit(record.pk, {"job": "保安"}, seen=1, by=keeper(world.grid_head))
    worker, address = as_person(world.grid_worker), reverse("visits:visit", args=[record.pk])
    said = {"token": str(uuid4()), "result": "changed", "job": "教师"}
    key, at = str(uuid4()), (timezone.now() - timedelta(seconds=1)).isoformat()

    told = tapped(worker, address, key, seen=1, **said)
    mended = [tapped(worker, address, key, seen=2, **said, **{"act.at": at}) for _again in range(2)]

    assert told.status_code == 409
    assert all(value in told.json()["said"] for value in ("工人", "保安", "教师"))
    assert [each.status_code for each in mended] == [200, 200]
    record.refresh_from_db()
    assert (record.details["job"], LedgerVisit.objects.count()) == ("教师", 1)
