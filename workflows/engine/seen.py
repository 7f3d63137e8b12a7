"""What is seen of a run from outside: open steps, waits, what stands still."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.engine import due, errands
from workflows.engine.activities import HumanStep, MachineStep
from workflows.engine.core import READY, STARTED, Token
from workflows.engine.waiting import trigger_of, waits_for


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenStep:
    """Something a person or a machine has to complete. `instance` lies over the case's variables for this step alone.

    `posts` are those it was given to by hand, None where the diagram says. `asked` are those whom it has asked to sign
    or do it and who have not; `is_held_up`: it can't end before they have.
    """

    token: int
    element: str
    name: str
    kind: str
    lane: str | None = None
    instance: Mapping[str, Any] = field(default_factory=dict)
    operation: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    posts: tuple[str, ...] | None = None
    is_held_up: bool = False
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """An event the run waits for. `boundary` is true for what hangs on an activity or guards a scope."""

    token: int
    element: str
    name: str
    kind: str
    due_at: dt.datetime | None = None
    event: str | None = None
    correlation: str | None = None
    boundary: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Instances:
    """A running multi-instance: how many there will be and are through, what holds each one's item, what stands now."""

    sequential: bool
    item: str
    total: int
    done: int
    tokens: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stopped:
    """A token that stands still until a person decides: retry it, move it, or cancel the run."""

    token: int
    element: str
    name: str
    error: str
    message: str


def is_step(token: Token) -> bool:
    """Whether somebody outside has to complete it."""
    if token.wait is not None:
        return False
    if token.state == READY:
        return token.element.rests(token)
    return token.state == STARTED and isinstance(token.element, MachineStep) and token.inner is None


def step_of(token: Token) -> OpenStep:
    """A token that is a step, as a step."""
    node = token.element.node
    human = isinstance(token.element, HumanStep)
    return OpenStep(
        token=token.id,
        element=node.id,
        name=errands.name_of(token),
        kind="human" if human else "machine",
        lane=node.lane,
        instance=errands.variables_of(token),
        operation=None if human else node.settings.get("operation"),
        settings=errands.settings_of(token),
        path=_path(token),
        posts=errands.posts_of(token),
        is_held_up=errands.holds_up(token),
        asked=errands.asked(token),
    )


def _path(token: Token) -> tuple[str, ...]:
    """The activities that hold the token, from the outermost in."""
    hosts: list[str] = []
    host = token.frame.host
    while host is not None:
        if not hosts or hosts[-1] != host.element.node.id:
            hosts.append(host.element.node.id)
        host = host.frame.host
    return tuple(reversed([id for id in hosts if id != token.element.node.id]))


def wait_of(token: Token) -> Wait:
    """A token that waits, as a wait."""
    trigger, wait, node = trigger_of(token), token.wait, token.element.node
    assert wait is not None
    return Wait(
        token=token.id,
        element=node.id,
        name=node.name,
        kind=trigger.kind,
        due_at=None if wait.due is None else due.moment(wait.due),
        event=waits_for(token),
        correlation=wait.correlation,
        boundary=token.owner is None or node.kind == "boundaryEvent",
    )


def stop_of(token: Token) -> Stopped:
    """A token that has failed, and with which error."""
    mark, node = token.mark or {}, token.element.node
    return Stopped(
        token=token.id,
        element=node.id,
        name=node.name,
        error=mark.get("error") or "",
        message=mark.get("message") or "",
    )
