"""Decision tables as rows that people edit, to and from DMN. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from workflows.engine.decisions import Decision, Tables, read_tables

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One rule: what must hold, cell by cell, and what follows. A cell is text as DMN writes it."""

    tests: tuple[str, ...]
    results: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A decision table of which the first row that fits counts. Inputs and outputs are facts by their names."""

    key: str
    title: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rows: tuple[Row, ...]


def sheet_of(tables: Tables) -> Sheet:
    """The main decision of a file as rows."""
    decision = tables.decisions[tables.main]
    return Sheet(
        key=decision.id,
        title=decision.name,
        inputs=tuple(column.label for column in decision.inputs),
        outputs=tuple(column.name for column in decision.outputs),
        rows=tuple(_row(decision, place) for place in range(len(decision.rules))),
    )


def _row(decision: Decision, place: int) -> Row:
    rule = decision.rules[place]
    return Row(
        tests=tuple(cell if cell != "-" else "" for cell in rule.cells),
        results=tuple("" if result is None else _unwrapped(result.source) for result in rule.results),
    )


def _unwrapped(source: str) -> str:
    """What compiling a cell put around it."""
    text = source.strip()
    return text[1:-1].strip() if text.startswith("(") and text.endswith(")") else text


def dmn_of(sheet: Sheet) -> str:
    """The sheet as a DMN file."""
    inputs = "".join(
        f"\n      <input id={_id(sheet, 'in', place)} label={quoteattr(name)}>"
        f"<inputExpression id={_id(sheet, 'read', place)}><text>{escape(name)}</text></inputExpression></input>"
        for place, name in enumerate(sheet.inputs, 1)
    )
    outputs = "".join(
        f"\n      <output id={_id(sheet, 'out', place)} label={quoteattr(name)} name={quoteattr(name)} />"
        for place, name in enumerate(sheet.outputs, 1)
    )
    rows = "".join(_written(sheet, row, number) for number, row in enumerate(sheet.rows, 1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<definitions xmlns="{NAMESPACE}" id="rules" name={quoteattr(sheet.title)} namespace="urn:casework:rules">\n'
        f"  <decision id={quoteattr(sheet.key)} name={quoteattr(sheet.title)}>\n"
        f'    <decisionTable id={_id(sheet, "table", 1)} hitPolicy="FIRST">{inputs}{outputs}{rows}\n'
        "    </decisionTable>\n  </decision>\n</definitions>\n"
    )


def _written(sheet: Sheet, row: Row, number: int) -> str:
    tests = _cells("inputEntry", [cell or "-" for cell in row.tests], f"{sheet.key}_{number}_t")
    results = _cells("outputEntry", row.results, f"{sheet.key}_{number}_r")
    return f"\n      <rule id={_id(sheet, 'rule', number)}>{tests}{results}\n      </rule>"


def _cells(tag: str, cells: Sequence[str], id: str) -> str:
    return "".join(
        f'\n        <{tag} id="{id}{place}"><text>{escape(cell)}</text></{tag}>'
        for place, cell in enumerate(cells, 1)
    )


def _id(sheet: Sheet, what: str, place: int) -> str:
    return quoteattr(f"{sheet.key}_{what}_{place}")


def read_sheet(text: str) -> tuple[Tables, Sheet]:
    """Raises DiagramRefused with everything that is wrong."""
    tables = read_tables(text.encode())
    return tables, sheet_of(tables)
