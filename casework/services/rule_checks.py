"""A rule table while it is edited: what is wrong in which row and column, and what differs from the one in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.errors import NotValid
from casework.rules.nearby import shipped_tables
from casework.rules.sheets import Row, Sheet, dmn_of, read_sheet, sheet_of
from casework.services.rulebook import NewTable, checked_text
from workflows.bpmn import DiagramRefused
from workflows.bpmn.problems import Problem

HEAD_LINES = 4  # of the file before its columns, as `dmn_of` writes it


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`row` and `column` count from 1, the results after the tests; 0 is the table, or the row, as a whole."""

    row: int
    column: int
    severity: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A row that is new, gone or different. `old` and `new` are its cells, tests before results."""

    row: int
    kind: str
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


def sheet_from(key: str, new: NewTable) -> Sheet:
    return Sheet(
        key=key,
        title=sheet_of(shipped_tables()[key].tables).title,
        inputs=tuple(new.inputs),
        outputs=tuple(new.outputs),
        rows=tuple(Row(tests=tuple(tests), results=tuple(results)) for tests, results in new.rows),
    )


def faults(key: str, new: NewTable, *, now: datetime) -> list[Fault]:
    """Everything that keeps it from being put in force, then what is only odd."""
    sheet = sheet_from(key, new)
    if not sheet.rows:
        return [Fault(row=0, column=0, severity="error", text=_("A table needs at least one row."))]
    try:
        tables = read_sheet(dmn_of(sheet))[0]
    except DiagramRefused as refused:
        return _placed(sheet, refused.problems)
    found = _placed(sheet, tables.problems)
    if any(fault.severity == "error" for fault in found):
        return found
    try:
        checked_text(key, new, now=now)
    except NotValid as refused:
        texts = [text for texts in refused.fields.values() for text in texts]
        found += [Fault(row=0, column=0, severity="error", text=text) for text in texts]
    return found


def _placed(sheet: Sheet, problems: Sequence[Problem]) -> list[Fault]:
    language = get_language() or "zh-hans"
    width = len(sheet.inputs) + len(sheet.outputs)
    return [
        Fault(
            row=(row := _row(problem.line, width)),
            column=_column(sheet, row) if problem.severity == "error" else 0,
            severity="error" if problem.severity == "error" else "warning",
            text=problem.text(language),
        )
        for problem in problems
    ]


def _row(line: int, width: int) -> int:
    """Every column and every cell has a line of its own in the file, and so have a rule's beginning and end."""
    past = line - HEAD_LINES - width - 1
    return past // (width + 2) + 1 if past >= 0 else 0


def _column(sheet: Sheet, row: int) -> int:
    """The first cell of the row that can't be read by itself either."""
    if not 0 < row <= len(sheet.rows):
        return 0
    cells = [*sheet.rows[row - 1].tests, *sheet.rows[row - 1].results]
    return next((place for place, cell in enumerate(cells, 1) if not _reads(sheet, place, cell)), 0)


def _reads(sheet: Sheet, place: int, cell: str) -> bool:
    cells = ["" for _name in (*sheet.inputs, *sheet.outputs)]
    cells[place - 1] = cell
    row = Row(tests=tuple(cells[: len(sheet.inputs)]), results=tuple(cells[len(sheet.inputs) :]))
    try:
        tables = read_sheet(dmn_of(replace(sheet, rows=(row,))))[0]
    except DiagramRefused:
        return False
    return not any(problem.severity == "error" for problem in tables.problems)


def difference(old: Sheet, new: Sheet) -> list[Changed]:
    """Row by row; one that only moved is told as gone here and new there."""
    before = [(*row.tests, *row.results) for row in old.rows]
    after = [(*row.tests, *row.results) for row in new.rows]
    found: list[Changed] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        pairs = min(b - a, d - c)
        found += [
            Changed(row=c + place + 1, kind="changed", old=before[a + place], new=after[c + place])
            for place in range(pairs)
        ]
        found += [Changed(row=place + 1, kind="gone", old=before[place]) for place in range(a + pairs, b)]
        found += [Changed(row=place + 1, kind="new", new=after[place]) for place in range(c + pairs, d)]
    return found
