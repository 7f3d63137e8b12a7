"""Verbs from the desk's pages: each has a dialog, which is a page of its own for whoever has no scripts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casework.errors import CaseworkError, ClaimedByOther, NotFound, NotValid, NotYours, Stale, StepTaken
from casework.models import Case
from casework.pages.asking import dialog, draft_of
from casework.pages.deskcard import AT_ONCE
from casework.pages.deskdispatch import HERE, PAGE, dispatch_context, ruler_context
from casework.pages.deskparts import PHRASES, about, is_beside, language_of, tab_named, whole
from casework.pages.door import ViewerRequest, page, status_of
from casework.pages.nextcard import Refused, card_form, refusal_of
from casework.pages.saying import said, with_new_photos
from casework.queries import forecast as ahead
from casework.queries.cases import EVENT_WORDS, access_case, access_step
from casework.queries.inbox import tab_counts
from casework.queries.picking import number_said
from casework.services import approvals
from casework.services.acts import act_on_case
from casework.services.acts.undoing import undo as take_back
from casework.services.phrases import phrases_of
from casework.services.said import Said
from casework.verbs import CASE_VERBS, STEP_VERBS, Verb, at_step, event_words_at, words_told
from grid.errors import GridError
from workflows.errors import WorkflowsError
from workflows.models import Step

REFUSALS = (CaseworkError, WorkflowsError, GridError)
DIALOG = "asked"  # the element that a dialog is put into, by which its requests are known


@page
@require_POST
def look_ahead(request: ViewerRequest, step: int) -> HttpResponse:
    """Who gets it next, with the answers typed so far. Changes nothing."""
    shown, row = access_step(request.viewer, step)
    key = request.POST.get("act.verb", "")
    verb = at_step(STEP_VERBS.get(key) or STEP_VERBS["complete"], row.settings)
    refused = Refused(verb=verb.key, message="", status=200, posted=request.POST)
    form = card_form(shown, row, language=language_of(request), now=timezone.now(), refused=refused)
    if not row.is_open:
        return HttpResponse(status=204)
    next_ = ahead.forecast(shown, row, verb, form=form, now=timezone.now())
    context = {"forecast": next_, "step": row}
    if request.POST.get(PAGE) == HERE:
        context |= ruler_context(shown, next_) | {"is_dispatch": True}
    return TemplateResponse(request, "desk/_then.html", context)


@page
def act(request: ViewerRequest, step: int, verb: str) -> HttpResponse:
    """Do a verb, or ask what it asks. What is refused comes back with the present state and all that was typed."""
    shown, row = access_step(request.viewer, step)
    if verb not in STEP_VERBS:
        raise NotFound
    called = at_step(STEP_VERBS[verb], row.settings)
    if request.method != "POST":
        return _ask(request, shown, row, called)
    form = card_form(shown, row, language=language_of(request), now=timezone.now())
    posted: QueryDict = request.POST
    try:
        _ensure_sure(called, posted)
        posted = with_new_photos(request, form)
        told = said(posted, called, has_form=form is not None, language=language_of(request), held=True)
        done = approvals.act(step, verb, by=request.viewer, said=told)
    except (NotFound, NotYours):
        raise
    except REFUSALS as error:
        return _refused(request, row, called, error, posted=posted)
    return _acted(request, done, row, called)


@page
def act_on(request: ViewerRequest, number: str, verb: str) -> HttpResponse:
    """The same for a verb on the case as a whole."""
    shown = access_case(request.viewer, number)
    if verb not in CASE_VERBS:
        raise NotFound
    if request.method != "POST":
        return _dialog(request, shown, CASE_VERBS[verb], refused=None)
    try:
        _ensure_sure(CASE_VERBS[verb], request.POST)
        told = said(
            request.POST,
            CASE_VERBS[verb],
            has_form=verb == "classify",
            language=language_of(request),
            held=True,
        )
        done = act_on_case(number, verb, by=request.viewer, said=_with_numbers(request, told))
    except (NotFound, NotYours):
        raise
    except REFUSALS as error:
        refused = refusal_of(error, verb=verb, status=status_of(error), posted=request.POST)
        return _dialog(request, shown, CASE_VERBS[verb], refused=refused)
    return _acted(request, done, None, CASE_VERBS[verb])


@page
@require_POST
def undo(request: ViewerRequest, number: str) -> HttpResponse:
    """Take back what one has just done, from the toast that said so."""
    case = access_case(request.viewer, number)
    try:
        take_back(number, by=request.viewer)
    except NotFound:
        raise
    except REFUSALS as error:
        messages.warning(request, str(error.message))
    else:
        words = {"number": case.number.rsplit("-", 1)[-1]}
        messages.success(request, _("Taken back: %(number)s") % words)
    tab = tab_named(request.GET.get("tab", ""))
    address = f"{reverse('desk:inbox')}?tab={tab}" if tab else reverse("desk:case", args=[number])
    if not is_beside(request):
        return redirect(address)
    answer = HttpResponse()
    answer["HX-Redirect"] = address
    return answer


def _with_numbers(request: ViewerRequest, told: Said) -> Said:
    """Numbers of cases in full, as people leave the year away."""
    full = {text: number_said(request.viewer, text) for text in (told.case, *told.cases)}
    return replace(told, case=full[told.case], cases=tuple(full[text] for text in told.cases))


def said_of(case: Case, step: Step | None, verb: Verb) -> str:
    """“Signed for 00139”, and after a step's end what waits for whom."""
    own = event_words_at(verb.event, words_told(verb, step.settings)) if step is not None else None
    words = {"verb": own or EVENT_WORDS.get(verb.event, verb.label), "number": case.number.rsplit("-", 1)[-1]}
    signs = verb.key == "claim" and step is not None and step.ends_with_signature
    if not verb.ends_step and not signs:
        return _("%(verb)s: %(number)s") % words
    if not case.is_open:
        return _("%(verb)s: %(number)s. The case is closed.") % words
    names = Step.objects.open().human().filter(run=case.run).values_list("name", flat=True)[:3]
    return _("%(verb)s: %(number)s. Next: %(next)s") % {**words, "next": _(", ").join(names)}


