"""Overlaps, gaps and rules that never fire, found by cutting each column into the regions its cells tell apart.

A region is a value that a cell names, a stretch between two such numbers, or "anything else". A cell is then a set of
regions, kept as bits of a number; a rule is a box. Tables with cells that depend on other facts are left alone where those
cells matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from workflows.bpmn.problems import Problem
from workflows.engine.decision_cells import Cell, Test, constant, read_cell
from workflows.engine.decision_tables import Decision, Input, Rule
from workflows.expressions import ExpressionError
from workflows.expressions.errors import Word

MOST_RULES: Final = 300
MOST_STEPS: Final = 20_000
MOST_FINDINGS: Final = 10

OTHER: Final = Word("其他值", "another value")


@dataclass(frozen=True)
class Column:
    """The regions of a column with an example of each, and for every rule the regions it lets through (None: unknown)."""

    label: str
    examples: tuple[object, ...]
    boxes: tuple[int | None, ...]

    @property
    def everything(self) -> int:
        return (1 << len(self.examples)) - 1


def findings(decision: Decision) -> Iterator[Problem]:
    """Overlaps under UNIQUE, rules hidden under FIRST, and inputs that no rule answers."""
    if not decision.rules or len(decision.rules) > MOST_RULES:
        return
    columns = [_column(decision, place) for place in range(len(decision.inputs))]
    if decision.policy == "UNIQUE":
        yield from _overlaps(decision, columns)
    if decision.policy == "FIRST":
        yield from _hidden(decision, columns)
    if decision.policy not in ("COLLECT", "RULE ORDER", "OUTPUT ORDER") and not _has_default(decision):
        gap = _gap(columns, len(decision.rules))
        if gap is not None:
            yield _problem(decision, "decision_gap", decision.line, "warning", example=gap)


def _has_default(decision: Decision) -> bool:
    return any(output.default is not None for output in decision.outputs)


def _problem(decision: Decision, code: str, line: int, severity: str, **params: object) -> Problem:
    params = {"decision": decision.name, **params}
    return Problem(code=code, element=decision.id, line=line, severity=severity, params=params)


def _overlaps(decision: Decision, columns: list[Column]) -> Iterator[Problem]:
    found = 0
    for second, rule in enumerate(decision.rules):
        for first in range(second):
            if all(_meets(column, first, second) for column in columns):
                found += 1
                if found <= MOST_FINDINGS:
                    yield _problem(
                        decision, "decision_overlap", rule.line, "error",
                        first=decision.rules[first].number, second=rule.number,
                    )  # fmt: skip


def _meets(column: Column, first: int, second: int) -> bool:
    one, other = column.boxes[first], column.boxes[second]
    return one is not None and other is not None and bool(one & other)


def _hidden(decision: Decision, columns: list[Column]) -> Iterator[Problem]:
    found = 0
    for later, rule in enumerate(decision.rules):
        for earlier in range(later):
            if all(_covers(column, earlier, later) for column in columns):
                found += 1
                if found <= MOST_FINDINGS:
                    yield _problem(
                        decision, "decision_hidden", rule.line, "warning",
                        first=decision.rules[earlier].number, second=rule.number,
                    )  # fmt: skip
                break


def _covers(column: Column, earlier: int, later: int) -> bool:
    over, under = column.boxes[earlier], column.boxes[later]
    if over is None:
        return False
    return over == column.everything or (under is not None and not under & ~over)


def _gap(columns: list[Column], rules: int) -> list[object] | None:
    """An example that no rule answers; None when there is none or the search would take too long."""
    if any(box is None for column in columns for box in column.boxes):
        return None
    steps = 0

    @cache
    def search(place: int, left: int) -> tuple[int, ...] | None:
        nonlocal steps
        steps += 1
        if steps > MOST_STEPS:
            raise _TooLong
        if not left:
            return (0,) * (len(columns) - place)
        if place == len(columns):
            return None
        column = columns[place]
        for region in range(len(column.examples)):
            still = sum(
                1 << rule
                for rule in range(rules)
                if left >> rule & 1 and (column.boxes[rule] or 0) >> region & 1
            )
            rest = search(place + 1, still)
            if rest is not None:
                return (region, *rest)
        return None

    try:
        found = search(0, (1 << rules) - 1)
    except (_TooLong, RecursionError):
        return None
    if found is None:
        return None
    return [
        Word(
            f"{c.label} = {_shown(c.examples[region], 'zh')}",
            f"{c.label} = {_shown(c.examples[region], 'en')}",
        )
        for c, region in zip(columns, found, strict=True)
    ]


class _TooLong(Exception):
    """The table is too large to search for gaps."""


def _shown(example: object, language: str) -> str:
    if isinstance(example, Word):
        return example.text(language)
    return f"“{example}”" if isinstance(example, str) else str(example)


def _column(decision: Decision, place: int) -> Column:
    column = decision.inputs[place]
    cells = [_constants(rule, place) for rule in decision.rules]
    points = [value for cell in cells if cell is not None for value in cell.values]
    allowed = [value for known, value in map(_constant, column.allowed) if known]
    if points and all(_is_number(value) for value in points):
        return _numeric(column, cells, sorted(set(points)))
    return _discrete(column, cells, points, allowed)


@dataclass(frozen=True)
class _Known:
    """A cell whose operands are constants."""

    cell: Cell
    ends: tuple[tuple[Test, Any, Any], ...]

    @property
    def values(self) -> list[Any]:
        return [end for test, low, high in self.ends for end in ((low, high) if test.high else (low,))]


def _constants(rule: Rule, place: int) -> _Known | None:
    cell = read_cell(rule.cells[place])
    ends = []
    for test in cell.tests:
        low, high = _constant(test.low), _constant(test.high) if test.high else (True, None)
        if test.kind == "free" or not (low[0] and high[0]):
            return None
        ends.append((test, low[1], high[1]))
    return _Known(cell, tuple(ends))


def _constant(text: str) -> tuple[bool, Any]:
    try:
        known, value = constant(text)
    except ExpressionError:
        return False, None
    return known and isinstance(value, str | int | float | bool | type(None)), value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numeric(column: Input, cells: list[_Known | None], points: list[float]) -> Column:
    """Regions: below the first point, each point, each stretch between two, above the last."""
    examples: list[float] = [points[0] - 1]
    for place, point in enumerate(points):
        after = points[place + 1] if place + 1 < len(points) else point + 2
        examples += [point, (point + after) / 2]
    kept = [
        n for n, e in enumerate(examples) if column.kind not in ("integer", "long") or _has_integer(n, points)
    ]
    whole = [examples[n] for n in kept]
    return Column(column.label, tuple(_tidy(e) for e in whole), tuple(_box(cell, whole) for cell in cells))


def _has_integer(region: int, points: list[float]) -> bool:
    """Whether a whole number lies in the region: between 22 and 23 there is none."""
    if region == 0 or region == 2 * len(points):
        return True
    if region % 2:
        return float(points[region // 2]).is_integer()
    low, high = points[region // 2 - 1], points[region // 2]
    return int(low // 1) + 1 < high


def _tidy(number: float) -> object:
    return int(number) if float(number).is_integer() else number


def _discrete(column: Input, cells: list[_Known | None], points: list[Any], allowed: list[Any]) -> Column:
    if column.kind == "boolean" or (points and all(isinstance(point, bool) for point in points)):
        examples: list[object] = [True, False]
    elif allowed:
        examples = list(dict.fromkeys(allowed))
    else:
        examples = [*dict.fromkeys(points), OTHER]
    return Column(column.label, tuple(examples), tuple(_box(cell, examples) for cell in cells))


def _box(cell: _Known | None, examples: list[Any]) -> int | None:
    if cell is None:
        return None
    if not cell.ends:
        return (1 << len(examples)) - 1
    box = 0
    for region, example in enumerate(examples):
        try:
            inside = any(_passes(test, low, high, example) for test, low, high in cell.ends)
        except TypeError:
            return None
        if inside is not cell.cell.negated:
            box |= 1 << region
    return box


def _passes(test: Test, low: Any, high: Any, example: Any) -> bool:
    if isinstance(example, Word):
        return test.kind == "!="
    if test.kind == "value":
        return bool(example == low)
    if test.kind == "!=":
        return bool(example != low)
    if test.kind == "interval":
        above = example >= low if test.closed_low else example > low
        return bool(above and (example <= high if test.closed_high else example < high))
    return bool(
        {"<": example < low, "<=": example <= low, ">": example > low, ">=": example >= low}[test.kind]
    )
