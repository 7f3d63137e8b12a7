"""The line above the case page: what is behind, the steps that are open now, what is to come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from casework.models import Case
from casework.queries.cases import OpenWork, closed_steps, stages
from workflows.models import Step, StepStatus

STACK = 4


@dataclass(frozen=True, kw_only=True)
class Box:
    """A step in the present station: `state` is done or now."""

    name: str
    post: str
    state: str
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Station:
    """One place on the line: `state` is done, now or later; boxes only where the case stands."""

    label: str
    state: str
    boxes: tuple[Box, ...] = ()
    more: int = 0


def strip(
    case: Case, works: Sequence[OpenWork], *, chosen: OpenWork | None, language: str
) -> tuple[Station, ...]:
    """The stages of the matter; the open steps stand side by side in the one that is now."""
    boxes = tuple(_boxes(case, works, chosen))
    shown, more = boxes[:STACK], len(boxes) - len(boxes[:STACK])
    drawn = stages(case, language=language)
    if not drawn:
        return _without_stages(case, shown, more=more)
    first = next((n for n, stage in enumerate(drawn) if stage.state == "now"), None)
    return tuple(
        Station(
            label=stage.label,
            state=stage.state,
            boxes=shown if n == first else (),
            more=more if n == first else 0,
        )
        for n, stage in enumerate(drawn)
    )


def _boxes(case: Case, works: Sequence[OpenWork], chosen: OpenWork | None) -> Iterable[Box]:
    """The open steps, then those that began with them and are done already."""
    for work in works:
        post = work.holders[0].name if work.holders else ""
        yield Box(name=work.step.name, post=post, state="now", is_chosen=work is chosen)
    begun = {work.step.opened_by_id for work in works if work.step.opened_by_id}
    done = Step.objects.human().filter(run=case.run, status=StepStatus.DONE, opened_by__in=begun)
    for step in done.order_by("pk") if begun else ():
        yield Box(name=step.name, post="", state="done")


def _without_stages(case: Case, boxes: tuple[Box, ...], *, more: int) -> tuple[Station, ...]:
    """A matter that names no stages: the steps that were done, then where it stands."""
    names = dict.fromkeys(step.name for step in closed_steps(case))
    behind = [Station(label=name, state="done") for name in names]
    here = [Station(label="", state="now", boxes=boxes, more=more)] if boxes else []
    return tuple([*behind, *here])
