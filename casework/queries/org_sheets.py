"""The organisation as an Excel file, line by line as the import reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO

from openpyxl import Workbook

from casework.access import Viewer
from casework.queries.organisation import within
from grid.models import Post, Unit
from grid.services.unit_register import COLUMNS

# A cell that begins like this would be run as a formula by whoever opens the file.
FORMULA = ("=", "+", "-", "@", "\t")


def organisation_workbook(viewer: Viewer) -> bytes:
    """Raises NotYours."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("单位岗位")
    sheet.append(list(COLUMNS.values()))
    for line in _lines(viewer):
        sheet.append([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in line])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _lines(viewer: Viewer) -> Iterator[tuple[str, ...]]:
    units = Unit.objects.filter(within(viewer, "area__code"), closed_on=None).select_related("area", "parent")
    posts: dict[int, list[Post]] = defaultdict(list)
    for post in Post.objects.filter(within(viewer, "unit__area__code"), closed_on=None):
        posts[post.unit_id].append(post)
    for unit in units:
        above = unit.parent.code if unit.parent else ""
        named = (unit.code, unit.key, unit.name, unit.kind, unit.area.code, above)
        for post in posts[unit.pk]:
            yield (*named, post.role, post.name, post.sees, " ".join(post.powers))
        if not posts[unit.pk]:
            yield (*named, "", "", "", "")
