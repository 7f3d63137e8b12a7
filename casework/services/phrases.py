"""常用语: opinions kept for the next time, by a person for himself or for everybody of one of his units."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import AlreadyThere, NotFound, NotValid, NotYours
from casework.models import Phrase
from casework.services.locks import database_now
from casework.verbs import STEP_VERBS
from grid.models import Unit

LENGTH = 500
MOST = 100  # of one's own, or of one unit


def phrases_of(viewer: Viewer, *, verb: str = "") -> QuerySet[Phrase]:
    """His own first, then those of his units; for one verb, with those that are for all."""
    mine = Q(owner_id=viewer.user_id) | Q(unit__code__in={post.unit_code for post in viewer.posts})
    found = Phrase.objects.filter(mine).select_related("unit")
    if verb:
        found = found.filter(verb__in=["", verb])
    return found.order_by(F("unit_id").asc(nulls_first=True), "pk")


def add(*, text: str, by: Viewer, unit: str = "", verb: str = "") -> Phrase:
    """Keep an opinion for oneself, or for a unit that one holds a post in. Raises NotYours, NotValid, AlreadyThere."""
    text = text.strip()
    if not text or len(text) > LENGTH:
        raise NotValid(
            fields={"text": [_("Write something, at most %(most)d characters.") % {"most": LENGTH}]}
        )
    if verb and verb not in STEP_VERBS:
        raise NotValid(fields={"verb": [_("There is no such verb.")]})
    owner = {"owner_id": by.user_id} if not unit else {"unit_id": _own_unit(unit, by).pk}
    if Phrase.objects.filter(**owner).count() >= MOST:
        raise NotValid(_("There are too many already; delete one first."))
    try:
        with transaction.atomic():
            return Phrase.objects.create(
                text=text, verb=verb, added_at=database_now(), added_by_id=by.user_id, **owner
            )
    except IntegrityError as error:
        raise AlreadyThere(_("It is kept already.")) from error


def remove(phrase_id: int, *, by: Viewer) -> None:
    """Forget one's own, or one of one's unit. Raises NotFound."""
    if not phrases_of(by).filter(pk=phrase_id).delete()[0]:
        raise NotFound


def _own_unit(code: str, by: Viewer) -> Unit:
    if code not in {post.unit_code for post in by.posts}:
        raise NotYours
    return Unit.objects.get(code=code)
