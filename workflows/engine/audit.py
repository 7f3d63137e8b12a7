"""What must be true of every stored run. Used by tests, scenarios and the command that examines stored runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from workflows.engine import state
from workflows.engine.core import FAILED, READY, STARTED, WAITING, Token
from workflows.engine.machine import Machine
from workflows.engine.plan import Plan
from workflows.engine.run import IDLE


def faults(plan: Plan, text: str, *, data: Mapping[str, Any], now: dt.datetime) -> list[str]:
    """Every broken invariant in words; empty when all hold."""
    machine = Machine(plan, data=dict(data), now=now, calendar=None, idle=IDLE)
    state.restore(machine, text)
    found = list(_faults(machine))
    if state.dump(machine) != text:
        found.append("loading and saving changes the state")
    return found


def _faults(machine: Machine) -> Iterator[str]:
    for token in machine.tokens.values():
        where = f"token {token.id} at {token.element.node.id}"
        if token.id > machine.last:
            yield f"{where} is newer than the counter"
        if token.frame.id not in machine.frames:
            yield f"{where} stands in no frame"
        if token.wait is not None:
            if token.owner is not None and token.owner.id not in machine.tokens:
                yield f"{where} waits for nobody"
        elif token.state not in (WAITING, READY, STARTED, FAILED):
            yield f"{where} is moving"
        elif token.state == READY and not token.element.rests(token):
            yield f"{where} is ready and nobody moves it"
        elif _holds_nothing(token):
            yield f"{where} is held by nothing"
    for frame in machine.frames.values():
        if frame.host is not None and frame.host.id not in machine.tokens:
            yield f"frame {frame.id} has no host"
        if not frame.has_tokens():
            yield f"frame {frame.id} is empty"
    if not machine.tokens and machine.frames:
        yield "an ended run has frames"


def _holds_nothing(token: Token) -> bool:
    """A waiting token waits at a join or for an event of its own."""
    is_join = len(token.element.incoming) > 1 and token.via is not None
    return token.state == WAITING and not is_join and not any(True for _ in token.waits)
