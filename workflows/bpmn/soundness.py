"""What keeps a process from running at all, found on the explicit model. `check` says more, and earlier."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from workflows.bpmn.model import ACTIVITIES, EVENT_KINDS, EventDefinition, Flow, Node, Scope
from workflows.bpmn.problems import Problem

CATCHABLE: Final = frozenset({"message", "signal", "timer", "conditional"})
THROWABLE: Final = frozenset({"message", "signal", "escalation", "compensate", "link"})
POSSIBLE: Final = {
    "startEvent": CATCHABLE | {"error", "escalation", "compensate"},
    "intermediateCatchEvent": CATCHABLE | {"link"},
    "boundaryEvent": CATCHABLE | {"error", "escalation", "cancel", "compensate"},
    "intermediateThrowEvent": THROWABLE,
    "endEvent": THROWABLE | {"error", "cancel", "terminate"},
    "receiveTask": frozenset({"message"}),
    "sendTask": frozenset({"message"}),
}


def unsound(process: Scope) -> Iterator[Problem]:
    """Every reason why this process can't run."""
    yield from _repeated_ids(process)
    yield from _stray_cancels(process, inside=False)
    for scope in process.scopes():
        here = {node.id: node for node in scope.nodes}
        leaving: dict[str, list[Flow]] = defaultdict(list)
        for flow in scope.flows:
            yield from _flow(flow, here)
            leaving[flow.source].append(flow)
        for node in scope.nodes:
            yield from _node(node, leaving[node.id], here)
        for unknown in scope.unknown:
            if not unknown.tag.startswith("{"):
                yield Problem(
                    code="unknown_element", element=unknown.id, line=unknown.line, params={"tag": unknown.tag}
                )
        if scope.nodes and not list(entries(scope)):
            yield _problem("nothing_starts", scope, id=scope.id)


def entries(scope: Scope) -> Iterator[Node]:
    """Where tokens begin: the plain start events, else all start events, else whatever nothing leads to."""
    starts = [node for node in scope.nodes if node.kind == "startEvent"]
    plain = [node for node in starts if not node.events]
    if starts and scope.kind != "adHocSubProcess":
        yield from plain or starts
        return
    entered = {flow.target for flow in scope.flows}
    handlers = {handler for found in handlers_in(scope).values() for handler in found}
    for node in scope.nodes:
        passive = (
            node.kind == "boundaryEvent" or node.is_event_scope or node.compensates or node.id in handlers
        )
        linked = node.kind == "intermediateCatchEvent" and any(e.kind == "link" for e in node.events)
        if not passive and not linked and node.id not in entered:
            yield node


def handlers_of(boundary: Node, scope: Scope) -> Iterator[str]:
    """The activities that a compensation boundary event is associated with."""
    yield from handlers_in(scope).get(boundary.id, ())


def handlers_in(scope: Scope) -> dict[str, list[str]]:
    """The same for every compensation boundary event that has a handler."""
    boundaries = {
        node.id
        for node in scope.nodes
        if node.kind == "boundaryEvent" and any(event.kind == "compensate" for event in node.events)
    }
    activities = {node.id for node in scope.nodes if node.is_activity} if boundaries else set()
    found: dict[str, list[str]] = defaultdict(list)
    for source, target in scope.associations if boundaries else ():
        for one, other in ((source, target), (target, source)):
            if one in boundaries and other in activities:
                found[one].append(other)
    return found


def _problem(code: str, where: Node | Flow | Scope, **params: object) -> Problem:
    return Problem(code=code, element=where.id, line=where.line, params=params)


def _repeated_ids(process: Scope) -> Iterator[Problem]:
    lines: dict[str, int] = {}
    for node, _ in process.walk():
        if node.id in lines:
            yield _problem("duplicate_id", node, id=node.id, first=lines[node.id], second=node.line)
        lines.setdefault(node.id, node.line)
    flows = Counter(flow.id for scope in process.scopes() for flow in scope.flows)
    for scope in process.scopes():
        for flow in scope.flows:
            if flows[flow.id] > 1:
                yield _problem("duplicate_id", flow, id=flow.id, first=flow.line, second=flow.line)
                flows[flow.id] = 1


