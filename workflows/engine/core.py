"""The one place that touches SpiffWorkflow beneath its documented surface.

A token is a Spiff task, an element a Spiff task spec, a frame a Spiff sub-workflow. Spiff's life cycle drives them
(arrive → ready → run → complete); there is no prediction, no history in the tree and no inherited data: a task in the
tree is where something stands now, and its children are what it waits for. `HOOKS` names every part of SpiffWorkflow
that is not promised; a test fails when one of them is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, Self

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from workflows.bpmn.model import Node
    from workflows.engine.machine import Machine
    from workflows.engine.plan import Arc, Decide, LoopPlan, Region, Trigger
    from workflows.expressions import Expression, Script

COMING: Final[int] = TaskState.FUTURE
WAITING: Final[int] = TaskState.WAITING
READY: Final[int] = TaskState.READY
STARTED: Final[int] = TaskState.STARTED
FAILED: Final[int] = TaskState.ERROR

#: What we override or call without a promise, by class.
HOOKS: Final[dict[type, tuple[str, ...]]] = {
    Task: ("_set_state", "_ready", "_child_added_notify", "run", "complete"),
    BpmnTaskSpec: (
        "_update", "_update_hook", "_predict_hook", "_on_ready", "_on_ready_hook",
        "_run", "_run_hook", "_on_complete", "_on_complete_hook", "test",
    ),
    BpmnProcessSpec: ("_add_notify",),
    BpmnSubWorkflow: ("_calculate_depth", "_remove_task", "_task_removed_notify", "_task_completed_notify"),
}  # fmt: skip
ATTRIBUTES: Final[dict[type, tuple[str, ...]]] = {
    Task: ("id", "workflow", "task_spec", "_parent", "_children", "_state"),
    BpmnSubWorkflow: ("spec", "tasks", "top_workflow", "parent_task_id"),
}

_ROOT: Final = -1


class Waiting:
    """What a waiting token waits for: the `index`-th trigger of its element."""

    __slots__ = ("correlation", "due", "index", "left", "name", "seen")

    def __init__(
        self,
        index: int,
        *,
        due: int | None = None,
        left: int | None = None,
        seen: int = 0,
        correlation: str | None = None,
        name: str | None = None,
    ) -> None:
        self.index = index
        self.due = due  # microseconds since 1970
        self.left = left  # firings that remain after this one; None: no end
        self.seen = seen  # a condition's last answer; 2: it could not be evaluated
        self.correlation = correlation
        self.name = name  # of the message or signal where that is computed


class Token(Task):  # type: ignore[misc]  # SpiffWorkflow has no types
    """Something that stands somewhere: work that goes on, or, with `wait`, an event that may come."""

    id: int
    task_spec: Element
    workflow: Frame

    def __init__(self, frame: Frame, element: Element, parent: Task | None, state: int, id: int) -> None:
        super().__init__(frame, element, parent, state, id)
        self.via: str | None = None
        self.local: dict[str, Any] | None = None
        self.inner: Frame | None = None
        self.wait: Waiting | None = None
        self.past: list[Any] | None = None
        self.mark: Any = None

    def _set_state(self, value: int) -> None:
        """Spiff reads the clock and logs here; a token needs neither."""
        self._state = value

    @property
    def element(self) -> Element:
        return self.task_spec

    @property
    def frame(self) -> Frame:
        return self.workflow

    @property
    def state(self) -> int:
        return int(self._state)

    @state.setter
    def state(self, value: int) -> None:
        self._state = value

    @property
    def owner(self) -> Token | None:
        """The token this one hangs on; None when it stands in its frame."""
        above = self.workflow.tasks.get(self._parent)
        return above if isinstance(above, Token) else None

    @property
    def waits(self) -> Iterator[Token]:
        return (self.workflow.tasks[id] for id in self._children)


class Element(BpmnTaskSpec):  # type: ignore[misc]  # SpiffWorkflow has no types
    """How one kind of flow node behaves. Subclasses say what happens on arrival, at work and on leaving."""

    def __init__(self, process: Process, node: Node) -> None:
        # Spiff keeps specs called Start, End and Root of its own: the "@" keeps authors' ids apart from them.
        super().__init__(process, f"@{node.id}")
        self.node = node
        self.process = process
        self.region: Region
        self.flows: tuple[Arc, ...] = ()
        self.default: Arc | None = None
        self.incoming: tuple[str, ...] = ()
        self.triggers: tuple[Trigger, ...] = ()
        self.boundaries: tuple[Element, ...] = ()
        self.handler: Element | None = None
        self.content: Region | None = None
        self.upstream: dict[str, frozenset[str]] = {}
        self.loop: LoopPlan | None = None
        self.script: Script | None = None
        self.before: Script | None = None
        self.after: Script | None = None
        self.decide: Decide | None = None
        self.called: str | Expression | None = None
        self.takes: tuple[tuple[str, Expression], ...] = ()  # target, source
        self.gives: tuple[tuple[str, Expression], ...] = ()
        self.takes_all = self.gives_all = False

    @property
    def joins(self) -> bool:
        """Whether several arrivals make one pass."""
        return False

    def arrive(self, token: Token) -> bool:
        """A token has come. True: it is ready; False: it has been left waiting."""
        return True

    def rests(self, token: Token) -> bool:
        """Whether a ready token stays until somebody outside completes it."""
        return False

    def work(self, token: Token) -> bool:
        """True: done, leave; False: the token stays started, or is gone."""
        return True

    def leave(self, token: Token) -> None:
        raise NotImplementedError

    def heard(self, wait: Token) -> None:
        """One of this element's events has come."""
        raise NotImplementedError

    def broken_off(self, token: Token, inner: Frame) -> None:
        """An error leaves the frame that this token holds, to be caught outside."""

    def undone(self, token: Token) -> None:
        """The compensation this token asked for is finished."""
        raise NotImplementedError

    def test(self) -> None:
        """Spiff asks for connected inputs; the model has been checked."""

    def _predict_hook(self, token: Token) -> None:
        """No predicted tasks."""

    def _update_hook(self, token: Token) -> bool:
        if self.arrive(token):
            return True
        token._set_state(WAITING)
        return False

    def _on_ready_hook(self, token: Token) -> None:
        if not self.rests(token):
            token.workflow.machine.queue.append(token)

    def _run_hook(self, token: Token) -> bool | None:
        """Spiff's three answers: True, completed; None, started; False, in error."""
        if self.work(token):
            return True
        return False if token.state == FAILED else None

    def _on_complete_hook(self, token: Token) -> None:
        self.leave(token)


