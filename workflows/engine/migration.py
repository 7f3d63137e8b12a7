"""A running process goes on with another version of its diagram.

What stands somewhere must find its place again, under its own id or the one it is renamed to; what it waits for is taken
over where it still exists (a timer keeps its time), dropped where it does not, and begun where it is new.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from workflows.engine import state
from workflows.engine.activities import Activity, Call, HumanStep, MachineStep
from workflows.engine.core import READY, STARTED, WAITING, Element, Frame, Token
from workflows.engine.errands import KIND
from workflows.engine.errors import CannotMigrate, Obstacle, Phrase
from workflows.engine.events import Catch, Start, Throw
from workflows.engine.gateways import EventGateway
from workflows.engine.machine import Machine
from workflows.engine.plan import Plan
from workflows.engine.throwing import interrupts
from workflows.engine.waiting import CATCHABLE, arm, event_name
from workflows.expressions import Calendar

_INNER = ("many", KIND)  # what stands there is no host of a loop, and has no boundary events of its own
GONE = Phrase("新版流程图里没有这个环节", "the new version has no such element")
ELSEWHERE = Phrase("它在新版里属于另一个子流程", "it belongs to another scope in the new version")
OTHER_KIND = Phrase("它在新版里是另一种环节", "it is of another kind in the new version")
OTHER_FLOW = Phrase(
    "等待汇合的流向在新版里不存在", "the flow by which it waits at the join does not exist in the new version"
)


def prepared(
    plan: Plan,
    text: str,
    *,
    of: Plan,
    data: Mapping[str, Any],
    now: dt.datetime,
    calendar: Calendar | None,
    idle: Any,
    elements: Mapping[str, str],
) -> Machine:
    """A machine of the new version holding a state of the old one, not yet settled. Raises CannotMigrate."""
    renamed = _Renamed(plan, state.parsed(text), elements)
    if renamed.obstacles:
        raise CannotMigrate(renamed.obstacles)
    machine = Machine(plan, data=dict(data), now=now, calendar=calendar, idle=idle)
    state.restore(machine, state.unparsed(renamed.rows))
    obstacles = list(_misplaced(machine))
    if obstacles:
        raise CannotMigrate(obstacles)
    known = (id for process in of.processes.values() for id in process.elements)
    _renew_waits(machine, before=frozenset(elements.get(id, id) for id in known))
    return machine


class _Renamed:
    """The rows of a state under the names of the new version, without the waits that have no element any more."""

    def __init__(self, plan: Plan, rows: list[Any], elements: Mapping[str, str]) -> None:
        self._plan = plan
        self._names = elements
        self.obstacles: list[Obstacle] = []
        version, main, numbers, frames, tokens, waits = rows
        self._processes: list[str] = []
        new_frames = [self._frame(row, tokens, main) for row in frames]
        new_tokens = [self._token(row) for row in tokens]
        kept = [n for n, row in enumerate(waits) if self._element(row[0], row[1]) is not None]
        ids = state.split_numbers(numbers)
        head = 1 + len(tokens)
        self.rows = [
            version,
            plan.main.id,
            state.joined_numbers([*ids[:head], *(ids[head + n] for n in kept)]),
            new_frames,
            new_tokens,
            [[waits[n][0], self._name(waits[n][1]), *waits[n][2:]] for n in kept],
        ]

    def _name(self, id: str) -> str:
        return self._names.get(id, id)

    def _frame(self, row: list[Any], tokens: list[list[Any]], main: str) -> list[Any]:
        letter, host, of, *rest = row
        if letter == "p":
            of = self._plan.main.id
        elif of:
            of = self._name(of)
        around = of if letter in "pc" else self._processes[tokens[host][0]]
        self._processes.append(around)
        process = self._plan.processes.get(around)
        if process is None or (letter not in "pc" and of and of not in process.regions):
            self.obstacles.append(Obstacle(element=of, why=GONE))
        return [letter, host, of, *(self._rest(part, process) for part in rest)]

    def _rest(self, rest: Any, process: Any) -> Any:
        """What can be compensated is renamed; what the new version can't compensate is forgotten."""
        if not isinstance(rest, dict) or process is None:
            return rest
        renamed = dict(rest)
        if "past" in rest:
            renamed["past"] = list(self._records(rest["past"], process.elements))
        if "todo" in rest:
            renamed["todo"] = [self._name(id) for id in rest["todo"] if self._name(id) in process.elements]
        return {name: value for name, value in renamed.items() if value or name not in ("past", "todo")}

    def _records(self, records: list[Any], known: Mapping[str, Element]) -> Iterator[list[Any]]:
        for id, handler, over, inside in records:
            new_id, new_handler = self._name(id), handler and self._name(handler)
            if new_id in known and (new_handler is None or new_handler in known):
                yield [new_id, new_handler, over, inside and list(self._records(inside, known))]

    def _token(self, row: list[Any]) -> list[Any]:
        frame, id, letter, *rest = row
        if self._element(frame, id) is None:
            self.obstacles.append(Obstacle(element=id, why=GONE))
        if rest and rest[0]:
            rest[0] = self._name(rest[0])
        return [frame, self._name(id), letter, *rest]

    def _element(self, frame: int, id: str) -> Element | None:
        process = self._plan.processes.get(self._processes[frame])
        return process.elements.get(self._name(id)) if process else None


