"""加签 and 减签: others sign a step too, before, beside or after those whose it is; or need not any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotValid, VerbNotAllowed
from casework.models import Case, Decision
from casework.services.approvals.doing import (
    Doing,
    asked_by,
    begin,
    decision_of,
    end_with_move,
    is_inside,
    label_of,
    take_up,
    walk_for,
)
from casework.services.said import Said
from grid.models import Post
from workflows import sharing
from workflows.engine import Errand, together
from workflows.models import Step
from workflows.projection import Move, Walk

MOST = 20  # signers in one act
POSITIONS = ("before", "beside", "after")


@transaction.atomic
def add_sign(step_id: int, *, by: Viewer, said: Said) -> Case:
    """加签. Beside one of several who sign at the same time, the new ones are of their number."""
    doing = begin(step_id, "add-sign", by=by, said=said)
    take_up(doing)
    if doing.step.ends_with_signature:
        raise VerbNotAllowed(doing.verb.label)
    if said.position not in POSITIONS:
        raise NotValid(fields={"position": [_("Say when they sign.")]})
    posts = _signers(doing)
    walk, assign = walk_for(doing)
    move = _asked(doing, walk, posts)
    told = {"to": [label_of(post) for post in posts], "position": said.position}
    return end_with_move(doing, move, assign, told, Decision(**decision_of(doing), outcome=said.position))


@transaction.atomic
def remove_sign(step_id: int, *, by: Viewer, said: Said) -> Case:
    """减签: who was asked by this step and has not signed yet."""
    doing = begin(step_id, "remove-sign", by=by, said=said)
    take_up(doing)
    if not doing.step.asked:
        raise VerbNotAllowed(doing.verb.label)
    wanted = [str(code) for code in said.posts]
    if not wanted or not set(wanted) <= set(doing.step.asked):
        raise NotValid(fields={"posts": [_("Choose posts that were asked and have not signed yet.")]})
    walk, assign = walk_for(doing)
    move, found = sharing.drop(walk, doing.step, wanted)
    names = {post.code: label_of(post) for post in Post.objects.filter(code__in=found).select_related("unit")}
    told = {"to": [names.get(code, code) for code in found]}
    return end_with_move(doing, move, assign, told, Decision(**decision_of(doing)))


def _signers(doing: Doing) -> list[Post]:
    """The posts that were chosen: there, in this district, and not asked already. Raises NotValid."""
    wanted = list(dict.fromkeys(str(code) for code in doing.said.posts))
    posts = {post.code: post for post in Post.objects.filter(code__in=wanted).select_related("unit")}
    if not wanted or len(wanted) > MOST or any(code not in posts for code in wanted):
        raise NotValid(fields={"posts": [_("Choose the posts that are to sign.")]})
    if not all(is_inside(post, doing.case) for post in posts.values()):
        raise NotValid(fields={"posts": [_("Choose posts of this district.")]})
    if {*doing.step.candidates, *doing.step.asked} & set(wanted):
        raise NotValid(fields={"posts": [_("One of them signs this step already.")]})
    return [posts[code] for code in wanted]


def _asked(doing: Doing, walk: Walk, posts: list[Post]) -> Move:
    step, position = doing.step, doing.said.position
    if position == "beside" and together.is_instance(walk.live, step.token):
        return sharing.add_instances(walk, step, [(_item(step, post), (post.code,)) for post in posts])
    errands = [Errand(posts=(post.code,), settings=_settings(doing)) for post in posts]
    return sharing.add_signers(walk, step, errands, when=position)  # type: ignore[arg-type]  # one of POSITIONS


def _settings(doing: Doing) -> dict[str, str]:
    """A signer gives his opinion, not the step's answers; he refuses where a refusal leads somewhere."""
    position = doing.said.position
    may_refuse = position == "before" or "reject" in doing.step.verbs
    return {
        "errand": "sign",
        "when": position,
        "verbs": "approve reject" if may_refuse else "approve",
        "form": "",
        "signFor": "",
        **asked_by(doing),
    }


def _item(step: Step, post: Post) -> object:
    """What one more instance is of: the units' words where the others are units, else the post."""
    others: Mapping[str, Any] = step.instance
    names_posts = any(isinstance(value, str) and "/" in value for value in others.values())
    return post.code if names_posts else post.unit.key
