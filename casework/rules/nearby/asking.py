"""The district's tables, asked so that there is always an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casework.rules.nearby.facts import Ruled
from workflows.engine.decisions import Tables
from workflows.expressions import Calendar, ExpressionError

# What each table is asked with and has to answer; a table of a district's own may ask less and say more.
ASKED: Mapping[str, tuple[str, ...]] = {
    "nearby_power": ("类别",),
    "nearby_start": ("类型", "类别", "紧急", "险情"),
    "nearby_climb": ("类型", "类别", "层级", "环节", "事由", "次数", "紧急"),
    "nearby_descend": ("类型", "类别", "层级", "事由"),
    "nearby_limits": ("类型", "类别", "层级", "紧急"),
    "dispatch_units": ("类型", "类别", "紧急"),
}
ANSWERS: Mapping[str, tuple[str, ...]] = {
    "nearby_power": ("类型", "微网格", "网格", "社区", "镇街", "区", "说明"),
    "nearby_start": ("层级", "单位", "岗位", "标记", "说明"),
    "nearby_climb": ("去向", "层级", "单位", "岗位", "标记", "再限", "说明"),
    "nearby_descend": ("去向", "说明"),
    "nearby_limits": ("签收", "时限", "说明"),
    "dispatch_units": ("牵头", "配合", "说明"),
}


@dataclass(frozen=True, kw_only=True)
class Table:
    """One version of one table, ready to be asked. Version 0 is what the product came with."""

    key: str
    version: int
    tables: Tables


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The values of the row that fits, as text, and which row that is."""

    values: Mapping[str, str]
    ruled: Ruled

    def get(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(frozen=True, kw_only=True)
class Ruler:
    """All tables as of one moment."""

    tables: Mapping[str, Table]
    now: datetime
    calendar: Calendar | None = None

    def ask(self, key: str, facts: Mapping[str, Any]) -> Answer:  # Any: values of facts
        """The first row that fits; no values where none does or where the table can't be evaluated.

        A table with a fault must not keep a report from being taken: what is built in counts then, and the answer's
        rule 0 shows it.
        """
        table = self.tables[key]
        try:
            outcome = table.tables.evaluate(None, facts, now=self.now, calendar=self.calendar)
        except ExpressionError as error:
            note = error.text("zh-hans")[:200]
            return Answer(values={}, ruled=Ruled(table=key, version=table.version, rule=0, note=note))
        values = {name: _text(value) for name, value in outcome.values.items()}
        number = outcome.rules[0] if outcome.rules else 0
        ruled = Ruled(table=key, version=table.version, rule=number, note=values.get("说明", "")[:200])
        return Answer(values=values, ruled=ruled)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
