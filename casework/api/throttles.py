"""Limits per person and per failed log-in, counted in fixed minutes by all processes of the site together."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.http import HttpRequest
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from workflows.rows import ask

if TYPE_CHECKING:
    # The framework imports this module while it makes that class.
    from rest_framework.views import APIView

WINDOW = 60
SHARES = 300
WHO = 64  # as many letters of an address as are kept


def limit(scope: str) -> int:
    """Requests a minute, from the settings ("6000/min")."""
    rates = cast(dict[str, str], settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"])
    return int(rates[scope].split("/")[0])


def count(scope: str, who: str, *, add: int = 1) -> int:
    """How often in this minute, this time included, by all processes together.

    A process tells the others when it has counted a share of the limit, not each time: a generous limit costs one
    small statement in a hundred requests, a strict one is exact. Nobody gets more than a few shares too much.
    """
    key, minute = (scope, who), int(time.time() // WINDOW)
    with _counting:
        here = _of(minute)
        here.untold[key] += add
        if add and here.untold[key] < limit(scope) // SHARES:
            return here.known[key] + here.untold[key]
        times = here.untold.pop(key)
    here.known[key] = _tell(scope, who, minute=minute, times=times)
    return here.known[key]


@dataclass
class _Minute:
    """What this process knows of one minute: what all had told when it last asked, and what it has not told yet."""

    number: int = 0
    known: Counter[tuple[str, str]] = field(default_factory=Counter)
    untold: Counter[tuple[str, str]] = field(default_factory=Counter)


_counting = Lock()
_minutes = [_Minute()]


def _of(minute: int) -> _Minute:
    if _minutes[0].number != minute:
        _minutes[0] = _Minute(number=minute)
    return _minutes[0]


def forget() -> None:
    """As a new process begins: with what all have told."""
    _minutes[0] = _Minute()


_KNOWN = "SELECT coalesce(sum(count), 0) FROM casework_tally WHERE minute = %s AND scope = %s AND who = %s"
_ADD = """
WITH past AS (DELETE FROM casework_tally WHERE minute < %s)
INSERT INTO casework_tally (minute, scope, who, count) VALUES (%s, %s, %s, %s)
    ON CONFLICT (minute, scope, who) DO UPDATE SET count = casework_tally.count + excluded.count RETURNING count
"""


def _tell(scope: str, who: str, *, minute: int, times: int) -> int:
    key = (minute, scope, who[:WHO])
    rows = ask(_ADD, minute - 1, *key, times) if times else ask(_KNOWN, *key)
    return int(rows[0][0])


class PerPerson(BaseThrottle):
    scope = "user"

    def allow_request(self, request: Request, view: APIView) -> bool:
        user = getattr(request.user, "pk", None)
        return user is None or count(self.scope, str(user)) <= limit(self.scope)

    def wait(self) -> float:
        return WINDOW - time.time() % WINDOW


class Costly(PerPerson):
    """Calls that keep a server busy for seconds: a strict limit beside that of all calls together."""

    scope = "costly"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or super().allow_request(request, view)


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
