"""What the studio's screens need: the library of matters, one matter with its problems, the gate before publishing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language

from casework.errors import NotFound
from casework.forms import FormProblem, FormRefused, StepForm, build, read_form
from casework.models import Case, CaseStatus
from casework.queries.changes import KINDS, Changes, changes
from casework.queries.drawing import Drawing, drawing
from casework.services import diagrams
from casework.services.scenarios import Tested, tested_lately
from workflows.bpmn import Diagram, DiagramRefused, Problem, read
from workflows.bpmn import outline as read_in_order
from workflows.models import Definition, Step, Version, VersionStatus

CHECKED_FOR = 600  # seconds; what a check depends on beside the diagram (posts, other matters) changes rarely
SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True, kw_only=True)
class Card:
    """A matter in the library."""

    key: str
    title: str
    summary: str
    drawing: Drawing | None
    running: int
    overdue: int
    scenarios: int
    tested: Tested | None
    steps: int
    errors: int
    warnings: int
    has_draft: bool
    number: int | None
    published_at: datetime | None
    owner: str

    @property
    def next_number(self) -> int:
        return (self.number or 0) + 1

    @property
    def lint(self) -> str:
        """How the check looks: must, soon or done."""
        return "must" if self.errors else "soon" if self.warnings else "done"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A problem in the words of the author, with the name of its element."""

    severity: str
    code: str
    element: str
    name: str
    line: int
    message: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class OutlineRow:
    """A step in the tree of a diagram; `mark` is the worst problem of it."""

    element: str
    name: str
    kind: str
    words: str | Promise
    depth: int
    mark: str


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    number: int | None
    status: str
    note: str
    who: str
    at: datetime
    running: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class FormCard:
    """A form of a version as people will see it, or why it cannot be shown."""

    key: str
    form: StepForm | None
    problems: tuple[FormProblem, ...]
    used_at: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StandingAt:
    """How many running cases stand at an element of an older version, and whether the new one still has it."""

    number: int | None
    element: str
    name: str
    cases: int
    is_gone: bool


# --- the library


def library(*, show: str = "all") -> tuple[list[Card], dict[str, int]]:
    """Cards and how many each tab holds: all, drafts, problems, unpublished."""
    cards = _cards()
    tabs = {
        "all": cards,
        "drafts": [card for card in cards if card.has_draft],
        "problems": [card for card in cards if card.errors or card.warnings],
        "unpublished": [card for card in cards if card.number is None],
    }
    return tabs.get(show, cards), {name: len(held) for name, held in tabs.items()}


def _cards() -> list[Card]:
    current: dict[int, dict[str, Version]] = {}
    for version in Version.objects.exclude(status=VersionStatus.RETIRED).select_related(
        "author", "published_by"
    ):
        current.setdefault(version.definition_id, {})[version.status] = version
    running, overdue = running_by_matter(), overdue_by_matter()
    return [
        _card(
            matter,
            current.get(matter.pk, {}),
            running=running.get(matter.pk, 0),
            overdue=overdue.get(matter.pk, 0),
        )
        for matter in Definition.objects.order_by("pk")
    ]


def running_by_matter() -> dict[int, int]:
    open_ones = Case.objects.open().order_by().values_list("matter_id").annotate(Count("pk"))
    return dict(open_ones)


def overdue_by_matter() -> dict[int, int]:
    late = Case.objects.open().filter(due_at__lt=timezone.now())
    return dict(late.order_by().values_list("matter_id").annotate(Count("pk")))


