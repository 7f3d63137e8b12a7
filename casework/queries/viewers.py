"""Who is asking: the person with the posts he holds today."""

from __future__ import annotations

from django.utils import timezone

from casework.access import HeldPost, Viewer
from grid.models import Post, User
from grid.queries.posts import posts_of


def viewer_for(user: User, *, acting_as: str = "") -> Viewer:
    """The viewer, for all his posts or for the one he switched to. Two queries at most."""
    posts = tuple(held(post) for post in posts_of(user.pk, on=timezone.localdate()))
    if acting_as:
        posts = tuple(post for post in posts if post.code == acting_as) or posts
    return Viewer(user_id=user.pk, name=str(user), posts=posts, is_operator=user.is_superuser)


def held(post: Post) -> HeldPost:
    return HeldPost(
        id=post.pk,
        code=post.code,
        name=post.name,
        role=post.role,
        unit_code=post.unit.code,
        unit_name=post.unit.name,
        area_code=post.unit.area.code,
        area_name=post.unit.area.name,
        sees=post.sees,
        powers=tuple(post.powers),
    )
