"""督办: somebody above demands that a case be dealt with, maybe a reply by a day; shown until it is answered."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.case_access import may_answer
from casework.errors import AlreadyThere, NotValid, NotYours, VerbNotNow
from casework.models import Case, Notice, NoticeKind, Supervision, SupervisionKind
from casework.services import journal
from casework.services.acts.desks import desk_at
from casework.services.acts.doing import CaseDoing, begin, end, moment_of, posts_named, reason_of, tell
from casework.services.locks import lock_case_or_none
from casework.services.said import Said
from casework.services.sweeping import one_by_one
from workflows.rows import Batch


@transaction.atomic
def supervise(number: str, *, by: Viewer, said: Said) -> Case:
    """督办: of one of the kinds, to whoever has the work or to the posts named; one open of each kind."""
    doing = begin(number, "supervise", by=by, said=said)
    if said.reason_code not in SupervisionKind.values:
        raise NotValid(fields={"reason_code": [_("Choose the kind of supervision.")]})
    kind, text = SupervisionKind(said.reason_code), reason_of(doing)
    if any(one.kind == kind for one in doing.standing.supervisions):
        raise AlreadyThere(_("The case is under this kind of supervision already."))
    reply_by = moment_of(doing) if said.until is not None else None
    posts = _addressed(doing)
    row = Supervision(
        case=doing.case,
        kind=kind,
        text=text,
        by_id=by.user_id,
        post=doing.post_code,
        at=doing.now,
        posts=posts,
        reply_by=reply_by,
    )
    tell(doing, NoticeKind.SUPERVISED, text, posts=posts)
    told = {"kind": kind.value, "posts": posts, "reply_by": reply_by.isoformat() if reply_by else None}
    return end(doing, told, rows=[row])


def _addressed(doing: CaseDoing) -> list[str]:
    """The posts named, else those that have the work now, else the sub-district's desk."""
    if doing.said.posts:
        return [post.code for post in posts_named(doing)]
    offered = sorted({code for step in doing.standing.steps for code in step.candidates})
    offered = [code for code in offered if "/" in code]  # a desk that nobody holds answers nothing
    posts = offered or sorted(desk_at(doing.case, "town", now=doing.now))
    posts = posts or sorted(desk_at(doing.case, "district", now=doing.now))
    if not posts:
        raise NotValid(
            _("Nobody has the work right now: name the posts."), fields={"posts": [_("Choose a post.")]}
        )
    return posts


@transaction.atomic
def reply(number: str, *, by: Viewer, said: Said) -> Case:
    """Answer a supervision: what was done. Whoever supervises is told."""
    doing = begin(number, "reply", by=by, said=said)
    text = reason_of(doing)
    row = _meant(doing)
    doing.before.remember(row, "reply", "replied_by_id", "replied_post", "replied_at")
    row.reply, row.replied_by_id, row.replied_post, row.replied_at = (
        text,
        by.user_id,
        doing.post_code,
        doing.now,
    )
    row.save(update_fields=["reply", "replied_by", "replied_post", "replied_at"])
    tell(doing, NoticeKind.REPLIED, text, people=[row.by_id])
    return end(doing, {"supervision": row.pk, "kind": row.kind})


def _meant(doing: CaseDoing) -> Supervision:
    open_ones = doing.standing.supervisions
    if doing.said.item is not None:
        open_ones = tuple(one for one in open_ones if one.id == doing.said.item)
        if not open_ones:
            raise VerbNotNow(doing.verb.label)
        if not may_answer(doing.viewer, open_ones[0]):
            raise NotYours
    mine = [one for one in open_ones if may_answer(doing.viewer, one)]
    if len(mine) != 1:
        raise NotValid(
            _("Say which of the supervisions."), fields={"item": [_("Say which of the supervisions.")]}
        )
    return Supervision.objects.get(pk=mine[0].id)


def raise_due(*, now: datetime, limit: int = 100) -> int:
    """Supervisions whose date has passed without a reply are raised again, once each: both sides are told."""
    due = Supervision.objects.filter(replied_at=None, ended_at=None, raised_at=None, reply_by__lte=now)
    found = due.order_by("reply_by").values_list("pk", "case")[:limit]
    return one_by_one(found, lambda row: _raise(*row, now=now))


@transaction.atomic
def _raise(pk: int, place: int, *, now: datetime) -> bool:
    case = lock_case_or_none(place)
    row = Supervision.objects.filter(pk=pk, replied_at=None, ended_at=None, raised_at=None).first()
    if case is None or row is None:
        return False
    row.raised_at = now
    row.save(update_fields=["raised_at"])
    assert row.reply_by is not None
    data = {"supervision": row.pk, "kind": row.kind, "reply_by": row.reply_by.isoformat()}
    told = journal.line(case, "supervision_raised", now=now, data=data)
    about = {"case": case, "kind": NoticeKind.RAISED, "text": row.text[:500], "at": now}
    batch = Batch()
    batch.insert([told])
    batch.insert(
        [Notice(to_user_id=row.by_id, **about), *(Notice(to_post=code, **about) for code in row.posts)]
    )
    batch.update(case, "lines", "last_hash")
    batch.write()
    return True