def _card(matter: Definition, versions: Mapping[str, Version], *, running: int, overdue: int) -> Card:
    draft, published = versions.get(VersionStatus.DRAFT), versions.get(VersionStatus.PUBLISHED)
    shown = draft or published
    diagram = diagram_of(shown) if shown else None
    counts = problem_counts(shown) if shown else {}
    about = shown.about if shown else {}
    owner = (published.published_by or published.author) if published else None
    owner = owner or (draft.author if draft else None)
    return Card(
        key=matter.key,
        title=matter_title(matter),
        summary=in_language(about.get("summary", "")),
        drawing=drawing(diagram) if diagram else None,
        running=running,
        overdue=overdue,
        scenarios=len(shown.scenarios) if shown else 0,
        tested=tested_lately(shown) if shown else None,
        steps=human_steps(diagram) if diagram else 0,
        errors=counts.get("error", 0),
        warnings=counts.get("warning", 0),
        has_draft=draft is not None,
        number=published.number if published else None,
        published_at=published.published_at if published else None,
        owner=str(owner) if owner else "",
    )


def human_steps(diagram: Diagram) -> int:
    return sum(node.kind in ("userTask", "manualTask") for node, _scope in diagram.walk())


def matter_title(matter: Definition) -> str:
    return matter.title_en if _english() and matter.title_en else matter.title


def in_language(text: object) -> str:
    """A text of a matter's author: plain, or {"zh", "en"}."""
    if isinstance(text, Mapping):
        return str((text.get("en") if _english() else "") or text.get("zh") or "")
    return str(text or "")


def _english() -> bool:
    return (get_language() or "").startswith("en")


# --- one version


@lru_cache(maxsize=256)
def _diagram(_sha256: str, text: str) -> Diagram | None:
    try:
        return read(text.encode())
    except DiagramRefused:
        return None


def diagram_of(version: Version) -> Diagram | None:
    """The model of a stored diagram; None when an older release kept what can no longer be read."""
    return _diagram(version.sha256, version.bpmn)


def problem_counts(version: Version) -> dict[str, int]:
    """Problems by severity, remembered for some minutes: a library shows many matters at once."""
    key = f"problems:{version.pk}:{version.sha256}:{version.saved_at.timestamp()}"
    counts: dict[str, int] | None = cache.get(key)
    if counts is None:
        counts = dict(Counter(problem.severity for problem in problems_now(version)))
        cache.set(key, counts, CHECKED_FOR)
    return counts


def problems_now(version: Version) -> tuple[Problem, ...]:
    return diagrams.problems_of(version)


def findings(version: Version) -> list[Finding]:
    """All problems of a version, the worst first, in the viewer's language."""
    diagram = diagram_of(version)
    names = element_names(diagram) if diagram else {}
    language = get_language() or "zh-hans"
    found = [
        Finding(
            severity=problem.severity,
            code=problem.code,
            element=problem.element,
            name=names.get(problem.element, problem.element),
            line=problem.line,
            message=problem.text(language),
            hint=problem.hint(language),
        )
        for problem in problems_now(version)
    ]
    return sorted(found, key=lambda one: (SEVERITIES.index(one.severity), one.line))


def problem_marks(problems: Sequence[Finding]) -> dict[str, dict[str, Any]]:
    """What the drawing shows at each element: how many problems, and how bad the worst is."""
    marks: dict[str, dict[str, Any]] = {}
    for finding in problems:
        if finding.element and finding.severity != "note":
            mark = marks.setdefault(finding.element, {"severity": finding.severity, "count": 0})
            mark["count"] += 1
    return marks


def element_names(diagram: Diagram) -> dict[str, str]:
    """What people call each element: its name, else its kind."""
    names: dict[str, str] = {process.id: process.name or process.id for process in diagram.processes}
    for process in diagram.processes:
        for scope in process.scopes():
            names |= {lane.id: lane.name or lane.id for lane in scope.lanes}
            for node in scope.nodes:
                names[node.id] = node.name or str(KINDS.get(node.kind, node.id))
            for flow in scope.flows:
                ends = f"{names.get(flow.source, flow.source)} → {names.get(flow.target, flow.target)}"
                names[flow.id] = flow.name or ends
    return names


