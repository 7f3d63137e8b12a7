"""From the cell of a decision table to an expression over ``cellInput``, and to the values it lets through.

A cell is "-" or empty (anything), or tests with commas between: a comparison (`> 55`), an interval (`[22..24]`), a value,
or `not(…)` around such tests. `?` stands for the tested value in a longer expression.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from workflows.engine.decision_tables import TESTED
from workflows.expressions import LOCAL, Expression, ExpressionError, compile_expression
from workflows.expressions.scan import plain

_COMPARISON: Final = re.compile(r"\s*(<=|>=|!=|==|<|>|=)\s*(.+)", re.DOTALL)
_INTERVAL: Final = re.compile(r"\s*([\[(\]])\s*(.+?)\s*\.\.\s*(.+?)\s*([\])\[])\s*", re.DOTALL)
_NOT: Final = re.compile(r"\s*not\s*\((.*)\)\s*", re.DOTALL)
#: ]a..b[ is (a..b) written otherwise.
_OUTSIDE_IN: Final = re.compile(r"\]([^\[\]()\"]*\.\.[^\[\]()\"]*)\[")
_HALF_OPEN: Final = re.compile(r"([\[(])([^\[\]()\"]*\.\.[^\[\]()\"]*)\[")
_OPEN_HALF: Final = re.compile(r"\]([^\[\]()\"]*\.\.[^\[\]()\"]*)([\])])")


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


def compile_result(text: str) -> Expression | None:
    return compile_expression(_ours(text)) if text.strip() not in ("", "-") else None


def read_cell(text: str) -> Cell:
    """Raises ExpressionError with the place of what can't be read."""
    text = text.strip()
    if text in ("", "-"):
        return Cell(())
    text = _HALF_OPEN.sub(r"\1\2)", _OUTSIDE_IN.sub(r"(\1)", text))
    text = _OPEN_HALF.sub(r"(\1\2", text)
    plain(text)
    around = _NOT.fullmatch(text)
    if around and _balanced(around[1]):
        return Cell(tuple(_test(part) for part in split(around[1])), negated=True)
    return Cell(tuple(_test(part) for part in split(text)))


def _test(text: str) -> Test:
    interval = _INTERVAL.fullmatch(text)
    if interval:
        return Test(
            "interval", _ours(interval[2]), _ours(interval[3]),
            closed_low=interval[1] == "[", closed_high=interval[4] == "]",
        )  # fmt: skip
    comparison = _COMPARISON.fullmatch(text)
    if comparison:
        sign = comparison[1]
        if sign in ("=", "=="):
            return Test("value", _ours(comparison[2]))
        return Test(sign, _ours(comparison[2]))
    if "?" in _unquoted(text):
        return Test("free", _ours(re.sub(r"\?(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", TESTED, text)))
    return Test("value", _ours(text))


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
    depth, start, quote = 0, 0, ""
    for position, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote and text[position - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _balanced(text: str) -> bool:
    try:
        plain(text)
    except ExpressionError:
        return False
    return True


def _unquoted(text: str) -> str:
    return re.sub(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", "", text)
