"""Where flows lead and which of them is taken: ends that don't exist, conditions that are missing or ignored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from workflows.bpmn.check_findings import flow_named, found
from workflows.bpmn.model import Diagram, Flow, Node, Scope
from workflows.bpmn.problems import Problem


def check_ends(diagram: Diagram) -> Iterator[Problem]:
    """Flows whose source or target is missing, or lies in another process or sub-process."""
    anywhere = {node.id for node, _ in diagram.walk()}
    unknown = set(_unknown(diagram))
    for process in diagram.processes:
        for scope in process.scopes():
            here = {node.id for node in scope.nodes}
            for flow in scope.flows:
                for end, code in ((flow.source, "flow_from_nowhere"), (flow.target, "flow_nowhere")):
                    if not end or (end not in here and end not in unknown):
                        yield found("flow_crosses" if end in anywhere else code, flow, end=end)


def _unknown(diagram: Diagram) -> Iterator[str]:
    """Elements that BPMN does not have: that is said of them already."""
    for process in diagram.processes:
        for scope in process.scopes():
            yield from (u.id for u in scope.unknown if not u.tag.startswith("{"))


def check_conditions(process: Scope) -> Iterator[Problem]:
    for scope in process.scopes():
        leaving: dict[str, list[Flow]] = defaultdict(list)
        for flow in scope.flows:
            leaving[flow.source].append(flow)
        for node in scope.nodes:
            flows = leaving[node.id]
            yield from _conditions(node, flows)


def _conditions(node: Node, flows: list[Flow]) -> Iterator[Problem]:
    for flow in flows:
        if flow.condition and flow.id == node.default:
            yield found("default_condition", flow, severity="warning")
        elif flow.condition and node.kind in ("parallelGateway", "eventBasedGateway"):
            yield found("condition_ignored", flow, severity="warning", node=node.name or node.id)
    if node.kind in ("parallelGateway", "eventBasedGateway") or node.is_event_scope:
        return
    others = [flow for flow in flows if flow.id != node.default]
    bare = [flow for flow in others if not flow.condition]
    if node.kind == "exclusiveGateway" and len(flows) > 1 and bare:
        yield from _always_taken(node, flows, others, bare)
    elif others and not bare and not node.default:
        yield found("no_default", node, severity="warning")
    elif node.default and bare and others != bare and node.kind == "inclusiveGateway":
        yield found("default_never", node, severity="warning")


def _always_taken(node: Node, flows: list[Flow], others: list[Flow], bare: list[Flow]) -> Iterator[Problem]:
    """An exclusive gateway takes the first flow that is true; one without a condition always is."""
    if len(bare) == 1 and bare[0] is others[-1] and not node.default:
        yield found("implicit_default", node, severity="warning", flow=flow_named(bare[0]))
    else:
        yield found("flows_without_condition", node, flows=[flow_named(flow) for flow in bare])
