"""Log-in, the way home, preferences, photos, health."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth import logout as end_session
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST
from rest_framework.throttling import BaseThrottle

from casework.api.throttles import PerFailedLogin
from casework.errors import NotFound
from casework.pages.door import LOOKS, POST_KEY, ViewerRequest, page
from casework.queries.photos import photo_visible_to
from grid.models import User

# Chiefs who serve without pay and have nothing else to do here than to tell.
TELLING_ROLES = frozenset({"courtyard_head", "building_head", "unit_head"})
PHONE_ROLES = frozenset(
    {"grid_worker", "part_time_grid_worker", "grid_head", "courtyard_head", "building_head"}
)


class Login(auth_views.LoginView):
    """Name and password; five failures close the door for a quarter of an hour (423).

    An address that fails too often, with whatever names, has to wait (429), as at the interface's door.
    """

    template_name = "login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        failures = PerFailedLogin()
        if failures.is_open_to(request):
            return super().post(request, *args, **kwargs)
        response = TemplateResponse(request, "429.html", {"status": 429}, status=429)
        response["Retry-After"] = str(max(1, round(failures.wait())))
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        PerFailedLogin().failed(self.request)
        return super().form_invalid(form)


def address_of(request: HttpRequest) -> str | None:
    """Where somebody comes from, as far as our own proxies say it: log-in failures are counted by it."""
    try:
        return str(ip_address(BaseThrottle().get_ident(request)))  # type: ignore[arg-type]  # reads headers only
    except ValueError:
        return request.META.get("REMOTE_ADDR") or None


@page
@require_POST
def logout(request: ViewerRequest) -> HttpResponse:
    end_session(request)
    return redirect("login")


@page
@require_GET
def home(request: ViewerRequest) -> HttpResponse:
    """Each to his own screen: grid workers to the phone, administrators to the studio, all others to the desk."""
    roles = {post.role for post in request.viewer.posts}
    if roles and roles <= TELLING_ROLES:
        return redirect("chief")
    if roles and roles <= PHONE_ROLES:
        return redirect("phone:today")
    if request.viewer.posts and all(post.powers == ("studio",) for post in request.viewer.posts):
        return redirect("studio:library")
    return redirect("desk:inbox")


@page
@require_POST
def switch_post(request: ViewerRequest) -> HttpResponse:
    """Act for one of one's posts, or (empty) for all of them."""
    request.session[POST_KEY] = request.POST.get("post", "")[:120]
    return _back(request)


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Language, letters and colours; kept with the person, and in a cookie before log-in."""
    language = request.POST.get("language", "")
    response = _back(request)
    if language in User.Language.values:
        _remember(response, "django_language", language)
    for name, values in LOOKS.items():
        if request.POST.get(name) in values:
            _remember(response, name, request.POST[name])
    if isinstance(request.user, User):
        _keep(request.user, request.POST)
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=365 * 86400, samesite="Lax", httponly=True, secure=secure)


def _keep(user: User, chosen: Any) -> None:  # Any: a QueryDict
    known = {"language": User.Language.values, **LOOKS}
    changed = [name for name, values in known.items() if chosen.get(name) in values]
    for name in changed:
        setattr(user, name, chosen[name])
    if changed:
        user.save(update_fields=changed)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("next") or request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if safe else "/")


@page
@require_GET
def photo(request: ViewerRequest, sha256: str) -> HttpResponse:
    """A photo, for those who may see its case or who sent it."""
    found = photo_visible_to(request.viewer, sha256)
    if found is None:
        raise NotFound
    name = found.thumb_name if request.GET.get("size") == "thumb" else str(found.file.name)
    try:
        with found.file.storage.open(name) as file:
            response = HttpResponse(file.read(), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise NotFound from error
    response["Content-Disposition"] = f'inline; filename="{sha256[:12]}.jpg"'
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether this process answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True})
