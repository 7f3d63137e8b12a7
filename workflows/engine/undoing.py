"""Compensation: what has been done is remembered in its scope and undone in reverse order.

A record is [element, handler or None, variables over the case's, records of what lay inside or None].
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflows.engine.core import FAILED, STARTED, Frame, Token
from workflows.engine.effects import Incident
from workflows.engine.throwing import start_boundary

Record = list[Any]


def remember(token: Token) -> None:
    """An activity is done: note in its scope how it can be undone."""
    element = token.element
    inside, token.past = token.past, None
    if element.node.is_event_scope or (element.handler is None and not inside):
        return
    handler = element.handler.node.id if element.handler else None
    scope = _scope_of(token.frame)
    record: Record = [element.node.id, handler, _variables_over(token, scope), None if handler else inside]
    scope.past.append(record)


def _scope_of(frame: Frame) -> Frame:
    """Where a record is kept: with the scope, or while a loop runs with the loop, whose instances belong together."""
    while frame.region is None and frame.kind != "many":
        assert frame.host is not None
        frame = frame.host.frame
    return frame


def _variables_over(token: Token, scope: Frame) -> dict[str, Any] | None:
    """The variables of the instances between a token and its scope."""
    layers = []
    place: Token | None = token
    while place is not None:
        if place.local:
            layers.append(place.local)
        place = place.frame.host if place.frame is not scope else None
    return {name: value for layer in reversed(layers) for name, value in layer.items()} or None


def compensate(token: Token, ref: str | None, *, waits: bool) -> bool:
    """Start all handlers that fit. True: there is nothing to wait for."""
    scope = _thrown_at(token, ref)
    chosen = [record for record in scope.past if ref in (None, record[0])] if scope else []
    if scope is None or not chosen:
        return True
    scope.past = [record for record in scope.past if record not in chosen]
    if waits:
        _undo(token, chosen)
        return False
    machine = token.frame.machine
    ghost = machine.token(token.element, token.frame)
    ghost.mark = {"ghost": True}
    _undo(ghost, chosen)
    return True


def _thrown_at(token: Token, ref: str | None) -> Frame | None:
    """The scope whose past is meant: that of the thrower, or from within an event sub-process the one it guards."""
    frame: Frame | None = token.frame
    while frame is not None:
        records = frame.past
        if any(ref in (None, record[0]) for record in records):
            return frame
        if ref is None and frame.kind in ("sub", "process", "call"):
            return None
        if frame.kind in ("process", "call"):
            return None
        frame = frame.host.frame if frame.host is not None else None
    return None


def _undo(token: Token, records: list[Record]) -> None:
    machine = token.frame.machine
    token.state = STARTED
    frame = machine.open_frame(token, kind="undo", region=None)
    for handler, over, inside in _in_reverse(records, {}):
        undoing = machine.token(frame.spec.elements[handler], frame)
        undoing.local = over or None
        undoing.past = inside
        machine.arrive(undoing)
    machine.close_if_empty(frame)


def _in_reverse(
    records: list[Record], outer: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any], list[Record] | None]]:
    for _, handler, over, inside in reversed(records):
        around = {**outer, **(over or {})}
        if handler is not None:
            yield handler, around, inside
        elif inside:
            yield from _in_reverse(inside, around)


def cancel_transaction(token: Token) -> None:
    """End all work of the transaction, undo what was done in it, then leave by its cancel boundary."""
    machine = token.frame.machine
    frame: Frame | None = token.frame
    while frame is not None and (frame.region is None or frame.region.kind != "transaction"):
        frame = frame.host.frame if frame.host is not None else None
    if frame is None:
        return
    records = frame.past + list(_done_inside(frame))
    frame.past = []
    if frame.host is not None and frame.host.frame.kind == "many":
        records = _stop_siblings(frame.host) + records
    canceller = machine.token(token.element, frame)
    machine.empty(frame, but=canceller)
    canceller.mark = {"cancels": True}
    canceller.state = STARTED
    if records:
        _undo(canceller, records)
    else:
        transaction_undone(canceller)


def _stop_siblings(instance: Token) -> list[Record]:
    """A multi-instance transaction is cancelled as a whole: what its other instances have done is undone too."""
    many = instance.frame
    records, many.past = many.past, []
    for other in many.tokens():
        if other is not instance:
            records += _done_by(other)
            many.remove(other)
    return records


def _done_inside(frame: Frame) -> Iterator[Record]:
    """What has been done in scopes that are still open inside this one."""
    for token in frame.tokens():
        yield from _done_by(token)


def _done_by(token: Token) -> list[Record]:
    if token.inner is None:
        return []
    inside = token.inner.past + list(_done_inside(token.inner))
    return [[token.element.node.id, None, token.local, inside]] if inside else []


def transaction_undone(canceller: Token) -> None:
    """All that was done has been undone: leave the transaction by its cancel boundary."""
    host = canceller.frame.host
    assert host is not None
    while host.frame.kind == "many":
        assert host.frame.host is not None
        host = host.frame.host
    for boundary in host.element.boundaries:
        if any(trigger.kind == "cancel" for trigger in boundary.triggers):
            start_boundary(boundary, host=host)
            return
    canceller.state, canceller.mark = FAILED, {"error": "cancel"}
    incident = Incident(token=canceller.id, element=host.element.node.id, kind="cancel")
    canceller.frame.machine.effects.append(incident)
