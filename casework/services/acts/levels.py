"""升级上报 and 下派: the case's level moves, and the open step goes to a desk of the new level. Never without a reason of the list."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.access import Viewer
from casework.errors import NotNow, NotValid
from casework.models import Case, Decision
from casework.rules.routing import LEVELS
from casework.services.acts.desks import desk_at, level_of
from casework.services.acts.doing import CaseDoing, begin, end, reason_of, step_named
from casework.services.said import Said
from grid.models import Post
from workflows.models import Step

CLIMBS: Mapping[str, str | Promise] = {
    "time_limit": gettext_lazy("The time limit of this level has passed"),
    "beyond": gettext_lazy("It is beyond the powers of this level"),
    "check_failed": gettext_lazy("The check has failed twice"),
    "several_areas": gettext_lazy("More than one community or sector is involved"),
    "party_refuses": gettext_lazy("A party refuses mediation"),
    "danger": gettext_lazy("Danger, crime or a legal bar"),
    "urgent": gettext_lazy("It is urgent: straight to the command centre"),
}
# Reasons by which a level may be left out: straight to at least this one.
STRAIGHT_TO = {"danger": "town", "urgent": "town"}
DESCENDS: Mapping[str, str | Promise] = {
    "can_be_done_below": gettext_lazy("It can be done at the level below"),
    "power_lies_below": gettext_lazy("The power to handle it lies below"),
    "risk_is_over": gettext_lazy("What made it climb is over"),
}


@transaction.atomic
def escalate(number: str, *, by: Viewer, said: Said) -> Case:
    """升级上报: the step goes to the desk of the level above, or further up where nobody sits there."""
    doing = begin(number, "escalate", by=by, said=said)
    reason_of(doing)
    code = _code(doing, CLIMBS)
    step = step_named(doing)
    now_at = level_of(step, doing.case)
    for level in _levels_above(now_at, code):
        if desk := desk_at(doing.case, level, now=doing.now):
            return _to(
                doing,
                step,
                list(desk),
                level,
                told={"from": now_at, "reason_code": code, "posts": list(desk.values())},
            )
    if now_at == LEVELS[-1]:
        raise NotNow(_("It is at the district already: there is no level above."))
    raise NotNow(_("Nobody holds the desk of a level above."))


def _levels_above(now_at: str, code: str) -> tuple[str, ...]:
    first = LEVELS.index(now_at) + 1
    if code in STRAIGHT_TO:
        first = max(first, LEVELS.index(STRAIGHT_TO[code]))
    return LEVELS[first:]


@transaction.atomic
def push_down(number: str, *, by: Viewer, said: Said) -> Case:
    """下派: the step goes to a post of a level below, inside the case's place or above it."""
    doing = begin(number, "push-down", by=by, said=said)
    reason_of(doing)
    code = _code(doing, DESCENDS)
    step = step_named(doing)
    now_at = level_of(step, doing.case)
    target = _below(doing, now_at)
    level = _level(target)
    names = [f"{target.unit.name} {target.name}"]
    return _to(doing, step, [target.code], level, told={"from": now_at, "reason_code": code, "posts": names})


def _below(doing: CaseDoing, now_at: str) -> Post:
    target = Post.objects.filter(code=doing.said.to_post).select_related("unit__area").first()
    if target is None:
        raise NotValid(fields={"to_post": [_("Choose a post.")]})
    place, here = target.unit.area.code, doing.case.area_code
    if not (place.startswith(here) or here.startswith(place)):
        raise NotValid(fields={"to_post": [_("That post has nothing to do with this place.")]})
    if LEVELS.index(_level(target)) >= LEVELS.index(now_at):
        raise NotValid(fields={"to_post": [_("That post is at no level below.")]})
    return target


def _level(post: Post) -> str:
    level = post.unit.area.level
    return "grid" if level == "microgrid" else level


def _code(doing: CaseDoing, reasons: Mapping[str, str | Promise]) -> str:
    if doing.said.reason_code not in reasons:
        raise NotValid(fields={"reason_code": [_("Choose a reason of the list.")]})
    return doing.said.reason_code


def _to(doing: CaseDoing, step: Step, codes: list[str], level: str, *, told: Mapping[str, object]) -> Case:
    """Offer the step to these posts; whoever had signed for it has it no longer."""
    case = doing.case
    decision = Decision(
        case=case,
        step=step,
        verb=doing.verb.key,
        outcome=level,
        comment=doing.comment,
        by_id=doing.viewer.user_id,
        post_id=doing.post.id if doing.post else None,
        at=doing.now,
    )
    step.candidates = codes
    step.claimed_by, step.claimed_as, step.claimed_at = None, "", None
    step.save(update_fields=["candidates", "claimed_by", "claimed_as", "claimed_at"])
    case.handling_level = level
    case.touch(codes)
    about = {"element": step.element, "name": step.name, "step": step.pk, "to": level, **told}
    return end(doing, about, rows=[decision], changed=["handling_level"])
