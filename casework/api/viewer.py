"""Who is asking."""

from __future__ import annotations

from typing import Any, cast

from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.request import Request

from casework.access import Viewer
from casework.queries.viewers import viewer_by_token, viewer_for
from grid.models import User


class TokenLogin(TokenAuthentication):
    """The framework's log-in by token, with person and posts read together: `request.auth` is the viewer."""

    def authenticate_credentials(
        self, key: str
    ) -> tuple[Any, Any]:  # Any: a person and what he is as a viewer
        found = viewer_by_token(key)
        if found is None or not found[0].is_active:
            return super().authenticate_credentials(key)  # which says what is wrong
        return found


def viewer_of(request: Request) -> Viewer:
    """With a session the post one has switched to counts; with a token all posts of the person."""
    if isinstance(request.auth, Viewer):
        return request.auth
    if isinstance(request.successful_authenticator, SessionAuthentication):
        found: Viewer | None = getattr(request._request, "viewer", None)
        if found is not None:
            return found
    return viewer_for(cast(User, request.user))  # IsAuthenticated has let nobody else in