# --- asking


def _ask(request: ViewerRequest, case: Case, step: Step, verb: Verb) -> HttpResponse:
    """The dialog; a verb that is filled in on the card or asks nothing has its place on the case's page."""
    if verb.takes_form or verb.key in AT_ONCE:
        return redirect(f"{reverse('desk:case', args=[case.number])}?step={step.pk}")
    return _dialog(request, case, verb, step=step, refused=None)


def _dialog(
    request: ViewerRequest, case: Case, verb: Verb, *, step: Step | None = None, refused: Refused | None
) -> HttpResponse:
    asks = dialog(
        request.viewer,
        case,
        verb,
        step=step,
        language=language_of(request),
        refused=refused,
        given=_given(request),
    )
    context = {
        "asks": asks,
        "phrases": phrases_of(request.viewer, verb=verb.key)[:PHRASES],
        "case": case,
        "refused": refused,
        "action": address_of(verb, case=case, step=step),
        "back": reverse("desk:case", args=[case.number]) + (f"?step={step.pk}" if step else ""),
        "tab": tab_named(request.GET.get("tab", "")),
    }
    template = "desk/_asked.html" if is_beside(request) else "desk/verb.html"
    return TemplateResponse(request, template, context, status=refused.status if refused else 200)


def _ensure_sure(verb: Verb, posted: QueryDict) -> None:
    """What can't be undone by oneself wants a second look."""
    if verb.dangerous and not posted.get("act.sure"):
        raise NotValid(fields={"sure": [_("Confirm that this is the right case.")]})


