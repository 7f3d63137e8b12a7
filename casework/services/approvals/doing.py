"""What every verb on a step begins and ends with: the lock, who acts by which post, the decision, the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from casework.access import HeldPost, Viewer, may_act, may_see
from casework.errors import (
    CaseSuspended,
    ClaimedByOther,
    NotFound,
    NotValid,
    NotYours,
    ReasonMissing,
    SignForFirst,
    Stale,
    StepTaken,
    WaitsForOthers,
)
from casework.models import Case, CaseEvent, CaseStatus, Decision
from casework.services import journal, taking_back
from casework.services.locks import lock_step
from casework.services.progress import follow, walk_of
from casework.services.said import Said
from casework.services.taking_back import Act, Before
from casework.verbs import STEP_VERBS, Verb, words_told
from grid.models import Post, User
from workflows.models import RunStatus, Step
from workflows.projection import Move, Walk
from workflows.rows import Batch

DISTRICT_DIGITS = 6


@dataclass(kw_only=True)
class Doing:
    """One act under way: the locked case, the step, who acts by which post, and how things stood before."""

    case: Case
    step: Step
    viewer: Viewer
    post: HeldPost | None
    verb: Verb
    said: Said
    now: datetime
    before: Before

    @property
    def comment(self) -> str:
        return self.said.comment.strip()[:2000]

    @property
    def act(self) -> Act:
        """What has to be known of it to take it back."""
        return Act(verb=self.verb.key, step=self.step, before=self.before, held=self.said.held)


def begin(step_id: int, verb: str, *, by: Viewer, said: Said, directing: bool = False) -> Doing:
    """Lock the case and make sure that this person may act on this step, and that it is open.

    `directing`: by the power to dispatch over the place, not as one of those whose step it is.
    """
    locked = lock_step(step_id)
    case, step = locked.case, locked.step
    if not may_see(by, case):
        raise NotFound
    may = by.has_power_over("dispatch", case.area_code) if directing else _is_mine(by, step, case)
    if not may:
        raise NotYours
    if said.version is not None and said.version != case.version:
        raise Stale
    if not step.is_open or step.kind != "human" or case.run.status != RunStatus.RUNNING:
        raise StepTaken
    if case.status == CaseStatus.SUSPENDED and not directing:
        raise CaseSuspended
    return Doing(
        case=case,
        step=step,
        viewer=by,
        post=_directing_post(by, case) if directing else by.post_among(step.candidates),
        verb=STEP_VERBS[verb],
        said=said,
        now=locked.now,
        before=Before.of(case, step),
    )


def _is_mine(by: Viewer, step: Step, case: Case) -> bool:
    return may_act(by, step, reporter_id=case.reporter_id)


def _directing_post(by: Viewer, case: Case) -> HeldPost | None:
    over = [p for p in by.posts if "dispatch" in p.powers and case.area_code.startswith(p.area_code)]
    return max(over, key=lambda post: len(post.area_code), default=None)


# --- what has to hold


def ensure_free_or_mine(doing: Doing) -> None:
    holder = doing.step.claimed_by_id
    if holder is not None and holder != doing.viewer.user_id:
        who = User.objects.filter(pk=holder).values_list("display_name", flat=True).first()
        raise ClaimedByOther(who or "")


def take_up(doing: Doing) -> None:
    """It is this person's from now on, unless it has to be signed for first; whoever ends the act writes that down."""
    ensure_free_or_mine(doing)
    if doing.step.claimed_by_id is None:
        if doing.step.wants_signature:
            raise SignForFirst
        hold(doing)


def ensure_waits_for_nobody(doing: Doing) -> None:
    if doing.step.is_held_up:
        raise WaitsForOthers


def ensure_reason(said: Said) -> None:
    if not said.comment.strip():
        raise ReasonMissing


