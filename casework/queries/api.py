"""What the REST interface answers with: cases, steps, events and incidents as JSON, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from casework.access import Viewer, verbs_allowed
from casework.errors import NotFound
from casework.forms import FormDefinition, FormRefused, read_form
from casework.models import Case, CaseEvent, CaseStatus
from casework.queries.caseverbs import offers_at
from casework.queries.masks import masked
from casework.queries.openwork import open_work
from casework.queries.record import public_status_of
from casework.services.taking_back import withdrawable
from workflows.models import Definition, Incident, Step, StepKind, Version, VersionStatus

PAGE, LONGEST_PAGE = 50, 100

Json = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, kw_only=True)
class Page:
    """Results with the place where the next page begins, or None at the end."""

    results: list[Json]
    after: list[str | int] | None


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    matter: str = ""
    status: str = ""
    area: str = ""
    category: str = ""
    reporter_id: int | None = None
    q: str = ""
    opened_after: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StepFilter:
    case: str = ""
    element: str = ""
    mine: bool = False
    pool: bool = False


# --- cases


def case_for(viewer: Viewer, number: str) -> Case:
    """The case, without the engine's state. Raises NotFound when it is not this viewer's to see."""
    found = _light(Case.objects.visible_to(viewer)).filter(number=number).first()
    if found is None:
        raise NotFound
    return found


def case_json(case: Case, viewer: Viewer) -> Json:
    """One case in full."""
    return _cases_json([case], viewer)[0]


def offers_json(case: Case) -> list[Json]:
    """What can be begun where the process has parts without an order, in the words of the verb `begin`."""
    return [
        {"element": offer.element, "name": offer.name, "item": offer.part, "part": offer.part_name}
        for offer in offers_at(case)
    ]


def cases_page(viewer: Viewer, wanted: CaseFilter, *, after: tuple[datetime, int] | None, size: int) -> Page:
    """The newest cases first."""
    cases = _filtered(_light(Case.objects.visible_to(viewer)), wanted)
    if after is not None:
        opened_at, pk = after
        cases = cases.filter(Q(opened_at__lt=opened_at) | Q(opened_at=opened_at, pk__lt=pk))
    rows = list(cases.order_by("-opened_at", "-pk")[: size + 1])
    shown = rows[:size]
    place: list[str | int] | None = None
    if len(rows) > size:
        place = [shown[-1].opened_at.isoformat(), shown[-1].pk]
    return Page(results=_cases_json(shown, viewer), after=place)


def _filtered(cases: QuerySet[Case], wanted: CaseFilter) -> QuerySet[Case]:
    plain = {
        "matter__key": wanted.matter,
        "status": wanted.status,
        "area_code__startswith": wanted.area,
        "category": wanted.category,
        "reporter_id": wanted.reporter_id,
        "opened_at__gt": wanted.opened_after,
    }
    cases = cases.filter(**{name: value for name, value in plain.items() if value})
    if wanted.q:
        cases = cases.filter(Q(number__startswith=wanted.q) | Q(title__icontains=wanted.q))
    return cases


def _light(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The diagram and the engine's state stay in the database: an answer shows neither."""
    return cases.annotate(matter_key=F("matter__key"), version_number=F("run__version__number"))


def _cases_json(cases: Sequence[Case], viewer: Viewer) -> list[Json]:
    """One round trip more, however many cases."""
    found = open_work([case.run_id for case in cases if case.is_open])
    return [_case(case, viewer, found[case.run_id].steps, found[case.run_id].waits) for case in cases]


def _case(case: Case, viewer: Viewer, steps: Iterable[Step], waits: list[Json]) -> Json:
    """Personal data are masked, here as in lists: in full they are shown one by one, with a reason (`reveal`)."""
    steps = list(steps)
    people = [step for step in steps if step.kind == StepKind.HUMAN]
    return {
        "number": case.number,
        "matter": getattr(case, "matter_key", None) or case.run.version.definition.key,
        "version": getattr(case, "version_number", None) or case.run.version.number,
        "title": masked(case.title),
        "category": case.category,
        "status": case.status,
        "public_status": public_status_of(case, people),
        "outcome": case.outcome or None,
        "area": case.area_code,
        "level": case.level,
        "urgency": case.urgency,
        "warning": case.warning or None,
        "handling_level": case.handling_level or None,
        "confidentiality": case.confidentiality,
        "keep_until": case.keep_until,
        "data": masked(case.data),
        "steps": [_step(step, viewer, _Of.case(case)) for step in steps],
        "waits": waits,
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "closed_at": case.closed_at,
        "revision": case.version,
    }


