"""The words of every problem, in zh-Hans and English.

A problem carries a code and parameters; the words are looked up when it is shown, so the same finding serves the editor,
the API and ``manage.py problems``. Texts that come from a diagram are cut: a hostile file can't blow a message up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol, runtime_checkable

from workflows.bpmn.texts_check import CHECK
from workflows.bpmn.texts_file import DECISIONS, FILE
from workflows.bpmn.texts_running import SOUNDNESS
from workflows.bpmn.texts_votes import VOTES

TEXTS: Final = {**FILE, **DECISIONS, **SOUNDNESS, **CHECK, **VOTES}

_LONGEST_PARAMETER: Final = 120


@runtime_checkable
class Translatable(Protocol):
    """A parameter that has words of its own, such as an ExpressionError."""

    def text(self, language: str) -> str: ...


def message(code: str, *, params: Mapping[str, object], language: str) -> str:
    return _said(code, 0, params, language)


def hint(code: str, *, params: Mapping[str, object], language: str) -> str:
    """What to do about it; empty when the message says it all."""
    return _said(code, 2, params, language)


def _said(code: str, column: int, params: Mapping[str, object], language: str) -> str:
    english = language.startswith("en")
    words = TEXTS.get(code, (code, code, "", ""))[column + english]
    return words.format_map(_Worded({name: _worded(value, language) for name, value in params.items()}))


class _Worded(dict[str, str]):
    """A missing parameter shows as a gap; a message to a person never fails."""

    def __missing__(self, key: str) -> str:
        return "…"


def _worded(value: object, language: str) -> str:
    if isinstance(value, Translatable):
        return value.text(language)
    if isinstance(value, list | tuple):
        return (", " if language.startswith("en") else "、").join(_worded(item, language) for item in value)
    text = str(value)
    return text if len(text) <= _LONGEST_PARAMETER else text[:_LONGEST_PARAMETER] + "…"
