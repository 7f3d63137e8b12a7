"""评价: the resident says whether it is really solved; the sub-district says how the departments that it called helped.

"Not solved" after the first round opens the case again at once, at the handling, as a failed check would. After a later round
the sub-district's supervisors have to rule on it: a case must not go round for ever by itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.case_access import blows
from casework.errors import NotValid, NotYours, VerbNotNow
from casework.models import (
    Case,
    CaseRequest,
    CaseStatus,
    NoticeKind,
    Rating,
    RatingKind,
    RequestKind,
    RequestState,
    WhistleCall,
)
from casework.queries.caseverbs import round_of
from casework.services.acts.desks import ruling_posts
from casework.services.acts.doing import CaseDoing, begin, end, reason_of, tell
from casework.services.acts.rounds import begin_at_handling
from casework.services.said import Said

DOUBTFUL = 2  # so few stars say nothing about whether it is solved


@transaction.atomic
def rate(number: str, *, by: Viewer, said: Said) -> Case:
    """Rate the handling of one's own closed case, or the help of a department that was called."""
    doing = begin(number, "rate", by=by, said=said)
    if said.rating is None or not 1 <= said.rating <= 5:
        raise NotValid(fields={"rating": [_("Give one to five stars.")]})
    rates_handling = (
        said.item is None
        and doing.case.status == CaseStatus.CLOSED
        and by.user_id == doing.case.reporter_id
        and by.user_id not in doing.standing.rated_by
    )
    return _rate_handling(doing, said.rating) if rates_handling else _rate_help(doing, said.rating)


def _rate_handling(doing: CaseDoing, stars: int) -> Case:
    is_solved = doing.said.is_solved
    if is_solved is None:
        if stars <= DOUBTFUL:
            raise NotValid(fields={"is_solved": [_("Say whether it is solved.")]})
        is_solved = True
    row = _row(doing, stars, RatingKind.HANDLING)
    row.round, row.is_solved = round_of(doing.case), is_solved
    told = {"stars": stars, "is_solved": is_solved, "round": row.round}
    if is_solved:
        return end(doing, told, rows=[row])
    reason = reason_of(doing)
    row.save(force_insert=True)
    doing.made.append(row)
    if row.round == 1:
        return begin_at_handling(doing, reason=reason, told={"stars": stars, "is_solved": False})
    return _ask_for_another_round(doing, reason, told)


def _ask_for_another_round(doing: CaseDoing, reason: str, told: Mapping[str, object]) -> Case:
    posts = ruling_posts(doing.case, "community", now=doing.now)
    known = CaseRequest.objects.filter(case=doing.case, kind=RequestKind.REOPEN, state=RequestState.PENDING)
    if posts and not known.exists():
        request = CaseRequest.objects.create(
            case=doing.case,
            kind=RequestKind.REOPEN,
            reason=reason,
            asked_by_id=doing.viewer.user_id,
            asked_post=doing.post_code,
            asked_at=doing.now,
            posts=posts,
        )
        doing.made.append(request)
        tell(doing, NoticeKind.ASKED, reason, posts=posts)
    return end(doing, {**told, "asked_to_reopen": bool(posts)})


def _rate_help(doing: CaseDoing, stars: int) -> Case:
    if not blows(doing.viewer, doing.case.area_code):
        raise NotYours
    call = _call(doing)
    row = _row(doing, stars, RatingKind.HELP)
    row.call = call
    if stars <= DOUBTFUL:
        reason_of(doing)  # the department has to know what was missing
    if call.answered_by_id is not None:
        tell(doing, NoticeKind.RULED, f"{'★' * stars} {doing.comment}", people=[call.answered_by_id])
    return end(doing, {"stars": stars, "unit": call.unit.name, "call": call.pk}, rows=[row])


def _call(doing: CaseDoing) -> WhistleCall:
    unrated = doing.standing.unrated
    if doing.said.item is not None:
        unrated = tuple(pk for pk in unrated if pk == doing.said.item)
        if not unrated:
            raise VerbNotNow(doing.verb.label)
    if len(unrated) != 1:
        raise NotValid(fields={"item": [_("Say which department.")]})
    return WhistleCall.objects.select_related("unit").get(pk=unrated[0])


def _row(doing: CaseDoing, stars: int, kind: RatingKind) -> Rating:
    return Rating(
        case=doing.case,
        kind=kind,
        by_id=doing.viewer.user_id,
        post=doing.post_code,
        stars=stars,
        text=doing.comment,
        at=doing.now,
    )
