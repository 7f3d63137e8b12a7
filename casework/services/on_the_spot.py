"""当场解决: who stands there has solved it, shows a photo of it, and the case is closed in one tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import HeldPost, Viewer, may_see
from casework.errors import CaseSuspended, NotFound, NotNow, NotValid, NotYours
from casework.models import Case, CaseStatus, Decision
from casework.services import journal
from casework.services.attachments import attach_photos, ensure_few
from casework.services.idempotency import once
from casework.services.locks import database_now, lock_case
from casework.services.progress import Closing, follow, walk_of
from casework.services.taking_back import Act, Before
from grid.codes import DIGITS
from workflows import services as workflows
from workflows.models import Step

OUTCOME = "当场办结"  # a matter that can end like this has it among its outcomes
SAID = 500


@dataclass(frozen=True, kw_only=True)
class Solved:
    """`key` is made on the phone: the same tap sent again is the same answer. `photos` show it as it is now."""

    number: str
    photos: Sequence[str]
    comment: str = ""
    key: str = ""
    held: bool = False


def solve_on_the_spot(solved: Solved, *, by: Viewer) -> Case:
    """Close the case. Raises NotFound, NotYours, NotNow, CaseSuspended, NotValid, KeyReused, CaseBusy."""
    if not solved.key:
        return _solve(solved, by=by)
    body = {"number": solved.number, "photos": list(solved.photos), "comment": solved.comment}
    said = once(
        user_id=by.user_id,
        key=solved.key,
        call="solved",
        body=body,
        act=lambda: (200, {"case": _solve(solved, by=by).number}),
    )
    return Case.objects.select_related("matter", "area", "run").get(number=said.body["case"])


@transaction.atomic
def _solve(solved: Solved, *, by: Viewer) -> Case:
    place = Case.objects.filter(number=solved.number).values_list("pk", flat=True).first()
    case = lock_case(place) if place else None
    if case is None or not may_see(by, case):
        raise NotFound
    if not may_solve_there(by, case):
        raise NotYours
    ensure_can_be_solved_there(case, by=by)
    if not solved.photos:
        raise NotValid(fields={"photos": [_("Take a photo of how it looks now.")]})
    ensure_few(solved.photos, ())
    return _close(case, solved, by=by)


def may_solve_there(viewer: Viewer, case: Case) -> bool:
    """Who reported it, and who holds a post of the grid it lies in."""
    if viewer.is_operator or viewer.user_id == case.reporter_id:
        return True
    return _post_there(viewer, case) is not None


def _post_there(viewer: Viewer, case: Case) -> HeldPost | None:
    there = (
        post
        for post in viewer.posts
        if len(post.area_code) >= DIGITS["grid"]
        and (case.area_code.startswith(post.area_code) or post.area_code.startswith(case.area_code))
    )
    return next(there, None)


def can_be_solved_there(case: Case, *, by: Viewer) -> bool:
    """Whether the button is shown: what is shown is what is accepted."""
    try:
        ensure_can_be_solved_there(case, by=by)
    except NotNow:
        return False
    return may_solve_there(by, case)


def ensure_can_be_solved_there(case: Case, *, by: Viewer) -> None:
    """Open, of a matter that knows such an end, and nobody else has begun with it."""
    if case.status == CaseStatus.SUSPENDED:
        raise CaseSuspended
    if not case.is_open:
        raise NotNow(_("The case is closed already."))
    ends = case.run.version.about.get("outcomes", [])
    if not any(end.get("label", {}).get("zh") == OUTCOME for end in ends):
        raise NotNow(_("This matter is not closed on the spot."))
    others = (
        Step.objects.open().filter(run=case.run_id, claimed_by__isnull=False).exclude(claimed_by=by.user_id)
    )
    if others.exists() or Decision.objects.filter(case=case).exclude(by=by.user_id).exists():
        raise NotNow(_("Somebody else is at work on it already."))


def _close(case: Case, solved: Solved, *, by: Viewer) -> Case:
    now = database_now()
    before = Before.of(case)
    held = _post_there(by, case)
    post = held.code if held else case.reporter_post if by.user_id == case.reporter_id else ""
    attach_photos(case, solved.photos, label=_("After"), field="after", by=by, now=now)
    walk, assign = walk_of(case, now=now)
    move = workflows.cancel(walk)
    told: dict[str, Any] = {"photos": list(dict.fromkeys(solved.photos))}
    if solved.comment.strip():
        told["comment"] = solved.comment.strip()[:SAID]
    line = journal.line(case, "solved_there", now=now, by=by, post=post, data=told)
    follow(
        case,
        move,
        assign=assign,
        now=now,
        by=by,
        told=[line],
        closing=Closing(status=CaseStatus.CLOSED, outcome=OUTCOME, event="closed"),
        act=Act(verb="solve-there", step=None, before=before, held=solved.held),
    )
    return case
