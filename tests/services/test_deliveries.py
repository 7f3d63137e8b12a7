"""What goes wrong on the way: timers, parcels and signals that fail, and crashes between two transactions."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from casework.errors import CaseBusy
from casework.models import Outbox
from casework.services import journal, outbox, progress
from casework.services.clockwork import fire_due_timers
from tests.diagrams import chain, flow, publish, task
from tests.services.test_time import PLAN, PLAN_HEAD, REMIND, open_elements, opened
from workflows import services as workflows
from workflows.models import Incident, Timer

pytestmark = pytest.mark.django_db

STORM_HEAD = '<signal id="s1" name="暴雨预警"/>'
STORM = (
    '<startEvent id="s"/><intermediateCatchEvent id="storm"><signalEventDefinition signalRef="s1"/>'
    '</intermediateCatchEvent><exclusiveGateway id="g"/><endEvent id="e"/>'
    + chain("s", "storm", "g")
    + flow("g", "e", "等级 == 1")
)
ALARM = (
    '<startEvent id="s"/>'
    + task("sign", level="town", post="duty_officer")
    + '<boundaryEvent id="storm" attachedToRef="sign" cancelActivity="false">'
    + '<signalEventDefinition signalRef="s1"/></boundaryEvent>'
    + task("patrol", level="town", post="duty_chief")
    + '<endEvent id="e"/><endEvent id="e2"/>'
    + chain("s", "sign", "e")
    + chain("storm", "patrol", "e2")
)


def test_timer_that_breaks_us_is_set_aside_and_the_next_one_fires(world, monkeypatch):
    now = timezone.now()
    publish("m", REMIND, now=now)
    broken, sound = opened(world), opened(world)
    fire = progress.fire_timer

    def fails_once(timer_id, *, now):
        if Timer.objects.get(pk=timer_id).run_id == broken.run_id:
            raise ValueError("a fault of ours")
        return fire(timer_id, now=now)

    monkeypatch.setattr(progress, "fire_timer", fails_once)

    assert [fire_due_timers(now=now + timedelta(minutes=20)) for _ in range(2)] == [1, 0]

    assert Incident.objects.get(run=broken.run).message == "ValueError: a fault of ours"
    assert open_elements(sound) == ["chase", "sign"]


def test_timer_waits_when_the_database_is_away(world, monkeypatch):
    now = timezone.now()
    publish("m", REMIND, now=now)
    case = opened(world)

    def away(timer_id, *, now):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(progress, "fire_timer", away)
    with pytest.raises(OperationalError):
        fire_due_timers(now=now + timedelta(minutes=20))

    assert not Incident.objects.exists()
    assert Timer.objects.get(run=case.run).fired_at is None


def test_parcel_is_given_up_later_when_its_case_is_being_changed(world):
    now = timezone.now()
    outbox.enqueue("k", kind="message", payload={}, now=now)

    def refused(parcel):
        raise outbox.Refused("no such address")

    def busy(parcel, error):
        raise CaseBusy

    told = []
    outbox.drain({"message": refused}, give_up=busy, worker="w", now=lambda: now)
    first = Outbox.objects.get()
    later = now + timedelta(hours=2)
    outbox.drain(
        {"message": refused}, give_up=lambda _p, error: told.append(error), worker="w", now=lambda: later
    )

    assert (first.state, first.last_error) == ("ready", "no such address")
    assert (Outbox.objects.get().state, told) == ("dead", ["no such address"])


def test_message_and_the_row_that_carries_it_are_done_together(world):
    now = timezone.now()
    publish("m", PLAN, heads=PLAN_HEAD, now=now)
    case = opened(world)
    outbox.enqueue("message:1", kind="message", payload={"name": "列入年度计划"}, now=now)
    outbox.claim(worker="killed right after", now=now)

    progress.deliver_message("列入年度计划", correlation=case.number, key="message:1")

    assert Outbox.objects.get().state == "done"


def test_case_that_cannot_take_a_signal_does_not_keep_it_from_the_others(world):
    publish("m", STORM, heads=STORM_HEAD, now=timezone.now())
    stuck, ready = opened(world, 等级=2), opened(world, 等级=1)

    heard = [progress.broadcast_signal("暴雨预警") for _ in range(2)]

    assert heard == [[ready.number], []]
    assert Incident.objects.get().run == stuck.run
    assert list(journal.breaks()) == []


def test_signal_that_is_carried_twice_is_heard_once(world):
    publish("m", ALARM, heads=STORM_HEAD, now=timezone.now())
    case = opened(world)

    heard = [progress.broadcast_signal("暴雨预警", key=key) for key in ("signal:1", "signal:1", "signal:2")]

    assert heard == [[case.number], [], [case.number]]
    assert open_elements(case) == ["patrol", "patrol", "sign"]


def test_published_diagrams_are_read_once_however_often_one_is_checked(world, monkeypatch):
    published = [publish(key, REMIND, now=timezone.now()) for key in ("m", "n")]
    before = workflows.published_processes()
    monkeypatch.setattr(workflows, "read", None)

    assert workflows.published_processes() == before
    assert (before["m"], before["n"]) == tuple(version.pk for version in published)
