"""The case page of the desk and its preview: one case with everything that stands on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.access import Viewer
from casework.models import Case
from casework.queries.cases import (
    Entry,
    OpenWork,
    Shot,
    gallery,
    open_work,
    timeline,
)
from casework.queries.inbox import place_of
from casework.queries.particulars import Particular, fields_of, masked_text, particulars

STORY_WORDS: dict[str, str | Promise] = {
    "all": _("All"),
    "work": _("Handling"),
    "talk": _("Comments"),
    "photos": _("Photos"),
    "time": _("Time limits"),
    "system": _("System"),
}
LATEST = 6


@dataclass(frozen=True, kw_only=True)
class Part:
    """A tab of the timeline and how many entries it has."""

    key: str
    words: str | Promise
    entries: int


@dataclass(frozen=True, kw_only=True)
class Telling:
    """A timeline entry, and the tabs it belongs to."""

    entry: Entry
    parts: str
    pins: tuple[str, ...]
    pinned_photos: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DeskCase:
    """What both pages show. `chosen` is the open step that the page is about; `others` are the rest."""

    case: Case
    place: str
    summary: str
    facts: tuple[Particular, ...]
    photos: tuple[Shot, ...]
    story: tuple[Telling, ...]
    parts: tuple[Part, ...]
    chosen: OpenWork | None
    works: tuple[OpenWork, ...]
    labels: Mapping[str, str]

    @property
    def others(self) -> tuple[OpenWork, ...]:
        return tuple(work for work in self.works if work is not self.chosen)

    @property
    def mine(self) -> tuple[OpenWork, ...]:
        return tuple(work for work in self.works if work.is_mine)

    @property
    def awaits_signature(self) -> bool:
        return bool(self.works) and all(
            work.step.claimed_by_id is None and work.step.wants_signature for work in self.works
        )


def desk_case(viewer: Viewer, case: Case, *, step_id: int | None, language: str) -> DeskCase:
    """The case as this viewer sees it, about one of its open steps: the one asked for, else his own first."""
    works = tuple(open_work(case, viewer))
    labels = {field.name: field.label.in_language(language) for field in fields_of(case.run.version)}
    photos = tuple(gallery(case))
    story = tuple(_telling(entry, labels, photos) for entry in timeline(case))
    return DeskCase(
        case=case,
        place=place_of(case),
        summary=masked_text(case.summary),
        facts=tuple(particulars(case, language=language)),
        photos=photos,
        story=story,
        parts=tuple(_parts(story)),
        chosen=_chosen(works, step_id),
        works=works,
        labels=labels,
    )


def _chosen(works: Iterable[OpenWork], step_id: int | None) -> OpenWork | None:
    asked = next((work for work in works if work.step.pk == step_id), None)
    return asked or next((work for work in works if work.is_mine), None)


def _telling(entry: Entry, labels: Mapping[str, str], photos: tuple[Shot, ...]) -> Telling:
    numbers = {shot.sha256: number for number, shot in enumerate(photos, 1)}
    parts = ["all", entry.group, *(["photos"] if entry.photos else [])]
    changes = tuple(replace(change, name=labels.get(change.name, change.name)) for change in entry.changes)
    return Telling(
        entry=replace(entry, comment=masked_text(entry.comment), changes=changes),
        parts=" ".join(parts),
        pins=tuple(labels.get(pin, pin) for pin in entry.pins if pin not in numbers),
        pinned_photos=tuple(pin for pin in entry.pins if pin in numbers),
    )


def _parts(story: Iterable[Telling]) -> Iterable[Part]:
    counts = Counter(key for telling in story for key in telling.parts.split())
    for key, words in STORY_WORDS.items():
        if counts[key] or key == "all":
            yield Part(key=key, words=words, entries=counts[key])
