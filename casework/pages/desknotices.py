"""The bell: what one should take note of, across cases."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from casework.pages.deskparts import whole_number
from casework.pages.door import ViewerRequest, page
from casework.queries.inbox import waiting_count
from casework.queries.waitingfor import notices_for
from casework.services.acts.telling import read_notices

SHOWN = 100


@page
def notices(request: ViewerRequest) -> HttpResponse:
    """Unread ones first of all; a press takes note of those that were shown."""
    if request.method == "POST":
        named = [pk for text in request.POST.getlist("notice") if (pk := whole_number(text)) is not None]
        mine = notices_for(request.viewer).filter(pk__in=named[:SHOWN]).values_list("pk", flat=True)
        read_notices(list(mine), by=request.viewer)
        return redirect("desk:notices")
    context = {
        "unread": notices_for(request.viewer)[:SHOWN],
        "read": notices_for(request.viewer, unread=False).exclude(read_at=None)[:20],
        "inbox_count": waiting_count(request.viewer),
    }
    return TemplateResponse(request, "desk/notices.html", context)


@page
@require_GET
def bell(request: ViewerRequest) -> HttpResponse:
    """The bell with its number, which the page asks for by itself; 204 while it is the one that is shown."""
    unread = notices_for(request.viewer)[:SHOWN].count()
    if str(unread) == request.GET.get("shown", ""):
        return HttpResponse(status=204)
    return TemplateResponse(request, "desk/_bell.html", {"notice_count": unread})
