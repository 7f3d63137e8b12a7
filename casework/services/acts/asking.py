"""What one person asks for and another rules on: more time (延期), a forced close (强制结案), voiding (作废)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.case_access import may_rule
from casework.errors import AlreadyThere, NotValid, NotYours, VerbNotNow
from casework.models import Case, CaseRequest, Clock, NoticeKind, RequestKind, RequestState
from casework.services import clocks
from casework.services.acts.desks import level_of, ruling_posts
from casework.services.acts.doing import CaseDoing, begin, end, moment_of, reason_of, step_named, tell
from casework.services.acts.ending import outcomes_of, over
from casework.services.acts.rounds import begin_round
from casework.services.said import Said
from workflows.models import Step


@transaction.atomic
def extend(number: str, *, by: Viewer, said: Said) -> Case:
    """延期: ask the level above for more time on one of the limits; one request at a time for each."""
    doing = begin(number, "extend", by=by, said=said)
    reason, until = reason_of(doing), moment_of(doing)
    step = step_named(doing)
    clock = Clock.objects.filter(step=step, stopped_at=None).first()
    if clock is None:
        raise NotValid(
            _("This step has no time limit."), fields={"step": [_("This step has no time limit.")]}
        )
    if until <= clock.due_at:
        raise NotValid(_("It is due later than that already."), fields={"until": [_("Choose a later time.")]})
    posts = ruling_posts(doing.case, level_of(step, doing.case), now=doing.now)
    return _ask(
        doing, kind=RequestKind.EXTEND, reason=reason, posts=posts, clock=clock, until=until, step=step
    )


@transaction.atomic
def force_close(number: str, *, by: Viewer, said: Said) -> Case:
    """强制结案: ask for the close without the rest of the process; a second person with the power confirms."""
    doing = begin(number, "force-close", by=by, said=said)
    outcome = said.outcome.strip()[:64]
    if outcome and outcome not in (choices := outcomes_of(doing.case)):
        raise NotValid(
            _("Choose one of the outcomes of this matter."),
            fields={"outcome": [_("One of: %(outcomes)s") % {"outcomes": "、".join(choices)}]},
        )
    return _ask(
        doing, kind=RequestKind.FORCE_CLOSE, reason=reason_of(doing), posts=_second(doing), outcome=outcome
    )


@transaction.atomic
def void(number: str, *, by: Viewer, said: Said) -> Case:
    """作废: ask for the case to be struck off as if it had never been; a second person with the power confirms."""
    doing = begin(number, "void", by=by, said=said)
    return _ask(doing, kind=RequestKind.VOID, reason=reason_of(doing), posts=_second(doing))


def _second(doing: CaseDoing) -> list[str]:
    """Who may confirm: those who supervise the sub-district, else the district's, but not the asker's own seat."""
    for level in ("community", "town"):
        posts = ruling_posts(doing.case, level, now=doing.now)
        others = [code for code in posts if code not in doing.viewer.post_codes]
        if others:
            return others
    return posts


def _ask(
    doing: CaseDoing,
    *,
    kind: RequestKind,
    reason: str,
    posts: list[str],
    outcome: str = "",
    clock: Clock | None = None,
    until: datetime | None = None,
    step: Step | None = None,
) -> Case:
    if CaseRequest.objects.filter(
        case=doing.case, kind=kind, clock=clock, state=RequestState.PENDING
    ).exists():
        raise AlreadyThere(_("Somebody has asked for this already; it waits for a ruling."))
    if not posts:
        raise NotValid(_("Nobody holds a post that could rule on this. Ask the district centre."))
    row = CaseRequest(
        case=doing.case,
        kind=kind,
        clock=clock,
        until=until,
        outcome=outcome,
        reason=reason,
        asked_by_id=doing.viewer.user_id,
        asked_post=doing.post_code,
        asked_at=doing.now,
        posts=posts,
    )
    row.save(force_insert=True)
    doing.made.append(row)
    tell(doing, NoticeKind.ASKED, reason, posts=posts)
    told = {"request": row.pk, "kind": kind.value, "posts": posts}
    if step is not None:
        told |= {
            "element": step.element,
            "name": step.name,
            "step": step.pk,
            "until": until.isoformat() if until else None,
        }
    return end(doing, told)


@transaction.atomic
def grant(number: str, *, by: Viewer, said: Said) -> Case:
    """Rule on a request: yes. What was asked for happens in the same transaction."""
    doing = begin(number, "grant", by=by, said=said)
    request = _request(doing)
    _rule(doing, request, RequestState.GRANTED)
    told = {"request": request.pk, "kind": request.kind, "reason": request.reason}
    match request.kind:
        case RequestKind.EXTEND:
            assert request.clock is not None
            assert request.until is not None
            clocks.remember(request.clock, doing.before)
            clock = clocks.extend(request.clock, request.until, now=doing.now)
            doing.case.refresh_from_db(fields=["due_at"])
            return end(doing, {**told, "until": clock.due_at.isoformat()})
        case RequestKind.REOPEN:
            return begin_round(doing, reason=request.reason, told=told)
        case _:
            return over(doing, kind=request.kind, outcome=request.outcome, told=told)


@transaction.atomic
def refuse(number: str, *, by: Viewer, said: Said) -> Case:
    """Rule on a request: no, and why."""
    doing = begin(number, "refuse", by=by, said=said)
    reason_of(doing)
    request = _request(doing)
    _rule(doing, request, RequestState.REFUSED)
    return end(doing, {"request": request.pk, "kind": request.kind})


def _request(doing: CaseDoing) -> CaseRequest:
    """The request that is meant: the one named, else the only one the viewer may rule on."""
    waiting = [one for one in doing.standing.requests if may_rule(doing.viewer, one)]
    if doing.said.item is not None:
        named = [one for one in doing.standing.requests if one.id == doing.said.item]
        if not named:
            raise VerbNotNow(doing.verb.label)
        if named[0] not in waiting:
            raise NotYours
        waiting = named
    if len(waiting) != 1:
        raise NotValid(_("Say which of the requests."), fields={"item": [_("Say which of the requests.")]})
    return CaseRequest.objects.select_related("clock__step").get(pk=waiting[0].id)


def _rule(doing: CaseDoing, request: CaseRequest, state: RequestState) -> None:
    doing.before.remember(request, "state", "opinion", "ruled_by_id", "ruled_post", "ruled_at")
    request.state, request.opinion = state, doing.comment
    request.ruled_by_id, request.ruled_post, request.ruled_at = (
        doing.viewer.user_id,
        doing.post_code,
        doing.now,
    )
    request.save(update_fields=["state", "opinion", "ruled_by", "ruled_post", "ruled_at"])
    text = f"{state.label}: {doing.comment}" if doing.comment else str(state.label)
    tell(doing, NoticeKind.RULED, text, people=[request.asked_by_id])
