"""Running cases go over to a new version: what they keep, what keeps them, and nothing twice."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from casework.models import CaseEvent, Outbox
from casework.queries.viewers import viewer_for
from casework.services import migrating
from casework.services.clockwork import tick_until_quiet
from casework.services.locks import database_now
from casework.services.progress import rebuild_differences
from tests.diagrams import chain, flow, publish, task
from tests.services.test_walk import act, opened, step_of
from workflows.bpmn import read
from workflows.models import Definition, Incident, Step, Timer

pytestmark = pytest.mark.django_db

TIMER = (
    '<boundaryEvent id="late" attachedToRef="{}" cancelActivity="false"><timerEventDefinition>'
    "<timeDuration>PT4H</timeDuration></timerEventDefinition></boundaryEvent>"
    '<endEvent id="told"/>'
)
OLD = (
    '<startEvent id="s"/>'
    + task("survey", name="现场勘查", level="town", post="planning", limit="3wd")
    + TIMER.format("survey")
    + task("check", name="核查", level="grid", post="grid_worker")
    + '<endEvent id="e"/>'
    + chain("s", "survey", "check", "e")
    + flow("late", "told")
)
NEW = (
    '<startEvent id="s"/>'
    + task("inspect", name="现场勘查", level="town", post="planning", verbs="complete return", limit="1wd")
    + TIMER.format("inspect")
    + task("plan", name="编制方案", level="town", post="planning")
    + '<endEvent id="e"/>'
    + chain("s", "inspect", "plan", "e")
    + flow("late", "told")
)


@pytest.fixture
def matter(world):
    """Three cases in the first version: untouched, signed for, and one step further on, which the second lacks."""
    publish("m", OLD, now=timezone.now())
    cases = [opened(world) for _ in range(3)]
    act(step_of(cases[1], "survey"), "claim", world.planning)
    act(step_of(cases[2], "survey"), "complete", world.planning)
    publish("m", NEW, now=timezone.now())
    return Definition.objects.get(key="m")


def in_force(matter):
    return matter.versions.published().get()


def test_renamed_step_is_found_by_its_kind_and_name(matter):
    old, new = (read(one.bpmn.encode()) for one in matter.versions.order_by("number"))
    assert migrating.suggested(old, new) == {"survey": "inspect"}


def test_trying_says_who_can_go_and_why_others_stay_and_changes_nothing(matter, world):
    before = list(Step.objects.order_by("pk").values())
    boss = viewer_for(world.administrator)
    trials = migrating.tried(matter, in_force(matter), elements={}, now=database_now(), by=boss)
    assert [trial.can_go for trial in trials] == [True, True, False]
    assert trials[2].why == ("核查：新版流程图里没有这个环节",)
    assert list(Step.objects.order_by("pk").values()) == before


def test_cases_go_over_with_claims_limits_and_timers_and_go_on_there(matter, world):
    untouched, claimed, further = Step.objects.open().order_by("run_id")
    timers = list(Timer.objects.filter(fired_at=None).values_list("run_id", "token", "due_at"))
    moving = migrating.start(matter, in_force(matter), elements={}, by=viewer_for(world.administrator))
    tick_until_quiet()

    gone = Step.objects.get(pk=claimed.pk)
    assert (gone.element, gone.claimed_by, gone.due_at) == ("inspect", world.planning, claimed.due_at)
    assert gone.verbs == ("complete", "return")
    assert Step.objects.get(pk=further.pk).element == "check"
    assert list(Timer.objects.filter(fired_at=None).values_list("run_id", "token", "due_at")) == timers
    case = gone.run.case
    assert CaseEvent.objects.get(case=case, kind="migrated").data["version"] == 2
    assert rebuild_differences(case, now=database_now()) == []

    act(gone, "complete", world.planning)
    assert step_of(case, "plan").name == "编制方案"
    assert [row.state for row in moving.cases.all()] == ["moved", "moved"]


def test_chosen_mapping_takes_the_rest_along(matter, world):
    moving = migrating.start(
        matter, in_force(matter), elements={"check": "plan"}, by=viewer_for(world.administrator)
    )
    tick_until_quiet()
    assert moving.cases.filter(state="moved").count() == 3
    assert migrating.behind(matter) == []
    assert {step.element for step in Step.objects.open()} == {"inspect", "plan"}


def test_second_delivery_changes_nothing(matter, world):
    migrating.start(matter, in_force(matter), elements={}, by=viewer_for(world.administrator))
    tick_until_quiet()
    lines = CaseEvent.objects.count()
    Outbox.objects.filter(kind=migrating.KIND).update(state="ready", attempts=0)
    tick_until_quiet()
    assert CaseEvent.objects.count() == lines


def test_late_delivery_brings_no_case_back_to_an_older_version(matter, world):
    second = in_force(matter)
    migrating.start(matter, second, elements={}, by=viewer_for(world.administrator))
    Outbox.objects.filter(kind=migrating.KIND).update(run_at=timezone.now() + timedelta(hours=1))
    publish("m", NEW, now=timezone.now())
    migrating.start(matter, in_force(matter), elements={}, by=viewer_for(world.administrator))
    tick_until_quiet()

    Outbox.objects.filter(kind=migrating.KIND, state="ready").update(run_at=timezone.now())
    tick_until_quiet()

    assert Outbox.objects.filter(kind=migrating.KIND, payload__version=second.pk, state="done").count() == 2
    assert not Step.objects.open().filter(run__version=second).exists()


def test_case_that_has_gone_on_since_it_was_tried_stays_and_says_so(matter, world):
    migrating.start(matter, in_force(matter), elements={}, by=viewer_for(world.administrator))
    moved_on = Step.objects.open().filter(element="survey").order_by("run_id").first()
    act(moved_on, "complete", world.planning)
    tick_until_quiet()

    assert Step.objects.open().get(run=moved_on.run).element == "check"
    assert "新版流程图里没有这个环节" in Incident.objects.get(run=moved_on.run).message


def test_page_tries_a_mapping_and_sends_them_on_their_way(matter, world):
    client = Client()
    client.force_login(world.administrator)
    page = client.get("/studio/m/migrate/").content.decode()
    assert "2 件可迁移" in page
    assert "1 件留在旧版" in page
    assert "3 件可迁移" in client.get("/studio/m/migrate/", {"to.check": "plan"}).content.decode()
    assert "3 件留在旧版" in client.get("/studio/m/migrate/", {"to.survey": ""}).content.decode()

    client.post("/studio/m/migrate/", {"to.check": "plan"})
    tick_until_quiet()
    assert "没有要迁移的案件" in client.get("/studio/m/migrate/").content.decode()
