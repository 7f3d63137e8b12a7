"""Ends that the process did not draw: by force, by voiding, by merging. The run is cancelled, never left half open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from casework.models import Case, CaseStatus, RequestKind
from casework.services.acts.doing import CaseDoing, end_with_move
from casework.services.progress import Closing, walk_of
from workflows import services as workflows

FORCED = "强制结案"
VOIDED = "作废"


def outcomes_of(case: Case) -> tuple[str, ...]:
    """The outcomes that the matter knows (`about["outcomes"]`), as people read them."""
    ends = case.run.version.about.get("outcomes", [])
    return tuple(dict.fromkeys(str(end["label"]["zh"]) for end in ends if isinstance(end, Mapping)))


def over(doing: CaseDoing, *, kind: str, outcome: str, told: Mapping[str, Any]) -> Case:
    """Close or void the case after a ruling."""
    if kind == RequestKind.VOID:
        closing = Closing(status=CaseStatus.VOID, outcome=VOIDED, event="voided")
    else:
        closing = Closing(status=CaseStatus.CLOSED, outcome=outcome or FORCED, event="force_closed")
    return cancel(doing, closing, told=told)


def cancel(doing: CaseDoing, closing: Closing, *, told: Mapping[str, Any]) -> Case:
    """Cancel the run of a case and close it with this outcome; all that stood open ends with it."""
    case = doing.case
    doing.before.remember(case, "status", "outcome", "closed_at", "keep_until")
    walk, assign = walk_of(case, now=doing.now)
    return end_with_move(doing, workflows.cancel(walk), assign, told, closing=closing)
