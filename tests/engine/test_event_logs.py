"""Models as they are discovered from event logs: 100 to 160 gateways, silent steps, loops and blocks; replayed trace by trace.

What each step must find open comes from the model's own grammar, written apart from the engine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from tests.engine.drawing import drawn
from tests.engine.driver import MORNING
from workflows import engine
from workflows.bpmn import check, read

TRACES = 40
LONGEST = 400


@dataclass
class Discovered:
    """A block-structured model as process discovery draws it. `trees` hold the grammar, `lines` the diagram."""

    chance: Random
    lines: list[str] = field(default_factory=list)
    gateways: int = 0
    steps: int = 0

    def grow(self, budget: int) -> tuple[str, str, Tree]:
        """First and last element and the grammar of a part with about so many gateways."""
        if budget < 2:
            return self._silent() if self.chance.random() < 0.15 else self._step()
        kind = self.chance.choices(["seq", "xor", "and", "or", "loop"], [4, 3, 2, 1, 2])[0]
        if kind == "seq":
            return self._sequence(budget)
        if kind == "loop":
            return self._loop(budget - 2)
        return self._split(kind, budget - 2)

    def _step(self) -> tuple[str, str, Tree]:
        self.steps += 1
        id = f"t{self.steps}"
        self.lines.append(f"user {id}")
        return id, id, ("step", id)

    def _silent(self) -> tuple[str, str, Tree]:
        """A step that leaves no trace; tools write it as a task that is nothing, or leave a bare flow."""
        self.steps += 1
        id = f"q{self.steps}"
        self.lines.append(f"throw {id}")
        return id, id, ("silent",)

    def _sequence(self, budget: int) -> tuple[str, str, Tree]:
        cut = self.chance.randint(0, budget)
        a, b = self.grow(cut), self.grow(budget - cut)
        self.lines.append(f"{a[1]} > {b[0]}")
        return a[0], b[1], ("seq", a[2], b[2])

    def _pair(self, kind: str) -> tuple[str, str]:
        self.gateways += 2
        first, last = f"g{self.gateways - 1}", f"g{self.gateways}"
        self.lines.append(f"{kind} {first}; {kind} {last}")
        return first, last

    def _split(self, kind: str, budget: int) -> tuple[str, str, Tree]:
        first, last = self._pair(kind)
        count = self.chance.randint(2, 4)
        parts = [self.grow(budget // count) for _ in range(count)]
        for n, part in enumerate(parts):
            condition = {"xor": f'if "{first} == {n}"', "or": f'if "{n} in {first}"'}.get(kind, "")
            self.lines.append(f"{first} > {part[0]} {condition}; {part[1]} > {last}")
        return first, last, (kind, first, *(part[2] for part in parts))

    def _loop(self, budget: int) -> tuple[str, str, Tree]:
        """Do, and again by way of a redo part, as the inductive miner draws it."""
        first, last = self._pair("xor")
        do, redo = self.grow(budget - budget // 3), self.grow(budget // 3)
        # A way back without a step of anybody could turn for ever.
        step = self._step()
        self.lines.append(f"{first} > {do[0]}; {do[1]} > {last}; {redo[1]} > {step[0]} > {first}")
        self.lines.append(f'{last} > {redo[0]} if "{last} == 1"')
        out = self._silent()
        self.lines.append(f"{last} > {out[0]} else")
        return first, out[1], ("loop", last, do[2], ("seq", redo[2], step[2]))


Tree = tuple[Any, ...]  # of a word and parts


class Trace:
    """One walk through the grammar: which steps may come now, and which decisions its gateways will ask for."""

    def __init__(self, tree: Tree, decided: dict[str, Any]) -> None:
        self._decided = decided
        self.open: list[tuple[str, Callable[[], None]]] = []
        self.over = False
        self._enter(tree, self._finish)

    def _finish(self) -> None:
        self.over = True

    def take(self, n: int) -> str:
        """Do one of the open steps."""
        id, then = self.open.pop(n)
        then()
        return id

    def _enter(self, tree: Tree, then: Callable[[], None]) -> None:
        match tree:
            case ("step", id):
                self.open.append((id, then))
            case ("silent",):
                then()
            case ("seq", a, b):
                self._enter(a, lambda: self._enter(b, then))
            case ("loop", id, do, redo):
                self._enter(do, lambda: self._again(id, do, redo, then))
            case ("xor", id, *parts):
                self._enter(parts[self._decided[id]], then)
            case ("and", _, *parts):
                self._enter_all(parts, then)
            case ("or", id, *parts):
                self._enter_all([parts[n] for n in self._decided[id]], then)

    def _enter_all(self, parts: list[Tree], then: Callable[[], None]) -> None:
        left = [len(parts)]

        def arrived() -> None:
            left[0] -= 1
            if not left[0]:
                then()

        for part in parts:
            self._enter(part, arrived)

    def _again(self, id: str, do: Tree, redo: Tree, then: Callable[[], None]) -> None:
        if self._decided[id] == 1:
            self._enter(redo, lambda: self._enter(do, lambda: self._again(id, do, redo, then)))
        else:
            then()


def decisions(tree: Tree, chance: Random, *, turns: bool) -> Iterator[tuple[str, object]]:
    """A value for every gateway, as the data of a case would give it."""
    match tree:
        case ("xor", id, *parts):
            yield id, chance.randrange(len(parts))
        case ("or", id, *parts):
            yield id, [n for n in range(len(parts)) if chance.random() < 0.5] or [0]
        case ("loop", id, *_):
            yield id, int(turns and chance.random() < 0.3)
        case _:
            pass
    for part in tree[1:]:
        if isinstance(part, tuple):
            yield from decisions(part, chance, turns=turns)


@pytest.mark.parametrize("seed", range(6))
def test_every_step_of_every_trace_is_open_when_its_turn_comes(seed):
    chance = Random(seed)
    model, tree, plan = discovered(chance)

    assert 100 <= model.gateways <= 160
    for _ in range(TRACES):
        replay(plan, tree, chance)


def test_a_case_that_skips_every_step_ends_at_once():
    skips = "".join(
        f"xor a{n}; xor b{n}; user t{n}; a{n} > t{n} if done; a{n} > b{n} else; t{n} > b{n};"
        for n in range(160)
    )
    ways = "".join(f"b{n} > a{n + 1};" for n in range(159))
    plan = engine.compile_plan([read(drawn(f"start s; end e; {skips} {ways} s > a0; b159 > e"))])

    assert engine.start(plan, data={"done": False}, now=MORNING).ended


def discovered(chance: Random) -> tuple[Discovered, Tree, engine.Plan]:
    """A model of the wanted size; what discovery draws passes the check as it is."""
    model, tree, lines = grown(chance)
    diagram = read(drawn(lines))
    assert [p for p in check(diagram) if p.severity == "error"] == []
    return model, tree, engine.compile_plan([diagram])


def grown(chance: Random) -> tuple[Discovered, Tree, str]:
    """The model, its grammar, and the lines to draw it from."""
    while True:
        model = Discovered(chance)
        first, last, tree = model.grow(chance.randint(100, 160))
        if 100 <= model.gateways <= 160:
            return model, tree, f"start s; end e; s > {first}; {last} > e; {'; '.join(model.lines)}"


def replay(plan: engine.Plan, tree: Tree, chance: Random) -> None:
    """Saved and loaded between all steps; decisions change with every step, so that loops end."""
    data: dict[str, object] = dict(decisions(tree, chance, turns=True))
    trace = Trace(tree, data)
    run = engine.start(plan, data=data, now=MORNING)
    for n in range(LONGEST):
        assert sorted(step.element for step in run.steps()) == sorted(id for id, _ in trace.open)
        assert run.ended == trace.over
        assert not [effect for effect in run.effects if isinstance(effect, engine.Incident)]
        if trace.over:
            return
        values = dict(decisions(tree, chance, turns=n < LONGEST // 4))
        data.update(values)
        done = trace.take(chance.randrange(len(trace.open)))
        run = engine.load(plan, run.dump(), data=json.loads(json.dumps(run.data)), now=MORNING)
        token = min(step.token for step in run.steps() if step.element == done)
        run.complete(token, values)
    raise AssertionError("the trace comes to no end")
