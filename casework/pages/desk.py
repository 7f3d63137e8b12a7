"""The desk: the work list, the cases, one case with its next step, search."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from casework.access import Viewer
from casework.errors import CaseworkError
from casework.models import Case, CaseStatus
from casework.pages import desktasks, following, mapdesk, outlines
from casework.pages.deskbulk import RESULTS, bulk, verbs_for
from casework.pages.deskdispatch import dispatch
from casework.pages.deskkeep import keep
from casework.pages.deskmine import absence, leaving, phrases
from casework.pages.desknotices import bell, notices
from casework.pages.deskparts import about, tab_named, token_of, whole, whole_number
from casework.pages.deskrecord import document, hand_in_document, reveal, seen
from casework.pages.deskverbs import act, act_on, look_ahead, undo
from casework.pages.door import ViewerRequest, page, status_of
from casework.queries import search as found
from casework.queries.cases import access_case
from casework.queries.inbox import Narrow, Tab, TabCount, newer_than, newest_in, tab_counts, waiting_count
from casework.queries.inbox import inbox as work_list
from casework.services import comments

app_name = "desk"


@page
@require_GET
def inbox(request: ViewerRequest) -> HttpResponse:
    """The work list with a preview beside it."""
    context = _list_with_preview(request) | {"results": request.session.pop(RESULTS, None)}
    return TemplateResponse(request, "desk/inbox.html", context)


@page
@require_GET
def fresh(request: ViewerRequest) -> HttpResponse:
    """Whether anything is new since the list was drawn: 204, or the counts and an announcement."""
    now = timezone.now()
    tab, since = tab_named(request.GET.get("tab", "")) or Tab.SIGN, whole_number(request.GET.get("since", ""))
    counts = tab_counts(request.viewer, now=now)
    seen = _seen(request.viewer, tab, counts, now=now)
    if seen == request.GET.get("seen", ""):
        return HttpResponse(status=204)
    news = newer_than(request.viewer, tab, since=since or 0, now=now)
    has_grown = _length(tab, seen) > _length(tab, request.GET.get("seen", ""))
    context = {"tab": tab, "tabs": counts, "seen": seen, "since": since or 0, "is_oob": True}
    context |= {"news": news, "is_announced": news > 0 or has_grown}
    return TemplateResponse(request, "desk/_fresh.html", context)


@page
@require_GET
def preview(request: ViewerRequest, number: str) -> HttpResponse:
    case = access_case(request.viewer, number)
    context = about(request, case, step_id=whole_number(request.GET.get("step", "")))
    context |= {"is_preview": True, "tab": tab_named(request.GET.get("tab", ""))}
    return TemplateResponse(request, "desk/_preview.html", context)


@page
@require_GET
def cases(request: ViewerRequest) -> HttpResponse:
    """All visible cases, narrowed by status, matter, area and time."""
    wanted = mapdesk.wanted_of(request, days=0)
    context = _case_list(request, wanted) | {"days": mapdesk.days_of(request, days=0)}
    return TemplateResponse(request, "desk/cases.html", context | {"periods": mapdesk.PERIODS})


@page
@require_GET
def search(request: ViewerRequest) -> HttpResponse:
    """Cases by number, words, place or reporter; a whole number leads straight to its case."""
    words = request.GET.get("q", "").strip()[:100]
    exact = Case.objects.visible_to(request.viewer).filter(number=words).first() if words else None
    if exact is not None:
        return redirect("desk:case", exact.number)
    wanted = found.Wanted(words=words)
    context = (_case_list(request, wanted) if words else {"wanted": wanted}) | {"query": words}
    return TemplateResponse(request, "desk/search.html", context)


@page
@require_GET
def case(request: ViewerRequest, number: str) -> HttpResponse:
    """One case: its facts, its story, and what I may do next."""
    shown = access_case(request.viewer, number)
    context = whole(request, shown, step_id=whole_number(request.GET.get("step", "")))
    return TemplateResponse(request, "desk/case.html", context)


@page
@require_GET
def diagram(request: ViewerRequest, number: str) -> HttpResponse:
    """The drawing of the version that the case runs on."""
    version = access_case(request.viewer, number).run.version
    response = HttpResponse(version.bpmn, content_type="application/xml; charset=utf-8")
    # For the drawing alone: as a page of its own, whatever its author has put into it would be shown.
    response["Content-Disposition"] = f'attachment; filename="{number}.bpmn"'
    return response


@page
@require_POST
def say(request: ViewerRequest, number: str) -> HttpResponse:
    """A word on the case."""
    shown = access_case(request.viewer, number)
    text = request.POST.get("text", "")
    try:
        comments.comment(
            shown.pk, text=text, token=token_of(request.POST.get("token", "")), by=request.viewer
        )
    except CaseworkError as error:
        context = whole(request, shown, step_id=None) | {"say": text, "say_error": error.message}
        return TemplateResponse(request, "desk/case.html", context, status=status_of(error))
    return redirect(reverse("desk:case", args=[number]) + "#story")


# --- what the pages have in common


def _list_with_preview(request: ViewerRequest) -> dict[str, Any]:
    now = timezone.now()
    counts = tab_counts(request.viewer, now=now)
    tab = tab_named(request.GET.get("tab", "")) or next((c.tab for c in counts if c.rows), Tab.SIGN)
    narrow = Narrow(matter=request.GET.get("matter", "")[:64], urgent=bool(request.GET.get("urgent")))
    cursor = request.GET.get("page", "")
    rows = work_list(request.viewer, tab, now=now, cursor=cursor, narrow=narrow)
    asked = whole_number(request.GET.get("row", ""))
    row = next((row for row in rows.rows if row.pk == asked), rows.rows[0] if rows.rows else None)
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": counts,
        "inbox": rows,
        "chosen_row": row,
        "total": next(count.rows for count in counts if count.tab is tab),
        "since": newest_in(request.viewer, tab, now=now),
        "seen": _seen(request.viewer, tab, counts, now=now),
        "inbox_count": sum(count.rows for count in counts if count.tab in (Tab.SIGN, Tab.MINE)),
        "bulk": verbs_for(tab),
        "narrow": narrow,
        "matters": found.matters(request.viewer),
        "is_preview": True,
    }
    if row is not None:
        shown = access_case(request.viewer, row.case.number)
        context |= about(request, shown, step_id=row.step.pk if row.step else None)
    return context


def _case_list(request: ViewerRequest, wanted: found.Wanted) -> dict[str, Any]:
    viewer = request.viewer
    return {
        "wanted": wanted,
        "cases": found.cases(viewer, wanted, cursor=request.GET.get("page", "")),
        "statuses": CaseStatus.choices,
        "matters": found.matters(viewer),
        "areas": found.areas(viewer),
        "inbox_count": waiting_count(viewer),
    }


def _seen(viewer: Viewer, tab: Tab, counts: list[TabCount], *, now: datetime) -> str:
    """A short text that is another one as soon as any tab or this list has changed."""
    return "-".join(
        str(number) for number in [*(count.rows for count in counts), newest_in(viewer, tab, now=now)]
    )


def _length(tab: Tab, seen: str) -> int:
    """How long the tab's list was when this text was made."""
    return whole_number(dict(zip(Tab, seen.split("-"), strict=False)).get(tab, "")) or 0


