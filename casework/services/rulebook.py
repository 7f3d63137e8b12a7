"""The district's rule tables: the versions that hold now, and the only writer of new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from itertools import product
from time import monotonic
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.clocks import WorkCalendar
from casework.errors import NotFound, NotValid, NotYours
from casework.models import RuleTable, SettingChange
from casework.rules.nearby import (
    ANSWERS,
    ASKED,
    BARS,
    CLIMBS,
    DESCENDS,
    KINDS,
    LEVEL_WORDS,
    Ruler,
    Table,
    shipped_tables,
)
from casework.rules.sheets import Row, Sheet, dmn_of, read_sheet, sheet_of
from casework.services.setting_history import Change, lock_setting, remember
from workflows.bpmn import DiagramRefused
from workflows.engine.decisions import Tables
from workflows.expressions import ExpressionError

_KEPT_AS = "rule_tables"
_KEPT_SECONDS = 60
SAID = 500
MOST_TRIED = 2_000
LONGEST_TRIED = (
    10.0  # seconds: a table of twenty columns and a thousand rows could keep a server busy for minutes
)


@dataclass(frozen=True, kw_only=True)
class _Held:
    """A stored version as it is kept between two looks: without its text."""

    pk: int
    key: str
    version: int
    valid_from: datetime


def ruler(*, now: datetime, calendar: WorkCalendar) -> Ruler:
    """The tables that hold at this moment: the newest stored version, else what the product came with."""
    tables = dict(shipped_tables())
    for row in _held():
        if row.valid_from <= now and row.key in tables and row.version > tables[row.key].version:
            tables[row.key] = Table(key=row.key, version=row.version, tables=_compiled(row.pk))
    return Ruler(tables=tables, now=now, calendar=calendar)


def _held() -> list[_Held]:
    """Looked up once a minute, so that a change is known soon everywhere."""
    kept: list[_Held] | None = cache.get(_KEPT_AS)
    if kept is None:
        rows = RuleTable.objects.values_list("pk", "key", "version", "valid_from")
        kept = [
            _Held(pk=pk, key=key, version=version, valid_from=valid_from)
            for pk, key, version, valid_from in rows
        ]
        cache.set(_KEPT_AS, kept, _KEPT_SECONDS)
    return kept


def forget_rules() -> None:
    """After a change, for this process; the others hear of it within a minute."""
    cache.delete(_KEPT_AS)


@lru_cache(maxsize=64)
def _compiled(pk: int) -> Tables:
    """A version never changes, so it is read once."""
    return read_sheet(RuleTable.objects.values_list("dmn", flat=True).get(pk=pk))[0]


# --- what administrators see and change


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The version of a table that holds, as rows."""

    sheet: Sheet
    version: int
    is_confirmed: bool
    note: str
    valid_from: datetime | None
    saved_at: datetime | None
    saved_by: str


def tables_shown(by: Viewer, *, now: datetime) -> list[Shown]:
    ensure_may_edit(by)
    return [_shown(key, now=now) for key in ASKED]


def table_shown(key: str, *, by: Viewer, now: datetime) -> Shown:
    """Raises NotYours, NotFound."""
    ensure_may_edit(by)
    ensure_known(key)
    return _shown(key, now=now)


def shipped_sheet(key: str) -> Sheet:
    """What the product came with. Raises NotFound."""
    ensure_known(key)
    return sheet_of(shipped_tables()[key].tables)


def versions_of(key: str, *, by: Viewer) -> list[RuleTable]:
    """All stored versions, the newest first."""
    ensure_may_edit(by)
    ensure_known(key)
    return list(RuleTable.objects.filter(key=key).select_related("saved_by").order_by("-version"))


def _shown(key: str, *, now: datetime) -> Shown:
    row = (
        RuleTable.objects.filter(key=key, valid_from__lte=now)
        .select_related("saved_by")
        .order_by("-version")
        .first()
    )
    if row is None:
        return Shown(
            sheet=sheet_of(shipped_tables()[key].tables),
            version=0,
            is_confirmed=False,
            note=_("Shipped default, to be confirmed by the district."),
            valid_from=None,
            saved_at=None,
            saved_by="",
        )
    return Shown(
        sheet=sheet_of(_compiled(row.pk)),
        version=row.version,
        is_confirmed=row.is_confirmed,
        note=row.note,
        valid_from=row.valid_from,
        saved_at=row.saved_at,
        saved_by=str(row.saved_by or ""),
    )


def ensure_may_edit(by: Viewer) -> None:
    if not by.has_power("studio"):
        raise NotYours


def ensure_known(key: str) -> None:
    if key not in ASKED:
        raise NotFound


@dataclass(frozen=True, kw_only=True)
class NewTable:
    """A table as an administrator gives it. `after` is the version he saw; another one by now is refused."""

    inputs: Sequence[str]
    outputs: Sequence[str]
    rows: Sequence[tuple[Sequence[str], Sequence[str]]]
    after: int
    note: str = ""
    is_confirmed: bool = True
    valid_from: datetime | None = None


