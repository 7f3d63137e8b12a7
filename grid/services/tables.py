"""Reading a register as offices make it: Excel, or CSV in UTF-8 or GB 18030; English or Chinese column names."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from grid.services.registers import BadLine, RegisterRefused
from grid.services.workbooks import read_workbook

# An outline in a cell is longer than the 128 KB that the reader allows by itself.
csv.field_size_limit(16 * 1024 * 1024)


@dataclass(frozen=True, kw_only=True)
class Line:
    number: int
    values: Mapping[str, str]

    def bad(self, code: str, message: object) -> BadLine:
        return BadLine(number=self.number, code=code, message=str(message))


def read_table(path: Path, *, columns: Mapping[str, str], required: tuple[str, ...]) -> list[Line]:
    """The lines of a CSV file, or of an Excel file's first sheet, by column name.

    `columns`: name → its Chinese name; both are understood in the heading. A column that isn't known is
    refused: it would be left out in silence.
    """
    rows = read_workbook(path) if path.suffix.lower() == ".xlsx" else _read_csv(path)
    if not rows:
        raise _refused(1, "empty", _("The file is empty."))
    (heading_line, heading), *lines = rows
    names = _names(heading, number=heading_line, columns=columns, required=required)
    return [_line(number, row, names) for number, row in lines]


def _read_csv(path: Path) -> list[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(read_text(path)), strict=True)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise _refused(reader.line_num, "csv", _("This isn't a line of a CSV file: %s") % error) from error


def read_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _refused(0, "unreadable", _("The file can't be read: %s") % error.strerror) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(0, "encoding", _("The file is neither UTF-8 nor GB 18030."))


def _names(
    heading: list[str], *, number: int, columns: Mapping[str, str], required: tuple[str, ...]
) -> list[str]:
    understood = {chinese: name for name, chinese in columns.items()} | {name: name for name in columns}
    titles = [cell.strip() for cell in heading]
    if unknown := [title for title in titles if title not in understood]:
        raise _refused(number, "unknown_column", _("Unknown column: %s") % "、".join(unknown))
    names = [understood[title] for title in titles]
    if missing := [name for name in required if name not in names]:
        raise _refused(number, "missing_column", _("Missing column: %s") % "、".join(missing))
    return names


def _line(number: int, row: list[str], names: list[str]) -> Line:
    if len(row) != len(names):
        text = _("This line has %(cells)d cells, the heading has %(columns)d.")
        raise _refused(number, "cells", text % {"cells": len(row), "columns": len(names)})
    return Line(number=number, values={name: cell.strip() for name, cell in zip(names, row, strict=True)})


def _refused(number: int, code: str, message: object) -> RegisterRefused:
    return RegisterRefused([BadLine(number=number, code=code, message=str(message))])
