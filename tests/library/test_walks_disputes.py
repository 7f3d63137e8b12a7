"""A dispute from the grid upward, its agreement kept or broken, and the court's window."""

from datetime import timedelta

import pytest
from django.utils import timezone

from casework.errors import FormRefused
from casework.services import progress
from casework.services.clockwork import tick_until_quiet
from tests.library.walking import act, open_elements, report, state_of

pytestmark = pytest.mark.django_db

SIDES = {"当事人甲": {"name": "李某", "phone": ""}, "当事人乙": {"name": "周某", "phone": ""}}
TRIED = {"双方自愿": True, "调解员": "陈秀兰、田大勇", "调解经过": "上门两次", "调解结果": "未达成"}
AGREED = {**TRIED, "调解结果": "达成协议"}


def dispute(world, **answers):
    given = {"纠纷类型": "邻里", **SIDES, "涉及人数": 2, "有过激言行": False, **answers}
    return report(world, "dispute", category="邻里纠纷", **given)


def agreement(**more):
    today = timezone.localdate().isoformat()
    return {
        "协议形式": "书面", "协议日期": today, "争议事项": "漏水", "协议内容": "一周内修好", "履行方式": "维修",
        "履行期限": today, **more,
    }  # fmt: skip


def test_neighbours_agree_and_keep_it(library):
    world = library
    case = dispute(world)
    assert case.data["风险等级"] == "一般"
    act(case, "grid_mediate", world.grid_worker, **AGREED)
    act(case, "agree", world.mediation, **agreement())
    assert open_elements(case) == []

    tick_until_quiet(at=timezone.now() + timedelta(days=31))
    act(case, "perform", world.grid_worker, 履行情况="全部履行", 回访情况="已修好，不再漏水")
    case = act(case, "rating", world.grid_worker, 满意度="满意")
    assert (case.status, case.outcome) == ("closed", "调解成功")
    assert set(state_of(case).values()) == {"done"}


def test_both_sides_ask_the_court_within_thirty_days(library):
    world = library
    case = dispute(world)
    act(case, "grid_mediate", world.grid_worker, **AGREED)
    act(case, "agree", world.mediation, **agreement())

    assert progress.deliver_message("申请司法确认", correlation=case.number) == [case.number]
    act(
        case,
        "confirm",
        world.mediation,
        受理法院="万州区人民法院",
        确认结果="已确认",
        裁定文书号="(2026)渝0101民特1号",
    )
    assert open_elements(case) == []
    tick_until_quiet(at=timezone.now() + timedelta(days=31))
    assert open_elements(case) == ["perform"]
    act(case, "perform", world.grid_worker, 履行情况="未履行", 回访情况="没有动工")
    act(case, "press", world.community_secretary, 督促情况="约谈", 督促结果="仍不履行")
    case = act(case, "guide", world.mediation, 分流渠道=["申请执行"], 告知内容="可向法院申请强制执行")
    assert (case.status, case.outcome) == ("closed", "已引导法定途径")


def test_a_dispute_climbs_level_by_level_as_time_passes(library):
    world = library
    case = dispute(world)
    act(case, "grid_mediate", world.grid_worker, **TRIED)
    assert open_elements(case) == ["community_mediate"]

    tick_until_quiet(at=timezone.now() + timedelta(days=7, hours=1))
    assert open_elements(case) == ["town_mediate"]
    act(case, "town_mediate", world.mediation, **TRIED, 参加单位=["司法所", "派出所"])
    case = act(case, "district_mediate", world.district_dispatcher, **AGREED)
    assert open_elements(case) == ["agree"]


def test_threats_bring_the_police_first(library):
    world = library
    case = dispute(world, 有过激言行=True)
    assert (case.data["风险等级"], open_elements(case)) == ("高危", ["steady"])

    act(case, "steady", world.police, 到场情况="已劝开", 现实危险="已制止")
    assert open_elements(case) == ["town_mediate"]


def test_nobody_is_made_to_agree(library):
    case = dispute(library)
    with pytest.raises(FormRefused) as refused:
        act(case, "grid_mediate", library.grid_worker, **{**AGREED, "双方自愿": False})

    assert refused.value.fields == {"__all__": ["一方不愿意时不能达成协议。"]}
    assert open_elements(case) == ["grid_mediate"]
