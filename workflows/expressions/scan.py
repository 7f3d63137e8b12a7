"""One pass over a text before Python's parser sees it: full-width signs, escapes, nesting.

It answers what a parser would only call "invalid syntax", and keeps its stack small whatever was sent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from workflows.expressions import limits
from workflows.expressions.errors import ExpressionError

_QUOTES: Final = "\"'"
_ESCAPES: Final = "\\\"'nrtu"
_SPACES: Final = "\u3000\u00a0\u2003\u2002\n\r\t\v\f"
#: A letter straight after a number, which Python reads with a warning: ``1or 2``.
_GLUED: Final = re.compile(r"(?<![\w.])(?>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)[^\W\d]")
#: Signs whose compatibility form is not their half-width twin.
_HALF: Final = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "「": '"', "」": '"', "『": '"', "』": '"', "。": ".", "、": ",",
    "【": "[", "】": "]", "〔": "[", "〕": "]", "《": "<", "》": ">", "〈": "<", "〉": ">", "×": "*", "÷": "/",
    "≥": ">=", "≤": "<=", "≠": "!=", "－": "-", "—": "-", "–": "-", "…": "...",
}  # fmt: skip


def plain(text: str) -> str:
    """The text with plain spaces, same length; raises at the first thing that can't stand."""
    kept = list(text)
    bare = [" "] * len(text)
    depth = 0
    for position, sign, quoted in _outside_and_inside(text):
        if quoted:
            continue
        bare[position] = sign
        if sign in _SPACES:
            kept[position] = " "
        elif sign in "([{":
            depth += 1
            if depth > limits.DEPTH:
                raise ExpressionError("too_deep", limit=limits.DEPTH, position=position)
        elif sign in ")]}":
            depth -= 1
            if depth < 0:
                raise ExpressionError("unclosed", position=position)
        else:
            _refuse_full_width(sign, position)
    if depth:
        raise ExpressionError("unclosed", position=len(text) - 1)
    glued = _GLUED.search("".join(bare))
    if glued:
        raise ExpressionError("syntax", position=glued.end() - 1)
    return "".join(kept)


def statements(text: str) -> Iterator[tuple[int, str]]:
    """The statements of a script with the number of their first line; a line ends outside brackets, or at ``;``."""
    start = depth = 0
    comment = False
    kept = list(text)
    for position, sign, quoted in _outside_and_inside(text, comments=True):
        if quoted:
            continue
        if comment and sign != "\n":
            kept[position] = " "
            continue
        comment = sign == "#"
        if comment:
            kept[position] = " "
        depth += (sign in "([{") - (sign in ")]}")
        if sign == ";" or (sign == "\n" and depth <= 0):
            yield text.count("\n", 0, start) + 1, "".join(kept[start:position])
            start, depth = position + 1, 0
    yield text.count("\n", 0, start) + 1, "".join(kept[start:])


def _outside_and_inside(text: str, *, comments: bool = False) -> Iterator[tuple[int, str, bool]]:
    """Every character with its position and whether it belongs to a text in quotation marks."""
    quote = ""
    opened = 0
    escaping = comment = False
    for position, sign in enumerate(text):
        inside = bool(quote) or (sign in _QUOTES and not comment)
        if not quote:
            comment = comments and (sign == "#" or (comment and sign != "\n"))
            if inside:
                quote, opened = sign, position
        elif escaping:
            escaping = False
            if sign not in _ESCAPES:
                raise ExpressionError("escape", position=position - 1)
        elif sign == "\n":
            raise ExpressionError("unclosed", position=opened)
        elif sign == "\\":
            escaping = True
        elif sign == quote:
            quote = ""
        yield position, sign, inside
    if quote:
        raise ExpressionError("unclosed", position=opened)


def _refuse_full_width(sign: str, position: int) -> None:
    if sign < "\x80":
        return
    half = _HALF.get(sign) or unicodedata.normalize("NFKC", sign)
    if half != sign and all(" " <= character < "\x80" and not character.isalnum() for character in half):
        raise ExpressionError("full_width", sign=sign, half=half, position=position)
