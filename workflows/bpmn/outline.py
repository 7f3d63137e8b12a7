"""A process as one reads it: from its starts along the flows, what hangs on a step right behind it, scopes indented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows.bpmn.model import Diagram, Flow, Lane, Node, Scope
from workflows.bpmn.soundness import entries


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A flow onward; `goes_back` when it leads to a line further up."""

    flow: str
    target: str
    name: str = ""
    condition: str | None = None
    is_default: bool = False
    goes_back: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """An element with the ways that lead on from it; `depth` counts the scopes around it."""

    id: str
    kind: str
    name: str
    lane: str | None
    depth: int
    host: str | None = None
    settings: Mapping[str, str]
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """One process."""

    process: str
    name: str
    lanes: tuple[str, ...]
    lines: tuple[Line, ...]


def outline(diagram: Diagram) -> tuple[Outline, ...]:
    """One outline for each process. Works on any diagram that can be read, sound or not."""
    return tuple(
        Outline(
            process=process.id,
            name=process.name,
            lanes=tuple(_lane_names(process.lanes)),
            lines=tuple(_lines(process, depth=0)),
        )
        for process in diagram.processes
    )


def _lane_names(lanes: tuple[Lane, ...]) -> Iterator[str]:
    for lane in lanes:
        yield lane.name or lane.id
        yield from _lane_names(lane.lanes)


def _lines(scope: Scope, *, depth: int) -> Iterator[Line]:
    order = reading_order(scope)
    place = {node.id: n for n, node in enumerate(order)}
    for node in order:
        yield Line(
            id=node.id,
            kind=node.kind,
            name=node.name,
            lane=node.lane,
            depth=depth,
            host=node.host,
            settings=node.settings,
            ways=tuple(_way(flow, node, place) for flow in scope.flows if flow.source == node.id),
        )
        if node.scope is not None:
            yield from _lines(node.scope, depth=depth + 1)


def _way(flow: Flow, node: Node, place: Mapping[str, int]) -> Way:
    return Way(
        flow=flow.id,
        target=flow.target,
        name=flow.name,
        condition=flow.condition,
        is_default=bool(flow.id) and flow.id == node.default,
        goes_back=place.get(flow.target, len(place)) <= place[node.id],
    )


def reading_order(scope: Scope) -> list[Node]:
    """Every node once: a node comes before those it leads to unless a loop leads back to it."""
    here = {node.id: node for node in scope.nodes}
    onward: dict[str, list[str]] = {id: [] for id in here}
    for flow in scope.flows:
        if flow.source in here and flow.target in here:
            onward[flow.source].append(flow.target)
    for node in scope.nodes:
        if node.host in here:
            onward[node.host].insert(0, node.id)
    first = [node.id for node in entries(scope)]
    order = _finished_last(first, onward)
    rest = [id for id in here if id not in set(order)]
    return [here[id] for id in (*order, *_finished_last(rest, onward, seen=set(order)))]


def _finished_last(
    starts: list[str], onward: Mapping[str, list[str]], seen: set[str] | None = None
) -> list[str]:
    """Reverse postorder of a walk that takes branches in document order."""
    seen = set() if seen is None else seen
    finished: list[str] = []
    todo = [(id, False) for id in starts]
    while todo:
        id, left = todo.pop()
        if left:
            finished.append(id)
        elif id not in seen:
            seen.add(id)
            todo.append((id, True))
            todo += [(target, False) for target in onward[id]]
    return finished[::-1]
