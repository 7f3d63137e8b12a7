"""A DMN file to decisions, with every cell compiled. The XML comes through the same hardened door as a diagram's."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, cast, get_args

from lxml import etree

from workflows.bpmn.problems import DiagramRefused, Problem
from workflows.bpmn.read import parse_xml
from workflows.bpmn.read_parts import line_of, tag_and_namespace
from workflows.engine.decision_cells import compile_cell, compile_result, split
from workflows.engine.decision_tables import (
    Aggregation,
    Decision,
    HitPolicy,
    Input,
    Output,
    Rule,
    Tables,
)
from workflows.expressions import LOCAL, Expression, ExpressionError, compile_expression, limits
from workflows.expressions.errors import Word

MAX_RULES: Final = 1_000
MAX_COLUMNS: Final = 50
MAX_DECISIONS: Final = 100
MAX_CELLS: Final = 20_000

_DMN: Final = re.compile(r"https?://www\.omg\.org/spec/DMN/")
_BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_ANY_MOMENT: Final = dt.datetime(2000, 1, 1, tzinfo=LOCAL)


def read_decisions(data: bytes) -> Tables:
    """Raises DiagramRefused with every fault, so an author mends them all at once."""
    root = parse_xml(data)
    tag, namespace = tag_and_namespace(root)
    if namespace == _BPMN:
        raise DiagramRefused([Problem(code="bpmn_file", line=line_of(root))])
    if tag != "definitions" or not _DMN.match(namespace):
        raise DiagramRefused([Problem(code="not_dmn", line=line_of(root), params={"root": tag})])
    cells = sum(1 for _ in root.iter("{*}inputEntry", "{*}outputEntry"))
    if cells > MAX_CELLS:
        params = {"what": Word("格", "cells"), "count": cells, "limit": MAX_CELLS}
        raise DiagramRefused([Problem(code="too_many_parts", line=line_of(root), params=params)])
    reader = _Reader(root)
    decisions = {decision.id: decision for decision in reader.decisions()}
    if not decisions and not reader.problems:
        reader.fault("no_decision", root)
    reader.needs_exist(decisions)
    if reader.problems:
        raise DiagramRefused(reader.problems)
    return Tables(decisions=decisions)


class _Reader:
    """Collects faults while it reads; ``decision`` is the one it is at."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.decision = self.name = ""

    def fault(self, code: str, element: etree._Element, **params: object) -> None:
        params = {"decision": self.name, **params}
        self.problems.append(Problem(code=code, element=self.decision, line=line_of(element), params=params))

    def decisions(self) -> Iterator[Decision]:
        found = self.root.findall("{*}decision")
        if len(found) > MAX_DECISIONS:
            self.fault("too_many_decisions", self.root, count=len(found), limit=MAX_DECISIONS)
            return
        lines: dict[str, int] = {}
        for element in found:
            id = self.decision = element.get("id") or ""
            self.name = element.get("name") or id
            if not id:
                self.fault("missing_attribute", element, tag="decision", attribute="id")
            elif id in lines:
                self.fault("duplicate_id", element, id=id, first=lines[id], second=line_of(element))
            else:
                lines[id] = line_of(element)
                yield self._decision(element, id)

    def _decision(self, element: etree._Element, id: str) -> Decision:
        name = element.get("name") or id
        variable = element.find("{*}variable")
        called = (variable.get("name") if variable is not None else None) or name
        table, formula = element.find("{*}decisionTable"), element.find("{*}literalExpression")
        base = Decision(
            id=id,
            name=name,
            variable=called if called.isidentifier() else id,
            needs=tuple(
                (need.get("href") or "").rpartition("#")[2]
                for need in element.findall("{*}informationRequirement/{*}requiredDecision")
            ),
            line=line_of(element),
        )
        if table is not None:
            return self._table(table, base)
        if formula is None:
            self.fault("decision_empty", element)
            return base
        return replace(base, formula=self._compiled(formula, _text(formula)))

    def _table(self, table: etree._Element, base: Decision) -> Decision:
        inputs, outputs = table.findall("{*}input"), table.findall("{*}output")
        rules = table.findall("{*}rule")
        if not outputs:
            self.fault("decision_no_output", table)
        if len(rules) > MAX_RULES or len(inputs) + len(outputs) > MAX_COLUMNS:
            self.fault("decision_too_large", table, rules=MAX_RULES, columns=MAX_COLUMNS)
            return base
        policy, aggregation = self._policy(table, outputs)
        columns = tuple(self._output(output, base) for output in outputs)
        if policy in ("PRIORITY", "OUTPUT ORDER") and not any(column.order for column in columns):
            self.fault("decision_no_order", table, policy=policy)
        return replace(
            base,
            policy=policy,
            aggregation=aggregation,
            inputs=tuple(self._labelled(inputs)),
            outputs=columns,
            rules=tuple(
                self._rule(rule, number, len(inputs), len(outputs)) for number, rule in enumerate(rules, 1)
            ),
        )

    def _policy(self, table: etree._Element, outputs: list[etree._Element]) -> tuple[HitPolicy, Aggregation]:
        policy = (table.get("hitPolicy") or "UNIQUE").strip().upper()
        aggregation = (table.get("aggregation") or "").strip().upper()
        if policy not in get_args(HitPolicy):
            self.fault("decision_policy", table, policy=policy)
            policy = "UNIQUE"
        if aggregation and (aggregation not in get_args(Aggregation) or policy != "COLLECT"):
            self.fault("decision_policy", table, policy=f"{policy} {aggregation}")
        if aggregation and len(outputs) > 1:
            self.fault("decision_one_output", table, policy=f"{policy} {aggregation}")
        return cast(HitPolicy, policy), cast(Aggregation, aggregation)

    def _labelled(self, inputs: list[etree._Element]) -> Iterator[Input]:
        used: set[str] = set()
        for number, element in enumerate(inputs, 1):
            holder = element.find("{*}inputExpression")
            text = "" if holder is None else _text(holder)
            label = element.get("label") or text or str(number)
            label = label if label not in used else f"{label} ({number})"
            used.add(label)
            expression = self._compiled(element, text)
            if expression is not None:
                yield Input(
                    label=label,
                    expression=expression,
                    kind=("" if holder is None else holder.get("typeRef") or "").lower(),
                    allowed=tuple(self._listed(element, "inputValues")),
                )

    def _output(self, element: etree._Element, base: Decision) -> Output:
        name = element.get("name") or ""
        default = element.find("{*}defaultOutputEntry")
        return Output(
            name=name or base.variable,
            label=element.get("label") or name,
            order=tuple(self._constants(element)),
            default=None if default is None else self._compiled(default, _text(default)),
        )

    def _listed(self, element: etree._Element, tag: str) -> list[str]:
        found = element.find(f"{{*}}{tag}")
        text = "" if found is None else _text(found)
        if len(text) > limits.CHARACTERS:
            error = ExpressionError("too_long", limit=limits.CHARACTERS)
            self.fault("decision_cell", element, rule="–", text=text, error=error)
            return []
        return [part.strip() for part in split(text) if part.strip()]

    def _constants(self, output: etree._Element) -> Iterator[Any]:
        for text in self._listed(output, "outputValues"):
            expression = self._compiled(output, text)
            try:
                if expression is not None:
                    yield expression.evaluate({}, now=_ANY_MOMENT)
            except ExpressionError as error:
                self.fault("decision_cell", output, rule="–", text=text, error=error)

    def _rule(self, element: etree._Element, number: int, inputs: int, outputs: int) -> Rule:
        cells = [_text(cell) for cell in element.findall("{*}inputEntry")]
        results = [_text(cell) for cell in element.findall("{*}outputEntry")]
        if len(cells) != inputs or len(results) != outputs:
            self.fault("decision_row", element, rule=number, inputs=inputs, outputs=outputs)
        return Rule(
            id=element.get("id") or str(number),
            number=number,
            cells=tuple(cells),
            tests=tuple(self._cell(element, number, text, compile_cell) for text in cells),
            results=tuple(self._cell(element, number, text, compile_result) for text in results),
            line=line_of(element),
        )

    def _cell(self, element: etree._Element, number: int, text: str, compiled: Any) -> Expression | None:
        try:
            return cast("Expression | None", compiled(text))
        except ExpressionError as error:
            self.fault("decision_cell", element, rule=number, text=text, error=error)
            return None

    def _compiled(self, element: etree._Element, text: str) -> Expression | None:
        try:
            return compile_expression("=" + text)
        except ExpressionError as error:
            self.fault("decision_cell", element, rule="–", text=text, error=error)
            return None

    def needs_exist(self, decisions: dict[str, Decision]) -> None:
        """Every required decision is here, and none requires itself, however far round."""
        finished: set[str] = set()
        for id, decision in decisions.items():
            self.decision = id
            for need in decision.needs:
                if need not in decisions:
                    self.problems.append(_about(decision, "decision_need", need=need))
            if _comes_back(id, decisions, finished):
                self.problems.append(_about(decision, "decision_circle"))
                return


def _comes_back(start: str, decisions: dict[str, Decision], finished: set[str]) -> bool:
    path: set[str] = set()
    pending = [(start, False)]
    while pending:
        id, leaving = pending.pop()
        if leaving:
            path.discard(id)
            finished.add(id)
        elif id in path:
            return True
        elif id not in finished and id in decisions:
            path.add(id)
            pending.append((id, True))
            pending.extend((need, False) for need in decisions[id].needs)
    return False


def _about(decision: Decision, code: str, **params: object) -> Problem:
    return Problem(
        code=code, element=decision.id, line=decision.line, params={"decision": decision.name, **params}
    )


def _text(element: etree._Element) -> str:
    found = element.find("{*}text")
    return "" if found is None else "".join(str(part) for part in found.itertext()).strip()
