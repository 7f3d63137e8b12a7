"""Clocks of steps, stages and cases: paused, extended, warned of, and several limits in a row."""

from datetime import date, datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.checks import run_checks
from django.core.management import call_command
from django.utils import timezone

from casework.errors import NotFound, NotNow, NotValid, NotYours
from casework.models import Case, CaseEvent, CaseStatus, Clock, ClockKind, Holiday, WorkingTime
from casework.models.acts import Notice
from casework.queries.cases import open_work
from casework.queries.explained import explained, explained_for_case
from casework.queries.viewers import viewer_for
from casework.services import approvals, clocks, intake
from casework.services.approvals import Said
from casework.services.calendars import forget_calendars, holiday_horizon, seed_holidays, work_calendar
from casework.services.clockwork import beat, sweep_clocks
from casework.services.intake import NewCase
from casework.services.journal import breaks
from casework.services.milestones import meet_limit
from casework.services.progress import deliver_message
from tests.diagrams import chain, publish, task
from tests.world import COMMUNITY, GRID, SIBLING_GRID, TOWN
from workflows.models import Step

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def fresh_calendars():
    forget_calendars()
    yield
    forget_calendars()


def matter(*steps, about=None):
    """A matter of steps in a row at the planning post; each is a dict of settings."""
    names = [f"step{number}" for number in range(len(steps))]
    body = '<startEvent id="s"/><endEvent id="e"/>' + "".join(
        task(name, **{"level": "town", "post": "planning", **settings})
        for name, settings in zip(names, steps, strict=True)
    )
    publish("m", body + chain("s", *names, "e"), now=timezone.now(), about=about)


def opened(world):
    return intake.open_case(
        NewCase(matter="m", area=GRID, title="违法搭建"), by=viewer_for(world.grid_worker)
    )


def complete(case, world):
    step = Step.objects.open().get(run=case.run)
    return approvals.act(step.pk, "complete", by=viewer_for(world.planning), said=Said())


def test_a_suspended_case_stands_still_and_is_due_later_by_as_long(world):
    matter({"limit": "4h"})
    case = opened(world)
    clock = Clock.objects.get(case=case)
    due, stood = clock.due_at, clock.starts_at + timedelta(hours=1)

    assert clocks.pause(case, stood, why="待年度计划") == 1
    assert sweep_clocks(now=due + timedelta(days=2)) == 0
    assert clocks.resume(case, stood + timedelta(hours=30)) == 1

    clock.refresh_from_db()
    case.refresh_from_db()
    assert clock.due_at == due + timedelta(hours=30)
    assert clock.warn_at == clock.starts_at + timedelta(hours=4 * 0.8 + 30)
    assert [case.due_at, clock.step.due_at] == [clock.due_at] * 2
    assert clock.paused_at is None
    assert clock.pauses == [
        {"from": stood.isoformat(), "to": (stood + timedelta(hours=30)).isoformat(), "why": "待年度计划"}
    ]


def test_pausing_twice_and_resuming_twice_changes_nothing_more(world):
    matter({"limit": "4h"})
    case = opened(world)
    start = Clock.objects.get(case=case).starts_at

    assert [clocks.pause(case, start), clocks.pause(case, start + timedelta(hours=9))] == [1, 0]
    assert [clocks.resume(case, start + timedelta(hours=1)), clocks.resume(case, start)] == [1, 0]

    assert Clock.objects.get(case=case).due_at == start + timedelta(hours=5)


def test_a_step_that_opens_while_the_case_is_suspended_waits_too(world):
    hears = (
        '<startEvent id="s"/><intermediateCatchEvent id="wait"><messageEventDefinition messageRef="m1"/>'
        "</intermediateCatchEvent>"
        + task("works", level="town", post="planning", limit="4h")
        + '<endEvent id="e"/>'
    )
    heads = '<message id="m1" name="列入年度计划"/>'
    publish("m", hears + chain("s", "wait", "works", "e"), heads=heads, now=timezone.now())
    case = opened(world)
    Case.objects.filter(pk=case.pk).update(status=CaseStatus.SUSPENDED)

    deliver_message("列入年度计划")

    assert Clock.objects.get(case=case).paused_at is not None


