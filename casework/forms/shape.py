"""What a form under construction must be to be kept at all: its own mistakes are told, and kept with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from casework.forms.reading import MOST_FIELDS

MOST_BYTES = 300_000
MOST_COLUMNS = 50
KEY_LENGTH = 64


def fault(raw: object, *, key: str) -> str:
    """Why this can't be kept as a form, in a sentence; empty when it can."""
    if not isinstance(raw, Mapping) or raw.get("key") != key:
        return _("A form is an object with a key, a title and fields.")
    if not isinstance(raw.get("title", {}), str | Mapping):
        return _("The form has no title in Chinese.")
    fields = raw.get("fields")
    if not isinstance(fields, list) or len(fields) > MOST_FIELDS or not all(map(_is_field, fields)):
        return _("A form is a list of at most %(most)d fields with names and types.") % {"most": MOST_FIELDS}
    if len(json.dumps(raw, ensure_ascii=False).encode()) > MOST_BYTES:
        return _("The form is too large.")
    return ""


def is_key(text: object) -> bool:
    """A form's or table's key: letters, digits, - and _, of any script; a table may end in `.dmn`."""
    if not isinstance(text, str) or not 1 <= len(text) <= KEY_LENGTH:
        return False
    return text.removesuffix(".dmn").replace("-", "_").isidentifier()


def _is_field(raw: Any) -> bool:  # Any: JSON
    if not isinstance(raw, Mapping):
        return False
    columns = raw.get("columns") or []
    if not isinstance(columns, list) or len(columns) > MOST_COLUMNS:
        return False
    return all(isinstance(raw.get(name, ""), str) for name in ("name", "type")) and all(
        map(_is_field, columns)
    )
