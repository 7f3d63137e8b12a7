"""What goes on in the demo district: the stories that `manage.py demo_cases` tells. People and plates are made up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from casework.rules.nearby import Seat
from casework.services.demonstration import PHOTO, TODAY, Deed, Story

WEEK: Final = timedelta(days=7)
NOBODY: Final = {"name": "向某", "phone": ""}

TRUCK: Final = {
    "违法类型": ["未密闭"],
    "预警来源": "卡口抓拍",
    "抓拍点位": "滨江路卡口",
    "行驶轨迹": "北滨路二期 → 滨江路",
}
FINE: Final = {
    "处理决定": "罚款", "罚款金额": 2000, "会签部门": ["urban_management", "police"], "法律依据": "建筑垃圾管理规定",
    "决定理由": "未密闭运输，抓拍和现场取证一致",
}  # fmt: skip
EVIDENCE: Final = {
    "是否拦停": True,
    "准运证情况": "过期",
    "取证情况": "车厢未密闭，沿途有撒漏",
    "取证照片": PHOTO,
}

TRUCKS: Final = (
    Story(
        key="truck-new",
        matter="muck_truck",
        category="渣土车未密闭运输",
        summary="滨江路卡口抓拍：渣土车未密闭",
        address="滨江路卡口",
        urgent=True,
        answers={"车辆号牌": "渝F30017", **TRUCK},
    ),
    Story(
        key="truck-evidence",
        matter="muck_truck",
        category="渣土撒漏",
        summary="沱口路口渣土车冒装、撒漏",
        address="沱口路口",
        answers={"车辆号牌": "渝F30025", **TRUCK, "违法类型": ["冒装", "撒漏"]},
        deeds=(
            Deed(element="judge", fields={"研判结论": "违法", "配合部门": ["housing", "police"]}),
            Deed(element="plate", fields={"号牌核查": "属实", "路线说明": "由北滨路驶来"}),
        ),
    ),
    Story(
        key="truck-countersign",
        matter="muck_truck",
        category="渣土车未密闭运输",
        summary="五桥方向渣土车未密闭，拟罚款",
        address="沱口立交",
        answers={"车辆号牌": "渝F30038", **TRUCK},
        deeds=(
            Deed(element="judge", fields={"研判结论": "违法", "配合部门": ["police"]}),
            Deed(element="enforce", fields=EVIDENCE),
            Deed(element="plate", fields={"号牌核查": "属实"}),
            Deed(element="decide", fields=FINE),
            Deed(
                element="countersign",
                verb="approve",
                instance="police",
                fields={"审核意见": "事实清楚，同意处罚"},
            ),
        ),
    ),
)

SIDES: Final = {"当事人甲": {"name": "李某", "phone": ""}, "当事人乙": {"name": "周某", "phone": ""}}
TRIED: Final = {
    "双方自愿": True, "调解员": "网格员、院落长", "调解经过": "上门两次，对赔偿数额没谈拢", "调解结果": "未达成",
}  # fmt: skip


def dispute(key: str, summary: str, *deeds: Deed, **answers: Any) -> Story:
    about = {"纠纷类型": "邻里", **SIDES, "涉及人数": 2, "有过激言行": False, **answers}
    return Story(key=key, matter="dispute", category="邻里纠纷", summary=summary, answers=about, deeds=deeds)


DISPUTES: Final = (
    dispute("dispute-leak", "三楼漏水浸湿二楼墙面，两家争执"),
    dispute(
        "dispute-climbed", "晾晒占用公共平台，多次吵架", Deed(element="community_mediate", fields=TRIED), 反复发生=True
    ),
    dispute(
        "dispute-agreed",
        "楼道堆物起争执，已谈好清理",
        Deed(element="grid_mediate", fields={**TRIED, "调解经过": "约定三天内清走", "调解结果": "达成协议"}),
        Deed(
            element="agree",
            fields={
                "协议形式": "书面", "协议日期": TODAY, "争议事项": "楼道堆物影响通行", "协议内容": "三天内清走杂物，今后不再堆放",
                "履行方式": "自行清理，网格员查看", "履行期限": WEEK,
            },
        ),
    ),
    dispute("dispute-threats", "停车位纠纷，一方扬言报复", 有过激言行=True, 纠纷类型="物业"),
)  # fmt: skip

ALARM: Final = {
    "老人": NOBODY, "住址": "沱口三巷 12 号 2 单元 301", "紧急联系人": {"name": "向小某", "phone": ""}, "独居高龄": True,
}  # fmt: skip

ELDERS: Final = (
    Story(
        key="elder-button",
        matter="elderly_care",
        category="一键呼救",
        summary="沱口三巷向婆婆家一键呼救",
        address="沱口三巷 12 号",
        urgent=True,
        answers={**ALARM, "预警类型": "一键呼救", "设备编号": "SOS-0131"},
    ),
    Story(
        key="elder-water",
        matter="elderly_care",
        category="用水用电异常",
        summary="24 小时用水不足 0.01 立方，独居老人",
        address="沱口路 45 号",
        answers={
            **ALARM,
            "老人": {"name": "冉某", "phone": ""},
            "预警类型": "用水异常",
            "设备编号": "W-2207",
        },
        deeds=(
            Deed(element="call_elder", fields={"老人情况": "无人接听", "拨打次数": 3}),
            Deed(
                element="call_contact", fields={"联系人情况": "请求上门", "联系备注": "女儿在主城，请先看看"}
            ),
            Deed(
                element="visit",
                fields={"上门结果": "平安", "现场情况": "老人在邻居家吃饭，手机没带", "上门照片": PHOTO},
            ),
        ),
    ),
)

SURVEY: Final = {
    "建成年份": 1986, "房屋结构": "砖混", "楼栋数": 2, "总户数": 42, "总面积": 3600, "裂缝最大宽度": 3.5,
    "楼栋清单": [{"楼栋": "1栋", "户数": 24, "面积": 2000}, {"楼栋": "2栋", "户数": 18, "面积": 1600}],
    "勘查结论": "纳入改造", "勘查照片": PHOTO,
}  # fmt: skip
PLAN: Final = {
    "改造类别": ["基础类"], "改造内容": "东墙加固，拆除违搭，整理飞线，新增停车位", "投资估算": 260, "居民出资比例": 10,
    "计划工期": 90, "表决事项": "一般事项", "会审部门": ["housing", "finance", "planning_bureau"],
}  # fmt: skip


def ballots(in_favour: tuple[int, float], against: tuple[int, float], abstained: tuple[int, float]) -> Deed:
    said = {"同意": in_favour, "反对": against, "弃权": abstained}
    counts = {
        f"{word}{unit}": pair[n] for word, pair in said.items() for n, unit in enumerate(("户数", "面积"))
    }
    return Deed(element="vote", fields={**counts, "公示日期": TODAY, "表决照片": PHOTO})


HOUSING: Final = Story(
    key="housing-countersign",
    matter="old_housing",
    category="老旧小区隐患",
    summary="沱口三巷 12 号院：无物业、违规搭建、墙体开裂",
    address="沱口三巷 12 号院",
    answers={
        "小区名称": "沱口三巷 12 号院",
        "现场问题": ["无物业", "违规搭建", "墙体开裂"],
        "有人员危险": False,
    },
    deeds=(
        Deed(element="sign_for"),
        Deed(element="triage", fields={"受理": True, "牵头岗位": "planning", "配合岗位": []}),
        Deed(element="survey", fields=SURVEY),
        Deed(element="plan", fields=PLAN),
        ballots((17, 1450), (2, 180), (1, 80)),
        ballots((13, 1150), (3, 240), (0, 0)),
        Deed(element="street_review", verb="approve", fields={"复查日期": timedelta(days=180)}),
        Deed(
            element="joint_review", verb="approve", instance="finance", fields={"审查意见": "资金来源已核实"}
        ),
    ),
)

FILED: Final = (Deed(element="sign_for"), Deed(element="file", fields={"立案结论": "立案"}))


def event(key: str, category: str, summary: str, *deeds: Deed, urgent: bool = False, **answers: Any) -> Story:
    return Story(
        key=key,
        matter="street_event",
        category=category,
        summary=summary,
        urgent=urgent,
        answers=answers,
        deeds=deeds,
    )


def given_to(lead: Seat, *assisting: tuple[Seat, str]) -> Deed:
    """To one who leads, and to others who assist, each told what to do."""
    rows = [{"岗位": lead, "角色": "牵头", "任务": "", "时限": "auto"}]
    rows += [{"岗位": seat, "角色": "配合", "任务": task, "时限": "auto"} for seat, task in assisting]
    return Deed(element="dispatch", fields={"分派": tuple(rows), "交办意见": "请按时处置并拍照反馈"})


ENFORCEMENT: Final = Seat(level="town", role="enforcement")
COMMUNITY: Final = Seat(level="community", role="community_secretary")

EVENTS: Final = (
    event("event-road", "路面破损", "沱口路 88 号门前路面塌了一块"),
    event("event-fire", "消防隐患", "楼道堆满纸箱，电动车充电", urgent=True),
    event("event-stall", "占道经营", "早市摊贩占了半条路", *FILED),
    event(
        "event-rubble",
        "积存渣土",
        "装修垃圾堆在绿化带旁",
        *FILED,
        given_to(ENFORCEMENT, (COMMUNITY, "联系物业，问清是谁家装修")),
    ),
    event(
        "event-rubbish",
        "暴露垃圾",
        "三巷口垃圾三天没清",
        *FILED,
        given_to(COMMUNITY),
        Deed(element="handle", fields={"处置情况": "已联系环卫清运，冲洗地面", "处置后照片": PHOTO}),
    ),
    event(
        "event-spot",
        "暴露垃圾",
        "院坝里的纸箱，已劝住户收走",
        当场解决=True,
        解决办法="住户当场收走",
        解决后照片=PHOTO,
    ),
)

DANCE: Final = Story(
    key="dance-evening",
    matter="square_dance",
    category="坝坝舞噪声",
    summary="江边广场晚上音响太吵",
    address="江边广场",
    answers={"扰民时间": "晚上", "估计人数": 40, "音响情况": ["多台音箱"]},
)

STORIES: Final = (*TRUCKS, *DISPUTES, *ELDERS, HOUSING, *EVENTS, DANCE)
