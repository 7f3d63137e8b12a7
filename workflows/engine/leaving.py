"""How a token goes on from an element: which flows it takes, and what its scope makes of it."""

from __future__ import annotations

from workflows.engine.core import Element, Frame, Token
from workflows.engine.errors import NoWayOut
from workflows.engine.machine import Machine
from workflows.engine.plan import Arc
from workflows.engine.variables import holds


def go_on(token: Token, arcs: tuple[Arc, ...]) -> None:
    """The token goes; one new token takes each of these flows."""
    frame, machine = token.frame, token.frame.machine
    frame.remove(token)
    for arc in arcs:
        machine.passed(arc.id)
        machine.place(arc.target, frame, via=arc.id)
    if frame.region is not None and frame.region.completion is not None:
        _ask_ad_hoc(machine, frame)
    machine.close_if_empty(frame)


def _ask_ad_hoc(machine: Machine, frame: Frame) -> None:
    """An ad-hoc sub-process may be complete after each of its activities."""
    region = frame.region
    assert region is not None
    assert region.completion is not None
    assert region.host is not None
    if not frame.has_tokens() and not frame.todo:
        return
    active = {"numberOfActiveInstances": len(frame.tokens())}
    if holds(region.completion, frame, None, at=region.host, over=active):
        frame.todo = []
        if region.cancels_rest:
            machine.empty(frame)


def unconditional(element: Element) -> tuple[Arc, ...]:
    """Every flow, the default among them."""
    return (*element.flows, element.default) if element.default else element.flows


def true_or_default(token: Token) -> tuple[Arc, ...]:
    """Flows without a condition, those whose condition is true, and the default when no condition was true."""
    element = token.element
    taken = [arc for arc in element.flows if arc.condition is None or _is_true(arc, token)]
    if element.default is not None and not any(arc.condition is not None for arc in taken):
        taken.append(element.default)
    if not taken and element.flows:
        raise NoWayOut(element=element.node.name or element.node.id)
    return tuple(taken)


def first_true(token: Token) -> tuple[Arc, ...]:
    """The first flow in document order whose condition is true or missing, else the default."""
    element = token.element
    for arc in element.flows:
        if arc.condition is None or _is_true(arc, token):
            return (arc,)
    if element.default is not None:
        return (element.default,)
    if element.flows:
        raise NoWayOut(element=element.node.name or element.node.id)
    return ()


def all_true(token: Token) -> tuple[Arc, ...]:
    """Every flow whose condition is true or missing, in document order; the default when there is none."""
    element = token.element
    taken = tuple(arc for arc in element.flows if arc.condition is None or _is_true(arc, token))
    if taken or (element.default is None and not element.flows):
        return taken
    if element.default is None:
        raise NoWayOut(element=element.node.name or element.node.id)
    return (element.default,)


def _is_true(arc: Arc, token: Token) -> bool:
    assert arc.condition is not None
    return holds(arc.condition, token.frame, token, at=token.element)
