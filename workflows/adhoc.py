"""Ad-hoc sub-processes (自由子流程) from outside: what may be begun in a run just now, and beginning it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from workflows import engine
from workflows.models import Run, RunStatus
from workflows.projection import Move, Walk, settle
from workflows.services import plan_of, refusals, version_of

#: What a stored state holds as soon as any sub-process is at work: without it nobody need load the run.
SCOPE_AT_WORK: Final = '["s",'


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An activity that may be begun, and the ad-hoc part that offers it. `part` is that part's token."""

    part: int
    part_name: str
    element: str
    name: str


def offers(row: Run, *, data: Mapping[str, Any], now: datetime) -> tuple[Offer, ...]:
    """What may be begun in this run, in the order of the drawing. Changes nothing. Raises MoveRefused."""
    if row.status != RunStatus.RUNNING or SCOPE_AT_WORK not in row.state:
        return ()
    with refusals():
        live = engine.load(plan_of(version_of(row)), row.state, data=dict(data), now=now)
    return offers_of(live)


def offers_of(live: engine.Run) -> tuple[Offer, ...]:
    return tuple(
        Offer(part=part.token, part_name=part.name, element=element, name=name)
        for part in live.ad_hoc()
        for element, name in zip(part.offers, part.names, strict=True)
    )


def begin(walk: Walk, offer: Offer) -> Move:
    """Begin an activity once more; in a sequence it comes next. Raises StepNotOpen, MoveRefused."""
    with refusals():
        walk.live.begin_activity(offer.part, offer.element)
    return settle(walk)
