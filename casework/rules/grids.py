"""A decision table as a grid that people edit, to and from its DMN file; what else the file holds stays. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

from lxml import etree

from casework.rules.sheets import NAMESPACE
from workflows.bpmn.read import parse_xml
from workflows.engine.decision_reading import MAX_COLUMNS, MAX_RULES
from workflows.engine.decision_tables import Aggregation, HitPolicy

POLICIES: tuple[str, ...] = get_args(HitPolicy)
AGGREGATIONS: tuple[str, ...] = get_args(Aggregation)
TYPES = ("", "string", "number", "boolean", "date")
MOST_TEXT = 2000
MOST_ID = 200


class NotAGridError(ValueError):
    """What arrived is no grid; `why` is a code that the page has words for."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True, kw_only=True)
class Column:
    """Of an input, `expression` is what is looked at; of an output, `name` is what it sets and `default` what else."""

    label: str = ""
    name: str = ""
    expression: str = ""
    type: str = ""
    values: str = ""
    default: str = ""


@dataclass(frozen=True, kw_only=True)
class GridRule:
    tests: tuple[str, ...]
    results: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Grid:
    id: str
    title: str
    policy: str = "UNIQUE"
    aggregation: str = ""
    inputs: tuple[Column, ...] = ()
    outputs: tuple[Column, ...] = ()
    rules: tuple[GridRule, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


# --- from what a page sends


def grid_of(raw: object) -> Grid:
    """Raises NotAGridError."""
    if not isinstance(raw, Mapping):
        raise NotAGridError("shape")
    inputs, outputs = _columns(raw.get("inputs")), _columns(raw.get("outputs"))
    rules = _listed(raw.get("rules"), most=MAX_RULES)
    policy, aggregation = raw.get("policy"), raw.get("aggregation")
    if policy not in POLICIES or aggregation not in AGGREGATIONS or not _is_id(raw.get("id")):
        raise NotAGridError("shape")
    if len(inputs) + len(outputs) > MAX_COLUMNS:
        raise NotAGridError("size")
    return Grid(
        id=str(raw["id"]),
        title=_text(raw.get("title")),
        policy=str(policy),
        aggregation=str(aggregation),
        inputs=inputs,
        outputs=outputs,
        rules=tuple(_rule(each, len(inputs), len(outputs)) for each in rules),
    )


def _is_id(raw: object) -> bool:
    """Whatever a file calls its decision: it is looked up, and XML can write it."""
    return isinstance(raw, str) and 0 < len(raw) <= MOST_ID and raw.isprintable()


def _columns(raw: object) -> tuple[Column, ...]:
    names = Column.__dataclass_fields__
    return tuple(
        Column(**{name: _text(each.get(name, "")) for name in names})
        for each in _listed(raw, most=MAX_COLUMNS)
        if isinstance(each, Mapping) or _refuse()
    )


def _rule(raw: object, inputs: int, outputs: int) -> GridRule:
    if not isinstance(raw, Mapping):
        raise NotAGridError("shape")
    tests, results = _cells(raw.get("tests")), _cells(raw.get("results"))
    if len(tests) != inputs or len(results) != outputs:
        raise NotAGridError("shape")
    return GridRule(tests=tests, results=results, note=_text(raw.get("note", "")))


def _cells(raw: object) -> tuple[str, ...]:
    return tuple(_text(each) for each in _listed(raw, most=MAX_COLUMNS))


def _listed(raw: object, *, most: int) -> Sequence[Any]:  # Any: JSON
    if not isinstance(raw, list):
        raise NotAGridError("shape")
    if len(raw) > most:
        raise NotAGridError("size")
    return raw


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise NotAGridError("shape")
    if len(raw) > MOST_TEXT:
        raise NotAGridError("size")
    if any(ord(sign) < 32 and sign not in "\t\n\r" for sign in raw):
        raise NotAGridError("signs")
    return raw


def _refuse() -> bool:
    raise NotAGridError("shape")


# --- from a file


def decisions_in(text: str) -> list[tuple[str, str, bool]]:
    """Every decision of a file: its id, its name, and whether it is a table. Raises DiagramRefused."""
    root = parse_xml(text.encode())
    return [
        (each.get("id") or "", each.get("name") or each.get("id") or "", _table(each) is not None)
        for each in root.findall("{*}decision")
    ]


def read_grid(text: str, decision: str = "") -> Grid | None:
    """The grid of this decision, or of the file's first table; None where there is none. Raises DiagramRefused."""
    root = parse_xml(text.encode())
    found = [each for each in root.findall("{*}decision") if _table(each) is not None]
    wanted = [each for each in found if each.get("id") == decision] if decision else found
    if not wanted:
        return None
    element = wanted[0]
    table = _table(element)
    assert table is not None
    inputs, outputs = table.findall("{*}input"), table.findall("{*}output")
    return Grid(
        id=element.get("id") or "",
        title=element.get("name") or "",
        policy=(table.get("hitPolicy") or "UNIQUE").strip().upper(),
        aggregation=(table.get("aggregation") or "").strip().upper(),
        inputs=tuple(_input(each) for each in inputs),
        outputs=tuple(_output(each) for each in outputs),
        rules=tuple(_read_rule(each, len(inputs), len(outputs)) for each in table.findall("{*}rule")),
    )


def _table(decision: etree._Element) -> etree._Element | None:
    return decision.find("{*}decisionTable")


def _said(element: etree._Element, path: str) -> str:
    found = element.find(f"{path}/{{*}}text")
    return "" if found is None else "".join(str(part) for part in found.itertext()).strip()


def _input(element: etree._Element) -> Column:
    expression = _said(element, "{*}inputExpression")
    looked = element.find("{*}inputExpression")
    return Column(
        label=element.get("label") or expression,
        expression=expression,
        type="" if looked is None else looked.get("typeRef") or "",
        values=_said(element, "{*}inputValues"),
    )


def _output(element: etree._Element) -> Column:
    name = element.get("name") or ""
    return Column(
        label=element.get("label") or name,
        name=name,
        type=element.get("typeRef") or "",
        values=_said(element, "{*}outputValues"),
        default=_said(element, "{*}defaultOutputEntry"),
    )


def _read_rule(element: etree._Element, inputs: int, outputs: int) -> GridRule:
    """As many cells as there are columns, whatever the file says: what is wrong is seen, and can be mended."""
    tests = ["" if cell == "-" else cell for cell in _entries(element, "inputEntry")]
    results = _entries(element, "outputEntry")
    note = _said(element, "{*}annotationEntry") or _described(element)
    return GridRule(tests=_fitted(tests, inputs), results=_fitted(results, outputs), note=note)


def _described(element: etree._Element) -> str:
    found = element.find("{*}description")
    return "" if found is None else "".join(str(part) for part in found.itertext()).strip()


def _entries(element: etree._Element, tag: str) -> list[str]:
    return [
        "".join(str(part) for text in entry.findall("{*}text") for part in text.itertext()).strip()
        for entry in element.findall(f"{{*}}{tag}")
    ]


def _fitted(cells: Sequence[str], count: int) -> tuple[str, ...]:
    return tuple([*cells, *[""] * count][:count])


# --- to a file


def dmn_with(grid: Grid, text: str = "") -> str:
    """The file with this decision's table as the grid has it; a new file when there is none. Raises DiagramRefused."""
    root = parse_xml(text.encode()) if text else etree.fromstring(_empty(grid).encode())
    namespace = etree.QName(root).namespace or NAMESPACE
    decision = next((each for each in root.findall("{*}decision") if each.get("id") == grid.id), None)
    if decision is None:
        raise NotAGridError("gone")
    decision.set("name", grid.title or grid.id)
    old = _table(decision)
    made = _written(grid, old, namespace)
    if old is None:
        decision.append(made)
    else:
        made.tail = old.tail
        decision.replace(old, made)
    etree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="unicode") + "\n"


