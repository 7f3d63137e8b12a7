"""The words of every problem, in Chinese and English, by code: (message, hint)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[dict[str, dict[str, tuple[str, str]]]] = {"zh-Hans": {}, "en": {}}


def message(code: str, *, params: Mapping[str, str], language: str) -> str:
    return _entry(code, language)[0].format_map(params)


def hint(code: str, *, params: Mapping[str, str], language: str) -> str:
    return _entry(code, language)[1].format_map(params)


def _entry(code: str, language: str) -> tuple[str, str]:
    table = TEXTS["en" if language.startswith("en") else "zh-Hans"]
    return table.get(code, (code, ""))
