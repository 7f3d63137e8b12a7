"""What the gate shows: what publishing asks for and how far it is, what becomes of running cases, who did what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.models import (
    Case,
    CaseStatus,
    LooseningRequest,
    PublishingRule,
    PublishRequest,
    PublishState,
)
from casework.queries import studio
from casework.services import migrating, scenarios
from casework.services.gate_rules import Rule, rule_for
from casework.services.scenarios import Tested
from workflows import services as workflows
from workflows.bpmn import Diagram, DiagramRefused
from workflows.models import Definition, RunStatus, Step, Version
from workflows.moving_over import obstacles
from workflows.scenarios import Difference, Result

MOST_CASES = 1_000  # tried at the gate; of more the first are told
MOST_ACTS = 30


@dataclass(frozen=True, kw_only=True)
class ScenarioRow:
    """A scenario with what came of it; `why` says in words what went wrong, and at which step."""

    key: str
    title: str
    steps: int
    outcome: str
    why: str
    step: int


@dataclass(frozen=True, kw_only=True)
class StandingPlace:
    """Cases of one version at one step: `go` can go over, `map` stand at what is gone, `stay` can't go over."""

    element: str
    name: str
    number: int | None
    go: int
    map: int
    stay: int

    @property
    def cases(self) -> int:
        return self.go + self.map + self.stay


@dataclass(frozen=True, kw_only=True)
class Impact:
    """What would become of the running cases."""

    places: tuple[StandingPlace, ...]
    go: int
    map: int
    stay: int
    tried: int
    all: int

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """For the bar of 100: which part, where it begins, how wide it is."""
        found, begins = [], 0.0
        for name in ("go", "map", "stay"):
            wide = getattr(self, name) * 100 / self.tried if self.tried else 0.0
            found.append((name, round(begins, 2), round(wide, 2)))
            begins += wide
        return found


@dataclass(frozen=True, kw_only=True)
class Act:
    """A line of who did what before publishing."""

    at: datetime
    who: str
    said: str | Promise
    note: str


# --- scenarios


def scenario_rows(version: Version, tested: Tested) -> list[ScenarioRow]:
    diagram = studio.diagram_of(version)
    names = studio.element_names(diagram) if diagram else {}
    results = dict(tested.results)
    return [
        ScenarioRow(
            key=key,
            title=str(scenario.get("note") or scenario.get("id") or key),
            steps=len(scenario.get("steps", ())),
            outcome=results[key].outcome,
            why=_why(results[key], names),
            step=results[key].step,
        )
        for key, scenario in version.scenarios.items()
        if key in results
    ]


def _why(result: Result, names: Mapping[str, str]) -> str:
    if result.outcome == "right":
        return ""
    if result.outcome == "late":
        return _("There was no time left for it.")
    if result.differences:
        return "；".join(_different(one, names) for one in result.differences)
    if result.error is not None:
        return result.error.text(get_language() or "zh-hans")
    return result.detail.partition(": ")[2] or result.detail


def _different(one: Difference, names: Mapping[str, str]) -> str:
    told = {"wanted": _names(one.wanted, names), "seen": _names(one.seen, names)}
    match one.name:
        case _ if one.is_variable:
            return _("%(name)s is %(seen)s, should be %(wanted)s") % {"name": one.name, **told}
        case "tasks":
            return _("should stand at %(wanted)s, stands at %(seen)s") % told
        case "waits":
            return _("should wait for %(wanted)s, waits for %(seen)s") % told
        case "machines":
            return _("the system should be at %(wanted)s, is at %(seen)s") % told
        case "ended":
            return _("should have ended") if one.wanted else _("should not have ended")
        case "open":
            return _("%(seen)s should not be open") % told
        case _:
            return _("%(seen)s steps are open, should be %(wanted)s") % told


def _names(value: Any, names: Mapping[str, str]) -> str:  # Any: JSON of a scenario
    if isinstance(value, list):
        return "、".join(names.get(str(each), str(each)) for each in value) or _("nothing")
    return names.get(value, value) if isinstance(value, str) else str(value)