def _empty(grid: Grid) -> str:
    default: dict[str | None, str] = {None: NAMESPACE}
    root = etree.Element(f"{{{NAMESPACE}}}definitions", nsmap=default)  # type: ignore[arg-type]  # stubs forget None
    for key, value in (("id", f"{grid.id}_file"), ("name", grid.title), ("namespace", "urn:casework:tables")):
        root.set(key, value)
    etree.SubElement(root, f"{{{NAMESPACE}}}decision", id=grid.id, name=grid.title)
    return etree.tostring(root, encoding="unicode")


def _written(grid: Grid, old: etree._Element | None, namespace: str) -> etree._Element:
    def add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
        return etree.SubElement(parent, f"{{{namespace}}}{tag}", {k: v for k, v in attributes.items() if v})

    def say(parent: etree._Element, tag: str, text: str, **attributes: str) -> None:
        add(add(parent, tag, **attributes), "text").text = text

    table = etree.Element(f"{{{namespace}}}decisionTable")
    for key, value in old.items() if old is not None else ():
        table.set(key, value)
    table.set("id", table.get("id") or f"{grid.id}_table")
    table.set("hitPolicy", grid.policy)
    if "aggregation" in table.attrib:
        del table.attrib["aggregation"]
    if grid.aggregation:
        table.set("aggregation", grid.aggregation)
    for place, column in enumerate(grid.inputs, 1):
        made = add(table, "input", id=f"{grid.id}_in{place}", label=column.label)
        say(made, "inputExpression", column.expression, id=f"{grid.id}_read{place}", typeRef=column.type)
        if column.values.strip():
            say(made, "inputValues", column.values)
    for place, column in enumerate(grid.outputs, 1):
        made = add(
            table,
            "output",
            id=f"{grid.id}_out{place}",
            label=column.label,
            name=column.name,
            typeRef=column.type,
        )
        if column.values.strip():
            say(made, "outputValues", column.values)
        if column.default.strip():
            say(made, "defaultOutputEntry", column.default)
    annotations = old.findall("{*}annotation") if old is not None else []
    table.extend(deepcopy(each) for each in annotations)
    for number, rule in enumerate(grid.rules, 1):
        made = add(table, "rule", id=f"{grid.id}_rule{number}")
        if rule.note and not annotations:
            add(made, "description").text = rule.note
        for place, cell in enumerate(rule.tests, 1):
            say(made, "inputEntry", cell.strip() or "-", id=f"{grid.id}_{number}_t{place}")
        for place, cell in enumerate(rule.results, 1):
            say(made, "outputEntry", cell, id=f"{grid.id}_{number}_r{place}")
        if annotations:
            say(made, "annotationEntry", rule.note)
    return table