def _given(request: ViewerRequest) -> QueryDict:
    """Which request, supervision or call it is about, where the link to the dialog says so."""
    given = QueryDict(mutable=True)
    if item := request.GET.get("item", ""):
        given["act.item"] = item
    return given


def address_of(verb: Verb, *, case: Case, step: Step | None) -> str:
    if step is not None:
        return reverse("desk:act", args=[step.pk, verb.key])
    return reverse("desk:act_on", args=[case.number, verb.key])


def _is_dialog(request: ViewerRequest) -> bool:
    return request.headers.get("HX-Target", "") == DIALOG


# --- answering


def _refused(
    request: ViewerRequest, step: Step, verb: Verb, error: Exception, *, posted: QueryDict
) -> HttpResponse:
    """What was asked again, as things stand now; somebody else's act outweighs a merely older state (409 over 412)."""
    case, step = access_step(request.viewer, step.pk)
    if isinstance(error, Stale):
        error = _taken(step, request.viewer.user_id) or error
    refused = refusal_of(error, verb=verb.key, status=status_of(error), posted=posted)
    if not verb.takes_form and verb.key not in AT_ONCE:
        return _dialog(request, case, verb, step=step, refused=refused)
    if posted.get(PAGE) == HERE:
        again = dispatch_context(request, case, step_id=step.pk, refused=refused)
        if again is not None:
            return TemplateResponse(request, "desk/dispatch.html", again, status=refused.status)
    if is_beside(request):
        context = about(request, case, step_id=step.pk, refused=refused)
        context |= {"is_preview": True, "tab": tab_named(request.GET.get("tab", ""))}
        return TemplateResponse(request, "desk/_preview.html", context, status=refused.status)
    context = whole(request, case, step_id=step.pk, refused=refused)
    return TemplateResponse(request, "desk/case.html", context, status=refused.status)


def _taken(step: Step, user_id: int) -> CaseworkError | None:
    if not step.is_open:
        return StepTaken()
    if step.claimed_by is not None and step.claimed_by_id != user_id:
        return ClaimedByOther(str(step.claimed_by))
    return None


def _acted(request: ViewerRequest, case: Case, step: Step | None, verb: Verb) -> HttpResponse:
    """Say what was done and who has it now; beside the list, the row says so in its place.

    Whoever had to do with a case goes on seeing it, so there is always a page to come back to.
    """
    told, done = said_of(case, step, verb), _drafts(verb, case=case, step=step)
    tab = tab_named(request.GET.get("tab", ""))
    if not is_beside(request) or (_is_dialog(request) and tab is None):
        return _to_case(request, case, told, verb=verb, done=done)
    context: dict[str, Any] = {
        "told": told,
        "step": step,
        "case": case,
        "verb": verb,
        "is_preview": True,
        "tab": tab,
    }
    context |= {"done": done}
    context["tabs"] = tab_counts(request.viewer, now=timezone.now())
    context |= about(request, access_case(request.viewer, case.number), step_id=step.pk if step else None)
    response = TemplateResponse(request, "desk/_acted.html", context)
    if _is_dialog(request):
        response["HX-Retarget"] = "#preview"
    return response


def _drafts(verb: Verb, *, case: Case, step: Step | None) -> str:
    """What was being written for this, and is done with now."""
    drafts = [draft_of(verb, case=case, step=step)]
    return " ".join([*drafts, f"step-{step.pk}"] if step and verb.takes_form else drafts)


def _to_case(request: ViewerRequest, case: Case, told: str, *, verb: Verb, done: str) -> HttpResponse:
    back = reverse("desk:undo", args=[case.number]) if verb.undoable else ""
    messages.success(request, told, extra_tags=f"done={done};undo={back}")
    address = reverse("desk:case", args=[case.number])
    if not is_beside(request):
        return redirect(address)
    answer = HttpResponse()
    answer["HX-Redirect"] = address
    return answer
