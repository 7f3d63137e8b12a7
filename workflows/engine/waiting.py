"""Events that may come: arming them, finding who waits, and what happens when one comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from workflows.engine.core import WAITING, Element, Frame, Token, Waiting
from workflows.engine.due import NoTime, first_due, next_due, stamp
from workflows.engine.effects import Incident
from workflows.engine.errors import BadValue, CannotEvaluate, Phrase
from workflows.engine.machine import Machine
from workflows.engine.plan import Trigger
from workflows.engine.variables import evaluate, holds, write

CATCHABLE: Final = frozenset({"message", "signal", "timer", "conditional"})
UNKNOWN: Final = 2
#: What rows hold of an event that is waited for.
MOST_NAME: Final = 200
MOST_KEY: Final = 500
LONG_NAME: Final = Phrase(
    f"消息或信号的名称超过 {MOST_NAME} 个字符",
    f"the name of a message or signal has more than {MOST_NAME} characters",
)
LONG_KEY: Final = Phrase(
    f"关联值超过 {MOST_KEY} 个字符", f"the correlation key has more than {MOST_KEY} characters"
)


def arm(element: Element, frame: Frame, owner: Token | None) -> None:
    """Let a token, or with no owner the frame, wait for this element's events."""
    for index, trigger in enumerate(element.triggers):
        if trigger.kind in CATCHABLE:
            _arm_one(element, index, trigger, frame, owner)


def _arm_one(element: Element, index: int, trigger: Trigger, frame: Frame, owner: Token | None) -> None:
    machine = frame.machine
    wait = Waiting(index)
    if trigger.kind == "timer":
        wait.due, wait.left, period = _times(element, trigger, frame, owner)
        hangs_on = owner is None or owner.element is not element
        if period is not None and hangs_on and _is_after_end(wait.due, element, trigger, frame, owner):
            return
    elif trigger.kind == "conditional":
        machine.changed = True
    if trigger.correlation is not None:
        wait.correlation = _bounded(
            str(evaluate(trigger.correlation, frame, owner, at=element)), element, MOST_KEY, LONG_KEY
        )
    if trigger.name is not None:
        wait.name = event_name(trigger, frame, owner, at=element)
    token = machine.token(element, frame, owner=owner)
    token.wait, token.state = wait, WAITING
    if wait.due is not None and wait.due <= stamp(machine.now):
        machine.fresh.append(token)


def _times(
    element: Element, trigger: Trigger, frame: Frame, owner: Token | None
) -> tuple[int, int | None, str | None]:
    value = trigger.text
    if trigger.expression is not None:
        value = evaluate(trigger.expression, frame, owner, at=element)
    try:
        return first_due(value, now=frame.machine.now)
    except NoTime as error:
        raise BadValue(element=element.node.name or element.node.id, what=error.phrase) from error


def event_name(trigger: Trigger, frame: Frame, token: Token | None, *, at: Element) -> str:
    """What a message or signal is called, where it is computed from the variables of the moment."""
    if trigger.name is None:
        return trigger.ref or ""
    return _bounded(str(evaluate(trigger.name, frame, token, at=at)), at, MOST_NAME, LONG_NAME)


def _bounded(text: str, at: Element, most: int, what: Phrase) -> str:
    if len(text) > most:
        raise BadValue(element=at.node.name or at.node.id, what=what)
    return text


def _is_after_end(due: int, element: Element, trigger: Trigger, frame: Frame, owner: Token | None) -> bool:
    """Whether a cycle has an end and this is behind it."""
    if trigger.until is None:
        return False
    try:
        end, _, _ = first_due(evaluate(trigger.until, frame, owner, at=element), now=frame.machine.now)
    except NoTime as error:
        raise BadValue(element=element.node.name or element.node.id, what=error.phrase) from error
    return due > end


def come(wait: Token, payload: Mapping[str, Any] | None = None) -> None:
    """The event a token waits for has come."""
    element, frame, owner = wait.element, wait.frame, wait.owner
    if payload:
        write(frame, owner, payload)
    if element.node.parallel_multiple and _others_missing(wait):
        frame.remove(wait)
        return
    element.heard(wait)