def outline(diagram: Diagram, problems: Sequence[Finding]) -> list[OutlineRow]:
    """The tree of steps beside the drawing, in the order one would tell them."""
    worst: dict[str, str] = {}
    for finding in problems:  # the worst come first
        if finding.severity != "note":
            worst.setdefault(finding.element, finding.severity)
    return [
        OutlineRow(
            element=line.id,
            name=line.name,
            kind=line.kind,
            words=KINDS.get(line.kind, line.kind),
            depth=min(line.depth, 4) + (line.host is not None),
            mark=worst.get(line.id, ""),
        )
        for process in read_in_order(diagram)
        for line in process.lines
        if line.name or not line.kind.endswith("Gateway")  # a join without a name tells nothing
    ]


def form_cards(version: Version, *, language: str) -> list[FormCard]:
    """Each form of a version with its preview and the steps that ask for it, in the order of the steps."""
    diagram = diagram_of(version)
    used: dict[str, list[str]] = {}
    for process in read_in_order(diagram) if diagram else ():
        for line in process.lines:
            if key := line.settings.get("form"):
                used.setdefault(key, []).append(line.name or line.id)
    order = [key for key in used if key in version.forms]
    order += sorted(key for key in version.forms if key not in used)
    return [
        _form_card(key, version.forms[key], used_at=tuple(used.get(key, ())), language=language)
        for key in order
    ]


def _form_card(key: str, raw: Any, *, used_at: tuple[str, ...], language: str) -> FormCard:  # Any: JSON
    try:
        form = build(read_form(raw), data={}, language=language)
    except FormRefused as refused:
        return FormCard(key=key, form=None, problems=refused.problems, used_at=used_at)
    return FormCard(key=key, form=form, problems=(), used_at=used_at)


# --- one matter


def matter_for(key: str) -> Definition:
    """Raises NotFound."""
    matter = Definition.objects.filter(key=key).first()
    if matter is None:
        raise NotFound
    return matter


def draft_or_none(matter: Definition) -> Version | None:
    return matter.versions.filter(status=VersionStatus.DRAFT).select_related("author").first()


def published_or_none(matter: Definition) -> Version | None:
    return matter.versions.filter(status=VersionStatus.PUBLISHED).select_related("published_by").first()


def version_for(matter: Definition, number: int) -> Version:
    """Raises NotFound."""
    version = matter.versions.filter(number=number).select_related("published_by", "author").first()
    if version is None:
        raise NotFound
    return version


def version_rows(matter: Definition) -> list[VersionRow]:
    """The draft first, then the newest; with the cases that still run on each."""
    versions = (
        matter.versions.annotate(
            running=Count("runs", filter=Q(runs__case__status__in=[CaseStatus.OPEN, CaseStatus.SUSPENDED]))
        )
        .select_related("author", "published_by")
        .defer("bpmn", "forms", "tables", "about")
        .order_by(F("number").desc(nulls_first=True))
    )
    return [
        VersionRow(
            number=version.number,
            status=version.status,
            note=version.note,
            who=str(version.published_by or version.author or ""),
            at=version.published_at or version.saved_at,
            running=int(version.running),  # type: ignore[attr-defined]  # annotated
            sha256=version.sha256,
        )
        for version in versions
    ]


# --- the gate


def changes_since(published: Version | None, draft: Version) -> Changes:
    """What publishing would change for new cases."""
    after = diagram_of(draft)
    if after is None:
        raise NotFound
    return changes(
        diagram_of(published) if published else None,
        after,
        forms_before=published.forms if published else {},
        forms_after=draft.forms,
        tables_before=published.tables if published else {},
        tables_after=draft.tables,
    )


def standing_cases(matter: Definition, draft: Version) -> list[StandingAt]:
    """Where the running cases stand; they go on in the version they began in."""
    counted = (
        Step.objects.open()
        .filter(
            run__version__definition=matter, run__case__status__in=[CaseStatus.OPEN, CaseStatus.SUSPENDED]
        )
        .values("element", "name", number=F("run__version__number"))
        .annotate(cases=Count("run", distinct=True))
        .order_by("-number", "-cases", "element")
    )
    diagram = diagram_of(draft)
    kept = {node.id for node, _scope in diagram.walk()} if diagram else set()
    return [StandingAt(**row, is_gone=row["element"] not in kept) for row in counted]
