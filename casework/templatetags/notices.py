"""What pages show of notices beside the bell: whether one follows a case, and how one is told outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from casework.models import Case, Follow, NoticeChoice
from casework.notify.channels import offered as offered_in
from casework.queries.givenup import given_up

register = template.Library()
Context = Mapping[str, Any]  # what an inclusion tag hands to its template


@register.inclusion_tag("parts/_follow.html", takes_context=True)
def follow_button(context: template.Context, case: Case, kind: str = "desk") -> Context:
    """The button 关注, as it stands for who looks at the page."""
    viewer = context["viewer"]
    follows = Follow.objects.filter(case=case, user_id=viewer.user_id).exists()
    return {"case": case, "follows": follows, "kind": kind, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("studio/_given_up.html", takes_context=True)
def messages_given_up(context: template.Context) -> Context:
    """What could not be sent outside, on the operations desk."""
    return {"given_up": given_up(context["viewer"]), "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("parts/_notice_choice.html", takes_context=True)
def notice_choice(context: template.Context, kind: str = "desk") -> Context:
    """The channels there are, and which of them this person has chosen; nothing where there are none."""
    viewer = context["viewer"]
    offered = offered_in(post.area_code for post in viewer.posts)
    chosen = NoticeChoice.objects.filter(user_id=viewer.user_id).first() if offered else None
    return {
        "offered": [
            {"key": key, "name": one.name, "on": chosen is not None and key in chosen.channels}
            for key, one in offered.items()
        ],
        "choice": chosen,
        "kind": kind,
        "csrf_token": context.get("csrf_token"),
    }
