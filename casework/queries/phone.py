"""What the phone's screens need: what waits for me, what came back to me, my cases, likely categories."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language

from casework.access import Viewer
from casework.models import Case
from casework.queries.cases import Stage, return_behind, stages_of
from workflows.models import Definition, Step, StepKind

LIKELY = 4
RECENT = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A step that waits for this person on the phone; `reason` is why it came back, if it did."""

    step: Step
    case: Case
    is_return: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class MyCase:
    """A case in my list, with its line."""

    case: Case
    stages: tuple[Stage, ...]


@dataclass(frozen=True, kw_only=True)
class LikelyCategory:
    """A category to offer first: of which matter, and how often it was chosen here lately."""

    matter: str
    category: str
    label: str
    icon: str
    times: int
    mine: bool


def waiting_for(viewer: Viewer) -> list[Waiting]:
    """Open steps of my posts or claimed by me, what came back first, then by clock."""
    mine = Q(claimed_by_id=viewer.user_id) | Q(
        claimed_by=None, candidates__overlap=list(viewer.post_codes) or [""]
    )
    steps = (
        Step.objects.open()
        .filter(mine, kind=StepKind.HUMAN)
        .select_related("run__case__area", "run__case__matter")
        .prefetch_related("opened_by__decisions")
        .order_by("due_at", "opened_at", "pk")[:100]
    )
    found = []
    for step in steps:
        back = return_behind(step)
        reason = back.comment if back else ""
        found.append(Waiting(step=step, case=step.run.case, is_return=back is not None, reason=reason))
    return sorted(found, key=lambda one: not one.is_return)


def my_cases(viewer: Viewer, *, before: int | None = None, size: int = 20) -> list[MyCase]:
    """Cases that I reported, the newest first; `before` is the id of the last one seen."""
    cases = Case.objects.filter(reporter_id=viewer.user_id).select_related("matter", "area", "run__version")
    cases = cases.defer("run__state", "run__version__bpmn", "run__version__tables", "run__version__forms")
    if before is not None:
        cases = cases.filter(pk__lt=before)
    shown = list(cases.order_by("-pk")[:size])
    lines = stages_of(shown)
    return [MyCase(case=case, stages=tuple(lines[case.pk])) for case in shown]


def likely_categories(viewer: Viewer, *, area_code: str | None = None) -> list[LikelyCategory]:
    """Four categories: mine of the last thirty days, then the area's, then those the matters list first."""
    since = timezone.now() - RECENT
    own = _counted(Case.objects.filter(reporter_id=viewer.user_id, opened_at__gte=since))
    here = area_code or viewer.home_area
    around = (
        _counted(Case.objects.filter(area_code__startswith=here, opened_at__gte=since)) if here else Counter()
    )
    known = {(entry["matter"], entry["category"]): entry for entry in category_tree()}
    order = [key for key, _n in own.most_common()] + [key for key, _n in around.most_common()] + list(known)
    chosen = [key for key in dict.fromkeys(order) if key in known][:LIKELY]
    return [
        LikelyCategory(
            matter=matter,
            category=category,
            label=known[matter, category]["label"],
            icon=known[matter, category]["icon"],
            times=own[matter, category] or around[matter, category],
            mine=bool(own[matter, category]),
        )
        for matter, category in chosen
    ]


def _counted(cases: Any) -> Counter[tuple[str, str]]:  # Any: a queryset of Case
    return Counter(cases.values_list("matter__key", "category")[:1000])


def category_tree() -> list[dict[str, str]]:
    """All categories of the published matters, matter by matter, in the order their authors chose.

    A matter lists them in its facts: `categories` = [{"key", "label": {"zh", "en"}, "icon"}].
    """
    tree: list[dict[str, str]] = []
    published = Definition.objects.filter(versions__status="published").distinct().order_by("pk")
    language = (get_language() or "zh-hans")[:2]
    for definition in published:
        version = definition.versions.filter(status="published").first()
        about = version.about if version else {}
        title = definition.title_en if language == "en" and definition.title_en else definition.title
        for entry in about.get("categories", []) or [{"key": "", "label": title}]:
            label = entry.get("label", "")
            tree.append(
                {
                    "matter": definition.key,
                    "matter_title": title,
                    "category": entry.get("key", ""),
                    "label": label if isinstance(label, str) else label.get(language) or label.get("zh", ""),
                    "icon": entry.get("icon") or about.get("icon", "flag"),
                }
            )
    return tree