urlpatterns = [
    path("", inbox, name="inbox"),
    path("fresh/", fresh, name="fresh"),
    path("bulk/<slug:verb>/", bulk, name="bulk"),
    path("phrases/", phrases, name="phrases"),
    path("absence/", absence, name="absence"),
    path("leaving/", leaving, name="leaving"),
    path("notices/", notices, name="notices"),
    path("bell/", bell, name="bell"),
    *following.desk_patterns,
    *desktasks.urlpatterns,
    path("preview/<str:number>/", preview, name="preview"),
    path("cases/", cases, name="cases"),
    path("cases/<str:number>/", case, name="case"),
    path("cases/<str:number>/say/", say, name="say"),
    path("cases/<str:number>/dispatch/", dispatch, name="dispatch"),
    path("cases/<str:number>/undo/", undo, name="undo"),
    path("cases/<str:number>/do/<slug:verb>/", act_on, name="act_on"),
    path("cases/<str:number>/seen/", seen, name="seen"),
    path("cases/<str:number>/papers/", hand_in_document, name="hand_in"),
    path("cases/<str:number>/papers/<int:document_id>/<int:version>/", document, name="document"),
    path("cases/<str:number>/parties/<int:party_id>/", reveal, name="reveal"),
    path("cases/<str:number>/keep/<slug:what>/", keep, name="keep"),
    path("cases/<str:number>/diagram/", diagram, name="diagram"),
    path("steps/<int:step>/ahead/", look_ahead, name="ahead"),
    path("steps/<int:step>/<slug:verb>/", act, name="act"),
    path("search/", search, name="search"),
    *mapdesk.desk_patterns,
    *outlines.desk_patterns,
]
