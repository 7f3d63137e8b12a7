"""Personal data as they look where the full text is not needed: everywhere but in a logged reveal. Pure.

Three ways to know them: what a form's field for a person holds (a name with its numbers), what a variable is called, and
what looks like a telephone or identity number wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from grid.masking import mask_id_number, mask_name, mask_phone

_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
# Endings of what forms call such things; `name` and `phone` are the parts of a field for a person.
_NAMES = ("姓名", "当事人", "联系人", "户主")
_PHONES = ("电话", "手机", "手机号", "手机号码", "联系方式")
_NUMBERS = ("身份证", "身份证号", "身份证号码", "证件号", "证件号码")
_PERSON = frozenset({"name", "phone", "id_number"})


def masked(value: Any, name: str = "") -> Any:  # Any: JSON
    """A value of a case as it may be shown; `name` is what the variable is called."""
    if isinstance(value, str):
        return _text(value, name)
    if isinstance(value, int) and not isinstance(value, bool):
        hidden = _text(str(value), name)
        return hidden if hidden != str(value) else value
    if isinstance(value, Mapping):
        is_person = "name" in value and len(_PERSON & value.keys()) > 1
        return {
            key: _of_person(key, item) if is_person else masked(item, str(key)) for key, item in value.items()
        }
    if isinstance(value, list):
        return [masked(item, name) for item in value]
    return value


# What people write freely, in the rows of a case's record.
_WRITTEN = frozenset(
    {"reason", "opinion", "text", "reply", "answer", "rating", "note", "title", "place", "revoked_why"}
)


def masked_row(row: Any) -> Any:  # Any: rows as JSON
    """Rows of the record with what people wrote in them masked; names and numbers of parties are masked already."""
    if isinstance(row, Mapping):
        return {
            name: _text(item, "") if name in _WRITTEN and isinstance(item, str) else masked_row(item)
            for name, item in row.items()
        }
    return [masked_row(item) for item in row] if isinstance(row, list | tuple) else row


def _of_person(key: str, item: Any) -> Any:  # Any: JSON
    if not isinstance(item, str) or key not in _PERSON:
        return masked(item, key)
    return {"name": mask_name, "phone": mask_phone, "id_number": mask_id_number}[key](item)


def _text(text: str, name: str) -> str:
    if not text.strip():
        return text
    if name.endswith(_NUMBERS):
        return mask_id_number(text)
    if name.endswith(_PHONES):
        return mask_phone(text)
    if name.endswith(_NAMES) and len(text) <= 20:
        return mask_name(text)
    hidden = _IDENTITY.sub(lambda found: mask_id_number(found[0]), text)
    return _PHONE.sub(lambda found: mask_phone(found[0]), hidden)
