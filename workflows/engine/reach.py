"""From where tokens can come to the flows of an inclusive join. Worked out once per version."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.bpmn.model import Scope


class Graph:
    """The flows of one scope, seen backwards; a boundary event follows its host."""

    def __init__(self, scope: Scope) -> None:
        self.before: dict[str, list[str]] = {node.id: [] for node in scope.nodes}
        for flow in scope.flows:
            self.before[flow.target].append(flow.source)
        for node in scope.nodes:
            if node.kind == "boundaryEvent" and node.host:
                self.before[node.id].append(node.host)
        self.after: dict[str, list[str]] = {id: [] for id in self.before}
        for id, sources in self.before.items():
            for source in sources:
                self.after[source].append(id)
        self.sources = {flow.id: flow.source for flow in scope.flows}
        self._dominators: dict[str, str | None] | None = None

    def upstream(self, join: str, incoming: tuple[str, ...]) -> dict[str, frozenset[str]]:
        """For each flow into a join the nodes from which a token of this round can come to it.

        A path through the join itself, or through the split that opens its block (its immediate dominator), belongs to
        another round: it must not be waited for, or a loop back to before the split would never let the join fire.
        """
        barred = {join, self.dominators().get(join)}
        return {flow: self.reaching(self.sources[flow], barred) for flow in incoming}

    def reaching(self, node: str, barred: set[str | None]) -> frozenset[str]:
        return _closure(node, self.before, barred)

    def reached(self, node: str, barred: set[str | None]) -> frozenset[str]:
        return _closure(node, self.after, barred)

    def dominates(self, first: str, second: str) -> bool:
        """Whether every way to the second node leads through the first."""
        place: str | None = second
        while place is not None:
            if place == first:
                return True
            above = self.dominators().get(place)
            place = above if above != place else None
        return False

    def dominators(self) -> Mapping[str, str | None]:
        """For each node the nearest that every path to it passes; None where there is none (Cooper, Harvey, Kennedy)."""
        if self._dominators is None:
            self._dominators = self._find_dominators()
        return self._dominators

    def _find_dominators(self) -> dict[str, str | None]:
        order = self._order()
        rank = {node: n for n, node in enumerate(order)}
        nearest: dict[str, str | None] = {}
        changed = True
        while changed:
            changed = False
            for node in order:
                known = [source for source in self.before[node] if source in nearest]
                new = known[0] if known else None
                for source in known[1:]:
                    new = _meet(new, source, nearest, rank)
                if node not in nearest or nearest[node] != new:
                    nearest[node], changed = new, True
        return nearest

    def _order(self) -> list[str]:
        """Reverse postorder from the nodes that nothing leads to."""
        seen: set[str] = set()
        done: list[str] = []
        todo = [(node, False) for node, sources in self.before.items() if not sources]
        while todo:
            node, left = todo.pop()
            if left:
                done.append(node)
            elif node not in seen:
                seen.add(node)
                todo.append((node, True))
                todo += [(following, False) for following in self.after[node]]
        return done[::-1]


def _meet(
    first: str | None, second: str | None, nearest: Mapping[str, str | None], rank: Mapping[str, int]
) -> str | None:
    while first != second:
        if first is None or second is None:
            return None
        if rank[first] > rank[second]:
            first = nearest[first]
        else:
            second = nearest[second]
    return first


def _closure(node: str, edges: Mapping[str, list[str]], barred: set[str | None]) -> frozenset[str]:
    seen: set[str] = set()
    todo = [node]
    while todo:
        place = todo.pop()
        if place not in seen and place not in barred:
            seen.add(place)
            todo += edges[place]
    return frozenset(seen)
