"""What one is told: the bell on the phone, following a case, and over which channels one is told outside."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.access import Viewer
from casework.notify.channels import offered
from casework.pages.deskparts import whole_number
from casework.pages.door import ViewerRequest, page
from casework.pages.given_up import mend
from casework.queries.bell import MOST, bell_of, unread
from casework.queries.today import waiting_count
from casework.queries.waitingfor import notices_for
from casework.services.acts.telling import read_notices
from casework.services.following import follow_case
from casework.services.pushing import Choice, choose


class ChoiceForm(forms.Form):
    """Channels, and from when until when one is left in peace."""

    channels = forms.MultipleChoiceField(required=False)
    quiet_from = forms.TimeField(required=False)
    quiet_until = forms.TimeField(required=False)

    def __init__(self, posted: QueryDict, *, viewer: Viewer) -> None:
        super().__init__(posted)
        known = offered(post.area_code for post in viewer.posts)
        self.fields["channels"].choices = [(key, one.name) for key, one in known.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_until") is None):
            self.add_error(
                "quiet_until", gettext_lazy("Say both from when and until when, or leave both empty.")
            )
        return cleaned


@page
@require_GET
def bell(request: ViewerRequest) -> HttpResponse:
    """How much is unread; 204 while it is what the phone knows already."""
    known = bell_of(request.viewer)
    if known.cursor == request.GET.get("cursor", ""):
        return HttpResponse(status=204)
    return JsonResponse({"unread": known.unread, "cursor": known.cursor})


@page
@require_http_methods(["GET", "POST"])
def notices(request: ViewerRequest) -> HttpResponse:
    """The same list as at the desk; a press takes note of those that were shown."""
    if request.method == "POST":
        named = [pk for text in request.POST.getlist("notice") if (pk := whole_number(text)) is not None]
        mine = notices_for(request.viewer).filter(pk__in=named[:MOST]).values_list("pk", flat=True)
        read_notices(list(mine), by=request.viewer)
        return redirect("phone:notices")
    context = {
        "unread": unread(request.viewer, most=MOST),
        "read": notices_for(request.viewer, unread=False).exclude(read_at=None)[:20],
        "waiting_count": waiting_count(request.viewer),
    }
    return TemplateResponse(request, "phone/notices.html", context)


@page
@require_POST
def follow(request: ViewerRequest, number: str) -> HttpResponse:
    """Begin or cease to follow, and back to the case."""
    if follow_case(number, by=request.viewer, on=request.POST.get("on") != "0"):
        messages.success(request, _("You are told when it comes to another stage and when it is over."))
    else:
        messages.success(request, _("You follow this case no longer."))
    return redirect("phone:case" if request.path.startswith("/m/") else "desk:case", number)


@page
@require_POST
def choice(request: ViewerRequest) -> HttpResponse:
    """Keep over which channels one is told; what is not understood is said, and nothing is kept of it."""
    form = ChoiceForm(request.POST, viewer=request.viewer)
    if form.is_valid():
        said = form.cleaned_data
        choose(
            Choice(
                channels=tuple(said["channels"]),
                quiet_from=said["quiet_from"],
                quiet_until=said["quiet_until"],
            ),
            by=request.viewer,
        )
        messages.success(request, _("Kept. It holds from the next notice on."))
    else:
        messages.error(request, _first_words(form))
    return redirect("phone:notices" if _on_phone(request) else "desk:notices")


def _first_words(form: forms.Form) -> str:
    return str(next(iter(form.errors.values()))[0])


def _on_phone(request: HttpRequest) -> bool:
    return request.path.startswith("/m/")


phone_patterns = [
    path("bell/", bell, name="bell"),
    path("notices/", notices, name="notices"),
    path("notices/choice/", choice, name="notice_choice"),
    path("cases/<str:number>/follow/", follow, name="follow"),
]
desk_patterns = [
    path("messages/", mend, name="messages"),
    path("notices/choice/", choice, name="notice_choice"),
    path("cases/<str:number>/follow/", follow, name="follow"),
]
