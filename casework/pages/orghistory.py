"""The list of settings, and who changed which of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from casework.models import SettingChange
from casework.pages.deskparts import whole_number
from casework.pages.door import ViewerRequest, page
from casework.pages.orgparts import day_or_none, screen
from casework.queries.setting_history import PAGE, changes
from casework.queries.settings_overview import overview
from casework.services.locks import database_now
from casework.services.organising import ensure_may_organise


@page
@require_GET
def index(request: ViewerRequest) -> HttpResponse:
    """All sections with what is in each, and what was changed lately."""
    ensure_may_organise(request.viewer)
    context = {
        "figures": overview(request.viewer, today=timezone.localdate(), now=database_now()),
        "changes": changes(request.viewer, limit=10),
    }
    return screen(request, "index", context, section="")


@page
@require_GET
def history(request: ViewerRequest) -> HttpResponse:
    """Every change, by section, name and day."""
    ensure_may_organise(request.viewer)
    section, label = request.GET.get("section", ""), request.GET.get("q", "").strip()[:100]
    since = day_or_none(request.GET.get("since", ""))
    known = SettingChange.Section.values
    found = changes(
        request.viewer,
        sections=(section,) if section in known else (),
        label=label,
        since=since,
        before=whole_number(request.GET.get("before", "")),
    )
    more = found[-1].row.pk if len(found) == PAGE else None
    context = {"changes": found, "more": more, "section_choices": SettingChange.Section.choices}
    asked = {"section": section, "q": label, "since": since}
    return screen(request, "history", {**context, "asked": asked}, section="history")
