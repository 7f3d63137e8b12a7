"""Decision tables as they are evaluated: which rules fired with which inputs, and what they give.

A decision may require others; their results are facts for it, under their output names and under their own name.
Cells are unary tests in the closed expression language (`decision_cells`); an unknown fact is an error, never "no rule".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from workflows.bpmn.problems import Problem
from workflows.expressions import Calendar, Expression, ExpressionError

HitPolicy = Literal["UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"]
Aggregation = Literal["", "SUM", "MIN", "MAX", "COUNT"]

#: The value a cell tests, as the cell's expression sees it.
TESTED: Final = "cellInput"


@dataclass(frozen=True, kw_only=True)
class Input:
    """A column of facts. ``allowed`` are the values the author declared, for the check of gaps."""

    label: str
    expression: Expression
    kind: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Output:
    """A column of results. ``order`` are the declared values, best first; ``default`` is given when no rule fires."""

    name: str
    label: str = ""
    order: tuple[Any, ...] = ()
    default: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """``tests`` and ``results`` run beside the columns; None is a cell that says nothing. ``number`` counts from 1."""

    id: str
    number: int
    cells: tuple[str, ...]
    tests: tuple[Expression | None, ...]
    results: tuple[Expression | None, ...]
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision table, or a single expression (``formula``) under the name of its variable."""

    id: str
    name: str
    variable: str
    needs: tuple[str, ...] = ()
    policy: HitPolicy = "UNIQUE"
    aggregation: Aggregation = ""
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    rules: tuple[Rule, ...] = ()
    formula: Expression | None = None
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """``rules`` are the numbers of the rules that fired, ``inputs`` the facts that were tested, by column.

    ``before`` holds the outcomes of the decisions that this one required.
    """

    values: Mapping[str, Any]
    rules: tuple[int, ...]
    inputs: Mapping[str, Any]
    before: Mapping[str, Outcome] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The decisions of one file, in its order. ``problems`` are overlaps, gaps and rules that never fire."""

    decisions: Mapping[str, Decision]
    problems: tuple[Problem, ...] = ()

    @property
    def main(self) -> str:
        """The decision that no other requires; the last one when there are several."""
        needed = {id for decision in self.decisions.values() for id in decision.needs}
        return [id for id in self.decisions if id not in needed][-1]

    def evaluate(
        self,
        table_id: str | None,
        facts: Mapping[str, Any],
        *,
        now: dt.datetime,
        calendar: Calendar | None = None,
    ) -> Outcome:
        """The outcome of a decision, and of those it requires. Raises ExpressionError."""
        wanted = self.decisions.get(table_id) if table_id else self.decisions[self.main]
        if wanted is None:
            raise ExpressionError("unknown_table", name=table_id)
        return _Evaluation(self, facts, now, calendar).decide(wanted)


@dataclass
class _Evaluation:
    """One question; each decision is decided once however many others require it."""

    tables: Tables
    facts: Mapping[str, Any]
    now: dt.datetime
    calendar: Calendar | None
    decided: dict[str, Outcome] = field(default_factory=dict)

    def decide(self, decision: Decision) -> Outcome:
        if decision.id not in self.decided:
            self.decided[decision.id] = self._decide(decision)
        return self.decided[decision.id]

    def _decide(self, decision: Decision) -> Outcome:
        facts = dict(self.facts)
        before = {id: self.decide(self.tables.decisions[id]) for id in decision.needs}
        for id, outcome in before.items():
            facts.update(outcome.values)
            single = next(iter(outcome.values.values())) if len(outcome.values) == 1 else dict(outcome.values)
            facts[self.tables.decisions[id].variable] = single
        if decision.formula is not None:
            value = self._value(decision.formula, facts)
            return Outcome(values={decision.variable: value}, rules=(), inputs={}, before=before)
        inputs = {column.label: self._value(column.expression, facts) for column in decision.inputs}
        fired = self._fired(decision, list(inputs.values()), facts)
        values = self._resolved(decision, fired, facts)
        return Outcome(
            values=values, rules=tuple(rule.number for rule in fired), inputs=inputs, before=before
        )

    def _fired(self, decision: Decision, inputs: list[Any], facts: Mapping[str, Any]) -> list[Rule]:
        fired: list[Rule] = []
        for rule in decision.rules:
            if self._matches(rule, inputs, facts):
                fired.append(rule)
                if decision.policy == "FIRST":
                    break
        if decision.policy == "UNIQUE" and len(fired) > 1:
            numbers = ", ".join(str(rule.number) for rule in fired)
            raise ExpressionError("several_rules", table=decision.name, rules=numbers)
        return fired

    def _matches(self, rule: Rule, inputs: list[Any], facts: Mapping[str, Any]) -> bool:
        for test, value in zip(rule.tests, inputs, strict=True):
            if test is None:
                continue
            try:
                if not test.holds({**facts, TESTED: value}, now=self.now, calendar=self.calendar):
                    return False
            except ExpressionError as error:
                error.line = rule.number
                raise
        return True

    def _resolved(self, decision: Decision, fired: list[Rule], facts: Mapping[str, Any]) -> dict[str, Any]:
        rows = [[self._value(result, facts) for result in rule.results] for rule in fired]
        columns = decision.outputs
        if decision.policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER"):
            if decision.policy == "OUTPUT ORDER":
                rows.sort(key=lambda row: _rank(row, columns))
            return {
                column.name: self._aggregated(decision, [row[place] for row in rows])
                for place, column in enumerate(columns)
            }
        if decision.policy == "ANY" and any(row != rows[0] for row in rows):
            raise ExpressionError(
                "rules_differ", table=decision.name, rules=", ".join(str(r.number) for r in fired)
            )
        if decision.policy == "PRIORITY" and rows:
            best = min(range(len(rows)), key=lambda place: _rank(rows[place], columns))
            rows, fired[:] = [rows[best]], [fired[best]]
        chosen = rows[0] if rows else [self._value(column.default, facts) for column in columns]
        return {column.name: value for column, value in zip(columns, chosen, strict=True)}

    def _aggregated(self, decision: Decision, values: list[Any]) -> Any:
        kind = decision.aggregation
        if not kind:
            return values
        if kind == "COUNT":
            return len(values)
        if not values:
            return None
        if any(type(value) not in (int, float) for value in values):
            raise ExpressionError("not_numbers", table=decision.name)
        if kind == "SUM":
            return sum(values)
        return min(values) if kind == "MIN" else max(values)

    def _value(self, expression: Expression | None, facts: Mapping[str, Any]) -> Any:
        if expression is None:
            return None
        return expression.evaluate(facts, now=self.now, calendar=self.calendar)


def _rank(row: list[Any], columns: tuple[Output, ...]) -> tuple[int, ...]:
    """Where a row stands by the declared order of the outputs; undeclared values come last."""
    return tuple(
        column.order.index(value) if value in column.order else len(column.order)
        for value, column in zip(row, columns, strict=True)
    )