def _flow(flow: Flow, here: dict[str, Node]) -> Iterator[Problem]:
    for end in (flow.source, flow.target):
        if end not in here:
            yield _problem("flow_end_elsewhere", flow, id=flow.id, end=end)
    target, source = here.get(flow.target), here.get(flow.source)
    if target is not None and (target.kind in ("startEvent", "boundaryEvent") or target.is_event_scope):
        yield _problem("flow_into_event", flow, id=flow.id, target=target.id)
    is_link = source is not None and any(event.kind == "link" for event in source.events)
    if source is not None and (source.is_event_scope or (source.kind == "endEvent" and not is_link)):
        yield _problem("flow_out_of_end", flow, id=flow.id, source=source.id)


def _node(node: Node, flows: list[Flow], here: dict[str, Node]) -> Iterator[Problem]:
    if node.kind == "complexGateway":
        yield _problem("complex_gateway", node, id=node.id)
    for event in node.events:
        yield from _event(event, node)
    if node.kind == "boundaryEvent":
        host = here.get(node.host or "")
        if host is None or host.kind not in ACTIVITIES or host.is_event_scope:
            yield _problem("boundary_host", node, id=node.id, host=node.host or "")
        if not node.events:
            yield _problem("boundary_empty", node, id=node.id)
    if node.kind == "intermediateCatchEvent" and not node.events:
        yield _problem("catch_empty", node, id=node.id)
    if node.is_event_scope:
        yield from _event_scope(node)
    if node.kind == "eventBasedGateway":
        yield from _event_gateway(node, flows, here)
    loop = node.loop
    for thrown in (event for throw in (loop.throws if loop else ()) for event in throw.events):
        if thrown.kind not in ("signal", "message", "escalation"):
            code = "event_reference" if thrown.kind == "reference" else "event_here"
            yield _problem(code, node, id=node.id, event=thrown.kind, kind=node.kind, ref=thrown.ref or "")
    if loop is not None and loop.kind != "standard" and not (loop.cardinality or loop.collection):
        yield _problem("loop_empty", node, id=node.id)
    if node.kind == "callActivity" and not node.called:
        yield _problem("call_empty", node, id=node.id)
    if node.default and not any(flow.id == node.default for flow in flows):
        yield _problem("default_elsewhere", node, id=node.id, flow=node.default)
    throws_link = node.kind == "intermediateThrowEvent" and any(e.kind == "link" for e in node.events)
    if throws_link and not flows:
        yield _problem("link_open", node, id=node.id)


def _stray_cancels(scope: Scope, *, inside: bool) -> Iterator[Problem]:
    """Cancelling is for transactions: thrown inside one, caught on one."""
    kinds = {node.id: node.kind for node in scope.nodes}
    for node in scope.nodes:
        cancels = any(event.kind == "cancel" for event in node.events)
        if cancels and node.kind == "endEvent" and not inside:
            yield _problem("cancel_outside", node, id=node.id)
        if cancels and node.kind == "boundaryEvent" and kinds.get(node.host or "") != "transaction":
            yield _problem("cancel_host", node, id=node.id)
        if node.scope is not None:
            yield from _stray_cancels(node.scope, inside=inside or node.kind == "transaction")


def _event(event: EventDefinition, node: Node) -> Iterator[Problem]:
    if event.kind == "reference":
        yield _problem("event_reference", node, id=node.id, ref=event.ref or "")
    elif event.kind not in EVENT_KINDS or event.kind not in POSSIBLE.get(node.kind, ()):
        yield _problem("event_here", node, id=node.id, event=event.kind, kind=node.kind)
    elif event.kind == "timer" and not event.text:
        yield _problem("timer_empty", node, id=node.id)
    elif event.kind == "conditional" and not event.text:
        yield _problem("condition_empty", node, id=node.id)


def _event_scope(node: Node) -> Iterator[Problem]:
    starts = [inner for inner in (node.scope.nodes if node.scope else ()) if inner.kind == "startEvent"]
    if len(starts) != 1 or not starts[0].events:
        yield _problem("event_scope_start", node, id=node.id)


def _event_gateway(node: Node, flows: list[Flow], here: dict[str, Node]) -> Iterator[Problem]:
    targets = [here.get(flow.target) for flow in flows]
    if not targets:
        yield _problem("event_gateway_empty", node, id=node.id)
    for target in targets:
        waits = (
            target is not None and target.kind in ("intermediateCatchEvent", "receiveTask") and target.events
        )
        if target is not None and not (waits and all(event.kind in CATCHABLE for event in target.events)):
            yield _problem("event_gateway_target", node, id=node.id, target=target.id)