def _others_missing(wait: Token) -> bool:
    """Whether other events of the same element must come too."""
    siblings = wait.owner.waits if wait.owner is not None else wait.frame.listeners()
    return any(other.element is wait.element and other is not wait for other in siblings)


def again(wait: Token) -> None:
    """A non-interrupting event has happened: wait on; a timer only as often as its cycle says."""
    element, frame, owner = wait.element, wait.frame, wait.owner
    if element.node.parallel_multiple:
        frame.remove(wait)
        arm(element, frame, owner)
        return
    assert wait.wait is not None
    trigger = element.triggers[wait.wait.index]
    if trigger.kind == "conditional":
        wait.wait.seen = 1
    elif trigger.kind == "timer" and not _wind(wait, trigger, frame, owner):
        frame.remove(wait)


def _wind(wait: Token, trigger: Trigger, frame: Frame, owner: Token | None) -> bool:
    """Set a cycle to its next firing. False: it has had its last."""
    waiting = wait.wait
    assert waiting is not None
    assert waiting.due is not None
    _, _, period = _times(wait.element, trigger, frame, owner)
    if period is None or waiting.left == 0:
        return False
    following, left = next_due(waiting.due, waiting.left, period=period, now=frame.machine.now)
    if following is None or _is_after_end(following, wait.element, trigger, frame, owner):
        return False
    waiting.due, waiting.left = following, left
    return True


def receivers(machine: Machine, kind: str, name: str) -> list[Token]:
    """Who waits for this message or signal, the longest waiting first."""
    return [wait for wait in machine.waiting() if trigger_of(wait).kind == kind and waits_for(wait) == name]


def waits_for(wait: Token) -> str | None:
    """The name of the message or signal."""
    assert wait.wait is not None
    return wait.wait.name if wait.wait.name is not None else trigger_of(wait).ref


def trigger_of(wait: Token) -> Trigger:
    """The event definition that a wait is for."""
    assert wait.wait is not None
    return wait.element.triggers[wait.wait.index]


def broadcast(machine: Machine, name: str, payload: Mapping[str, Any] | None = None) -> tuple[int, ...]:
    """Everybody who waits for a signal at this moment hears it once."""
    heard = []
    for wait in receivers(machine, "signal", name):
        if machine.is_alive(wait):
            heard.append(wait.id)
            come(wait, payload)
    return tuple(heard)


def fire_fresh(machine: Machine) -> bool:
    """Timers that were due already when they were set."""
    while machine.fresh:
        wait = machine.fresh.pop(0)
        if machine.is_alive(wait):
            come(wait)
            return True
    return False


def ask_conditions(machine: Machine) -> bool:
    """Conditional events come when their condition turns true; asked only after variables changed."""
    if not machine.changed:
        return False
    machine.changed = False
    turned = [
        wait for wait in machine.waiting() if trigger_of(wait).kind == "conditional" and _turns_true(wait)
    ]
    for wait in turned:
        if machine.is_alive(wait):
            come(wait)
    return bool(turned)


def _turns_true(wait: Token) -> bool:
    assert wait.wait is not None
    before, wait.wait.seen = wait.wait.seen, _answer(wait, trigger_of(wait))
    return wait.wait.seen == 1 and before != 1


def _answer(wait: Token, trigger: Trigger) -> int:
    """An unknown name must not stop the case; it is told once and counts as not true."""
    assert trigger.expression is not None
    assert wait.wait is not None
    try:
        return int(holds(trigger.expression, wait.frame, wait.owner, at=wait.element))
    except CannotEvaluate as error:
        if wait.wait.seen != UNKNOWN:
            params = {"text": trigger.expression.source, "error": error.error}
            incident = Incident(token=wait.id, element=wait.element.node.id, kind="condition", params=params)
            wait.frame.machine.effects.append(incident)
        return UNKNOWN
