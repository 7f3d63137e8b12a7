"""The words of what keeps a process from running: code → (message zh, message en, hint zh, hint en)."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str, str]

#: What keeps a process from running at all.
SOUNDNESS: Final[dict[str, Words]] = {
    "nothing_starts": (
        "{id} 里没有可以开始的环节。",
        "Nothing in {id} can begin.",
        "请画一个开始事件。",
        "Draw a start event.",
    ),
    "flow_end_elsewhere": (
        "流向 {id} 的一端“{end}”不在同一个流程或子流程里。",
        "One end of flow {id}, “{end}”, is not in the same process or sub-process.",
        "请重新连线；跨越边界请用消息或信号。",
        "Connect it again; use a message or signal across a border.",
    ),
    "flow_into_event": (
        "流向 {id} 指向“{target}”，那里不能有流向进入。",
        "Flow {id} leads to “{target}”, which nothing may lead to.",
        "开始事件、边界事件、事件子流程不能有流入。",
        "Start events, boundary events and event sub-processes have no incoming flows.",
    ),
    "flow_out_of_end": (
        "流向 {id} 从“{source}”出发，那里不能有流向离开。",
        "Flow {id} leaves “{source}”, which nothing may leave.",
        "结束事件之后不能再有环节。",
        "Nothing comes after an end event.",
    ),
    "complex_gateway": (
        "复杂网关 {id} 不支持。",
        "The complex gateway {id} is not supported.",
        "请改用包容网关或并行网关。",
        "Use an inclusive or a parallel gateway.",
    ),
    "boundary_host": (
        "边界事件 {id} 没有附着在任务或子流程上（“{host}”）。",
        "The boundary event {id} is not attached to an activity (“{host}”).",
        "请把它拖到任务的边框上。",
        "Drag it onto the border of a task.",
    ),
    "boundary_empty": (
        "边界事件 {id} 没有说明等什么。",
        "The boundary event {id} does not say what it waits for.",
        "请选择类型：定时、消息、错误等。",
        "Choose its kind: timer, message or error",
    ),
    "catch_empty": (
        "捕获事件 {id} 没有说明等什么。",
        "The catching event {id} does not say what it waits for.",
        "请选择类型：定时、消息、信号等；什么也不等就删去它，或改成抛出事件。",
        "Choose its kind: timer, message or signal; if it waits for nothing, remove it or let it be a throwing event.",
    ),
    "loop_empty": (
        "多实例 {id} 没有次数，也没有列表。",
        "The multi-instance {id} has neither a count nor a list.",
        "请填循环次数，或要逐项办理的列表。",
        "Give a count, or the list to go through.",
    ),
    "call_empty": (
        "调用活动 {id} 没有写调用哪个流程。",
        "The call activity {id} does not say what it calls.",
        "请填被调用流程的编号。",
        "Give the id of the called process.",
    ),
    "default_elsewhere": (
        "{id} 的默认流向“{flow}”不是从它出发的。",
        "The default flow “{flow}” of {id} does not leave it.",
        "请重新选择默认流向。",
        "Choose the default flow again.",
    ),
    "link_open": (
        "链接事件 {id} 没有同名的另一端。",
        "The link event {id} has no other end of its name.",
        "请画一个同名的捕获链接事件。",
        "Draw a catching link event of the same name.",
    ),
    "event_reference": (
        "{id} 引用的事件定义“{ref}”不存在。",
        "{id} refers to the event definition “{ref}”, which does not exist.",
        "请重新选择事件类型。",
        "Choose the kind of the event again.",
    ),
    "event_here": (
        "{id}（{kind}）不能用“{event}”类型。",
        "{id} ({kind}) can't be of the kind “{event}”.",
        "请换一种事件类型。",
        "Choose another kind of event.",
    ),
    "timer_empty": (
        "定时事件 {id} 没有写时间。",
        "The timer {id} has no time.",
        "请填时长、日期或周期，如 PT24H。",
        "Give a duration, date or cycle, such as PT24H.",
    ),
    "condition_empty": (
        "条件事件 {id} 没有写条件。",
        "The conditional event {id} has no condition.",
        "请填条件，如 噪声分贝 > 55。",
        "Give a condition, such as noise > 55.",
    ),
    "event_scope_start": (
        "事件子流程 {id} 要有且只有一个带类型的开始事件。",
        "The event sub-process {id} needs exactly one start event that says what it waits for.",
        "请保留一个开始事件，并选择它的类型。",
        "Keep one start event and choose its kind.",
    ),
    "event_gateway_empty": (
        "事件网关 {id} 之后没有环节。",
        "Nothing follows the event-based gateway {id}.",
        "请在它之后画捕获事件。",
        "Draw catching events after it.",
    ),
    "event_gateway_target": (
        "事件网关 {id} 之后的“{target}”不是等待事件。",
        "“{target}” after the event-based gateway {id} does not wait for an event.",
        "事件网关之后只能是捕获事件或接收任务。",
        "Only catching events and receive tasks may follow it.",
    ),
    "cancel_outside": (
        "取消结束事件 {id} 不在事务子流程里。",
        "The cancel end event {id} is not inside a transaction.",
        "请把它放进事务子流程，或改用错误结束事件。",
        "Put it into a transaction, or use an error end event.",
    ),
    "cancel_host": (
        "取消边界事件 {id} 没有附着在事务子流程上。",
        "The cancel boundary event {id} is not attached to a transaction.",
        "请把它附着到事务子流程，或改用错误边界事件。",
        "Attach it to a transaction, or use an error boundary event.",
    ),
    "process_missing": (
        "找不到流程“{id}”。",
        "There is no process “{id}”.",
        "请检查流程编号。",
        "Check the id of the process.",
    ),
    "bad_expression": (
        "表达式 {text} 写错：{error}",
        "The expression {text} is wrong: {error}",
        '例：噪声分贝 > 55 and 类别 == "施工噪声"',
        'Such as: noise > 55 and kind == "building"',
    ),
    "called_missing": (
        "{id} 调用的流程“{called}”不存在。",
        "{id} calls the process “{called}”, which is not here.",
        "请先发布被调用的流程。",
        "Publish the called process first.",
    ),
    "table_missing": (
        "{id} 使用的决策表“{table}”不存在。",
        "{id} uses the decision table “{table}”, which is not here.",
        "请先上传这张决策表。",
        "Upload this decision table first.",
    ),
}
