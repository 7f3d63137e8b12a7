"""A word on a case (留言): one line in its journal, nothing else."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotFound, NotValid
from casework.models import Case
from casework.services import journal
from casework.services.idempotency import once
from casework.services.locks import database_now, lock_case

LENGTH = 2000


def comment(case_id: int, *, text: str, token: UUID, by: Viewer) -> None:
    """Say something on a case; the same token twice says it once. Raises NotFound, NotValid, CaseBusy, KeyReused.

    The case's version stays: a word changes nothing that somebody else may be working on.
    """
    text = text.strip()
    if not text:
        raise NotValid(_("Write something first."), fields={"text": [_("Write something first.")]})
    if len(text) > LENGTH:
        raise NotValid(
            _("That is too long."), fields={"text": [_("At most %(most)d characters.") % {"most": LENGTH}]}
        )
    once(
        user_id=by.user_id,
        key=str(token),
        call=f"comment:{case_id}",
        body={"text": text},
        act=lambda: (201, _say(case_id, text=text, by=by)),
    )


@transaction.atomic
def _say(case_id: int, *, text: str, by: Viewer) -> dict[str, int]:
    case = lock_case(case_id)
    if not Case.objects.visible_to(by).filter(pk=case.pk).exists():
        raise NotFound
    post = by.posts[0].code if by.posts else ""
    line = journal.record(case, "comment", now=database_now(), by=by, post=post, data={"comment": text})
    return {"seq": line.seq}
