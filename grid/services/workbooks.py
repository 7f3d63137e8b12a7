"""Reading the first sheet of an Excel file as lines of text, with the file's own size kept in bounds."""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from grid.services.registers import BadLine, RegisterRefused

# An Excel file is a zip: what it unpacks to is what has to be bounded.
UNPACKED_BYTES = 200 * 1024 * 1024
MOST_LINES = 100_000
MOST_CELLS = 100
# What a damaged, locked or made-up file makes openpyxl, and zipfile below it, say beside their own errors.
UNREADABLE = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, IndexError, AttributeError,
    SyntaxError, OSError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip


def read_workbook(path: Path) -> list[tuple[int, list[str]]]:
    """The lines that say anything, each with its number in the sheet. Raises RegisterRefused."""
    _ensure_small(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            return list(_lines(sheet.iter_rows(values_only=True, max_col=MOST_CELLS)))
        finally:
            book.close()
    except UNREADABLE as error:
        raise _unreadable() from error


def _ensure_small(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise _unreadable() from error
    if unpacked > UNPACKED_BYTES:
        raise RegisterRefused([BadLine(number=0, code="too_large", message=_("The file is too large."))])


def _lines(rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[int, list[str]]]:
    width = 0
    for number, row in enumerate(rows, 1):
        cells = [_text(value) for value in row]
        if number > MOST_LINES:
            raise RegisterRefused(
                [BadLine(number=number, code="too_long", message=_("The file is too long."))]
            )
        if not any(cells):
            continue
        # Excel keeps formatted empty columns on the right: the heading says how wide the table is.
        width = width or max(place for place, cell in enumerate(cells, 1) if cell)
        past = any(cells[width:])
        yield number, cells if past else (cells + [""] * width)[:width]


def _text(value: object) -> str:
    """A code typed as a number stays a code."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _unreadable() -> RegisterRefused:
    text = _("This isn't an Excel file (.xlsx) that can be read, or it is damaged.")
    return RegisterRefused([BadLine(number=0, code="workbook", message=text)])
