"""The tree of categories and the reference tables: added, changed, retired, never removed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from casework.errors import CaseworkError, NotFound, NotNow, NotValid
from casework.models import Category, LegalBasis, RetentionRule
from casework.pages.door import ViewerRequest, page
from casework.pages.orgparts import SHORT, screen
from casework.queries.category_tree import category_branches
from casework.queries.setting_history import changes
from casework.rules.nearby import CLIMBS, DESCENDS
from casework.services import reference as writing
from casework.services.rulebook import ensure_may_edit
from workflows.models import Definition

_code = RegexValidator(r"^[0-9A-Za-z]{1,11}\Z", gettext_lazy("A code has up to 11 digits and letters."))


class CategoryForm(forms.Form):
    code = forms.CharField(max_length=11, validators=[_code])
    name = forms.CharField(max_length=60)
    kind = forms.ChoiceField(choices=Category.Kind.choices)
    parent = forms.CharField(max_length=11, required=False)
    is_active = forms.BooleanField(required=False)


class LegalBasisForm(forms.Form):
    code = forms.SlugField(max_length=60)
    law = forms.CharField(max_length=120)
    article = forms.CharField(max_length=40, required=False)
    text = forms.CharField(max_length=2000, required=False)
    valid_from = forms.DateField()
    valid_to = forms.DateField(required=False)
    successor = forms.CharField(max_length=60, required=False)


class RetentionForm(forms.Form):
    matter = forms.SlugField(max_length=64, required=False)
    years = forms.IntegerField(min_value=1, max_value=100)
    basis = forms.CharField(max_length=200, required=False)


@page
@require_http_methods(["GET", "POST"])
def categories(request: ViewerRequest) -> HttpResponse:
    """`?code=06010` is the one that is edited, `?under=06` where a new one goes."""
    ensure_may_edit(request.viewer)
    error: CaseworkError | None = None
    if request.method == "POST":
        try:
            row = writing.set_category(_category(request), by=request.viewer)
        except CaseworkError as refused:
            error = refused
        else:
            messages.success(request, _("Kept: %(name)s") % {"name": row})
            return redirect(f"{reverse('org:categories')}?code={row.code}")
    code = request.GET.get("code", "")
    chosen = Category.objects.select_related("parent").filter(code=code).first() if code else None
    if code and chosen is None:
        raise NotFound
    subject = chosen.code if chosen else ""
    context = {
        "branches": category_branches(retired="retired" in request.GET),
        "retired": "retired" in request.GET,
        "chosen": chosen,
        "under": request.GET.get("under", ""),
        "kinds": Category.Kind.choices,
        "parents": Category.objects.filter(is_active=True).exclude(code=code).order_by("code"),
        "changes": changes(request.viewer, sections=("categories",), subject=subject, limit=SHORT),
    }
    return screen(request, "categories", context, section="categories", error=error)


def _category(request: ViewerRequest) -> writing.CategoryEntry:
    """A new one must not take another's code: that would change the other."""
    cleaned = _cleaned(CategoryForm(request.POST))
    is_new = request.POST.get("act") == "add"
    if is_new and Category.objects.filter(code=cleaned["code"]).exists():
        raise NotNow(_("There is a category with this code already."))
    if not is_new and not Category.objects.filter(code=cleaned["code"]).exists():
        raise NotFound
    return writing.CategoryEntry(**cleaned)


def _cleaned(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        raise NotValid(fields={name: [str(one) for one in errors] for name, errors in form.errors.items()})
    return form.cleaned_data


@page
@require_http_methods(["GET", "POST"])
def reference(request: ViewerRequest) -> HttpResponse:
    """Legal bases, how long cases are kept, and the reasons that the rules know."""
    ensure_may_edit(request.viewer)
    error: CaseworkError | None = None
    if request.method == "POST":
        try:
            _set_reference(request)
            return redirect("org:reference")
        except NotFound:
            raise
        except CaseworkError as refused:
            error = refused
    code = request.GET.get("basis", "")
    context = {
        "bases": LegalBasis.objects.select_related("successor"),
        "chosen": LegalBasis.objects.filter(code=code).first() if code else None,
        "retention": RetentionRule.objects.all(),
        "matters": Definition.objects.order_by("key"),
        "climbs": CLIMBS.values(),
        "descends": DESCENDS.values(),
        "today": timezone.localdate(),
    }
    return screen(request, "reference", context, section="reference", error=error)


def _set_reference(request: ViewerRequest) -> None:
    match request.POST.get("act"):
        case "add_basis" | "basis":
            cleaned = _cleaned(LegalBasisForm(request.POST))
            known = LegalBasis.objects.filter(code=cleaned["code"]).exists()
            if known and request.POST["act"] == "add_basis":
                raise NotNow(_("There is a provision with this code already."))
            row = writing.set_legal_basis(writing.LegalBasisEntry(**cleaned), by=request.viewer)
            messages.success(request, _("Kept: %(name)s") % {"name": row})
        case "retention":
            entry = writing.RetentionEntry(**_cleaned(RetentionForm(request.POST)))
            writing.set_retention(entry, by=request.viewer)
            messages.success(request, _("Kept for cases that are closed from now on."))
        case _:
            raise NotFound
