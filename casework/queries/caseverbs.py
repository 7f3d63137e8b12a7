"""How a case stands for the verbs on it: what is open at it and what waits for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from casework.access import Viewer
from casework.case_access import CaseStanding, Waiting, case_verbs_allowed
from casework.models import (
    Case,
    CasePlace,
    CaseRelation,
    CaseRequest,
    Clock,
    Document,
    Instrument,
    Party,
    Rating,
    RatingKind,
    RelationKind,
    RequestState,
    Round,
    Supervision,
    Suspension,
    Whistle,
    WhistleCall,
)
from casework.verbs import CASE_VERBS, Verb
from workflows.adhoc import SCOPE_AT_WORK, Offer, offers
from workflows.errors import WorkflowsError
from workflows.models import Run, Step


def case_verbs(viewer: Viewer, case: Case) -> tuple[Verb, ...]:
    """The verbs on this case that the viewer may use now, in the order of the interface."""
    return tuple(CASE_VERBS[key] for key in case_verbs_allowed(viewer, case, standing_of(case)))


def pieces_of(case: Case) -> frozenset[str]:
    """What there is at a case at all, in one query: most cases have next to nothing, and need not be asked for it."""
    wanted = {name: Exists(rows(OuterRef("pk"))) for name, rows in _PIECES.items()}
    found = Case.objects.filter(pk=case.pk).annotate(**{f"has_{name}": one for name, one in wanted.items()})
    row = found.values_list(*(f"has_{name}" for name in wanted)).first() or ()
    return frozenset(name for name, is_there in zip(wanted, row, strict=False) if is_there)


_PIECES: dict[str, Callable[[OuterRef], QuerySet[Any]]] = {  # Any: of whichever model
    "requests": lambda case: CaseRequest.objects.filter(case=case),
    "pending": lambda case: CaseRequest.objects.filter(case=case, state=RequestState.PENDING),
    "supervisions": lambda case: Supervision.objects.filter(case=case),
    "demanded": lambda case: Supervision.objects.filter(case=case, replied_at=None, ended_at=None),
    "whistles": lambda case: Whistle.objects.filter(case=case),
    "relations": lambda case: CaseRelation.objects.filter(main=case),
    "relations_back": lambda case: CaseRelation.objects.filter(other=case),
    "merged": lambda case: CaseRelation.objects.filter(other=case, kind=RelationKind.MERGED),
    "parties": lambda case: Party.objects.filter(case=case, removed_at=None),
    "places": lambda case: CasePlace.objects.filter(case=case),
    "documents": lambda case: Document.objects.filter(case=case),
    "instruments": lambda case: Instrument.objects.filter(case=case),
    "ratings": lambda case: Rating.objects.filter(case=case),
    "rounds": lambda case: Round.objects.filter(case=case),
    "rests": lambda case: Suspension.objects.filter(case=case),
    "clock": lambda case: Clock.objects.filter(case=case, stopped_at=None),
    "parts": lambda case: Run.objects.filter(case=case, state__contains=SCOPE_AT_WORK),
}


def standing_of(case: Case, *, there: frozenset[str] | None = None) -> CaseStanding:
    """Two small queries, and one more for each kind of thing that is `there`."""
    there = pieces_of(case) if there is None else there
    calls = (
        list(WhistleCall.objects.filter(whistle__case=case).select_related("whistle", "rating"))
        if "whistles" in there
        else []
    )
    return CaseStanding(
        steps=tuple(Step.objects.open().human().filter(run_id=case.run_id)),
        requests=tuple(_requests(case)) if "pending" in there else (),
        supervisions=tuple(_supervisions(case)) if "demanded" in there else (),
        calls=tuple(
            Waiting(id=row.pk, kind="whistle", posts=tuple(row.posts), by_id=row.whistle.by_id)
            for row in calls
            if row.answered_at is None
        ),
        unrated=tuple(row.pk for row in calls if row.answered_at is not None and not hasattr(row, "rating")),
        rated_by=_rated_by(case) if "ratings" in there else frozenset(),
        has_clock="clock" in there,
        has_offers="parts" in there and bool(offers_at(case)),
        is_merged="merged" in there,
    )


def offers_at(case: Case) -> tuple[Offer, ...]:
    """What may be begun in the case's parts without an order; nothing in a run that its diagram no longer fits."""
    try:
        return offers(case.run, data=case.data, now=timezone.now())
    except WorkflowsError:
        return ()


def _requests(case: Case) -> Iterator[Waiting]:
    for row in CaseRequest.objects.filter(case=case, state=RequestState.PENDING):
        yield Waiting(id=row.pk, kind=row.kind, posts=tuple(row.posts), by_id=row.asked_by_id)


def _supervisions(case: Case) -> Iterator[Waiting]:
    for row in Supervision.objects.filter(case=case, replied_at=None, ended_at=None):
        yield Waiting(id=row.pk, kind=row.kind, posts=tuple(row.posts), by_id=row.by_id)


def round_of(case: Case) -> int:
    """Which round the case is in: one more than it has behind it."""
    return case.rounds.count() + 1


def _rated_by(case: Case) -> frozenset[int]:
    if case.is_open:
        return frozenset()  # only what is closed can be rated
    ratings = Rating.objects.filter(case=case, kind=RatingKind.HANDLING, round=round_of(case))
    return frozenset(ratings.values_list("by_id", flat=True))
