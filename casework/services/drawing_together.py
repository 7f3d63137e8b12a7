"""Two administrators at one draft: each sees the other, and where they meet both drawings are kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from casework.access import Viewer
from casework.models import Drawer, SetAside
from casework.services.diagrams import ensure_may_draw, keep_draft
from casework.services.locks import database_now
from workflows.bpmn import Problem, read
from workflows.bpmn.encoding import as_utf8
from workflows.models import Definition, Version, VersionStatus

UNHEARD = timedelta(seconds=90)  # a page in the background may call once a minute only
MOST_ASIDE = 10


@transaction.atomic
def come(matter: Definition, *, now: datetime, by: Viewer) -> None:
    """They have the matter open; said again and again while the page is. Raises NotYours."""
    ensure_may_draw(by)
    Drawer.objects.filter(matter=matter, seen_at__lt=now - UNHEARD).delete()
    begun = {"since": now, "seen_at": now}
    drawer, _is_new = Drawer.objects.get_or_create(matter=matter, person_id=by.user_id, defaults=begun)
    Drawer.objects.filter(pk=drawer.pk).update(seen_at=now)


def leave(matter: Definition, *, by: Viewer) -> None:
    Drawer.objects.filter(matter=matter, person_id=by.user_id).delete()


@transaction.atomic
def keep_over(key: str, *, bpmn: bytes, by: Viewer) -> tuple[Version, tuple[Problem, ...]]:
    """Keep this as the draft; what was the draft is set aside. Raises as `keep_draft`."""
    ensure_may_draw(by)
    matter = _locked(key)
    draft = matter.versions.filter(status=VersionStatus.DRAFT).first()
    if draft is not None and draft.bpmn != as_utf8(bpmn):
        _put_aside(matter, draft.bpmn, author_id=draft.author_id)
    return keep_draft(key, bpmn=bpmn, by=by)


@transaction.atomic
def give_way(key: str, *, bpmn: bytes, by: Viewer) -> None:
    """Leave the draft as the other made it, and set this aside. Raises NotYours, DiagramRefused."""
    ensure_may_draw(by)
    read(bpmn)
    _put_aside(_locked(key), as_utf8(bpmn), author_id=by.user_id)


@transaction.atomic
def take_over(aside: SetAside, *, by: Viewer) -> Version:
    """Make a drawing that was set aside the draft; what was the draft is set aside for it."""
    ensure_may_draw(by)
    matter = _locked(aside.matter.key)
    draft = matter.versions.filter(status=VersionStatus.DRAFT).first()
    if draft is not None and draft.bpmn != aside.bpmn:
        _put_aside(matter, draft.bpmn, author_id=draft.author_id)
    kept, _problems = keep_draft(matter.key, bpmn=aside.bpmn.encode(), by=by)
    SetAside.objects.filter(pk=aside.pk).delete()
    return kept


def _locked(key: str) -> Definition:
    return Definition.objects.select_for_update(no_key=True).get(key=key)


def _put_aside(matter: Definition, bpmn: str, *, author_id: int | None) -> None:
    made = sha256(bpmn.encode()).hexdigest()
    SetAside.objects.filter(matter=matter, sha256=made).delete()
    SetAside.objects.create(
        matter=matter, bpmn=bpmn, sha256=made, author_id=author_id, kept_at=database_now()
    )
    newest = SetAside.objects.filter(matter=matter).values("pk")[:MOST_ASIDE]
    SetAside.objects.filter(matter=matter).exclude(pk__in=newest).delete()
