"""Walks a process in a test: saved and loaded between all moves, every invariant looked at after each.

Each move is made twice and must leave the same; going on with the same version must change nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from tests.engine.drawing import drawn
from workflows import engine
from workflows.bpmn import read
from workflows.engine.audit import faults
from workflows.expressions import add_duration, parse_duration

MORNING = dt.datetime(2026, 1, 5, 9, 0, tzinfo=dt.UTC)


def plan_of(*processes: str, **more: str) -> engine.Plan:
    return engine.compile_plan([read(drawn(*processes, **more))])


def begun(*processes: str, data: dict[str, Any] | None = None, **more: str) -> Walk:
    """A walk that has started."""
    return Walk(plan_of(*processes, **more)).start(**(data or {}))


class Walk:
    """What lies in the database between two moves: a text and the case's data."""

    def __init__(self, plan: engine.Plan) -> None:
        self.plan = plan
        self.text = ""
        self.data: dict[str, Any] = {}
        self.now = MORNING
        self.effects: tuple[engine.Effect, ...] = ()

    def start(self, **data: Any) -> Walk:
        self.data = data
        return self._keep(lambda: engine.start(self.plan, data=self._copy(), now=self.now))

    def run(self) -> engine.Run:
        return engine.load(self.plan, self.text, data=self._copy(), now=self.now)

    def move(self, verb: str, *arguments: Any, **named: Any) -> Walk:
        def moved() -> engine.Run:
            run = self.run()
            getattr(run, verb)(*arguments, **named)
            return run

        return self._keep(moved)

    def complete(self, element: str, nth: int = 0, **values: Any) -> Walk:
        return self.move("complete", self.token(element, nth), values)

    def fail(self, element: str, code: str, nth: int = 0) -> Walk:
        return self.move("fail", self.token(element, nth), code)

    def tell(self, element: str, nth: int = 0) -> Walk:
        """The event that waits at this element comes."""
        return self.move("fire", [w.token for w in self.run().waits() if w.element == element][nth])

    def advance(self, duration: str) -> Walk:
        self.now = add_duration(self.now, parse_duration(duration))
        return self.move("advance", self.now)

    def message(self, name: str, correlation: str | None = None, **payload: Any) -> Walk:
        return self.move("deliver", name, correlation=correlation, payload=payload)

    def signal(self, name: str, **payload: Any) -> Walk:
        return self.move("signal", name, payload)

    def set(self, **values: Any) -> Walk:
        return self.move("set", values)

    def token(self, element: str, nth: int = 0) -> int:
        return [step.token for step in self.run().steps() if step.element == element][nth]

    @property
    def open(self) -> list[str]:
        return sorted(step.element for step in self.run().steps())

    @property
    def waits(self) -> list[str]:
        """Waiting events and receive tasks; what hangs on activities or guards scopes is left out."""
        return sorted(wait.element for wait in self.run().waits() if not wait.boundary)

    @property
    def guards(self) -> list[str]:
        return sorted(wait.element for wait in self.run().waits() if wait.boundary)

    @property
    def ended(self) -> bool:
        return self.run().ended

    @property
    def passed(self) -> list[str]:
        return [effect.element for effect in self.effects if isinstance(effect, engine.Passed)]

    @property
    def incidents(self) -> list[str]:
        return [effect.kind for effect in self.effects if isinstance(effect, engine.Incident)]

    def _copy(self) -> dict[str, Any]:
        return json.loads(json.dumps(self.data))

    def _keep(self, moved: Any) -> Walk:
        run, same = moved(), moved()
        assert (run.dump(), run.data, _told(run)) == (same.dump(), same.data, _told(same))
        self.text, self.data, self.effects = run.dump(), json.loads(json.dumps(run.data)), run.effects
        assert faults(self.plan, self.text, data=self.data, now=self.now) == []
        assert (
            engine.migrate(self.plan, self.text, of=self.plan, data=self._copy(), now=self.now).dump()
            == self.text
        )
        return self


def _told(run: engine.Run) -> list[str]:
    return [e.kind + e.text("en") if isinstance(e, engine.Incident) else repr(e) for e in run.effects]
