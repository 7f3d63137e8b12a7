"""The residents' entry: report without a log-in, look up by number and digits, see where it stands, rate."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from secrets import token_urlsafe
from typing import Any, Concatenate, ParamSpec
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from casework.errors import CaseworkError, FormRefused, NotFound, NotNow, NotValid
from casework.forms import FieldKind, StepForm, build, read_form
from casework.models import ResidentReport
from casework.pages.door import refusal, status_of, unavailable
from casework.pages.entry import address_of
from casework.pages.publicforms import FindForm, RateForm, ReportForm
from casework.pages.saying import said as said_by
from casework.queries import residents as queries
from casework.services import residents
from casework.services.residents import PHOTOS, ResidentSays, Visitor
from casework.verbs import VERBS
from grid.errors import GridError
from workflows.errors import WorkflowsError

app_name = "public"
log = logging.getLogger(__name__)
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

DEVICE = "device"  # a cookie that says nothing but that it is the same browser
MOST_BYTES = 40 * 1024 * 1024  # of one request, photos and all
FASTEST, LONGEST = (
    3,
    24 * 3600,
)  # seconds to fill the form in: no person is faster; a day later it is an old page
OPEN_FOR = 1800  # seconds that a look-up holds
PLAIN = frozenset(map(FieldKind, ("text", "long_text", "number", "choice", "choices", "yes_no", "rating")))
FORM_SALT, SEEN_SALT = "casework.public.form", "casework.public.seen"


def resident_page(view: View[P]) -> View[P]:
    """A page for everybody, where the entry is switched on. Refusals are plain words, nothing is kept by anybody between."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.RESIDENTS_ENTRY:
            return refusal(request, NotFound())
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            # Before anything is read of it; the token against forged requests stands in the body, too.
            return _closed(_refused(request, NotValid(_("The photos are too large together. Send fewer."))))
        try:
            response = csrf_protect(view)(request, *args, **kwargs)
            if isinstance(response, TemplateResponse):
                response.render()
        except (CaseworkError, WorkflowsError, GridError) as error:
            response = _refused(request, error)
        except DataError:
            response = _refused(request, NotValid(_("A value cannot be kept: too large or too long.")))
        except IntegrityError:
            response = _refused(request, NotNow(_("Somebody else has just made the same thing.")))
        except (OperationalError, InterfaceError) as error:
            log.warning("database: %s", error)
            response = unavailable(request)
        return _closed(response)

    return csrf_exempt(guarded)


def _refused(request: HttpRequest, error: Exception) -> HttpResponse:
    """In the residents' frame, with a way on that needs no log-in."""
    context = {"message": getattr(error, "message", str(error))}
    return TemplateResponse(request, "public/refused.html", context, status=status_of(error)).render()


