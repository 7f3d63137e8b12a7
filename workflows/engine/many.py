"""Loops and multi-instance: a frame between the host and its instances."""

from __future__ import annotations

from typing import Any, Final, Literal

from workflows.bpmn.model import Loop
from workflows.engine import polls
from workflows.engine.core import Frame, Token
from workflows.engine.errors import BadValue, Phrase
from workflows.engine.plan import LoopPlan
from workflows.engine.variables import counters, evaluate, holds, storable, write

Place = Literal["last", "next", "before"]

OPEN: Final = -1
NO_LIST = Phrase("多实例需要一个列表", "the multi-instance needs a list")
NO_COUNT = Phrase("多实例需要一个不小于零的整数", "the multi-instance needs a whole number from zero up")


def begin(host: Token, plan: LoopPlan) -> bool:
    """Open the instances. True: there are none to wait for."""
    machine, loop = host.frame.machine, plan.loop
    items, total = _extent(host, plan)
    if total == 0 or not _begins(host, plan):
        _give_outputs(host, loop, [])
        if plan.poll is not None:
            polls.nobody_asked(host, plan.poll)
        return True
    frame = machine.open_frame(host, kind="many", region=None)
    frame.count = [total, 0, 0]
    frame.outputs = {} if plan.output is not None else None
    if loop.kind == "sequential" and items is not None:
        frame.items = items
    for n in range(total if loop.kind == "parallel" else 1):
        _instance(frame, plan, items[n] if items is not None else None)
    if plan.poll is not None:
        polls.open_poll(host, plan.poll)
        polls.count(frame, plan.poll)
    return False


def _begins(host: Token, plan: LoopPlan) -> bool:
    """A standard loop that tests before its first round may have none."""
    if plan.loop.kind != "standard" or not plan.loop.tests_before or plan.condition is None:
        return True
    return holds(plan.condition, host.frame, host, at=host.element, over={"loopCounter": 0})


def _extent(host: Token, plan: LoopPlan) -> tuple[list[Any] | None, int]:
    """The items, if there are any, and how many instances there will be at most."""
    loop, element = plan.loop, host.element
    if loop.kind == "standard":
        maximum = int(loop.maximum) if loop.maximum and loop.maximum.isdigit() else OPEN
        return None, 1 if maximum == OPEN and plan.condition is None else maximum
    if plan.collection is not None:
        items = evaluate(plan.collection, host.frame, host, at=element)
        if not isinstance(items, list | tuple):
            raise BadValue(element=element.node.name or element.node.id, what=NO_LIST)
        return list(storable(items, at=element, text=plan.collection.source)), len(items)
    assert plan.cardinality is not None
    count = evaluate(plan.cardinality, host.frame, host, at=element)
    if isinstance(count, float) and count.is_integer():
        count = int(count)
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise BadValue(element=element.node.name or element.node.id, what=NO_COUNT)
    return None, count


def _instance(frame: Frame, plan: LoopPlan, item: Any) -> Token:
    machine, host, loop = frame.machine, frame.host, plan.loop
    assert host is not None
    token = machine.token(host.element, frame)
    token.local = {**dict.fromkeys(plan.own), "loopCounter": frame.count[2]}
    if plan.poll is not None:
        token.local["voteRound"] = host.id
    if loop.index:
        token.local[loop.index] = frame.count[2]
    if loop.item:
        token.local[loop.item] = item
    if loop.output and loop.output_item and loop.output_item.isidentifier():
        token.local[loop.output_item] = None
    frame.count[2] += 1
    machine.arrive(token)
    return token


def instance_done(token: Token, plan: LoopPlan) -> None:
    """An instance is through: collect what it gives, then end the loop, open the next, or wait for the others."""
    frame, loop = token.frame, plan.loop
    frame.count[1] += 1
    if frame.outputs is not None and plan.output is not None:
        given = evaluate(plan.output, frame, token, at=token.element)
        assert token.local is not None
        frame.outputs[str(token.local["loopCounter"])] = storable(
            given, at=token.element, text=plan.output.source
        )
    if plan.poll is not None:
        polls.cast(token, plan.poll)
    extra = _outcome(frame, token, loop)
    frame.remove(token)
    _go_on(frame, plan, extra)


