"""The door of all pages: who comes in, in which language, and what an error looks like."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import uuid4

from django.contrib.auth.views import redirect_to_login
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from psycopg import errors as pg

from casework.access import HeldPost, Viewer
from casework.errors import CaseBusy, CaseworkError, NotFound, NotNow, NotValid
from casework.queries.viewers import held, viewer_for
from casework.queries.waitingfor import notices_for
from grid.errors import GridError
from grid.models import User
from grid.queries.posts import posts_of
from workflows.errors import StepNotOpen, WorkflowsError

log = logging.getLogger(__name__)
POST_KEY = "acting_post"
MOST_NOTICES = 100  # counted for the bell
HELD_UP = (pg.LockNotAvailable, pg.DeadlockDetected, pg.SerializationFailure)  # over in a moment
LOOKS: dict[str, list[str]] = {"letters": User.Letters.values, "theme": User.Theme.values}
P = ParamSpec("P")


class ViewerRequest(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
    viewer: Viewer


class ViewerMiddleware:
    """Puts `request.viewer` there, lazily, and speaks the person's language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and isinstance(user, User):
            acting = str(request.session.get(POST_KEY, ""))
            request.viewer = SimpleLazyObject(lambda: viewer_for(user, acting_as=acting))  # type: ignore[attr-defined]
            if not request.path.startswith("/api/"):
                translation.activate(user.language)
                request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        known = getattr(request, "user", None)  # with a token, only the interface has found out who it is
        if known is not None and known.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        response.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self)")
        return response


def page(
    view: Callable[Concatenate[ViewerRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page for people who are logged in; refusals become pages in plain words."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            if request.headers.get("HX-Request"):
                answer = HttpResponse(status=401)
                answer["HX-Redirect"] = "/login/"
                return answer
            return redirect_to_login(request.get_full_path())
        try:
            response = view(request, *args, **kwargs)  # type: ignore[arg-type]
            if isinstance(response, TemplateResponse):
                response.render()
            return response
        except Http404:
            return refusal(request, NotFound())
        except (CaseworkError, WorkflowsError, GridError) as error:
            return refusal(request, error)
        except DataError as error:
            log.info("refused by the database: %s", error)
            return refusal(request, NotValid(_("A value cannot be kept: too large or too long.")))
        except IntegrityError as error:
            log.warning("refused by the database: %s", error)
            return refusal(request, NotNow(_("Somebody else has just made the same thing.")))
        except (OperationalError, InterfaceError) as error:
            if isinstance(error.__cause__, HELD_UP):
                return refusal(request, CaseBusy())
            log.warning("database: %s", error)
            return unavailable(request)

    return wrapped


def refusal(request: HttpRequest, error: Exception) -> HttpResponse:
    """Not you (403/404), not now (409), not valid (422): each with its own words and a way on."""
    status = status_of(error)
    context = {"error": error, "message": getattr(error, "message", str(error)), "status": status}
    return TemplateResponse(request, _template(status), context, status=status).render()


def status_of(error: Exception) -> int:
    if isinstance(error, StepNotOpen):
        return 409
    return int(getattr(error, "status", 422))


def _template(status: int) -> str:
    return f"{status}.html" if status in (403, 404, 409, 423) else "409.html"


def unavailable(request: HttpRequest) -> HttpResponse:
    """Says so without asking the database anything: no request, so no context of who is logged in."""
    page = render_to_string("503.html", {"status": 503, "again": request.get_full_path()})
    response = HttpResponse(page, status=503)
    response["Retry-After"] = "5"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, NotFound())


def failure(request: HttpRequest) -> HttpResponse:
    """A fault of ours: an id that the log has too, never a stack trace."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    error_id = uuid4().hex[:8]
    log.error("error %s at %s", error_id, request.path)
    return HttpResponse(render_to_string("500.html", {"error_id": error_id, "status": 500}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _("This page was open for too long. Go back, reload it and send again; nothing was changed.")
    context = {"message": message, "status": 403}
    return TemplateResponse(request, "403.html", context, status=403).render()


def frame(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame shows: the viewer, all his posts, his preferences."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        kept = {name: request.COOKIES.get(name, "") for name in LOOKS}
        return {"viewer": None} | {
            name: kept[name] if kept[name] in LOOKS[name] else "normal" for name in LOOKS
        }
    return {
        "viewer": getattr(request, "viewer", None),
        "all_posts": SimpleLazyObject(lambda: _all_posts(user)),
        "notice_count": SimpleLazyObject(lambda: _notices(request)),
        "acting_post": request.session.get(POST_KEY, ""),
        "letters": user.letters,
        "theme": user.theme,
    }


def _notices(request: HttpRequest) -> int:
    """How much is to be taken note of; asked only where the frame has a bell."""
    return notices_for(request.viewer)[:MOST_NOTICES].count()  # type: ignore[attr-defined]


def _all_posts(user: User) -> list[HeldPost]:
    return [held(post) for post in posts_of(user.pk, on=timezone.localdate())]
