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

    def ahead(self, node: str, *, short_of: str | None = None) -> frozenset[str]:
        """What can be reached from a node in the same round: a way that leads through what dominates it begins another."""
        return _closure(node, self.after, {*self._passed_before(node), short_of})

    def dominates(self, first: str, second: str) -> bool:
        """Whether every way to the second node leads through the first."""
        return first == second or first in self._passed_before(second)

    def first_common(self, step: str, place: str) -> str:
        """The first node after a step, or the step, that every way to the place leads through: all behind it is done again."""
        ahead = self.ahead(step)
        certain = [id for id in self._passed_before(place) if id in ahead]
        return next(
            (id for id in certain if not any(self.dominates(other, id) for other in certain if other != id)),
            step,
        )

    def _passed_before(self, node: str) -> set[str]:
        """The nodes that every way to this one leads through, without itself."""
        found: set[str] = set()
        above = self.dominators().get(node)
        while above is not None and above not in found:
            found.add(above)
            above = self.dominators().get(above)
        return found

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
