"""The two-nearby rules as grids: edited, checked while one types, compared, tried on a case, put in force from a day."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.errors import CaseworkError, NotFound, NotValid
from casework.pages.deskparts import whole_number
from casework.pages.door import ViewerRequest, page
from casework.pages.orgparts import SHORT, day_or_none, screen
from casework.queries.nearby import Spot
from casework.queries.organisation import places_to_try
from casework.queries.setting_history import changes
from casework.rules.nearby import BARS, CLIMBS, DESCENDS, LEVEL_WORDS, PlaceFacts
from casework.rules.plainly import plain_result, plain_test, written_result, written_test
from casework.rules.sheets import Sheet, read_sheet
from casework.services import rulebook
from casework.services.locks import database_now
from casework.services.rehearsal import Tried, rehearse
from casework.services.rule_checks import Changed, difference, faults, sheet_from
from casework.services.rulebook import NewTable, Shown

MOST_ROWS, LONGEST_CELL = 300, 500
HOW = {
    "straight": gettext_lazy("straight, by the first table"),
    "chosen": gettext_lazy("chosen by the parties"),
    "point": gettext_lazy("the nearest service point"),
    "power": gettext_lazy("the nearest with the power"),
    "usual": gettext_lazy("the usual post of the level"),
    "nobody": gettext_lazy("nobody found"),
}
ACTIONS = {
    "stay": gettext_lazy("stays"),
    "notify": gettext_lazy("stays, and the level above is told"),
    "up": gettext_lazy("climbs"),
    "straight": gettext_lazy("goes straight there"),
    "down": gettext_lazy("comes down"),
}


@page
@require_GET
def tables(request: ViewerRequest) -> HttpResponse:
    """All rule tables with the version that is in force."""
    shown = rulebook.tables_shown(request.viewer, now=database_now())
    return screen(request, "rules", {"tables": shown}, section="rules")


@page
@require_http_methods(["GET", "POST"])
def table(request: ViewerRequest, key: str) -> HttpResponse:
    """One table as a grid; `?from=3` begins with the rows of an older version. Posting puts the grid in force."""
    now = database_now()
    shown = rulebook.table_shown(key, by=request.viewer, now=now)
    error: CaseworkError | None = None
    rows = _plain_rows(shown.sheet)
    if request.method == "POST":
        try:
            new = _new_table(request, shown.sheet)
            rows = _plain_rows(sheet_from(key, new))
            kept = rulebook.put_table(key, new, by=request.viewer, now=now)
        except NotFound:
            raise
        except CaseworkError as refused:
            error = refused
        else:
            words = _("Version %(n)d is in force from %(at)s on.")
            at = timezone.localtime(kept.valid_from).strftime("%Y-%m-%d %H:%M")
            messages.success(request, words % {"n": kept.version, "at": at})
            return redirect("org:rule_table", key=key)
    older = whole_number(request.GET.get("from", ""))
    if older is not None and error is None:
        rows = _plain_rows(_version(key, older, request))
    context = _about(request, shown, rows, older=older)
    return screen(request, "rule_table", context, section="rules", error=error)


def _about(request: ViewerRequest, shown: Shown, rows: Sequence[Any], *, older: int | None) -> dict[str, Any]:
    key = shown.sheet.key
    versions = rulebook.versions_of(key, by=request.viewer)
    return {
        "table": shown,
        "rows": rows,
        "versions": versions,
        "last": versions[0].version if versions else 0,
        "older": older,
        "today": timezone.localdate(),
        "changes": changes(request.viewer, subject=key, limit=SHORT),
        "levels": LEVEL_WORDS.items(),
        "bars": [(bar, word) for bar, word in BARS.items() if bar],
        "reasons": [*CLIMBS.items(), *DESCENDS.items()],
        "places": places_to_try(request.viewer),
        "categories": _categories(shown.sheet),
    }


def _categories(sheet: Sheet) -> list[str]:
    """What the table itself names, to choose from."""
    if "类别" not in sheet.inputs:
        return []
    place = sheet.inputs.index("类别")
    named = [word for row in sheet.rows for word in plain_test(row.tests[place]).split("、")]
    return [word for word in dict.fromkeys(named) if word and not word.startswith("=")]


def _version(key: str, number: int, request: ViewerRequest) -> Sheet:
    for row in rulebook.versions_of(key, by=request.viewer):
        if row.version == number:
            return read_sheet(row.dmn)[1]
    if number == 0:
        return rulebook.shipped_sheet(key)
    raise NotFound


def _plain_rows(sheet: Sheet) -> list[list[str]]:
    return [[*map(plain_test, row.tests), *map(plain_result, row.results)] for row in sheet.rows]


def _new_table(request: ViewerRequest, sheet: Sheet) -> NewTable:
    """The grid as the page's script sends it. The columns are those of the table in force. Raises NotValid."""
    day = day_or_none(request.POST.get("valid_from", ""))
    starts = datetime.combine(day, time(), timezone.get_current_timezone()) if day else None
    return NewTable(
        inputs=sheet.inputs,
        outputs=sheet.outputs,
        rows=_rows(request.POST.get("table", ""), sheet),
        after=whole_number(request.POST.get("after", "")) or 0,
        note=request.POST.get("note", ""),
        valid_from=starts,
    )


