"""Tasks made by templates: for whom, when, once; and what becomes of those that nobody does."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from casework.errors import NotValid, NotYours
from casework.models import CaseEvent, Task, TaskState, TaskTemplate
from casework.queries.tasks import coverage, tasks_today
from casework.queries.viewers import viewer_for
from casework.services import pushing
from casework.services.clockwork import tick
from casework.services.tasks import making
from casework.services.tasks.making import lapse, make_due, make_period, rehome
from casework.services.tasks.planning import (
    Plan,
    add_template,
    change_template,
    questions_of,
    send_task,
    stop_template,
)
from grid.models import Appointment, Area
from tests.api import diagrams
from tests.api.conftest import Api
from tests.world import COMMUNITY, DISTRICT, GRID, OTHER_GRID, SIBLING, SIBLING_GRID, SINCE, TOWN, post_code

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


def template(world, **said) -> TaskTemplate:
    """A template whose tasks nobody has made yet."""
    about = {"title": "巡查消防通道", "area": world.area(TOWN), "due_time": time(18), "starts_on": MONDAY}
    about |= {"next_on": MONDAY, "made_by": world.duty_chief, "made_at": datetime(2026, 11, 23, tzinfo=ZONE)}
    about |= said
    return TaskTemplate.objects.create(area_code=about["area"].code, **about)


def test_every_grid_inside_gets_one_for_the_post(world):
    daily = template(world)

    assert make_due(on=MONDAY) == 1

    made = Task.objects.filter(template=daily)
    assert set(made.values_list("area_code", flat=True)) == {
        code for code in world.areas if len(code) == 15 and code.startswith(TOWN)
    }
    mine = made.get(area_code=GRID)
    assert mine.post == post_code("grid_worker")
    assert (mine.period, mine.opens_on, mine.lapses_on) == (MONDAY, MONDAY, MONDAY)
    assert mine.due_at == datetime(2026, 11, 23, 18, tzinfo=ZONE)


def test_made_again_it_is_made_once(world):
    daily = template(world)
    make_due(on=MONDAY)
    before = Task.objects.count()

    assert make_due(on=MONDAY) == 0
    assert make_period(daily, on=MONDAY) == 0
    assert Task.objects.count() == before
    assert make_due(on=MONDAY + DAY) == 1
    assert Task.objects.count() == 2 * before


def test_a_sweep_that_slept_for_days_makes_no_past(world):
    template(world)

    make_due(on=MONDAY + 3 * DAY)

    assert set(Task.objects.values_list("opens_on", flat=True)) == {MONDAY + 3 * DAY}


def test_spread_over_the_week_each_grid_has_its_day_and_keeps_it(world):
    weekly = template(world, cycle="week", is_spread=True, weekdays=[2, 4], area=world.area(DISTRICT))
    make_due(on=MONDAY)
    first = dict(Task.objects.values_list("area_code", "opens_on"))
    make_due(on=MONDAY + 7 * DAY)
    second = dict(Task.objects.filter(period=MONDAY + 7 * DAY).values_list("area_code", "opens_on"))

    assert set(first.values()) <= {MONDAY + DAY, MONDAY + 3 * DAY}
    assert second == {code: day + 7 * DAY for code, day in first.items()}
    assert set(Task.objects.filter(template=weekly).values_list("lapses_on", flat=True)) == {
        MONDAY + 6 * DAY,
        MONDAY + 13 * DAY,
    }


def test_nothing_on_days_off(world):
    template(world, working_days=True)

    make_due(on=MONDAY + 5 * DAY)

    assert not Task.objects.exists()
    assert TaskTemplate.objects.get().next_on == MONDAY + 6 * DAY


def test_a_template_ends(world):
    template(world, ends_on=MONDAY)
    make_due(on=MONDAY)

    assert TaskTemplate.objects.get().next_on is None
    assert make_due(on=MONDAY + DAY) == 0


def test_a_post_that_nobody_holds_gives_its_tasks_to_who_is_next(world):
    Appointment.objects.filter(user=world.grid_worker).delete()
    Appointment.objects.filter(
        user__in=[world.sibling_grid_worker, world.sibling_community_secretary]
    ).delete()
    template(world, area=world.area(DISTRICT))
    make_due(on=MONDAY)

    posts = dict(Task.objects.values_list("area_code", "post"))

    assert posts[GRID] == post_code("grid_head")
    assert posts[OTHER_GRID] == post_code("other_grid_worker")
    assert posts[SIBLING_GRID] == ""


def test_who_stands_in_sees_the_tasks_and_they_find_another_when_a_post_falls_empty(world):
    template(world)
    make_due(on=MONDAY)
    held = Appointment.objects.get(user=world.grid_worker)
    Appointment.objects.create(
        post=held.post, user=world.community_worker, kind="temporary", starts_on=SINCE, ends_on=date(2030, 1, 1),
        stand_in_for=held,
    )  # fmt: skip

    seen = tasks_today(viewer_for(world.community_worker), on=MONDAY)
    assert [task.area_code for task in seen] == [GRID]

    Appointment.objects.filter(post=held.post).exclude(pk=held.pk).delete()
    held.delete()
    assert rehome(now=datetime(2026, 11, 23, 12, tzinfo=ZONE)) == 1
    assert Task.objects.get(area_code=GRID).post == post_code("grid_head")
    assert rehome(now=datetime(2026, 11, 23, 12, tzinfo=ZONE)) == 0


def test_what_was_not_done_is_missed(world):
    template(world)
    tick(at=datetime(2026, 11, 23, 1, tzinfo=ZONE))
    assert lapse(on=MONDAY) == 0

    tick(at=datetime(2026, 11, 24, 1, tzinfo=ZONE))

    states = set(Task.objects.values_list("period", "state"))
    assert states == {(MONDAY, TaskState.MISSED), (MONDAY + DAY, TaskState.OPEN)}


def test_supervisors_see_how_far_each_place_has_come(world):
    template(world)
    make_due(on=MONDAY)
    Appointment.objects.all().update(starts_on=SINCE)

    evening = datetime(2026, 11, 23, 19, tzinfo=ZONE)
    seen = coverage(viewer_for(world.duty_chief), area=TOWN, on=MONDAY, now=evening)

    grids = [code for code in world.areas if len(code) == 15 and code.startswith(TOWN)]
    assert (seen.place.total, seen.place.done, seen.place.overdue) == (len(grids), 0, len(grids))
    assert [part.code for part in seen.parts][0] == COMMUNITY
    assert sum(part.total for part in seen.parts) == len(grids)


# --- by people


def test_a_task_is_sent_once_to_some_grids(world):
    chief, key = viewer_for(world.duty_chief), uuid4()
    plan = Plan(title="清查飞线充电", area=TOWN, grids=[GRID], questions=["楼道有没有飞线"], needs_photo=True)

    sent = send_task(plan, key=key, by=chief)
    again = send_task(plan, key=key, by=chief)

    assert again.pk == sent.pk
    assert list(Task.objects.values_list("area_code", flat=True)) == [GRID]
    assert questions_of(sent) == ("楼道有没有飞线",)


def test_a_task_sent_from_a_case_stands_in_its_journal(world):
    Api(user=world.administrator).publish("reviewed", diagrams.with_review())
    number = Api(user=world.duty_chief).open("reviewed", GRID)["number"]
    plan = Plan(title="再看一眼现场", area=GRID)

    send_task(plan, key=uuid4(), by=viewer_for(world.duty_chief), case=number)

    line = CaseEvent.objects.get(kind="task_sent")
    assert line.data["name"] == "再看一眼现场"
    assert line.data["count"] == 1
    assert Task.objects.get().template.case.number == number


@pytest.mark.parametrize(
    ("who", "area", "error"),
    [
        ("the worker himself", ("grid_worker", GRID), NotYours),
        ("next town's chief", ("duty_chief", SIBLING), NotYours),
        ("nowhere", ("duty_chief", "500101999"), NotValid),
    ],
)
def test_only_who_directs_the_work_there_sends(world, who, area, error):
    name, code = area

    with pytest.raises(error):
        send_task(Plan(title="x", area=code), key=uuid4(), by=viewer_for(getattr(world, name)))

    assert not TaskTemplate.objects.exists()


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("title", {"title": " "}),
        ("kind", {"kind": "dance"}),
        ("role", {"role": "leader"}),
        ("weekdays", {"weekdays": [8]}),
        ("starts_on", {"starts_on": date(2020, 1, 1)}),
        ("starts_on", {"starts_on": date.max}),
        ("ends_on", {"ends_on": date.max}),
        ("questions", {"questions": ["问"] * 13}),
        ("grids", {"grids": [SIBLING_GRID]}),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_by_field(world, field, said):
    with pytest.raises(NotValid) as refused:
        add_template(Plan(**{"title": "巡查", "area": TOWN} | said), by=viewer_for(world.duty_chief))

    assert set(refused.value.fields) == {field}
    assert not TaskTemplate.objects.exists()


def test_a_new_template_has_tasks_at_once_and_none_once_it_is_stopped(world):
    chief = viewer_for(world.duty_chief)
    added = add_template(Plan(title="巡查", area=GRID), by=chief)
    assert Task.objects.get().title == ""

    change_template(added.pk, Plan(title="夜间巡查", area=GRID, due_time=time(22)), by=chief)
    stop_template(added.pk, by=chief)

    assert Task.objects.get().template.title == "夜间巡查"
    assert make_due(on=date(2099, 1, 1)) == 0
    with pytest.raises(NotYours):
        stop_template(added.pk, by=viewer_for(world.sibling_duty_chief))


def test_a_template_that_has_not_begun_may_begin_earlier(world):
    chief = viewer_for(world.duty_chief)
    today = datetime.now(ZONE).date()
    added = add_template(Plan(title="巡查", area=GRID, starts_on=today + 7 * DAY), by=chief)

    change_template(added.pk, Plan(title="巡查", area=GRID, starts_on=today), by=chief)

    assert make_due(on=today) == 1
    assert Task.objects.get().opens_on == today


def test_a_template_sent_twice_at_once_is_one(world, monkeypatch):
    chief, key = viewer_for(world.duty_chief), uuid4()
    first = add_template(Plan(title="巡查", area=GRID), by=chief, key=key)
    unseen = TaskTemplate.objects.none()  # the other has not committed yet when this one looks
    monkeypatch.setattr(TaskTemplate.objects, "filter", lambda **_more: unseen)

    second = add_template(Plan(title="巡查", area=GRID), by=chief, key=key)

    assert second.pk == first.pk
    assert Task.objects.count() == 1


def test_work_in_a_micro_grid_finds_somebody_else_of_the_grid(world):
    daily = template(world)
    part = Area.objects.create(code=f"{GRID}01", name="一号楼", level="microgrid", parent=world.area(GRID))
    Task.objects.create(
        template=daily, area=part, area_code=part.code, post=post_code("grid_worker"), period=MONDAY,
        opens_on=MONDAY, lapses_on=MONDAY, due_at=datetime(2026, 11, 23, 18, tzinfo=ZONE),
    )  # fmt: skip
    Appointment.objects.filter(user=world.grid_worker).delete()

    assert rehome(now=datetime(2026, 11, 23, 12, tzinfo=ZONE)) == 1
    assert Task.objects.get().post == post_code("grid_head")


def test_templates_that_fail_do_not_starve_those_behind_them(world, monkeypatch):
    stuck = [template(world, title=f"坏{n}").pk for n in range(2)]
    good = template(world, title="好")
    right = making.make_next

    def fails(pk, *, on):
        if pk in stuck:
            raise ValueError("a template that nobody can make")
        return right(pk, on=on)

    monkeypatch.setattr(making, "make_next", fails)

    assert make_due(on=MONDAY, limit=1) == 1
    assert set(Task.objects.values_list("template", flat=True)) == {good.pk}


def test_notices_that_cannot_leave_do_not_keep_tasks_from_being_made(world, monkeypatch):
    template(world)

    def fails(**_about):
        raise ValueError("a channel that nobody understands")

    monkeypatch.setattr(pushing, "push_notices", fails)

    assert tick(at=datetime(2026, 11, 23, 12, tzinfo=ZONE)).tasks == 1
    assert Task.objects.exists()
