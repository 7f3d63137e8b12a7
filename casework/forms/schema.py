"""A form as JSON Schema (2020-12), for programs that fill it in through the API."""

from collections.abc import Callable, Mapping
from typing import Any

from casework.forms.controls import LONG_TEXT_LENGTH, STARS, TEXT_LENGTH
from casework.forms.definition import FieldDefinition, FieldKind, FormDefinition
from casework.forms.fields import MOST_PHOTOS, MOST_ROWS

Schema = dict[str, Any]


def json_schema(definition: FormDefinition, *, language: str = "zh-hans") -> Schema:
    """A question with a condition is never `required` here: the server asks for it where the condition holds."""
    asked = [each for each in definition.fields if each.is_asked]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": definition.title.in_language(language),
        "type": "object",
        "properties": {each.name: _field(each, language) for each in asked},
        "required": [each.name for each in asked if each.required and not each.show_if],
        "additionalProperties": False,
    }


def _field(asked: FieldDefinition, language: str) -> Schema:
    schema = {"title": asked.label.in_language(language), **KINDS[asked.kind](asked, language)}
    if asked.hint:
        schema["description"] = asked.hint.in_language(language)
    if asked.unit:
        schema["x-unit"] = asked.unit.in_language(language)
    if asked.show_if:
        schema["x-show-if"] = asked.show_if_text
    return schema


def _text(most: int) -> Callable[[FieldDefinition, str], Schema]:
    def schema(asked: FieldDefinition, language: str) -> Schema:
        least = {"minLength": int(asked.least)} if asked.least else {}
        return {"type": "string", "maxLength": int(asked.most or most), **least}

    return schema


def _number(asked: FieldDefinition, language: str) -> Schema:
    bounds = {"minimum": asked.least, "maximum": asked.most}
    kind = "integer" if asked.whole else "number"
    return {"type": kind, **{key: value for key, value in bounds.items() if value is not None}}


def _choice(asked: FieldDefinition, language: str) -> Schema:
    offered = [{"const": each.value, "title": each.label.in_language(language)} for each in asked.choices]
    return {"type": "string", "oneOf": offered}


def _choices(asked: FieldDefinition, language: str) -> Schema:
    return {"type": "array", "uniqueItems": True, "items": _choice(asked, language)}


def _photo(asked: FieldDefinition, language: str) -> Schema:
    item = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    bounds = {"minItems": int(asked.least or 0), "maxItems": int(asked.most or MOST_PHOTOS)}
    return {"type": "array", "uniqueItems": True, "items": item, **bounds}


def _place(asked: FieldDefinition, language: str) -> Schema:
    return _object(
        lat={"type": "number", "minimum": -90, "maximum": 90},
        lon={"type": "number", "minimum": -180, "maximum": 180},
        accuracy={"type": "number", "minimum": 0},
        address={"type": "string", "maxLength": 200},
    )


def _position(asked: FieldDefinition, language: str) -> Schema:
    return {**_place(asked, language), "required": ["lat", "lon"]}


def _money(asked: FieldDefinition, language: str) -> Schema:
    return {"minimum": 0, **_number(asked, language), "type": "number", "multipleOf": 0.01}


def _rating(asked: FieldDefinition, language: str) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": int(asked.most or STARS)}


def _official(what: str) -> Callable[[FieldDefinition, str], Schema]:
    """The server knows its arithmetic; a pattern would say only half of it."""
    return lambda asked, language: {"type": "string", "maxLength": 40, "x-official": what}


def _person(asked: FieldDefinition, language: str) -> Schema:
    return _object(name={"type": "string", "maxLength": 50}, phone={"type": "string", "maxLength": 20})


def _table(asked: FieldDefinition, language: str) -> Schema:
    row = _object(**{each.name: _field(each, language) for each in asked.columns})
    row["required"] = [each.name for each in asked.columns if each.required]
    bounds = {"minItems": int(asked.least or 0), "maxItems": int(asked.most or MOST_ROWS)}
    return {"type": "array", "items": row, **bounds}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


KINDS: Mapping[FieldKind, Callable[[FieldDefinition, str], Schema]] = {
    FieldKind.TEXT: _text(TEXT_LENGTH),
    FieldKind.LONG_TEXT: _text(LONG_TEXT_LENGTH),
    FieldKind.NUMBER: _number,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.YES_NO: lambda asked, language: {"type": "boolean"},
    FieldKind.DATE: lambda asked, language: {"type": "string", "format": "date"},
    FieldKind.PHOTO: _photo,
    FieldKind.PLACE: _place,
    FieldKind.PERSON: _person,
    FieldKind.POST: lambda asked, language: {"type": "string"},
    FieldKind.TABLE: _table,
    FieldKind.MONEY: _money,
    FieldKind.DATETIME: lambda asked, language: {"type": "string", "format": "date-time"},
    FieldKind.AREA: lambda asked, language: {"type": "string", "pattern": "^[0-9]{6,15}$"},
    FieldKind.POSITION: _position,
    FieldKind.ADDRESS: _text(TEXT_LENGTH),
    FieldKind.RATING: _rating,
    FieldKind.PHONE: _official("phone"),
    FieldKind.ID_NUMBER: _official("identity number"),
    FieldKind.CREDIT_CODE: _official("credit code"),
    FieldKind.PLATE: _official("number plate"),
}
