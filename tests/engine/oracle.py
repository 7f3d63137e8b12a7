"""A token game on a tree of blocks, written apart from the engine: what must be open after every move.

A block is a tuple: ("task",) · ("seq", a, b) · ("and", a, b) · ("xor", a, b) · ("or", a, b, c) · ("loop", a) · ("sub", a)
· ("guarded", a, handler): an interrupting boundary on a sub-process · ("side", a, handler): one that doesn't interrupt
· ("each", n, sequential, a): a multi-instance sub-process · ("some", n, sequential, need, a): the same until so many are done
· ("crowd", n, sequential): a multi-instance task · ("late", a, handler), ("later", a, handler): boundary timers that do and don't
interrupt, each once · ("race", a, b): an event gateway · ("taken", a, handler), ("joined", a, handler): event sub-processes that do
and don't interrupt · ("stop", a, b): a terminate end event behind a · ("fail", a, handler): an error thrown or not.
Decisions are taken when a step before the gateway is completed; its values are part of the move.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

Key = tuple[str, tuple[tuple[str, int], ...]]


def drawing(block: tuple[Any, ...]) -> str:
    """The diagram of a block, in the notation of `drawing`."""
    first, last, text = _draw(block, "", ())
    return f"start begin; end over; {text} begin > {first}; {last} > over"


def _draw(block: tuple[Any, ...], at: str, items: tuple[str, ...]) -> tuple[str, str, str]:
    """First and last element of a block and its text. Ids say where in the tree a block stands."""
    kind, *parts = block
    match kind:
        case "task":
            return f"T{at}", f"T{at}", f"user T{at};"
        case "seq":
            a, b = (_draw(part, f"{at}{n}", items) for n, part in enumerate(parts))
            return a[0], b[1], f"{a[2]} {b[2]} {a[1]} > {b[0]};"
        case "and":
            return f"F{at}", f"J{at}", f"and F{at}; and J{at};" + _branches(parts, at, items, lambda n: "")
        case "xor":
            text = f"user D{at}; xor F{at}; xor J{at}; D{at} > F{at};"
            return f"D{at}", f"J{at}", text + _branches(parts, at, items, lambda n: f'if "v{at} == {n}"')
        case "or":
            text = f"user D{at}; or F{at}; or J{at}; D{at} > F{at};"
            return f"D{at}", f"J{at}", text + _branches(parts, at, items, lambda n: f'if "{n} in v{at}"')
        case "loop":
            a = _draw(parts[0], f"{at}0", items)
            text = f"xor M{at}; user D{at}; xor X{at}; throw O{at}; M{at} > {a[0]}; {a[1]} > D{at} > X{at};"
            return f"M{at}", f"O{at}", f'{a[2]} {text} X{at} > M{at} if "v{at}"; X{at} > O{at} else;'
        case "sub":
            return f"S{at}", f"S{at}", f"sub S{at} {{ {_inside(parts[0], at, items)} }};"
        case "each":
            count, sequential, body = parts
            order, item = "sequential" if sequential else "", f"i{at}"
            inside = _inside(body, at, (*items, item))
            return (
                f"S{at}",
                f"S{at}",
                f'sub S{at} each="{list(range(count))}" item={item} {order} {{ {inside} }};',
            )
        case "some":
            count, sequential, need, body = parts
            order, item = "sequential" if sequential else "", f"i{at}"
            enough = f'until="nrOfCompletedInstances >= {need}"'
            inside = _inside(body, at, (*items, item))
            return (
                f"S{at}",
                f"S{at}",
                f'sub S{at} each="{list(range(count))}" item={item} {order} {enough} {{ {inside} }};',
            )
        case "crowd":
            count, sequential = parts
            order = "sequential" if sequential else ""
            return f"T{at}", f"T{at}", f'user T{at} each="{list(range(count))}" item=i{at} {order};'
        case "race":
            key = _key(items)
            text = f"race R{at}; catch C{at} message=m{at} {key}; catch L{at} timer=PT1H; xor J{at}; R{at} > C{at}; R{at} > L{at};"
            a, b = (_draw(part, f"{at}{n}", items) for n, part in enumerate(parts))
            ways = f"C{at} > {a[0]}; L{at} > {b[0]}; {a[1]} > J{at}; {b[1]} > J{at};"
            return f"R{at}", f"J{at}", f"{text} {a[2]} {b[2]} {ways}"
        case "taken" | "joined":
            non = "non" if kind == "joined" else ""
            start = f"start g{at} message=m{at} {_key(items)} {non}"
            first, last, text = _draw(parts[1], f"{at}1", items)
            guard = f"guard G{at} {{ {start}; end ge{at}; {text} g{at} > {first}; {last} > ge{at} }}"
            return f"S{at}", f"S{at}", f"sub S{at} {{ {_inside(parts[0], at, items)} {guard} }};"
        case "stop":
            a, b = (_draw(part, f"{at}{n}", items) for n, part in enumerate(parts))
            ends = f"start y{at}; and F{at}; end t{at} terminate; end z{at}; y{at} > F{at}; F{at} > {a[0]}; F{at} > {b[0]};"
            return f"S{at}", f"S{at}", f"sub S{at} {{ {ends} {a[2]} {b[2]} {a[1]} > t{at}; {b[1]} > z{at} }};"
        case "fail":
            a, h = (_draw(part, f"{at}{n}", items) for n, part in enumerate(parts))
            ends = f"start y{at}; user D{at}; xor X{at}; end x{at} error=E{at}; end z{at}; y{at} > {a[0]}; {a[1]} > D{at} > X{at};"
            text = f'sub S{at} {{ {a[2]} {ends} X{at} > x{at} if "v{at}"; X{at} > z{at} else }}; boundary B{at} on S{at} error=E{at};'
            return (
                f"S{at}",
                f"J{at}",
                f"{text} {h[2]} B{at} > {h[0]}; xor J{at}; S{at} > J{at}; {h[1]} > J{at};",
            )
        case "late":
            h = _draw(parts[1], f"{at}1", items)
            text = f"sub S{at} {{ {_inside(parts[0], at, items)} }}; boundary L{at} on S{at} timer=PT1H;"
            return (
                f"S{at}",
                f"J{at}",
                f"{text} {h[2]} L{at} > {h[0]}; xor J{at}; S{at} > J{at}; {h[1]} > J{at};",
            )
        case "later":
            handler = f"sub H{at} {{ {_inside(parts[1], at, items, n=1)} }}; L{at} > H{at};"
            host = f"sub S{at} {{ {_inside(parts[0], at, items)} }}; boundary L{at} on S{at} timer=PT1H non;"
            return f"S{at}", f"S{at}", f"{host} {handler}"
        case "guarded":
            h = _draw(parts[1], f"{at}1", items)
            text = f"{_guarded(parts[0], at, items)}; {h[2]} B{at} > {h[0]};"
            return f"S{at}", f"J{at}", f"{text} xor J{at}; S{at} > J{at}; {h[1]} > J{at};"
        case "side":
            # The handler fills a scope: a path that begins twice must not meet itself at a join.
            handler = f"sub H{at} {{ {_inside(parts[1], at, items, n=1)} }}; B{at} > H{at};"
            return f"S{at}", f"S{at}", f"{_guarded(parts[0], at, items)} non; {handler}"
    raise AssertionError(kind)


def _guarded(body: tuple[Any, ...], at: str, items: tuple[str, ...]) -> str:
    """A sub-process with a message boundary."""
    return f"sub S{at} {{ {_inside(body, at, items)} }}; boundary B{at} on S{at} message=m{at} {_key(items)}"


def _key(items: tuple[str, ...]) -> str:
    """What tells the messages of instances apart."""
    key = " + ".join(f"text({item})" for item in sorted(items))
    return f'cw:correlation="{key}"' if items else ""


def _inside(body: tuple[Any, ...], at: str, items: tuple[str, ...], *, n: int = 0) -> str:
    place = f"{at}{n}"
    first, last, text = _draw(body, place, items)
    return f"start s{place}; end e{place}; {text} s{place} > {first}; {last} > e{place};"


def _branches(parts: list[Any], at: str, items: tuple[str, ...], condition: Any) -> str:
    drawn = [_draw(part, f"{at}{n}", items) for n, part in enumerate(parts)]
    return "".join(
        f"{text} F{at} > {first} {condition(n)}; {last} > J{at};"
        for n, (first, last, text) in enumerate(drawn)
    )


class Game:
    """One block being played. `steps` are the keys of open steps, `guards` those of events that may come.

    A block that fills a scope of its own is done when its side paths are over too; the side paths of others outlive them.
    """

    def __init__(
        self,
        block: tuple[Any, ...],
        at: str = "",
        items: tuple[tuple[str, int], ...] = (),
        *,
        fills: bool = True,
    ) -> None:
        self.kind, *self.parts = block
        self.at, self.items, self.fills = at, items, fills
        self.key = tuple(sorted(items))
        self.own = {"task": "T", "xor": "D", "or": "D"}.get(self.kind, "")
        self.children: list[Game] = []
        self.sides: list[Game] = []
        self.finished = self.guarded = False
        self.next = self.through = 0
        self._begin()
        self._settle()

    @property
    def done(self) -> bool:
        return self.finished and not (self.fills and self.sides)

    def steps(self) -> Iterator[Key]:
        if self.own:
            yield self.own + self.at, self.key
        for child in self._inside():
            yield from child.steps()

    def guards(self) -> Iterator[Key]:
        if self.guarded:
            yield ("L" if self.kind in ("late", "later") else "m") + self.at, self.key
        if self.guarded and self.kind == "race":
            yield "L" + self.at, self.key
        for child in self._inside():
            yield from child.guards()

    def choice(self, key: Key, chance: random.Random) -> dict[str, Any]:
        """Values for completing a step: what its gateway will ask for."""
        at = key[0][1:]
        block = self._block(at) if key[0][0] == "D" else ("task",)
        match block[0]:
            case "xor":
                return {f"v{at}": chance.randrange(len(block) - 1)}
            case "or":
                return {f"v{at}": [n for n in range(len(block) - 1) if chance.random() < 0.6] or [0]}
            case "loop" | "fail":
                return {f"v{at}": chance.random() < 0.4}
        return {}

    def complete(self, key: Key, values: dict[str, Any]) -> None:
        if self.own and (self.own + self.at, self.key) == key:
            self._decide(values.get(f"v{self.at}"))
        else:
            next(child for child in self._inside() if key in child.steps()).complete(key, values)
        self._settle()

    def hear(self, key: Key) -> None:
        """A boundary event comes, or one that is waited for."""
        if not self.guarded or key not in (("m" + self.at, self.key), ("L" + self.at, self.key)):
            next(child for child in self._inside() if key in child.guards()).hear(key)
        elif self.kind in ("guarded", "late", "taken"):
            self.guarded = False
            self.children = [self._child(1, fills=self.kind == "taken")]
        elif self.kind == "race":
            self.guarded = False
            self.children = [self._child(int(key[0][0] == "L"))]
        else:
            self.guarded = self.kind != "later"
            self.sides.append(self._child(1, fills=True))
        self._settle()

    def _begin(self) -> None:
        match self.kind:
            case "and":
                self.children = [self._child(n) for n in range(len(self.parts))]
            case "each":
                count, sequential, _ = self.parts
                self.next = min(count, 1 if sequential else count)
                self.children = [self._instance(n) for n in range(self.next)]
            case "some":
                count, sequential, _, _ = self.parts
                self.next = min(count, 1 if sequential else count)
                self.children = [self._instance(n) for n in range(self.next)]
            case "crowd":
                count, sequential = self.parts
                self.next = min(count, 1 if sequential else count)
                self.children = [self._instance(n) for n in range(self.next)]
            case "stop":
                self.children = [self._child(n) for n in range(2)]
                self.first = self.children[0]
            case "race":
                self.guarded = True
            case "fail":
                self.children = [self._child(0)]
            case "late" | "later" | "taken" | "joined":
                self.guarded = True
                self.children = [self._child(0, fills=True)]
            case "sub" | "guarded" | "side":
                self.guarded = self.kind != "sub"
                self.children = [self._child(0, fills=True)]
            case "seq" | "loop":
                self.children = [self._child(0)]

    def _decide(self, value: Any) -> None:
        self.own = ""
        match self.kind:
            case "xor":
                self.children = [self._child(value)]
            case "or":
                self.children = [self._child(n) for n in value]
            case "loop" if value:
                self.children = [self._child(0)]
            case "fail":
                self.next = 1
                if value:
                    self.next, self.sides = 2, []
                    self.children = [self._child(1)]

    def _settle(self) -> None:
        """Go on as far as nobody has to do anything."""
        if self.kind == "stop" and self.first.done:
            self.children, self.sides, self.finished = [], [], True
            return
        finished = [child for child in self.children if child.done]
        self.through += len(finished)
        if self.kind == "some" and finished and self.through >= self.parts[2]:
            self.children, self.next = [], self.parts[0]
        self.children = [child for child in self.children if not child.done]
        self.sides += [side for child in finished for side in child.sides]
        while any(side.done for side in self.sides):
            self.sides = [s for side in self.sides for s in (side.sides if side.done else [side])]
        if self.own or self.finished or self.children or self._waits():
            return
        if self.kind == "seq" and self.next == 0:
            self.next = 1
            self.children = [self._child(1)]
            self._settle()
        elif (self.kind == "loop" and finished) or (self.kind == "fail" and self.next == 0):
            self.own = "D"
        elif self.kind in ("each", "some", "crowd") and self.next < self.parts[0]:
            self.children = [self._instance(self.next)]
            self.next += 1
            self._settle()
        else:
            self.finished, self.guarded = True, False

    def _waits(self) -> bool:
        """For an event, or for the side paths of a scope of its own."""
        held = self.kind == "joined" or (self.kind == "fail" and self.next == 1)
        return (self.kind == "race" and self.guarded) or (held and bool(self.sides))

    def _inside(self) -> list[Game]:
        return [*self.children, *self.sides]

    def _child(self, n: int, *, fills: bool = False) -> Game:
        return Game(self.parts[n], f"{self.at}{n}", self.items, fills=fills)

    def _instance(self, n: int) -> Game:
        items = (*self.items, (f"i{self.at}", n))
        if self.kind == "crowd":
            return Game(("task",), self.at, items)
        return Game(self.parts[-1], f"{self.at}0", items)

    def _block(self, at: str) -> tuple[Any, ...]:
        block: tuple[Any, ...] = (self.kind, *self.parts)
        for digit in at:
            block = block[-1] if block[0] in ("each", "some") else block[1 + int(digit)]
        return block
