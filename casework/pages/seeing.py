"""See as somebody else sees: his work list and his cases, to look at only, for a quarter of an hour.

While it lasts every page but the lists is refused here, before any view is asked, and so is every request that is not
a mere look; whatever a page may offer, nothing can be done in somebody else's name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework.errors import NotFound, NotValid
from casework.pages.door import ViewerRequest, page
from casework.queries.viewers import viewer_for
from casework.services import auditing
from grid.models import User

KEY = "seeing_as"
SAFE = ("GET", "HEAD", "OPTIONS")
LISTS = frozenset({"desk:inbox", "desk:fresh", "desk:preview", "desk:bell", "desk:cases", "desk:search"})
END = "seeing_end"


@dataclass(frozen=True, kw_only=True)
class Look:
    """As whom somebody sees just now, and until when."""

    user_id: int
    name: str
    until: datetime


class SeeingMiddleware:
    """Stands behind the one that says who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:  # Any: Django's
        look = _look(request)
        if look is None:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in (END, "logout", "healthz"):
            return None
        request.seeing = look  # type: ignore[attr-defined]
        if name not in LISTS or request.method not in SAFE:
            context = {"look": look, "status": 403}
            return TemplateResponse(request, "desk/only_looking.html", context, status=403).render()
        person = User.objects.filter(pk=look.user_id, is_active=True).first()
        if person is None:
            request.session.pop(KEY, None)
            return redirect("seeing")
        request.viewer = SimpleLazyObject(lambda: viewer_for(person))  # type: ignore[attr-defined]
        return None


def _look(request: HttpRequest) -> Look | None:
    """The look that goes on; one whose time is over ends here."""
    kept = request.session.get(KEY) if hasattr(request, "session") and request.user.is_authenticated else None
    if not kept:
        return None
    until = parse_datetime(kept["until"])
    if until is None or until <= timezone.now():
        request.session.pop(KEY, None)
        messages.info(request, _("You see as yourself again."))
        return None
    return Look(user_id=kept["user"], name=kept["name"], until=until)


@page
@require_http_methods(["GET", "POST"])
def seeing(request: ViewerRequest) -> HttpResponse:
    """Choose a person and say why."""
    auditing.ensure_may_look(request.viewer)
    error = ""
    if request.method == "POST":
        asked = request.POST.get("person", "").replace("\x00", "")[:150]
        try:
            person, until = auditing.begin_look(
                asked, by=request.viewer, reason=request.POST.get("reason", "").replace("\x00", "")
            )
        except NotValid as refused:
            error = " ".join(text for texts in refused.fields.values() for text in texts) or str(
                refused.message
            )
        except NotFound:
            error = _("Nobody of this log-in name works where you administer.")
        else:
            request.session[KEY] = {"user": person.pk, "name": str(person), "until": until.isoformat()}
            return redirect("desk:inbox")
    context = {"section": "seeing", "error": error, "given": request.POST, "minutes": 15}
    return TemplateResponse(request, "desk/seeing.html", context, status=422 if error else 200)


@page
@require_POST
def seeing_end(request: ViewerRequest) -> HttpResponse:
    kept = request.session.pop(KEY, None)
    if kept:
        auditing.end_look(kept["user"], by=request.viewer)
        messages.info(request, _("You see as yourself again."))
    return redirect(reverse("seeing") if request.viewer.has_power("studio") else "/")
