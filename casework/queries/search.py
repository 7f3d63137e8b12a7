"""Lists of cases one may see: filtered on the desk's list, or found by number and words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from casework.access import Viewer
from casework.models import Case, CaseQuerySet, CaseStatus
from casework.queries.inbox import place_of
from casework.queries.keyset import Order, Page, page, page_among_nearest
from grid.models import Area
from workflows.models import Definition, Step

SIZE = 50
NEWEST_FIRST = Order(field="opened_at", descending=True)
WORDS = 5
STEPS = 3
NEAREST = 1000
SHOWN = ("matter", "area", "reporter")
_NUMBER = re.compile(r"\d{4}-\d{4}(-\d{0,7})?")
_TAIL = re.compile(r"(\d{4}-)?(\d{2,7})")
_WITH_PAIRS = "SELECT case_id FROM casework_case_words WHERE pairs @> casework_pairs(%s)"
_WITH_PAIRS_OR_SERIAL = f"{_WITH_PAIRS} OR serial = %s"  # noqa: S608 - a constant


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the list is narrowed to; an empty text narrows nothing."""

    status: str = ""
    matter: str = ""
    area: str = ""
    words: str = ""
    since: datetime | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.status or self.matter or self.area or self.words or self.since)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A case in the list, with the steps that wait for people."""

    case: Case
    place: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class CaseList:
    """One page of the list."""

    rows: tuple[Line, ...]
    next: str
    previous: str


def cases(viewer: Viewer, wanted: Wanted, *, cursor: str = "", size: int = SIZE) -> CaseList:
    """A page of the visible cases, the newest first. At most three queries."""
    shown = _page(viewer, wanted, cursor=cursor, size=size)
    waiting: dict[int, list[Step]] = {}
    runs = [case.run_id for case in shown.rows]
    for step in Step.objects.open().human().filter(run__in=runs).select_related("claimed_by"):
        waiting.setdefault(step.run_id, []).append(step)
    lines = [
        Line(case=case, place=place_of(case), steps=tuple(waiting.get(case.run_id, ())[:STEPS]))
        for case in shown.rows
    ]
    return CaseList(rows=tuple(lines), next=shown.next, previous=shown.previous)


def _page(viewer: Viewer, wanted: Wanted, *, cursor: str, size: int) -> Page[Case]:
    """Frequent words fill a page from the newest cases; rare ones are looked up in the index of pairs."""
    every = narrowed(viewer, wanted)
    shown = Case.objects.select_related(*SHOWN)
    words = wanted.words.split()[:WORDS]
    if not words:
        return page(every.select_related(*SHOWN), order=NEWEST_FIRST, cursor=cursor, size=size)
    saying = list(map(_says, words))
    near = page_among_nearest(
        every, shown.filter(*saying), order=NEWEST_FIRST, cursor=cursor, size=size, nearest=NEAREST
    )
    if near is not None:
        return near
    rare = every.select_related(*SHOWN).filter(*saying, *map(_may_say, words))
    return page(rare, order=NEWEST_FIRST, cursor=cursor, size=size)


def narrowed(viewer: Viewer, wanted: Wanted) -> CaseQuerySet:
    """The visible cases of this status, matter, area and time: the query that the list and the map share."""
    found = Case.objects.visible_to(viewer)
    if wanted.status in CaseStatus.values:
        found = found.filter(status=wanted.status)
    if wanted.matter:
        found = found.filter(matter__key=wanted.matter)
    if wanted.since is not None:
        found = found.filter(opened_at__gte=wanted.since)
    return found.within(wanted.area) if wanted.area else found


def matters(viewer: Viewer) -> list[Definition]:
    """The matters that visible cases belong to, to choose from."""
    seen = Case.objects.visible_to(viewer).order_by().filter(matter=OuterRef("pk"))
    return list(Definition.objects.filter(Exists(seen)))


def areas(viewer: Viewer) -> list[Area]:
    """The areas to choose from: those over which the viewer's posts stand, and what lies directly below."""
    codes = {post.area_code for post in viewer.posts}
    below = Area.objects.filter(Q(code__in=codes) | Q(parent__in=codes))
    if viewer.is_operator:
        below = Area.objects.filter(level__in=["district", "town"])
    return list(below.order_by("code")[:200])


def _says(word: str) -> Q:
    """A number from its beginning, or its serial as people say it; a word in title, text, place or reporter."""
    if _NUMBER.fullmatch(word):
        return Q(number__startswith=word)
    said = (
        Q(title__icontains=word)
        | Q(summary__icontains=word)
        | Q(area__name__icontains=word)
        | Q(reporter__display_name__icontains=word)
    )
    if tail := _TAIL.fullmatch(word):
        said |= Q(number__endswith=f"-{tail[1] or ''}{int(tail[2]):05d}")
    return said


def _may_say(word: str) -> Q:
    """What the indexes know of it: all that `_says` finds, and a little more."""
    if _NUMBER.fullmatch(word) or len(word) < 2:
        return Q()
    if tail := _TAIL.fullmatch(word):
        return Q(pk__in=RawSQL(_WITH_PAIRS_OR_SERIAL, [word, f"{int(tail[2]):05d}"]))  # noqa: S611 - parameters
    return Q(pk__in=RawSQL(_WITH_PAIRS, [word]))  # noqa: S611 - the word is a parameter
