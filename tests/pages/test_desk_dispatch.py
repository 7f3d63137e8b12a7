"""The dispatch page: who leads, who assists, refusals that keep what was chosen, and limits drawn as they will be."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.clocks import WorkCalendar
from casework.models import Case, CaseEvent
from casework.queries.cases import Holder
from casework.queries.forecast import Branch, Forecast, Work
from casework.queries.timeruler import time_ruler
from casework.queries.viewers import viewer_for
from casework.services import intake
from casework.services.clockwork import tick_until_quiet
from casework.services.intake import NewCase
from casework.verbs import STEP_VERBS
from tests.diagrams import publish
from tests.services.test_dispatch import BODY, FORM
from tests.world import GRID
from workflows.models import Step


@pytest.fixture
def dispatching(world):
    """A case that waits for its dispatch, with a suggestion."""
    cache.clear()
    publish("m", BODY, forms={"dispatch": FORM}, now=timezone.now())
    case = intake.open_case(
        NewCase(matter="m", area=GRID, title="三巷口", category="占道经营"), by=viewer_for(world.grid_worker)
    )
    tick_until_quiet()
    return Case.objects.get(pk=case.pk)


def as_person(user):
    client = Client()
    client.force_login(user)
    return client


def page(case, user):
    return as_person(user).get(reverse("desk:dispatch", args=[case.number]))


def rows(*given):
    """As the page names its inputs: the lead is row 0."""
    cells = {"act.page": "dispatch"}
    for n, (post, part) in enumerate(given):
        cells |= {f"分派-{n}-岗位": post, f"分派-{n}-角色": part, f"分派-{n}-时限": "auto"}
    return cells


def send(case, user, data):
    step = Step.objects.open().get(run=case.run, element="dispatch")
    return as_person(user).post(reverse("desk:act", args=[step.pk, "complete"]), data)


@pytest.mark.django_db
def test_the_suggested_lead_is_chosen_and_who_assists_stands_below(world, dispatching):
    answer = page(dispatching, world.duty_officer)

    assert answer.status_code == 200
    assert answer.context["lead"].post == world.post_of(world.enforcement).code
    assert [line.post for line in answer.context["assisting"]] == [world.post_of(world.urban_handler).code]
    first, *others = answer.context["leads"]
    assert first.is_suggested
    assert [one.post for one in others if one.is_nearby] == [world.post_of(world.community_secretary).code]
    drawn = answer.context["ruler"]
    assert [bar.name for bar in drawn.bars] == ["平安法治板块 综合执法岗", "区城市管理局 经办岗"]


@pytest.mark.django_db
def test_what_is_sent_opens_a_step_for_each_and_is_told_in_words(world, dispatching):
    lead, aid = (world.post_of(who).code for who in (world.enforcement, world.civil_affairs))

    answer = send(dispatching, world.duty_officer, rows((lead, "牵头"), (aid, "配合")))

    assert answer.status_code == 302
    assert {step.candidates[0] for step in Step.objects.open().filter(run=dispatching.run)} == {lead, aid}
    story = as_person(world.duty_officer).get(answer["Location"]).content.decode()
    assert "陈家坝街道平安法治板块 综合执法岗 牵头" in story or "平安法治板块 综合执法岗 牵头" in story
    assert "{&#x27;" not in story
    assert CaseEvent.objects.filter(case=dispatching, kind="completed").exists()


@pytest.mark.django_db
def test_a_refusal_comes_back_to_the_page_with_what_was_chosen(world, dispatching):
    aid = world.post_of(world.civil_affairs).code

    answer = send(dispatching, world.duty_officer, rows(("", "牵头"), (aid, "配合")))

    assert answer.status_code == 422
    assert "desk/dispatch.html" in [template.name for template in answer.templates]
    assert [line.post for line in answer.context["assisting"]] == [aid]
    assert Step.objects.open().get(run=dispatching.run).element == "dispatch"


@pytest.mark.django_db
def test_whoever_has_nothing_to_dispatch_is_led_to_the_case(world, dispatching):
    assert page(dispatching, world.commander)["Location"] == reverse("desk:case", args=[dispatching.number])
    assert page(dispatching, world.sibling_duty_officer).status_code == 404


@pytest.mark.django_db
def test_the_card_leads_to_the_page_and_does_not_ask_in_the_small(world, dispatching):
    case = as_person(world.duty_officer).get(reverse("desk:case", args=[dispatching.number]))

    assert reverse("desk:dispatch", args=[dispatching.number]) in case.content.decode()
    assert 'name="分派-0-岗位"' not in case.content.decode()


# --- the drawing

CALENDAR = WorkCalendar(zone=ZoneInfo("UTC"))
MONDAY_TEN = datetime(2026, 11, 23, 10, 0, tzinfo=CALENDAR.zone)


def ahead(*dues):
    works = tuple(
        Work(
            kind="human",
            name="处置",
            holders=(Holder(code=str(n), unit="区", name=f"岗{n}", people=()),),
            due_at=due,
        )
        for n, due in enumerate(dues)
    )
    return Forecast(verb=STEP_VERBS["complete"], branches=(Branch(when=(), works=works),))


def test_time_that_does_not_count_is_left_out_of_the_bars():
    due = CALENDAR.add_working_hours(MONDAY_TEN, 4)

    drawn = time_ruler(ahead(due), now=MONDAY_TEN, calendar=CALENDAR)

    (bar,) = drawn.bars
    hour = (drawn.marks[1].x - drawn.marks[0].x) / (
        (drawn.marks[1].at - drawn.marks[0].at) / timedelta(hours=1)
    )
    assert sum(width for _x, width in bar.parts) == pytest.approx(4 * hour, abs=4)
    assert len(bar.parts) == 2
    assert bar.parts[-1][0] + bar.parts[-1][1] == pytest.approx(bar.due_x, abs=1)
    assert not drawn.is_by_days


def test_long_limits_are_marked_by_days_and_the_nearest_comes_first():
    later, sooner = MONDAY_TEN + timedelta(days=20), MONDAY_TEN + timedelta(days=1)

    drawn = time_ruler(ahead(later, sooner), now=MONDAY_TEN, calendar=CALENDAR)

    assert drawn.is_by_days
    assert [bar.due_at for bar in drawn.bars] == [sooner, later]
    assert len(drawn.marks) <= 10


def test_without_limits_there_is_nothing_to_draw():
    assert time_ruler(ahead(None), now=MONDAY_TEN, calendar=CALENDAR) is None
    assert time_ruler(None, now=MONDAY_TEN, calendar=CALENDAR) is None