class Process(BpmnProcessSpec):  # type: ignore[misc]  # SpiffWorkflow has no types
    """All elements of one process, sub-processes included, by their ids."""

    def __init__(self, id: str) -> None:
        super().__init__(name="process")
        self.id = id
        self.elements: dict[str, Element] = {}
        self.regions: dict[str, Region] = {}
        self.region: Region


class Frame(BpmnSubWorkflow):  # type: ignore[misc]  # SpiffWorkflow has no types
    """A scope that is running.

    `kind`: process, call, sub, event (an event sub-process), many (between a loop's host and its instances), undo,
    errand (what a step of a person makes others do).
    """

    spec: Process

    def __init__(
        self,
        machine: Machine,
        process: Process,
        *,
        id: int,
        kind: str,
        region: Region | None,
        host: Token | None,
    ) -> None:
        super().__init__(process, host.id if host else None, machine, deserializing=True)
        self.machine = machine
        self.id = id
        self.kind = kind
        self.region = region
        self.host = host
        self.nesting: int = 1 + host.frame.nesting if host else 0
        self.steps = 0
        self.own: dict[str, Any] | None = None  # a call's own variables
        self.sealed = False
        self.past: list[Any] = []  # what can be compensated
        self.count: list[int] = []  # of a loop: total (-1: open), done, started
        self.items: list[Any] | None = None
        self.outputs: dict[str, Any] | None = None
        self.todo: list[str] = []  # of a sequential ad-hoc sub-process
        self.task_tree = Task(self, process.start, None, WAITING, _ROOT)
        if host is not None:
            host.inner = self

    @classmethod
    def inside(cls, host: Token, *, id: int, kind: str, process: Process, region: Region | None) -> Self:
        return cls(host.frame.machine, process, id=id, kind=kind, region=region, host=host)

    def tokens(self) -> list[Token]:
        """What stands in the frame, oldest first; listeners are left out."""
        return [t for id in self.task_tree._children if (t := self.tasks[id]).wait is None]

    def listeners(self) -> list[Token]:
        return [t for id in self.task_tree._children if (t := self.tasks[id]).wait is not None]

    def instances(self) -> int:
        """How many instances of a loop stand in its frame; nothing else does."""
        return len(self.task_tree._children)

    def has_tokens(self) -> bool:
        return any(self.tasks[id].wait is None for id in self.task_tree._children)

    def new_token(
        self, element: Element, *, id: int, owner: Token | None = None, state: int = COMING
    ) -> Token:
        return Token(self, element, owner or self.task_tree, state, id)

    def arrive(self, token: Token) -> None:
        token.element._update(token)

    def remove(self, token: Token) -> None:
        """Take a token away, with what it waits for and the frame it holds open."""
        self._remove_task(token.id)

    def _calculate_depth(self) -> int:
        return 0

    def _task_removed_notify(self, token: Token) -> None:
        self.machine.removed(token)

    def _task_completed_notify(self, token: Token) -> None:
        """Spiff walks its whole tree here, for tasks that wait; ours are told."""


__all__ = [
    "ATTRIBUTES", "COMING", "FAILED", "HOOKS", "READY", "STARTED", "WAITING",
    "Element", "Frame", "Process", "Token", "Waiting",
]  # fmt: skip
