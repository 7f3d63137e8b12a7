"""Start, catching, boundary, throwing and end events."""

from __future__ import annotations

from typing import Final

from workflows.bpmn.model import ALL_INSTANCES, EVERYTHING
from workflows.engine import many
from workflows.engine.core import STARTED, Element, Token
from workflows.engine.effects import MessageSent, SignalSent
from workflows.engine.leaving import go_on, true_or_default
from workflows.engine.plan import Trigger
from workflows.engine.throwing import raise_error, start_boundary, start_event_scope, throw_outward
from workflows.engine.undoing import cancel_transaction, compensate, transaction_undone
from workflows.engine.variables import evaluate, storable
from workflows.engine.waiting import CATCHABLE, arm, broadcast, event_name

#: What a throwing event with several definitions does first: what may end or hold up the thrower comes last.
THROWING_ORDER: Final = (
    "link", "message", "signal", "escalation", "compensate", "error", "cancel", "terminate",
)  # fmt: skip


class Catch(Element):
    """An intermediate catching event, waiting for itself or as the target of an event gateway."""

    def arrive(self, token: Token) -> bool:
        if not any(trigger.kind in CATCHABLE for trigger in self.triggers):
            return True
        arm(self, token.frame, token)
        return False

    def heard(self, wait: Token) -> None:
        caught(wait).complete()

    def leave(self, token: Token) -> None:
        go_on(token, true_or_default(token))


class Start(Element):
    """A start event. In an event sub-process it has been heard before it is reached; in a call nobody need be heard."""

    def arrive(self, token: Token) -> bool:
        if token.frame.kind in ("event", "call") or not any(t.kind in CATCHABLE for t in self.triggers):
            return True
        arm(self, token.frame, token)
        return False

    def heard(self, wait: Token) -> None:
        if wait.owner is None:
            start_event_scope(self, frame=wait.frame, wait=wait)
            return
        token = caught(wait)
        for other in token.frame.tokens():
            if other is not token and isinstance(other.element, Start):
                token.frame.remove(other)  # one event starts the process; the others would start another
        token.complete()

    def leave(self, token: Token) -> None:
        go_on(token, true_or_default(token))


class Boundary(Element):
    """An event on the border of an activity; its waits hang on the activity's token."""

    def heard(self, wait: Token) -> None:
        assert wait.owner is not None
        start_boundary(self, host=wait.owner, wait=wait)

    def leave(self, token: Token) -> None:
        go_on(token, true_or_default(token))


class Throw(Element):
    """Intermediate throwing and end events."""

    def work(self, token: Token) -> bool:
        for trigger in sorted(self.triggers, key=lambda t: THROWING_ORDER.index(t.kind)):
            if not throw(token, trigger) or not token.frame.machine.is_alive(token):
                return False
        return True

    def leave(self, token: Token) -> None:
        go_on(token, true_or_default(token))

    def undone(self, token: Token) -> None:
        mark = token.mark or {}
        if mark.get("cancels"):
            transaction_undone(token)
        elif mark.get("ghost"):
            go_on(token, ())
        else:
            token.complete()


def caught(wait: Token) -> Token:
    """The token that goes on from the event: the waiting one, or for an event gateway a new one at the chosen event."""
    element, frame, owner = wait.element, wait.frame, wait.owner
    assert owner is not None
    if owner.element is element:
        owner.state = STARTED
        return owner
    machine = frame.machine
    token = machine.token(element, frame)
    for arc in owner.element.flows:
        if arc.target is element:
            machine.passed(arc.id)
            break
    machine.passed(element.node.id)
    frame.remove(owner)
    token.state = STARTED
    return token


def send(token: Token, name: str, trigger: Trigger | None = None) -> None:
    """A message leaves the run; what it carries are the inputs mapped at the element."""
    frame, element = token.frame, token.element
    correlation = None
    if trigger is not None and trigger.correlation is not None:
        correlation = str(evaluate(trigger.correlation, frame, token, at=element))
    payload = {
        target: storable(evaluate(source, frame, token, at=element), at=element, text=source.source)
        for target, source in element.takes
    }
    frame.machine.effects.append(MessageSent(name=name, correlation=correlation, payload=payload))


def _terminate(token: Token, what: str | None) -> None:
    """End the scope; vendors also know the whole run, and all instances of the multi-instance around."""
    machine = token.frame.machine
    if what == EVERYTHING:
        machine.end()
        return
    host = token.frame.host
    while what == ALL_INSTANCES and host is not None:
        loop = host.element.loop
        if host.frame.kind == "many" and loop is not None:
            many.end(host.frame, loop.loop)
            return
        host = host.frame.host
    machine.empty(token.frame, but=token)


def throw(token: Token, trigger: Trigger) -> bool:
    """True: the thrower goes on."""
    machine = token.frame.machine
    match trigger.kind:
        case "message":
            send(token, event_name(trigger, token.frame, token, at=token.element), trigger)
        case "signal":
            name = event_name(trigger, token.frame, token, at=token.element)
            machine.effects.append(SignalSent(name=name))
            broadcast(machine, name)
        case "escalation":
            throw_outward(token, "escalation", trigger.ref)
        case "compensate":
            return compensate(token, trigger.ref, waits=trigger.waits)
        case "error":
            raise_error(token, trigger.ref)
            return False
        case "cancel":
            cancel_transaction(token)
            return False
        case "terminate":
            _terminate(token, trigger.ref)
        case _:
            pass
    return True