def _rows(text: str, sheet: Sheet) -> list[tuple[list[str], list[str]]]:
    tests, width = len(sheet.inputs), len(sheet.inputs) + len(sheet.outputs)
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotValid(_("The table didn't arrive whole; reload the page and try again.")) from error
    if not isinstance(rows, list) or not all(_is_row(row, width) for row in rows):
        raise NotValid(_("The table didn't arrive whole; reload the page and try again."))
    if not rows:
        raise NotValid(_("A table needs at least one row."))
    if len(rows) > MOST_ROWS:
        raise NotValid(_("A table has at most 300 rows."))
    lines = [[" ".join(cell.split()) for cell in row] for row in rows]
    return [
        ([written_test(cell) for cell in line[:tests]], [written_result(cell) for cell in line[tests:]])
        for line in lines
    ]


def _is_row(row: object, width: int) -> bool:
    return (
        isinstance(row, list)
        and len(row) == width
        and all(isinstance(cell, str) and len(cell) <= LONGEST_CELL and cell.isprintable() for cell in row)
    )


@page
@require_POST
def check(request: ViewerRequest, key: str) -> HttpResponse:
    """What is wrong with the grid, by row and column, and what differs from the table in force. Keeps nothing."""
    now = database_now()
    shown = rulebook.table_shown(key, by=request.viewer, now=now)
    try:
        new = _new_table(request, shown.sheet)
    except NotValid as refused:
        return JsonResponse(
            {"faults": [{"row": 0, "column": 0, "severity": "error", "text": str(refused.message)}]}
        )
    found = [asdict(fault) for fault in faults(key, new, now=now)]
    differs = difference(shown.sheet, sheet_from(key, new))
    context = {"differences": [_told(one, shown.sheet) for one in differs], "table": shown}
    compared = TemplateResponse(request, "org/_difference.html", context).render().content.decode()
    return JsonResponse({"faults": found, "compared": compared})


def _told(one: Changed, sheet: Sheet) -> dict[str, Any]:
    """The cells that differ, by the column's name; all that say something where the row is new or gone."""
    names = (*sheet.inputs, *sheet.outputs)
    old, new = (_plain_cells(cells, len(sheet.inputs), len(names)) for cells in (one.old, one.new))
    cells = [
        {"name": name, "old": before, "new": after}
        for name, before, after in zip(names, old, new, strict=True)
        if before != after
    ]
    return {"row": one.row, "kind": one.kind, "cells": cells}


def _plain_cells(cells: Sequence[str], tests: int, width: int) -> list[str]:
    if not cells:
        return [""] * width
    return [*map(plain_test, cells[:tests]), *map(plain_result, cells[tests:])]


@page
@require_POST
def try_case(request: ViewerRequest, key: str) -> HttpResponse:
    """A made-up case, decided by the grid and by what is in force, side by side."""
    now = database_now()
    shown = rulebook.table_shown(key, by=request.viewer, now=now)
    context: dict[str, Any] = {"levels": LEVEL_WORDS, "how": HOW, "actions": ACTIONS}
    try:
        draft = _new_table(request, shown.sheet)
        answers = [
            rehearse(_tried(request, drafts), by=request.viewer, now=now) for drafts in ({}, {key: draft})
        ]
        context |= {"in_force": answers[0], "draft": answers[1]}
        context["same"] = _decided(answers[0]) == _decided(answers[1])
    except NotValid as refused:
        texts = [text for texts in refused.fields.values() for text in texts] or [str(refused.message)]
        context["refused"] = texts
    return TemplateResponse(request, "org/_tried.html", context)


def _decided(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was decided and why, without the numbers of the rows and versions that it comes from."""
    parts = [answer["place"], answer["move"] or {}]
    return [{name: value for name, value in part.items() if name != "rules"} for part in parts]


def _tried(request: ViewerRequest, drafts: Mapping[str, NewTable]) -> Tried:
    said = request.POST
    reason, bar, level = said.get("reason", ""), said.get("bar", ""), said.get("level", "")
    return Tried(
        facts=PlaceFacts(
            category=said.get("category", "").strip()[:64],
            urgent="urgent" in said,
            bar=bar if bar in BARS else "",
        ),
        spot=Spot(area_code=said.get("area", "").split(" ")[0], lat=None, lon=None),
        level=level if level in LEVEL_WORDS else "",
        reason=reason if reason in CLIMBS or reason in DESCENDS else "",
        times=min(whole_number(said.get("times", "")) or 1, 9),
        drafts=drafts,
    )
