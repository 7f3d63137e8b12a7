"""Django fields for the kinds that Django has none for, and those that read typed JSON as well as a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from casework.forms import widgets

SHA256 = re.compile(r"[0-9a-f]{64}")
PHONE = re.compile(r"[+0-9][0-9 -]{2,19}")
PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp")
MOST_PHOTOS = 9
MOST_ROWS = 50
LARGEST_NUMBER = 1e15


class TextField(forms.CharField):
    """Refuses what is no text and what no database stores."""

    def to_python(self, value: Any) -> str:
        if value is not None and not isinstance(value, str):
            raise ValidationError(_("Give a text."), code="not_text")
        text = super().to_python(value) or ""
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise ValidationError(_("The text contains half a character."), code="half_character")
        return text


class NumberField(forms.Field):
    widget = widgets.NumberInput

    def __init__(self, *, least: float | None, most: float | None, whole: bool, **options: Any) -> None:
        super().__init__(**options)
        self.least, self.most, self.whole = least, most, whole

    def to_python(self, value: Any) -> int | float | None:
        if value is None or value == "":
            return None
        number = self._number(value)
        if not abs(number) <= LARGEST_NUMBER:
            raise ValidationError(_("The number is too large."), code="too_large")
        if number == int(number):
            return int(number)
        if self.whole:
            raise ValidationError(_("Give a whole number, for example 3."), code="not_whole")
        return number

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if self.least is not None and value < self.least:
            message = _("Give %(least)s or more.") % {"least": _plain(self.least)}
            raise ValidationError(message, code="too_small")
        if self.most is not None and value > self.most:
            raise ValidationError(_("Give %(most)s or less.") % {"most": _plain(self.most)}, code="too_large")

    def _number(self, value: Any) -> float:
        """Reads full-width digits too: that is what a Chinese keyboard gives."""
        refusal = ValidationError(_("Give a number, for example 3.5."), code="not_a_number")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise refusal
        if isinstance(value, str):
            value = _number_or_none(value)
        if value is None or value != value:
            raise refusal
        return float(value) if isinstance(value, float) else value


class YesNoField(forms.Field):
    widget = widgets.YesNo
    ANSWERS = {"true": True, "false": False, True: True, False: False}

    def to_python(self, value: Any) -> bool | None:
        if value is None or value == "":
            return None
        if not isinstance(value, str | bool) or value not in self.ANSWERS:
            raise ValidationError(_("Choose yes or no."), code="not_yes_or_no")
        return self.ANSWERS[value]

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")


class ChoiceField(forms.ChoiceField):
    def to_python(self, value: Any) -> str:
        if value is not None and not isinstance(value, str):
            raise ValidationError(_("Choose one of the answers offered."), code="invalid_choice")
        return str(super().to_python(value))

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)
        if value and not self.valid_value(value):
            raise ValidationError(_("Choose one of the answers offered."), code="invalid_choice")


class ChoicesField(forms.MultipleChoiceField):
    def to_python(self, value: Any) -> list[str]:
        if value in (None, ""):
            return []
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            raise ValidationError(_("Give a list of answers."), code="invalid_list")
        return list(dict.fromkeys(value))

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)
        if not all(self.valid_value(each) for each in value):
            raise ValidationError(_("Choose only answers that are offered."), code="invalid_choice")


class DateField(forms.DateField):
    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"], **options)

    def to_python(self, value: Any) -> date | None:
        if value is not None and not isinstance(value, str | date):
            raise ValidationError(_("Give a date, for example 2026-11-23."), code="invalid")
        return super().to_python(value)


class MoneyField(NumberField):
    """In yuan; a hundredth is the least there is."""

    def to_python(self, value: Any) -> int | float | None:
        amount = super().to_python(value)
        if amount is not None and abs(amount * 100 - round(amount * 100)) > 1e-6:
            raise ValidationError(_("Give an amount in yuan with two decimals at most."), code="not_money")
        return amount


class RatingField(NumberField):
    """Stars: a whole number that conditions can compare."""

    def __init__(self, *, most: int, **options: Any) -> None:
        super().__init__(least=1, most=most, whole=True, **options)


class MomentField(forms.DateTimeField):
    """A day and a time; without a zone it is the time on the wall here."""

    def to_python(self, value: Any) -> datetime | None:
        refusal = ValidationError(_("Give a day and a time, for example 2026-11-23 16:40."), code="invalid")
        if value is not None and not isinstance(value, str | datetime):
            raise refusal
        try:
            moment = super().to_python(value)
        except (ValidationError, OverflowError, ValueError) as error:
            raise refusal from error
        if moment is not None and not 1900 <= moment.year <= 2200:
            raise refusal
        return moment


class PhotoField(forms.Field):
    """Photos by their SHA-256 where they are already here, as files where they come along."""

    widget = widgets.Photos

    def __init__(self, *, least: float | None, most: float | None, **options: Any) -> None:
        super().__init__(**options)
        self.least, self.most = int(least or 0), int(most or MOST_PHOTOS)

    def to_python(self, value: Any) -> list[str | UploadedFile[bytes]]:
        value = [] if value in (None, "") else value
        if not isinstance(value, list | tuple):
            raise ValidationError(_("Give a list of photos."), code="invalid_list")
        for each in value:
            _ensure_photo(each)
        return list(dict.fromkeys(value))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and len(value) < self.least:
            message = _("Add %(least)d photos at least.") % {"least": self.least}
            raise ValidationError(message, code="too_few")
        if len(value) > self.most:
            raise ValidationError(_("Add %(most)d photos at most.") % {"most": self.most}, code="too_many")


class PlaceField(forms.Field):
    """`{lat, lon, accuracy, address}`: a position, an address, or both."""

    widget = widgets.Place
    COORDINATES = {"lat": 90.0, "lon": 180.0, "accuracy": 1e6}

    def to_python(self, value: Any) -> dict[str, Any] | None:
        if not value:
            return None
        if not isinstance(value, Mapping) or not set(value) <= {*self.COORDINATES, "address"}:
            raise ValidationError(_("Give a place: lat, lon, accuracy, address."), code="not_a_place")
        numbers = {key: self._coordinate(value.get(key), most) for key, most in self.COORDINATES.items()}
        address = TextField(required=False, max_length=200).clean(value.get("address"))
        if (numbers["lat"] is None) != (numbers["lon"] is None):
            raise ValidationError(_("A position needs both latitude and longitude."), code="half_a_place")
        if numbers["lat"] is None and not address:
            return None
        return {**numbers, "address": address}

    def _coordinate(self, value: Any, most: float) -> int | float | None:
        number = NumberField(required=False, least=-most, most=most, whole=False)
        return cast("int | float | None", number.clean(value))  # Field.clean is untyped


class PositionField(PlaceField):
    """A place of which an address alone is not enough."""

    def to_python(self, value: Any) -> dict[str, Any] | None:
        place = super().to_python(value)
        if place is not None and place["lat"] is None:
            raise ValidationError(_("A position is needed: latitude and longitude."), code="no_position")
        return place


class PersonField(forms.Field):
    """`{name, phone}` of somebody concerned."""

    widget = widgets.Person

    def to_python(self, value: Any) -> dict[str, str] | None:
        if not value:
            return None
        if not isinstance(value, Mapping) or not set(value) <= {"name", "phone"}:
            raise ValidationError(_("Give a person: name, phone."), code="not_a_person")
        name = TextField(required=False, max_length=50).clean(value.get("name"))
        phone = TextField(required=False, max_length=20).clean(value.get("phone"))
        if phone and not PHONE.fullmatch(phone):
            raise ValidationError(_("Give a phone number in digits."), code="bad_phone")
        if phone and not name:
            raise ValidationError(_("Give the person's name too."), code="no_name")
        return {"name": name, "phone": phone} if name else None


class TableField(forms.Field):
    """Rows of small fields; rows left empty don't count, a wrong cell is named by row and column."""

    widget = widgets.Table

    def __init__(
        self, *, columns: Mapping[str, forms.Field], least: float | None, most: float | None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.columns = dict(columns)
        self.least, self.most = int(least or 0), int(most or MOST_ROWS)

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        value = [] if value in (None, "") else value
        if not isinstance(value, list | tuple) or not all(isinstance(row, Mapping) for row in value):
            raise ValidationError(_("Give a list of rows."), code="invalid_list")
        rows = [row for row in value if any(cell not in (None, "") for cell in row.values())]
        if len(rows) > self.most:
            raise ValidationError(_("Give %(most)d rows at most.") % {"most": self.most}, code="too_many")
        problems: list[ValidationError] = []
        cleaned = [self._row(row, number, problems) for number, row in enumerate(rows, start=1)]
        if problems:
            raise ValidationError(problems)
        return cleaned

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and len(value) < self.least:
            raise ValidationError(_("Give %(least)d rows at least.") % {"least": self.least}, code="too_few")

    def _row(self, row: Mapping[str, Any], number: int, problems: list[ValidationError]) -> dict[str, Any]:
        for name in row:
            if name not in self.columns:
                text = _("Row %(row)d: there is no column “%(column)s”.")
                params = {"row": number, "column": str(name)[:40]}
                problems.append(ValidationError(text % params, code="unknown_column"))
        return {
            name: self._cell(field, row.get(name), number, problems) for name, field in self.columns.items()
        }

    def _cell(self, field: forms.Field, value: Any, number: int, problems: list[ValidationError]) -> Any:
        try:
            return jsonable(field.clean(value))
        except ValidationError as error:
            text = _("Row %(row)d, %(column)s: %(reason)s")
            params = {"row": number, "column": field.label, "reason": " ".join(error.messages)}
            problems.append(ValidationError(text % params, code=error.code or "invalid_cell"))
            return None


class ShownField(forms.Field):
    """Shows something between the questions and takes no answer, whatever is sent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "required": False, "disabled": True})

    def clean(self, value: Any) -> None:
        return None


def jsonable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return None if value == "" else value


def _ensure_photo(value: Any) -> None:
    if isinstance(value, UploadedFile):
        if value.content_type not in PHOTO_TYPES:
            raise ValidationError(_("Only JPEG, PNG and WebP photos are taken."), code="not_a_photo")
        if (value.size or 0) > settings.PHOTO_BYTES:
            most = settings.PHOTO_BYTES // 1024 // 1024
            raise ValidationError(_("A photo may have %(most)d MB.") % {"most": most}, code="too_large")
    elif not isinstance(value, str) or not SHA256.fullmatch(value):
        raise ValidationError(_("A photo is named by its SHA-256."), code="not_a_photo")


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _number_or_none(text: str) -> float | None:
    text = text.strip().replace("．", ".").replace("，", "")
    if len(text) > 40 or "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None