def test_an_extension_lets_a_clock_that_ran_out_run_again(world):
    matter({"limit": "4h"})
    case = opened(world)
    clock = Clock.objects.get(case=case)
    due, later = clock.due_at, clock.due_at + timedelta(hours=1)
    assert sweep_clocks(now=later) == 1
    clock.refresh_from_db()

    clocks.extend(clock, due + timedelta(days=1), now=later)

    clock.refresh_from_db()
    assert (clock.breached_at, clock.due_at) == (None, due + timedelta(days=1))
    assert Step.objects.get(run=case.run).due_at == clock.due_at
    assert clock.extensions == [
        {
            "from": due.isoformat(),
            "until": (due + timedelta(days=1)).isoformat(),
            "at": later.isoformat(),
        }
    ]
    assert sweep_clocks(now=due + timedelta(days=2)) == 1
    assert CaseEvent.objects.filter(case=case, kind="overdue").count() == 2


def test_an_extension_only_ever_gives_more_time(world):
    matter({"limit": "4h"})
    clock = Clock.objects.get(case=opened(world))
    due = clock.due_at

    with pytest.raises(NotValid):
        clocks.extend(clock, due - timedelta(hours=1))

    clock.refresh_from_db()
    assert (clock.due_at, clock.extensions) == (due, [])


def test_time_running_short_is_said_once_to_whoever_has_the_work(world):
    matter({"limit": "10h", "warn": "50%"})
    case = opened(world)
    start = Clock.objects.get(case=case).starts_at

    said = [sweep_clocks(now=start + timedelta(hours=hours)) for hours in (4, 6, 7)]

    notice = Notice.objects.get(case=case)
    assert said == [0, 1, 0]
    assert (notice.kind, notice.to_post, notice.text) == (
        "due_soon",
        world.post_of(world.planning).code,
        "step0",
    )


def test_who_has_signed_is_warned_in_person(world):
    matter({"limit": "10h"})
    case = opened(world)
    step = Step.objects.open().get(run=case.run)
    approvals.act(step.pk, "claim", by=viewer_for(world.planning))

    sweep_clocks(now=step.opened_at + timedelta(hours=9))

    assert Notice.objects.get(case=case).to_user == world.planning


def test_a_stage_and_the_whole_case_warn_all_who_have_work_in_them(world):
    at = {"level": "town", "limit": ""}
    body = (
        '<startEvent id="s"/><endEvent id="e"/><parallelGateway id="f"/><parallelGateway id="j"/>'
        + task("plan", stage="处置", post="planning", **at)
        + task("fine", stage="处置", post="enforcement", **at)
        + task("file", stage="反馈", post="civil_affairs", **at)
        + chain("s", "f", "plan", "j", "e")
        + chain("f", "fine", "j")
        + chain("f", "file", "j")
    )
    publish("m", body, now=timezone.now(), about={"limits": {"total": "20h", "stages": {"处置": "10h"}}})
    case = opened(world)
    start = Clock.objects.get(case=case, kind=ClockKind.TOTAL).starts_at
    posts = {
        name: world.post_of(getattr(world, name)).code
        for name in ("planning", "enforcement", "civil_affairs")
    }

    sweep_clocks(now=start + timedelta(hours=9))
    stage = set(Notice.objects.filter(case=case, kind="due_soon").values_list("to_post", "text"))
    sweep_clocks(now=start + timedelta(hours=17))
    whole = set(Notice.objects.filter(case=case, kind="due_soon").values_list("to_post", "text")) - stage

    assert stage == {(posts["planning"], "处置"), (posts["enforcement"], "处置")}
    assert whole == {(code, "整个案件") for code in posts.values()}


