"""The phone: today, report, my cases, one case, one step, me."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.errors import CaseworkError, NotFound, NotYours
from casework.models import Case
from casework.pages import following, ground, mapphone, tasks
from casework.pages.door import ViewerRequest, page, status_of
from casework.pages.nextcard import Refused, card_form, next_card, refusal_of
from casework.pages.outboxed import TOLD, outboxed, words_of
from casework.pages.reportpage import (
    ReportEntry,
    ahead_context,
    entry_of,
    is_complete,
    new_report,
    page_context,
    with_photos,
)
from casework.pages.saying import said, with_new_photos
from casework.queries import today as first_page
from casework.queries.cases import OpenWork, access_case, access_step, gallery, open_work, stages
from casework.queries.deskcase import desk_case
from casework.queries.phone import my_cases, my_tally
from casework.queries.tasks import under_way
from casework.services import approvals, comments
from casework.services.intake import submit_report
from casework.verbs import VERBS, Verb
from grid.errors import GridError
from workflows.errors import WorkflowsError
from workflows.models import Step

app_name = "phone"
PAGE = 20


@page
@require_GET
def today(request: ViewerRequest) -> HttpResponse:
    """What waits for me, the most pressing first."""
    shown = first_page.today(request.viewer, now=timezone.now())
    context = {"today": shown, "now": timezone.now(), "waiting_count": shown.count}
    return TemplateResponse(request, "phone/today.html", context)


@page
@require_http_methods(["GET", "POST"])
def report(request: ViewerRequest) -> HttpResponse:
    """The report. What is refused comes back with everything that was typed, and with its photos."""
    if request.method == "GET":
        at = under_way(request.viewer, on=timezone.localdate())
        return _report_page(request, entry_of(request.GET, task=at.pk if at else None))
    entry, posted = ReportEntry(request.POST), request.POST.copy()
    try:
        posted = with_photos(request, entry.kind_parts()[0])
        if not is_complete(request, entry, posted):
            return _report_page(request, entry, posted=posted, status=422)
        case = submit_report(new_report(request, entry, posted), by=request.viewer)
    except NotYours:
        raise
    except (CaseworkError, WorkflowsError, GridError) as error:
        return _report_page(
            request, entry, posted=posted, refused=str(error.message), status=status_of(error)
        )
    return redirect("phone:done", case.number)


@page
@require_GET
def ahead(request: ViewerRequest) -> HttpResponse:
    """Whose grid, who gets it, what else is asked: for the category and position in the address. Changes nothing."""
    entry = ReportEntry(
        initial={name: request.GET.get(name, "") for name in ("kind", "lat", "lon", "accuracy", "area")}
    )
    return TemplateResponse(request, "phone/_ahead.html", ahead_context(request, entry))


@page
@require_GET
def done(request: ViewerRequest, number: str) -> HttpResponse:
    """The receipt of a report, or of what was added to a case: its number, and who has it until when."""
    case = access_case(request.viewer, number)
    context = {
        "case": case,
        "stages": stages(case),
        "works": open_work(case, request.viewer),
        "joined": "joined" in request.GET,
    }
    return TemplateResponse(request, "phone/done.html", _with_count(request, context))


@page
@require_GET
def cases(request: ViewerRequest) -> HttpResponse:
    """The cases that I reported, the newest first."""
    before = _number(request.GET.get("before", ""))
    shown = my_cases(request.viewer, before=before, size=PAGE)
    context = {
        "cases": shown,
        "thumbs": first_page.first_photos([one.case.pk for one in shown]),
        "next": f"?before={shown[-1].case.pk}" if len(shown) == PAGE else "",
        "is_first": before is None,
    }
    return TemplateResponse(request, "phone/cases.html", _with_count(request, context))


@page
@require_http_methods(["GET", "POST"])
def case(request: ViewerRequest, number: str) -> HttpResponse:
    """One case like a parcel on its way; a word on it (留言) is posted here too."""
    shown = access_case(request.viewer, number)
    if request.method == "GET":
        return TemplateResponse(request, "phone/case.html", _case_context(request, shown))
    text = request.POST.get("text", "")
    try:
        comments.comment(shown.pk, text=text, token=_token(request.POST.get("token", "")), by=request.viewer)
    except CaseworkError as error:
        context = _case_context(request, shown) | {"say": text, "say_error": error.message}
        return TemplateResponse(request, "phone/case.html", context, status=status_of(error))
    messages.success(request, _("Your word is on the case."))
    return redirect("phone:case", number)


@page
@require_http_methods(["GET", "POST"])
@outboxed
def step(request: ViewerRequest, step: int) -> HttpResponse:
    """Do one step. What is refused comes back with the present state and everything that was typed."""
    shown, row = access_step(request.viewer, step)
    if request.method == "GET":
        return _step_page(request, shown, row)
    verb, language = _verb(request.POST), _language(request)
    form = card_form(shown, row, language=language, now=timezone.now())
    posted: QueryDict = request.POST
    try:
        posted = with_new_photos(request, form)
        told = said(posted, verb, has_form=form is not None, language=language)
        moved = approvals.act(step, verb.key, by=request.viewer, said=told)
    except (NotFound, NotYours):
        raise
    except (CaseworkError, WorkflowsError, GridError) as error:
        refused = refusal_of(error, verb=verb.key, status=status_of(error), posted=posted)
        return _step_page(request, *access_step(request.viewer, step), refused=refused, told=words_of(error))
    return _acted(request, moved, row, verb)


@page
@require_GET
def outbox(request: ViewerRequest) -> HttpResponse:
    """What waits on this phone; the page itself knows nothing of it."""
    return TemplateResponse(request, "phone/outbox.html", _with_count(request, {}))


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, under the path whose pages it may keep."""
    built = finders.find("built/sw.js")
    if not isinstance(built, str):
        raise Http404
    content = Path(built).read_bytes()
    return HttpResponse(content, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@page
@require_GET
def me(request: ViewerRequest) -> HttpResponse:
    """My posts, what I did lately, and how pages look to me."""
    context = {"tally": my_tally(request.viewer, now=timezone.now())}
    return TemplateResponse(request, "phone/me.html", _with_count(request, context))


# --- what the pages have in common


def _report_page(
    request: ViewerRequest,
    entry: ReportEntry,
    *,
    posted: QueryDict | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    context = _with_count(request, page_context(request, entry, posted=posted, refused=refused))
    return TemplateResponse(request, "phone/report.html", context, status=status)


def _case_context(request: ViewerRequest, shown: Case) -> dict[str, Any]:
    about = desk_case(request.viewer, shown, step_id=None, language=_language(request))
    return _with_count(
        request,
        {
            "case": shown,
            "about": about,
            "stages": stages(shown),
            "works": about.works,
            "mine": about.chosen,
            "token": uuid4(),
        },
    )


def _step_page(
    request: ViewerRequest,
    shown: Case,
    row: Step,
    *,
    refused: Refused | None = None,
    told: Sequence[str] = (),
) -> HttpResponse:
    work = _work(request, shown, row)
    if work is None or not work.is_mine:
        if refused is None:
            return redirect("phone:case", shown.number)
        context = _case_context(request, shown) | {"refused": refused, TOLD: told}
        return TemplateResponse(request, "phone/case.html", context, status=refused.status)
    context = {
        "case": shown,
        "work": work,
        "card": next_card(shown, work, language=_language(request), refused=refused),
        "shots": gallery(shown),
        "stages": stages(shown),
        "refused": refused,
        TOLD: told,
    }
    status = refused.status if refused else 200
    return TemplateResponse(request, "phone/step.html", _with_count(request, context), status=status)


def _work(request: ViewerRequest, shown: Case, row: Step) -> OpenWork | None:
    return next((work for work in open_work(shown, request.viewer) if work.step.pk == row.pk), None)


def _acted(request: ViewerRequest, moved: Case, row: Step, verb: Verb) -> HttpResponse:
    """After signing for it one goes on with it; after anything else to what waits next."""
    messages.success(request, _("%(verb)s: %(step)s") % {"verb": verb.label, "step": row.name})
    if verb.key == "claim":
        return redirect("phone:step", row.pk)
    is_visible = Case.objects.visible_to(request.viewer).filter(pk=moved.pk).exists()
    return redirect("phone:case", moved.number) if is_visible else redirect("phone:today")


def _with_count(request: ViewerRequest, context: dict[str, Any]) -> dict[str, Any]:
    return context | {"waiting_count": first_page.waiting_count(request.viewer)}


def _verb(posted: QueryDict) -> Verb:
    verb = VERBS.get(posted.get("act.verb", ""))
    if verb is None:
        raise NotFound
    return verb


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _token(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _language(request: ViewerRequest) -> str:
    return request.LANGUAGE_CODE or "zh-hans"


urlpatterns = [
    path("", today, name="today"),
    path("report/", report, name="report"),
    path("report/ahead/", ahead, name="ahead"),
    path("report/done/<str:number>/", done, name="done"),
    path("cases/", cases, name="cases"),
    path("cases/<str:number>/", case, name="case"),
    path("steps/<int:step>/", step, name="step"),
    path("outbox/", outbox, name="outbox"),
    path("sw.js", worker, name="worker"),
    path("me/", me, name="me"),
    *following.phone_patterns,
    *ground.urlpatterns,
    *mapphone.phone_patterns,
    *tasks.urlpatterns,
]
