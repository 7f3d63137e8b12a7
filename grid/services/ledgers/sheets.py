"""Sheets (xlsx) of a ledger: read with limits and without trust, written so that no cell is ever a formula."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from zipfile import ZipFile

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from grid.services.ledgers.errors import SheetRefused
from grid.services.ledgers.fields import FIELDS, Holds, headings
from grid.services.workbooks import UNREADABLE

BYTES: Final = 5 * 1024 * 1024
UNPACKED: Final = 60 * 1024 * 1024
ROWS: Final = 5000
_LINES_READ: Final = 3 * ROWS  # blank ones included
_COLUMNS: Final = 60
_PARTS: Final = 500
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """One line of a sheet: its number, and what stands under each field that is not empty."""

    number: int
    cells: dict[str, object]
    formulas: tuple[str, ...] = ()  # fields with a formula instead of a value


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The lines of a sheet, and in which column each field stands."""

    rows: tuple[SheetRow, ...]
    columns: dict[str, str]


def read_sheet(kind: str, content: bytes) -> Sheet:
    """The first sheet of a file, by its headings. Raises SheetRefused with what to do."""
    _ensure_harmless(content)
    try:
        book = load_workbook(BytesIO(content), read_only=True, keep_links=False)
        lines = _lines(book)
        names = _names(kind, next(lines, ()))
        return Sheet(
            rows=tuple(_rows(names, lines)),
            columns={name: get_column_letter(at) for at, name in enumerate(names, 1) if name},
        )
    except UNREADABLE as error:
        raise SheetRefused(
            _("This file can't be read. Save it as an Excel file (.xlsx) and try again.")
        ) from error


def _ensure_harmless(content: bytes) -> None:
    """Small enough, packed with measure, and without declarations that could make a reader swell."""
    if not content:
        raise SheetRefused(_("Choose a file."))
    if len(content) > BYTES:
        raise SheetRefused(_("The file is larger than 5 MB. Split it into several."))
    try:
        with ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > _PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise SheetRefused(
                    _("The file swells when it is unpacked. Copy the lines into the template.")
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _ensure_plain(packed.open(part).read(UNPACKED))
    except UNREADABLE as error:
        raise SheetRefused(
            _("This is no Excel file (.xlsx). Old .xls files have to be saved anew.")
        ) from error


def _ensure_plain(part: bytes) -> None:
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise SheetRefused(
            _("The file holds declarations that no sheet needs. Copy the lines into the template.")
        )


def _lines(book: Any) -> Iterator[Sequence[Any]]:
    """The lines of the first sheet; what the file says about its size is not believed."""
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    for number, line in enumerate(sheet.iter_rows(max_col=_COLUMNS), 1):
        if number > _LINES_READ:
            raise SheetRefused(
                _("More than %(n)s lines. Delete empty lines or split the sheet.") % {"n": ROWS}
            )
        yield line


def _names(kind: str, line: Sequence[Any]) -> list[str]:
    """Which field each column holds; "" for a column without a heading."""
    known = headings(kind)
    given = [str(cell.value or "").strip() for cell in line]
    strange = [text for text in given if text and text.lower() not in known]
    if strange:
        told = {"headings": "、".join(strange[:10])}
        raise SheetRefused(_("Unknown headings in the first line: %(headings)s. Use the template.") % told)
    names = [known.get(text.lower(), "") for text in given]
    labels = {field.name: str(field.label) for field in FIELDS[kind]}
    twice = {name for name in names if name and names.count(name) > 1}
    if twice:
        raise SheetRefused(_("A heading stands twice: %(heading)s.") % {"heading": labels[min(twice)]})
    if not any(names):
        raise SheetRefused(_("The first line has no headings. Use the template."))
    return names


def _rows(names: Sequence[str], lines: Iterator[Sequence[Any]]) -> Iterator[SheetRow]:
    kept = 0
    for number, line in enumerate(lines, 2):
        filled = [
            (name, cell)
            for name, cell in zip(names, line, strict=False)
            if name and cell.value is not None and str(cell.value).strip()
        ]
        if not filled:
            continue
        kept += 1
        if kept > ROWS:
            raise SheetRefused(
                _("More than %(n)s lines. Delete empty lines or split the sheet.") % {"n": ROWS}
            )
        yield SheetRow(
            number=number,
            cells={name: cell.value for name, cell in filled},
            formulas=tuple(name for name, cell in filled if cell.data_type == "f"),
        )


# --- writing


def template(kind: str) -> bytes:
    """An empty sheet with the headings and, where a field has choices, a list to choose from; and what fits where."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Ledger"))
    sheet.freeze_panes = "A2"
    for at, field in enumerate(FIELDS[kind], 1):
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = 20
        sheet.column_dimensions[letter].number_format = "@"
        listed = ",".join(field.choices)
        if field.holds is Holds.CHOICE and len(listed) < 250:
            rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
            rule.add(f"{letter}2:{letter}{ROWS + 1}")
            sheet.data_validations.append(rule)
    sheet.append([_cell(sheet, str(field.label), is_bold=True) for field in FIELDS[kind]])
    _explain(book, kind)
    return _saved(book)


def written(kind: str, rows: Iterable[Sequence[object]], *, about: Sequence[str]) -> bytes:
    """A list as a sheet; `about` says on a second one who took it away, when, and what it was narrowed to."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Ledger"))
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, str(field.label), is_bold=True) for field in FIELDS[kind]])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    notes = book.create_sheet(_("About this sheet"))
    for line in about:
        notes.append([_cell(notes, line)])
    return _saved(book)


def _explain(book: Workbook, kind: str) -> None:
    notes = book.create_sheet(_("What fits where"))
    for field in FIELDS[kind]:
        fits = "、".join(field.choices) or {
            Holds.DATE: "2026-01-31",
            Holds.BIRTH: "1956-01-31",
            Holds.AREA: _("15 digits."),
            Holds.TAGS: _("several with 、 between them"),
        }.get(field.holds, "")
        needed = _("Needed.") if field.is_required else ""
        notes.append([_cell(notes, str(field.label)), _cell(notes, needed), _cell(notes, fits)])
    notes.append([_cell(notes, _("What is left empty stays as it is in the ledger."))])


def _cell(sheet: Any, value: object, *, is_bold: bool = False) -> Any:  # Any: openpyxl's own types
    """Words are words, whatever sign they begin with: no formula, and none when somebody edits the cell either."""
    shown = value if isinstance(value, int | float) or value is None else str(value)
    cell = WriteOnlyCell(sheet, value=shown)
    if isinstance(shown, str):
        cell.data_type = "s"
        cell.quotePrefix = shown[:1] in tuple("=+-@\t\r")
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def _saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()
