"""DMN 1.3 decision tables: `read_tables(bytes)` once, then `tables.evaluate(id, facts, now=…)` as often as needed.

Hit policies UNIQUE, FIRST, PRIORITY, ANY, COLLECT (+ sum, min, max, count), RULE ORDER and OUTPUT ORDER; decisions may
require each other. `tables.problems` names overlaps, gaps and rules that never fire.
"""

from __future__ import annotations

from dataclasses import replace

from workflows.engine.decision_check import findings
from workflows.engine.decision_reading import read_decisions
from workflows.engine.decision_tables import Decision, Input, Outcome, Output, Rule, Tables

__all__ = ["Decision", "Input", "Outcome", "Output", "Rule", "Tables", "read_tables"]


def read_tables(data: bytes) -> Tables:
    """The decisions of a DMN file. Raises DiagramRefused with everything that is wrong."""
    tables = read_decisions(data)
    found = [problem for decision in tables.decisions.values() for problem in findings(decision)]
    return replace(tables, problems=tuple(found))
