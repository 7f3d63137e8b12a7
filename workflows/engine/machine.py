"""The moving parts of a run: its frames and tokens, the queue of what is ready, and the bounds of a move."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final

from workflows.bpmn.normalise import is_made
from workflows.engine.core import READY, Element, Frame, Process, Token
from workflows.engine.effects import Effect, Passed
from workflows.engine.errors import MoveTooLong
from workflows.engine.plan import Plan, Region
from workflows.expressions import Calendar

#: Beyond the number of elements drawn. A loop without a stop runs in one frame; breadth, such as many instances with scripts of their own, is bounded apart.
STEPS_IN_A_FRAME: Final = 200
STEPS_IN_A_MOVE: Final = 5_000
TOKENS_IN_A_MOVE: Final = 5_000
NESTING: Final = 60

Idle = Callable[["Machine"], bool]


class Machine:
    """One run while it moves. `now` and the data come in; nothing here reads a clock or a database."""

    def __init__(
        self,
        plan: Plan,
        *,
        data: dict[str, Any],
        now: dt.datetime,
        calendar: Calendar | None,
        idle: tuple[Idle, ...],
    ) -> None:
        self.plan = plan
        self.data = data
        self.now = now
        self.calendar = calendar
        self.last = 0
        self.next_frame = 1
        self.frames: dict[int, Frame] = {}
        self.tokens: dict[int, Token] = {}
        self.queue: deque[Token] = deque()
        self.effects: list[Effect] = []
        self.changed = True  # between two moves anybody may have changed the case's variables
        self.fresh: list[Token] = []
        self._idle = idle
        self._steps = 0
        self._made = 0

    # --- tokens and frames

    def _frame_id(self) -> int:
        """Frames are numbered within a move; nobody outside knows them."""
        self.next_frame += 1
        return self.next_frame - 1

    def token(self, element: Element, frame: Frame, *, owner: Token | None = None) -> Token:
        """A new token that has not arrived yet; ids are never used twice."""
        self._made += 1
        if self._made > TOKENS_IN_A_MOVE:
            raise MoveTooLong(element=element.node.name or element.node.id)
        self.last += 1
        token = frame.new_token(element, id=self.last, owner=owner)
        self.tokens[token.id] = token
        return token

    def place(self, element: Element, frame: Frame, *, via: str | None = None) -> Token:
        """A new token arrives at an element."""
        token = self.token(element, frame)
        token.via = via
        self.arrive(token)
        return token

    def arrive(self, token: Token) -> None:
        if not token.element.joins and token.frame.kind != "many":
            self.passed(token.element.node.id)
        token.frame.arrive(token)

    def passed(self, id: str) -> None:
        if not is_made(id):
            self.effects.append(Passed(element=id))

    def is_alive(self, token: Token) -> bool:
        return token.id in self.tokens

    def removed(self, token: Token) -> None:
        """Called by the core for every token that goes, the innermost first."""
        del self.tokens[token.id]
        if token.inner is not None:
            self.drop_frame(token.inner)

    def open_frame(
        self, host: Token, *, kind: str, region: Region | None, process: Process | None = None
    ) -> Frame:
        if host.frame.nesting >= NESTING:
            raise MoveTooLong(element=host.element.node.name or host.element.node.id)
        spec = process or host.frame.spec
        frame = Frame.inside(host, id=self._frame_id(), kind=kind, process=spec, region=region)
        self.frames[frame.id] = frame
        return frame

    def open_process(self, process: Process) -> Frame:
        frame = Frame(self, process, id=self._frame_id(), kind="process", region=process.region, host=None)
        self.frames[frame.id] = frame
        return frame

    def drop_frame(self, frame: Frame) -> None:
        for token in [*frame.tokens(), *frame.listeners()]:
            frame.remove(token)
        self.frames.pop(frame.id, None)
        if frame.kind == "many" and frame.past and frame.host is not None:
            frame.host.frame.past += frame.past

    def empty(self, frame: Frame, *, but: Token | None = None) -> None:
        """End everything that stands in the frame and stop it listening."""
        for token in [*frame.tokens(), *frame.listeners()]:
            if token is not but:
                frame.remove(token)
        frame.todo = []

    def end(self) -> None:
        """End the run, whatever stands in it."""
        for frame in [frame for frame in self.frames.values() if frame.host is None]:
            self.drop_frame(frame)

    def close_if_empty(self, frame: Frame) -> None:
        if frame.id not in self.frames or frame.has_tokens():
            return
        if frame.todo:
            self.place(frame.spec.elements[frame.todo.pop(0)], frame)
            return
        host = frame.host
        region = frame.region
        self.drop_frame(frame)
        if host is None:
            return
        host.inner = None
        if frame.kind == "undo":
            host.element.undone(host)
            return
        if frame.kind == "call":
            host.mark = {"returned": frame.own}
        elif region is not None:
            host.past = closed_past(frame, region)
        host.complete()

    # --- the stepper

    def settle(self) -> None:
        """Run whatever can run by itself, then ask what only an idle run can answer, until nothing moves."""
        while True:
            while self.queue:
                token = self.queue.popleft()
                if token.id in self.tokens and token.state == READY:
                    self._count(token)
                    token.run()
            if not any(ask(self) for ask in self._idle):
                return

    def fresh_move(self) -> None:
        """Each firing of a timer is a move of its own, with bounds of its own."""
        self._steps = self._made = 0
        for frame in self.frames.values():
            frame.steps = 0

    def _count(self, token: Token) -> None:
        self._steps += 1
        token.frame.steps += 1
        runs_on = token.frame.kind != "many" and token.frame.steps > _steps_in(token.frame)
        if runs_on or self._steps > STEPS_IN_A_MOVE:
            raise MoveTooLong(element=token.element.node.name or token.element.node.id)

    def standing(self) -> Iterator[Token]:
        """All tokens that are work, not waits, oldest first."""
        return (token for _, token in sorted(self.tokens.items()) if token.wait is None)

    def waiting(self) -> Iterator[Token]:
        """All waits, oldest first."""
        return (token for _, token in sorted(self.tokens.items()) if token.wait is not None)


def _steps_in(frame: Frame) -> int:
    """A large scope may be walked through once without stopping."""
    return STEPS_IN_A_FRAME + (len(frame.region.graph.before) if frame.region is not None else 0)


def closed_past(frame: Frame, region: Region) -> list[Any] | None:
    """What the scope around must remember of a scope that has finished: how to compensate its parts."""
    undo = region.undo
    if undo is not None and undo.region.host is not None:
        return [[region.id, undo.region.host.node.id, None, frame.past or None]]
    return frame.past or None
