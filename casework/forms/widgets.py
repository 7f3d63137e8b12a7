"""How a field's control looks: plain Django widgets over our own templates, reading a page's post or JSON alike."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django import forms
from django.forms import renderers
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property

MOST_ROWS_READ = 500
EMPTY_ROWS = 2


class Renderer(renderers.DjangoTemplates):
    """Finds the templates beside this module, so that a form looks the same wherever it is shown."""

    @cached_property
    def engine(self) -> Any:
        return self.backend(
            {
                "APP_DIRS": False,
                "DIRS": [Path(module).parent / "templates" for module in (__file__, renderers.__file__)],
                "NAME": "casework_forms",
                "OPTIONS": {"builtins": ["django.templatetags.i18n", "django.templatetags.l10n"]},
            }
        )


class Line(forms.TextInput):
    template_name = "forms/line.html"


class Lines(forms.Textarea):
    template_name = "forms/lines.html"


class NumberInput(forms.TextInput):
    """A text input on purpose: type=number swallows what it can't read, and then nobody can say what was wrong."""

    template_name = "forms/line.html"

    def __init__(self) -> None:
        super().__init__(attrs={"inputmode": "decimal"})


class DateInput(forms.DateInput):
    template_name = "forms/line.html"
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """The wall's time, whatever zone the stored moment has."""

    template_name = "forms/line.html"
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")

    def format_value(self, value: Any) -> str | None:
        moment = _moment(value)
        return super().format_value(timezone.localtime(moment) if moment else value)


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        moment = parse_datetime(value)
        return moment if moment is None or timezone.is_aware(moment) else timezone.make_aware(moment)
    except (ValueError, OverflowError):
        return None


class Segments(forms.RadioSelect):
    template_name = "forms/segments.html"


class Options(forms.RadioSelect):
    template_name = "forms/options.html"


class Drop(forms.Select):
    template_name = "forms/drop.html"


class Checks(forms.CheckboxSelectMultiple):
    template_name = "forms/options.html"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        if not isinstance(data, MultiValueDict):
            return data.get(name)
        return [each for each in data.getlist(name) if each != ""]


class YesNo(Segments):
    def format_value(self, value: Any) -> list[str]:
        return [] if value in (None, "") else [str(value).lower()]


class YesNoDrop(Drop):
    def format_value(self, value: Any) -> list[str]:
        return [] if value in (None, "") else [str(value).lower()]


class Compound(forms.Widget):
    """Several inputs of one field, named `field-part` in a page and a JSON object in a request."""

    parts: tuple[str, ...] = ()

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        if not isinstance(data, MultiValueDict):
            return data.get(name)
        given = {part: data.get(f"{name}-{part}", "") for part in self.parts}
        return {part: text for part, text in given.items() if text != ""}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and not any(f"{name}-{part}" in data for part in self.parts)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        value = value if isinstance(value, Mapping) else {}
        context["parts"] = {part: {"name": f"{name}-{part}", "value": value.get(part)} for part in self.parts}
        return context

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-{self.parts[-1]}" if id_ else ""


class Place(Compound):
    template_name = "forms/place.html"
    parts = ("lat", "lon", "accuracy", "address")


class Position(Place):
    """A place whose coordinates are seen and can be typed, where no telephone measures them."""

    template_name = "forms/position.html"


class Person(Compound):
    template_name = "forms/person.html"
    parts = ("phone", "name")


class Photos(forms.Widget):
    """`field` repeats the photos already here, `field-files` brings new ones.

    `waits`: not asked for yet, but the page may ask for them once another answer says so.
    """

    template_name = "forms/photos.html"
    needs_multipart_form = True
    waits = False

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        if not isinstance(data, MultiValueDict):
            return data.get(name)
        kept = [each for each in data.getlist(name) if each != ""]
        new = files.getlist(f"{name}-files") if isinstance(files, MultiValueDict) else []
        return [*kept, *new]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}-files" not in (files or {})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        photos = value if isinstance(value, list | tuple) else []
        context["photos"] = [each for each in photos if isinstance(each, str)]
        context["waits"] = self.waits
        return context

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-files" if id_ else ""


class Table(forms.Widget):
    """Cells are named `field-row-column`; two empty rows follow the filled ones."""

    template_name = "forms/table.html"

    def __init__(self, columns: Mapping[str, forms.Field]) -> None:
        super().__init__()
        self.columns = columns

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        if not isinstance(data, MultiValueDict):
            return data.get(name)
        pattern = re.compile(rf"{re.escape(name)}-(\d{{1,3}})-(.+)")
        cells = [match for key in data if (match := pattern.fullmatch(key))]
        rows = sorted({int(match[1]) for match in cells})[:MOST_ROWS_READ]
        return [{match[2]: data.get(match[0]) for match in cells if int(match[1]) == row} for row in rows]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and not any(str(key).startswith(f"{name}-") for key in data)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows: Sequence[Any] = value if isinstance(value, list | tuple) else []
        rows = [row for row in rows if isinstance(row, Mapping)]
        is_open = not context["widget"]["attrs"].get("disabled")
        blank: list[Any] = [{}] * (EMPTY_ROWS if is_open else 0)
        context["rows"] = [
            self._row(name, number, row, is_open=is_open) for number, row in enumerate([*rows, *blank])
        ]
        return context

    def id_for_label(self, id_: str) -> str:
        return ""

    def _row(self, name: str, number: int, row: Mapping[str, Any], *, is_open: bool) -> list[tuple[Any, str]]:
        return [
            (field.label, self._cell(f"{name}-{number}-{key}", field, row.get(key), is_open=is_open))
            for key, field in self.columns.items()
        ]

    def _cell(self, name: str, field: forms.Field, value: Any, *, is_open: bool) -> str:
        attrs = {"id": f"id_{name}", "disabled": not is_open}
        return str(field.widget.render(name, field.prepare_value(value), attrs, Renderer()))


class Heading(forms.Widget):
    """A line between the questions that begins a part of its own."""

    template_name = "forms/heading.html"

    def id_for_label(self, id_: str) -> str:
        return ""


class Shown(forms.Widget):
    """A sentence: a note of the author's, or a value that can't be changed here."""

    template_name = "forms/shown.html"

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "text": self.text}

    def id_for_label(self, id_: str) -> str:
        return ""
