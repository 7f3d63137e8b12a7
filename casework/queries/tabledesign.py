"""What the editor of decision tables needs: the grid, what is wrong with each cell, gaps and overlaps, a try."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.queries.formdesign import PartRow
from casework.queries.usage import usage_of
from casework.rules.grids import Column, Grid, dmn_with, read_grid
from casework.services.calendars import work_calendar
from workflows.bpmn import DiagramRefused, Problem
from workflows.engine.decision_cells import compile_cell, compile_result, split
from workflows.engine.decision_tables import TESTED
from workflows.engine.decisions import read_tables
from workflows.expressions import Expression, ExpressionError, compile_expression
from workflows.expressions.errors import nearest
from workflows.models import Version

MOST_FAULTS = 100
MOST_FACTS = 60


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`part` is input, output, test, result or table; `rule` and `column` count from 0, -1 where it is none of them."""

    part: str
    message: str
    severity: str = "error"
    rule: int = -1
    column: int = -1
    rules: tuple[int, ...] = ()
    quote: str = ""


def table_rows(version: Version | None) -> list[PartRow]:
    if version is None:
        return []
    used = usage_of(version, "tables")
    return [_row(key, text, used.get(key, []), known=()) for key, text in sorted(version.tables.items())]


def _row(key: str, text: str, used: list[Any], *, known: Iterable[str]) -> PartRow:  # Any: Usage
    try:
        grid = read_grid(text)
    except DiagramRefused:
        return PartRow(key=key, title=key, fields=0, problems=1, used=tuple(used))
    if grid is None:
        return PartRow(key=key, title=key, fields=0, problems=0, used=tuple(used))
    bad = sum(fault.severity == "error" for fault in faults(grid, text, names=known))
    return PartRow(key=key, title=grid.title or key, fields=len(grid.rules), problems=bad, used=tuple(used))


def faults(grid: Grid, text: str, *, names: Iterable[str]) -> list[Fault]:
    """What is wrong: cell by cell, and where every cell can be read, between the rules."""
    known = set(names)
    found = [*_of_columns(grid, known), *_of_cells(grid, known)][:MOST_FAULTS]
    if any(fault.severity == "error" for fault in found):
        return found
    try:
        tables = read_tables(dmn_with(grid, text).encode())
    except DiagramRefused as refused:
        return [*found, *(_between(problem) for problem in refused.problems)]
    return [*found, *(_between(one) for one in tables.problems if one.element == grid.id)]


def _between(problem: Problem) -> Fault:
    """An overlap, a gap, a rule that another hides."""
    language = get_language() or "zh-hans"
    rules = [problem.params.get(key) for key in ("first", "second")]
    return Fault(
        part="table",
        severity="error" if problem.severity == "error" else "warning",
        message=f"{problem.text(language)} {problem.hint(language)}".strip(),
        rules=tuple(number - 1 for number in rules if isinstance(number, int)),
    )


def _of_columns(grid: Grid, known: set[str]) -> Iterator[Fault]:
    for place, column in enumerate(grid.inputs):
        yield from _fault_in(
            column.expression, _looked_at, known=known, part="input", column=place, needed=True
        )
        yield from _values_fault(column, part="input", place=place)
    if not grid.outputs:
        yield Fault(part="table", message=_("A table needs a column for what it answers."))
    for place, column in enumerate(grid.outputs):
        if not column.name.isidentifier():
            words = _("Name what this column sets: letters, Chinese characters, digits, no spaces.")
            yield Fault(part="output", column=place, message=words)
        elif [each.name for each in grid.outputs].index(column.name) < place:
            words = _("Two columns set “%(name)s”.") % {"name": column.name}
            yield Fault(part="output", column=place, message=words)
        yield from _values_fault(column, part="output", place=place)
        yield from _fault_in(column.default, compile_result, known=known, part="output", column=place)


def _values_fault(column: Column, *, part: str, place: int) -> Iterator[Fault]:
    for value in split(column.values) if column.values.strip() else ():
        yield from _fault_in(value, compile_result, known=set(), part=part, column=place)