def tested_or_none(version: Version) -> Tested | None:
    """None where the diagram can't be read at all."""
    try:
        return scenarios.tested(version)
    except DiagramRefused:
        return None


def coverage_marks(tested: Tested) -> dict[str, list[str]]:
    return {"done": sorted(tested.taken), "now": []}


def never_taken(version: Version, tested: Tested) -> list[tuple[str, str]]:
    """The elements and arrows that no green scenario takes: id and name, the list beside the drawing."""
    diagram = studio.diagram_of(version)
    names = studio.element_names(diagram) if diagram else {}
    missing = [id for id in names if id in tested.elements and id not in tested.taken]
    return [(id, names[id]) for id in missing]


# --- running cases


def impact(matter: Definition, draft: Version, *, now: datetime) -> Impact:
    """Whether each running case could go over to the draft, by the step where it stands. Changes nothing."""
    held = Case.objects.filter(
        matter=matter, status__in=[CaseStatus.OPEN, CaseStatus.SUSPENDED], run__status=RunStatus.RUNNING
    )
    cases = list(held.select_related("run__version").order_by("pk")[:MOST_CASES])
    counted = dict(_sorted_out(cases, draft, now=now))
    standing = _first_steps(cases)
    places: dict[tuple[int | None, str, str], Counter[str]] = {}
    for case in cases:
        element, name = standing.get(case.run_id, ("", _("waits for an event")))
        places.setdefault((case.run.version.number, element, name), Counter())[counted[case.pk]] += 1
    total = Counter(counted.values())
    return Impact(
        places=tuple(
            StandingPlace(number=number, element=element, name=name, go=n["go"], map=n["map"], stay=n["stay"])
            for (number, element, name), n in sorted(places.items(), key=lambda row: -row[1].total())
        ),
        go=total["go"],
        map=total["map"],
        stay=total["stay"],
        tried=len(cases),
        all=len(cases) if len(cases) < MOST_CASES else held.count(),
    )


def _sorted_out(cases: Sequence[Case], draft: Version, *, now: datetime) -> Iterator[tuple[int, str]]:
    """Each case with go, map or stay. What stands at an element that is gone waits for somebody to say where."""
    diagram = studio.diagram_of(draft)
    try:
        plan = workflows.fresh_plan(draft) if diagram else None
    except DiagramRefused:
        plan = None
    if diagram is None or plan is None:
        yield from ((case.pk, "stay") for case in cases)
        return
    here = {node.id for node, _scope in diagram.walk()}
    maps: dict[int, dict[str, str]] = {}
    for case in cases:
        old = case.run.version
        if old.pk not in maps:
            maps[old.pk] = _mapped(old, diagram)
        found = obstacles(case.run, draft, data=case.data, now=now, elements=maps[old.pk], plan=plan)
        gone = [one for one in found if one.element and one.element not in here]
        yield case.pk, "go" if not found else "map" if len(gone) == len(found) else "stay"


def _mapped(old: Version, new: Diagram) -> dict[str, str]:
    before = studio.diagram_of(old)
    return migrating.suggested(before, new) if before else {}


def _first_steps(cases: Sequence[Case]) -> dict[int, tuple[str, str]]:
    """Where each case stands: one step of those that are open."""
    rows = Step.objects.open().filter(run__in=[case.run_id for case in cases]).order_by("-pk")
    return {run: (element, name) for run, element, name in rows.values_list("run", "element", "name")}


# --- the second person


def waiting_request(matter: Definition) -> PublishRequest | None:
    return matter.publish_requests.filter(state=PublishState.WAITING).select_related("asked_by").first()


def may_decide(asked: PublishRequest, draft: Version, *, viewer: Viewer) -> bool:
    return viewer.user_id not in (asked.asked_by_id, draft.author_id)


