"""The record kept by hand: who has to do with a case, and decisions on paper. A dialog, or a page without scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.access import Viewer
from casework.case_access import works
from casework.errors import CaseworkError, NotFound, NotYours
from casework.forms.widgets import Renderer
from casework.models import Case, Document, InstrumentKind, LegalBasis, Party, PartyRole
from casework.pages.deskparts import is_beside, whole_number
from casework.pages.door import ViewerRequest, page, status_of
from casework.queries.cases import access_case
from casework.queries.caseverbs import standing_of
from casework.services import record
from casework.services.record.doing import keeps_record
from casework.services.record.instruments import NewInstrument
from casework.services.record.parties import NewParty, shown_name

LINE = {"class": "input"}


def _day() -> forms.DateInput:
    """The browser's own calendar, which knows one way to write a day."""
    return forms.DateInput(LINE | {"type": "date"}, format="%Y-%m-%d")


class KeepForm(forms.Form):
    """Knows its case, so that a form can offer what belongs to it."""

    def __init__(self, case: Case, posted: Any = None) -> None:
        super().__init__(posted, auto_id="keep-%s", renderer=Renderer())
        self.case = case


class PartyForm(KeepForm):
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[choice for choice in PartyRole.choices if choice[0] != PartyRole.REPORTER],
        widget=forms.Select(LINE),
    )
    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(LINE))
    phone = forms.CharField(
        label=_("Phone"), max_length=30, required=False, widget=forms.TextInput(LINE | {"inputmode": "tel"})
    )
    id_number = forms.CharField(
        label=_("Identity number"), max_length=30, required=False, widget=forms.TextInput(LINE)
    )
    address = forms.CharField(
        label=_("Address"), max_length=200, required=False, widget=forms.TextInput(LINE)
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False, widget=forms.TextInput(LINE))


class InstrumentForm(KeepForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=InstrumentKind.choices, widget=forms.Select(LINE))
    number = forms.CharField(label=_("Document number"), max_length=60, widget=forms.TextInput(LINE))
    title = forms.CharField(label=_("Title"), max_length=120, widget=forms.TextInput(LINE))
    decided_on = forms.DateField(label=_("Decided on"), widget=_day())
    perform_by = forms.DateField(label=_("To be performed by"), required=False, widget=_day())
    amount = forms.DecimalField(
        label=_("Amount (yuan)"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=forms.NumberInput(LINE),
    )
    party = forms.TypedChoiceField(
        label=_("Against or with whom"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(LINE),
    )
    document = forms.TypedChoiceField(
        label=_("The paper itself"), required=False, coerce=int, empty_value=None, widget=forms.Select(LINE)
    )
    bases = forms.MultipleChoiceField(
        label=_("By what law"), required=False, widget=forms.SelectMultiple(LINE | {"size": 5})
    )
    text = forms.CharField(
        label=_("Contents"), max_length=4000, required=False, widget=forms.Textarea(LINE | {"rows": 4})
    )

    def __init__(self, case: Case, posted: Any = None) -> None:
        super().__init__(case, posted)
        today = timezone.localdate()
        parties = Party.objects.filter(case=case, removed_at=None)
        documents = Document.objects.filter(case=case)
        in_force = LegalBasis.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today))
        nobody = [("", "—")]
        _choices(self, "party", [*nobody, *((row.pk, _named(row)) for row in parties)])
        _choices(self, "document", [*nobody, *((row.pk, row.title) for row in documents)])
        _choices(self, "bases", [(row.code, str(row)) for row in in_force])
        self.initial["decided_on"] = today


class ReasonForm(KeepForm):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(LINE | {"rows": 2}))


def _choices(form: forms.Form, name: str, choices: list[tuple[Any, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def _named(row: Party) -> str:
    return f"{row.get_role_display()} {shown_name(row)}"


@dataclass(frozen=True, kw_only=True)
class Keep:
    """One thing that is written into the record: what it asks, and what is done with the answers."""

    title: str | Promise
    button: str | Promise
    done: str | Promise
    form: type[KeepForm]
    do: Callable[[str, int, Mapping[str, Any], Viewer], object]
    takes_item: bool = False


KEEPS: Mapping[str, Keep] = {
    "party": Keep(
        title=_("Add somebody"),
        button=_("Add"),
        done=_("Added to the case."),
        form=PartyForm,
        do=lambda number, _item, given, by: record.add_party(number, NewParty(**given), by=by),
    ),
    "no-party": Keep(
        title=_("Take this role away"),
        button=_("Take away"),
        done=_("Taken away; it stays in the record."),
        form=ReasonForm,
        do=lambda number, item, given, by: record.remove_party(number, item, reason=given["reason"], by=by),
        takes_item=True,
    ),
    "instrument": Keep(
        title=_("Issue a decision"),
        button=_("Issue"),
        done=_("Issued."),
        form=InstrumentForm,
        do=lambda number, _item, given, by: record.issue(number, NewInstrument(**given), by=by),
    ),
    "no-instrument": Keep(
        title=_("Revoke this decision"),
        button=_("Revoke"),
        done=_("Revoked; it stays in the record."),
        form=ReasonForm,
        do=lambda number, item, given, by: record.revoke(number, item, reason=given["reason"], by=by),
        takes_item=True,
    ),
}


@page
def keep(request: ViewerRequest, number: str, what: str) -> HttpResponse:
    """Ask what belongs into the record, and write it there; a refusal keeps what was typed."""
    case = access_case(request.viewer, number)
    kept, item = KEEPS.get(what), whole_number(request.GET.get("item", ""))
    if kept is None or (kept.takes_item and item is None):
        raise NotFound
    _ensure_keeps(request.viewer, case)
    form = kept.form(case, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = _try(kept, number, item or 0, form, by=request.viewer)
        if status == 200:
            messages.success(request, str(kept.done))
            return _back(request, number)
    address = reverse("desk:keep", args=[number, what]) + (f"?item={item}" if item else "")
    context = {"case": case, "keep": kept, "form": form, "address": address}
    template = "desk/record/_keep.html" if is_beside(request) else "desk/record/keep.html"
    return TemplateResponse(request, template, context, status=status)


def _ensure_keeps(viewer: Viewer, case: Case) -> None:
    here = works(viewer, standing_of(case).steps, reporter_id=case.reporter_id)
    if not keeps_record(viewer, case, works_here=here):
        raise NotYours


def _try(kept: Keep, number: str, item: int, form: KeepForm, *, by: Viewer) -> int:
    """The status of the answer: 200 when it is written, else why not, said in the form."""
    if not form.is_valid():
        return 422
    try:
        kept.do(number, item, form.cleaned_data, by)
    except (NotFound, NotYours):
        raise
    except CaseworkError as error:
        fields: Mapping[str, list[str]] = getattr(error, "fields", {})
        here = {name: texts for name, texts in fields.items() if name in form.fields}
        for name, texts in here.items():
            form.add_error(name, texts)
        if not here:
            form.add_error(None, str(error.message))
        return status_of(error)
    return 200


def _back(request: ViewerRequest, number: str) -> HttpResponse:
    address = reverse("desk:case", args=[number]) + "#record"
    if not is_beside(request):
        return redirect(address)
    answer = HttpResponse()
    answer["HX-Redirect"] = address
    return answer
