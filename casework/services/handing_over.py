"""交接: all work of somebody who leaves, or is away for long, goes to a colleague or to a post at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.access import DISTRICT_DIGITS, HeldPost, Viewer, may_see
from casework.errors import CaseBusy, NotValid, NotYours
from casework.models import Case
from casework.queries.viewers import viewer_for
from casework.services import journal
from casework.services.locks import database_now, lock_case
from grid.models import Post, User
from grid.queries.posts import holders_by_post
from workflows.models import RunStatus, Step
from workflows.rows import Batch

CLAIM = ("claimed_by", "claimed_as", "claimed_at")


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """How many steps went over, and the numbers of the cases that somebody was changing: try again for these.

    `kept` steps stay, as who gave the rest may not see their cases.
    """

    steps: int
    busy: tuple[str, ...] = ()
    kept: int = 0


@dataclass(frozen=True, kw_only=True)
class _To:
    """Who gets it: a colleague by one of his posts, or a post for whoever sits there."""

    post: str
    label: str
    user: User | None = None
    posts: tuple[HeldPost, ...] = ()


def may_hand_over(by: Viewer, leaver: Viewer) -> bool:
    """One's own work, or that of somebody whose posts all lie where one directs the work or appoints people."""
    if by.user_id == leaver.user_id or by.is_operator:
        return True
    return bool(leaver.posts) and all(
        by.has_power_over("dispatch", post.area_code) or by.has_power_over("studio", post.area_code)
        for post in leaver.posts
    )


def may_take_over(by: Viewer, leaver: Viewer) -> bool:
    """Whether he may be the one who gets it: who appoints people gives nothing to himself."""
    if by.user_id == leaver.user_id or by.is_operator:
        return True
    return all(by.has_power_over("dispatch", post.area_code) for post in leaver.posts)


def work_of(leaver: Viewer) -> list[Step]:
    """What would go over: what he has signed for, and what waits for posts on which nobody else sits."""
    rows = Step.objects.open().human().filter(run__status=RunStatus.RUNNING)
    his = list(rows.filter(claimed_by_id=leaver.user_id).select_related("run__case"))
    holders = holders_by_post(leaver.post_codes, on=timezone.localdate())
    alone = {code for code, people in holders.items() if {person.pk for person in people} <= {leaver.user_id}}
    if not alone:
        return his
    pool = rows.filter(claimed_by=None, candidates__overlap=sorted(alone)).select_related("run__case")
    return his + [step for step in pool if set(step.candidates) <= alone]


def visible_work_of(leaver: Viewer, *, by: Viewer) -> list[Step]:
    """What this giver may hand over: of the work of others only what he sees himself, or he could give it to himself."""
    return [step for step in work_of(leaver) if _is_known(step.run.case, leaver.user_id, by)]


def _is_known(case: Case, leaver_id: int, by: Viewer) -> bool:
    return by.is_operator or by.user_id == leaver_id or may_see(by, case)


def handover(
    leaver: User, *, to_user: User | None = None, to_post: str = "", by: Viewer, reason: str = ""
) -> HandedOver:
    """Give all of somebody's open work to a colleague or a post; one transaction and one line for each case.

    What the giver may not see stays. Raises NotYours, NotValid.
    """
    leaves = viewer_for(leaver)
    if not may_hand_over(by, leaves):
        raise NotYours
    to = _receiver(leaves, to_user=to_user, to_post=to_post)
    if _is_for(by, to) and not may_take_over(by, leaves):
        raise NotYours(_("Nobody gives the work of others to himself; ask who directs the work."))
    cases: dict[int, dict[int, list[str]]] = {}
    numbers: dict[int, str] = {}
    work = work_of(leaves)
    known = [step for step in work if _is_known(step.run.case, leaver.pk, by)]
    for step in known:
        cases.setdefault(step.run.case.pk, {})[step.pk] = step.candidates
        numbers[step.run.case.pk] = step.run.case.number
    moved, busy = 0, []
    for place in sorted(cases):
        try:
            moved += _hand_over(place, cases[place], leaver=leaver, to=to, by=by, reason=reason)
        except CaseBusy:
            busy.append(numbers[place])
    return HandedOver(steps=moved, busy=tuple(busy), kept=len(work) - len(known))


def _is_for(by: Viewer, to: _To) -> bool:
    holders = holders_by_post([to.post], on=timezone.localdate())[to.post]
    return by.user_id in {person.pk for person in holders}


def _receiver(leaver: Viewer, *, to_user: User | None, to_post: str) -> _To:
    """Within the districts of who leaves, as with passing on; who holds no post any more has none to keep to."""
    districts = {post.code[:DISTRICT_DIGITS] for post in leaver.posts}
    if to_user is not None:
        posts = viewer_for(to_user).posts
        near = tuple(post for post in posts if not districts or post.code[:DISTRICT_DIGITS] in districts)
        if to_user.pk == leaver.user_id or not to_user.is_active or not near:
            raise NotValid(fields={"person": [_("Choose a colleague who holds a post.")]})
        return _To(post=near[0].code, label=str(to_user), user=to_user, posts=near)
    post = Post.objects.filter(code=to_post).select_related("unit").first()
    is_far = bool(districts) and to_post[:DISTRICT_DIGITS] not in districts
    if post is None or is_far or not holders_by_post([to_post], on=timezone.localdate())[to_post]:
        raise NotValid(fields={"to_post": [_("Choose a post on which somebody sits.")]})
    return _To(post=post.code, label=f"{post.unit.name} {post.name}")


@transaction.atomic
def _hand_over(
    case_id: int, steps: Mapping[int, Sequence[str]], *, leaver: User, to: _To, by: Viewer, reason: str
) -> int:
    """`steps` with the posts they were found at: what has been given to others meanwhile is not his any more."""
    case, now = lock_case(case_id), database_now()
    if not _is_known(case, leaver.pk, by):  # it has become confidential since it was looked for
        return 0
    rows = list(Step.objects.open().filter(pk__in=steps, run=case.run))
    rows = [
        step
        for step in rows
        if step.claimed_by_id == leaver.pk
        or (step.claimed_by_id is None and step.candidates == steps[step.pk])
    ]
    if not rows:
        return 0
    batch = Batch()
    for step in rows:
        _give(case, step, to, now=now)
        batch.update(step, "candidates", *CLAIM)
    case.version += 1
    told = {
        "name": "、".join(dict.fromkeys(step.name for step in rows)),
        "handed": [step.pk for step in rows],
        "from": str(leaver),
        "to": to.label,
        **({"comment": reason.strip()[:2000]} if reason.strip() else {}),
    }
    post = by.posts[0].code if by.posts else ""
    batch.insert([journal.line(case, "handed_over", now=now, by=by, post=post, data=told)])
    batch.update(case, "version", "touched_by", "lines", "last_hash")
    batch.write()
    return len(rows)


def _give(case: Case, step: Step, to: _To, *, now: datetime) -> None:
    """A colleague who holds one of the step's posts goes on by that; else his own post is added to them."""
    was_signed = step.claimed_by_id is not None
    shared = next((post.code for post in to.posts if post.code in step.candidates), None)
    if shared is None:
        step.candidates = [to.post]
        case.touch([to.post])
    step.claimed_by, step.claimed_as, step.claimed_at = None, "", None
    if to.user is not None and was_signed:
        step.claimed_by_id, step.claimed_as, step.claimed_at = to.user.pk, shared or to.post, now
