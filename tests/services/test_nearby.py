"""The two-nearby rules at work: who gets a report, by which table, and what the journal says about it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.utils import timezone

from casework.errors import NotFound, NotValid, NotYours
from casework.models import CaseEvent, RuleTable
from casework.queries.nearby import Spot, is_open, metres
from casework.queries.ruled import rulings
from casework.queries.viewers import viewer_for
from casework.rules.nearby import ASKED
from casework.services import intake, rulebook
from casework.services.acts import act_on_case
from casework.services.calendars import work_calendar
from casework.services.intake import NewReport
from casework.services.journal import breaks
from casework.services.rulebook import NewTable
from casework.services.said import Said
from grid.models import Appointment, ServicePoint
from tests.diagrams import chain, publish, task
from tests.world import COMMUNITY, GRID, OTHER_GRID, SIBLING
from workflows.models import Step

pytestmark = pytest.mark.django_db
NEAREST = (
    '<startEvent id="s"/>'
    + task("handle", name="处置", level="nearest", limit="auto", stage="处置")
    + '<endEvent id="e"/>'
    + chain("s", "handle", "e")
)


@pytest.fixture(autouse=True)
def fresh_rules():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def matter(world):
    publish("m", NEAREST, now=timezone.now())
    return world


def reported(world, category, *, area=GRID, urgent=False, position=(None, None)):
    new = NewReport(
        token=uuid4(),
        matter="m",
        summary="三巷口",
        category=category,
        area=area,
        urgent=urgent,
        lat=position[0],
        lon=position[1],
    )
    return intake.submit_report(new, by=viewer_for(world.grid_worker))


def step_of(case):
    return Step.objects.open().get(run=case.run)


def ruled(case):
    return CaseEvent.objects.get(case=case, kind="ruled").data


@pytest.mark.parametrize(
    ("category", "urgent", "who", "limit"),
    [
        ("暴露垃圾", False, "grid_worker", "4wh"),
        ("其他", False, "grid_worker", "24h"),
        ("占道经营", False, "enforcement", "2wh"),
        ("矛盾纠纷", False, "grid_worker", "3d"),
        ("治安线索", False, "police", "5wd"),
        ("暴露垃圾", True, "duty_officer", "1h:首次反馈; 5wd:办结"),
    ],
)
def test_a_report_goes_to_the_nearest_who_can_do_it_with_the_time_its_level_has(
    category, urgent, who, limit, matter
):
    case = reported(matter, category, urgent=urgent)

    step = step_of(case)
    post = matter.post_of(getattr(matter, who))
    assert (step.candidates, step.settings["limit"]) == ([post.code], limit)
    assert ruled(case)["to"] == f"{post.unit.name} {post.name}"
    assert case.touched_by == [post.code]


def test_the_journal_says_which_rule_decided_and_why_nobody_nearer(matter):
    case = reported(matter, "占道经营")

    said = ruled(case)
    assert said["rules"] == [
        {"table": "nearby_start", "version": 0, "rule": 6, "note": "从最近的一级起办"},
        {"table": "nearby_power", "version": 0, "rule": 3, "note": "处罚权在镇街综合执法岗，网格和社区没有"},
    ]
    assert [(each["level"], each["why"]) for each in said["passed"]] == [
        ("microgrid", "no_power"),
        ("grid", "no_power"),
        ("community", "no_power"),
    ]
    assert said["comment"] == "从最近的一级起办；处罚权在镇街综合执法岗，网格和社区没有"
    assert list(breaks(case_id=case.pk)) == []


def test_work_climbs_past_a_post_that_nobody_holds_and_says_so(matter):
    Appointment.objects.filter(user=matter.grid_worker).delete()
    case = intake.submit_report(
        NewReport(token=uuid4(), matter="m", category="暴露垃圾", area=GRID),
        by=viewer_for(matter.community_secretary),
    )

    assert step_of(case).candidates == [matter.post_of(matter.community_secretary).code]
    assert ruled(case)["passed"][-1] == {"level": "grid", "why": "nobody"}


def test_of_two_grids_the_one_with_less_work_gets_what_lies_between_them(matter):
    first, second = (matter.post_of(each).code for each in (matter.grid_worker, matter.other_grid_worker))
    reported(matter, "暴露垃圾", area=GRID)

    between = [step_of(reported(matter, "暴露垃圾", area=COMMUNITY)).candidates for _ in range(2)]

    assert between == [[second], [first]]


def counter(world, name, user, *, area, metres_east, hours=(), can=(), kind="service"):
    lat, lon = world.point_in(GRID)
    return ServicePoint.objects.create(
        code=name,
        name=name,
        kind=kind,
        area=world.area(area),
        post=world.post_of(user),
        lat=lat,
        lon=lon + metres_east / 95_800,
        hours=list(hours),
        can=list(can),
    )


ALWAYS_SHUT = [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "00:00"}]


def test_a_service_goes_to_the_nearest_counter_that_does_it_and_is_open(matter):
    counter(matter, "关着的", matter.community_worker, area=COMMUNITY, metres_east=10, hours=ALWAYS_SHUT)
    counter(matter, "办医保的", matter.community_worker, area=COMMUNITY, metres_east=20, can=["医保办理"])
    counter(matter, "远的", matter.sibling_planning, area=SIBLING, metres_east=900)
    counter(matter, "近的", matter.civil_affairs, area=COMMUNITY, metres_east=300, can=["政策咨询"])
    counter(matter, "调解室", matter.mediation, area=COMMUNITY, metres_east=1, kind="mediation")

    case = reported(matter, "政策咨询", position=matter.point_in(GRID))

    assert step_of(case).candidates == [matter.post_of(matter.civil_affairs).code]
    assert (ruled(case)["to"], ruled(case)["how"]) == ("近的", "point")
    assert 290 < ruled(case)["distance"] < 310


def test_a_dispute_goes_to_another_mediator_when_a_party_refuses_the_first(matter):
    worker = matter.post_of(matter.grid_worker).code
    publish("m", NEAREST, now=timezone.now())
    new = intake.NewCase(
        matter="m", area=GRID, title="楼上漏水", category="矛盾纠纷", data={"拒绝岗位": [worker]}
    )

    case = intake.open_case(new, by=viewer_for(matter.grid_worker))

    assert step_of(case).candidates == [matter.post_of(matter.community_secretary).code]
    assert ruled(case)["passed"][-1] == {"level": "grid", "why": "refused"}


MONDAY = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("hours", "moment", "opens"),
    [
        ([], MONDAY, True),
        ([{"days": [1], "from": "09:00", "until": "12:00"}], MONDAY, True),
        ([{"days": [1], "from": "09:00", "until": "10:30"}], MONDAY, False),
        ([{"days": [2], "from": "09:00", "until": "12:00"}], MONDAY, False),
    ],
)
def test_a_counter_is_open_in_its_hours(hours, moment, opens):
    assert is_open(hours, moment) is opens


def test_distance_is_as_the_crow_flies():
    spot = Spot(area_code=GRID, lat=30.0, lon=108.0)

    assert round(metres(spot, lat=31.0, lon=108.0) / 1000) == 111
    assert metres(Spot(area_code=GRID), lat=31.0, lon=108.0) is None


# --- the tables


def rows_of(key):
    sheet = rulebook._shown(key, now=timezone.now()).sheet
    return sheet, [(row.tests, row.results) for row in sheet.rows]


def changed(key, rows, *, after=0, **more):
    sheet, _rows = rows_of(key)
    return NewTable(inputs=sheet.inputs, outputs=sheet.outputs, rows=rows, after=after, **more)


def test_a_district_gives_a_power_of_its_own_and_the_next_report_goes_by_it(
    matter, django_capture_on_commit_callbacks
):
    _sheet, rows = rows_of("nearby_power")
    stalls = (('"占道经营"',), ('"事件"', '""', '"grid_worker"', '""', '""', '""', '"本区网格有劝离权"'))
    before = reported(matter, "占道经营")

    with django_capture_on_commit_callbacks(execute=True):
        row = rulebook.put_table(
            "nearby_power",
            changed("nearby_power", [stalls, *rows], note="区政府令第 3 号"),
            by=viewer_for(matter.administrator),
            now=timezone.now(),
        )
    after = reported(matter, "占道经营")

    assert (row.version, row.saved_by) == (1, matter.administrator)
    assert step_of(before).candidates == [matter.post_of(matter.enforcement).code]
    assert step_of(after).candidates == [matter.post_of(matter.grid_worker).code]
    assert ruled(after)["rules"][1] == {
        "table": "nearby_power",
        "version": 1,
        "rule": 1,
        "note": "本区网格有劝离权",
    }


def test_a_version_counts_from_its_day_on(world):
    now = timezone.now()
    _sheet, rows = rows_of("nearby_limits")
    slow = ([""] * 4, ['"1wd"', '"9wd"', '"慢"'])
    rulebook.put_table(
        "nearby_limits",
        changed("nearby_limits", [slow], valid_from=now + timedelta(days=2)),
        by=viewer_for(world.administrator),
        now=now,
    )
    rulebook.forget_rules()

    calendar = work_calendar()
    versions = [
        rulebook.ruler(now=now + timedelta(days=day), calendar=calendar).tables["nearby_limits"].version
        for day in (0, 1, 2, 3)
    ]

    assert versions == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("case", "row", "says"),
    [
        ("an unknown fact", (["没有这个事实 > 3"], ['"事件"', *['""'] * 6]), "没有这个事实"),
        ("a cell that can't be read", (['"占道'], ['"事件"', *['""'] * 6]), ""),
        ("one cell too few", ([""], ['"事件"']), ""),
        ("a result that is no text", ([""], ["1 / 0", *['""'] * 6]), ""),
    ],
)
def test_a_table_that_would_fail_is_refused_with_the_question_that_breaks_it(case, row, says, world):
    with pytest.raises(NotValid) as refused:
        rulebook.put_table(
            "nearby_power",
            changed("nearby_power", [row]),
            by=viewer_for(world.administrator),
            now=timezone.now(),
        )

    assert says in str(refused.value.fields)
    assert not RuleTable.objects.exists()


def test_who_saw_an_older_version_does_not_overwrite_the_newer(world):
    administrator, now = viewer_for(world.administrator), timezone.now()
    _sheet, rows = rows_of("nearby_descend")
    rulebook.put_table("nearby_descend", changed("nearby_descend", rows), by=administrator, now=now)

    with pytest.raises(NotValid):
        rulebook.put_table("nearby_descend", changed("nearby_descend", rows), by=administrator, now=now)

    assert RuleTable.objects.get().version == 1


def test_only_who_may_draw_may_change_rules(world):
    _sheet, rows = rows_of("nearby_descend")
    for who in (world.duty_chief, world.stranger):
        with pytest.raises(NotYours):
            rulebook.put_table(
                "nearby_descend", changed("nearby_descend", rows), by=viewer_for(who), now=timezone.now()
            )
    with pytest.raises(NotFound):
        rulebook.table_shown("no_such_table", by=viewer_for(world.administrator), now=timezone.now())


def test_shipped_tables_are_shown_as_to_be_confirmed(world):
    shown = rulebook.tables_shown(viewer_for(world.administrator), now=datetime(2026, 1, 1, tzinfo=UTC))

    assert [one.sheet.key for one in shown] == list(ASKED)
    assert {(one.version, one.is_confirmed) for one in shown} == {(0, False)}


def test_a_grid_beside_does_not_get_it(matter):
    case = reported(matter, "暴露垃圾", area=OTHER_GRID)

    assert step_of(case).candidates == [matter.post_of(matter.other_grid_worker).code]


def test_reporting_upward_goes_where_the_rules_say_and_the_page_tells_why(matter):
    case = reported(matter, "暴露垃圾")
    said = Said(comment="有人偷倒", reason_code="crime", step=step_of(case).pk)

    act_on_case(case.number, "escalate", by=viewer_for(matter.grid_worker), said=said)

    assert step_of(case).candidates == [matter.post_of(matter.police).code]
    up, first = rulings(case)
    assert (up.to, up.level, up.mark) == (("平安法治板块 公安(派出所)岗",), "镇街", "公安")
    assert [(rule.title, rule.place, rule.is_default) for rule in up.rules] == [
        ("什么时候上交", "第 0 版第 1 行", True)
    ]
    assert (first.step, first.to, first.how) == (
        "处置",
        ("沱口社区第一网格 专职网格员",),
        "有权办理的最近一级",
    )
    assert first.passed == (("微网格", "没有这项权限"),)