def review_inbox(viewer: Viewer) -> list[tuple[PublishRequest, Version, str]]:
    """What waits for this person to look at a second time, the oldest first; with the matter's title."""
    asked = (
        PublishRequest.objects.filter(state=PublishState.WAITING)
        .exclude(asked_by_id=viewer.user_id)
        .select_related("matter", "asked_by")
        .order_by("asked_at")
    )
    drafts = {
        draft.definition_id: draft
        for draft in Version.objects.filter(status="draft", definition__publish_requests__in=asked)
    }
    return [
        (one, drafts[one.matter_id], studio.matter_title(one.matter))
        for one in asked
        if one.matter_id in drafts and may_decide(one, drafts[one.matter_id], viewer=viewer)
    ]


@dataclass(frozen=True, kw_only=True)
class Loosening:
    """Somebody wants publishing to ask for less; `title` is empty where it is for all matters."""

    asked: LooseningRequest
    title: str
    now: Rule
    is_own: bool


def loosening_inbox(viewer: Viewer) -> list[Loosening]:
    """Wishes to ask for less, the oldest first: those of others to agree to, one's own to take back."""
    rows = LooseningRequest.objects.filter(state=PublishState.WAITING).select_related("matter", "asked_by")
    return [
        Loosening(
            asked=one,
            title=studio.matter_title(one.matter) if one.matter else "",
            now=rule_for(one.matter),
            is_own=one.asked_by_id == viewer.user_id,
        )
        for one in rows.order_by("asked_at")
    ]


def acts(matter: Definition) -> list[Act]:
    """Who asked, agreed, sent back, withdrew, changed what is asked for and published; the newest first."""
    found = [*_asked(matter), *_ruled(matter), *_loosened(matter), *_published(matter)]
    return sorted(found, key=lambda act: act.at, reverse=True)[:MOST_ACTS]


def _asked(matter: Definition) -> Iterator[Act]:
    words = {
        PublishState.APPROVED: _("agreed"),
        PublishState.REFUSED: _("sent it back"),
        PublishState.WITHDRAWN: _("withdrew the question"),
    }
    for one in matter.publish_requests.select_related("asked_by", "decided_by")[:MOST_ACTS]:
        yield Act(at=one.asked_at, who=str(one.asked_by), said=_("sent it for review"), note=one.note)
        if one.decided_at is not None:
            said = words[PublishState(one.state)]
            yield Act(at=one.decided_at, who=str(one.decided_by), said=said, note=one.comment)


def _ruled(matter: Definition) -> Iterator[Act]:
    for which, said in (
        (matter, _("set what publishing of this matter asks for")),
        (None, _("set what publishing asks for everywhere")),
    ):
        for row in PublishingRule.objects.filter(matter=which).select_related("set_by")[:MOST_ACTS]:
            second = _("a second person") if row.needs_second else _("no second person")
            note = _("%(share)d %% of the ways, %(second)s") % {"share": row.share, "second": second}
            yield Act(at=row.set_at, who=str(row.set_by), said=said, note=note)


def _loosened(matter: Definition) -> Iterator[Act]:
    """Who agreed that less is asked for, or did not."""
    words = {
        PublishState.APPROVED: _("agreed that publishing asks for less"),
        PublishState.REFUSED: _("did not agree that publishing asks for less"),
    }
    rows = LooseningRequest.objects.filter(Q(matter=matter) | Q(matter=None), state__in=words)
    for row in rows.select_related("decided_by")[:MOST_ACTS]:
        if row.decided_at is not None:
            said = words[PublishState(row.state)]
            yield Act(at=row.decided_at, who=str(row.decided_by), said=said, note="")


def _published(matter: Definition) -> Iterator[Act]:
    versions = (
        matter.versions.exclude(number=None).select_related("published_by").defer("bpmn", "forms", "tables")
    )
    for version in versions[:MOST_ACTS]:
        if version.published_at is not None:
            said = _("put version %(number)d in force") % {"number": version.number}
            who = str(version.published_by or _("the system"))
            yield Act(at=version.published_at, who=who, said=said, note=version.note)
