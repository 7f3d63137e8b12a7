"""The record of a case at the desk: papers and their versions, personal data shown for a reason, what was seen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.errors import CaseworkError, NotFound, NotYours
from casework.models import DocumentVersion, Party
from casework.pages.deskparts import is_beside
from casework.pages.door import ViewerRequest, page, status_of
from casework.queries.cases import access_case
from casework.queries.recordthings import party_row
from casework.queries.waitingfor import notices_for
from casework.services.acts.telling import read_notices
from casework.services.record.documents import BYTES, NewVersion, hand_in
from casework.services.record.parties import reveal_party
from casework.services.urging import mark_read

AT_ONCE = 50  # notices about one case that are read with it


@page
def reveal(request: ViewerRequest, number: str, party_id: int) -> HttpResponse:
    """A person's data in full, for a reason that is kept. Shown once, in the dialog, and never in the page."""
    case = access_case(request.viewer, number)
    row = Party.objects.filter(pk=party_id, case=case, removed_at=None).first()
    if row is None:
        raise NotFound
    reason, status = request.POST.get("reason", ""), 200
    context: dict[str, Any] = {"case": case, "row": party_row(row), "reason": reason}
    context["address"] = reverse("desk:reveal", args=[number, party_id])
    if request.method == "POST":
        try:
            context["shown"] = reveal_party(number, party_id, reason=reason, by=request.viewer)
        except (NotFound, NotYours):
            raise
        except CaseworkError as error:
            context["error"], status = error.message, status_of(error)
    template = "desk/record/_reveal.html" if is_beside(request) else "desk/record/reveal.html"
    return TemplateResponse(request, template, context, status=status)


@page
@require_GET
def document(request: ViewerRequest, number: str, document_id: int, version: int) -> HttpResponse:
    """One version of a paper, as it was handed in. Always a download: what others made is not shown as ours."""
    case = access_case(request.viewer, number)
    row = DocumentVersion.objects.filter(document__case=case, document=document_id, number=version).first()
    if row is None:
        raise NotFound
    try:
        with row.file.open("rb") as file:
            answer = HttpResponse(file.read(), content_type=row.media_type)
    except FileNotFoundError as error:
        raise NotFound from error
    answer["Content-Disposition"] = content_disposition_header(True, row.name) or "attachment"
    return answer


@page
@require_POST
def hand_in_document(request: ViewerRequest, number: str) -> HttpResponse:
    """A paper is handed in from the case's page: a new one, or the next version of one that is there."""
    access_case(request.viewer, number)
    upload = request.FILES.get("file")
    new = NewVersion(
        kind=request.POST.get("kind", ""),
        title=request.POST.get("title", ""),
        name=upload.name or "" if upload else "",
        # One byte too many is enough to refuse it.
        content=upload.read(BYTES + 1) if upload else b"",
        note=request.POST.get("note", ""),
    )
    try:
        kept = hand_in(number, new, by=request.viewer)
    except (NotFound, NotYours):
        raise
    except CaseworkError as error:
        fields = getattr(error, "fields", {})
        messages.error(
            request, " ".join(text for texts in fields.values() for text in texts) or str(error.message)
        )
    else:
        messages.success(
            request, _("Kept: %(title)s, version %(n)s") % {"title": kept.document.title, "n": kept.number}
        )
    return redirect(reverse("desk:case", args=[number]) + "#papers")


@page
@require_POST
def seen(request: ViewerRequest, number: str) -> HttpResponse:
    """Whose work it is has looked at the case: urging and notices about it have reached him."""
    case = access_case(request.viewer, number)
    mark_read(request.viewer, case)
    news = notices_for(request.viewer).filter(case=case).values_list("pk", flat=True)[:AT_ONCE]
    read_notices(list(news), by=request.viewer)
    return HttpResponse(status=204)
