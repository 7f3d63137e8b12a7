"""The book of what is done beside the cases: lists taken out, looks through somebody else's eyes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import CONFIDENTIAL, Viewer
from casework.errors import NotFound, NotValid, NotYours
from casework.models import AccessEntry, AccessKind, Case
from casework.queries.viewers import viewer_for
from casework.services.locks import database_now
from grid.models import User

LOOK_LASTS = timedelta(minutes=15)


def exported(what: str, *, by: Viewer, rows: int, asked: Mapping[str, Any]) -> AccessEntry:
    """Write down that a list was taken out, and which."""
    return _write(AccessKind.EXPORTED, by=by, data={"list": what, "rows": rows, "asked": dict(asked)})


@transaction.atomic
def begin_look(username: str, *, by: Viewer, reason: str) -> tuple[User, datetime]:
    """See as this person sees, for a quarter of an hour. Raises NotYours, NotFound, NotValid."""
    ensure_may_look(by)
    if not reason.strip():
        raise NotValid(fields={"reason": [_("Say why.")]})
    person = User.objects.filter(username=username, is_active=True).first()
    if person is None or not is_below(by, person):
        raise NotFound
    if person.pk == by.user_id:
        raise NotValid(_("That is you."))
    if _has_secrets(person, by=by):
        raise NotValid(_("This person has confidential cases that you may not see."))
    until = database_now() + LOOK_LASTS
    data = {"reason": reason.strip()[:400], "until": until.isoformat()}
    _write(AccessKind.LOOK_BEGAN, by=by, about=person, data=data)
    return person, until


def end_look(person_id: int, *, by: Viewer) -> None:
    _write(AccessKind.LOOK_ENDED, by=by, about=User.objects.filter(pk=person_id).first(), data={})


def ensure_may_look(viewer: Viewer) -> None:
    if not viewer.has_power("studio"):
        raise NotYours


def is_below(viewer: Viewer, person: User) -> bool:
    """Whether all posts of the person lie where the viewer administers; nobody looks as an operator."""
    if person.is_superuser:
        return False
    posts = viewer_for(person).posts
    return bool(posts) and all(viewer.has_power_over("studio", post.area_code) for post in posts)


def _has_secrets(person: User, *, by: Viewer) -> bool:
    """Confidential cases that he sees by his work or place, and that the one who asks does not."""
    secret = Case.objects.filter(confidentiality=CONFIDENTIAL)
    seen = secret.visible_to(viewer_for(person))
    return seen.exclude(pk__in=secret.visible_to(by).values("pk")).exists()


def _write(
    kind: AccessKind, *, by: Viewer, data: Mapping[str, Any], about: User | None = None
) -> AccessEntry:
    post = by.posts[0].code if by.posts else ""
    return AccessEntry.objects.create(
        kind=kind, by_id=by.user_id, post=post, about=about, at=database_now(), data=dict(data)
    )
