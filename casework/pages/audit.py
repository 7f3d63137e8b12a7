"""The audit: the journal of all cases, reads of personal data, and what was done beside the cases."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.pages.door import ViewerRequest, page
from casework.pages.sheets import csv_file
from casework.pages.watch import PRESETS, scope_of, starts_of
from casework.queries import audit as queries
from casework.queries.audit import Asked, Line
from casework.queries.cases import EVENT_WORDS
from casework.queries.search import areas
from casework.services import auditing

TABS = ("journal", "reads", "access")


@page
@require_GET
def audit(request: ViewerRequest) -> HttpResponse:
    queries.ensure_may_audit(request.viewer)
    tab, asked, cursor = _tab(request), _asked(request), request.GET.get("page", "")[:200]
    context: dict[str, Any] = {
        "section": "audit",
        "tab": tab,
        "asked": asked,
        "scope": asked.scope,
        "areas": areas(request.viewer),
        "today": timezone.localdate(),
        "presets": starts_of(PRESETS),
        "kinds": sorted(EVENT_WORDS.items(), key=lambda one: str(one[1])),
    }
    if tab == "access":
        context["shown"] = queries.access_page(request.viewer, asked, cursor=cursor)
    else:
        context["lines"], context["shown"] = queries.lines(request.viewer, asked, cursor=cursor)
    return TemplateResponse(request, "desk/audit.html", context)


@page
@require_POST
def export(request: ViewerRequest) -> HttpResponse:
    """The lines as a file; that it was taken out is itself written down, with what was asked for."""
    queries.ensure_may_audit(request.viewer)
    tab, asked = _tab(request), _asked(request)
    if tab == "access":
        tab = "journal"
    found = queries.told(queries.events(request.viewer, asked).order_by("-at", "-pk")[: queries.MOST])
    told = {
        "from": str(asked.scope.first),
        "to": str(asked.scope.last),
        "area": asked.scope.area,
        "person": asked.person,
        "case": asked.number,
        "kind": asked.kind,
    }
    auditing.exported(f"audit:{tab}", by=request.viewer, rows=len(found), asked=told)
    head = [
        _("When it was"),
        _("Person"),
        _("On behalf of"),
        _("Post"),
        _("What"),
        _("Case number"),
        _("Place"),
    ]
    head += [_("Step"), _("What was said"), _("Number of the line"), _("Fingerprint")]
    name = f"audit-{asked.scope.first}-{asked.scope.last}.csv"
    return csv_file(name, [head, *(_sheet_row(line) for line in found)])


def _sheet_row(line: Line) -> list[object]:
    event = line.event
    at = timezone.localtime(event.at).isoformat(sep=" ", timespec="seconds")
    who = [at, line.who, line.for_whom, line.post, str(line.words)]
    return [*who, event.case.number, event.case.area.name, line.step, line.said, event.seq, event.hash]


def _tab(request: ViewerRequest) -> str:
    asked = (request.GET if request.method == "GET" else request.POST).get("tab", "")
    return asked if asked in TABS else "journal"


def _asked(request: ViewerRequest) -> Asked:
    given = request.GET if request.method == "GET" else request.POST
    kind = given.get("kind", "")
    kind = queries.READS if _tab(request) == "reads" else kind if kind in EVENT_WORDS else ""
    return Asked(
        scope=scope_of(request),
        person=given.get("person", "").replace("\x00", "").strip()[:50],
        number=given.get("case", "").replace("\x00", "").strip()[:20],
        kind=kind,
    )
