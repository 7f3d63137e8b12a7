"""The chiefs' (五长) one page: what, a few words, a photo, send; and what became of the last ones.

They serve without pay, beside their own work: no forms, no tasks, no ledgers.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from casework.errors import CaseworkError, NotYours
from casework.pages.door import ViewerRequest, page, status_of
from casework.queries.chiefs import chief_post, last_reports, plain_kinds
from casework.services.attachments import PHOTOS
from casework.services.intake import NewReport, submit_report
from grid.errors import GridError
from grid.models import Photo
from grid.services.photos import store_photo
from workflows.errors import WorkflowsError

LENGTH = 500


class ChiefReport(forms.Form):
    """The page's fields; kinds are those of the published matters."""

    token = forms.UUIDField()
    kind = forms.ChoiceField(
        error_messages={"required": _("Choose what it is."), "invalid_choice": _("Choose what it is.")}
    )
    text = forms.CharField(
        max_length=LENGTH, error_messages={"required": _("Say in a few words what it is and where.")}
    )

    def __init__(self, kinds: list[dict[str, str]], *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one["value"], one["label"]) for one in kinds]


@page
@require_http_methods(["GET", "POST"])
def chief(request: ViewerRequest) -> HttpResponse:
    """Report in one page. What is refused comes back with everything that was said, its photos too."""
    post = chief_post(request.viewer)
    kinds = plain_kinds()
    if request.method == "GET":
        return _page(request, kinds, ChiefReport(kinds, initial={"token": uuid4()}))
    form, photos, refused, status = ChiefReport(kinds, request.POST), [], "", 422
    try:
        photos = _photos(request)
        if form.is_valid():
            case = submit_report(_report(request, form, post.area_code, photos), by=request.viewer)
            return redirect("phone:done", case.number)
    except NotYours:
        raise
    except (CaseworkError, WorkflowsError, GridError) as error:
        refused, status = str(error.message), status_of(error)
    return _page(request, kinds, form, photos=photos, refused=refused, status=status)


def _photos(request: ViewerRequest) -> list[str]:
    """Those kept already, and those that ride along now. Raises GridError."""
    named = [sha for sha in request.POST.getlist("photos") if len(sha) == 64 and sha.isalnum()]
    kept = list(Photo.objects.filter(owner=request.user, sha256__in=named).values_list("sha256", flat=True))
    for upload in request.FILES.getlist("files")[:PHOTOS]:
        # One byte too many is enough to refuse it.
        kept.append(store_photo(upload.read(settings.PHOTO_BYTES + 1), owner=request.user).sha256)
    return list(dict.fromkeys(kept))


def _report(request: ViewerRequest, form: ChiefReport, area: str, photos: list[str]) -> NewReport:
    matter, _between, category = form.cleaned_data["kind"].partition("|")
    token: UUID = form.cleaned_data["token"]
    return NewReport(
        token=token,
        matter=matter,
        category=category,
        summary=form.cleaned_data["text"],
        area=area,
        photos=photos,
        language=request.LANGUAGE_CODE or "zh-hans",
    )


def _page(
    request: ViewerRequest,
    kinds: list[dict[str, str]],
    form: ChiefReport,
    *,
    photos: list[str] | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "kinds": kinds, "photos": photos or [], "refused": refused, "length": LENGTH}
    context |= {"post": chief_post(request.viewer), "cases": last_reports(request.viewer)}
    context["chosen"] = form["kind"].value() or ""
    return TemplateResponse(request, "phone/chief.html", context, status=status)
