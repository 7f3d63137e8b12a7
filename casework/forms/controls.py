"""One Django field for each kind of question: the table KINDS says which."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from casework.forms import fields, officials, widgets
from casework.forms.definition import FieldDefinition, FieldKind

TEXT_LENGTH, LONG_TEXT_LENGTH = 200, 5000
STARS = 5
SEGMENT_LETTERS = 16
MOST_OPTIONS = 7

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What a field needs to know beside its definition."""

    language: str
    posts: Pairs = ()
    areas: Pairs = ()
    in_table: bool = False


def control(asked: FieldDefinition, asking: Asking) -> forms.Field:
    """The field that takes an answer."""
    field = KINDS[asked.kind](asked, asking)
    field.label = asked.label.in_language(asking.language)
    field.help_text = asked.hint.in_language(asking.language) if asked.hint else ""
    field.required = asked.required and asked.is_asked
    field.error_messages = {**field.error_messages, "required": _("Please fill this in.")}
    return field


def shown_control(asked: FieldDefinition, asking: Asking, value: Any) -> forms.Field:
    """The field that only shows what the case knows; pictures and tables keep their look."""
    if asked.kind in {FieldKind.PHOTO, FieldKind.TABLE}:
        widget = control(asked, asking).widget
    else:
        widget = widgets.Shown(value_text(asked, value, asking))
    label, hint = asked.label.in_language(asking.language), asked.hint
    help_text = hint.in_language(asking.language) if hint else ""
    return fields.ShownField(widget=widget, label=label, help_text=help_text, initial=value)


def value_text(asked: FieldDefinition, value: Any, asking: Asking) -> str:
    """A stored value as people read it."""
    labels = {each.value: each.label.in_language(asking.language) for each in asked.choices}
    labels |= dict(asking.posts) if asked.kind is FieldKind.POST else {}
    labels |= dict(asking.areas) if asked.kind is FieldKind.AREA else {}
    match value:
        case None | "" | []:
            return "—"
        case bool():
            return _("Yes") if value else _("No")
        case int() | float() if asked.kind is FieldKind.RATING:
            return f"{value} / {int(asked.most or STARS)}"
        case int() | float():
            unit = asked.unit.in_language(asking.language) if asked.unit else ""
            return f"{value} {unit}".strip()
        case [dict(), *_] if asked.columns:
            return _("; ").join(_row_text(asked, row, asking) for row in value if isinstance(row, dict))
        case list():
            return _listed([labels.get(str(each), str(each)) for each in value])
        case {"address": address, "lat": lat, "lon": lon}:
            return str(address or f"{lat}, {lon}")
        case str() if asked.kind is FieldKind.DATETIME:
            return (widgets.MomentInput().format_value(value) or value).replace("T", " ")
        case {"name": name, "phone": phone}:
            return f"{name} {phone}".strip()
    return labels.get(str(value), str(value))


def _row_text(asked: FieldDefinition, row: Mapping[str, Any], asking: Asking) -> str:
    """A row of a table: what its cells say, one after the other; what is empty is left out."""
    said = {column: row.get(column.name) for column in asked.columns}
    return " ".join(
        value_text(column, value, asking) for column, value in said.items() if value not in (None, "")
    )


def _listed(words: Sequence[str]) -> str:
    return reduce(lambda said, word: _("%(said)s, %(word)s") % {"said": said, "word": word}, words)