def _outcome(frame: Frame, token: Token, loop: Loop) -> dict[str, Any]:
    """What the condition sees of the instance that has just ended, and of the outputs so far."""
    seen = dict(token.local or {})
    if loop.output and frame.outputs is not None:
        seen[loop.output] = collected(frame)
    return seen


def _go_on(frame: Frame, plan: LoopPlan, extra: dict[str, Any]) -> None:
    reached = polls.count(frame, plan.poll) if plan.poll is not None else None
    fixed = plan.poll is not None and reached is not None and polls.is_fixed(plan.poll, reached)
    if fixed or _is_over(frame, plan, extra):
        if plan.poll is not None and reached is not None:
            polls.close(frame, plan.poll, reached)
        end(frame, plan.loop)
    elif plan.loop.kind != "parallel" and not frame.tokens():
        _instance(frame, plan, frame.items[frame.count[2]] if frame.items is not None else None)


def _is_over(frame: Frame, plan: LoopPlan, extra: dict[str, Any]) -> bool:
    """By its condition, or because all are through and none is left to begin."""
    loop, host = plan.loop, frame.host
    assert host is not None
    total, done, started = frame.count
    met = plan.condition is not None and holds(
        plan.condition, host.frame, host, at=host.element, over={**extra, **counters(frame)}
    )
    if loop.kind == "standard":
        return (total != OPEN and done >= total) or (plan.condition is not None and not met)
    return met or (not frame.tokens() and (loop.kind == "parallel" or done >= total or started >= total))


def end(frame: Frame, loop: Loop) -> None:
    """The loop is over: stop what still runs, hand the outputs out, go on behind the host."""
    machine, host = frame.machine, frame.host
    assert host is not None
    outputs = collected(frame)
    machine.empty(frame)
    if frame.outputs is not None:
        _give_outputs(host, loop, outputs)
    machine.close_if_empty(frame)


def collected(frame: Frame) -> list[Any]:
    """The outputs of the finished instances, in the order of the instances."""
    outputs = frame.outputs or {}
    return [outputs[n] for n in sorted(outputs, key=int)]


def _give_outputs(host: Token, loop: Loop, outputs: list[Any]) -> None:
    if loop.output:
        write(host.frame, host, {loop.output: outputs})


def add_instance(frame: Frame, plan: LoopPlan, item: Any, *, place: Place = "last") -> Token | None:
    """One more instance of a running multi-instance (加签). None: a sequential one will come to it in its turn.

    Beside parallel instances there is no order. In a sequence it comes last, next, or before the one at work, whose
    turn then comes after it.
    """
    added = _added(frame, plan, item, place)
    if plan.poll is not None:
        polls.count(frame, plan.poll)
    return added


def _added(frame: Frame, plan: LoopPlan, item: Any, place: Place) -> Token | None:
    frame.count[0] += 1
    if plan.loop.kind == "parallel":
        return _instance(frame, plan, item)
    at = {"last": frame.count[0] - 1, "next": frame.count[2], "before": frame.count[2] - 1}[place]
    if frame.items is not None:
        frame.items.insert(at, item)
    if place != "before":
        return None
    for standing in frame.tokens():
        frame.remove(standing)
    frame.count[2] = at
    return _instance(frame, plan, item)


def remove_instance(token: Token, plan: LoopPlan) -> None:
    """One instance less (减签): it neither counts nor gives anything; the others may now be enough."""
    frame = token.frame
    frame.count[0] -= 1
    if plan.loop.kind == "sequential":
        _forget_position(frame, token)
    frame.remove(token)
    extra: dict[str, Any] = {"loopCounter": frame.count[1]}
    if plan.loop.output:
        extra[plan.loop.output] = collected(frame)
    _go_on(frame, plan, extra)


def _forget_position(frame: Frame, token: Token) -> None:
    """The items that come later move up by one."""
    frame.count[2] -= 1
    if frame.items is not None and token.local is not None:
        del frame.items[token.local["loopCounter"]]
