"""The flow as a graph, one scope at a time: what can be reached, which joins can fire, which loops never rest.

Everything is linear in the size of the scope but the joins, whose search is bounded by ``_MOST_JOIN_STEPS``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from workflows.bpmn.check_findings import found
from workflows.bpmn.model import SCOPES, Flow, Node, Scope
from workflows.bpmn.problems import Problem
from workflows.bpmn.soundness import entries, handlers_in

_ROOT: Final = ""
_CHOICES: Final = frozenset({"exclusiveGateway", "eventBasedGateway"})
_MOST_JOIN_STEPS: Final = 250_000
_HUMAN_OR_MACHINE: Final = frozenset(
    {"task", "userTask", "manualTask", "serviceTask", "receiveTask", "callActivity", "eventBasedGateway"}
)
_SUDDEN: Final = frozenset({"error", "escalation", "cancel", "compensate", "link"})


class Graph:
    """A scope's nodes and what leads from each to which; boundary events hang on their hosts."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.nodes = {node.id: node for node in scope.nodes}
        self.flows = [f for f in scope.flows if f.source in self.nodes and f.target in self.nodes]
        self.leaving: dict[str, list[Flow]] = defaultdict(list)
        self.entering: dict[str, list[Flow]] = defaultdict(list)
        for flow in self.flows:
            self.leaving[flow.source].append(flow)
            self.entering[flow.target].append(flow)
        self.next: dict[str, list[str]] = defaultdict(list)
        for flow in self.flows:
            self.next[flow.source].append(flow.target)
        handlers = handlers_in(scope)
        for node in scope.nodes:
            if node.kind == "boundaryEvent" and node.host in self.nodes:
                self.next[node.host or ""].extend([node.id, *handlers.get(node.id, ())])

    @cached_property
    def starts(self) -> list[str]:
        here = [node.id for node in entries(self.scope)]
        return here + [node.id for node in self.scope.nodes if node.is_event_scope]

    @cached_property
    def reached(self) -> set[str]:
        return _closure(self.starts, self.next)

    @cached_property
    def before(self) -> dict[str, list[str]]:
        back: dict[str, list[str]] = defaultdict(list)
        for source, targets in self.next.items():
            for target in targets:
                back[target].append(source)
        return back

    def multiplies(self, id: str) -> bool:
        """Whether one token arriving here may become several."""
        node = self.nodes[id]
        if node.kind == "boundaryEvent" and not node.interrupting:
            return True
        if node.kind in _CHOICES:
            return False
        return len(self.leaving[id]) > 1


def _closure(starts: Iterable[str], steps: dict[str, list[str]], *, without: str | None = None) -> set[str]:
    seen = {start for start in starts if start != without}
    pending = list(seen)
    while pending:
        for following in steps.get(pending.pop(), ()):
            if following not in seen and following != without:
                seen.add(following)
                pending.append(following)
    return seen


def check_graphs(process: Scope) -> Iterator[Problem]:
    for scope in process.scopes():
        graph = Graph(scope)
        yield from _ends(graph)
        yield from _unreachable(graph)
        yield from _joins(graph)
        yield from _loops(graph)


def _ends(graph: Graph) -> Iterator[Problem]:
    scope = graph.scope
    if scope.kind == "adHocSubProcess" or not scope.nodes:
        return
    kinds = {node.kind for node in scope.nodes}
    if scope.kind == "process" and "startEvent" not in kinds:
        yield found("no_start", scope)
    if "startEvent" in kinds and "endEvent" not in kinds:
        yield found("no_end", scope, severity="warning")


def _unreachable(graph: Graph) -> Iterator[Problem]:
    for node in graph.scope.nodes:
        if node.id not in graph.reached and not node.compensates:
            yield found("unreachable", node, severity="warning")


# --- joins


def _joins(graph: Graph) -> Iterator[Problem]:
    joins = [
        node
        for node in graph.scope.nodes
        if node.kind == "parallelGateway" and len(graph.entering[node.id]) > 1 and node.id in graph.reached
    ]
    if not joins:
        return
    alone = len(graph.starts) <= 1 and not any(graph.multiplies(id) for id in graph.reached)
    try:
        dominators = _Dominators(graph)
        dominators.steps = steps = _MOST_JOIN_STEPS
    except _TooTangled:
        steps = 0
    for join in joins:
        starved = [flow for flow in graph.entering[join.id] if flow.source not in graph.reached]
        if starved:
            yield found("join_starved", join, flows=[flow.source for flow in starved])
        elif alone:
            yield found("join_never", join)
        elif steps > 0:
            steps -= 2 * len(graph.flows)
            split = _rivals(graph, join, dominators)
            if split is not None:
                name = split.name or split.id
                yield found("join_may_wait", join, severity="warning", split=name)


