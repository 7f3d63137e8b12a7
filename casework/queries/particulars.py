"""The facts of a case for people: what its forms were told, with phone and identity numbers masked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from casework.forms import FieldDefinition, FieldKind, FormRefused, read_form
from casework.forms.controls import Asking, value_text
from casework.models import Case
from grid.masking import mask_id_number, mask_name, mask_phone
from grid.models import Post
from workflows.models import Version

_IDENTITY = re.compile(r"(?<![\dXx])\d{17}[\dXx](?![\dXx])")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
# What the page says elsewhere; forms repeat it so that diagrams can rely on it.
_SAID_ELSEWHERE = frozenset({"案件编号", "标题", "类别", "紧急", "摘要", "地点", "片区", "上报人"})
_NOT_SHOWN = frozenset({FieldKind.PHOTO, FieldKind.NOTE, FieldKind.TABLE, FieldKind.SECTION})


@dataclass(frozen=True, kw_only=True)
class Particular:
    """One fact: which field said it, its label, and its value as people read it."""

    name: str
    label: str
    text: str


def particulars(case: Case, *, language: str) -> list[Particular]:
    """Every field of the matter's forms that has an answer, once, in the order of the forms."""
    return [
        Particular(
            name=field.name,
            label=field.label.in_language(language),
            text=answer_text(field, case.data[field.name], language=language),
        )
        for field in fields_of(case.run.version)
        if field.kind not in _NOT_SHOWN and case.data.get(field.name) not in (None, "", [])
    ]


def fields_of(version: Version) -> Iterator[FieldDefinition]:
    """All fields of a version's forms, each name once, without what every case says anyway."""
    seen: set[str] = set()
    for raw in version.forms.values():
        for field in _fields(raw):
            if field.name not in seen | _SAID_ELSEWHERE:
                seen.add(field.name)
                yield field


def _fields(raw: Any) -> tuple[FieldDefinition, ...]:  # Any: JSON as stored
    try:
        return read_form(raw).fields
    except FormRefused:
        return ()  # an old version's form that today's reader refuses: its answers are still in the journal


def answer_text(field: FieldDefinition, value: Any, *, language: str) -> str:
    """An answer as people read it, personal data masked."""
    if field.kind is FieldKind.PERSON and isinstance(value, dict):
        name, phone = str(value.get("name") or ""), str(value.get("phone") or "")
        return " ".join(part for part in (mask_name(name), mask_phone(phone)) if part)
    if field.kind is FieldKind.PHONE:
        return mask_phone(str(value))
    if field.kind is FieldKind.ID_NUMBER:
        return mask_id_number(str(value))
    return masked_text(value_text(field, value, Asking(language=language, posts=_posts(field, value))))


def _posts(field: FieldDefinition, value: Any) -> tuple[tuple[str, str], ...]:
    """What the posts in an answer are called."""
    columns = [column.name for column in field.columns if column.kind is FieldKind.POST]
    rows = [row for row in value if isinstance(row, dict)] if columns and isinstance(value, list) else []
    codes = {row.get(name) for row in rows for name in columns}
    codes |= {value} if field.kind is FieldKind.POST and isinstance(value, str) else set()
    if not codes:
        return ()
    found = Post.objects.filter(code__in=[code for code in codes if isinstance(code, str)])
    return tuple((post.code, f"{post.unit.name} {post.name}") for post in found.select_related("unit"))


def masked_text(text: str) -> str:
    """Text in which phone and identity numbers are masked wherever they stand."""
    text = _IDENTITY.sub(lambda found: mask_id_number(found[0]), text)
    return _MOBILE.sub(lambda found: mask_phone(found[0]), text)
