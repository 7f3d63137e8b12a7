"""The desk: the work list, the cases, one case with its next step, search."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.access import Viewer
from casework.errors import CaseworkError, ClaimedByOther, NotFound, NotYours, Stale, StepTaken
from casework.models import Case, CaseStatus
from casework.pages.door import ViewerRequest, page, status_of
from casework.pages.nextcard import Refused, card_form, next_card, refusal_of
from casework.pages.saying import said, with_new_photos
from casework.queries import forecast as ahead
from casework.queries import search as found
from casework.queries.cases import EVENT_WORDS, access_case, access_step, diagram_marks
from casework.queries.deskcase import desk_case
from casework.queries.explained import explained
from casework.queries.inbox import Tab, TabCount, newer_than, newest_in, tab_counts, waiting_count
from casework.queries.inbox import inbox as work_list
from casework.queries.strip import strip
from casework.services import approvals, comments
from casework.verbs import VERBS, Verb
from grid.errors import GridError
from workflows.errors import WorkflowsError
from workflows.models import Step

app_name = "desk"
BULK = 100
RESULTS = "signed_rows"  # kept in the session until they have been shown


@dataclass(frozen=True, kw_only=True)
class SignedRow:
    """What became of one row of a bulk sign-for; no case where it is not visible."""

    number: str
    title: str
    told: str
    is_done: bool


@page
@require_GET
def inbox(request: ViewerRequest) -> HttpResponse:
    """The work list with a preview beside it."""
    context = _list_with_preview(request) | {"results": request.session.pop(RESULTS, [])}
    return TemplateResponse(request, "desk/inbox.html", context)


@page
@require_GET
def fresh(request: ViewerRequest) -> HttpResponse:
    """Whether anything is new since the list was drawn: 204, or the counts and an announcement."""
    now = timezone.now()
    tab, since = _tab(request.GET.get("tab", "")) or Tab.SIGN, _number(request.GET.get("since", ""))
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
    context = _about(request, case, step_id=_number(request.GET.get("step", "")))
    context |= {"is_preview": True, "tab": _tab(request.GET.get("tab", ""))}
    return TemplateResponse(request, "desk/_preview.html", context)


@page
@require_POST
def sign_many(request: ViewerRequest) -> HttpResponse:
    """Sign for several steps, each for itself; the list then says of every row what became of it."""
    chosen = [pk for text in request.POST.getlist("step") if (pk := _number(text))][:BULK]
    rows = [_sign_one(request, pk) for pk in dict.fromkeys(chosen)]
    request.session[RESULTS] = [asdict(row) for row in rows]
    tab = _tab(request.GET.get("tab", "")) or Tab.SIGN
    return redirect(f"{reverse('desk:inbox')}?tab={tab}")


@page
@require_GET
def cases(request: ViewerRequest) -> HttpResponse:
    """All visible cases, narrowed by status, matter and area."""
    wanted = found.Wanted(**{name: request.GET.get(name, "")[:64] for name in ("status", "matter", "area")})
    return TemplateResponse(request, "desk/cases.html", _case_list(request, wanted))


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
    context = _whole(request, shown, step_id=_number(request.GET.get("step", "")))
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
        comments.comment(shown.pk, text=text, token=_token(request.POST.get("token", "")), by=request.viewer)
    except CaseworkError as error:
        context = _whole(request, shown, step_id=None) | {"say": text, "say_error": error.message}
        return TemplateResponse(request, "desk/case.html", context, status=status_of(error))
    return redirect(reverse("desk:case", args=[number]) + "#story")


@page
@require_POST
def look_ahead(request: ViewerRequest, step: int) -> HttpResponse:
    """Who gets it next, with the answers typed so far. Changes nothing."""
    shown, row = access_step(request.viewer, step)
    verb = VERBS.get(request.POST.get("act.verb", "")) or VERBS["complete"]
    refused = Refused(verb=verb.key, message="", status=200, posted=request.POST)
    form = card_form(shown, row, language=_language(request), now=timezone.now(), refused=refused)
    if not row.is_open:
        return HttpResponse(status=204)
    next_ = ahead.forecast(shown, row, verb, form=form, now=timezone.now())
    return TemplateResponse(request, "desk/_then.html", {"forecast": next_, "step": row})


@page
def act(request: ViewerRequest, step: int, verb: str) -> HttpResponse:
    """Do a verb. Whatever is refused comes back with the present state and everything that was typed."""
    shown, row = access_step(request.viewer, step)
    if verb not in VERBS:
        raise NotFound
    if request.method != "POST":
        return redirect(f"{reverse('desk:case', args=[shown.number])}?step={step}#act-{verb}")
    form = card_form(shown, row, language=_language(request), now=timezone.now())
    posted: QueryDict = request.POST
    try:
        posted = with_new_photos(request, form)
        told = said(posted, VERBS[verb], has_form=form is not None, language=_language(request))
        done = approvals.act(step, verb, by=request.viewer, said=told)
    except (NotFound, NotYours):
        raise
    except (CaseworkError, WorkflowsError, GridError) as error:
        return _refused(request, row, VERBS[verb], error, posted=posted)
    return _acted(request, done, row, VERBS[verb])


# --- what the pages have in common


def _list_with_preview(request: ViewerRequest) -> dict[str, Any]:
    now = timezone.now()
    counts = tab_counts(request.viewer, now=now)
    tab = _tab(request.GET.get("tab", "")) or next((c.tab for c in counts if c.rows), Tab.SIGN)
    rows = work_list(request.viewer, tab, now=now, cursor=request.GET.get("page", ""))
    asked = _number(request.GET.get("row", ""))
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
        "can_sign": tab in (Tab.SIGN, Tab.POOL, Tab.DUE),
        "is_preview": True,
    }
    if row is not None:
        shown = access_case(request.viewer, row.case.number)
        context |= _about(request, shown, step_id=row.step.pk if row.step else None)
    return context


def _about(
    request: ViewerRequest, case: Case, *, step_id: int | None, refused: Refused | None = None
) -> dict[str, Any]:
    """The case, and the card for the step the page is about."""
    language = _language(request)
    about = desk_case(request.viewer, case, step_id=step_id, language=language)
    card = None
    if about.chosen is not None and about.chosen.is_mine:
        card = next_card(case, about.chosen, language=language, refused=refused)
    clocks = explained(case, about.works, chosen=about.chosen)
    return {"about": about, "case": case, "card": card, "clocks": clocks, "refused": refused}


def _whole(
    request: ViewerRequest, case: Case, *, step_id: int | None, refused: Refused | None = None
) -> dict[str, Any]:
    context = _about(request, case, step_id=step_id, refused=refused)
    about = context["about"]
    line = strip(case, about.works, chosen=about.chosen, language=_language(request))
    context |= {"stations": line, "marks": diagram_marks(case), "token": uuid4()}
    return context | {"inbox_count": waiting_count(request.viewer)}


def _refused(
    request: ViewerRequest, step: Step, verb: Verb, error: Exception, *, posted: QueryDict
) -> HttpResponse:
    """The page again, as things stand now; somebody else's act outweighs a merely older state (409 over 412)."""
    case, step = access_step(request.viewer, step.pk)
    if isinstance(error, Stale):
        error = _taken(step, request.viewer.user_id) or error
    refused = refusal_of(error, verb=verb.key, status=status_of(error), posted=posted)
    if _is_beside(request):
        context = _about(request, case, step_id=step.pk, refused=refused)
        context |= {"is_preview": True, "tab": _tab(request.GET.get("tab", ""))}
        return TemplateResponse(request, "desk/_preview.html", context, status=refused.status)
    context = _whole(request, case, step_id=step.pk, refused=refused)
    return TemplateResponse(request, "desk/case.html", context, status=refused.status)


