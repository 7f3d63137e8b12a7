"""From the cell of a decision table to an expression over ``cellInput``, and to the values it lets through.

A cell is "-" or empty (anything), or tests with commas between: a comparison (`> 55`), an interval (`[22..24]`), a value,
or `not(…)` around such tests. `?` stands for the tested value in a longer expression.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from workflows.engine.decision_tables import TESTED
from workflows.expressions import LOCAL, Expression, ExpressionError, compile_expression, limits

_COMPARISON: Final = re.compile(r"(<=|>=|!=|==|<|>|=)")
_DEPENDS_ON_NOW: Final = re.compile(r"(?:now|today|date|现在|今天|日期)\s*\(\s*\)|working_|工作")
_ANY_MOMENT: Final = dt.datetime(2000, 1, 1, tzinfo=LOCAL)


@dataclass(frozen=True)
class Test:
    """One test of a cell. ``low`` and ``high`` are texts of expressions; a value has only ``low``."""

    kind: str
    low: str = ""
    high: str = ""
    closed_low: bool = False
    closed_high: bool = False


@dataclass(frozen=True)
class Cell:
    """``negated`` when the tests stand in ``not(…)``; no tests at all let everything through."""

    tests: tuple[Test, ...]
    negated: bool = False


@lru_cache(maxsize=4096)
def compile_cell(text: str) -> Expression | None:
    """The test as an expression over ``cellInput``; None for a cell that lets everything through."""
    cell = read_cell(text)
    if not cell.tests:
        return None
    values = [test.low for test in cell.tests if test.kind == "value"]
    parts = [_worded(test) for test in cell.tests if test.kind != "value"]
    if len(values) == 1:
        parts.append(f"({TESTED} == {values[0]})")
    elif values:
        parts.append(f"({TESTED} in [{', '.join(values)}])")
    together = " or ".join(parts)
    return compile_expression(f"not ({together})" if cell.negated else together)


@lru_cache(maxsize=4096)
def compile_result(text: str) -> Expression | None:
    return compile_expression(_ours(text)) if text.strip() not in ("", "-") else None


def read_cell(text: str) -> Cell:
    """Raises ExpressionError with the place of what can't be read."""
    text = text.strip()
    if len(text) > limits.CHARACTERS:
        raise ExpressionError("too_long", limit=limits.CHARACTERS)
    if text in ("", "-"):
        return Cell(())
    inside = _negated(text)
    if inside is not None:
        return Cell(tuple(_test(part.strip()) for part in split(inside)), negated=True)
    return Cell(tuple(_test(part.strip()) for part in split(text)))


def _negated(text: str) -> str | None:
    """What stands in ``not(…)``, if that is the whole cell."""
    rest = text[3:].lstrip() if text.startswith("not") else ""
    if not rest.startswith("("):
        return None
    closes = next((position for position, depth in _depths(rest) if depth == 0), None)
    return rest[1:-1] if closes == len(rest) - 1 else None


def _test(text: str) -> Test:
    if text[:1] in ("[", "(", "]") and text[-1:] in ("]", ")", "["):
        dots = _dots(text)
        if dots is not None:
            low, high = _ours(text[1:dots]), _ours(text[dots + 2 : -1])
            return Test("interval", low, high, closed_low=text[0] == "[", closed_high=text[-1] == "]")
    comparison = _COMPARISON.match(text)
    if comparison:
        sign, operand = comparison[1], text[comparison.end() :]
        return Test("value" if sign in ("=", "==") else sign, _ours(operand))
    tested = _with_tested(text)
    return Test("value", _ours(text)) if tested == text else Test("free", _ours(tested))


def _dots(text: str) -> int | None:
    """Where the two dots of an interval stand, outside everything within its own brackets."""
    for position, depth in _depths(text):
        if depth == 1 and text.startswith("..", position):
            return position
    return None


def _with_tested(text: str) -> str:
    """A ``?`` outside quotation marks is the tested value."""
    outside = {position for position, _ in _depths(text)}
    return "".join(
        TESTED if sign == "?" and position in outside else sign for position, sign in enumerate(text)
    )


def _worded(test: Test) -> str:
    """Nothing is neither greater nor less than anything: a missing value passes no comparison."""
    if test.kind == "free":
        return f"({test.low})"
    if test.kind == "!=":
        return f"({TESTED} != {test.low})"
    if test.kind == "interval":
        below, above = "<=" if test.closed_low else "<", "<=" if test.closed_high else "<"
        return f"({TESTED} is not None and {test.low} {below} {TESTED} {above} {test.high})"
    return f"({TESTED} is not None and {TESTED} {test.kind} {test.low})"


def _ours(text: str) -> str:
    """An operand, FEEL or ours, spelled in our language."""
    if not text.strip():
        raise ExpressionError("empty")
    return f"({compile_expression('=' + text.strip()).text.strip()})"


def constant(text: str) -> tuple[bool, Any]:
    """Whether an operand is the same at any time and for any facts, and its value."""
    expression = compile_expression(text)
    if expression.names or expression.optional or _DEPENDS_ON_NOW.search(text):
        return False, None
    try:
        return True, expression.evaluate({}, now=_ANY_MOMENT)
    except ExpressionError:
        return False, None


def split(text: str) -> Iterator[str]:
    """At the commas outside quotation marks and brackets."""
    start = 0
    for position, depth in _depths(text):
        if depth == 0 and text[position] == ",":
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _depths(text: str) -> Iterator[tuple[int, int]]:
    """Every character outside quotation marks with how deep in brackets it is, counted after it.

    ``]`` opens and ``[`` closes an interval that is written outside in: where a test begins, and where one ends.
    """
    depth, quote, escaped, fresh = 0, "", False, True
    for position, sign in enumerate(text):
        if quote:
            if sign == quote and not escaped:
                quote = ""
            escaped = sign == "\\" and not escaped
            continue
        if sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += -1 if sign == "[" and depth and _ends(text, position) else 1
        elif sign in ")]}":
            depth += 1 if sign == "]" and fresh else -1
        fresh = (fresh and sign == " ") or sign == "(" or (sign == "," and depth <= 1)
        yield position, depth


def _ends(text: str, position: int) -> bool:
    return text[position + 1 :].lstrip()[:1] in ("", ",", ")")
