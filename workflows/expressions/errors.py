"""One exception for everything that can be wrong with an expression, told in the author's language."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from workflows.expressions.texts import TEXTS


@dataclass(frozen=True)
class Word:
    """A word that reads differently in each language, such as the name of a type."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


class ExpressionError(ValueError):
    """``position`` counts characters from 0 in the text as written; ``line`` is given for scripts only, from 1."""

    def __init__(
        self, code: str, *, position: int | None = None, line: int | None = None, **params: object
    ) -> None:
        self.code = code
        self.position = position
        self.line = line
        self.params = params
        super().__init__(self.text("en"))

    def text(self, language: str = "zh-Hans") -> str:
        english = language.startswith("en")
        words = TEXTS[self.code][english].format(
            **{name: _shown(value, language) for name, value in self.params.items()}
        )
        return self._place(english) + words

    def _place(self, english: bool) -> str:
        line = (f"Line {self.line}: " if english else f"第 {self.line} 行：") if self.line else ""
        if self.position is None:
            return line
        count = self.position + 1
        return line + (f"Character {count}: " if english else f"第 {count} 个字符：")


def _shown(value: object, language: str) -> str:
    text = value.text(language) if isinstance(value, Word) else str(value)
    return text if len(text) <= 80 else text[:80] + "…"


def nearest(name: str, known: Iterable[str]) -> Word:
    """ "Did you mean": a clause to append, empty when nothing is near."""
    candidates = list(known)[:2000]
    found = difflib.get_close_matches(name[:100], candidates, n=1, cutoff=0.5)
    if not found:
        found = [
            key for key in candidates if key.casefold() == name.casefold() or key in name or name in key
        ][:1]
    return Word(f"，是不是“{found[0]}”？", f"; did you mean “{found[0]}”?") if found else Word("。", ".")