def _taken(step: Step, user_id: int) -> CaseworkError | None:
    if not step.is_open:
        return StepTaken()
    if step.claimed_by is not None and step.claimed_by_id != user_id:
        return ClaimedByOther(str(step.claimed_by))
    return None


def _acted(request: ViewerRequest, case: Case, step: Step, verb: Verb) -> HttpResponse:
    """Say what was done and who has it now; beside the list, the row says so in its place.

    Whoever had to do with a case goes on seeing it, so there is always a page to come back to.
    """
    told = _said_of(case, step, verb)
    if not _is_beside(request):
        messages.success(request, told)
        return redirect("desk:case", case.number)
    context = {"told": told, "step": step, "case": case, "verb": verb, "is_preview": True}
    context["tabs"] = tab_counts(request.viewer, now=timezone.now())
    context["tab"] = _tab(request.GET.get("tab", ""))
    context |= _about(request, access_case(request.viewer, case.number), step_id=step.pk)
    return TemplateResponse(request, "desk/_acted.html", context)


def _said_of(case: Case, step: Step, verb: Verb) -> str:
    """“Signed for 00139”, and after a step's end what waits for whom."""
    words = {"verb": EVENT_WORDS[verb.event], "number": case.number.rsplit("-", 1)[-1]}
    if not verb.ends_step and not (verb.key == "claim" and step.ends_with_signature):
        return _("%(verb)s: %(number)s") % words
    if not case.is_open:
        return _("%(verb)s: %(number)s. The case is closed.") % words
    names = Step.objects.open().human().filter(run=case.run).values_list("name", flat=True)[:3]
    return _("%(verb)s: %(number)s. Next: %(next)s") % {**words, "next": _(", ").join(names)}


def _sign_one(request: ViewerRequest, step_id: int) -> SignedRow:
    step = Step.objects.filter(pk=step_id).select_related("run__case").first()
    try:
        case = approvals.act(step_id, "claim", by=request.viewer)
    except (CaseworkError, WorkflowsError) as error:
        place = step.run.case.pk if step else 0
        seen = Case.objects.visible_to(request.viewer).filter(pk=place).first()
        number, title = (seen.number, seen.title) if seen else ("", "")
        return SignedRow(number=number, title=title, told=str(error.message), is_done=False)
    assert step is not None, "signed for a step that isn't there"
    told = _said_of(case, step, VERBS["claim"])
    return SignedRow(number=case.number, title=case.title, told=told, is_done=True)


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
    return _number(dict(zip(Tab, seen.split("-"), strict=False)).get(tab, "")) or 0


def _is_beside(request: ViewerRequest) -> bool:
    """Whether the list's preview asks, which takes a part of a page for an answer."""
    return "HX-Request" in request.headers


def _tab(text: str) -> Tab | None:
    return Tab(text) if text in set(Tab) else None


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
    path("", inbox, name="inbox"),
    path("fresh/", fresh, name="fresh"),
    path("sign/", sign_many, name="sign_many"),
    path("preview/<str:number>/", preview, name="preview"),
    path("cases/", cases, name="cases"),
    path("cases/<str:number>/", case, name="case"),
    path("cases/<str:number>/say/", say, name="say"),
    path("cases/<str:number>/diagram/", diagram, name="diagram"),
    path("steps/<int:step>/ahead/", look_ahead, name="ahead"),
    path("steps/<int:step>/<slug:verb>/", act, name="act"),
    path("search/", search, name="search"),
]