def _misplaced(machine: Machine) -> Iterator[Obstacle]:
    for token in machine.standing():
        why = _mismatch(token)
        if why is not None:
            yield Obstacle(element=token.element.node.id, why=why)


def _mismatch(token: Token) -> Phrase | None:
    element, frame = token.element, token.frame
    if (
        frame.region is not None
        and element.region is not frame.region
        and not (token.mark or {}).get("cancels")
    ):
        return ELSEWHERE
    if frame.kind == "many" and (frame.host is None or frame.host.element is not element):
        return OTHER_KIND
    if token.via is not None and token.state == WAITING:
        return None if token.via in element.incoming and element.joins else OTHER_FLOW
    return None if _can_stand(token, element) else OTHER_KIND


def _can_stand(token: Token, element: Element) -> bool:
    inner = token.inner
    if token.state == READY:
        return isinstance(element, HumanStep) and (element.loop is None or token.frame.kind in _INNER)
    if inner is not None:
        return _can_hold(element, inner, token)
    if token.state == STARTED:
        return isinstance(element, MachineStep)
    waits = isinstance(element, Catch | Start | EventGateway) or element.node.kind == "receiveTask"
    return waits or token.state != WAITING


def _can_hold(element: Element, inner: Frame, token: Token) -> bool:
    match inner.kind:
        case "many":
            return element.loop is not None and token.frame.kind != "many"
        case "call":
            return isinstance(element, Call)
        case "errand":
            return isinstance(element, HumanStep) and (element.loop is None or token.frame.kind in _INNER)
        case "undo":
            return isinstance(element, Throw)
        case _:
            return element.content is inner.region and (element.loop is None or token.frame.kind == "many")


def _renew_waits(machine: Machine, *, before: frozenset[str]) -> None:
    """Drop waits that no longer fit, then begin those that are new; what was used up in the old version stays so."""
    begun_anew: set[tuple[int, Element]] = set()
    for wait in list(machine.waiting()):
        if not _still_waits(wait):
            begun_anew.add((_holder(wait), wait.element))
            wait.frame.remove(wait)
        else:
            _rename(wait)
    for token in list(machine.standing()):
        present = {wait.element for wait in token.waits}
        helpless = token.state == WAITING and not token.element.joins and not present
        for element in _waited_for(token):
            is_new = element.node.id not in before or (token.id, element) in begun_anew
            if element not in present and (is_new or helpless):
                arm(element, token.frame, token)
    for frame in list(machine.frames.values()):
        listening = {wait.element for wait in frame.listeners()}
        for start in frame.region.listeners if frame.region and not _is_interrupted(frame) else ():
            is_new = start.node.id not in before or (-frame.id, start) in begun_anew
            if start not in listening and is_new:
                arm(start, frame, None)


def _rename(wait: Token) -> None:
    """An event whose name is computed in one of the versions only is called as the new version calls it."""
    assert wait.wait is not None
    trigger = wait.element.triggers[wait.wait.index]
    if trigger.name is None:
        wait.wait.name = None
    elif wait.wait.name is None:
        wait.wait.name = event_name(trigger, wait.frame, wait.owner, at=wait.element)


def _holder(wait: Token) -> int:
    """The token a wait hangs on, or its frame as a negative number."""
    return wait.owner.id if wait.owner is not None else -wait.frame.id


def _is_interrupted(frame: Frame) -> bool:
    """Whether an interrupting event sub-process has taken a scope over; it listens no more."""
    guards = [token.element for token in frame.tokens() if token.element.node.is_event_scope]
    starts = frame.region.listeners if frame.region else ()
    return any(start.region.host in guards and interrupts(start) for start in starts)


def _still_waits(wait: Token) -> bool:
    element, owner = wait.element, wait.owner
    assert wait.wait is not None
    if wait.wait.index >= len(element.triggers):
        return False
    trigger = element.triggers[wait.wait.index]
    if trigger.kind not in CATCHABLE or (trigger.kind == "timer") != (wait.wait.due is not None):
        return False
    if owner is None:
        return wait.frame.region is not None and element in wait.frame.region.listeners
    return element in _waited_for(owner)


def _waited_for(token: Token) -> tuple[Element, ...]:
    """The elements whose events a token waits for in the new version."""
    element = token.element
    hung = element.boundaries if isinstance(element, Activity) and token.frame.kind not in _INNER else ()
    if token.state != WAITING or element.joins:
        return hung
    if isinstance(element, EventGateway):
        return tuple(arc.target for arc in element.flows)
    return (*hung, element)
