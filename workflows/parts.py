"""Forms and tables of a draft, each kept by itself: two who change different ones never meet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from django.db import transaction

from workflows import services
from workflows.errors import DraftChanged
from workflows.models import Definition, Version, VersionStatus

Kind = Literal["forms", "tables"]


def stamp(part: Any) -> str:  # Any: JSON
    """What a form or table is recognised by; empty for one that isn't there."""
    if part is None:
        return ""
    text = json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Part:
    """A form's JSON or a table's text under its name; None takes it away.

    `base` is the stamp of what was changed, empty where there was none; None asks for no such thing.
    """

    kind: Kind
    name: str
    value: Any
    base: str | None = None


@transaction.atomic
def keep_part(definition: Definition, part: Part, *, bpmn: bytes, author_id: int | None) -> Version:
    """Keep one part in the draft; `bpmn` is the diagram to begin a draft with. Raises DraftChanged."""
    draft = draft_to_change(definition, bpmn=bpmn, author_id=author_id)
    held: dict[str, Any] = getattr(draft, part.kind)
    there = stamp(held.get(part.name))
    if part.base is not None and there not in (part.base, stamp(part.value)):
        raise DraftChanged(who=str(draft.author or ""), at=draft.saved_at)
    others = {name: value for name, value in held.items() if name != part.name}
    setattr(draft, part.kind, others if part.value is None else {**others, part.name: part.value})
    draft.author_id = author_id
    draft.save(update_fields=[part.kind, "author", "saved_at"])
    draft.refresh_from_db()  # as jsonb keeps it, which is what the next stamp is taken of
    return draft


@transaction.atomic
def draft_to_change(definition: Definition, *, bpmn: bytes, author_id: int | None) -> Version:
    """The draft under the definition's lock; begun with this diagram where there is none."""
    Definition.objects.select_for_update(no_key=True).get(pk=definition.pk)
    draft = definition.versions.filter(status=VersionStatus.DRAFT).select_related("author").first()
    if draft is not None:
        return draft
    return services.save_draft(definition, bpmn=bpmn, author_id=author_id)


def renamed(held: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """The same parts in the same order, one under another name."""
    return {new if name == old else name: value for name, value in held.items()}
