"""A desk that nobody sits at: after half an hour its session ends, and whoever comes back goes on where he was.

Only sessions that have been at the desk or the studio; a phone in the field stays logged in. What was half written
is kept by the browser (js/desk/drafts.js).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

SEEN = "desk_seen"  # when somebody last did something, in seconds; sessions without it have no limit
DESKS = ("/desk/", "/studio/", "/operations/", "/watch/", "/audit/", "/seeing/", "/settings/", "/reviews/")
POLLS = ("/desk/fresh/", "/desk/bell/", "/edit/here/")  # the page asks these by itself
COARSE = 60  # seconds; the session is written at most this often


class IdleMiddleware:
    """Ends idle desk sessions. `IDLE_MINUTES = 0` lets them last as long as any other."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = settings.IDLE_MINUTES * 60
        if not limit or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        now, seen = time.time(), request.session.get(SEEN)
        if seen is not None and now - seen > limit:
            logout(request)
            if request.path not in (reverse("login"), reverse("healthz")):
                return _log_in_again(request)
        response = self.get_response(request)
        if not request.path.endswith(POLLS) and request.user.is_authenticated:
            _renew(request, seen, now=now)
        return response


def _renew(request: HttpRequest, seen: float | None, *, now: float) -> None:
    if seen is None and not request.path.startswith(DESKS):
        return
    if seen is None or now - seen > COARSE:
        request.session[SEEN] = int(now)


def _log_in_again(request: HttpRequest) -> HttpResponse:
    """To the door, and from there back to the page that was open."""
    address = f"{reverse('login')}?{urlencode({'next': _page(request), 'idle': 1})}"
    if "HX-Request" not in request.headers:
        return redirect(address)
    answer = HttpResponse(status=401)
    answer["HX-Redirect"] = address
    return answer


def _page(request: HttpRequest) -> str:
    """The page one was at: this one, or the one that a form was sent from."""
    if request.method == "GET" and "HX-Request" not in request.headers:
        return request.get_full_path()
    try:
        came = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    except ValueError:  # whatever sent this is no browser
        return "/"
    return came.path + (f"?{came.query}" if came.query else "") or "/"
