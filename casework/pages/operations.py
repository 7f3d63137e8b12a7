"""The operations desk: what stands still, by cause, and mended one by one or all of a cause at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.errors import CaseworkError
from casework.pages.deskparts import whole_number
from casework.pages.door import ViewerRequest, page
from casework.queries import operations as queries
from casework.services import incidents
from casework.services.locks import database_now
from workflows.errors import WorkflowsError
from workflows.expressions import ExpressionError, compile_script

MOST = 200  # cases mended by one press; each is a transaction of its own
VERBS = (
    ("retry", gettext_lazy("Try again")),
    ("skip", gettext_lazy("Skip the step with these values")),
    ("move", gettext_lazy("Go on at another step")),
)


class MendForm(forms.Form):
    """How a cause is mended. Values are written as in a calculation: one `name = expression` a line."""

    verb = forms.ChoiceField(choices=VERBS)
    reason = forms.CharField(max_length=400)
    values = forms.CharField(required=False, max_length=4000)
    to = forms.CharField(required=False, max_length=128)
    incident = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, data: Mapping[str, Any] | None, *, known: set[int]) -> None:
        super().__init__(data)
        self.fields["incident"].choices = [(one, one) for one in known]  # type: ignore[attr-defined]

    def clean_values(self) -> dict[str, Any]:
        try:
            script = compile_script(self.cleaned_data["values"])
            return dict(script.run({}, now=database_now()))
        except ExpressionError as error:
            raise forms.ValidationError(error.text(get_language() or "zh-hans")) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("verb") == "move" and not cleaned.get("to"):
            self.add_error("to", _("Say to which step."))
        return cleaned


@page
@require_http_methods(["GET", "POST"])
def operations(request: ViewerRequest) -> HttpResponse:
    incidents.ensure_may_mend(request.viewer)
    causes = queries.causes(request.viewer)
    form = None
    if request.method == "POST":
        form = MendForm(request.POST, known={case.id for cause in causes for case in cause.cases})
        if form.is_valid():
            _mend(request, form.cleaned_data)
            return redirect("operations")
    context = {
        "section": "operations",
        "causes": causes,
        "cases": sum(len(cause.cases) for cause in causes),
        "health": queries.health(now=database_now()),
        "verbs": VERBS,
        "refused": form,
        "chosen": {pk for one in request.POST.getlist("incident") if (pk := whole_number(one)) is not None},
    }
    return TemplateResponse(request, "studio/operations.html", context, status=422 if form else 200)


def _mend(request: HttpRequest, asked: Mapping[str, Any]) -> None:
    """Each case by itself: one that can't be mended keeps no other from it."""
    how = incidents.Mending(reason=asked["reason"], values=asked["values"], to=asked["to"])
    mended, refused = 0, []
    for incident in asked["incident"][:MOST]:
        try:
            incidents.act(incident, asked["verb"], by=request.viewer, how=how)  # type: ignore[attr-defined]
            mended += 1
        except (CaseworkError, WorkflowsError) as error:
            refused.append(str(error.message))
    if mended:
        said = ngettext("%(count)d case goes on.", "%(count)d cases go on.", mended)
        messages.success(request, said % {"count": mended})
    for words in dict.fromkeys(refused):
        said = _("%(count)d could not be mended: %(why)s")
        messages.error(request, said % {"count": refused.count(words), "why": words})
