"""The record of a case beyond its steps: one question for its page and the API.

Everything personal is masked; the logged reveal of `casework.services.record` is the way to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from casework.access import Viewer
from casework.case_access import case_verbs_allowed, commands, supervises, works
from casework.models import Case, CaseRelation, Category, RelationKind
from casework.queries.caseverbs import pieces_of, standing_of
from casework.queries.recordacts import (
    RatingRow,
    RequestRow,
    RestRow,
    RoundRow,
    SupervisionRow,
    WhistleRow,
    ratings_of,
    requests_of,
    rests_of,
    rounds_of,
    supervisions_of,
    whistles_of,
)
from casework.queries.recordthings import (
    DocumentRow,
    InstrumentRow,
    PartyRow,
    PlaceRow,
    documents_of,
    instruments_of,
    parties_of,
    places_of,
)
from casework.rules.standing import public_status
from casework.services.record.documents import SETTING
from workflows.models import Step


@dataclass(frozen=True, kw_only=True)
class RelationRow:
    """Another case: `how` is main, part, merged_here, merged_into or related. `title` only for who may see it."""

    how: str
    number: str
    title: str
    public_status: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Classes:
    """Each its own: how grave, how urgent, which class, which warning, how confidential, at which level in hand."""

    level: str
    urgency: str
    warning: str
    category: str
    category_path: tuple[str, ...]
    confidentiality: str
    handling_level: str
    keep_until: date | None


@dataclass(frozen=True, kw_only=True)
class Record:
    """What the case page shows beside the steps; `asdict` of it is the API's answer."""

    number: str
    public_status: str
    classes: Classes
    may_keep: bool
    missing_documents: tuple[str, ...]
    requests: tuple[RequestRow, ...]
    supervisions: tuple[SupervisionRow, ...]
    whistles: tuple[WhistleRow, ...]
    relations: tuple[RelationRow, ...]
    parties: tuple[PartyRow, ...]
    places: tuple[PlaceRow, ...]
    documents: tuple[DocumentRow, ...]
    instruments: tuple[InstrumentRow, ...]
    ratings: tuple[RatingRow, ...]
    rounds: tuple[RoundRow, ...]
    rests: tuple[RestRow, ...]
    verbs: tuple[str, ...]


def record(viewer: Viewer, case: Case) -> Record:
    """Everything, by a query for each kind of thing that is there. The caller has made sure that the viewer may see it."""
    there = pieces_of(case)
    standing = standing_of(case, there=there)
    steps = [step for step in standing.steps if isinstance(step, Step)]
    keeps = (
        works(viewer, steps, reporter_id=case.reporter_id)
        or commands(viewer, case.area_code)
        or supervises(viewer, case.area_code)
    )
    documents = tuple(documents_of(case)) if "documents" in there else ()
    return Record(
        number=case.number,
        public_status=public_status_of(case, steps),
        classes=classes_of(case),
        may_keep=keeps,
        missing_documents=_missing(steps, documents),
        requests=tuple(requests_of(case, viewer)) if "requests" in there else (),
        supervisions=tuple(supervisions_of(case, viewer)) if "supervisions" in there else (),
        whistles=tuple(whistles_of(case, viewer)) if "whistles" in there else (),
        relations=tuple(relations_of(case, viewer)) if there & {"relations", "relations_back"} else (),
        parties=tuple(parties_of(case)) if "parties" in there else (),
        places=tuple(places_of(case)) if "places" in there else (),
        documents=documents,
        instruments=tuple(instruments_of(case)) if "instruments" in there else (),
        ratings=tuple(ratings_of(case)) if "ratings" in there else (),
        rounds=tuple(rounds_of(case)) if "rounds" in there else (),
        rests=tuple(rests_of(case)) if "rests" in there else (),
        verbs=case_verbs_allowed(viewer, case, standing),
    )


def public_status_of(case: Case, steps: Iterable[Step]) -> str:
    """In official words; `steps` are the case's open steps of people."""
    open_steps = list(steps)
    return str(
        public_status(
            status=case.status,
            outcome=case.outcome,
            stages=[step.settings.get("stage", "") for step in open_steps],
            waits_for_reporter=any(step.settings.get("level") == "reporter" for step in open_steps),
            was_claimed=any(step.claimed_by_id for step in open_steps) or case.version > 1,
        )
    )


def classes_of(case: Case) -> Classes:
    return Classes(
        level=case.level,
        urgency=case.urgency,
        warning=case.warning,
        category=case.category,
        category_path=_path(case.category),
        confidentiality=case.confidentiality,
        handling_level=case.handling_level,
        keep_until=case.keep_until,
    )


def _path(category: str) -> tuple[str, ...]:
    """The class with those above it, the widest first; a matter's own category stands alone."""
    if not category:
        return ()
    row = (
        Category.objects.select_related("parent__parent").filter(Q(code=category) | Q(name=category)).first()
    )
    if row is None:
        return (category,)
    names = []
    while row is not None:
        names.append(row.name)
        row = row.parent
    return tuple(reversed(names))


def _missing(steps: Iterable[Step], documents: Iterable[DocumentRow]) -> tuple[str, ...]:
    held = {document.kind for document in documents}
    wanted = [kind for step in steps for kind in step.settings.get(SETTING, "").replace(",", " ").split()]
    return tuple(kind for kind in dict.fromkeys(wanted) if kind not in held)


_HOW = {
    (RelationKind.MERGED, True): "merged_here",
    (RelationKind.MERGED, False): "merged_into",
    (RelationKind.PART, True): "part",
    (RelationKind.PART, False): "main",
}


def relations_of(case: Case, viewer: Viewer) -> Iterable[RelationRow]:
    """Main and parts, merged and related ones. A case one may not see is a number and a public status, no more."""
    rows = list(CaseRelation.objects.filter(Q(main=case) | Q(other=case)).select_related("main", "other"))
    others = [row.other if row.main_id == case.pk else row.main for row in rows]
    visible = set(
        Case.objects.visible_to(viewer)
        .filter(pk__in=[other.pk for other in others])
        .values_list("pk", flat=True)
    )
    steps = Step.objects.open().human().filter(run__in=[other.run_id for other in others]) if others else []
    for row, other in zip(rows, others, strict=True):
        yield RelationRow(
            how=_HOW.get((RelationKind(row.kind), row.main_id == case.pk), "related"),
            number=other.number,
            title=other.title if other.pk in visible else "",
            public_status=public_status_of(other, [step for step in steps if step.run_id == other.run_id]),
            note=row.note if other.pk in visible else "",
        )
