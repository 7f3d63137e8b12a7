"""Reports that come from a phone: by its outbox, or as a file that somebody reads in at a desk. Either way once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotYours
from casework.models import Case, HandedIn
from casework.services import journal
from casework.services.evidence import NewEvidence, add_evidence
from casework.services.intake import NewReport, submit_report
from casework.services.locks import database_now, lock_case
from grid.models import User
from grid.queries.posts import posts_of
from workflows.rows import Batch


@transaction.atomic
def submit_from_phone(report: NewReport, *, by: Viewer) -> Case:
    """What `submit_report` does, unless somebody has read the report in from the phone's file meanwhile."""
    _lock(report.token)
    handed = HandedIn.objects.filter(owner_id=by.user_id, token=report.token).select_related("case").first()
    return handed.case if handed is not None else submit_report(report, by=by)


@transaction.atomic
def hand_in_report(report: NewReport, *, owner: User, by: Viewer) -> Case:
    """Open the case of a report out of a file; it becomes the reader's report when the reader isn't who wrote it.

    Raises NotYours unless the reader wrote it or may register cases.
    """
    if owner.pk == by.user_id:
        return submit_from_phone(report, by=by)
    told = replace(report, summary=_with_owner(report.summary, owner))
    return _for_another(report.token, owner=owner, by=by, act=lambda: submit_report(told, by=by))


@transaction.atomic
def hand_in_evidence(new: NewEvidence, *, owner: User, by: Viewer) -> Case:
    """The same for what was to be added to a case."""
    if owner.pk == by.user_id:
        return add_evidence(new, by=by)
    told = replace(new, text=_with_owner(new.text, owner))
    return _for_another(new.token, owner=owner, by=by, act=lambda: add_evidence(told, by=by))


def _for_another(token: UUID, *, owner: User, by: Viewer, act: Callable[[], Case]) -> Case:
    if not by.has_power("register"):
        raise NotYours(_("Somebody else wrote this one: only he or an officer can read it in."))
    _lock(token)
    known = Case.objects.filter(report__by=owner, report__token=token).first()
    handed = HandedIn.objects.filter(owner=owner, token=token).select_related("case").first()
    if known is not None or handed is not None:
        return known or handed.case  # type: ignore[union-attr]  # one of them is there
    case = act()
    now = database_now()
    HandedIn.objects.create(token=token, owner=owner, case=case, by_id=by.user_id, at=now)
    _let_follow(case, owner, by=by)
    return case


def _let_follow(case: Case, owner: User, *, by: Viewer) -> None:
    """Who wrote it sees what becomes of it."""
    locked = lock_case(case.pk)
    locked.touch(post.code for post in posts_of(owner.pk, on=timezone.localdate()))
    post = by.posts[0].code if by.posts else ""
    line = journal.line(
        locked, "handed_in", now=database_now(), by=by, post=post, data={"comment": "", "owner": owner.pk}
    )
    batch = Batch()
    batch.insert([line])
    batch.update(locked, "touched_by", "lines", "last_hash")
    batch.write()


def _with_owner(text: str, owner: User) -> str:
    said = _("(read in from the phone of %(who)s)") % {"who": owner}
    return f"{text.strip()[: 480 - len(said)]} {said}".strip()


def _lock(token: UUID) -> None:
    """One at a time for each report, whoever brings it: the phone and two desks would else make three cases."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(token)])
