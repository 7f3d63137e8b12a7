"""A token for scripts and portals."""

from __future__ import annotations

from django.contrib.auth import authenticate
from rest_framework.authtoken.models import Token
from rest_framework.decorators import api_view, authentication_classes, permission_classes, throttle_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from casework.api import answers
from casework.api.bodies import TokenBody
from casework.api.docs import call, example
from casework.api.errors import BadCredentials, LockedOut
from casework.api.throttles import PerFailedLogin
from grid.models import User


@call(
    "Log in and get a token",
    tag="auth",
    body=TokenBody,
    answers={200: answers.Token},
    refuses=(400, 401, 422, 423),
    examples=[
        example("A person", {"username": "limin", "password": "…"}),
        example("The token", {"token": "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"}, answers=True),
    ],
    open_to_all=True,
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
@throttle_classes([PerFailedLogin])
def token(request: Request) -> Response:
    body = TokenBody(data=request.data)
    body.is_valid(raise_exception=True)
    django_request = request._request
    user = authenticate(
        django_request,
        username=body.validated_data["username"],
        password=body.validated_data["password"],
    )
    locked_out = getattr(django_request, "axes_locked_out", False)
    # Our own JSON says it; the flag would make the middleware answer with the log-in page.
    django_request.axes_locked_out = False  # type: ignore[attr-defined]
    if not isinstance(user, User):
        PerFailedLogin().failed(request)
        raise LockedOut if locked_out else BadCredentials
    kept, _new = Token.objects.get_or_create(user=user)
    return Response({"token": kept.key}, headers={"Cache-Control": "no-store"})
