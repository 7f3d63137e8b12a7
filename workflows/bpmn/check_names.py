"""What a diagram names: services, forms, posts, tables, other processes, messages, data, and settings of our own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from workflows.bpmn.check_context import CheckContext, Names
from workflows.bpmn.check_findings import found
from workflows.bpmn.model import DYNAMIC, Diagram, Node, Scope, Unknown
from workflows.bpmn.problems import Problem
from workflows.expressions.errors import Word, nearest

STEPS: Final = frozenset({"task", "userTask", "manualTask"})
LEVELS: Final = ("grid", "community", "town", "district", "reporter", "nearest")
VERBS: Final = ("complete", "approve", "reject", "return", "transfer")
STAGES: Final = ("上报", "签收", "分派", "处置", "反馈", "核查", "评价", "办结")
SETTINGS: Final = (
    "level", "post", "unit", "form", "limit", "verbs", "outcome", "operation", "signFor", "stage", "table", "result",
    "correlation", "vote", "vetoers", "weight", "heads", "ballot", "ballots", "own", "askAll", "warn", "words",
    "documents",
)  # fmt: skip
_REFERRED: Final = ("message", "signal", "error", "escalation")
_TRANSLATED: Final = frozenset({
    "decisionRef", "resultVariable", "topic", "candidateGroups", "dueDate", "errorCodeVariable", "errorMessageVariable",
    "escalationCodeVariable", "collection", "elementVariable", "terminateAll", "terminateMultiInstance",
})  # fmt: skip
_TRANSLATED_TAGS: Final = frozenset({
    "in", "out", "inputOutput", "inputParameter", "outputParameter", "ioMapping", "input", "output", "calledElement",
    "calledDecision", "taskDefinition", "script", "loopCharacteristics", "subscription", "preScript", "postScript",
    "calledDecisionId", "serviceTaskOperator",
})  # fmt: skip
#: What a process does elsewhere that it won't do here.
_MEANINGFUL: Final = frozenset({
    "executionListener", "taskListener", "skipExpression", "mapException", "connector", "eventType", "variableListenerEventDefinition",
})  # fmt: skip
_SILENT_NAMESPACES: Final = ("http://www.w3.org/", "http://www.omg.org/", "urn:casework:", "http://bpmn.io/")


def check_names(process: Scope, diagram: Diagram, context: CheckContext) -> Iterator[Problem]:
    """On the explicit model, where vendors' words are ours already."""
    here = frozenset(p.id for p in diagram.processes)
    for node, _ in process.walk():
        yield from _work(node, context)
        if node.kind == "callActivity" and node.called:
            yield from _called(node, context.called, here)
        yield from _chosen(node, context)
        yield from _settings(node)
        yield from _vendors(node)


def check_circular_calls(diagram: Diagram) -> Iterator[Problem]:
    """A process that calls itself, however far round, never begins."""
    calls = {
        process.id: [node for node, _ in process.walk() if node.kind == "callActivity" and node.called]
        for process in diagram.processes
    }
    for process in diagram.processes:
        for node in calls[process.id]:
            if _leads_back(node.called or "", process.id, calls):
                yield found("calls_itself", node, process=process.name or process.id)


def _leads_back(start: str, goal: str, calls: Mapping[str, list[Node]]) -> bool:
    seen, pending = {start}, [start]
    while pending:
        id = pending.pop()
        if id == goal:
            return True
        following = {node.called or "" for node in calls.get(id, ())} - seen
        seen |= following
        pending.extend(following)
    return False


def _work(node: Node, context: CheckContext) -> Iterator[Problem]:
    """What a machine step does: an operation, or for a rule a table."""
    operation, table = node.settings.get("operation"), node.settings.get("table")
    if node.kind == "businessRuleTask" and table:
        yield from _known("table_unknown", node, table, context.tables)
    elif operation:
        yield from _known("operation_unknown", node, operation, context.services)
    elif node.kind == "serviceTask":
        yield found("operation_missing", node)
    elif node.kind == "businessRuleTask":
        yield found("rule_missing", node)


def _called(node: Node, called: Names, here: frozenset[str]) -> Iterator[Problem]:
    name = (node.called or "").strip()
    if called is None or name.startswith(DYNAMIC):
        return
    known = called | here
    if name not in known and name.rpartition(":")[2] not in known:
        yield found("called_unknown", node, value=name, nearest=nearest(name, known))


def _chosen(node: Node, context: CheckContext) -> Iterator[Problem]:
    form, post = node.settings.get("form", ""), node.settings.get("post", "")
    if form:
        yield from _known("form_unknown", node, form, context.forms)
    if post and not post.startswith("="):
        yield from _known("post_unknown", node, post, context.posts, severity="warning")
    if node.kind in STEPS and not any(node.settings.get(key) for key in ("post", "level", "unit")):
        yield found("nobody_named", node, severity="warning")


def _known(code: str, node: Node, name: str, names: Names, *, severity: str = "error") -> Iterator[Problem]:
    """A post is a warning only: its work goes to the duty desk until somebody sits there."""
    if names is not None and name not in names:
        yield found(code, node, severity=severity, value=name, nearest=nearest(name, names))