def test_limits_follow_each_other_on_one_problem(world):
    matter({"limit": "4h:停工; 7d:处罚; 20d:拆除"})
    case = opened(world)
    clock = Clock.objects.get(case=case)
    start = clock.starts_at
    assert (clock.rule, clock.name, clock.due_at) == ("4h", "停工", start + timedelta(hours=4))

    sweep_clocks(now=start + timedelta(hours=5))
    clock.refresh_from_db()
    assert (clock.rule, clock.name, clock.due_at) == ("7d", "处罚", start + timedelta(days=7))
    assert clock.breached_at is None
    assert clocks.meet(clock, now=start + timedelta(days=1))
    assert (clock.rule, clock.due_at) == ("20d", start + timedelta(days=20))
    assert not clocks.meet(clock, now=start + timedelta(days=2))
    sweep_clocks(now=start + timedelta(days=21))

    clock.refresh_from_db()
    assert [sorted(link.keys() - {"limit", "name"}) for link in clock.chain] == [
        ["missed_at"],
        ["met_at"],
        ["missed_at"],
    ]
    assert clock.breached_at is not None
    told = CaseEvent.objects.filter(case=case, kind="overdue")
    assert [event.data["limit"] for event in told] == ["停工", "拆除"]


def test_later_limits_move_by_pauses_of_before(world):
    matter({"limit": "4h:停工; 7d:处罚"})
    case = opened(world)
    clock = Clock.objects.get(case=case)
    clocks.pause(case, clock.starts_at)
    clocks.resume(case, clock.starts_at + timedelta(days=1))
    clock.refresh_from_db()

    clocks.meet(clock, now=clock.starts_at + timedelta(days=1))

    assert clock.due_at == clock.starts_at + timedelta(days=8)


def test_stages_and_the_whole_case_have_clocks_of_their_own(world):
    handling = {"stage": "处置", "limit": "1d"}
    matter(
        {"stage": "签收"},
        handling,
        handling,
        {"stage": "核查"},
        about={"limits": {"total": "10d", "stages": {"处置": "5d"}}},
    )
    case = opened(world)
    assert [(clock.kind, clock.rule) for clock in Clock.objects.filter(case=case)] == [("total", "10d")]

    complete(case, world)
    stage = Clock.objects.get(case=case, kind=ClockKind.STAGE)
    complete(case, world)
    assert Clock.objects.get(case=case, kind=ClockKind.STAGE) == stage
    assert (stage.name, stage.rule, stage.stopped_at) == ("处置", "5d", None)
    complete(case, world)
    stage.refresh_from_db()
    assert stage.stopped_at is not None
    assert Clock.objects.running().get(case=case).kind == ClockKind.TOTAL
    complete(case, world)

    assert not Clock.objects.running().filter(case=case).exists()


def test_a_stage_is_over_with_its_last_step_while_another_branch_goes_on(world):
    at = {"level": "town", "post": "planning"}
    body = (
        '<startEvent id="s"/><parallelGateway id="split"/><parallelGateway id="join"/><endEvent id="e"/>'
        + task("handle", stage="处置", **at)
        + task("file", stage="反馈", **at)
        + task("check", stage="核查", **at)
        + chain("s", "split", "handle", "file", "join", "e")
        + chain("split", "check", "join")
    )
    publish("m", body, now=timezone.now(), about={"limits": {"stages": {"处置": "5d", "核查": "5d"}}})
    case = opened(world)

    handle = Step.objects.open().get(run=case.run, element="handle")
    approvals.act(handle.pk, "complete", by=viewer_for(world.planning), said=Said())

    assert [clock.name for clock in Clock.objects.running().filter(case=case)] == ["核查"]


def test_the_nearest_area_says_when_work_is_done(world):
    for area, opens in (("", time(9)), (TOWN, time(8)), (COMMUNITY, time(10))):
        WorkingTime.objects.create(area_code=area, opens=opens, closes=time(17))
    monday = datetime(2026, 11, 23, 0, tzinfo=ZONE)

    first = {area: next(work_calendar(area).spans(monday))[0].hour for area in (GRID, TOWN, SIBLING_GRID, "")}

    assert first == {GRID: 10, TOWN: 8, SIBLING_GRID: 9, "": 9}


