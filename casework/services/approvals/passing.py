"""Giving work to another post: pass it on."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotValid
from casework.models import Case, Decision
from casework.services.approvals.doing import (
    Doing,
    begin,
    decision_of,
    end_without_move,
    ensure_free_or_mine,
    ensure_reason,
)
from casework.services.approvals.holding import untake
from casework.services.said import Said
from grid.models import Post


@transaction.atomic
def transfer(step_id: int, *, by: Viewer, said: Said) -> Case:
    """转办: pass the step on to another post, with a reason."""
    doing = begin(step_id, "transfer", by=by, said=said)
    ensure_free_or_mine(doing)
    ensure_reason(said)
    target = receiver(doing, said)
    Decision.objects.create(**decision_of(doing, said), outcome=target.code)
    step = doing.step
    step.candidates = [target.code]
    untake(step, "candidates")
    doing.case.touch([target.code])
    return end_without_move(doing, {"to": f"{target.unit.name} {target.name}", "comment": said.comment})


def receiver(doing: Doing, said: Said) -> Post:
    """The post that is to get the step: there, in this district, and not the one that has it. Raises NotValid."""
    target = Post.objects.filter(code=said.to_post).select_related("unit").first()
    if target is None:
        raise NotValid(_("Choose the post to pass it on to."), fields={"to_post": [_("Choose a post.")]})
    if not target.code.startswith(doing.case.area_code[:6]):
        raise NotValid(_("That post is outside this district."), fields={"to_post": [_("Choose a post.")]})
    if target.code in doing.step.candidates:
        raise NotValid(
            _("The step is already with that post."), fields={"to_post": [_("Choose another post.")]}
        )
    return target