# --- steps


_OF_CASE = {
    "case_number": F("run__case__number"),
    "reporter": F("run__case__reporter_id"),
    "case_area": F("run__case__area_code"),
    "case_status": F("run__case__status"),
}


def step_for(viewer: Viewer, step_id: int) -> Step:
    """A step, open or not, of a case that this viewer may see. Raises NotFound."""
    step = _with_person(Step.objects.filter(pk=step_id)).annotate(**_OF_CASE).first()
    if step is None or not Case.objects.visible_to(viewer).filter(run_id=step.run_id).exists():
        raise NotFound
    return step


def step_detail(step: Step, viewer: Viewer) -> Json:
    """One step with its form, if it asks for one."""
    plain = _step(step, viewer, _Of.annotated(step))
    key = step.settings.get("form")
    forms = Version.objects.filter(runs=step.run_id).values_list("forms", flat=True).first() if key else None
    if withdrawable(viewer, run_id=step.run_id) == step.pk:
        plain["verbs"].append("withdraw")
    return {
        **plain,
        "status": step.status,
        "closed_at": step.closed_at,
        "outcome": step.outcome or None,
        "instance": masked(step.instance),
        "form": (forms or {}).get(key),
    }


def steps_page(viewer: Viewer, wanted: StepFilter, *, after: int | None, size: int) -> Page:
    """Open steps of visible cases, the oldest first."""
    steps = Step.objects.open()
    if wanted.mine:
        steps = steps.filter(claimed_by_id=viewer.user_id)
    if wanted.pool:
        steps = steps.filter(claimed_by=None).for_posts(viewer.post_codes or ("",))
    if wanted.mine or wanted.pool:
        steps = steps.found_first()
    steps = steps.filter(run__case__in=_scope(viewer, wanted))
    if wanted.element:
        steps = steps.filter(element=wanted.element)
    if after is not None:
        steps = steps.filter(pk__gt=after)
    rows = list(_with_person(steps).annotate(**_OF_CASE).order_by("pk")[: size + 1])
    shown = rows[:size]
    return Page(
        results=[_step(step, viewer, _Of.annotated(step)) for step in shown],
        after=[shown[-1].pk] if len(rows) > size else None,
    )


def _scope(viewer: Viewer, wanted: StepFilter) -> QuerySet[Case]:
    cases = Case.objects.visible_to(viewer)
    return cases.filter(number=wanted.case) if wanted.case else cases.open()


def _with_person(steps: QuerySet[Step]) -> QuerySet[Step]:
    return steps.annotate(claimed_name=F("claimed_by__username"))


@dataclass(frozen=True, kw_only=True)
class _Of:
    """What an answer about a step needs of its case."""

    number: str
    reporter_id: int
    area_code: str
    is_suspended: bool

    @classmethod
    def case(cls, case: Case) -> _Of:
        return cls(
            number=case.number,
            reporter_id=case.reporter_id,
            area_code=case.area_code,
            is_suspended=case.status == CaseStatus.SUSPENDED,
        )

    @classmethod
    def annotated(cls, step: Any) -> _Of:  # Any: a step with the columns of _OF_CASE
        return cls(
            number=step.case_number,
            reporter_id=step.reporter,
            area_code=step.case_area,
            is_suspended=step.case_status == CaseStatus.SUSPENDED,
        )


def _step(step: Step, viewer: Viewer, of: _Of) -> Json:
    return {
        "id": step.pk,
        "case": of.number,
        "element": step.element,
        "name": step.name,
        "kind": step.kind,
        "posts": step.candidates,
        "claimed_by": getattr(step, "claimed_name", None),
        "opened_at": step.opened_at,
        "due_at": step.due_at,
        "verbs": list(
            verbs_allowed(
                viewer,
                step,
                reporter_id=of.reporter_id,
                area_code=of.area_code,
                is_suspended=of.is_suspended,
            )
        ),
    }


