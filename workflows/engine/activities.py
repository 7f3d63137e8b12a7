"""Activities: steps of people and machines, scripts, decisions, sub-processes and calls."""

from __future__ import annotations

from typing import Any

from workflows.engine import errands, many
from workflows.engine.core import STARTED, Element, Frame, Token
from workflows.engine.effects import Decided
from workflows.engine.errors import BadValue, Phrase
from workflows.engine.events import caught, send
from workflows.engine.leaving import go_on, true_or_default
from workflows.engine.loop_events import throw_for_instance
from workflows.engine.plan import Region
from workflows.engine.throwing import listen
from workflows.engine.undoing import remember
from workflows.engine.variables import evaluate, failed, give_result, run_script, seen_from, storable, write
from workflows.engine.waiting import arm, event_name
from workflows.expressions import Expression, ExpressionError

NOT_THERE = Phrase("被调用的流程不存在", "the called process does not exist")


class Activity(Element):
    """Whatever may have boundary events, loop, take inputs and be compensated."""

    def arrive(self, token: Token) -> bool:
        if token.frame.kind not in ("many", errands.KIND):
            for boundary in self.boundaries:
                arm(boundary, token.frame, token)
        if not self.is_host(token):
            if self.before is not None:
                write(token.frame, token, run_script(self.before, token))
            self.take(token)
        return True

    def is_host(self, token: Token) -> bool:
        """Whether the token holds the instances of a loop rather than being one."""
        return self.loop is not None and token.frame.kind not in ("many", errands.KIND)

    def take(self, token: Token) -> None:
        """Inputs of the activity's own lie over the case's variables for it alone."""
        if self.takes or self.gives:
            taken = {target: _value(source, token) for target, source in self.takes}
            token.local = {**(token.local or {}), **taken}

    def work(self, token: Token) -> bool:
        if self.is_host(token):
            assert self.loop is not None
            token.state = STARTED
            return many.begin(token, self.loop)
        return self.perform(token)

    def perform(self, token: Token) -> bool:
        return True

    def leave(self, token: Token) -> None:
        frame = token.frame
        if frame.kind == errands.KIND:
            self.give(token)
            errands.done(token)
            return
        errands.leave_with(token)
        self.give(token)
        if self.after is not None and not self.is_host(token):
            write(token.frame, token, run_script(self.after, token))
        if not self.is_host(token):
            remember(token)
        if frame.kind == "many":
            assert self.loop is not None
            if throw_for_instance(token, self.loop):
                many.instance_done(token, self.loop)
        elif frame.kind == "undo" or self.node.is_event_scope:
            go_on(token, ())
        else:
            go_on(token, true_or_default(token))

    def give(self, token: Token) -> None:
        """With outputs of its own, only these leave the activity."""
        if self.gives and not self.is_host(token):
            given = {target: _value(source, token) for target, source in self.gives}
            write(token.frame, None, given)


class HumanStep(Activity):
    """A task of a person: open until somebody completes it, and until those who sign with him have."""

    def rests(self, token: Token) -> bool:
        return not self.is_host(token)

    def perform(self, token: Token) -> bool:
        return errands.may_leave(token)


class MachineStep(Activity):
    """A task of a machine: started until its result comes."""

    def perform(self, token: Token) -> bool:
        token.state = STARTED
        return False


class Send(Activity):
    """A task that sends a message and goes on."""

    def perform(self, token: Token) -> bool:
        trigger = self.triggers[0] if self.triggers else None
        name = event_name(trigger, token.frame, token, at=self) if trigger is not None else self.node.name
        send(token, name, trigger)
        return True


class Receive(Activity):
    """A task that waits for its message."""

    def arrive(self, token: Token) -> bool:
        ready = super().arrive(token)
        if self.is_host(token):
            return ready
        arm(self, token.frame, token)
        return False

    def heard(self, wait: Token) -> None:
        caught(wait).complete()


class Script(Activity):
    """A task that writes variables by itself."""

    def perform(self, token: Token) -> bool:
        if self.script is not None:
            give_result(token, run_script(self.script, token))
        return True


