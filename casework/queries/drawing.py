"""A diagram as a small line of shapes, for cards, and its nodes in the order one would tell them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflows.bpmn.model import ACTIVITIES, GATEWAYS, Diagram, Node, Scope

WIDTH = 300  # of the whole line
GAP = 12  # from one shape to the next
MIDDLE = 20
ROWS = 3


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One drawn shape: `kind` is task, gateway or event; the place is its middle."""

    kind: str
    x: int
    y: int
    width: int = 0
    height: int = 0

    @property
    def left(self) -> int:
        return self.x - self.width // 2

    @property
    def top(self) -> int:
        return self.y - self.height // 2

    @property
    def diamond(self) -> str:
        half = self.width // 2
        return f"M{self.x} {self.y - half}l{half} {half}-{half} {half}-{half}-{half}z"


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Shapes and the lines between them; `is_cut` when the process goes on."""

    shapes: tuple[Shape, ...]
    lines: tuple[str, ...]
    is_cut: bool

    @property
    def width(self) -> int:
        return WIDTH


def drawing(diagram: Diagram) -> Drawing:
    """The longest way through the main process, as far as it fits; what runs side by side is stacked."""
    process = max(diagram.processes, key=lambda one: len(one.nodes), default=None)
    shapes: list[Shape] = []
    lines: list[str] = []
    right = 10
    for column in _columns(process) if process is not None else ():
        made = _stack(column, left=right + GAP if shapes else right)
        edge = max(shape.left + shape.width for shape in made)
        if edge > WIDTH - GAP:
            lines.append(f"M{right} {MIDDLE}h{GAP}")
            return Drawing(shapes=tuple(shapes), lines=tuple(lines), is_cut=True)
        if shapes:
            lines.append(f"M{right} {MIDDLE}H{made[0].left}")
        shapes += made
        right = edge
    return Drawing(shapes=tuple(shapes), lines=tuple(lines), is_cut=False)


def _stack(column: Sequence[Node], *, left: int) -> list[Shape]:
    """One shape in the middle, or up to three smaller ones above each other."""
    shown = column[:ROWS]
    if len(shown) == 1:
        return [_shape(shown[0], left=left, y=MIDDLE, small=False)]
    gap = 19 if len(shown) == 2 else 13
    top = MIDDLE - gap * (len(shown) - 1) / 2
    return [_shape(node, left=left, y=round(top + gap * n), small=True) for n, node in enumerate(shown)]


def _shape(node: Node, *, left: int, y: int, small: bool) -> Shape:
    if node.kind in ACTIVITIES:
        return Shape(kind="task", x=left + 15, y=y, width=30, height=11 if small else 16)
    if node.kind in GATEWAYS:
        half = 5 if small else 8
        return Shape(kind="gateway", x=left + half, y=y, width=2 * half, height=2 * half)
    half = 4 if small else 5
    return Shape(kind="event", x=left + half, y=y, width=2 * half, height=2 * half)


def _columns(process: Scope) -> list[list[Node]]:
    """From a start to the farthest end; after a fork all its activities share one column."""
    order = reading_order(process)
    onward = _onward(process, order)
    farthest: dict[str, int] = {}
    for node in reversed(order):
        farthest[node.id] = 1 + max((farthest[after.id] for after in onward[node.id]), default=0)
    starts = [node for node in order if node.kind == "startEvent"] or order
    here = max(starts, key=lambda node: farthest[node.id], default=None)
    columns: list[list[Node]] = []
    while here is not None:
        columns.append([here])
        ways = onward[here.id]
        beside = [node for node in ways if node.kind in ACTIVITIES]
        if here.kind in ("parallelGateway", "inclusiveGateway") and len(beside) > 1:
            columns.append(beside)
            ways = [after for node in beside for after in onward[node.id]]
        here = max(ways, key=lambda node: farthest[node.id], default=None)
    return columns


def _onward(scope: Scope, order: Sequence[Node]) -> dict[str, list[Node]]:
    """Where each node leads to, without what leads back."""
    rank = {node.id: place for place, node in enumerate(order)}
    nodes = {node.id: node for node in order}
    onward: dict[str, list[Node]] = {node.id: [] for node in order}
    for flow in scope.flows:
        if flow.source in rank and flow.target in rank and rank[flow.source] < rank[flow.target]:
            onward[flow.source].append(nodes[flow.target])
    return onward


def reading_order(scope: Scope) -> list[Node]:
    """One branch to its end, then the next, and what joins them after the last; loops lead back and add nothing."""
    nodes = {node.id: node for node in scope.nodes}
    after = _after(scope, nodes)
    entered = {target for targets in after.values() for target in targets}
    starts = [node for node in nodes if node not in entered] + list(nodes)
    forward = _without_loops(starts, after)
    waits_for = dict.fromkeys(nodes, 0)
    for targets in forward.values():
        for target in targets:
            waits_for[target] += 1
    ready = [node for node in reversed(list(nodes)) if not waits_for[node]]
    told: list[Node] = []
    while ready:
        node = ready.pop()
        told.append(nodes[node])
        for target in reversed(forward[node]):
            waits_for[target] -= 1
            if not waits_for[target]:
                ready.append(target)
    return told


def _after(scope: Scope, nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    """What follows each node; an event at a step's edge comes first, as it hangs on that step."""
    after: dict[str, list[str]] = {node: [] for node in nodes}
    for node in scope.nodes:
        if node.kind == "boundaryEvent" and node.host in nodes:
            after[str(node.host)].append(node.id)
    for flow in scope.flows:
        if flow.source in nodes and flow.target in nodes:
            after[flow.source].append(flow.target)
    return after


def _without_loops(starts: Sequence[str], after: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The same without the edges that lead back; no recursion, as a chain of two thousand steps is a diagram too."""
    forward: dict[str, list[str]] = {node: [] for node in after}
    seen: set[str] = set()
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        under_way = {start}
        walk = [(start, iter(after[start]))]
        while walk:
            node, rest = walk[-1]
            target = next(rest, None)
            if target is None:
                under_way.discard(node)
                walk.pop()
            elif target not in under_way:
                forward[node].append(target)
                if target not in seen:
                    seen.add(target)
                    under_way.add(target)
                    walk.append((target, iter(after[target])))
    return forward
