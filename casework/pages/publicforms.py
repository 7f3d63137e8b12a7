"""What the residents' pages ask, with refusals in plain words."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.queries.residents import kinds

_PHONE = re.compile(r"^[+]?\d{7,15}$")


class ReportForm(forms.Form):
    """A report. Photos come beside it, as a file can't be shown again."""

    kind = forms.CharField(max_length=130, error_messages={"required": _("Choose what it is.")})
    summary = forms.CharField(required=False, max_length=500)
    area = forms.CharField(required=False, max_length=17)
    address = forms.CharField(required=False, max_length=120)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    accuracy = forms.FloatField(required=False, min_value=0)
    phone = forms.CharField(required=False, max_length=20)

    def clean_kind(self) -> str:
        kind = str(self.cleaned_data["kind"])
        if kind not in {one.value for one in kinds()}:
            raise forms.ValidationError(_("Choose what it is."))
        return kind

    def clean_phone(self) -> str:
        phone = re.sub(r"[\s()-]", "", str(self.cleaned_data["phone"]))
        if phone and not (_PHONE.match(phone) and phone.isascii()):
            raise forms.ValidationError(_("That is no telephone number. Leave it empty if you like."))
        return phone


class FindForm(forms.Form):
    number = forms.CharField(max_length=20, error_messages={"required": _("Type the number of the report.")})
    digits = forms.CharField(
        max_length=4, error_messages={"required": _("Type the last four digits of your telephone.")}
    )

    def clean_number(self) -> str:
        return str(self.cleaned_data["number"]).strip()

    def clean_digits(self) -> str:
        digits = str(self.cleaned_data["digits"]).strip()
        if not (len(digits) == 4 and digits.isdecimal() and digits.isascii()):
            raise forms.ValidationError(_("Type the last four digits of your telephone."))
        return digits


class RateForm(forms.Form):
    """Stars, whether it is solved, and why not."""

    stars = forms.TypedChoiceField(
        coerce=int,
        choices=[(number, number) for number in range(1, 6)],
        error_messages={
            "required": _("Give one to five stars."),
            "invalid_choice": _("Give one to five stars."),
        },
    )
    solved = forms.TypedChoiceField(
        coerce=lambda text: text == "yes",
        choices=[("yes", "yes"), ("no", "no")],
        error_messages={
            "required": _("Say whether it is solved."),
            "invalid_choice": _("Say whether it is solved."),
        },
    )
    text = forms.CharField(required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("solved") is False and not str(cleaned.get("text", "")).strip():
            self.add_error("text", _("Say in a sentence what is not solved."))
        return cleaned
