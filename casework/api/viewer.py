"""Who is asking."""

from __future__ import annotations

from typing import cast

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from casework.access import Viewer
from casework.queries.viewers import viewer_for
from grid.models import User


def viewer_of(request: Request) -> Viewer:
    """With a session the post one has switched to counts; with a token all posts of the person."""
    if isinstance(request.successful_authenticator, SessionAuthentication):
        found: Viewer | None = getattr(request._request, "viewer", None)
        if found is not None:
            return found
    return viewer_for(cast(User, request.user))  # IsAuthenticated has let nobody else in
