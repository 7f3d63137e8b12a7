"""Errors and escalations: one walk outward from where they are thrown to the first that catches them."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.engine.core import FAILED, Element, Frame, Token
from workflows.engine.effects import Incident
from workflows.engine.variables import write
from workflows.engine.waiting import again, arm

#: Caught by stopping what threw it, whatever the diagram says.
ALWAYS_INTERRUPTING = frozenset({"error", "cancel"})


def raise_error(token: Token, code: str | None, message: str = "") -> None:
    """An error ends the scope that catches it. Uncaught, the token stands still as an incident."""
    if not throw_outward(token, "error", code, message):
        token.state = FAILED
        token.mark = {"error": code, "message": message}
        params = {"code": code or "", "message": message}
        incident = Incident(token=token.id, element=token.element.node.id, kind="error", params=params)
        token.frame.machine.effects.append(incident)


def throw_outward(token: Token, kind: str, code: str | None, message: str = "") -> bool:
    """Find the innermost catcher around a token and let it catch. False: nobody does.

    At each level the boundary events of the activity come first, then the event sub-processes of the scope it stands in.
    What stands in an event sub-process isn't caught by its neighbours: they guard the scope, not each other.
    """
    place: Token | None = token
    left: list[Frame] = []
    while place is not None:
        frame = place.frame
        boundary = None if frame.kind == "many" else _match(place.element.boundaries, kind, code)
        if boundary is not None:
            _leave(left, kind)
            _note(boundary, kind, frame, code, message)
            start_boundary(boundary, host=place)
            return True
        guarded = frame.region is not None and not place.element.node.is_event_scope
        start = _match(frame.region.listeners, kind, code) if guarded and frame.region else None
        if start is not None:
            _leave(left, kind)
            _note(start, kind, frame, code, message)
            start_event_scope(start, frame=frame)
            return True
        left.append(frame)
        place = frame.host
    return False


def _leave(frames: list[Frame], kind: str) -> None:
    """An error ends the frames it goes through, the innermost first; an escalation may let them live."""
    for frame in frames if kind == "error" else ():
        if frame.host is not None:
            frame.host.element.broken_off(frame.host, frame)


def _note(catcher: Element, kind: str, frame: Frame, code: str | None, message: str) -> None:
    """Put what was caught into the variables that the catching event names for it."""
    for trigger in catcher.triggers:
        if trigger.kind == kind:
            named = ((trigger.code_into, code), (trigger.message_into, message or None))
            write(frame, None, {name: value for name, value in named if name})


def _match(elements: Iterable[Element], kind: str, code: str | None) -> Element | None:
    """The element that catches this code; one that names it goes before one that catches all."""
    exact = catch_all = None
    for element in elements:
        for trigger in element.triggers:
            if trigger.kind == kind and trigger.ref == code and code is not None:
                exact = exact or element
            elif trigger.kind == kind and not trigger.ref:
                catch_all = catch_all or element
    return exact or catch_all


def start_boundary(boundary: Element, *, host: Token, wait: Token | None = None) -> None:
    """The path of a boundary event begins; an interrupting one ends its host."""
    frame, machine = host.frame, host.frame.machine
    token = machine.token(boundary, frame)
    if interrupts(boundary):
        frame.remove(host)
    elif wait is not None:
        again(wait)
    machine.arrive(token)


def interrupts(event: Element) -> bool:
    """Whether an event ends what it is attached to or guards."""
    return event.node.interrupting or any(trigger.kind in ALWAYS_INTERRUPTING for trigger in event.triggers)


def start_event_scope(start: Element, *, frame: Frame, wait: Token | None = None) -> None:
    """An event sub-process begins; an interrupting one ends everything else in its scope."""
    machine = frame.machine
    host = start.region.host
    assert host is not None
    token = machine.token(host, frame)
    if interrupts(start):
        machine.empty(frame, but=token)
    elif wait is not None:
        again(wait)
    machine.arrive(token)


def listen(frame: Frame) -> None:
    """Let a scope wait for the events of its event sub-processes."""
    assert frame.region is not None
    for start in frame.region.listeners:
        arm(start, frame, None)
