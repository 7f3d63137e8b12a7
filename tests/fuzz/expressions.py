"""Texts at random for the expression language, ours and other systems', sound and spoiled; and what any answer must be."""

from __future__ import annotations

import datetime as dt
import time
import warnings
from collections.abc import Callable
from random import Random

from workflows.expressions import ExpressionError, Period, compile_expression, compile_script

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
#: Processor time that one text may take, compiled and evaluated. The bounds of the language allow a tenth of it.
SOON = 2.0
VARIABLES = {
    "x": 3, "f": 1.5, "t": "文字", "无": None, "列": [{"n": 1}, {"n": 2}], "案件": {"等级": "重大", "数": 5}, "d": "2026-11-01",
    "大": ["a" * 100] * 2000, "Rated as": "好",
}  # fmt: skip

LEAVES = [
    "x", "f", "t", "无", "列", "案件", "d", "案件.等级", "案件.数", "列[0]", "1", "0", "-1", "2.5", "'a'", "''", "True", "None", "[]",
    "[1, 2]", "{}", "now()", "today()", "'2026-01-01'", "duration('P1M')", "时长('PT1H')", "大", "1e308", "10**9", "null",
    "getVariable('x')", "execution.getVariable(\"x\")", "Rated as", "date and time('2026-01-01T00:00')", "__import__('os')",
]  # fmt: skip
SIGNS = [
    "+", "-", "*", "/", "//", "%", "**", "<<", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "and", "or", "&&", "||", "=", ",",
    "eq", "gt", "between", "div", "instanceof", "?", ":", "..",
]  # fmt: skip
CALLS = [
    "len", "sum", "min", "max", "any", "all", "sorted", "round", "abs", "int", "float", "text", "contains", "join", "get", "date",
    "datetime", "duration", "year", "weekday", "days", "hours", "exists", "value", "工作日", "upper", "getattr", "eval", "count",
    "string length", "list contains", "not", "floor", "substring", "KieFunctions.isTrue", "var:eq",
]  # fmt: skip
METHODS = [
    "n",
    "数",
    "__class__",
    "size()",
    "contains('a')",
    "get(0)",
    "plusDays(1)",
    "equals(x)",
    "items()",
    "等级",
]
NOISE = "x列+-*/<>=!&|()[]{}.,:'\"\\ 0123456789e＞（“#$;\n\tnotandifrsm？"


def expression(chance: Random, depth: int = 4) -> str:
    """Something that looks like an expression; most of it means nothing."""
    if depth == 0 or chance.random() < 0.25:
        return chance.choice(LEAVES)
    return chance.choice(_FORMS)(lambda: expression(chance, depth - 1), chance)


Part = Callable[[], str]
_FORMS: list[Callable[[Part, Random], str]] = [
    lambda part, chance: f"({part()} {chance.choice(SIGNS)} {part()})",
    lambda part, chance: f"{part()} {chance.choice(SIGNS)} {part()}",
    lambda part, chance: f"{chance.choice(['-', 'not ', '!', '~', '+', 'empty '])}{part()}",
    lambda part, chance: f"{chance.choice(CALLS)}({', '.join(part() for _ in range(chance.randrange(4)))})",
    lambda part, chance: f"{part()}[{part()}]",
    lambda part, chance: f"{part()}[{part()}:{part()}]",
    lambda part, chance: f"{part()}.{chance.choice(METHODS)}",
    lambda part, chance: f"({part()} if {part()} else {part()})",
    lambda part, chance: f"[{part()} for x in {part()} if {part()}]",
    lambda part, chance: f"sum({part()} for x in {part()})",
    lambda part, chance: f"[{part()}, {part()}]",
    lambda part, chance: f"{{{part()}: {part()}}}",
    lambda part, chance: f"${{{part()}}}",
    lambda part, chance: f"={part()}",
    lambda part, chance: f"if {part()} then {part()} else {part()}",
    lambda part, chance: f"{chance.choice(['some', 'every'])} x in {part()} satisfies {part()}",
    lambda part, chance: f"for x in {part()} return {part()}",
]


def noise(chance: Random) -> str:
    return "".join(chance.choice(NOISE) for _ in range(chance.randrange(40)))


def spoiled(chance: Random) -> str:
    """An expression with a piece cut out, doubled or replaced."""
    text = expression(chance)
    at, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    return text[:at] + chance.choice(["", text[at:end] * 2, noise(chance)[:4]]) + text[end:]


def script(chance: Random) -> str:
    return "\n".join(f"{chance.choice('abx')} = {expression(chance, 2)}" for _ in range(chance.randrange(4)))


def at_random(chance: Random) -> str:
    kind = chance.random()
    return noise(chance) if kind < 0.2 else spoiled(chance) if kind < 0.5 else expression(chance)


def answers(text: str) -> None:
    """Any answer will do, so long as it is a value or an ExpressionError with words, and soon."""
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = compile_expression(text).evaluate(VARIABLES, now=NOW)
        except ExpressionError as error:
            found = [error.text(), error.text("en")]
    allowed = (type(None), bool, int, float, str, list, dict, dt.date, dt.timedelta, Period)
    assert isinstance(found, allowed), f"{text!r} gives a {type(found).__name__}"
    assert time.process_time() - began < SOON, f"{text!r} takes too long"


def answers_as_script(text: str) -> None:
    """A script writes the variables it names or is refused with words."""
    try:
        written = compile_script(text).run(VARIABLES, now=NOW)
    except ExpressionError as error:
        written = dict.fromkeys("a", error.text() + error.text("en"))
    assert set(written) <= {"a", "b", "x"}, text
