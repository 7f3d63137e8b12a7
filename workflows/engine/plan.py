"""A compiled version: what `build` makes of diagrams and every run of the version shares. Never changed after building."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from workflows.bpmn.model import Loop
from workflows.engine.reach import Graph
from workflows.expressions import Calendar, Expression

if TYPE_CHECKING:
    from workflows.engine.core import Element, Process
    from workflows.engine.polls import Poll


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """A sequence flow; the condition is None when it is always taken."""

    id: str
    target: Element
    condition: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One event definition. `expression` is the timer's value or the condition; `text` a timer's literal value.

    `name` computes the name of a message or signal; `code_into` and `message_into` are variables for what was caught;
    `until` ends a cycle.
    """

    kind: str
    ref: str | None = None
    text: str | None = None
    expression: Expression | None = None
    correlation: Expression | None = None
    waits: bool = True
    name: Expression | None = None
    code_into: str | None = None
    message_into: str | None = None
    until: Expression | None = None


@dataclass(slots=True, kw_only=True)
class Region:
    """A scope as a frame needs it. `listeners` are the start events of its event sub-processes.

    `initial` are the values that its data objects begin with.
    """

    id: str
    kind: str
    graph: Graph
    host: Element | None = None
    starts: tuple[Element, ...] = ()
    listeners: tuple[Element, ...] = ()
    completion: Expression | None = None
    cancels_rest: bool = True
    sequential: bool = False
    initial: Mapping[str, Any] = field(default_factory=dict)

    @property
    def undo(self) -> Element | None:
        """The start of the compensation event sub-process."""
        return next((s for s in self.listeners if any(t.kind == "compensate" for t in s.triggers)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`processes` by id; `main` is where a run starts."""

    main: Process
    processes: Mapping[str, Process]


class Outcome(Protocol):
    """What a decision table answers."""

    @property
    def values(self) -> Mapping[str, Any]: ...

    @property
    def rules(self) -> Sequence[int]: ...

    @property
    def inputs(self) -> Mapping[str, Any]: ...


class Decide(Protocol):
    """A decision table ready to be asked."""

    def __call__(
        self, facts: Mapping[str, Any], *, now: dt.datetime, calendar: Calendar | None
    ) -> Outcome: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrown:
    """What a loop throws when an instance is through: `once`, for the first; with a condition, when that holds."""

    triggers: tuple[Trigger, ...]
    once: bool = False
    condition: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopPlan:
    """A loop with its expressions compiled; `output` is what an instance gives to the collected list.

    `own` are variables that each instance has for itself, so that nobody finds in his form what another wrote.
    """

    loop: Loop
    cardinality: Expression | None = None
    collection: Expression | None = None
    condition: Expression | None = None
    output: Expression | None = None
    poll: Poll | None = None
    own: tuple[str, ...] = ()
    throws: tuple[Thrown, ...] = ()
