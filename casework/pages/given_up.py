"""The operations desk's messages that could not be sent: once more, or let be."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from casework.pages.deskparts import whole_number
from casework.pages.door import ViewerRequest, page
from casework.queries.givenup import MOST
from casework.services import pushing
from casework.services.locks import database_now


@page
@require_POST
def mend(request: ViewerRequest) -> HttpResponse:
    named = [pk for text in request.POST.getlist("message") if (pk := whole_number(text)) is not None][:MOST]
    if request.POST.get("verb") == "drop":
        count = pushing.drop(named, by=request.viewer)
        said = ngettext("%(count)d message was let be.", "%(count)d messages were let be.", count)
    else:
        count = pushing.send_again(named, by=request.viewer, now=database_now())
        said = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
    messages.success(request, said % {"count": count})
    return redirect("operations")
