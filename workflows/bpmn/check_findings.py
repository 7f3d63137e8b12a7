"""How a finding names what it is about: as the author sees it, with its name, else its kind and id."""

from __future__ import annotations

from typing import Final

from workflows.bpmn.model import Flow, Node, Scope
from workflows.bpmn.problems import Problem
from workflows.expressions.errors import Word

_KINDS: Final[dict[str, Word]] = {
    "task": Word("任务", "task"),
    "userTask": Word("人工任务", "user task"),
    "manualTask": Word("手工任务", "manual task"),
    "serviceTask": Word("服务任务", "service task"),
    "businessRuleTask": Word("规则任务", "business rule task"),
    "scriptTask": Word("脚本任务", "script task"),
    "sendTask": Word("发送任务", "send task"),
    "receiveTask": Word("接收任务", "receive task"),
    "callActivity": Word("调用活动", "call activity"),
    "subProcess": Word("子流程", "sub-process"),
    "transaction": Word("事务", "transaction"),
    "adHocSubProcess": Word("自由子流程", "ad-hoc sub-process"),
    "eventSubProcess": Word("事件子流程", "event sub-process"),
    "startEvent": Word("开始事件", "start event"),
    "endEvent": Word("结束事件", "end event"),
    "intermediateCatchEvent": Word("中间捕获事件", "catching event"),
    "intermediateThrowEvent": Word("中间抛出事件", "throwing event"),
    "boundaryEvent": Word("边界事件", "boundary event"),
    "exclusiveGateway": Word("排他网关", "exclusive gateway"),
    "parallelGateway": Word("并行网关", "parallel gateway"),
    "inclusiveGateway": Word("包容网关", "inclusive gateway"),
    "eventBasedGateway": Word("事件网关", "event-based gateway"),
    "complexGateway": Word("复杂网关", "complex gateway"),
    "process": Word("流程", "process"),
}
#: Ids that were made for an element without one hold this sign; nobody is shown them.
_MADE: Final = "~"


def kind_word(kind: str) -> Word:
    return _KINDS.get(kind, Word(kind, kind))


def named(where: Node | Scope) -> Word:
    kind = _KINDS.get(where.kind, Word(where.kind, where.kind))
    name = _short(where.name) or shown_id(where.id)
    if not name:
        return Word(f"未命名的{kind.zh}", f"an unnamed {kind.en}")
    return Word(f"{kind.zh}“{name}”", f"{kind.en} “{name}”")


def flow_named(flow: Flow) -> Word:
    name = _short(flow.name) or shown_id(flow.id)
    if name:
        return Word(f"流向“{name}”", f"flow “{name}”")
    return Word(f"从 {flow.source} 到 {flow.target} 的流向", f"flow from {flow.source} to {flow.target}")


def shown_id(id: str) -> str:
    return "" if _MADE in id else id


def found(
    code: str, where: Node | Flow | Scope, *, severity: str = "error", line: int = 0, **params: object
) -> Problem:
    """A finding at an element; its name is among the parameters."""
    name = flow_named(where) if isinstance(where, Flow) else named(where)
    return Problem(
        code=code,
        element=shown_id(where.id),
        line=line or where.line,
        severity=severity,
        params={"name": name, **params},
    )


def _short(name: str) -> str:
    flat = " ".join(name.split())
    return flat if len(flat) <= 60 else flat[:60] + "…"
