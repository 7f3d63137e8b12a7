"""Both matters from the report to the close, by the people who hold the posts, with the forms they fill in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from casework.errors import FormRefused
from casework.models import CaseEvent
from casework.services import progress
from casework.services.clockwork import tick_until_quiet
from casework.services.journal import breaks
from tests.library.walking import PHOTO, act, open_elements, photo_of, report, state_of
from workflows.models import Step

pytestmark = pytest.mark.django_db

SURVEY = {
    "建成年份": 1986, "房屋结构": "砖混", "楼栋数": 2, "总户数": 42, "总面积": 3600, "裂缝最大宽度": 3.5,
    "楼栋清单": [{"楼栋": "1栋", "户数": 24, "面积": 2000}, {"楼栋": "2栋", "户数": 18, "面积": 1600}],
    "勘查结论": "纳入改造", "勘查照片": PHOTO,
}  # fmt: skip
PLAN = {
    "改造类别": ["基础类"], "改造内容": "东墙加固，拆除违搭，整理飞线", "投资估算": 260, "居民出资比例": 10,
    "计划工期": 90, "表决事项": "一般事项", "会审部门": ["housing", "finance", "planning_bureau"],
}  # fmt: skip
VOTES = [
    {"同意户数": 17, "同意面积": 1450, "反对户数": 2, "反对面积": 180, "弃权户数": 1, "弃权面积": 80},
    {"同意户数": 13, "同意面积": 1150, "反对户数": 3, "反对面积": 240, "弃权户数": 0, "弃权面积": 0},
]


def vote(case, world):
    """Both buildings, though the first alone may have fixed it."""
    for ballots in VOTES:
        case = act(case, "vote", world.community_secretary, **ballots, 公示日期="2026-12-20", 表决照片=PHOTO)
    return case


def to_joint_review(world):
    case = report(world, "old_housing", 有人员危险=False)
    act(case, "sign_for", world.duty_officer)
    act(
        case,
        "triage",
        world.duty_chief,
        受理=True,
        牵头岗位="planning",
        配合岗位=["enforcement", "civil_affairs"],
    )
    act(case, "sheds", world.enforcement, 违搭处数=1, 处置方式="当事人自拆")
    act(
        case,
        "households",
        world.civil_affairs,
        困难户=[{"户主": "黄某", "人数": 2, "困难类型": "低保"}],
        困难户数=1,
    )
    act(case, "survey", world.planning, **SURVEY)
    act(case, "plan", world.planning, **PLAN)
    vote(case, world)
    return act(case, "street_review", world.commander, "approve", 复查日期="2027-06-01")


def test_an_old_estate_is_renovated(library):
    world = library
    case = to_joint_review(world)
    assert open_elements(case) == ["joint_review"] * 3
    assert (case.data["参与户数"], case.data["参与面积"], case.data["表决通过"]) == (36, 3100, True)
    assert (state_of(case)["签收"], state_of(case)["处置"], state_of(case)["办结"]) == (
        "done",
        "now",
        "later",
    )
    for reviewer in (world.housing_reviewer, world.finance_reviewer, world.planning_bureau_reviewer):
        case = act(case, "joint_review", reviewer, "approve", 审查意见="同意纳入")
    assert open_elements(case) == []

    assert progress.deliver_message("列入年度计划", correlation=case.number) == [case.number]
    works = {"施工节点": "管网", "完成百分比": 40, "节点照片": PHOTO, "全部完工": False}
    act(case, "works", world.planning, **works)
    act(case, "works", world.planning, **{**works, "施工节点": "收尾", "完成百分比": 100, "全部完工": True})
    act(case, "acceptance", world.housing_reviewer, "approve", 参加单位=["街道"], 验收意见="合格")
    act(case, "check", world.grid_worker, "approve", 核查照片=PHOTO, 核查情况="路面平整，飞线已整理")
    assert state_of(case)["评价"] == "now"
    case = act(case, "rating", world.grid_worker, 满意度="满意")

    assert (case.status, case.outcome) == ("closed", "办结")
    assert set(state_of(case).values()) == {"done"}
    assert list(breaks()) == []


def test_the_outcome_is_the_end_that_was_reached(library):
    world = library
    refused, quiet = report(world, "old_housing"), report(world, "square_dance")

    act(refused, "sign_for", world.duty_officer)
    refused = act(refused, "triage", world.duty_chief, 受理=False, 不受理原因="属于物业维修")
    quiet = act(quiet, "dissuade", world.grid_worker, 实测分贝=44, **MEASURED)

    assert (refused.status, refused.outcome) == ("closed", "不予受理")
    assert (quiet.status, quiet.outcome) == ("closed", "未超标")


def test_an_everyday_event_is_closed_on_the_spot(library):
    after = photo_of(library.grid_worker)
    case = report(
        library, "street_event", category="暴露垃圾", 当场解决=True, 解决后照片=[after], 解决办法="已清走"
    )

    assert (case.status, case.outcome) == ("closed", "当场办结")


def to_dispatch(world, category):
    case = report(world, "street_event", category=category)
    act(case, "sign_for", world.duty_officer)
    act(case, "file", world.duty_officer, 立案结论="立案")
    tick_until_quiet()
    case.refresh_from_db()
    return case


def unit(world, who, part="牵头", limit="auto", task=""):
    return {"岗位": world.post_of(getattr(world, who)).code, "角色": part, "任务": task, "时限": limit}


def test_an_everyday_event_is_dispatched_as_the_tables_suggest_and_comes_back_twice(library):
    world = library
    case = to_dispatch(world, "占道经营")
    assert case.data["处置时限"] == "2wh"
    assert [row["岗位"] for row in case.data["分派"]] == [
        world.post_of(world.enforcement).code,
        world.post_of(world.urban_handler).code,
    ]

    act(case, "dispatch", world.duty_officer, 分派=[unit(world, "enforcement")])
    step = Step.objects.open().get(run=case.run)
    assert step.clock.rule == "2wh"
    act(case, "handle", world.enforcement, "return")
    act(case, "dispatch", world.duty_officer, 分派=[unit(world, "community_secretary", limit="4wh")])
    act(case, "handle", world.community_secretary, 处置情况="劝离，摊位已清")
    act(case, "feedback", world.duty_officer, "approve")
    act(case, "check", world.grid_worker, "reject")
    act(case, "dispatch", world.duty_officer, 分派=[unit(world, "community_secretary", limit="4wh")])
    act(case, "handle", world.community_secretary, 处置情况="再次劝离，派人守点")
    act(case, "feedback", world.duty_officer, "approve")
    act(case, "check", world.grid_worker, "approve")
    case = act(case, "rating", world.grid_worker, 满意度="满意")

    assert (case.status, case.outcome, case.data["评价得分"]) == ("closed", "办结", 80)
    assert set(state_of(case).values()) == {"done"}


def test_lead_and_assisting_units_each_feed_back_and_have_their_own_limit(library):
    world = library
    case = to_dispatch(world, "积存渣土")
    rows = [unit(world, "enforcement"), unit(world, "community_secretary", "配合", "4wh", "联系物业")]

    act(case, "dispatch", world.duty_officer, 分派=rows)
    limits = {step.clock.rule for step in Step.objects.open().filter(run=case.run)}
    act(case, "handle", world.community_secretary, 处置情况="物业已通知业主")
    assert open_elements(case) == ["handle"]
    case = act(case, "handle", world.enforcement, 处置情况="已清运")

    assert limits == {"2wd", "4wh"}
    assert open_elements(case) == ["feedback"]
    assert case.data["各单位处置"] == ["已清运", "物业已通知业主"]


def test_what_one_of_them_returns_stops_for_all(library):
    world = library
    case = to_dispatch(world, "积存渣土")
    act(
        case,
        "dispatch",
        world.duty_officer,
        分派=[unit(world, "enforcement"), unit(world, "planning", "配合")],
    )

    act(case, "handle", world.planning, "return")

    assert open_elements(case) == ["dispatch"]


def test_what_is_not_filed_is_closed_with_its_reason(library):
    case = report(library, "street_event", category="其他")
    act(case, "sign_for", library.duty_officer)
    case = act(case, "file", library.duty_officer, 立案结论="不予立案", 不立案原因="属物业维修，已告知")

    assert (case.status, case.outcome) == ("closed", "不予立案")


def test_one_department_rejects_and_the_second_round_starts_clean(library):
    world = library
    case = to_joint_review(world)
    case = act(case, "joint_review", world.finance_reviewer, "reject")
    assert open_elements(case) == ["plan"]

    act(case, "plan", world.planning, **{**PLAN, "会审部门": ["finance"]})
    vote(case, world)
    act(case, "street_review", world.commander, "approve", 复查日期="2027-06-01")
    case = act(case, "joint_review", world.finance_reviewer, "approve", 审查意见="资金已落实")

    assert open_elements(case) == []
    assert case.data["会审意见"] == ["同意"]


def test_more_votes_than_households_are_refused_and_nothing_moves(library):
    world = library
    case = report(world, "old_housing")
    act(case, "sign_for", world.duty_officer)
    act(case, "triage", world.duty_chief, 受理=True, 牵头岗位="safety", 配合岗位=[])
    act(case, "survey", world.safety, **SURVEY)
    act(case, "plan", world.safety, **PLAN)
    told = CaseEvent.objects.filter(case=case).count()

    more = {**VOTES[0], "同意户数": 43, "公示日期": "2026-12-20", "表决照片": PHOTO}

    with pytest.raises(FormRefused) as refused:
        act(case, "vote", world.community_secretary, **more)

    assert refused.value.fields == {"__all__": ["参与表决的户数不能比本栋应参加的多。"]}
    assert open_elements(case) == ["vote", "vote"]
    assert CaseEvent.objects.filter(case=case).count() == told


def test_an_unsigned_report_reaches_the_duty_chief(library):
    world = library
    case = report(world, "old_housing")

    tick_until_quiet(at=timezone.now() + timedelta(days=12))

    assert open_elements(case) == ["hasten", "sign_for"]
    case = act(case, "hasten", world.duty_chief, 督促方式="电话", 未签收原因="交接班漏看")
    assert open_elements(case) == ["sign_for"]


MEASURED = {"声功能区": "1", "测量时段": "夜间", "劝导情况": "不听劝", "愿意换场地": True, "现场照片": PHOTO}


def test_a_loud_square_is_dealt_with_under_the_law_and_measured_again(library):
    world = library
    for _ in range(2):
        report(world, "square_dance")
    case = report(world, "square_dance", 扰民时间="晚上")
    act(case, "dissuade", world.grid_worker, 实测分贝=62, **MEASURED)
    tick_until_quiet()  # the service counts this place's breaches
    case.refresh_from_db()
    assert (case.data["限值分贝"], case.data["三十日内次数"]) == (45, 3)
    assert open_elements(case) == ["mediate", "talk", "venue"]

    organiser = {"name": "周某", "phone": ""}
    act(case, "venue", world.culture_reviewer, 场地落实=False)
    act(
        case,
        "talk",
        world.community_secretary,
        组织者=organiser,
        约谈日期="2026-11-24",
        已签承诺书=False,
        未签原因="不愿签",
    )
    act(
        case,
        "mediate",
        world.mediation,
        调解日期="2026-11-25",
        参加各方=[{"姓名": "李某", "身份": "居民"}],
        调解结果="未达成",
    )
    tick_until_quiet(at=timezone.now() + timedelta(days=8))
    again = {"测量时段": "昼间", "回访照片": PHOTO}
    act(case, "revisit", world.grid_worker, 回访分贝=58, **again)
    act(case, "street_review", world.duty_chief, "approve", 研判意见="屡劝不改")
    assert open_elements(case) == ["street_review"] * 2
    act(case, "street_review", world.mediation, "reject")
    act(case, "street_review", world.enforcement, "approve", 研判意见="同意移送")
    assert open_elements(case) == ["decide"]
    fine = {"处理对象": organiser, "法律依据": "噪声管理规定", "决定理由": "三十日内三次超标"}
    act(case, "decide", world.police, 处理决定="罚款", 罚款金额=500, **fine)
    act(case, "fine_review", world.police_reviewer, "return")
    act(case, "decide", world.police, 处理决定="罚款", 罚款金额=200, **fine)
    act(case, "fine_review", world.police_reviewer, "approve", 公安审核意见="同意")
    act(case, "execute", world.police, 送达日期="2026-12-08", 送达方式="当面送达", 已执行=True)
    case = act(case, "revisit", world.grid_worker, 回访分贝=51, **again)
    assert open_elements(case) == ["rating"]
    case = act(case, "rating", world.grid_worker, 满意度="满意")

    assert case.status == "closed"
    assert list(breaks()) == []
