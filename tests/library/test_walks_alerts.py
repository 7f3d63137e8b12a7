"""Matters that begin with an alert: muck trucks back to their site, and elders who don't answer."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from casework.handlers import HANDLERS, StepWork
from casework.models import Case, CaseRelation
from casework.queries.viewers import viewer_for
from casework.queries.votes import votes_of
from casework.services.clockwork import tick_until_quiet
from casework.services.journal import breaks
from casework.services.locks import database_now
from casework.services.progress import rebuild_differences
from tests.library.walking import PHOTO, act, open_elements, report
from workflows.models import Step

pytestmark = pytest.mark.django_db

TRUCK = {"车辆号牌": "渝F12345", "违法类型": ["未密闭"], "预警来源": "卡口抓拍", "抓拍点位": "滨江路卡口"}
DECIDED = {"处理决定": "罚款", "罚款金额": 2000, "法律依据": "城市建筑垃圾管理规定", "决定理由": "未密闭运输"}


def truck(world, **answers):
    case = report(world, "muck_truck", category="渣土车未密闭运输", **{**TRUCK, **answers})
    tick_until_quiet()
    case.refresh_from_db()
    return case


def to_decision(world):
    case = truck(world)
    act(case, "judge", world.duty_officer, 研判结论="违法", 配合部门=["housing", "police"])
    assert open_elements(case) == ["enforce", "plate", "site"]
    act(case, "plate", world.police_handler, 号牌核查="属实")
    act(case, "site", world.housing_handler, 已查明工地=True, 来源工地="北滨路二期", 施工单位="某建设公司")
    return act(
        case,
        "enforce",
        world.enforcement,
        是否拦停=True,
        准运证情况="过期",
        取证情况="未密闭",
        取证照片=PHOTO,
    )


def test_a_truck_is_fined_after_a_countersign_and_traced_to_its_site(library):
    world = library
    case = to_decision(world)
    act(case, "decide", world.enforcement, **DECIDED, 会签部门=["urban_management", "police"])
    case = act(case, "countersign", world.police_reviewer, "approve", 审核意见="事实清楚")
    (vote,) = votes_of(viewer_for(world.duty_chief), case)
    with translation.override("zh-hans"):
        assert vote.summary == "1/2 已会签，差 区城市管理局"

    case = act(case, "countersign", world.urban_reviewer, "approve", 审核意见="同意")
    assert (case.data["会签结论"], open_elements(case)) == ("同意", ["serve"])
    act(case, "serve", world.enforcement, 送达日期="2026-11-24", 执行情况="已缴款，已加装密闭")
    tick_until_quiet()

    site = Case.objects.get(matter__key="muck_site")
    case.refresh_from_db()
    assert case.data["源头子案编号"] == site.number
    assert (site.title, site.data["主案编号"]) == ("来源工地：北滨路二期", case.number)
    assert CaseRelation.objects.get(main=case, kind="part").other == site
    case = act(case, "check", world.urban_reviewer, "approve")
    (step,) = Step.objects.open().filter(run=case.run)
    assert (step.element, bool(step.candidates)) == ("review", True)
    assert rebuild_differences(case, now=database_now()) == []
    assert list(breaks()) == []


def test_a_site_is_stopped_put_right_and_checked_again(library):
    world = library
    case = report(world, "muck_site", category="来源工地", 来源工地="北滨路二期")
    act(
        case,
        "visit",
        world.planning,
        核查项目=["未设冲洗"],
        工地结论="有问题",
        核查情况="无冲洗",
        工地照片=PHOTO,
    )
    (step,) = Step.objects.open().filter(run=case.run)
    assert (step.element, step.clock.rule[:3]) == ("rectify", "4wh")
    act(
        case,
        "rectify",
        world.housing_handler,
        停止出渣日期="2026-11-24",
        整改措施="补设冲洗",
        是否立案处罚=False,
    )
    act(case, "recheck", world.urban_handler, "reject")
    act(
        case,
        "rectify",
        world.housing_handler,
        停止出渣日期="2026-11-24",
        整改措施="启用冲洗",
        是否立案处罚=False,
    )

    case = act(case, "recheck", world.urban_handler, "approve", 复查情况="已启用")
    assert (case.status, case.outcome) == ("closed", "办结")


def test_one_department_refuses_and_the_decision_is_made_again(library):
    world = library
    case = to_decision(world)
    act(case, "decide", world.enforcement, **DECIDED, 会签部门=["urban_management", "police"])
    case = act(case, "countersign", world.urban_reviewer, "reject")

    assert open_elements(case) == ["decide"]
    act(case, "decide", world.enforcement, 处理决定="责令改正", 法律依据="同上", 决定理由="首次")
    assert open_elements(case) == ["serve"]


def test_the_same_plate_within_two_hours_is_one_case(library):
    first, other = truck(library), truck(library, 车辆号牌="渝F99999")
    again = truck(library, 车辆号牌=" 渝f12345 ")

    assert (open_elements(first), open_elements(other)) == (["judge"], ["judge"])
    assert (again.status, again.outcome, again.data["原案件编号"]) == ("closed", "并入已有案件", first.number)
    assert CaseRelation.objects.get(other=again, kind="merged").main == first
    unread = [truck(library, 车辆号牌="") for _ in range(2)]
    assert {case.status for case in unread} == {"open"}


def test_an_old_alert_or_a_false_one_takes_no_other_in(library):
    old = truck(library)
    Case.objects.filter(pk=old.pk).update(opened_at=timezone.now() - timedelta(hours=2, minutes=1))
    second = truck(library)
    act(second, "judge", library.duty_officer, 研判结论="误报", 误报原因="已密闭")

    third = truck(library)
    assert [open_elements(case) for case in (second, third)] == [[], ["judge"]]


def work_on(case, **data):
    return StepWork(
        key="k", case_id=case.pk, number=case.number, matter=case.matter_id, area_code=case.area_code,
        data={**case.data, **data}, settings={},
    )  # fmt: skip


def test_asked_twice_there_is_one_case_of_the_source_site(library):
    case = truck(library)
    work = work_on(case, 来源工地="北滨路二期")

    first = HANDLERS["open_source_case"].run(work)
    assert HANDLERS["open_source_case"].run(work) == first
    assert Case.objects.filter(matter__key="muck_site").count() == 1


ELDER = {
    "老人": {"name": "向某", "phone": ""}, "住址": "沱口三巷 12 号", "预警类型": "一键呼救", "设备编号": "SOS-0131",
    "紧急联系人": {"name": "向小某", "phone": ""}, "独居高龄": True,
}  # fmt: skip


def alarm(world):
    case = report(world, "elderly_care", category="一键呼救", **ELDER)
    tick_until_quiet()
    case.refresh_from_db()
    return case


def test_an_elder_who_does_not_answer_is_visited_helped_and_cared_for(library):
    world = library
    case = alarm(world)
    act(case, "call_elder", world.duty_officer, 老人情况="无人接听", 拨打次数=3)
    act(case, "call_contact", world.duty_officer, 联系人情况="联系不上")
    act(case, "visit", world.grid_worker, 上门结果="需要帮助", 现场情况="摔倒在卫生间", 上门照片=PHOTO)
    act(case, "rescue", world.duty_chief, 救助方式=["120"], 老人去向="三峡中心医院", 救助经过="120 送医")
    act(
        case, "follow_up", world.community_worker, 探访频次="每周", 关爱措施="出院后每周上门", 家属已告知=True
    )
    case = act(case, "check", world.grid_worker, "approve")

    assert (case.status, case.outcome) == ("closed", "办结")
    assert list(breaks()) == []


def test_when_nobody_calls_the_visit_begins_by_itself(library):
    case = alarm(library)
    tick_until_quiet(at=timezone.now() + timedelta(minutes=6))
    assert open_elements(case) == ["call_contact"]

    tick_until_quiet(at=timezone.now() + timedelta(minutes=17))
    assert open_elements(case) == ["visit"]


def test_the_third_alert_of_a_device_has_it_mended(library):
    for _ in range(2):
        alarm(library)
    case = alarm(library)
    assert case.data["三十日内预警"] == 3

    act(case, "call_elder", library.duty_officer, 老人情况="平安", 拨打次数=1)
    case = act(case, "mend", library.civil_affairs, 检修结果="更换")
    assert (case.status, case.outcome) == ("closed", "设备已检修")
