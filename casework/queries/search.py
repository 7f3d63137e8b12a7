"""Lists of cases one may see: filtered on the desk's list, or found by number and words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Q

from casework.access import Viewer
from casework.models import Case, CaseQuerySet, CaseStatus
from casework.queries.inbox import place_of
from casework.queries.keyset import Order, page
from grid.models import Area
from workflows.models import Definition, Step

SIZE = 50
NEWEST_FIRST = Order(field="opened_at", descending=True)
WORDS = 5
STEPS = 3
_NUMBER = re.compile(r"\d{4}-\d{4}(-\d{0,7})?")
_TAIL = re.compile(r"(?:\d{4}-)?\d{3,7}")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the list is narrowed to; an empty text narrows nothing."""

    status: str = ""
    matter: str = ""
    area: str = ""
    words: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.status or self.matter or self.area or self.words)


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
    """A page of the visible cases, the newest first. Two queries."""
    found = matching(viewer, wanted).select_related("matter", "area", "reporter")
    shown = page(found, order=NEWEST_FIRST, cursor=cursor, size=size)
    waiting: dict[int, list[Step]] = {}
    runs = [case.run_id for case in shown.rows]
    for step in Step.objects.open().human().filter(run__in=runs).select_related("claimed_by"):
        waiting.setdefault(step.run_id, []).append(step)
    lines = [
        Line(case=case, place=place_of(case), steps=tuple(waiting.get(case.run_id, ())[:STEPS]))
        for case in shown.rows
    ]
    return CaseList(rows=tuple(lines), next=shown.next, previous=shown.previous)


def matching(viewer: Viewer, wanted: Wanted) -> CaseQuerySet:
    """Every visible case that fits."""
    found = Case.objects.visible_to(viewer)
    if wanted.status in CaseStatus.values:
        found = found.filter(status=wanted.status)
    if wanted.matter:
        found = found.filter(matter__key=wanted.matter)
    if wanted.area:
        found = found.within(wanted.area)
    for word in wanted.words.split()[:WORDS]:
        found = found.filter(_says(word))
    return found


def matters(viewer: Viewer) -> list[Definition]:
    """The matters that visible cases belong to, to choose from."""
    seen = Case.objects.visible_to(viewer).order_by().values("matter")
    return list(Definition.objects.filter(pk__in=seen))


def areas(viewer: Viewer) -> list[Area]:
    """The areas to choose from: those over which the viewer's posts stand, and what lies directly below."""
    codes = {post.area_code for post in viewer.posts}
    below = Area.objects.filter(Q(code__in=codes) | Q(parent__in=codes))
    if viewer.is_operator:
        below = Area.objects.filter(level__in=["district", "town"])
    return list(below.order_by("code")[:200])


def _says(word: str) -> Q:
    """A number from its beginning, or its end as people say it; a word in title, text, place or reporter."""
    if _NUMBER.fullmatch(word):
        return Q(number__startswith=word)
    said = (
        Q(title__icontains=word)
        | Q(summary__icontains=word)
        | Q(area__name__icontains=word)
        | Q(reporter__display_name__icontains=word)
    )
    if _TAIL.fullmatch(word):
        said |= Q(number__endswith=word)
    return said