def _closed(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@resident_page
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The report. What is refused comes back with everything that was typed; photos have to be chosen again."""
    if request.method == "GET":
        return _with_device(request, _report_page(request, ReportForm(initial={"key": _new_key()})))
    form = ReportForm(request.POST)
    try:
        key = _key_of(request)
        if not form.is_valid():
            return _report_page(request, form, status=422)
        received = residents.receive(_said(request, form, key), visitor=_visitor(request))
    except (CaseworkError, WorkflowsError, GridError) as error:
        return _report_page(request, form, refused=str(error.message), status=status_of(error))
    return redirect("public:status", received.link)


@resident_page
@require_http_methods(["GET"])
def status(request: HttpRequest, link: str) -> HttpResponse:
    """Where a report stands; right after sending it, its number and the link to keep."""
    found = _found(link)
    return _status_page(request, found, link)


@resident_page
@require_http_methods(["POST"])
def rate(request: HttpRequest, link: str) -> HttpResponse:
    """Stars after the close; “not solved” begins another round, or asks for one."""
    found = _found(link)
    form = RateForm(request.POST)
    if not form.is_valid():
        return _status_page(request, found, link, form=form, status=422)
    said = form.cleaned_data
    try:
        residents.rate(found, stars=said["stars"], is_solved=said["solved"], text=said["text"])
    except (CaseworkError, WorkflowsError) as error:
        words = str(error.message)
        return _status_page(request, found, link, form=form, refused=words, status=status_of(error))
    messages.success(request, _("Thank you. Your rating is kept with the report."))
    return redirect("public:status", link)


@resident_page
@require_http_methods(["POST"])
def answer(request: HttpRequest, link: str) -> HttpResponse:
    """What the matter itself asks its reporter before it closes."""
    found = _found(link)
    step = queries.asked_of_resident(found.case)
    if step is None or _asked(request, found) is None:
        raise NotNow  # what this page does not ask is nobody's to say without a log-in
    told = said_by(
        request.POST, VERBS["complete"], has_form=True, language=request.LANGUAGE_CODE or "zh-hans"
    )
    try:
        residents.answer(found, step.pk, told)
    except FormRefused as error:
        return _status_page(request, found, link, asked=_asked(request, found, refused=error), status=422)
    messages.success(request, _("Thank you. Your answer is kept with the report."))
    return redirect("public:status", link)


@resident_page
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Look up by number and the last four digits; what is found can be looked at for half an hour."""
    form = FindForm(request.POST if request.method == "POST" else None)
    refused, code = "", 200
    if form.is_bound:
        try:
            if form.is_valid():
                said = form.cleaned_data
                row = residents.by_number(said["number"], said["digits"], visitor=_visitor(request))
                return redirect("public:status", signing.dumps(row.pk, salt=SEEN_SALT))
            code = 422
        except CaseworkError as error:
            refused, code = str(error.message), status_of(error)
    context = {"form": form, "refused": refused, "section": "find"}
    return TemplateResponse(request, "public/find.html", context, status=code)


def _report_page(
    request: HttpRequest, form: ReportForm, *, refused: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "key": _fresh_key(request),
        "kinds": queries.kinds(),
        "areas": residents.areas_to_choose(),
        "photos": PHOTOS,
        "refused": refused,
        "section": "report",
    }
    return TemplateResponse(request, "public/report.html", context, status=status)


def _status_page(
    request: HttpRequest,
    found: ResidentReport,
    link: str,
    *,
    form: RateForm | None = None,
    asked: StepForm | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "asked": asked or _asked(request, found),
        "shown": queries.public_case(found),
        "link": link,
        "address": request.build_absolute_uri(reverse("public:status", args=[link])),
        "is_own_link": not _is_signed(link),
        "form": form or RateForm(),
        "refused": refused,
        "section": "status",
    }
    return TemplateResponse(request, "public/status.html", context, status=status)


def _asked(
    request: HttpRequest, found: ResidentReport, *, refused: FormRefused | None = None
) -> StepForm | None:
    """The questions of the step that waits for the resident, if he can answer them here.

    Nothing that the case knows is filled in, after a refusal neither: some of it is not for him.
    """
    step = queries.asked_of_resident(found.case)
    definition = found.case.run.version.forms.get(step.settings.get("form", "")) if step else None
    if step is None or definition is None:
        return None
    form = build(
        read_form(definition).at(step.element),
        data={},
        submitted=refused.form.data if refused else None,
        language=request.LANGUAGE_CODE or "zh-hans",
    )
    if not all(one.is_asked and one.kind in PLAIN for one in form.definition.fields if not one.hidden):
        return None
    if refused:
        for name in refused.form.errors.keys() - form.errors.keys():
            form.add_error(name if name in form.fields else None, refused.form.errors[name])
    return form


def _found(link: str) -> ResidentReport:
    """By the link that was given once and holds for good, or by a look-up of the last half hour. Raises NotFound."""
    if not _is_signed(link):
        return residents.by_link(link)
    try:
        key = signing.loads(link, salt=SEEN_SALT, max_age=OPEN_FOR)
    except signing.BadSignature as error:
        raise NotFound(_("This look-up is over. Look the report up again.")) from error
    return residents.by_key(key)


def _is_signed(link: str) -> bool:
    return ":" in link


def _said(request: HttpRequest, form: ReportForm, key: UUID) -> ResidentSays:
    said = form.cleaned_data
    matter, _between, category = said["kind"].partition("|")
    photos = request.FILES.getlist("photos")[: PHOTOS + 1]
    return ResidentSays(
        key=key,
        matter=matter,
        category=category,
        summary=said["summary"],
        lat=said["lat"],
        lon=said["lon"],
        accuracy=said["accuracy"],
        area=said["area"],
        address=said["address"],
        phone=said["phone"],
        photos=[upload.read(settings.PHOTO_BYTES + 1) for upload in photos],
        language=request.LANGUAGE_CODE or "zh-hans",
    )


# --- who comes in, and how fast


def _new_key() -> str:
    return signing.TimestampSigner(salt=FORM_SALT).sign(str(uuid4()))


def _fresh_key(request: HttpRequest) -> str:
    """The form's own key, as long as it holds: sent again after a refusal it is still the same report."""
    given = request.POST.get("key", "")
    try:
        signing.TimestampSigner(salt=FORM_SALT).unsign(given, max_age=LONGEST)
    except signing.BadSignature:
        return _new_key()
    return given


def _key_of(request: HttpRequest) -> UUID:
    """The key that the form was given, looked at for what no person does. Raises NotValid."""
    given, signer = request.POST.get("key", ""), signing.TimestampSigner(salt=FORM_SALT)
    try:
        key = UUID(signer.unsign(given, max_age=LONGEST))
    except (signing.BadSignature, ValueError) as error:
        raise NotValid(_("This page was open for too long. Look it over and send it again.")) from error
    if _is_too_fast(signer, given) or request.POST.get("website"):
        raise NotValid(_("That was faster than anybody writes. Look it over and send it again."))
    return key


def _is_too_fast(signer: signing.TimestampSigner, given: str) -> bool:
    try:
        signer.unsign(given, max_age=FASTEST)
    except signing.SignatureExpired:
        return False
    return True


def _visitor(request: HttpRequest) -> Visitor:
    device = request.get_signed_cookie(DEVICE, default="", salt=FORM_SALT)
    return Visitor(address=address_of(request) or "", device=str(device))


def _with_device(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if not request.get_signed_cookie(DEVICE, default="", salt=FORM_SALT):
        secure: Any = settings.SESSION_COOKIE_SECURE
        response.set_signed_cookie(
            DEVICE,
            token_urlsafe(16),
            salt=FORM_SALT,
            max_age=365 * 86400,
            httponly=True,
            samesite="Lax",
            secure=secure,
        )
    return response


urlpatterns = [
    path("", report, name="report"),
    path("find/", find, name="find"),
    path("c/<str:link>/", status, name="status"),
    path("c/<str:link>/rate/", rate, name="rate"),
    path("c/<str:link>/answer/", answer, name="answer"),
]
