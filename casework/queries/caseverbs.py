"""How a case stands for the verbs on it: what is open at it and what waits for whom."""

from __future__ import annotations

from casework.access import Viewer
from casework.case_access import CaseStanding, Waiting, case_verbs_allowed
from casework.models import (
    Case,
    CaseRelation,
    CaseRequest,
    Clock,
    Rating,
    RatingKind,
    RelationKind,
    RequestState,
    Supervision,
    WhistleCall,
)
from casework.verbs import CASE_VERBS, Verb
from workflows.models import Step


def case_verbs(viewer: Viewer, case: Case) -> tuple[Verb, ...]:
    """The verbs on this case that the viewer may use now, in the order of the interface."""
    return tuple(CASE_VERBS[key] for key in case_verbs_allowed(viewer, case, standing_of(case)))


def standing_of(case: Case) -> CaseStanding:
    """Seven small queries, each by an index over what is still open."""
    calls = list(WhistleCall.objects.filter(whistle__case=case).select_related("whistle", "rating"))
    return CaseStanding(
        steps=tuple(Step.objects.open().human().filter(run_id=case.run_id)),
        requests=tuple(
            Waiting(id=row.pk, kind=row.kind, posts=tuple(row.posts), by_id=row.asked_by_id)
            for row in CaseRequest.objects.filter(case=case, state=RequestState.PENDING)
        ),
        supervisions=tuple(
            Waiting(id=row.pk, kind=row.kind, posts=tuple(row.posts), by_id=row.by_id)
            for row in Supervision.objects.filter(case=case, replied_at=None, ended_at=None)
        ),
        calls=tuple(
            Waiting(id=row.pk, kind="whistle", posts=tuple(row.posts), by_id=row.whistle.by_id)
            for row in calls
            if row.answered_at is None
        ),
        unrated=tuple(row.pk for row in calls if row.answered_at is not None and not hasattr(row, "rating")),
        rated_by=_rated_by(case),
        has_clock=Clock.objects.filter(case=case, stopped_at=None).exists(),
        is_merged=CaseRelation.objects.filter(other=case, kind=RelationKind.MERGED).exists(),
    )


def round_of(case: Case) -> int:
    """Which round the case is in: one more than it has behind it."""
    return case.rounds.count() + 1


def _rated_by(case: Case) -> frozenset[int]:
    if case.is_open:
        return frozenset()  # only what is closed can be rated
    ratings = Rating.objects.filter(case=case, kind=RatingKind.HANDLING, round=round_of(case))
    return frozenset(ratings.values_list("by_id", flat=True))