def _rivals(graph: Graph, join: Node, dominators: _Dominators) -> Node | None:
    """A choice between whose branches the join waits for both, with nothing after it that makes two tokens of one."""
    sources = list(dict.fromkeys(flow.source for flow in graph.entering[join.id]))[:12]
    for place, one in enumerate(sources):
        for other in sources[place + 1 :]:
            try:
                split = dominators.common(one, other)
            except _TooTangled:
                return None
            if split == _ROOT or graph.nodes[split].kind not in _CHOICES:
                continue
            after = _closure(graph.next[split], graph.next, without=join.id)
            ahead = _closure([join.id], graph.before, without=split)
            if not any(graph.multiplies(id) for id in after & ahead):
                return graph.nodes[split]
    return None


class _TooTangled(Exception):
    """So many ways back and forth that looking further would take too long."""


class _Dominators:
    """Immediate dominators over what is reached (Cooper, Harvey and Kennedy), under one root for all starts."""

    def __init__(self, graph: Graph) -> None:
        self.steps = _MOST_JOIN_STEPS
        order = _postorder(graph)
        self.number = {id: place for place, id in enumerate(order)}
        before = {id: [p for p in graph.before.get(id, ()) if p in self.number] for id in order}
        for start in graph.starts:
            before[start].append(_ROOT)
        self.above: dict[str, str] = {_ROOT: _ROOT}
        changed = True
        while changed:
            changed = False
            for id in reversed(order[:-1]):
                known = [p for p in before[id] if p in self.above]
                above = known[0]
                self.steps -= len(known)
                for other in known[1:]:
                    above = self.common(above, other)
                if self.above.get(id) != above:
                    self.above[id] = above
                    changed = True

    def common(self, one: str, other: str) -> str:
        """The nearest node that every way to either goes through."""
        while one != other:
            self.steps -= 1
            if self.steps < 0:
                raise _TooTangled
            while self.number[one] < self.number[other]:
                one = self.above[one]
                self.steps -= 1
            while self.number[other] < self.number[one]:
                other = self.above[other]
                self.steps -= 1
        return one


def _postorder(graph: Graph) -> list[str]:
    """What is reached, each after what follows it; the root last."""
    order: list[str] = []
    seen: set[str] = set()
    pending: list[tuple[str, bool]] = [(start, False) for start in reversed(graph.starts)]
    while pending:
        id, leaving = pending.pop()
        if leaving:
            order.append(id)
        elif id not in seen:
            seen.add(id)
            pending.append((id, True))
            pending.extend(
                (following, False) for following in graph.next.get(id, ()) if following not in seen
            )
    return [*order, _ROOT]


# --- loops that never rest


def _loops(graph: Graph) -> Iterator[Problem]:
    automatic = {id for id in graph.reached if is_automatic(graph.nodes[id])}
    for circle in _circles(automatic, graph.next):
        inside = set(circle)
        first = next(node for node in graph.scope.nodes if node.id in inside)
        if any(_may_leave(graph, id, inside) for id in circle):
            yield found("long_loop", first, severity="warning")
        else:
            yield found("endless_loop", first)


def is_automatic(node: Node) -> bool:
    """Whether a token passes without waiting for a person, a machine, a message or the clock."""
    if node.kind in SCOPES:
        return node.scope is not None and all(is_automatic(inner) for inner in node.scope.nodes)
    if node.kind in _HUMAN_OR_MACHINE:
        return False
    if node.kind == "businessRuleTask":
        return "table" in node.settings
    if node.kind == "sendTask":
        return "operation" not in node.settings
    if node.kind in ("intermediateCatchEvent", "boundaryEvent"):
        return bool(node.events) and all(event.kind in _SUDDEN for event in node.events)
    return True


def _may_leave(graph: Graph, id: str, inside: set[str]) -> bool:
    """Whether a choice here may lead out instead of round again."""
    node, flows = graph.nodes[id], graph.leaving[id]
    if node.kind in ("parallelGateway", "eventBasedGateway"):
        return False
    within = [flow for flow in flows if flow.target in inside]
    outside = len(within) < len(flows)
    chooses = node.kind in ("exclusiveGateway", "inclusiveGateway")
    return outside and bool(within) and (chooses or all(flow.condition for flow in within))


def _circles(ids: set[str], steps: dict[str, list[str]]) -> list[list[str]]:
    """The strongly connected parts with a cycle (Tarjan, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    standing: set[str] = set()
    circles: list[list[str]] = []
    for root in sorted(ids):
        if root in index:
            continue
        work = [(root, iter(steps.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        standing.add(root)
        while work:
            id, following = work[-1]
            step = next((s for s in following if s in ids), None)
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[id])
                if low[id] == index[id]:
                    part = stack[stack.index(id) :]
                    del stack[-len(part) :]
                    standing.difference_update(part)
                    if len(part) > 1 or id in steps.get(id, ()):
                        circles.append(part)
            elif step not in index:
                index[step] = low[step] = len(index)
                stack.append(step)
                standing.add(step)
                work.append((step, iter(steps.get(step, ()))))
            elif step in standing:
                low[id] = min(low[id], index[step])
    return circles
