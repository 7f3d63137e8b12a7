"""What a report may be about: all categories of the published matters, and the four to offer first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from pypinyin import Style, lazy_pinyin

from casework.access import Viewer
from grid.codes import DIGITS
from grid.models import Area, Report
from workflows.models import Version, VersionStatus

LIKELY = 4
RECENT = timedelta(days=30)
LOOKED_AT = 200  # reports of a person, and of a grid: the latest say enough
HOURS_AROUND = 2
MINE = 3  # how much more one's own habits weigh than the neighbours'
USUAL_RANK = 10  # of a matter that says none
Key = tuple[str, str]  # the matter's key and the category


@dataclass(frozen=True, kw_only=True)
class LikelyCategory:
    """A category to offer first, and why: how often it was chosen lately, by whom, and whether at this hour."""

    matter: str
    category: str
    label: str
    icon: str
    search: str
    times: int
    mine: bool
    usual_now: bool


@dataclass(frozen=True, kw_only=True)
class _Tally:
    """How often each category was reported, and how often of that at about this hour of the day."""

    times: Counter[Key]
    usual: Counter[Key]


def likely_categories(viewer: Viewer, *, area_code: str | None = None, now: datetime) -> list[LikelyCategory]:
    """Four categories for this person, place and hour; then those that the matters list first."""
    own = _tally(Report.objects.filter(by_id=viewer.user_id), now=now)
    around = _tally(_reported_in(area_code or viewer.home_area or ""), now=now)
    known = {(entry["matter"], entry["category"]): entry for entry in category_tree()}

    def weight(key: Key) -> int:
        return MINE * (own.times[key] + own.usual[key]) + around.times[key] + around.usual[key]

    # Sorting keeps the authors' order among those that nobody has reported yet.
    chosen = sorted(known, key=weight, reverse=True)[:LIKELY]
    return [
        LikelyCategory(
            matter=matter,
            category=category,
            label=known[matter, category]["label"],
            icon=known[matter, category]["icon"],
            search=known[matter, category]["search"],
            times=own.times[matter, category] or around.times[matter, category],
            mine=bool(own.times[matter, category]),
            usual_now=own.usual[matter, category] + around.usual[matter, category] > 1,
        )
        for matter, category in chosen
    ]


def category_tree() -> list[dict[str, str]]:
    """All categories of the published matters, matter by matter, in the order their authors chose.

    Matters with a small `rank` in their facts come first: on a phone that knows nobody's habits yet, what happens
    every day must not stand behind what happens once a year. A matter lists them in its facts: `categories` = [{"key", "label": {"zh", "en"}, "icon"}]. `search` is what
    people may type for it: the label, the matter's title, both in pinyin and by initials.
    """
    tree: list[dict[str, str]] = []
    language = (get_language() or "zh-hans")[:2]
    published = Version.objects.filter(status=VersionStatus.PUBLISHED).select_related("definition")
    versions = published.defer("bpmn", "tables", "forms").order_by("definition_id")
    for version in sorted(versions, key=lambda version: version.about.get("rank", USUAL_RANK)):
        definition = version.definition
        title = definition.title_en if language == "en" and definition.title_en else definition.title
        for entry in version.about.get("categories", []) or [{"key": "", "label": title}]:
            label = _label(entry.get("label", ""), language)
            tree.append(
                {
                    "matter": definition.key,
                    "matter_title": title,
                    "category": entry.get("key", ""),
                    "label": label,
                    "icon": entry.get("icon") or version.about.get("icon", "flag"),
                    "search": search_text(label, title),
                }
            )
    return tree


@lru_cache(maxsize=2048)
def search_text(*texts: str) -> str:
    """What finds these texts: themselves, their pinyin, their initials; in small letters."""
    found = []
    for text in texts:
        found += [
            text.replace(" ", ""),
            "".join(lazy_pinyin(text)),
            "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)),
        ]
    return " ".join(dict.fromkeys(found)).lower()


def category_label(version: Version, category: str) -> str:
    """A category as people call it; the key itself where the version doesn't list it."""
    language = (get_language() or "zh-hans")[:2]
    entries: Iterable[dict[str, Any]] = version.about.get("categories", [])
    return next(
        (_label(entry.get("label", ""), language) for entry in entries if entry.get("key") == category),
        category,
    )


def _label(label: Any, language: str) -> str:  # Any: JSON of a matter
    return label if isinstance(label, str) else str(label.get(language) or label.get("zh", ""))


def _reported_in(here: str) -> Any:  # Any: a queryset of Report
    """The reports of one grid, or of a community with its grids; larger areas say nothing about a place."""
    if len(here) < DIGITS["community"]:
        return Report.objects.none()
    places = Area.objects.filter(Q(code=here) | Q(parent=here)).values("pk")
    return Report.objects.filter(area__in=places)


def _tally(reports: Any, *, now: datetime) -> _Tally:
    """Walks an index from its newest end: (by, received_at) or (area, received_at)."""
    rows = (
        reports.filter(received_at__gte=now - RECENT)
        .order_by("-received_at")
        .values_list("matter_key", "category", "seen_at")[:LOOKED_AT]
    )
    times: Counter[Key] = Counter()
    usual: Counter[Key] = Counter()
    hour = timezone.localtime(now).hour
    for matter, category, seen_at in rows:
        times[matter, category] += 1
        apart = abs(timezone.localtime(seen_at).hour - hour)
        if min(apart, 24 - apart) <= HOURS_AROUND:
            usual[matter, category] += 1
    return _Tally(times=times, usual=usual)
