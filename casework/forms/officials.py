"""Numbers that the state gives out, each with its own arithmetic: telephone, identity card, credit code, plate."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from casework.forms.fields import TextField

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LINE = re.compile(
    r"0\d{9,11}|[48]00\d{7}|\d{7,8}|1\d{2,4}|9\d{4}"
)  # with its area code, free, local, hotline
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    rf"[{_PROVINCES}][A-HJ-NP-Z]"
    r"(?:[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳领]|[A-HJK][A-HJ-NP-Z0-9]\d{4}|\d{5}[A-HJK])"
)
_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class OfficialField(TextField):
    """A text that is kept in one spelling and has to hold by its own rule."""

    def __init__(self, *, holds: Callable[[str], bool], **options: Any) -> None:
        super().__init__(max_length=40, **options)
        self.holds = holds

    def to_python(self, value: Any) -> str:
        return plain(super().to_python(value))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not self.holds(value):
            raise ValidationError(_refusal(self.holds), code="not_official")


def plain(text: str) -> str:
    """As it is compared and stored: half-width, upper case, without spaces, dashes and dots between."""
    return re.sub(r"[\s·•\-()]", "", unicodedata.normalize("NFKC", text)).upper()


def is_phone(text: str) -> bool:
    number = text.removeprefix("+86") if text.startswith("+86") else text
    return bool(_MOBILE.fullmatch(number) or _LINE.fullmatch(number))


def is_plate(text: str) -> bool:
    return _PLATE.fullmatch(text) is not None


def is_identity(text: str) -> bool:
    """GB 11643: a birthday that was, and the sum over seventeen digits as the last sign."""
    if not re.fullmatch(r"[1-9]\d{16}[0-9X]", text, re.ASCII):
        return False
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(sign) * weight for sign, weight in zip(text[:17], _IDENTITY_WEIGHTS, strict=True))
    return born.year >= 1850 and "10X98765432"[total % 11] == text[17]


def is_credit_code(text: str) -> bool:
    """GB 32100: of eighteen signs the last is the sum of the others by powers of three."""
    if len(text) != 18 or any(sign not in _CREDIT_SIGNS for sign in text):
        return False
    total = sum(_CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(text[:17]))
    return _CREDIT_SIGNS[(31 - total % 31) % 31] == text[17]


def _refusal(holds: Callable[[str], bool]) -> str:
    texts: dict[Callable[[str], bool], str] = {
        is_phone: _("Give a telephone number: a mobile's eleven digits, or a line with its area code."),
        is_plate: _("Give a number plate: the province, a letter, then five or six signs."),
        is_identity: _("This is no identity card number: look at its eighteen signs again."),
        is_credit_code: _("This is no credit code: look at its eighteen signs again."),
    }
    return texts[holds]