class Rule(Activity):
    """A business rule task with a decision table of the version."""

    def perform(self, token: Token) -> bool:
        assert self.decide is not None
        machine, name = token.frame.machine, self.node.settings["table"]
        try:
            outcome = self.decide(seen_from(token.frame, token), now=machine.now, calendar=machine.calendar)
        except ExpressionError as error:
            raise failed(name, self, error) from error
        values = {key: storable(value, at=self, text=name) for key, value in outcome.values.items()}
        machine.effects.append(
            Decided(
                token=token.id,
                element=self.node.id,
                table=name,
                rules=tuple(outcome.rules),
                inputs={key: storable(value, at=self, text=name) for key, value in outcome.inputs.items()},
                values=values,
            )
        )
        result = self.node.settings.get("result")
        give_result(token, {result: _single(values)} if result else values)
        return True


def _single(values: dict[str, Any]) -> Any:
    return next(iter(values.values())) if len(values) == 1 else values


class Sub(Activity):
    """Embedded and ad-hoc sub-processes, transactions, and event sub-processes that have begun."""

    def perform(self, token: Token) -> bool:
        assert self.content is not None
        token.state = STARTED
        kind = "event" if self.node.is_event_scope else "sub"
        past, token.past = token.past, None
        frame = token.frame.machine.open_frame(token, kind=kind, region=self.content)
        frame.past = past or []
        fill(frame)
        return False


class Call(Activity):
    """Another process with variables of its own.

    Without mappings it sees the caller's and hands everything it wrote back; with mappings only what they say crosses.
    """

    def take(self, token: Token) -> None:
        """The inputs belong to the called process."""

    def perform(self, token: Token) -> bool:
        machine = token.frame.machine
        token.state = STARTED
        process = machine.plan.processes.get(self._called(token))
        if process is None:
            raise BadValue(element=self.node.name or self.node.id, what=NOT_THERE)
        own = {target: _value(source, token) for target, source in self.takes}
        frame = machine.open_frame(token, kind="call", region=process.region, process=process)
        frame.own = own
        frame.sealed = bool(self.takes) and not self.takes_all
        fill(frame)
        return False

    def _called(self, token: Token) -> str:
        if isinstance(self.called, str):
            return self.called
        assert self.called is not None
        return str(evaluate(self.called, token.frame, token, at=self))

    def give(self, token: Token) -> None:
        if self.is_host(token) or token.mark is None:
            return
        returned, token.mark = token.mark["returned"], None
        mapped = bool(self.takes or self.gives or self.takes_all)
        given = returned if self.gives_all or not mapped else {}
        frame = token.frame
        for target, source in self.gives:
            value = evaluate(source, frame, token, at=self, over=returned)
            given = {**given, target: storable(value, at=self, text=source.source)}
        write(frame, token, given)

    def broken_off(self, token: Token, inner: Frame) -> None:
        """What the called process has written until then is handed out; what it has not written yet can't be."""
        mapped = bool(self.takes or self.gives or self.takes_all)
        returned = inner.own or {}
        given = dict(returned) if self.gives_all or not mapped else {}
        for target, source in self.gives:
            if source.names <= returned.keys():
                value = evaluate(source, token.frame, token, at=self, over=returned)
                given[target] = storable(value, at=self, text=source.source)
        write(token.frame, token, given)


def fill(frame: Frame) -> None:
    """A scope begins: it listens, and its first elements get their tokens."""
    machine, region = frame.machine, frame.region
    assert region is not None
    _lay_out(frame, region)
    listen(frame)
    starts = list(region.starts)
    if region.sequential:
        frame.todo = [start.node.id for start in starts[1:]]
        starts = starts[:1]
    for start in starts:
        machine.place(start, frame)
    machine.close_if_empty(frame)


def _lay_out(frame: Frame, region: Region) -> None:
    """Data objects that have a value from the start: the process's are variables like others, a scope's are its own."""
    if not region.initial:
        return
    initial = dict(region.initial)
    if frame.kind == "process":
        data = frame.machine.data
    elif frame.kind == "call":
        frame.own = data = frame.own if frame.own is not None else {}
    else:
        host = frame.host
        assert host is not None
        host.local = data = {**initial, **(host.local or {})}
    for name, value in initial.items():
        data.setdefault(name, value)


def _value(source: Expression, token: Token) -> Any:
    value = evaluate(source, token.frame, token, at=token.element)
    return storable(value, at=token.element, text=source.source)
