"""The case page of the desk and its preview: one case with everything that stands on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.access import Viewer
from casework.forms import FieldDefinition
from casework.models import Case, Confidentiality, Gravity, Urgency, WarningColour
from casework.queries.cases import (
    Change,
    Entry,
    OpenWork,
    Shot,
    gallery,
    open_work,
    timeline,
)
from casework.queries.inbox import place_of
from casework.queries.particulars import (
    Particular,
    answer_text,
    fields_of,
    masked_text,
    particulars,
)

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
    area: str
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
    def given(self) -> tuple[Entry, ...]:
        """What those said whom the chosen step had asked to sign or to do it, the latest first."""
        token = self.chosen.step.token if self.chosen else None
        return tuple(told.entry for told in self.story if token and told.entry.data.get("for") == token)

    @property
    def awaits_signature(self) -> bool:
        return bool(self.works) and all(
            work.step.claimed_by_id is None and work.step.wants_signature for work in self.works
        )


def desk_case(viewer: Viewer, case: Case, *, step_id: int | None, language: str) -> DeskCase:
    """The case as this viewer sees it, about one of its open steps: the one asked for, else his own first."""
    works = tuple(open_work(case, viewer))
    fields = {field.name: field for field in fields_of(case.run.version)}
    photos = tuple(gallery(case))
    story = tuple(_telling(entry, fields, photos, language=language) for entry in timeline(case))
    return DeskCase(
        case=case,
        area=_area_of(case),
        place=place_of(case),
        summary=masked_text(_summary(case)),
        facts=tuple(particulars(case, language=language)),
        photos=photos,
        story=story,
        parts=tuple(_parts(story)),
        chosen=_chosen(works, step_id),
        works=works,
        labels={name: field.label.in_language(language) for name, field in fields.items()},
    )


def _summary(case: Case) -> str:
    """The report's text without the first line, where that has become the title."""
    first, _, rest = case.summary.strip().partition("\n")
    return rest.strip() if first.strip() == case.title else case.summary


def _area_of(case: Case) -> str:
    """“沱口社区 第七网格”; a grid whose name says its community already is not said twice."""
    name, above = case.area.name, case.area.parent.name if case.area.parent else ""
    return name if name.startswith(above) else f"{above} {name}"


def _chosen(works: Iterable[OpenWork], step_id: int | None) -> OpenWork | None:
    asked = next((work for work in works if work.step.pk == step_id), None)
    return asked or next((work for work in works if work.is_mine), None)


def _telling(
    entry: Entry, fields: Mapping[str, FieldDefinition], photos: tuple[Shot, ...], *, language: str
) -> Telling:
    shas = {shot.sha256 for shot in photos}
    labels = {name: field.label.in_language(language) for name, field in fields.items()}
    parts = ["all", entry.group, *(["photos"] if entry.photos else [])]
    changes = [_change(change, fields.get(change.name), language=language) for change in entry.changes]
    return Telling(
        entry=replace(
            entry,
            comment=masked_text(entry.comment),
            changes=tuple(change for change in changes if change.before or change.after),
        ),
        parts=" ".join(parts),
        pins=tuple(labels.get(pin, pin) for pin in entry.pins if pin not in shas),
        pinned_photos=tuple(pin for pin in entry.pins if pin in shas),
    )


def _change(change: Change, field: FieldDefinition | None, *, language: str) -> Change:
    """The change in the words of the form; values without a field are shown as they are, masked."""
    before, after = (
        None
        if value in (None, "", [])
        else answer_text(field, value, language=language)
        if field
        else masked_text(str(value))
        for value in (change.before, change.after)
    )
    if change.name in _CLASSES:
        known = dict(_CLASSES[change.name][1])
        before, after = (known.get(value, value) for value in (change.before, change.after))
        return replace(change, name=str(_CLASSES[change.name][0]), before=before, after=after)
    label = field.label.in_language(language) if field else change.name
    return replace(change, name=label, before=before, after=after)


_CLASSES: Mapping[str, tuple[str | Promise, list[tuple[str, Any]]]] = {
    "level": (_("Gravity"), Gravity.choices),
    "urgency": (_("Urgency"), Urgency.choices),
    "warning": (_("Warning"), WarningColour.choices),
    "confidentiality": (_("Confidentiality"), Confidentiality.choices),
    "category": (_("Category"), []),
}


def _parts(story: Iterable[Telling]) -> Iterable[Part]:
    counts = Counter(key for telling in story for key in telling.parts.split())
    for key, words in STORY_WORDS.items():
        if counts[key] or key == "all":
            yield Part(key=key, words=words, entries=counts[key])
