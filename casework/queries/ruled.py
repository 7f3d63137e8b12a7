"""What rules decided about a case, in words: where it went and why nobody nearer, when it was handed up and by which row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.models import Case, CaseEvent
from casework.rules.nearby import shipped_tables
from casework.rules.sheets import sheet_of

LEVEL_NAMES: Mapping[str, str | Promise] = {
    "microgrid": gettext_lazy("Micro-grid"),
    "grid": gettext_lazy("Grid"),
    "community": gettext_lazy("Village or community"),
    "town": gettext_lazy("Town or sub-district"),
    "district": gettext_lazy("District"),
}
HOW: Mapping[str, str | Promise] = {
    "straight": gettext_lazy("straight there"),
    "chosen": gettext_lazy("chosen by the parties"),
    "point": gettext_lazy("the nearest that is open"),
    "power": gettext_lazy("the nearest with the power"),
    "usual": gettext_lazy("the duty desk, as nobody nearer could"),
    "nobody": gettext_lazy("nobody sits there"),
    "notify": gettext_lazy("told to the level above"),
    "up": gettext_lazy("handed up"),
}
PASSED: Mapping[str, str | Promise] = {
    "no_power": gettext_lazy("has no power for it"),
    "nobody": gettext_lazy("nobody sits there"),
    "closed": gettext_lazy("is closed now"),
    "refused": gettext_lazy("was refused by a party"),
    "straight": gettext_lazy("is left out by a listed reason"),
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A row of a table: “权责清单 第 3 条（默认，待确认）”, with the note that stands beside it."""

    title: str
    place: str
    note: str
    is_default: bool


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """One decision by rule; `passed` says of each level left out why, `level` where it came to rest."""

    seq: int
    at: datetime
    step: str
    to: tuple[str, ...]
    level: str
    how: str
    mark: str
    passed: tuple[tuple[str, str], ...]
    rules: tuple[Rule, ...]


def rulings(case: Case) -> tuple[Ruling, ...]:
    """The newest first. One query."""
    events = CaseEvent.objects.filter(case=case, kind__in=["ruled", "escalated", "pushed_down"])
    return tuple(_ruling(event) for event in events.order_by("-seq") if event.data.get("rules"))


def _ruling(event: CaseEvent) -> Ruling:
    data = event.data
    to = data.get("posts") or data.get("to") or []
    return Ruling(
        seq=event.seq,
        at=event.at,
        step=str(data.get("name", "")),
        to=(to,) if isinstance(to, str) else tuple(map(str, to)),
        level=_level(data.get("level") or (data.get("to") if isinstance(data.get("to"), str) else "")),
        how=str(HOW.get(data.get("how") or data.get("action", ""), "")),
        mark=str(data.get("mark", "")),
        passed=tuple(
            (_level(each["level"]), str(PASSED.get(each["why"], ""))) for each in data.get("passed", ())
        ),
        rules=_rules(data["rules"]),
    )


def _level(key: object) -> str:
    return str(LEVEL_NAMES.get(str(key), ""))


def _rules(told: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:  # Any: JSON of the journal
    return tuple(
        Rule(
            title=_title(str(rule["table"])),
            place=_("row %(number)d of version %(version)d")
            % {"number": rule["rule"], "version": rule["version"]},
            note=str(rule["note"]),
            is_default=rule["version"] == 0,
        )
        for rule in told
    )


def _title(key: str) -> str:
    table = shipped_tables().get(key)
    return sheet_of(table.tables).title if table else key