def receiver(doing: Doing, *, may_have_it: bool = False) -> Post:
    """The post that is to get the work: there, in this district, and not the one that has it. Raises NotValid."""
    target = Post.objects.filter(code=doing.said.to_post).select_related("unit").first()
    if target is None:
        raise NotValid(_("Choose the post to pass it on to."), fields={"to_post": [_("Choose a post.")]})
    if not is_inside(target, doing.case):
        raise NotValid(_("That post is outside this district."), fields={"to_post": [_("Choose a post.")]})
    if target.code in doing.step.candidates and not may_have_it:
        raise NotValid(
            _("The step is already with that post."), fields={"to_post": [_("Choose another post.")]}
        )
    return target


def is_inside(post: Post, case: Case) -> bool:
    return post.code.startswith(case.area_code[:DISTRICT_DIGITS])


def label_of(post: Post) -> str:
    return f"{post.unit.name} {post.name}"


def asked_by(doing: Doing) -> dict[str, str]:
    """What those who are asked are told: for which step, by whom, and what he said with it."""
    return {"for": str(doing.step.token), "asked_by": doing.viewer.name, "note": doing.comment[:500]}


# --- who holds it


def hold(doing: Doing) -> None:
    """Make the step this person's; whoever ends the act writes that down with the rest."""
    step = doing.step
    step.claimed_by_id, step.claimed_at = doing.viewer.user_id, doing.now
    step.claimed_as = doing.post.code if doing.post else ""


def unhold(step: Step) -> None:
    step.claimed_by, step.claimed_as, step.claimed_at = None, "", None


CLAIM = ("claimed_by", "claimed_as", "claimed_at")


# --- how it ends


def decision_of(doing: Doing) -> dict[str, Any]:
    """What of a decision is the same for every verb."""
    return {
        "case": doing.case,
        "step": doing.step,
        "verb": doing.verb.key,
        "comment": doing.comment,
        "pins": [str(pin)[:64] for pin in doing.said.pins][:50],
        "by_id": doing.viewer.user_id,
        "post_id": doing.post.id if doing.post else None,
        "at": doing.now,
    }


def line_of(doing: Doing, data: Mapping[str, Any]) -> CaseEvent:
    """The act's own line in the journal."""
    step = doing.step
    told: dict[str, Any] = {"element": step.element, "name": step.name, "step": step.pk, **data}
    told |= words_told(doing.verb, step.settings)
    if doing.comment:
        told["comment"] = doing.comment
    return journal.line(
        doing.case,
        doing.verb.event,
        now=doing.now,
        by=doing.viewer,
        post=doing.post.code if doing.post else "",
        data=told,
    )


def end_without_move(
    doing: Doing, data: Mapping[str, Any], *changed: str, decision: Decision | None = None
) -> Case:
    """The run stands still: the step's changed fields, the decision, the line, and how it was before."""
    case, batch = doing.case, Batch()
    case.version += 1
    if changed:
        batch.update(doing.step, *changed)
    batch.insert([decision] if decision else [])
    batch.insert([line_of(doing, data)])
    batch.update(case, "version", "touched_by", "lines", "last_hash")
    taking_back.keep(
        batch,
        case,
        doing.before,
        verb=doing.verb.key,
        step=doing.step,
        by=doing.viewer,
        now=doing.now,
    )
    batch.write()
    return case


def walk_for(doing: Doing) -> tuple[Walk, Any]:
    """The run, to be moved once; nothing is written before `end_with_move`."""
    return walk_of(doing.case, now=doing.now, batch=Batch())


def end_with_move(doing: Doing, move: Move, assign: Any, data: Mapping[str, Any], decision: Decision) -> Case:
    """The run has moved while the step itself goes on: its claim is written with the rest."""
    move.batch.update(doing.step, *CLAIM)
    follow(
        doing.case,
        move,
        assign=assign,
        now=doing.now,
        by=doing.viewer,
        told=[line_of(doing, data)],
        decision=decision,
        act=doing.act,
    )
    return doing.case
