"""Gateways. A join's arrivals wait as tokens of their own, each with the flow it came by; a pass uses up one of each."""

from __future__ import annotations

from workflows.engine.core import STARTED, WAITING, Element, Frame, Token
from workflows.engine.leaving import all_true, first_true, go_on, unconditional
from workflows.engine.machine import Machine
from workflows.engine.waiting import arm


class Exclusive(Element):
    def leave(self, token: Token) -> None:
        go_on(token, first_true(token))


class Parallel(Element):
    def arrive(self, token: Token) -> bool:
        if len(self.incoming) < 2 or token.via is None:
            return True
        token.state = WAITING
        arrived = arrivals(token)
        if len(arrived) < len(self.incoming):
            return False
        for other in arrived.values():
            if other is not token:
                token.frame.remove(other)
        return True

    def leave(self, token: Token) -> None:
        go_on(token, unconditional(self))


class Inclusive(Element):
    def arrive(self, token: Token) -> bool:
        return len(self.incoming) < 2 or token.via is None

    def leave(self, token: Token) -> None:
        go_on(token, all_true(token))


class EventGateway(Element):
    """Waits for the events of all its targets; the first that comes decides."""

    def arrive(self, token: Token) -> bool:
        for arc in self.flows:
            arm(arc.target, token.frame, token)
        return False

    def leave(self, token: Token) -> None:
        go_on(token, ())


def arrivals(token: Token) -> dict[str, Token]:
    """The oldest token on each incoming flow of the join this token has come to."""
    found: dict[str, Token] = {}
    for other in token.frame.tokens():
        if other.element is token.element and other.state == WAITING and other.via is not None:
            found.setdefault(other.via, other)
    return found


def ask_inclusive_joins(machine: Machine) -> bool:
    """Once nothing else moves: let one inclusive join go on to which nothing more can come."""
    for token in list(machine.standing()):
        if token.state == WAITING and isinstance(token.element, Inclusive):
            arrived = arrivals(token)
            if not _may_still_come(token, arrived):
                _join(token, arrived)
                return True
    return False


def _may_still_come(token: Token, arrived: dict[str, Token]) -> bool:
    """Whether another token of this frame can reach an empty incoming flow.

    `upstream` leaves out paths through the join itself and through the split that opens its block: what comes that way
    belongs to another round. A token that waits at another inclusive join and would come by a flow that has its arrival
    already is not waited for, or two joins could wait for each other for ever.
    """
    upstream = token.element.upstream
    missing = [nodes for flow, nodes in upstream.items() if flow not in arrived]
    served = [nodes for flow, nodes in upstream.items() if flow in arrived]
    return any(
        _can_reach(other, missing, served)
        for other in token.frame.tokens()
        if other.element is not token.element
    )


def _can_reach(other: Token, missing: list[frozenset[str]], served: list[frozenset[str]]) -> bool:
    id = other.element.node.id
    if not any(id in nodes for nodes in missing):
        return False
    joins = isinstance(other.element, Inclusive) and other.state == WAITING
    return not (joins and any(id in nodes for nodes in served))


def _join(token: Token, arrived: dict[str, Token]) -> None:
    frame: Frame = token.frame
    for other in arrived.values():
        if other is not token:
            frame.remove(other)
    token.state = STARTED
    token.complete()
