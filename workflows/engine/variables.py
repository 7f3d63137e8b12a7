"""Which variables an expression sees and where a value is written.

There is one set for the case. Over it lie, for what stands inside them, the variables of a called process, of a loop's
instance, and of an activity with inputs of its own. A value goes where its name already lies, else to the outermost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from workflows.engine.core import Element, Frame, Token
from workflows.engine.errors import CannotEvaluate
from workflows.expressions import Expression, ExpressionError, Script, as_json

#: BPMN's names of the counters; who looks at a step from outside gets each number once.
SAID_TWICE: Final = frozenset(
    {
        "numberOfInstances",
        "numberOfCompletedInstances",
        "numberOfActiveInstances",
        "numberOfTerminatedInstances",
    }
)


def seen_from(frame: Frame, token: Token | None = None) -> dict[str, Any]:
    """Everything visible from a token, or from a frame as such. Not to be changed."""
    layers = list(_layers(frame, token, counting=True))
    if len(layers) == 1:
        return layers[0]
    seen: dict[str, Any] = {}
    for layer in reversed(layers):
        seen.update(layer)
    return seen


def instance_of(token: Token) -> dict[str, Any]:
    """What lies over the case's variables for this token, with the live counters of the loops around it."""
    layers = [
        layer for layer in _layers(token.frame, token, counting=True) if layer is not token.frame.machine.data
    ]
    found: dict[str, Any] = {}
    for layer in reversed(layers):
        found.update(layer)
    for name in SAID_TWICE & found.keys():
        del found[name]
    return found


def write(frame: Frame, token: Token | None, values: Mapping[str, Any]) -> None:
    """Each value where its name already lies, else with the case or the call."""
    if not values:
        return
    frame.machine.changed = True
    layers = list(_layers(frame, token, counting=False))
    floor = next((f.own for f in _outward(frame) if f.own is not None), frame.machine.data)
    reachable = layers[: next(i for i, layer in enumerate(layers) if layer is floor) + 1]
    for name, value in values.items():
        home = next((layer for layer in reachable if name in layer), floor)
        home[name] = value


def evaluate(
    expression: Expression,
    frame: Frame,
    token: Token | None,
    *,
    at: Element,
    over: Mapping[str, Any] | None = None,
) -> Any:
    """The value of an expression of this element; `over` lies over all variables. Failures carry the element's name."""
    try:
        machine = frame.machine
        return expression.evaluate(
            {**seen_from(frame, token), **over} if over else seen_from(frame, token),
            now=machine.now,
            calendar=machine.calendar,
        )
    except ExpressionError as error:
        raise failed(expression.source, at, error) from error


def holds(
    expression: Expression,
    frame: Frame,
    token: Token | None,
    *,
    at: Element,
    over: Mapping[str, Any] | None = None,
) -> bool:
    """Whether a condition of this element is true; failures carry its name."""
    try:
        machine = frame.machine
        return expression.holds(
            {**seen_from(frame, token), **over} if over else seen_from(frame, token),
            now=machine.now,
            calendar=machine.calendar,
        )
    except ExpressionError as error:
        raise failed(expression.source, at, error) from error


def give_result(token: Token, values: Mapping[str, Any]) -> None:
    """What an activity yields; one with outputs of its own keeps it to itself and hands out only those."""
    if token.element.gives:
        token.local = {**(token.local or {}), **values}
        token.frame.machine.changed = True
    else:
        write(token.frame, token, values)


def run_script(script: Script, token: Token) -> dict[str, Any]:
    """What a script gives to its variables."""
    machine = token.frame.machine
    try:
        return script.run(seen_from(token.frame, token), now=machine.now, calendar=machine.calendar)
    except ExpressionError as error:
        raise failed(script.source, token.element, error) from error


def storable(value: Any, *, at: Element, text: str) -> Any:
    """A value as JSON has it; failures carry the element's name."""
    try:
        return as_json(value)
    except ExpressionError as error:
        raise failed(text, at, error) from error


def failed(text: str, at: Element, error: ExpressionError) -> CannotEvaluate:
    return CannotEvaluate(element=at.node.name or at.node.id, text=text[:200], error=error)


def counters(frame: Frame) -> dict[str, int]:
    """The live counters of a loop, as its condition and its instances see them: Activiti's names, then BPMN's own."""
    total, done, started = frame.count
    active = frame.instances()
    whole = max(total, 0) if total >= 0 else done + active
    return {
        "nrOfInstances": whole,
        "nrOfCompletedInstances": done,
        "nrOfActiveInstances": active,
        "numberOfInstances": whole,
        "numberOfCompletedInstances": done,
        "numberOfActiveInstances": active,
        "numberOfTerminatedInstances": max(0, started - done - active),
    }


def _layers(frame: Frame, token: Token | None, *, counting: bool) -> Iterator[dict[str, Any]]:
    """Innermost first; the last is the case's own data unless a call is sealed."""
    if token is not None and token.local is not None:
        yield token.local
    for around in _outward(frame):
        if counting and around.kind == "many":
            yield counters(around)
        if around.own is not None:
            yield around.own
            if around.sealed:
                return
        host = around.host
        if host is not None and host.local is not None:
            yield host.local
    yield frame.machine.data


def _outward(frame: Frame) -> Iterator[Frame]:
    around: Frame | None = frame
    while around is not None:
        yield around
        around = around.host.frame if around.host is not None else None
