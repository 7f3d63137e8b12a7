"""What follows when a clock runs out: told to the level above, then handed up, by the district's rules."""

from datetime import timedelta

import pytest
from django.utils import timezone

from casework.models import CaseEvent, Clock
from casework.models.acts import Notice
from casework.queries.viewers import viewer_for
from casework.services import approvals, clocks, handing_up
from casework.services.clockwork import sweep_clocks
from casework.services.journal import breaks
from tests.services.test_clocks import fresh_calendars as fresh_calendars
from tests.services.test_clocks import matter, opened
from workflows.models import Step

pytestmark = pytest.mark.django_db

HANDLING = {"limit": "4h", "stage": "处置"}


def told(case):
    return [
        (event.kind, event.data.get("action", ""), event.data.get("to", []))
        for event in CaseEvent.objects.filter(case=case, kind__in=["overdue", "ruled"])
    ]


def test_a_breach_is_told_to_the_level_above_and_handed_up_when_that_does_not_help(world):
    matter({**HANDLING, "level": "community", "post": "community_secretary"})
    case = opened(world)
    step = Step.objects.open().get(run=case.run)
    approvals.act(step.pk, "claim", by=viewer_for(world.community_secretary))
    clock = Clock.objects.get(case=case)
    duty = world.post_of(world.duty_officer)

    assert sweep_clocks(now=clock.due_at + timedelta(minutes=1)) == 1
    clock.refresh_from_db()
    step.refresh_from_db()
    assert step.claimed_by == world.community_secretary
    assert Notice.objects.get(case=case, kind="overdue").to_post == duty.code
    again = clock.climb_at
    assert again is not None
    assert sweep_clocks(now=again - timedelta(minutes=1)) == 0
    assert sweep_clocks(now=again) == 1

    step.refresh_from_db()
    clock.refresh_from_db()
    case.refresh_from_db()
    assert (step.candidates, step.claimed_by) == ([duty.code], None)
    assert (case.handling_level, clock.rule, clock.breached_at) == ("town", "5wd", None)
    assert step.due_at == clock.due_at == case.due_at > again
    name = "基层治理指挥中心 值班员"
    assert told(case) == [("overdue", "", []), ("ruled", "notify", [name]), ("ruled", "up", [name])]
    ruled = CaseEvent.objects.filter(case=case, kind="ruled").last()
    assert [rule["table"] for rule in ruled.data["rules"]] == ["nearby_climb"]
    assert ruled.data["comment"] == "报告上级后仍未处置：上交一级"
    assert list(breaks(case_id=case.pk)) == []
    assert case.touched_by.count(duty.code) == 1


@pytest.mark.parametrize(
    ("case_", "settings"),
    [
        ("a decision", {"stage": "处置", "verbs": "approve return"}),
        ("signing for it", {"stage": "签收"}),
    ],
)
def test_what_only_this_post_may_decide_is_told_above_and_stays(case_, settings, world):
    matter({"limit": "4h", **settings})
    case = opened(world)
    step = Step.objects.open().get(run=case.run)
    at = step.due_at

    for _ in range(6):
        at += timedelta(days=5)
        sweep_clocks(now=at)

    step.refresh_from_db()
    assert step.candidates == [world.post_of(world.planning).code]
    assert [action for _kind, action, _to in told(case)] == ["", "notify", "notify", "notify"]
    assert Clock.objects.get(case=case).climb_at is None


def test_who_has_been_given_more_time_is_not_handed_up_before_it_is_over(world):
    matter({**HANDLING, "level": "community", "post": "community_secretary"})
    case = opened(world)
    due = Clock.objects.get(case=case).due_at
    sweep_clocks(now=due + timedelta(minutes=1))
    clock = Clock.objects.get(case=case)
    again = clock.climb_at

    clocks.extend(clock, again + timedelta(days=9), now=due + timedelta(minutes=2))

    sweep_clocks(now=again + timedelta(minutes=1))
    assert [action for _kind, action, _to in told(case)] == ["", "notify"]


def test_what_waits_for_the_reporter_climbs_nowhere(world):
    matter({"limit": "3d", "level": "reporter", "post": ""})
    case = opened(world)

    sweep_clocks(now=timezone.now() + timedelta(days=4))

    assert told(case) == [("overdue", "", [])]


def test_a_suspended_case_is_neither_told_on_nor_handed_up(world):
    matter(HANDLING)
    case = opened(world)
    due = Clock.objects.get(case=case).due_at
    sweep_clocks(now=due + timedelta(minutes=1))
    again = Clock.objects.get(case=case).climb_at

    clocks.pause(case, due + timedelta(minutes=2))

    assert sweep_clocks(now=again + timedelta(days=30)) == 0


def test_a_case_whose_breach_cannot_be_told_stops_no_other(world, monkeypatch, caplog):
    matter(HANDLING)
    broken, sound = opened(world), opened(world)
    ruled = handing_up.rule_on_breach

    def rule(case, clock, **at):
        if case.pk == broken.pk:
            raise ValueError("a rule that nobody thought of")
        return ruled(case, clock, **at)

    monkeypatch.setattr(handing_up, "rule_on_breach", rule)

    assert sweep_clocks(now=Clock.objects.get(case=sound).due_at + timedelta(minutes=1)) == 1

    assert (len(told(broken)), len(told(sound))) == (0, 2)
    assert "a rule that nobody thought of" in caplog.text
    assert list(breaks()) == []
