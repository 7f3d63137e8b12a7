"""Area codes: the code is the path. District 6 digits, town 9, community 12, grid 15, micro-grid 17.

Pure. Codes travel as plain strings; whatever comes from outside goes through `parse` once.
"""

import unicodedata
from typing import Final

DIGITS: Final = {"district": 6, "town": 9, "community": 12, "grid": 15, "microgrid": 17}
LEVELS: Final = tuple(DIGITS)
_LEVEL_OF_LENGTH: Final = {length: level for level, length in DIGITS.items()}


class BadAreaCode(ValueError):
    """A text that is no area code. `message` is a translatable text with the places of `params`."""

    def __init__(self, code: str, message: str, **params: str | int) -> None:
        self.code = code
        self.message = message
        self.params = params
        super().__init__(message % params)


def parse(text: str) -> str:
    """The code in a text as people and registers write it.

    Spaces and full-width digits are understood, and the statistical form that fills a district's or a
    town's code with zeros to 12 digits ("500101026000") means that district or town.
    """
    code = "".join(unicodedata.normalize("NFKC", text).split())
    if not (code.isascii() and code.isdigit()):
        raise BadAreaCode("area_code_not_digits", "“%(given)s” isn't an area code: digits only.", given=text)
    if len(code) == DIGITS["community"] and code.endswith("000"):
        code = code[: DIGITS["town"]].removesuffix("000")
    ensure_valid(code)
    return code


def ensure_valid(code: str) -> None:
    if len(code) not in _LEVEL_OF_LENGTH:
        raise BadAreaCode(
            "area_code_length",
            "“%(given)s” has %(digits)d digits; an area code has 6 (district), 9 (town), 12 (community), "
            "15 (grid) or 17 (micro-grid).",
            given=code,
            digits=len(code),
        )
    if any(int(part) == 0 for part in _parts(code)):
        raise BadAreaCode(
            "area_code_zero_part",
            "“%(given)s” has a part of zeros only; every level is numbered from 1.",
            given=code,
        )


def level(code: str) -> str:
    """The level that a code's length says."""
    ensure_valid(code)
    return _LEVEL_OF_LENGTH[len(code)]


def parent(code: str) -> str | None:
    """The code one level up; None for a district."""
    above = LEVELS.index(level(code)) - 1
    return code[: DIGITS[LEVELS[above]]] if above >= 0 else None


def contains(outer: str, inner: str) -> bool:
    """Whether `inner` is `outer` itself or lies in it."""
    return inner.startswith(outer)


def _parts(code: str) -> list[str]:
    ends = [length for length in DIGITS.values() if length <= len(code)]
    return [code[start:end] for start, end in zip([0, *ends], ends, strict=False)]
