"""升级上报 and 下派: the case's level moves, and the open step goes to a desk of the new level. Never without a reason of the list."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.access import Viewer
from casework.errors import AlreadyThere, NotNow, NotValid
from casework.models import Case, Decision
from casework.rules.nearby import ClimbFacts
from casework.rules.routing import LEVELS
from casework.services import nearby
from casework.services.acts.desks import level_of
from casework.services.acts.doing import CaseDoing, begin, end, reason_of, step_named
from casework.services.calendars import work_calendar
from casework.services.said import Said
from grid.models import Post
from workflows.models import Step

CLIMBS: Mapping[str, str | Promise] = {
    "time_limit": gettext_lazy("The time limit of this level has passed"),
    "beyond": gettext_lazy("It is beyond the powers of this level"),
    "check_failed": gettext_lazy("The check has failed twice"),
    "several_areas": gettext_lazy("More than one community or sector is involved"),
    "party_refuses": gettext_lazy("A party refuses mediation"),
    "danger": gettext_lazy("Somebody is in danger: straight to the command centre"),
    "crime": gettext_lazy("It points to a crime: straight to the police"),
    "legal_bar": gettext_lazy("The law bars this level from handling it"),
    "urgent": gettext_lazy("It is urgent: straight to the command centre"),
}
DESCENDS: Mapping[str, str | Promise] = {
    "can_be_done_below": gettext_lazy("It can be done at the level below"),
    "power_lies_below": gettext_lazy("The power to handle it lies below"),
    "risk_is_over": gettext_lazy("What made it climb is over"),
}


@transaction.atomic
def escalate(number: str, *, by: Viewer, said: Said) -> Case:
    """升级上报: the district's rules say to which level and whom; where nobody sits there, to a desk further up."""
    doing = begin(number, "escalate", by=by, said=said)
    reason_of(doing)
    code = _code(doing, CLIMBS)
    step = step_named(doing)
    now_at = level_of(step, doing.case)
    calendar = work_calendar(doing.case.area_code)
    moved = nearby.climb(_facts(doing, now_at, code), now=doing.now, calendar=calendar)
    if moved.action == "stay":
        raise NotNow(_stays(now_at))
    found = nearby.seats_above(moved, doing.case.area_code, now=doing.now, calendar=calendar)
    if not found:
        raise NotNow(_("Nobody holds the desk of a level above."))
    told: dict[str, object] = {
        "from": now_at,
        "reason_code": code,
        "posts": [each.name for each in found],
        "rules": nearby.rules_said(moved.ruled),
        "rule": nearby.notes_said(moved.ruled),
    }
    if moved.mark:
        told["mark"] = moved.mark
    return _to(doing, step, [each.code for each in found], found[0].level, told=told)


def _facts(doing: CaseDoing, level: str, reason: str) -> ClimbFacts:
    """Somebody has judged it: that is as good as time having passed twice, and at whatever stage."""
    return ClimbFacts(
        category=doing.case.category, level=level, reason=reason, urgent=doing.case.is_urgent, times=2
    )


def _stays(level: str) -> str:
    if level == LEVELS[-1]:
        return _("It is at the district already: there is no level above.")
    return _("The district's rules leave it at this level for this reason.")


@transaction.atomic
def push_down(number: str, *, by: Viewer, said: Said) -> Case:
    """下派: the step goes to a post of a level below, inside the case's place or above it."""
    doing = begin(number, "push-down", by=by, said=said)
    reason_of(doing)
    code = _code(doing, DESCENDS)
    step = step_named(doing)
    now_at = level_of(step, doing.case)
    target = _below(doing, step, now_at)
    level = _level(target)
    names = [f"{target.unit.name} {target.name}"]
    calendar = work_calendar(doing.case.area_code)
    moved = nearby.descend(_facts(doing, now_at, code), now=doing.now, calendar=calendar)
    told = {
        "from": now_at,
        "reason_code": code,
        "posts": names,
        "rules": nearby.rules_said(moved.ruled),
        "rule": nearby.notes_said(moved.ruled),
    }
    return _to(doing, step, [target.code], level, told=told)


def _below(doing: CaseDoing, step: Step, now_at: str) -> Post:
    target = Post.objects.filter(code=doing.said.to_post).select_related("unit__area").first()
    if target is None:
        raise NotValid(fields={"to_post": [_("Choose a post.")]})
    if target.code in step.candidates:
        raise AlreadyThere(_("The step is already with that post."))
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
    doing.before.remember(step, "candidates", "claimed_by_id", "claimed_as", "claimed_at")
    doing.before.remember(case, "handling_level")
    step.candidates = codes
    step.claimed_by, step.claimed_as, step.claimed_at = None, "", None
    step.save(update_fields=["candidates", "claimed_by", "claimed_as", "claimed_at"])
    case.handling_level = level
    case.touch(codes)
    about = {"element": step.element, "name": step.name, "step": step.pk, "to": level, **told}
    return end(doing, about, rows=[decision], changed=["handling_level"], step=step)
