"""DMN 1.3 decision tables: `read_tables(bytes)` once, then `tables.evaluate(id, facts, now=…)` as often as needed.

Hit policies UNIQUE, FIRST, PRIORITY, ANY, COLLECT (+ sum, min, max, count), RULE ORDER and OUTPUT ORDER; decisions may
require each other. `tables.problems` names overlaps, gaps and rules that never fire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from workflows.engine.decision_check import findings
from workflows.engine.decision_reading import read_decisions
from workflows.engine.decision_tables import Decision, Input, Outcome, Output, Rule, Tables
from workflows.engine.plan import Decide

__all__ = ["Decision", "Input", "Outcome", "Output", "Rule", "Tables", "by_name", "read_tables"]


def read_tables(data: bytes) -> Tables:
    """The decisions of a DMN file. Raises DiagramRefused with everything that is wrong."""
    tables = read_decisions(data)
    found = [problem for decision in tables.decisions.values() for problem in findings(decision)]
    return replace(tables, problems=tuple(found))


def by_name(files: Mapping[str, bytes]) -> dict[str, Decide]:
    """What a business rule task can ask: every decision by its id, and each file's main one by the file's name."""
    asked: dict[str, Decide] = {}
    for name, data in files.items():
        tables = read_tables(data)
        asked |= {id: partial(tables.evaluate, id) for id in tables.decisions}
        asked[name] = partial(tables.evaluate, tables.main)
    return asked