def test_a_case_runs_by_the_hours_of_its_own_area(world):
    WorkingTime.objects.create(area_code=TOWN, opens=time(0), closes=time(23, 59))
    matter({"limit": "1wd"})

    clock = Clock.objects.get(case=opened(world))

    assert clock.area_code == GRID
    assert clock.due_at.astimezone(ZONE).time() == time(23, 59)


@pytest.mark.parametrize(
    ("years", "today", "days_left", "is_near"),
    [
        ((2026,), date(2026, 10, 1), 91, False),
        ((2026,), date(2026, 11, 23), 38, True),
        ((2026, 2027), date(2026, 11, 23), 403, False),
        ((2025, 2027), date(2026, 11, 23), 0, True),
        ((), date(2026, 11, 23), 0, True),
    ],
)
def test_the_end_of_the_known_holidays_is_seen_in_time(db, years, today, days_left, is_near):
    Holiday.objects.bulk_create(Holiday(day=date(year, 5, 1), works=False) for year in years)

    horizon = holiday_horizon(today=today)

    assert (horizon.days_left, horizon.is_near) == (days_left, is_near)


def test_holidays_are_filled_by_a_command_and_what_was_changed_stays(db):
    Holiday.objects.create(day=date(2026, 10, 1), works=True, name="本区值守")
    said = StringIO()

    call_command("seed_holidays", "2026", "2027", stdout=said)

    assert Holiday.objects.get(day=date(2026, 10, 1)).works
    assert Holiday.objects.filter(day__year=2026, works=False).count() > 15
    assert "2026-12-31" in said.getvalue()
    assert seed_holidays(first_year=2026, last_year=2027) == 0


def test_a_runner_says_once_a_day_that_the_holidays_end(db, caplog):
    cache.clear()
    for _ in range(2):
        beat("pump")

    assert [record.getMessage() for record in caplog.records] == ["holidays are known for 0 more days only"]
    assert [found.id for found in run_checks(tags=["database"], databases=["default"])] == ["casework.W001"]


def test_a_clock_explains_itself(world):
    WorkingTime.objects.create(
        area_code=TOWN, opens=time(8), lunch_from=time(12), lunch_until=time(14), closes=time(17)
    )
    matter({"limit": "2wd:停工; 9wd:处罚"}, about={"limits": {"total": "30d"}})
    case = opened(world)
    clock = Clock.objects.get(case=case, kind="step")
    clocks.pause(case, clock.starts_at, why="等计划")
    clocks.resume(case, clock.starts_at + timedelta(days=20))
    clocks.pause(case, clock.starts_at + timedelta(days=21))
    works = open_work(case, viewer_for(world.planning))

    told = explained(case, works, chosen=None)[0]
    whole = explained_for_case(case)[0]

    assert (told.title, told.rule, told.hours, told.stands) == (
        "step0",
        "2wd",
        "08:00–12:00, 14:00–17:00",
        True,
    )
    assert [(link.name, link.state) for link in told.links] == [("停工", "now"), ("处罚", "later")]
    assert [(span.why, span.ends is None) for span in told.spans] == [("等计划", False), ("", True)]
    assert (whole.kind, whole.title, whole.rule, whole.hours) == ("total", "整个案件", "30d", "")


def test_who_has_the_step_says_that_a_limit_was_met_and_the_next_one_runs(world):
    matter({"limit": "4h:停工; 7d:处罚"})
    case = opened(world)
    clock = Clock.objects.get(case=case)

    for who, error in ((world.duty_officer, NotYours), (world.sibling_planning, NotFound)):
        with pytest.raises(error):
            meet_limit(case.number, clock.pk, by=viewer_for(who))
    case = meet_limit(case.number, clock.pk, by=viewer_for(world.planning), comment="现场已停工")

    clock.refresh_from_db()
    line = CaseEvent.objects.get(case=case, kind="limit_met")
    assert (clock.name, clock.rule, case.due_at) == ("处罚", "7d", clock.due_at)
    assert (line.data["limit"], line.data["comment"], line.by) == ("停工", "现场已停工", world.planning)
    with pytest.raises(NotNow):
        meet_limit(case.number, clock.pk, by=viewer_for(world.planning))
    assert list(breaks(case_id=case.pk)) == []
