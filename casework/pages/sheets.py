"""Lists to take away as a file that a spreadsheet opens, and that does nothing there but be read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from django.http import HttpResponse

MARK = "\ufeff"  # without it Excel reads Chinese in the local code page
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: object) -> str | int | float:
    """Text that a spreadsheet would take for a formula gets a quote in front; numbers stay numbers."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) or text.startswith(FORMULA) else text


def csv_file(name: str, rows: Iterable[Sequence[object]]) -> HttpResponse:
    text = StringIO(MARK)
    text.seek(0, 2)
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([cell(value) for value in row])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
