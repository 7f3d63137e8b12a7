"""What a host sees of a run and may do with it. A move that raises leaves the run unusable: throw it away, save nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from workflows.engine import adhoc, due, errands, many, migration, state, surgery
from workflows.engine.activities import fill
from workflows.engine.adhoc import AdHoc
from workflows.engine.core import FAILED, READY, STARTED, WAITING, Token
from workflows.engine.effects import Effect, Incident
from workflows.engine.errors import NobodyWaits, NotOpen
from workflows.engine.gateways import ask_inclusive_joins
from workflows.engine.machine import Machine
from workflows.engine.plan import Plan
from workflows.engine.seen import Instances, OpenStep, Stopped, Wait, is_step, step_of, stop_of, wait_of
from workflows.engine.throwing import raise_error
from workflows.engine.waiting import (
    ask_conditions,
    broadcast,
    come,
    fire_fresh,
    receivers,
)
from workflows.expressions import Calendar

IDLE: Final = (fire_fresh, ask_inclusive_joins, ask_conditions)


def start(plan: Plan, *, data: Mapping[str, Any], now: dt.datetime, calendar: Calendar | None = None) -> Run:
    """A new run of the plan, moved on to where somebody outside has to act."""
    machine = Machine(plan, data=dict(data), now=now, calendar=calendar, idle=IDLE)
    fill(machine.open_process(plan.main))
    return Run(machine)._settled()


def load(
    plan: Plan, text: str, *, data: Mapping[str, Any], now: dt.datetime, calendar: Calendar | None = None
) -> Run:
    """A stored run, as it was. Raises StateRefused."""
    machine = Machine(plan, data=dict(data), now=now, calendar=calendar, idle=IDLE)
    state.restore(machine, text)
    return Run(machine)


def migrate(
    plan: Plan,
    text: str,
    *,
    of: Plan,
    data: Mapping[str, Any],
    now: dt.datetime,
    calendar: Calendar | None = None,
    elements: Mapping[str, str] | None = None,
) -> Run:
    """Load a run `of` another plan into this one; `elements` maps old ids to new ones. Raises CannotMigrate."""
    machine = migration.prepared(
        plan, text, of=of, data=data, now=now, calendar=calendar, idle=IDLE, elements=elements or {}
    )
    return Run(machine)._settled()


class Run:
    """One running process. `data` are the case's variables after the move; `effects` what the move did besides."""

    state_version: Final = state.VERSION

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    @property
    def data(self) -> dict[str, Any]:
        """The case's variables as they are after the move."""
        return self._machine.data

    @property
    def ended(self) -> bool:
        """Whether nothing stands anywhere any more."""
        return not self._machine.tokens

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What has happened since the run was started or loaded, in its order."""
        return tuple(self._machine.effects)

    def dump(self) -> str:
        """The run as text, for `load`."""
        return state.dump(self._machine)

    # --- what is seen

    def steps(self) -> tuple[OpenStep, ...]:
        """What persons and machines have to complete, oldest first."""
        return tuple(step_of(token) for token in self._machine.standing() if is_step(token))

    def waits(self) -> tuple[Wait, ...]:
        """The events that may come, oldest first."""
        return tuple(wait_of(token) for token in self._machine.waiting())

    def stopped(self) -> tuple[Stopped, ...]:
        """What stands still after an error that nobody caught."""
        return tuple(stop_of(token) for token in self._machine.standing() if token.state == FAILED)

    # --- what a host may do

    def complete(self, token: int, values: Mapping[str, Any] | None = None) -> None:
        """A step is done, with these values. Raises NotOpen when it is no longer open."""
        found = self._open_step(token)
        errands.take_result(found, values or {})
        if found.state == READY:
            found.run()
        else:
            found.complete()
        self._settled()

    def fail(self, token: int, error_code: str, message: str = "") -> None:
        """A step ends with a BPMN error instead of a result."""
        raise_error(self._open_step(token), error_code, message)
        self._settled()

    def retry(self, token: int) -> None:
        """A stopped token tries its element again."""
        found = self._machine.tokens.get(token)
        if found is None or found.state != FAILED:
            raise NotOpen
        found.mark = None
        found.state = READY
        if not found.element.rests(found):
            self._machine.queue.append(found)
        self._settled()

    def fire(self, token: int, payload: Mapping[str, Any] | None = None) -> None:
        """The event that this token waits for has come: a due timer, or any other that is told by hand."""
        come(self._waiting(token), payload)
        self._settled()

    def deliver(
        self, event: str, *, correlation: str | None = None, payload: Mapping[str, Any] | None = None
    ) -> tuple[int, ...]:
        """A message goes to the one that has waited longest for it. Raises NobodyWaits."""
        waiting = receivers(self._machine, "message", event)
        fitting = [w for w in waiting if w.wait is not None and w.wait.correlation == correlation]
        fitting += [
            w for w in waiting if w.wait is not None and w.wait.correlation is None and w not in fitting
        ]
        if not fitting:
            raise NobodyWaits(name=event)
        come(fitting[0], payload)
        self._settled()
        return (fitting[0].id,)

    def signal(self, name: str, payload: Mapping[str, Any] | None = None) -> tuple[int, ...]:
        """Everybody who waits for the signal hears it; nobody need."""
        heard = broadcast(self._machine, name, payload)
        self._settled()
        return heard

    def set(self, values: Mapping[str, Any]) -> None:
        """Variables of the case change from outside; conditional events may come."""
        self._machine.data.update(values)
        self._machine.changed = True
        self._settled()

    def advance(self, now: dt.datetime) -> tuple[int, ...]:
        """Fire every timer that is due by then, in the order of their times; each firing is bounded on its own."""
        machine = self._machine
        machine.now = now
        fired = []
        while (wait := _next_due(machine, due.stamp(now))) is not None:
            fired.append(wait.id)
            machine.fresh_move()
            come(wait)
            self._settled()
        return tuple(fired)

    def cancel(self) -> None:
        """End the run from outside; nothing is compensated."""
        self._machine.end()

    def move(self, token: int, to: str) -> None:
        """Put a token at another element, wherever that is. Raises CannotMove."""
        surgery.move(errands.root(self._standing(token)), to)
        self._settled()

    def send_back(self, token: int, to: str) -> None:
        """Do an earlier step again: what came out of it is cancelled, branches beside it live on. Raises CannotMove."""
        surgery.send_back(self._standing(token), to)
        self._settled()

    def earlier_steps(self, token: int) -> tuple[str, ...]:
        """The steps of people that a token can be sent back to."""
        return surgery.earlier_steps(self._standing(token))

    def add_instance(self, beside: int, item: Any = None, *, place: many.Place = "last") -> tuple[int, ...]:
        """One more instance of the multi-instance that this token is an instance of. Returns its token if it has begun."""
        instance = self._instance(beside)
        assert instance.element.loop is not None
        token = many.add_instance(instance.frame, instance.element.loop, item, place=place)
        self._settled()
        return (token.id,) if token is not None else ()

    def instances(self, token: int) -> Instances | None:
        """The multi-instance that a token is an instance of; None for any other."""
        try:
            instance = self._instance(token)
        except NotOpen:
            return None
        assert instance.element.loop is not None
        loop, (total, done, _begun) = instance.element.loop.loop, instance.frame.count
        standing = tuple(sorted(other.id for other in instance.frame.tokens()))
        return Instances(
            sequential=loop.kind == "sequential",
            item=loop.item or "",
            total=total,
            done=done,
            tokens=standing,
        )

    def remove_instance(self, token: int) -> None:
        """An instance of a running multi-instance goes without counting."""
        instance = self._instance(token)
        assert instance.element.loop is not None
        many.remove_instance(instance, instance.element.loop)
        self._settled()

    def ad_hoc(self) -> tuple[AdHoc, ...]:
        """The ad-hoc sub-processes at work, with what may be begun in them."""
        return tuple(adhoc.at_work(self._machine))

    def begin_activity(self, ad_hoc: int, element: str) -> tuple[int, ...]:
        """Begin an activity of an ad-hoc sub-process once more. Returns its token if it has begun. Raises CannotMove."""
        frame = adhoc.frame_of(self._standing(ad_hoc))
        if frame is None:
            raise NotOpen
        token = adhoc.begin(frame, element)
        self._settled()
        return (token.id,) if token is not None else ()

    # --- inside

    def _settled(self) -> Run:
        machine = self._machine
        machine.settle()
        if machine.tokens and _is_stuck(machine):
            first = next(machine.standing())
            machine.effects.append(Incident(token=0, element=first.element.node.id, kind="stuck"))
        return self

    def _open_step(self, token: int) -> Token:
        found = self._machine.tokens.get(token)
        if found is None or not is_step(found):
            raise NotOpen
        return found

    def _instance(self, token: int) -> Token:
        """The instance that a token is or stands in. A standard loop has no instances to add or remove."""
        found = self._machine.tokens.get(token)
        while found is not None and found.frame.kind != "many":
            found = found.frame.host
        if found is None or found.element.loop is None or found.element.loop.loop.kind == "standard":
            raise NotOpen
        return found

    def _standing(self, token: int) -> Token:
        found = self._machine.tokens.get(token)
        if found is None or found.wait is not None:
            raise NotOpen
        return found

    def _waiting(self, token: int) -> Token:
        found = self._machine.tokens.get(token)
        if found is None or found.wait is None:
            raise NotOpen
        return found


def _is_stuck(machine: Machine) -> bool:
    """Everything stands at joins: no step, no event and no operator can move it."""
    return all(
        token.wait is None and token.state in (WAITING, STARTED) and not is_step(token)
        for token in machine.tokens.values()
    )


def _next_due(machine: Machine, by: int) -> Token | None:
    waiting = [
        w for w in machine.waiting() if w.wait is not None and w.wait.due is not None and w.wait.due <= by
    ]
    return min(waiting, key=lambda w: (w.wait.due if w.wait else 0, w.id), default=None)
