"""A case's way through time: where it stood after each thing that happened to it.

Steps keep when they opened and ended, so a moment's place is read off them. What was done and then taken back left its
steps open again as if nothing had been: there the journal says between which moments they were not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.models import Case, CaseEvent, Round
from casework.queries.cases import Entry, timeline
from casework.verbs import ENDING
from workflows.models import Run, RunStatus, Step, StepStatus, Subscription

TAKEN_BACK = ("undone", "withdrawn")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What happened in one act, and where the case stood when it was over. `now` and `done` are elements."""

    n: int
    at: datetime
    entries: tuple[Entry, ...]
    now: tuple[str, ...]
    names: tuple[str, ...]
    done: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A time in which a step that is open by its row was not: from the act to when that was taken back."""

    step: int
    since: datetime
    until: datetime


def travel(case: Case) -> list[Moment]:
    """All moments of a case, the first one first. The caller has made sure that the viewer may see it."""
    runs = [case.run_id, *Round.objects.filter(case=case).values_list("run_id", flat=True)]
    steps = list(Step.objects.filter(run__in=runs).order_by("opened_at", "pk"))
    waits = list(Subscription.objects.filter(run=case.run_id).exclude(kind="conditional"))
    events = list(CaseEvent.objects.filter(case=case).order_by("seq"))
    gone = gaps(events, steps)
    told: dict[datetime, list[Entry]] = {}
    for entry in reversed(timeline(case)):
        told.setdefault(entry.at, []).append(entry)
    moments = [
        _moment(n, at, entries, steps=steps, waits=waits, gone=gone)
        for n, (at, entries) in enumerate(told.items(), 1)
    ]
    return [*moments[:-1], _at_the_end(moments[-1], case.run)] if moments else []


def gaps(events: Sequence[CaseEvent], steps: Sequence[Step]) -> list[Span]:
    """Between an act that ended a step and its being taken back the step was not open, though its row says so."""
    signed = {step.pk for step in steps if step.ends_with_signature}
    found = []
    for n, event in enumerate(events):
        step, verb = event.data.get("step"), event.data.get("verb")
        if event.kind not in TAKEN_BACK or not (verb in ENDING or verb == "claim" and step in signed):
            continue
        act = next((one for one in reversed(events[:n]) if one.data.get("step") == step), None)
        if step is not None and act is not None:
            found.append(Span(step=step, since=act.at, until=event.at))
    return found


def _moment(
    n: int,
    at: datetime,
    entries: Iterable[Entry],
    *,
    steps: Sequence[Step],
    waits: Sequence[Subscription],
    gone: Sequence[Span],
) -> Moment:
    away = {span.step for span in gone if span.since <= at < span.until}
    here = [step for step in steps if _stood(step, at) and step.pk not in away]
    heard = [wait for wait in waits if wait.opened_at <= at]
    now = [step.element for step in here] + [wait.element for wait in heard]
    names = [step.name for step in here] + [wait.label or wait.name for wait in heard]
    done = [step.element for step in steps if _was_done(step, at) or step.pk in away]
    return Moment(
        n=n,
        at=at,
        entries=tuple(entries),
        now=tuple(dict.fromkeys(now)),
        names=tuple(dict.fromkeys(names)),
        done=tuple(dict.fromkeys(done)),
    )


def _stood(step: Step, at: datetime) -> bool:
    return step.opened_at <= at and (step.closed_at is None or step.closed_at > at)


def _was_done(step: Step, at: datetime) -> bool:
    return step.status == StepStatus.DONE and step.closed_at is not None and step.closed_at <= at


def _at_the_end(last: Moment, run: Run) -> Moment:
    """Of a walk that is over all that it passed is known, the arrows too."""
    if run.status == RunStatus.RUNNING:
        return last
    return Moment(
        n=last.n, at=last.at, entries=last.entries, now=last.now, names=last.names, done=tuple(run.path)
    )