def _text(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return _text_field(asked, widgets.Line(), TEXT_LENGTH)


def _long_text(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return _text_field(asked, widgets.Lines(attrs={"rows": 3}), LONG_TEXT_LENGTH)


def _text_field(asked: FieldDefinition, widget: forms.Widget, most: int) -> forms.Field:
    return fields.TextField(
        widget=widget,
        max_length=int(asked.most) if asked.most else most,
        min_length=int(asked.least) if asked.least else None,
    )


def _number(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return fields.NumberField(least=asked.least, most=asked.most, whole=asked.whole)


def _choice(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return _one_of(_pairs(asked, asking), in_table=asking.in_table)


def _post(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return _one_of(asking.posts, in_table=asking.in_table)


def _one_of(pairs: Pairs, *, in_table: bool) -> forms.Field:
    """Few short answers lie side by side, more below each other, many in a list that drops down."""
    letters = sum(len(label) for value, label in pairs)
    if in_table or len(pairs) > MOST_OPTIONS:
        return fields.ChoiceField(choices=[("", _("Choose")), *pairs], widget=widgets.Drop)
    is_short = len(pairs) <= 4 and letters <= SEGMENT_LETTERS
    return fields.ChoiceField(choices=pairs, widget=widgets.Segments if is_short else widgets.Options)


def _choices(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return fields.ChoicesField(choices=_pairs(asked, asking), widget=widgets.Checks)


def _pairs(asked: FieldDefinition, asking: Asking) -> Pairs:
    return [(each.value, each.label.in_language(asking.language)) for each in asked.choices]


def _yes_no(asked: FieldDefinition, asking: Asking) -> forms.Field:
    pairs = [("true", _("Yes")), ("false", _("No"))]
    if asking.in_table:
        return fields.YesNoField(widget=widgets.YesNoDrop(choices=[("", ""), *pairs]))
    return fields.YesNoField(widget=widgets.YesNo(choices=pairs))


def _date(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return fields.DateField(widget=widgets.DateInput())


def _money(asked: FieldDefinition, asking: Asking) -> forms.Field:
    least = 0 if asked.least is None else asked.least
    return fields.MoneyField(least=least, most=asked.most, whole=False)


def _datetime(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return fields.MomentField(widget=widgets.MomentInput())


def _area(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return fields.ChoiceField(choices=[("", _("Choose")), *asking.areas], widget=widgets.Drop)


def _position(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return fields.PositionField(widget=widgets.Position())


def _address(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return fields.TextField(widget=widgets.Line(attrs={"autocomplete": "off"}), max_length=TEXT_LENGTH)


def _rating(asked: FieldDefinition, asking: Asking) -> forms.Field:
    most = int(asked.most or STARS)
    pairs = [(str(star), str(star)) for star in range(1, most + 1)]
    # The page compares it as a number, as the server does.
    return fields.RatingField(
        most=most, widget=widgets.Segments(choices=pairs, attrs={"inputmode": "decimal"})
    )


def _official(holds: Callable[[str], bool], **attrs: str) -> Callable[[FieldDefinition, Asking], forms.Field]:
    def field(asked: FieldDefinition, asking: Asking) -> forms.Field:
        return officials.OfficialField(
            holds=holds, widget=widgets.Line(attrs={"autocomplete": "off", **attrs})
        )

    return field


def _section(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return fields.ShownField(widget=widgets.Heading())


def _photo(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return fields.PhotoField(least=asked.least, most=asked.most)


def _place(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return fields.PlaceField()


def _person(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return fields.PersonField()


def _table(asked: FieldDefinition, asking: Asking) -> forms.Field:
    in_table = replace(asking, in_table=True)
    columns = {each.name: control(each, in_table) for each in asked.columns}
    return fields.TableField(
        columns=columns, least=asked.least, most=asked.most, widget=widgets.Table(columns)
    )


def _note(asked: FieldDefinition, asking: Asking) -> forms.Field:
    return fields.ShownField(widget=widgets.Shown(asked.label.in_language(asking.language)))


KINDS: Mapping[FieldKind, Callable[[FieldDefinition, Asking], forms.Field]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _long_text,
    FieldKind.NUMBER: _number,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.YES_NO: _yes_no,
    FieldKind.DATE: _date,
    FieldKind.PHOTO: _photo,
    FieldKind.PLACE: _place,
    FieldKind.PERSON: _person,
    FieldKind.POST: _post,
    FieldKind.TABLE: _table,
    FieldKind.NOTE: _note,
    FieldKind.MONEY: _money,
    FieldKind.DATETIME: _datetime,
    FieldKind.AREA: _area,
    FieldKind.POSITION: _position,
    FieldKind.ADDRESS: _address,
    FieldKind.RATING: _rating,
    FieldKind.PHONE: _official(officials.is_phone, inputmode="tel"),
    FieldKind.ID_NUMBER: _official(officials.is_identity),
    FieldKind.CREDIT_CODE: _official(officials.is_credit_code),
    FieldKind.PLATE: _official(officials.is_plate),
    FieldKind.SECTION: _section,
}