def _of_cells(grid: Grid, known: set[str]) -> Iterator[Fault]:
    for number, rule in enumerate(grid.rules):
        for place, cell in enumerate(rule.tests):
            yield from _fault_in(cell, compile_cell, known=known, part="test", rule=number, column=place)
        for place, cell in enumerate(rule.results):
            yield from _fault_in(cell, compile_result, known=known, part="result", rule=number, column=place)


def _looked_at(text: str) -> Expression:
    return compile_expression("=" + text)


def _fault_in(
    text: str,
    compiled: Callable[[str], Expression | None],
    *,
    known: set[str],
    part: str,
    rule: int = -1,
    column: int = -1,
    needed: bool = False,
) -> Iterator[Fault]:
    if not text.strip() and not needed:
        return
    language = get_language() or "zh-hans"
    try:
        expression = compiled(text)
    except ExpressionError as error:
        if compiled is compile_cell:
            _place_in_cell(error, text)
        yield Fault(part=part, rule=rule, column=column, message=error.text(language))
        return
    unknown = sorted(expression.names - known - {TESTED}) if expression and known else []
    if unknown:
        yield _unknown(unknown[0], text, known, part=part, rule=rule, column=column)


def _unknown(name: str, text: str, known: set[str], *, part: str, rule: int, column: int) -> Fault:
    """A name that nothing sets: mostly a text without its quotation marks."""
    said = {"name": name, "nearest": nearest(name, known).text(get_language() or "zh-hans")}
    words = _("Nothing sets “%(name)s” so far%(nearest)s") % said
    if text.strip() == name and part in ("test", "result"):
        words = _("“%(name)s” is a name here. Put a text in quotation marks.") % said
        return Fault(part=part, rule=rule, column=column, message=words, quote=f'"{name}"')
    return Fault(part=part, rule=rule, column=column, message=words, severity="warning")


def _place_in_cell(error: ExpressionError, text: str) -> None:
    """The reader of cells counts from where each test begins; people count from where the cell begins."""
    if error.position is None:
        return
    at = 0
    for part in split(text):
        try:
            compile_cell(part)
        except ExpressionError as same:
            if same.code == error.code:
                operand = part.lstrip().lstrip("<>=!").lstrip()
                error.position += at + len(part) - len(operand)
                error.position = min(error.position, max(len(text) - 1, 0))
                return
        at += len(part) + 1


# --- trying it


def asked_names(grid: Grid) -> list[str]:
    """The facts that the table looks at, in the order of its columns."""
    found: dict[str, None] = {}
    texts = [(each.expression, _looked_at) for each in grid.inputs]
    cells = [(cell, compile_cell) for rule in grid.rules for cell in rule.tests]
    results = [(cell, compile_result) for rule in grid.rules for cell in rule.results]
    for text, compiled in (*texts, *cells, *results):
        try:
            expression = compiled(text)  # type: ignore[operator]  # three readers of one shape
        except ExpressionError:
            continue
        names = sorted(expression.names | expression.optional) if expression else []
        found |= dict.fromkeys(name for name in names if name != TESTED)
    return list(found)


def tried(grid: Grid, text: str, facts: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """What the table answers to these facts, and by which rules; or why it can't."""
    language = get_language() or "zh-hans"
    given = {
        name: _fact(value) for name, value in list(facts.items())[:MOST_FACTS] if value not in (None, "")
    }
    try:
        tables = read_tables(dmn_with(grid, text).encode())
        outcome = tables.evaluate(grid.id, given, now=now, calendar=work_calendar())
    except DiagramRefused as refused:
        return {"message": refused.problems[0].text(language)}
    except ExpressionError as error:
        return {"message": error.text(language)}
    values = {name: _shown(value) for name, value in outcome.values.items()}
    return {"rules": [number - 1 for number in outcome.rules], "values": values}


def _fact(value: Any) -> Any:  # Any: JSON
    """A fact as somebody types it: true, 3, a text with or without quotation marks."""
    if not isinstance(value, str):
        return value
    words = {"true": True, "false": False, "是": True, "否": False}
    text = value.strip()
    if text.lower() in words:
        return words[text.lower()]
    if re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", text, re.ASCII):
        return float(text) if "." in text else int(text)
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _shown(value: Any) -> Any:  # Any: what an expression gives
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return [_shown(each) for each in value]
    return str(value)
