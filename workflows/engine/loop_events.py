"""What a multi-instance throws while its instances end: BPMN's `behavior` None, One and Complex. All, the default, throws nothing."""

from __future__ import annotations

from workflows.engine.core import Frame, Token
from workflows.engine.events import throw
from workflows.engine.plan import LoopPlan
from workflows.engine.variables import counters, holds
from workflows.expressions import Expression


def throw_for_instance(token: Token, plan: LoopPlan) -> bool:
    """An instance is through, but not yet gone. False: what was thrown has ended the loop."""
    frame, machine = token.frame, token.frame.machine
    host = frame.host
    assert host is not None
    for event in plan.throws:
        first = frame.count[1] == 0
        if (event.once and not first) or not _fits(event.condition, frame, token):
            continue
        for trigger in event.triggers:
            throw(host, trigger)
            if not machine.is_alive(token):
                return False
    return True


def _fits(condition: Expression | None, frame: Frame, token: Token) -> bool:
    """The condition sees the counters with this instance among those that are through."""
    if condition is None:
        return True
    seen = counters(frame)
    seen["nrOfCompletedInstances"] += 1
    seen["nrOfActiveInstances"] -= 1
    seen["numberOfCompletedInstances"] += 1
    seen["numberOfActiveInstances"] -= 1
    return holds(condition, frame, token, at=token.element, over=seen)
