"""A form being filled in: what is shown follows the answers, and the server alone decides what counts."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from casework.forms import conditions, widgets
from casework.forms.controls import Asking, control, shown_control
from casework.forms.definition import FieldDefinition, FieldKind, FormDefinition
from casework.forms.fields import jsonable

MOST_UNKNOWN = 10
OF_THE_PAGE = frozenset({"csrfmiddlewaretoken"})


@dataclass(frozen=True, kw_only=True)
class Row:
    """One field as a template needs it; `show_if` is JSON for the page's script.

    `is_required` holds for the field once it is shown; the Django field of one that isn't demands nothing.
    """

    bound: BoundField
    definition: FieldDefinition
    unit: str
    is_required: bool
    is_shown: bool
    show_if: str


def build(
    definition: FormDefinition,
    *,
    data: Mapping[str, Any],
    language: str,
    submitted: Mapping[str, Any] | None = None,
    files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
    posts: Sequence[tuple[str, str]] = (),
    areas: Sequence[tuple[str, str]] = (),
    besides: Collection[str] = OF_THE_PAGE,
    now: datetime | None = None,
) -> StepForm:
    """The form over the case's `data`; `submitted` is a page's post or an API's JSON object.

    `posts` and `areas` are those to choose from, `besides` the names the page sends for itself.
    """
    asking = Asking(language=language, posts=posts, areas=areas)
    return StepForm(
        definition, data, asking, submitted=submitted, files=files, besides=besides, now=now or timezone.now()
    )


class StepForm(forms.Form):
    default_renderer = widgets.Renderer
    use_required_attribute = False

    def __init__(
        self,
        definition: FormDefinition,
        case_data: Mapping[str, Any],
        asking: Asking,
        *,
        submitted: Mapping[str, Any] | None,
        files: MultiValueDict[str, UploadedFile[bytes]] | None,
        besides: Collection[str],
        now: datetime,
    ) -> None:
        initial = {each.name: case_data.get(each.name) for each in definition.fields}
        super().__init__(data=submitted, files=files, initial=initial)
        self.definition = definition
        self.shown: set[str] = set()
        self._asking = asking
        self._besides = set(besides)
        self._asked = {each.name for each in definition.fields if each.is_asked}
        self._case_data, self._now = dict(case_data), now
        self._add_fields()

    @property
    def title(self) -> str:
        return self.definition.title.in_language(self._asking.language)

    @property
    def rows(self) -> list[Row]:
        return [self._row(each) for each in self.definition.fields if each.name in self.fields]

    @property
    def uploads(self) -> dict[str, list[UploadedFile[bytes]]]:
        """The new photos by field: the caller stores them, and hands their SHA-256 to `values`."""
        cleaned = {name: self.cleaned_data.get(name) for name in self._answered(FieldKind.PHOTO)}
        files = {
            name: [each for each in value or [] if isinstance(each, UploadedFile)]
            for name, value in cleaned.items()
        }
        return {name: new for name, new in files.items() if new}

    def values(self, *, stored: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
        """Every asked field's answer as JSON; None where there is none or the question wasn't shown."""
        assert self.is_valid(), "values of a form with errors"
        stored = stored or {}
        assert set(self.uploads) <= set(stored), "photos came along and weren't stored"
        answers = {each.name: self._answer(each) for each in self.definition.fields if each.is_asked}
        for name, photos in stored.items():
            answers[name] = [*(answers[name] or []), *photos]
        return answers

    def clean(self) -> None:
        for name in sorted(self._unknown_names())[:MOST_UNKNOWN]:
            self.add_error(None, self._refusal(name))
        answers = self._case_data | {
            name: _plain(self.cleaned_data.get(name)) for name in self.shown & self._asked
        }
        for check in self.definition.checks:
            if not conditions.is_kept(check.must, answers, now=self._now):
                message = check.message.in_language(self._asking.language)
                self.add_error(None, ValidationError(message, code="check_failed"))

    def _unknown_names(self) -> set[str]:
        sent = {str(each) for each in (*self.data, *(self.files or {}))} - self._besides
        return {name for name in sent if not self._belongs(name)}

    def _refusal(self, name: str) -> ValidationError:
        if name.split("-")[0] in set(self.definition.names) - self._asked:
            text, code = _("“%(name)s” can't be changed here."), "read_only"
        else:
            text, code = _("There is no field “%(name)s” here."), "unknown_field"
        return ValidationError(text % {"name": name[:40]}, code=code)

    def _add_fields(self) -> None:
        answers = dict(self._case_data)
        for each in self.definition.fields:
            is_shown = each.show_if is None or conditions.is_met(each.show_if, answers, now=self._now)
            if is_shown and not each.hidden:
                self.shown.add(each.name)
            if not each.hidden:
                self.fields[each.name] = self._field(each, is_shown=is_shown)
            if each.is_asked:
                answers[each.name] = self._given(each.name) if is_shown else None

    def _field(self, asked: FieldDefinition, *, is_shown: bool) -> forms.Field:
        if asked.read_only:
            return shown_control(asked, self._asking, self._case_data.get(asked.name))
        field = control(asked, self._asking)
        if not is_shown:
            # Disabled, its answer is neither read nor demanded, however it got into the request.
            field.disabled, field.required = True, False
            if isinstance(field.widget, widgets.Photos):
                field.widget.waits = True
            self.initial[asked.name] = None
        return field

    def _given(self, name: str) -> Any:
        if not self.is_bound:
            return self._case_data.get(name)
        field = self.fields[name]
        try:
            value = field.clean(field.widget.value_from_datadict(self.data, self.files, name))
        except ValidationError:
            return None
        return _plain(value)

    def _answer(self, asked: FieldDefinition) -> Any:
        value = self.cleaned_data.get(asked.name)
        if asked.name not in self.shown:
            return None
        if asked.kind is FieldKind.PHOTO:
            return [each for each in value or [] if isinstance(each, str)]
        return jsonable(value)

    def _answered(self, kind: FieldKind) -> list[str]:
        fields = self.definition.fields
        return [
            each.name for each in fields if each.kind is kind and each.is_asked and each.name in self.shown
        ]

    def _belongs(self, name: str) -> bool:
        """Whether it is an asked field or a part of one, like `地点-lat`."""
        owner, _dash, part = name.partition("-")
        if owner not in self._asked or not part:
            return owner in self._asked
        match self.fields[owner].widget:
            case widgets.Compound() as widget:
                return part in widget.parts
            case widgets.Photos():
                return part == "files"
            case widgets.Table():
                return True
        return False

    def _row(self, each: FieldDefinition) -> Row:
        return Row(
            bound=self[each.name],
            definition=each,
            unit=each.unit.in_language(self._asking.language) if each.unit else "",
            is_required=each.required and each.is_asked,
            is_shown=each.name in self.shown,
            show_if=self._condition_for_the_page(each),
        )

    def _condition_for_the_page(self, each: FieldDefinition) -> str:
        if each.show_if is None:
            return ""
        fixed = {name: self._case_data.get(name) for name in each.show_if.names - self._asked}
        condition = conditions.for_the_page(each.show_if, fixed=fixed)
        return json.dumps(condition, ensure_ascii=False) if condition else ""


def _plain(value: Any) -> Any:
    """A cleaned value as conditions see it: a new photo counts by its name."""
    if isinstance(value, list):
        return [each.name if isinstance(each, UploadedFile) else each for each in value]
    return jsonable(value)
