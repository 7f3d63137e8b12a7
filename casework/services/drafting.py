"""The only writer of a draft's single forms and tables: kept, renamed, thrown away, each under the matter's lock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotValid
from casework.forms.shape import fault, is_key
from casework.queries.usage import Usage, usage_of
from casework.services.diagrams import ensure_may_draw
from workflows import services as workflows
from workflows.bpmn import DiagramRefused
from workflows.bpmn.read import parse_xml
from workflows.models import Definition, Version
from workflows.parts import Kind, Part, draft_to_change, keep_part, renamed, stamp

MOST_PARTS = 60
MOST_TABLE_BYTES = 500_000
MOST_NAME = 64
_NAMESPACE = "urn:casework:bpmn:1"
_SETTING = {"forms": "form", "tables": "table"}


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The matter with the diagram its draft begins with, where there is no draft yet."""

    matter: Definition
    bpmn: str


def keep_form(drawing: Drawing, name: str, raw: Any, *, base: str | None, by: Viewer) -> Version:
    """Keep a form, with its mistakes. Raises NotYours, NotValid, DraftChanged."""
    ensure_may_draw(by)
    _ensure_key(name)
    if words := fault(raw, key=name):
        raise NotValid(words)
    return _keep(drawing, Part(kind="forms", name=name, value=raw, base=base), by=by)


def keep_table(drawing: Drawing, name: str, text: str, *, base: str | None, by: Viewer) -> Version:
    """Keep a table's DMN, with mistakes in its cells. Raises NotYours, NotValid, DraftChanged."""
    ensure_may_draw(by)
    _ensure_key(name)
    if len(text.encode()) > MOST_TABLE_BYTES:
        raise NotValid(_("The table is too large."))
    try:
        parse_xml(text.encode())
    except DiagramRefused as refused:
        raise NotValid(refused.problems[0].text()) from refused
    return _keep(drawing, Part(kind="tables", name=name, value=text, base=base), by=by)


@transaction.atomic
def _keep(drawing: Drawing, part: Part, *, by: Viewer) -> Version:
    draft = _begun(drawing, by=by)
    held = getattr(draft, part.kind)
    if part.name not in held and len(held) >= MOST_PARTS:
        raise NotValid(_("A matter may have %(most)d of these at most.") % {"most": MOST_PARTS})
    return keep_part(drawing.matter, part, bpmn=drawing.bpmn.encode(), author_id=by.user_id)


@transaction.atomic
def add_part(drawing: Drawing, kind: Kind, name: str, value: Any, *, by: Viewer) -> Version:
    """A new form or table. Raises NotYours, NotValid for a key that there is already."""
    ensure_may_draw(by)
    _ensure_key(name)
    if name in getattr(_begun(drawing, by=by), kind):
        raise NotValid(fields={"key": [_("There is one with this key already.")]})
    keeps = keep_form if kind == "forms" else keep_table
    return keeps(drawing, name, value, base="", by=by)


@transaction.atomic
def drop_part(drawing: Drawing, kind: Kind, name: str, *, by: Viewer) -> None:
    """Throw it away; what a step still asks for stays. Raises NotYours, NotValid."""
    ensure_may_draw(by)
    draft = _begun(drawing, by=by)
    _ensure_there(draft, kind, name)
    used = usage_of(draft, kind).get(name)
    if used:
        raise NotValid(_("It is still asked for at: %(steps)s") % {"steps": _steps(used)})
    base = stamp(getattr(draft, kind)[name])
    part = Part(kind=kind, name=name, value=None, base=base)
    keep_part(drawing.matter, part, bpmn=drawing.bpmn.encode(), author_id=by.user_id)


@transaction.atomic
def rename_part(drawing: Drawing, kind: Kind, name: str, new: str, *, by: Viewer) -> None:
    """Give it another key, in the diagram too. Raises NotYours, NotValid."""
    ensure_may_draw(by)
    _ensure_key(new)
    draft = _begun(drawing, by=by)
    held = getattr(draft, kind)
    _ensure_there(draft, kind, name)
    if new in held:
        raise NotValid(fields={"key": [_("There is one with this key already.")]})
    parts = renamed(held, name, new)
    about = dict(draft.about)
    if kind == "forms":
        parts[new] = {**parts[new], "key": new}
        if about.get("report_form") == name:
            about["report_form"] = new
    bpmn = with_setting(draft.bpmn, _SETTING[kind], old=name, new=new)
    kept = workflows.save_draft(
        drawing.matter,
        bpmn=bpmn.encode(),
        forms=parts if kind == "forms" else None,
        tables=parts if kind == "tables" else None,
        about=about,
        author_id=by.user_id,
    )
    if name in usage_of(kept, kind):
        raise NotValid(_("The diagram names it in a way that only drawing can change."))


@transaction.atomic
def ask_when_reporting(drawing: Drawing, name: str, *, wanted: bool, by: Viewer) -> Version:
    """Whether this form is what a reporter is asked. Raises NotYours, NotValid."""
    ensure_may_draw(by)
    draft = _begun(drawing, by=by)
    _ensure_there(draft, "forms", name)
    about = {key: value for key, value in draft.about.items() if key != "report_form"}
    if wanted:
        about["report_form"] = name
    return workflows.save_draft(drawing.matter, bpmn=draft.bpmn.encode(), about=about, author_id=by.user_id)


def with_setting(bpmn: str, setting: str, *, old: str, new: str) -> str:
    """The diagram's text with one setting's value replaced, and nothing else touched."""
    prefixes = set(re.findall(rf'xmlns:([\w.-]+)=["\']{re.escape(_NAMESPACE)}["\']', bpmn))
    for prefix in prefixes:
        pattern = rf'(\s{re.escape(prefix)}:{setting}=)(["\']){re.escape(old)}\2'
        bpmn = re.sub(pattern, lambda found: f"{found[1]}{found[2]}{new}{found[2]}", bpmn)
    return bpmn


def _begun(drawing: Drawing, *, by: Viewer) -> Version:
    return draft_to_change(drawing.matter, bpmn=drawing.bpmn.encode(), author_id=by.user_id)


def _ensure_key(name: str) -> None:
    if not is_key(name):
        raise NotValid(fields={"key": [_("Letters, digits, - and _, beginning with a letter; 64 at most.")]})


def _ensure_there(draft: Version, kind: Kind, name: str) -> None:
    if name not in getattr(draft, kind):
        raise NotValid(_("There is none with this key any more."))


def _steps(used: list[Usage]) -> str:
    return "、".join(one.name for one in used)