def _settings(node: Node) -> Iterator[Problem]:
    settings = node.settings
    for key in settings:
        if key not in SETTINGS:
            yield found(
                "setting_unknown", node, severity="warning", setting=f"cw:{key}", nearest=nearest(key, SETTINGS)
            )  # fmt: skip
    yield from _one_of(node, "level", LEVELS)
    yield from _one_of(node, "stage", STAGES)
    yield from _one_of(node, "signFor", ("true", "only", "false"))
    for verb in settings.get("verbs", "").split():
        if verb not in VERBS:
            yield _wrong(node, "verbs", verb, VERBS)
    outcome = settings.get("outcome")
    if outcome is not None and not outcome.isidentifier():
        yield _wrong(node, "outcome", outcome, ("结论",))


def _one_of(node: Node, key: str, allowed: Iterable[str]) -> Iterator[Problem]:
    value = node.settings.get(key)
    if value is not None and value not in allowed:
        yield _wrong(node, key, value, allowed)


def _wrong(node: Node, key: str, value: str, allowed: Iterable[str]) -> Problem:
    return found("setting_wrong", node, setting=f"cw:{key}", value=value, expected=" ".join(allowed))


def _vendors(node: Node) -> Iterator[Problem]:
    """What other editors wrote: what we took over, and what does nothing here."""
    written = [key for key in node.vendor if not _is_silent(key[1:])]
    words = [key.rpartition("}")[2] for key in written]
    tags = [ext.tag for ext in node.extensions if ext.namespace and not _is_silent(ext.namespace)]
    taken = [w for w in words if w in _TRANSLATED] + [t for t in tags if t in _TRANSLATED_TAGS]
    ignored = [w for w in words if w not in _TRANSLATED] + [t for t in tags if t not in _TRANSLATED_TAGS]
    if taken:
        yield found("vendor_translated", node, severity="note", names=sorted(set(taken)))
    if ignored:
        severity = "warning" if _MEANINGFUL & set(ignored) else "note"
        yield found("vendor_ignored", node, severity=severity, names=sorted(set(ignored))[:12])


def _is_silent(namespace: str) -> bool:
    return namespace.startswith(_SILENT_NAMESPACES)


# --- references inside the file, on the model as written


def check_references(diagram: Diagram) -> Iterator[Problem]:
    tables = {
        "message": diagram.messages,
        "signal": diagram.signals,
        "error": diagram.errors,
        "escalation": diagram.escalations,
    }
    for node, _ in diagram.walk():
        for event in node.events:
            if event.kind in tables and event.ref and event.ref not in tables[event.kind]:
                kind = _WORDS[event.kind]
                yield found("reference_unknown", node, severity="warning", kind=kind, ref=event.ref)
            elif event.kind in ("message", "signal") and not event.ref:
                yield found("event_unnamed", node, severity="warning", kind=_WORDS[event.kind])
        if node.message and node.message not in diagram.messages:
            kind = _WORDS["message"]
            yield found("reference_unknown", node, severity="warning", kind=kind, ref=node.message)
    yield from _participants(diagram)
    for process in diagram.processes:
        yield from _lanes(process)
    yield from _data(diagram)
    yield from _foreign(diagram)


_WORDS: Final[dict[str, Word]] = {
    "message": Word("消息", "message"),
    "signal": Word("信号", "signal"),
    "error": Word("错误", "error"),
    "escalation": Word("升级", "escalation"),
}


def _participants(diagram: Diagram) -> Iterator[Problem]:
    processes = {process.id for process in diagram.processes}
    for pool in diagram.participants:
        if pool.process and pool.process not in processes:
            params = {"name": pool.name or pool.id, "process": pool.process}
            yield Problem(
                code="pool_unknown", element=pool.id, line=pool.line, severity="warning", params=params
            )


def _lanes(process: Scope) -> Iterator[Problem]:
    known = {node.id for node, _ in process.walk()}
    for scope in process.scopes():
        pending = list(scope.lanes)
        while pending:
            lane = pending.pop()
            pending.extend(lane.lanes)
            for id in lane.nodes:
                if id.rpartition(":")[2] not in known:
                    params = {"name": lane.name or lane.id, "ref": id}
                    yield Problem(
                        code="lane_unknown",
                        element=lane.id,
                        line=lane.line,
                        severity="warning",
                        params=params,
                    )


def _data(diagram: Diagram) -> Iterator[Problem]:
    """Data objects that are referred to and don't exist."""
    known = {data.id for process in diagram.processes for scope in process.scopes() for data in scope.data}
    for process in diagram.processes:
        for scope in process.scopes():
            for data in scope.data:
                if data.kind == "dataObjectReference" and data.ref and data.ref not in known:
                    params = {"name": data.name or data.id, "ref": data.ref}
                    yield Problem(code="data_missing", element=data.id, line=data.line, params=params)
    known |= diagram.items
    for node, _ in diagram.walk():
        ends = [link.source for link in node.takes] + [link.target for link in node.gives]
        for end in ends:
            if end not in known and node.kind != "callActivity":
                yield found("data_unknown", node, ref=end)


def _foreign(diagram: Diagram) -> Iterator[Problem]:
    for process in diagram.processes:
        for scope in process.scopes():
            for unknown in scope.unknown:
                if unknown.tag.startswith("{"):
                    yield _foreign_element(unknown)
    for unknown in diagram.unknown:
        params = {"tag": unknown.tag}
        yield Problem(
            code="unknown_element", element=unknown.id, line=unknown.line, severity="warning", params=params
        )


def _foreign_element(unknown: Unknown) -> Problem:
    namespace, _, tag = unknown.tag[1:].rpartition("}")
    return Problem(
        code="foreign_element",
        element=unknown.id,
        line=unknown.line,
        severity="warning",
        params={"tag": tag, "namespace": namespace},
    )
