"""Limits per person and per failed log-in, counted in fixed minutes: one small cache write a request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    # The framework imports this module while it makes that class.
    from rest_framework.views import APIView

WINDOW = 60


def limit(scope: str) -> int:
    """Requests a minute, from the settings ("6000/min")."""
    rates = cast(dict[str, str], settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"])
    return int(rates[scope].split("/")[0])


def count(scope: str, who: str, *, add: int = 1) -> int:
    """How often in this minute, this time included."""
    key = f"throttle:{scope}:{who}:{int(time.time() // WINDOW)}"
    cache.add(key, 0, timeout=2 * WINDOW)
    try:
        return cache.incr(key, add)
    except ValueError:  # it expired in between
        return add


class PerPerson(BaseThrottle):
    scope = "user"

    def allow_request(self, request: Request, view: APIView) -> bool:
        user = getattr(request.user, "pk", None)
        return user is None or count(self.scope, str(user)) <= limit(self.scope)

    def wait(self) -> float:
        return WINDOW - time.time() % WINDOW


class PerFailedLogin(BaseThrottle):
    """By address; the call counts its failures itself, so that many people behind one address can log in."""

    scope = "login"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return self.is_open_to(request)

    def is_open_to(self, request: Request | HttpRequest) -> bool:
        return count(self.scope, self._address(request), add=0) < limit(self.scope)

    def wait(self) -> float:
        return WINDOW - time.time() % WINDOW

    def failed(self, request: Request | HttpRequest) -> None:
        count(self.scope, self._address(request))

    def _address(self, request: Request | HttpRequest) -> str:
        return self.get_ident(request) or ""  # type: ignore[arg-type]  # reads headers only
