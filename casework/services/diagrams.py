"""Matters as the studio handles them: kept as drafts, checked against this installation, published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotValid, NotYours
from casework.forms import check_form
from casework.handlers import HANDLERS
from casework.services.locks import database_now
from grid.models import Post
from workflows import services as workflows
from workflows.bpmn import CheckContext, Problem, check, read
from workflows.errors import NoDraft, NotPublishable
from workflows.models import Definition, Version


def ensure_may_draw(viewer: Viewer) -> None:
    if not viewer.has_power("studio"):
        raise NotYours


@transaction.atomic
def create_matter(*, key: str, title: str, title_en: str = "", by: Viewer) -> Definition:
    """Raises NotYours, NotValid."""
    ensure_may_draw(by)
    matter = Definition(key=key, title=title.strip(), title_en=title_en.strip())
    matter.clean_fields(exclude=["about"])
    if Definition.objects.filter(key=key).exists():
        raise NotValid(fields={"key": [_("There is a matter with this key already.")]})
    matter.save(force_insert=True)
    return matter


def context_for(version: Version | None = None) -> CheckContext:
    """What a diagram may name here: forms and tables that lie beside it, services, posts, published processes."""
    return CheckContext(
        forms=frozenset(version.forms) or None if version else None,
        tables=workflows.table_names(version) if version else None,
        services=frozenset(HANDLERS),
        called=frozenset(workflows.published_processes()),
        # Before the district's posts are imported, no name of a post can be wrong.
        posts=frozenset(Post.objects.values_list("role", flat=True).distinct()) or None,
    )


def check_bytes(data: bytes) -> tuple[Problem, ...]:
    """Check a diagram that is not kept. Raises DiagramRefused only for what is no diagram at all."""
    return check(read(data), context=context_for())


def keep_draft(
    key: str,
    *,
    bpmn: bytes,
    forms: Mapping[str, Any] | None = None,
    tables: Mapping[str, str] | None = None,
    about: Mapping[str, Any] | None = None,
    base: str | None = None,
    by: Viewer,
) -> tuple[Version, tuple[Problem, ...]]:
    """Keep the draft and say what is wrong with it; `base` as in `workflows.services.save_draft`.

    Raises NotYours, DiagramRefused, DraftChanged, Definition.DoesNotExist.
    """
    ensure_may_draw(by)
    definition = Definition.objects.get(key=key)
    draft = workflows.save_draft(
        definition, bpmn=bpmn, forms=forms, tables=tables, about=about, author_id=by.user_id, base=base
    )
    return draft, problems_of(draft)


def problems_of(version: Version) -> tuple[Problem, ...]:
    """What is wrong with a version's diagram and tables, and with its forms."""
    return (*workflows.problems_of(version, context_for(version)), *form_problems(version))


def form_problems(version: Version) -> tuple[Problem, ...]:
    """Forms that nobody could fill in, one problem for each mistake."""
    return tuple(
        Problem(
            code="form_unusable",
            params={"form": key, "reason": f"{one.field} {one.message}".strip()},
        )
        for key, raw in version.forms.items()
        for one in check_form(raw)
    )


@transaction.atomic
def draft_from(key: str, number: int, *, by: Viewer) -> Version:
    """Begin a draft with what an earlier version held, to go back to it. Raises NotYours, NotValid.

    A draft that there is already is somebody's work: it is not written over.
    """
    ensure_may_draw(by)
    definition = Definition.objects.select_for_update(no_key=True).get(key=key)
    if definition.versions.filter(status="draft").exists():
        raise NotValid(_("There is a draft already. Publish it or throw it away first."))
    old = definition.versions.get(number=number)
    return workflows.save_draft(
        definition,
        bpmn=old.bpmn.encode(),
        forms=old.forms,
        tables=old.tables,
        about=old.about,
        scenarios=old.scenarios,
        author_id=by.user_id,
    )


@transaction.atomic
def drop_draft(key: str, *, by: Viewer) -> None:
    """Throw the draft away; what is in force stays. Raises NotYours, NoDraft."""
    ensure_may_draw(by)
    # Rows are deleted by their keys, and a draft that is put in force meanwhile keeps its own: publishing has to wait.
    definition = Definition.objects.select_for_update(no_key=True).get(key=key)
    dropped, _rows = definition.versions.filter(status="draft").delete()
    if not dropped:
        raise NoDraft


@transaction.atomic
def publish_as_operator(
    key: str, *, note: str, by_id: int | None = None, reviewed: str | None = None
) -> Version:
    """Publish past the gate, for it and for commands on the server, which need no post."""
    definition = Definition.objects.select_for_update(no_key=True).get(key=key)
    draft = definition.versions.filter(status="draft").first()
    if draft is not None and (found := form_problems(draft)):
        raise NotPublishable((*workflows.problems_of(draft, context_for(draft)), *found))
    context = context_for(draft)
    return workflows.publish(
        definition, context=context, note=note, by_id=by_id, now=database_now(), reviewed=reviewed
    )
