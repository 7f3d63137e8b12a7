"""Gateways. A join's arrivals wait as tokens of their own, each with the flow it came by; a pass uses up one of each."""

from __future__ import annotations

from workflows.engine.core import STARTED, WAITING, Element, Token
from workflows.engine.leaving import all_true, first_true, go_on, unconditional
from workflows.engine.machine import Machine
from workflows.engine.waiting import arm


class Exclusive(Element):
    """Takes the first flow that is true; joins nothing."""

    def leave(self, token: Token) -> None:
        go_on(token, first_true(token))


class Parallel(Element):
    """Takes every flow; waits for one token on each incoming flow."""

    @property
    def joins(self) -> bool:
        return len(self.incoming) > 1

    def arrive(self, token: Token) -> bool:
        if not self.joins or token.via is None:
            return True
        token.state = WAITING
        arrived = arrivals(token)
        if len(arrived) < len(self.incoming):
            return False
        for other in arrived.values():
            if other is not token:
                token.frame.remove(other)
        token.frame.machine.passed(self.node.id)
        return True

    def leave(self, token: Token) -> None:
        go_on(token, unconditional(self))


class Inclusive(Element):
    """Takes every flow that is true; waits while a token of the same round can still come."""

    @property
    def joins(self) -> bool:
        return len(self.incoming) > 1

    def arrive(self, token: Token) -> bool:
        return not self.joins or token.via is None

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
    waiting = [t for t in machine.standing() if t.state == WAITING and isinstance(t.element, Inclusive)]
    if not waiting:
        return False
    blockers = {token.id: _may_still_come(token) for token in waiting}
    free = next((token for token in waiting if not blockers[token.id]), None) or _in_a_circle(
        waiting, blockers
    )
    if free is not None:
        _join(free)
    return free is not None


def _may_still_come(token: Token) -> list[Token]:
    """The other tokens of this frame that can reach an empty incoming flow.

    `upstream` leaves out paths through the join itself and through the split that opens its block: what comes that way
    belongs to another round. A token that waits at another inclusive join and would come by a flow that has its arrival
    already is not waited for.
    """
    upstream, arrived = token.element.upstream, arrivals(token)
    missing = [nodes for flow, nodes in upstream.items() if flow not in arrived]
    served = [nodes for flow, nodes in upstream.items() if flow in arrived]
    return [
        other
        for other in token.frame.tokens()
        if other.element is not token.element and _can_reach(other, missing, served)
    ]


def _can_reach(other: Token, missing: list[frozenset[str]], served: list[frozenset[str]]) -> bool:
    id = other.element.node.id
    if not any(id in nodes for nodes in missing):
        return False
    joins = isinstance(other.element, Inclusive) and other.state == WAITING
    return not (joins and any(id in nodes for nodes in served))


def _in_a_circle(waiting: list[Token], blockers: dict[int, list[Token]]) -> Token | None:
    """The oldest of the joins that wait for nothing but each other; the standard would let them wait for ever."""
    circle = {token.id for token in waiting}
    while True:
        outside = {id for id in circle if any(other.id not in circle for other in blockers[id])}
        if not outside:
            return next((token for token in waiting if token.id in circle), None)
        circle -= outside


def _join(token: Token) -> None:
    for other in arrivals(token).values():
        if other is not token:
            token.frame.remove(other)
    token.frame.machine.passed(token.element.node.id)
    token.state = STARTED
    token.complete()
