"""Who was urged at a case, whom one may urge oneself, and whether anything there is still to be taken note of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from casework.access import Viewer, may_act, may_urge
from casework.models import Case, Urge
from casework.queries.waitingfor import notices_for
from workflows.models import Step


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`urges` are the newest by step; `urgeable` the steps that this viewer may urge."""

    urges: Mapping[int, Urge]
    urgeable: frozenset[int]
    is_news: bool


def standing_over(viewer: Viewer, case: Case, steps: Sequence[Step]) -> Standing:
    """Two queries, by index over what is open."""
    found = (
        Urge.objects.filter(step__in=steps).select_related("by", "read_by").order_by("at") if steps else []
    )
    newest = {urge.step_id: urge for urge in found}
    mine = {step.pk for step in steps if may_act(viewer, step, reporter_id=case.reporter_id)}
    unread = any(urge.read_at is None and urge.step_id in mine for urge in newest.values())
    return Standing(
        urges=newest,
        urgeable=frozenset(step.pk for step in steps if may_urge(viewer, step, reporter_id=case.reporter_id)),
        is_news=unread or notices_for(viewer).filter(case=case).exists(),
    )
