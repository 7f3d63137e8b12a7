"""Random graphs without any structure, sound or not, against a Petri net: a token on each flow, and nothing else."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.driver import Walk, plan_of
from workflows import engine
from workflows.engine.core import WAITING

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "150"))
MOVES = 20
FEW = 60


@dataclass
class Net:
    """Nodes in order; node 0 is the start. `ways` lead onward; a node without any ends its tokens."""

    kinds: list[str]
    ways: list[tuple[int, ...]]
    marking: Counter[tuple[int, int]] = field(default_factory=Counter)
    open: Counter[int] = field(default_factory=Counter)
    fired: int = 0

    def coming(self, node: int) -> list[tuple[int, int]]:
        return [
            (source, n)
            for source, ways in enumerate(self.ways)
            for n, target in enumerate(ways)
            if target == node
        ]

    def put(self, node: int, chosen: int | None = None) -> None:
        """A node lets go: one token on each of its flows, or on the chosen one."""
        for n in range(len(self.ways[node])):
            if chosen is None or n == chosen:
                self.marking[node, n] += 1

    def settle(self, choice: int) -> None:
        """Move every token that nobody has to move, as long as there is one."""
        while self.fired < FEW and any(self._moves(node, choice) for node in range(1, len(self.kinds))):
            self.fired += 1

    def _moves(self, node: int, choice: int) -> bool:
        coming = self.coming(node)
        full = [flow for flow in coming if self.marking[flow]]
        if self.kinds[node] == "and":
            if not coming or len(full) < len(coming):
                return False
            self.marking.subtract(full)
            self.put(node)
        elif full:
            self.marking[full[0]] -= 1
            if self.kinds[node] == "user":
                self.open[node] += 1
            else:
                self.put(node, choice % len(self.ways[node]) if self.ways[node] else None)
        return bool(full)

    def drawn(self) -> str:
        names = ["start n0", *(f"{kind} n{n}" for n, kind in enumerate(self.kinds) if n)]
        return "; ".join([*names, *self._flows()])

    def _flows(self) -> list[str]:
        found = []
        for node, ways in enumerate(self.ways):
            for n, target in enumerate(ways):
                condition = f' if "choice % {len(ways)} == {n}"' if self.kinds[node] == "xor" else ""
                found.append(f"n{node} > n{target}{condition}")
        return found


@st.composite
def nets(draw):
    kinds = [
        "start",
        *draw(st.lists(st.sampled_from(["user", "user", "and", "and", "xor"]), min_size=2, max_size=8)),
    ]
    targets = st.integers(1, len(kinds) - 1)
    ways = [tuple(draw(st.lists(targets, min_size=node == 0, max_size=2))) for node in range(len(kinds))]
    return kinds, ways


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(net=nets(), seed=st.integers(0, 9999))
def test_random_graph_runs_like_the_net(net, seed):
    play(Net(*net), seed)


@pytest.mark.parametrize(
    ("case", "kinds", "ways"),
    [
        (
            "a join with an arrival too many",
            ["start", "and", "user", "user", "and"],
            [(1,), (2, 3), (4, 3), (4,), ()],
        ),
        ("two flows from one fork into one join", ["start", "and", "and", "user"], [(1,), (2, 2), (3,), ()]),
        ("a join that feeds itself", ["start", "user", "and"], [(1,), (2,), (2,)]),
    ],
)
def test_chosen_graph_runs_like_the_net(case, kinds, ways):
    play(Net(kinds, ways), 1)


def play(net: Net, seed: int) -> None:
    chance = random.Random(seed)
    walk = Walk(plan_of(net.drawn()))
    choice = chance.randrange(2)
    net.put(0)
    net.settle(choice)
    if net.fired >= FEW:
        return  # it may run on for ever; where each gives up is its own affair
    walk.start(choice=choice)
    _compare(net, walk)
    for _ in range(MOVES):
        steps = sorted(net.open.elements())
        if not steps:
            break
        node, choice, net.fired = chance.choice(steps), chance.randrange(2), 0
        net.open[node] -= 1
        net.put(node)
        net.settle(choice)
        if net.fired >= FEW:
            break
        walk.move("complete", walk.token(f"n{node}"), {"choice": choice})
        _compare(net, walk)


def _compare(net: Net, walk: Walk) -> None:
    assert Counter(walk.open) == Counter(f"n{node}" for node in net.open.elements())
    left = sum(net.marking.values())
    assert walk.ended == (left == 0 and not net.open.total())
    assert sum(token.state == WAITING for token in walk.run()._machine.standing()) == left
    stuck = [effect for effect in walk.effects if isinstance(effect, engine.Incident)]
    assert bool(stuck) == (left > 0 and not net.open.total())
