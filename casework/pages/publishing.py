"""The gate before publishing: what it asks for, what changes, whom it touches, the second person; and the scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.errors import CaseworkError, NotFound, NotNow
from casework.pages.door import ViewerRequest, page
from casework.pages.trial import version_asked
from casework.queries import publishing as gate
from casework.queries import studio
from casework.services import diagrams, gate_rules, publishing, scenarios
from casework.services.locks import database_now
from workflows.errors import DraftChanged, NoDraft, NotPublishable
from workflows.models import Definition, Version


class PublishForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What changes, and why"),
        max_length=500,
        widget=forms.Textarea(attrs={"class": "input", "rows": 4}),
    )
    # What was looked at is what is published, and nothing that somebody kept meanwhile.
    reviewed = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class RuleForm(forms.Form):
    share = forms.IntegerField(
        label=gettext_lazy("Share of the ways that scenarios take, in %"),
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )
    needs_second = forms.BooleanField(label=gettext_lazy("A second person has to agree"), required=False)
    everywhere = forms.BooleanField(
        label=gettext_lazy("For every matter that has no rule of its own"), required=False
    )


@page
@require_http_methods(["GET", "POST"])
def publish(request: ViewerRequest, key: str) -> HttpResponse:
    """The gate. A POST publishes at once, or sends the draft to a second person where one is asked for."""
    diagrams.ensure_may_draw(request.viewer)
    found = studio.matter_for(key)
    form = PublishForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return _published(request, found, form)
        except (CaseworkError, NotPublishable, NoDraft, DraftChanged) as error:
            form.add_error(None, str(error.message))
    return _gate(request, found, form)


def _published(request: ViewerRequest, found: Definition, form: PublishForm) -> HttpResponse:
    note, reviewed = form.cleaned_data["note"], form.cleaned_data["reviewed"]
    if gate_rules.rule_for(found).needs_second:
        publishing.ask(found, note=note, reviewed=reviewed, by=request.viewer)
        messages.success(request, _("Sent for review. It is in force as soon as a second person agrees."))
        return redirect("studio:publish", key=found.key)
    made = publishing.publish(found.key, note=note, reviewed=reviewed or None, by=request.viewer)
    messages.success(request, _("Version %(number)d is in force for new cases.") % {"number": made.number})
    return redirect("studio:matter", key=found.key)


def _gate(request: ViewerRequest, found: Definition, form: PublishForm) -> HttpResponse:
    waiting = studio.draft_or_none(found)
    if waiting is None:
        messages.info(request, _("There is no draft to publish."))
        return redirect("studio:matter", key=found.key)
    form.fields["reviewed"].initial = scenarios.fingerprint(waiting)
    published = studio.published_or_none(found)
    problems = studio.findings(waiting)
    context = {
        "matter": found,
        "title": studio.matter_title(found),
        "form": form,
        "draft": waiting,
        "published": published,
        "next_number": next_number(found),
        "problems": problems,
        "errors": sum(one.severity == "error" for one in problems),
        "changes": studio.changes_since(published, waiting),
        "impact": gate.impact(found, waiting, now=database_now()),
        "acts": gate.acts(found),
        **_asked_for(found, waiting, request),
    }
    return _screen(request, "publish", context, status=422 if form.errors else 200)


def _asked_for(found: Definition, waiting: Version, request: ViewerRequest) -> dict[str, Any]:
    """What publishing asks for and how far the draft is; the question that waits for somebody."""
    rule, tested = gate_rules.rule_for(found), gate.tested_or_none(waiting)
    asked = gate.waiting_request(found)
    shown = scenarios.fingerprint(waiting)
    return {
        "rule": rule,
        "rule_form": RuleForm(initial={"share": rule.share, "needs_second": rule.needs_second}),
        "tested": tested,
        "reached": tested is None or publishing.is_reached(tested, rule),
        "asked": asked,
        "asked_is_old": asked is not None and asked.fingerprint != shown,
        "may_decide": asked is not None and gate.may_decide(asked, waiting, viewer=request.viewer),
    }


def next_number(found: Definition) -> int:
    last = found.versions.exclude(number=None).values_list("number", flat=True).first()
    return (last or 0) + 1


@page
@require_POST
def rules(request: ViewerRequest, key: str) -> HttpResponse:
    """What publishing of this matter, or of all, asks for."""
    diagrams.ensure_may_draw(request.viewer)
    found = studio.matter_for(key)
    form = RuleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The share is a whole number from 0 to 100."))
        return redirect("studio:publish", key=key)
    given = form.cleaned_data
    asked = gate_rules.set_rule(
        None if given["everywhere"] else found,
        share=given["share"],
        needs_second=given["needs_second"],
        by=request.viewer,
    )
    if asked is None:
        messages.success(request, _("Publishing asks for this from now on."))
    else:
        messages.success(
            request, _("This asks for less than before: it counts as soon as a second person agrees.")
        )
    return redirect("studio:publish", key=key)


@page
@require_POST
def loosen(request: ViewerRequest, request_id: int) -> HttpResponse:
    """Whether publishing may ask for less: another who draws agrees or not; who asked may take it back."""
    try:
        if request.POST.get("do") == "agree":
            gate_rules.agree_to_loosening(request_id, by=request.viewer)
            messages.success(request, _("Publishing asks for this from now on."))
        else:
            gate_rules.refuse_loosening(request_id, by=request.viewer)
            messages.success(request, _("What publishing asks for stays as it was."))
    except NotNow as error:
        messages.error(request, str(error.message))
    return redirect("reviews")


@page
@require_POST
def decide(request: ViewerRequest, key: str, request_id: int) -> HttpResponse:
    """The second person agrees or sends it back; who asked may withdraw."""
    diagrams.ensure_may_draw(request.viewer)
    studio.matter_for(key)
    do, comment = request.POST.get("do", ""), request.POST.get("comment", "")
    try:
        if do == "agree":
            made = publishing.agree(request_id, comment=comment, by=request.viewer)
            said = _("Version %(number)d is in force for new cases.") % {"number": made.number}
        elif do == "back":
            publishing.send_back(request_id, comment=comment, by=request.viewer)
            said = _("Sent back, with your words.")
        else:
            publishing.withdraw(request_id, by=request.viewer)
            said = _("Withdrawn.")
    except (CaseworkError, NotPublishable, NoDraft, DraftChanged) as error:
        if isinstance(error, NotFound):
            raise
        messages.error(request, str(error.message))
        return redirect("studio:publish", key=key)
    messages.success(request, said)
    return redirect("studio:matter", key=key)


@page
@require_GET
def reviews(request: ViewerRequest) -> HttpResponse:
    """What waits for this person to look at a second time."""
    diagrams.ensure_may_draw(request.viewer)
    rows = gate.loosening_inbox(request.viewer)
    return _screen(request, "reviews", {"waiting": gate.review_inbox(request.viewer), "loosenings": rows})


@page
@require_http_methods(["GET", "POST"])
def scenario_list(request: ViewerRequest, key: str) -> HttpResponse:
    """The scenarios of a version with what came of each, and the ways that they take; a POST renames or drops one."""
    diagrams.ensure_may_draw(request.viewer)
    version = version_asked(request, key)
    if request.method == "POST":
        return _scenario_changed(request, version)
    tested = gate.tested_or_none(version)
    matter = version.definition
    context = {
        "matter": matter,
        "title": studio.matter_title(matter),
        "shown": version,
        "tested": tested,
        "rule": gate_rules.rule_for(matter),
        "rows": gate.scenario_rows(version, tested) if tested else [],
        "missing": gate.never_taken(version, tested) if tested else [],
        "marks": gate.coverage_marks(tested) if tested else None,
    }
    return _screen(request, "scenarios", context)


def _scenario_changed(request: ViewerRequest, version: Version) -> HttpResponse:
    which = request.POST.get("scenario", "")
    try:
        if request.POST.get("do") == "drop":
            scenarios.drop(version, which, by=request.viewer)
            messages.success(request, _("The scenario is gone from the draft."))
        else:
            scenarios.rename(version, which, title=request.POST.get("title", ""), by=request.viewer)
            messages.success(request, _("Renamed."))
    except CaseworkError as error:
        messages.error(request, str(error.message))
    return redirect("studio:scenarios", key=version.definition.key)


def _screen(
    request: ViewerRequest, name: str, context: Mapping[str, Any], *, status: int = 200
) -> TemplateResponse:
    return TemplateResponse(request, f"studio/{name}.html", {"section": "studio", **context}, status=status)


urlpatterns = [
    path("<slug:key>/publish/", publish, name="publish"),
    path("<slug:key>/publish/asks/", rules, name="publish_asks"),
    path("<slug:key>/publish/<int:request_id>/", decide, name="publish_decide"),
    path("<slug:key>/scenarios/", scenario_list, name="scenarios"),
]
