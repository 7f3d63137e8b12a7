"""What the form designer needs: the forms with where they are asked, one form's JSON, and how people will see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from casework.errors import NotFound
from casework.forms import FormProblem, FormRefused, StepForm, build, read_form
from casework.queries import editor
from casework.queries.studio import in_language
from casework.queries.usage import Usage, usage_of
from casework.services.drafting import Drawing
from grid.models import Area, Post
from workflows.models import Definition, Version
from workflows.parts import Kind, stamp

SAMPLES = 8  # posts and areas that a preview offers: what they look like, not who there is


@dataclass(frozen=True, kw_only=True)
class PartRow:
    """A form or table in the list of a matter."""

    key: str
    title: str
    fields: int
    problems: int
    used: tuple[Usage, ...]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One form or table as the designer opens it; `stamp` is what a change of it is based on."""

    version: Version | None
    value: Any
    stamp: str
    used: tuple[Usage, ...]


def drawing_of(matter: Definition) -> tuple[Drawing, Version | None]:
    """What a change is made to: the draft, else what is in force, else a first diagram."""
    begun = editor.beginning(matter)
    return Drawing(matter=matter, bpmn=begun.bpmn), begun.version


def opened(matter: Definition, kind: Kind, key: str) -> Opened:
    """Raises NotFound."""
    _drawing, version = drawing_of(matter)
    value = getattr(version, kind).get(key) if version else None
    if version is None or value is None:
        raise NotFound
    used = tuple(usage_of(version, kind).get(key, ()))
    return Opened(version=version, value=value, stamp=stamp(value), used=used)


def form_rows(version: Version | None) -> list[PartRow]:
    """Those that are asked first, in the order of the steps."""
    if version is None:
        return []
    used = usage_of(version, "forms")
    order = [key for key in used if key in version.forms]
    order += sorted(key for key in version.forms if key not in used)
    return [_row(key, version.forms[key], tuple(used.get(key, ()))) for key in order]


def _row(key: str, raw: Mapping[str, Any], used: tuple[Usage, ...]) -> PartRow:
    _form, problems = readable(raw)
    return PartRow(
        key=key,
        title=in_language(raw.get("title", "")) or key,
        fields=len(raw.get("fields", ())),
        problems=len(problems),
        used=used,
    )


def new_form(key: str, *, title: str, title_en: str) -> dict[str, Any]:
    return {"key": key, "title": {"zh": title, "en": title_en}, "fields": []}


def readable(raw: Any) -> tuple[Any, tuple[FormProblem, ...]]:  # Any: JSON; a FormDefinition or None
    """The form without what is wrong in it, and all that is: a preview shows what can be shown."""
    try:
        return read_form(raw), ()
    except FormRefused as refused:
        problems = refused.problems
    bad = {problem.field for problem in problems}
    fields = [each for each in raw.get("fields", ()) if str(each.get("name", "")).strip() not in bad | {""}]
    try:
        rest = {**raw, "title": raw.get("title") or raw.get("key"), "fields": fields, "checks": []}
        return read_form(rest), problems
    except FormRefused:
        return None, problems


def preview(raw: Any, *, step: str, language: str) -> tuple[StepForm | None, tuple[FormProblem, ...]]:
    """The form as this step will ask it, built by what builds it for people."""
    _definition, problems = readable(raw)
    with translation.override(language):
        if _definition is None:
            return None, problems
        form = build(
            _definition.at(step), data={}, language=language, posts=_posts(), areas=_areas(), besides=()
        )
        return form, problems


def _posts() -> Sequence[tuple[str, str]]:
    found = Post.objects.select_related("unit").order_by("code")[:SAMPLES]
    return [(post.code, f"{post.unit.name} {post.name}") for post in found]


def _areas() -> Sequence[tuple[str, str]]:
    return list(Area.objects.filter(level="community").values_list("code", "name")[:SAMPLES])
