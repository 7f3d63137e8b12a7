"""Time limits by category, level and urgency: the rows of one rule table, each changed or confirmed by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.clocks import LimitUnreadable, parse_limits
from casework.errors import NotNow, NotValid, ReasonMissing
from casework.models import SettingChange
from casework.rules.nearby import LEVEL_WORDS
from casework.rules.plainly import plain_result, plain_test, written_result, written_test
from casework.rules.sheets import Row, Sheet
from casework.services.rulebook import NewTable, put_table, shipped_sheet, table_shown, versions_of
from casework.services.setting_history import Change, lock_setting, remember

KEY = "nearby_limits"
TESTS = ("类型", "类别", "层级", "紧急")
RESULTS = ("签收", "时限", "说明")


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One row in plain words. `mark` names it by what it says, whatever its place."""

    number: int
    mark: str
    kind: str
    category: str
    level: str
    urgent: str
    sign_for: str
    handle: str
    why: str
    is_confirmed: bool


@dataclass(frozen=True, kw_only=True)
class LimitEntry:
    """What a row is to say. Empty tests mean whatever."""

    sign_for: str
    handle: str
    why: str = ""
    kind: str = ""
    category: str = ""
    level: str = ""
    urgent: str = ""


def limits_shown(by: Viewer, *, now: datetime) -> list[Limit]:
    """Raises NotYours."""
    sheet = table_shown(KEY, by=by, now=now).sheet
    confirmed = _confirmed()
    shipped = {_mark(row) for row in shipped_sheet(KEY).rows}
    return [_limit(sheet, row, number, confirmed, shipped) for number, row in enumerate(sheet.rows, 1)]


def _confirmed() -> set[str]:
    section = SettingChange.Section.LIMITS
    rows = SettingChange.objects.filter(section=section, verb="confirmed")
    return {subject.removeprefix("limit:") for subject in rows.values_list("subject", flat=True)}


def _limit(sheet: Sheet, row: Row, number: int, confirmed: set[str], shipped: set[str]) -> Limit:
    said = _said(sheet, row)
    return Limit(
        number=number,
        mark=(mark := _mark(row)),
        kind=said.get("类型", ""),
        category=said.get("类别", ""),
        level=said.get("层级", ""),
        urgent=said.get("紧急", ""),
        sign_for=said.get("签收", ""),
        handle=said.get("时限", ""),
        why=said.get("说明", ""),
        # What a person of the district has written needs no second confirmation.
        is_confirmed=mark in confirmed or mark not in shipped,
    )


def _said(sheet: Sheet, row: Row) -> Mapping[str, str]:
    tests = zip(sheet.inputs, map(plain_test, row.tests), strict=True)
    results = zip(sheet.outputs, map(plain_result, row.results), strict=True)
    return {**dict(tests), **dict(results)}


def _mark(row: Row) -> str:
    return sha256("\x1f".join((*row.tests, *row.results)).encode()).hexdigest()[:24]


@transaction.atomic
def confirm_limits(marks: Sequence[str], *, note: str, by: Viewer, now: datetime) -> int:
    """Say that shipped defaults are the district's too. Returns how many were still open. Raises NotYours, NotValid."""
    lock_setting(f"rule_table:{KEY}")
    found = [one for one in limits_shown(by, now=now) if one.mark in marks and not one.is_confirmed]
    for one in found:
        label = _label(one)
        after = {"sign_for": one.sign_for, "limit": one.handle}
        change = Change(
            section=SettingChange.Section.LIMITS,
            subject=f"limit:{one.mark}",
            label=label,
            verb="confirmed",
            after=after,
            note=note,
        )
        remember(change, by=by)
    return len(found)