@transaction.atomic
def put_table(key: str, new: NewTable, *, by: Viewer, now: datetime) -> RuleTable:
    """Keep the next version of a table. Raises NotYours, NotFound, NotValid."""
    ensure_may_edit(by)
    ensure_known(key)
    text = checked_text(key, new, now=now)
    lock_setting(f"rule_table:{key}")  # two administrators at once: one version after the other
    last = RuleTable.objects.filter(key=key).order_by("-version").values_list("version", flat=True).first()
    if (last or 0) != new.after:
        raise NotValid(
            _("Somebody has changed this table in the meantime: look at version %d.") % (last or 0)
        )
    row = RuleTable.objects.create(
        key=key,
        version=(last or 0) + 1,
        dmn=text,
        sha256=sha256(text.encode()).hexdigest(),
        note=new.note.strip()[:SAID],
        is_confirmed=new.is_confirmed,
        valid_from=max(now, new.valid_from) if new.valid_from else now,
        saved_at=now,
        saved_by_id=by.user_id,
    )
    _remember(row, before=last or 0, by=by)
    transaction.on_commit(forget_rules)
    return row


def _remember(row: RuleTable, *, before: int, by: Viewer) -> None:
    section = SettingChange.Section.LIMITS if row.key == "nearby_limits" else SettingChange.Section.RULES
    change = Change(
        section=section,
        subject=row.key,
        label=sheet_of(shipped_tables()[row.key].tables).title,
        verb="put_in_force",
        before={"version": before},
        after={"version": row.version, "valid_from": f"{timezone.localtime(row.valid_from):%Y-%m-%d %H:%M}"},
        note=row.note,
    )
    remember(change, by=by)


def checked_text(key: str, new: NewTable, *, now: datetime) -> str:
    """The DMN text of a table that can be asked whatever comes. Raises NotValid with everything that is wrong."""
    missing = [name for name in ANSWERS[key] if name not in new.outputs]
    if missing:
        raise _refused("outputs", _("These columns are missing: %s") % "、".join(missing))
    sheet = Sheet(
        key=key,
        title=sheet_of(shipped_tables()[key].tables).title,
        inputs=tuple(new.inputs),
        outputs=tuple(new.outputs),
        rows=tuple(Row(tests=tuple(tests), results=tuple(results)) for tests, results in new.rows),
    )
    text = dmn_of(sheet)
    try:
        tables = read_sheet(text)[0]
    except DiagramRefused as refused:
        language = get_language() or "zh-hans"
        raise _refused("rows", *(problem.text(language) for problem in refused.problems)) from refused
    errors = [p.text(get_language() or "zh-hans") for p in tables.problems if p.severity == "error"]
    if errors:
        raise _refused("rows", *errors)
    _ensure_answers(key, tables, now=now)
    return text


def _refused(field: str, *messages: str) -> NotValid:
    return NotValid(fields={field: list(messages)[:20]})


def _ensure_answers(key: str, tables: Tables, *, now: datetime) -> None:
    """Ask it everything it will be asked: an error is found now, not with the next report."""
    until = monotonic() + LONGEST_TRIED
    for facts in _questions(key, tables):
        if monotonic() > until:
            raise _refused("rows", _("This table is too large to be checked: use fewer rows or columns."))
        try:
            tables.evaluate(None, facts, now=now)
        except ExpressionError as error:
            asked = "，".join(f"{name}={value}" for name, value in facts.items())
            raise _refused("rows", f"{asked}：{error.text(get_language() or 'zh-hans')}") from error


def _questions(key: str, tables: Tables) -> list[dict[str, Any]]:  # Any: values of facts
    categories = ["", "没有列的类别", *_values_of(tables, "类别")]
    domains: dict[str, Sequence[Any]] = {
        "类型": list(KINDS.values()),
        "类别": categories,
        "紧急": [True, False],
        "险情": list(BARS.values()),
        "层级": list(LEVEL_WORDS.values()),
        "环节": ["签收", "处置", "核查"],
        "事由": ["", *(CLIMBS if key == "nearby_climb" else DESCENDS).values()],
        "次数": [1, 2, 9],
    }
    names = ASKED[key]
    picked = product(*(domains[name] for name in names))
    return [
        dict(zip(names, values, strict=True)) for values, _n in zip(picked, range(MOST_TRIED), strict=False)
    ]


def _values_of(tables: Tables, label: str) -> list[str]:
    """The values that a column names, as far as they are plain texts."""
    decision = tables.decisions[tables.main]
    places = [place for place, column in enumerate(decision.inputs) if column.label == label]
    cells = [rule.cells[place] for rule in decision.rules for place in places]
    return [
        part.strip().strip('"') for cell in cells for part in cell.split(",") if part.strip().startswith('"')
    ]
