"""What the phone asks for and sends beside its pages: JSON, for scripts that may be hours behind."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.errors import CaseworkError, KeyReused, NotFound
from casework.pages.door import ViewerRequest, page, status_of
from casework.pages.reportpage import (
    ReportEntry,
    has_changed_since,
    hashes,
    is_complete,
    new_report,
    what_is_missing,
)
from casework.queries.arrivals import number_of_sent
from casework.queries.duplicates import candidates, photo_to_compare
from casework.queries.outlines import outlines_around
from casework.services.arrivals import submit_from_phone
from casework.services.evidence import NewEvidence, add_evidence
from grid.errors import GridError
from workflows.errors import WorkflowsError


@require_GET
def hello(request: HttpRequest) -> HttpResponse:
    """Who is logged in, the token for the next act, and the server's time: the little a phone needs before it sends."""
    if not request.user.is_authenticated:
        return JsonResponse({"user": None}, status=401, headers={"Cache-Control": "no-store"})
    known = {
        "user": str(request.user.pk),
        "name": str(request.user),
        "csrf": get_token(request),
        "now": timezone.now().isoformat(),
    }
    return JsonResponse(known, headers={"Cache-Control": "no-store"})


@page
@require_GET
def outlines(request: ViewerRequest) -> HttpResponse:
    """The grids around the viewer's work, to be kept on the phone; 304 while they are the same."""
    around = outlines_around(request.viewer)
    tag = f'"{sha256(around["stamp"].encode()).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    return JsonResponse(around, headers={"ETag": tag, "Cache-Control": "private, no-cache"})


@page
@require_POST
def send(request: ViewerRequest) -> HttpResponse:
    """A report out of the phone's outbox. Sent five times it is one case; what is refused says why, as JSON."""
    entry, posted = ReportEntry(request.POST), request.POST.copy()
    try:
        if not is_complete(request, entry, posted):
            return _incomplete(request, entry, posted)
        return _arrived(submit_from_phone(new_report(request, entry, posted), by=request.viewer).number)
    except KeyReused as error:
        # It had arrived, only the answer got lost; then it was opened on the phone and changed.
        number = number_of_sent(request.viewer, entry.cleaned_data["token"])
        return _arrived(number, changed=True) if number else _refused(error)
    except (CaseworkError, WorkflowsError, GridError) as error:
        return _refused(error)


@page
@require_GET
def same(request: ViewerRequest) -> HttpResponse:
    """What is reported already and may be the same, for the kind and place in the address. Changes nothing."""
    entry = ReportEntry(initial={name: request.GET.get(name, "") for name in ("kind", "lat", "lon")})
    lat, lon = entry.number("lat"), entry.number("lon")
    matter, category = entry.kind_parts()
    found = []
    if matter and lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180:
        found = candidates(
            request.viewer, matter=matter, category=category, lat=lat, lon=lon, now=timezone.now()
        )
    return TemplateResponse(request, "phone/_same.html", {"candidates": found})


@page
@require_GET
def same_photo(request: ViewerRequest, number: str) -> HttpResponse:
    """The photo of a case that may be the same; small, as it is only compared."""
    shot = photo_to_compare(request.viewer, number)
    if shot is None:
        raise NotFound
    try:
        with shot.photo.file.storage.open(shot.photo.thumb_name) as file:
            response = HttpResponse(file.read(), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise NotFound from error
    response["Cache-Control"] = "private, max-age=600"
    return response


class EvidenceEntry(forms.Form):
    """What the phone posts with “this is the one”; the names are those of the report page."""

    token = forms.UUIDField()
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    summary = forms.CharField(required=False, max_length=500)

    def add_prefix(self, field_name: str) -> str:
        return f"r.{field_name}"


@page
@require_POST
def join(request: ViewerRequest, number: str) -> HttpResponse:
    """就是这件: my photos and words go to the case that is there already."""
    entry = EvidenceEntry(request.POST)
    if not entry.is_valid():
        said = next(iter(entry.errors.values()))[0]
        return JsonResponse({"code": "not_valid", "said": said}, status=422)
    told: dict[str, Any] = entry.cleaned_data
    new = NewEvidence(
        token=told["token"],
        number=number,
        text=told["summary"],
        lat=told["lat"],
        lon=told["lon"],
        photos=hashes(request.POST, "r.photos"),
        recordings=hashes(request.POST, "r.memos"),
    )
    try:
        case = add_evidence(new, by=request.viewer)
    except (CaseworkError, WorkflowsError, GridError) as error:
        return _refused(error)
    return JsonResponse(
        {"number": case.number, "address": reverse("phone:done", args=[case.number]) + "?joined=1"}
    )


def _arrived(number: str, *, changed: bool = False) -> JsonResponse:
    address = reverse("phone:done", args=[number])
    return JsonResponse({"number": number, "address": address, "changed": changed})


def _incomplete(request: ViewerRequest, entry: ReportEntry, posted: Any) -> JsonResponse:
    field, said = what_is_missing(request, entry, posted)
    code = "not_valid"
    if has_changed_since(entry):
        code = "form_changed"
        said = _("The questions have changed since you answered them. %(missing)s") % {"missing": said}
    return JsonResponse({"code": code, "said": said, "field": field}, status=422)


def _refused(error: CaseworkError | WorkflowsError | GridError) -> JsonResponse:
    return JsonResponse({"code": error.code, "said": str(error.message)}, status=status_of(error))


urlpatterns = [
    path("hello/", hello, name="hello"),
    path("outlines/", outlines, name="outlines"),
    path("report/send/", send, name="send"),
    path("report/same/", same, name="same"),
    path("report/same/<str:number>/photo/", same_photo, name="same_photo"),
    path("report/same/<str:number>/", join, name="join"),
]