@transaction.atomic
def change_limit(mark: str, entry: LimitEntry, *, note: str, by: Viewer, now: datetime) -> None:
    """Other limits for the same matters: the next version of the table, from now on.

    Raises NotYours, NotValid, ReasonMissing, NotNow when somebody has changed the row meanwhile.
    """
    lock_setting(f"rule_table:{KEY}")
    sheet = table_shown(KEY, by=by, now=now).sheet
    _ensure_valid(entry, note=note)
    old = next((row for row in sheet.rows if _mark(row) == mark), None)
    if old is None:
        raise NotNow(_("Somebody has changed this limit in the meantime; look at it again."))
    new = Row(tests=old.tests, results=_results(sheet, entry, old=old))
    rows = [new if row is old else row for row in sheet.rows]
    _put(sheet, rows, label=_said(sheet, new), before=_said(sheet, old), note=note, by=by, now=now)


@transaction.atomic
def add_limit(entry: LimitEntry, *, note: str, by: Viewer, now: datetime) -> None:
    """A row for some matters of their own, ahead of all others. Raises NotYours, NotValid, ReasonMissing."""
    lock_setting(f"rule_table:{KEY}")
    sheet = table_shown(KEY, by=by, now=now).sheet
    _ensure_valid(entry, note=note)
    wanted = dict(zip(TESTS, (entry.kind, entry.category, entry.level, entry.urgent), strict=True))
    if not any(wanted.values()):
        raise NotValid(fields={"category": [_("Say for which matters: a category, a level or urgent ones.")]})
    if entry.level and entry.level not in LEVEL_WORDS.values():
        raise NotValid(fields={"level": [_("Choose one of these.")]})
    tests = tuple(written_test(wanted.get(name, "")) for name in sheet.inputs)
    if any(row.tests == tests for row in sheet.rows):
        raise NotValid(
            fields={"category": [_("There is a limit for exactly these matters; change that one.")]}
        )
    new = Row(tests=tests, results=_results(sheet, entry))
    _put(sheet, [new, *sheet.rows], label=_said(sheet, new), before={}, note=note, by=by, now=now)


def _ensure_valid(entry: LimitEntry, *, note: str) -> None:
    wrong: dict[str, list[str]] = {}
    for name, text in (("sign_for", entry.sign_for), ("handle", entry.handle)):
        try:
            parse_limits(text)
        except LimitUnreadable:
            wrong[name] = [_("Write e.g. 30m, 4wh, 3wd or 4wh:stop; 7wd:penalise.")]
    if wrong:
        raise NotValid(fields=wrong)
    if not note.strip():
        raise ReasonMissing


def _results(sheet: Sheet, entry: LimitEntry, *, old: Row | None = None) -> tuple[str, ...]:
    """Columns of the district's own stay as they are."""
    said = dict(zip(RESULTS, (entry.sign_for, entry.handle, entry.why), strict=True))
    kept = old.results if old else ("",) * len(sheet.outputs)
    return tuple(
        written_result(said[name]) if name in said else cell
        for name, cell in zip(sheet.outputs, kept, strict=True)
    )


def _put(
    sheet: Sheet,
    rows: Sequence[Row],
    *,
    label: Mapping[str, str],
    before: Mapping[str, str],
    note: str,
    by: Viewer,
    now: datetime,
) -> None:
    versions = versions_of(KEY, by=by)
    new = NewTable(
        inputs=sheet.inputs,
        outputs=sheet.outputs,
        rows=[(row.tests, row.results) for row in rows],
        after=versions[0].version if versions else 0,
        note=note,
    )
    put_table(KEY, new, by=by, now=now)
    change = Change(
        section=SettingChange.Section.LIMITS,
        subject=KEY,
        label="，".join(label[name] for name in TESTS if label.get(name)) or _("everything else"),
        verb="changed" if before else "added",
        before={"sign_for": before["签收"], "limit": before["时限"]} if before else {},
        after={"sign_for": label["签收"], "limit": label["时限"]},
        note=note,
    )
    remember(change, by=by)


def _label(one: Limit) -> str:
    said = [one.kind, one.category, one.level, _("urgent") if one.urgent == "是" else ""]
    return "，".join(filter(None, said)) or _("everything else")
