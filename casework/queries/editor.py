"""What the drawing board needs: the diagram to begin with, and what it may name here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.facts import FIXED
from casework.handlers import HANDLERS
from casework.queries.studio import diagram_of, draft_or_none, in_language, matter_title, published_or_none
from casework.verbs import VERBS
from grid.models import Post, Unit
from workflows import services as workflows
from workflows.bpmn.check_names import STAGES
from workflows.bpmn.check_names import VERBS as DRAWN_VERBS
from workflows.expressions import ExpressionError, compile_expression, compile_script
from workflows.expressions.errors import nearest
from workflows.models import Definition, Version

TIMES = ("duration", "date", "cycle")
OPENED_WITH = ("标题", "类别", "紧急", "摘要", "地点")  # beside FIXED: what a report gives every case


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What the board opens with; `sha256` is that of the draft it changes, empty when there is none yet."""

    version: Version | None
    bpmn: str
    sha256: str


def beginning(matter: Definition) -> Beginning:
    """The draft, else the published diagram, else a first one to go on from."""
    draft = draft_or_none(matter)
    version = draft or published_or_none(matter)
    bpmn = version.bpmn if version else _first(matter)
    return Beginning(version=version, bpmn=bpmn, sha256=draft.sha256 if draft else "")


def _first(matter: Definition) -> str:
    return render_to_string(
        "studio/first.bpmn",
        {"matter": matter, "title": matter_title(matter), "key": matter.key.replace("-", "_")},
    )


def known(version: Version | None) -> dict[str, Any]:
    """Choices of the panel, as pairs of key and word, and the names an expression may use."""
    forms = version.forms if version else {}
    verbs = [key for key in DRAWN_VERBS if key in VERBS]
    return {
        "levels": [(key, str(words)) for key, words in _levels()],
        "units": _named(Unit.objects.order_by("code").values_list("key", "name")),
        "posts": _named(Post.objects.order_by("code").values_list("role", "name")),
        "forms": [(key, in_language(raw.get("title", "")) or key) for key, raw in sorted(forms.items())],
        "services": [(key, str(handler.title)) for key, handler in HANDLERS.items()],
        "tables": sorted(workflows.table_names(version)) if version else [],
        "processes": sorted(workflows.published_processes()),
        "verbs": [(key, str(VERBS[key].label)) for key in verbs],
        "stages": list(STAGES),
        "names": names(version),
    }


def _levels() -> Iterable[tuple[str, str]]:
    return (
        ("grid", _("Grid")),
        ("community", _("Community")),
        ("town", _("Sub-district")),
        ("district", _("District")),
    )


def _named(rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """One line a key: what stands in every sub-district is called the same in all of them."""
    found: dict[str, str] = {}
    for key, name in rows:
        found.setdefault(key, name)
    return sorted(found.items(), key=lambda pair: pair[1])


def names(version: Version | None) -> list[str]:
    """What forms, outcomes and every report put into the case."""
    found = dict.fromkeys((*FIXED, *OPENED_WITH, "结论"))
    for raw in (version.forms if version else {}).values():
        found |= dict.fromkeys(field["name"] for field in raw.get("fields", []) if field.get("name"))
    diagram = diagram_of(version) if version else None
    if diagram is None:
        return list(found)
    for node, _scope in diagram.walk():
        found |= dict.fromkeys(value for key in ("outcome", "result") if (value := node.settings.get(key)))
    for process in diagram.processes:
        found |= dict.fromkeys(held.id for scope in process.scopes() for held in scope.data)
    return list(found)


def reading(kind: str, text: str, *, known_names: Iterable[str]) -> Mapping[str, Any]:
    """What is wrong with a text while it is being written; `kind` is condition, script or a time.

    A name that nobody sets yet is no error: a form may come to set it. It is said all the same.
    """
    language = get_language() or "zh-hans"
    if kind in TIMES and text.strip()[:1] in ("P", "R", *"0123456789"):
        return {}  # the notation of ISO 8601, which the check of the whole diagram reads
    try:
        asked = compile_script(text).names if kind == "script" else compile_expression(text).names
    except ExpressionError as error:
        return {"message": error.text(language), "position": error.position}
    held = set(known_names)
    unknown = sorted(asked - held)
    if not unknown or not held:
        return {}
    clause = nearest(unknown[0], held)
    said = {"name": unknown[0], "nearest": clause.text(language)}
    return {"message": _("Nothing sets “%(name)s” so far%(nearest)s") % said}
