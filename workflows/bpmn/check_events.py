"""What an event or a compensation handler does that its author may not expect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workflows.bpmn.check_findings import found
from workflows.bpmn.model import Node, Scope
from workflows.bpmn.problems import Problem
from workflows.bpmn.soundness import handlers_in
from workflows.expressions.errors import Word

ALWAYS_INTERRUPT: Final = frozenset({"error", "cancel"})
_ACTIVITY: Final = Word("活动", "activity")
_MESSAGE: Final = Word("消息", "message")


def check_events(process: Scope) -> Iterator[Problem]:
    """On the explicit model, where references are resolved."""
    known = {node.id for node, _ in process.walk()}
    for scope in process.scopes():
        yield from _compensation(scope)
        for node in scope.nodes:
            yield from _thrown(node, known)
            kinds = {event.kind for event in node.events}
            if not node.interrupting and kinds & ALWAYS_INTERRUPT:
                yield found("always_interrupts", node, severity="warning")
            if node.kind == "sendTask" and not node.message and "operation" not in node.settings:
                yield found("event_unnamed", node, severity="warning", kind=_MESSAGE)


def _thrown(node: Node, known: set[str]) -> Iterator[Problem]:
    for event in node.events:
        if event.kind == "compensate" and event.ref and event.ref not in known:
            yield found("reference_unknown", node, severity="warning", kind=_ACTIVITY, ref=event.ref)


def _compensation(scope: Scope) -> Iterator[Problem]:
    """Boundary events without a handler, handlers without one, and handlers that stand in the flow."""
    handlers = handlers_in(scope)
    used = {id for ids in handlers.values() for id in ids}
    flowing = {end for flow in scope.flows for end in (flow.source, flow.target)}
    for node in scope.nodes:
        undoes = any(event.kind == "compensate" for event in node.events)
        if node.kind == "boundaryEvent" and undoes and node.id not in handlers:
            yield found("compensation_idle", node, severity="warning")
        elif node.compensates and node.id not in used:
            yield found("handler_idle", node, severity="warning")
        elif node.id in used and node.id in flowing:
            yield found("handler_in_flow", node, severity="warning")