# --- events and incidents


def history_page(case: Case, *, after: int | None, size: int) -> Page:
    """The journal of a case in its order."""
    events = CaseEvent.objects.filter(case_id=case.pk, seq__gt=after or 0)
    events = events.annotate(person=F("by__username"), absent=F("on_behalf_of__username"))
    rows = list(events.order_by("seq")[: size + 1])
    shown = rows[:size]
    return Page(
        results=[
            {
                "seq": event.seq,
                "kind": event.kind,
                "at": event.at,
                "by": event.person,
                "on_behalf_of": event.absent,
                "post": event.post or None,
                "data": masked(event.data),
            }
            for event in shown
        ],
        after=[shown[-1].seq] if len(rows) > size else None,
    )


def incidents_page(viewer: Viewer, *, case: str, after: int | None, size: int) -> Page:
    """What stands still and why, the oldest first; only what is not yet resolved."""
    scope = Case.objects.visible_to(viewer)
    incidents = Incident.objects.filter(
        resolved_at=None, run__case__in=scope.filter(number=case) if case else scope
    )
    if after is not None:
        incidents = incidents.filter(pk__gt=after)
    rows = list(incidents.annotate(number=F("run__case__number")).order_by("pk")[: size + 1])
    shown = rows[:size]
    return Page(
        results=[
            {
                "id": incident.pk,
                "case": incident.number,
                "element": incident.element,
                "kind": incident.kind,
                "message": incident.message,
                "attempts": incident.attempts,
                "opened_at": incident.opened_at,
            }
            for incident in shown
        ],
        after=[shown[-1].pk] if len(rows) > size else None,
    )


# --- matters


def matters_page(*, after: str | None, size: int) -> Page:
    """Every matter with its published version and whether a draft lies beside it."""
    matters = Definition.objects.order_by("key")
    if after is not None:
        matters = matters.filter(key__gt=after)
    rows = list(matters[: size + 1])
    shown = rows[:size]
    numbers: dict[int, int | None] = {}
    drafts: set[int] = set()
    current = Version.objects.filter(definition__in=shown).exclude(status=VersionStatus.RETIRED)
    for definition_id, status, number in current.values_list("definition_id", "status", "number"):
        if status == VersionStatus.DRAFT:
            drafts.add(definition_id)
        else:
            numbers[definition_id] = number
    return Page(
        results=[
            {
                "key": matter.key,
                "title": matter.title,
                "title_en": matter.title_en,
                "version": numbers.get(matter.pk),
                "has_draft": matter.pk in drafts,
            }
            for matter in shown
        ],
        after=[shown[-1].key] if len(rows) > size else None,
    )


def versions_page(key: str, *, after: int | None, size: int) -> Page:
    """Published and retired versions, the newest first. Raises NotFound."""
    matter = Definition.objects.filter(key=key).first()
    if matter is None:
        raise NotFound
    versions = matter.versions.exclude(number=None)
    if after is not None:
        versions = versions.filter(number__lt=after)
    rows = list(
        versions.order_by("-number").values(
            "number", "status", "sha256", "note", "published_at", person=F("published_by__username")
        )[: size + 1]
    )
    shown = [{**row, "published_by": row["person"]} for row in rows[:size]]
    for row in shown:
        del row["person"]
    return Page(results=shown, after=[shown[-1]["number"]] if len(rows) > size else None)


def stored_bpmn(key: str, number: int) -> str:
    """The XML of a version as stored. Raises NotFound."""
    stored = Version.objects.of(key).filter(number=number).values_list("bpmn", flat=True).first()
    if stored is None:
        raise NotFound
    return stored


def stored_form(key: str, number: int, form: str) -> FormDefinition:
    """A form of a version. Raises NotFound, also for one of an older release that nobody could fill in today."""
    stored = Version.objects.of(key).filter(number=number).values_list("forms", flat=True).first()
    try:
        return read_form((stored or {})[form])
    except (KeyError, FormRefused) as error:
        raise NotFound from error
