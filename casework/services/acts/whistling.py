"""吹哨报到: a sub-district calls departments to a place at a time; they answer (应哨); afterwards it rates their help."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.case_access import may_answer
from casework.errors import AlreadyThere, NotValid, NotYours, VerbNotNow
from casework.models import Case, NoticeKind, Whistle, WhistleCall
from casework.services.acts.doing import CaseDoing, begin, end, moment_of, posts_named, tell
from casework.services.said import Said
from grid.models import Post, Unit

PLACE_LENGTH = 200


@transaction.atomic
def whistle(number: str, *, by: Viewer, said: Said) -> Case:
    """吹哨: call departments of the district, each once as long as its answer is out."""
    doing = begin(number, "whistle", by=by, said=said)
    place, gather_at = said.place.strip()[:PLACE_LENGTH], moment_of(doing)
    if not place:
        raise NotValid(fields={"place": [_("Say where to meet.")]})
    called = _departments(doing)
    row = Whistle(
        case=doing.case,
        by_id=by.user_id,
        post=doing.post_code,
        at=doing.now,
        text=doing.comment or doing.case.title,
        place=place,
        gather_at=gather_at,
    )
    row.save(force_insert=True)
    calls = [
        WhistleCall(whistle=row, unit=unit, posts=[post.code for post in posts])
        for unit, posts in called.items()
    ]
    WhistleCall.objects.bulk_create(calls)
    doing.made += [*calls, row]
    codes = [code for call in calls for code in call.posts]
    tell(doing, NoticeKind.WHISTLED, f"{place}: {row.text}", posts=codes)
    units = [unit.name for unit in called]
    return end(doing, {"place": place, "gather_at": gather_at.isoformat(), "units": units, "whistle": row.pk})


def _departments(doing: CaseDoing) -> dict[Unit, list[Post]]:
    """The departments of the posts that were named. Raises NotValid, AlreadyThere."""
    called: dict[Unit, list[Post]] = {}
    for post in posts_named(doing):
        if post.unit.kind != Unit.Kind.DEPARTMENT:
            raise NotValid(
                _("A whistle calls departments of the district."),
                fields={"posts": [_("%(post)s is in no department.") % {"post": post.name}]},
            )
        called.setdefault(post.unit, []).append(post)
    out = WhistleCall.objects.filter(whistle__case=doing.case, unit__in=called, answered_at=None)
    if names := list(out.values_list("unit__name", flat=True)):
        raise AlreadyThere(
            _("%(units)s was called already and has not answered yet.") % {"units": "、".join(names)}
        )
    return called


@transaction.atomic
def answer(number: str, *, by: Viewer, said: Said) -> Case:
    """应哨: the department says that it comes, or what it does instead."""
    doing = begin(number, "answer", by=by, said=said)
    call = _call(doing)
    doing.before.remember(call, "answer", "answered_by_id", "answered_post", "answered_at")
    call.answer, call.answered_by_id = doing.comment, by.user_id
    call.answered_post, call.answered_at = doing.post_code, doing.now
    call.save(update_fields=["answer", "answered_by", "answered_post", "answered_at"])
    tell(doing, NoticeKind.REPLIED, f"{call.unit.name}: {doing.comment}", people=[call.whistle.by_id])
    return end(doing, {"unit": call.unit.name, "call": call.pk})


def _call(doing: CaseDoing) -> WhistleCall:
    waiting = doing.standing.calls
    if doing.said.item is not None:
        waiting = tuple(one for one in waiting if one.id == doing.said.item)
        if not waiting:
            raise VerbNotNow(doing.verb.label)
        if not may_answer(doing.viewer, waiting[0]):
            raise NotYours
    mine = [one for one in waiting if may_answer(doing.viewer, one)]
    if len(mine) != 1:
        raise NotValid(_("Say which of the calls."), fields={"item": [_("Say which of the calls.")]})
    return WhistleCall.objects.select_related("whistle", "unit").get(pk=mine[0].id)
