"""What a resident may know of a case: where it stands and since when, in public words. No name, no remark, no photo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from casework.models import (
    Case,
    CaseEvent,
    CaseRelation,
    CaseStatus,
    Rating,
    RatingKind,
    RelationKind,
    ResidentReport,
)
from casework.queries.cases import Stage, stages
from casework.queries.caseverbs import round_of
from workflows.models import Run, Step, Version, VersionStatus

TOLD: dict[str, str | Promise] = {
    "reported": _("We have your report"),
    "suspended": _("It has to rest for a while"),
    "resumed": _("It goes on"),
    "closed": _("It is done"),
    "force_closed": _("It was ended"),
    "voided": _("It was not taken up"),
    "merged": _("The same thing was reported before; it is handled together with that"),
}
AGAIN = _("It is handled again")


@dataclass(frozen=True, kw_only=True)
class Told:
    """One line of what happened; `stage` is a station's name instead of words."""

    at: datetime
    words: str | Promise
    stage: str = ""
    rank: int = 0  # among what happened in the same moment


@dataclass(frozen=True, kw_only=True)
class PublicCase:
    """A resident's report as its sender sees it."""

    number: str
    matter: str
    category: str
    is_open: bool
    status: str
    stages: tuple[Stage, ...]
    story: tuple[Told, ...]
    can_rate: bool
    stars: int | None
    asked_again: bool


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A category that residents may choose."""

    value: str
    label: str
    icon: str


def public_case(report: ResidentReport) -> PublicCase:
    case, main = report.case, _main_of(report.case)
    rating = _rating(case)
    return PublicCase(
        number=case.number,
        matter=_title(case.run.version),
        category=_category(case),
        is_open=(main or case).is_open,
        status=(main or case).status,
        stages=tuple(stages(main or case)),
        story=tuple(sorted(_story(case, main), key=lambda told: (told.at, told.rank), reverse=True)),
        can_rate=main is None and case.status == CaseStatus.CLOSED and rating is None,
        stars=rating.stars if rating else None,
        asked_again=bool(rating and not rating.is_solved),
    )


def asked_of_resident(case: Case) -> Step | None:
    """A step that waits for the reporter himself, like the matter's own rating before the close."""
    if case.status != CaseStatus.OPEN:
        return None
    return Step.objects.open().human().filter(run=case.run, candidates=[], claimed_by=None).first()


def _main_of(case: Case) -> Case | None:
    """The case that this one was merged into: what becomes of it is what the resident waits for."""
    relation = (
        CaseRelation.objects.filter(other=case, kind=RelationKind.MERGED)
        .select_related("main__run__version")
        .first()
    )
    return relation.main if relation else None


def _rating(case: Case) -> Rating | None:
    """How its reporter rated the round that is over."""
    if case.is_open:
        return None
    rows = Rating.objects.filter(case=case, kind=RatingKind.HANDLING, by_id=case.reporter_id)
    return rows.filter(round=round_of(case)).first()


def _story(case: Case, main: Case | None) -> Iterator[Told]:
    own = CaseEvent.objects.filter(case=case, kind__in=TOLD).order_by("seq")
    for kind, at in own.values_list("kind", "at"):
        if main is None or kind in ("reported", "merged"):
            yield Told(at=at, words=TOLD[kind], rank=0 if kind == "reported" else 2)
    if main is not None:
        later = CaseEvent.objects.filter(case=main, kind__in=TOLD).exclude(kind="reported")
        for kind, at in later.values_list("kind", "at"):
            yield Told(at=at, words=TOLD[kind], rank=2)
    for at in (main or case).rounds.values_list("reopened_at", flat=True):
        yield Told(at=at, words=AGAIN)
    yield from _stations(main or case)


def _stations(case: Case) -> Iterator[Told]:
    """Each station when it was come to; steps of one station that follow each other are one."""
    runs = [case.run_id, *case.rounds.values_list("run", flat=True)]
    versions = {run.pk: run.version for run in Run.objects.filter(pk__in=runs).select_related("version")}
    before: tuple[int, str] | None = None
    steps = Step.objects.human().filter(run__in=runs).order_by("opened_at", "pk")
    for run, element, at in steps.values_list("run", "element", "opened_at"):
        station = _station(versions[run].about, element)
        if station and (run, station) != before:
            yield Told(at=at, words="", stage=station, rank=1)
            before = (run, station)


def _station(about: Mapping[str, Any], element: str) -> str:
    found = (one for one in about.get("stages", ()) if element in one.get("elements", ()))
    return next((_in_language(one.get("label", "")) for one in found), "")


def _in_language(label: Any) -> str:  # Any: a text, or one for each language
    if isinstance(label, Mapping):
        language = (get_language() or "zh-hans")[:2]
        return str(label.get(language) or label.get("zh") or "")
    return str(label)


def _title(version: Version) -> str:
    return _in_language({"zh": version.definition.title, "en": version.definition.title_en})


def _category(case: Case) -> str:
    listed = case.run.version.about.get("categories", ())
    return next((_in_language(one["label"]) for one in listed if one.get("key") == case.category), "")


def kinds() -> list[Kind]:
    """What residents may report: the categories that published matters list under `residents` in their facts."""
    published = Version.objects.filter(status=VersionStatus.PUBLISHED).select_related("definition")
    found = []
    for version in published.defer("bpmn", "tables", "forms").order_by("definition_id"):
        offered = version.about.get("residents", ())
        for one in version.about.get("categories", ()):
            if one.get("key") in offered:
                value = f"{version.definition.key}|{one['key']}"
                found.append(
                    Kind(value=value, label=_in_language(one["label"]), icon=one.get("icon") or "flag")
                )
    return found
