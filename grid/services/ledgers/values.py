"""What is typed or stands in a cell → what a field holds, or what is wrong with it and what to do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from math import isfinite
from typing import Any, Final

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from grid.sealing import blind, blind_marks
from grid.services.ledgers.fields import FIELDS, Field, Holds

Value = str | int | float | list[str] | None
CLEARS: Final = frozenset({"-", "—", "无"})  # typed where an empty field means: as it was
_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
_PHONE = re.compile(r"[0-9+\- ]{5,30}")
_ID_NUMBER = re.compile(r"\d{17}[\dX]")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_BETWEEN = re.compile(r"[、,，;；\s]+")


class BadValue(ValueError):
    """What is wrong with a value and what to do, for people."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a record may point at: grids by code that the asker keeps, houses by code, and the tags of the kind."""

    areas: Mapping[str, int]
    houses: Mapping[str, int]
    tags: Collection[str]


def clean(field: Field, raw: object, known: Known) -> Value:
    """The value that a field keeps. Raises BadValue."""
    if isinstance(raw, list):
        raw = "、".join(map(str, raw))
    text = _text(raw)
    if not text:
        return [] if field.holds is Holds.TAGS else "" if _is_text(field) else None
    match field.holds:
        case Holds.TAGS:
            return _tags(text, known)
        case Holds.CHOICE:
            return _choice(field, text)
        case Holds.NUMBER | Holds.DECIMAL | Holds.DEGREES:
            return _number(field, text)
        case Holds.DATE | Holds.BIRTH:
            return _day(raw, text, is_past=field.holds is Holds.BIRTH)
        case Holds.AREA:
            return _known(text, known.areas, _("There is no grid with this code in your areas: 15 digits."))
        case Holds.HOUSE:
            return _known(text, known.houses, _("There is no house with this code; enter the house first."))
        case _:
            return _words(field, text)


def clean_all(
    kind: str, raw: Mapping[str, object], known: Known
) -> tuple[dict[str, Value], dict[str, list[str]]]:
    """The values of those fields that `raw` names, and what is wrong with the others of them."""
    values: dict[str, Value] = {}
    wrong: dict[str, list[str]] = {}
    for field in FIELDS[kind]:
        if field.name in raw:
            try:
                values[field.name] = clean(field, raw[field.name], known)
            except BadValue as error:
                wrong[field.name] = [str(error)]
    if ("lat" in values or "lon" in values) and (values.get("lat") is None) != (values.get("lon") is None):
        wrong.setdefault("lat", [_("Latitude and longitude stand together: give both or neither.")])
    return values, wrong


def is_empty(value: Value) -> bool:
    return value in ("", None, [])


def identity(values: Mapping[str, Any]) -> str:
    """What makes a record the same one: the keyed hash of a person's identity number, else the code."""
    number = values.get("id_number") or ""
    if number:
        return "key:" + blind("identity", sha256(f"ledger/{number}".encode()).hexdigest())
    return f"code:{values.get('code') or ''}"


def pairs(*texts: str) -> list[str]:
    """The signs of these texts two by two, for the search."""
    found = set()
    for text in texts:
        word = "".join(text.lower().split())
        found |= {word[at : at + 2] for at in range(len(word) - 1)}
    return sorted(found)


def marks(*texts: str) -> list[str]:
    """The same of sealed texts: whoever reads the table alone learns which records share two signs, not which signs."""
    return blind_marks("pairs", pairs(*texts))


def _text(raw: object) -> str:
    if raw is None or isinstance(raw, bool):
        return ""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = unicodedata.normalize("NFKC", str(raw)) if not isinstance(raw, str) else raw
    return "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign)[0] != "C").strip()


def _is_text(field: Field) -> bool:
    return field.holds not in (Holds.NUMBER, Holds.DECIMAL, Holds.DEGREES)


def _words(field: Field, text: str) -> str:
    if len(text) > field.longest:
        raise BadValue(_("Longer than %(n)s signs: shorten it.") % {"n": field.longest})
    # What was exported masked must not come back as if it were somebody's name or number.
    if field.is_personal and "*" in text:
        raise BadValue(_("This is masked: write it in full, or leave the field empty."))
    match field.holds:
        case Holds.ID_NUMBER:
            return _id_number(text)
        case Holds.PHONE:
            if not _PHONE.fullmatch(text):
                raise BadValue(_("Not a telephone number: digits, spaces and hyphens."))
        case _ if field.name == "code" and any(sign.isspace() or sign == "/" for sign in text):
            raise BadValue(_("A code has no spaces and no slash."))
        case _:
            pass
    return text


def _id_number(text: str) -> str:
    number = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if not _ID_NUMBER.fullmatch(number):
        raise BadValue(_("An identity number has 18 signs. In a sheet, format the column as text."))
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    if "10X98765432"[total % 11] != number[17]:
        raise BadValue(_("The check digit doesn't fit: look for a wrong digit in the identity number."))
    return number


def _tags(text: str, known: Known) -> list[str]:
    given = list(dict.fromkeys(tag for tag in _BETWEEN.split(text) if tag))
    strange = [tag for tag in given if tag not in known.tags]
    if strange:
        raise BadValue(
            _("Unknown tag: %(tags)s. Use the tags of the template.") % {"tags": "、".join(strange)}
        )
    return sorted(given)


def _choice(field: Field, text: str) -> str:
    if text not in field.choices:
        raise BadValue(
            _("“%(given)s” is not one of: %(choices)s") % {"given": text, "choices": "、".join(field.choices)}
        )
    return text


def _number(field: Field, text: str) -> int | float:
    try:
        number = float(unicodedata.normalize("NFKC", text))
    except ValueError:
        raise BadValue(_("A number is needed here.")) from None
    if not isfinite(number) or not field.least <= number <= field.most:
        raise BadValue(_("Between %(least)s and %(most)s.") % {"least": field.least, "most": field.most})
    if field.holds is Holds.NUMBER:
        if number != int(number):
            raise BadValue(_("A whole number is needed here."))
        return int(number)
    return round(number, 7)


def _day(raw: object, text: str, *, is_past: bool) -> str:
    day = raw.date() if isinstance(raw, datetime) else raw if isinstance(raw, date) else _read_day(text)
    if day is None or not date(1880, 1, 1) <= day <= date(2200, 1, 1):
        raise BadValue(_("Not a date: write 2026-01-31."))
    if is_past and day > date.today():  # noqa: DTZ011 - a birthday has no zone
        raise BadValue(_("This day is still to come."))
    return day.isoformat()


def _read_day(text: str) -> date | None:
    found = _DATE.fullmatch(text.split(" ")[0])
    try:
        return parse_date("{}-{:0>2}-{:0>2}".format(*found.groups())) if found else None
    except ValueError:
        return None


def _known(text: str, among: Collection[str], said: str) -> str:
    code = "".join(unicodedata.normalize("NFKC", text).split())
    if code not in among:
        raise BadValue(said)
    return code
