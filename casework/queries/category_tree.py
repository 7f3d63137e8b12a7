"""The tree of classes as administrators edit it, each findable by its pinyin."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from pypinyin import Style, lazy_pinyin

from casework.models import Category
from casework.queries.categories import search_text


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A class with those below it; `search` is what finds it while one types."""

    row: Category
    letters: str
    search: str
    below: list[Branch] = field(default_factory=list)


def category_branches(*, retired: bool = False) -> list[Branch]:
    """By code. A retired class stays in sight where something in use lies below it."""
    rows = list(Category.objects.order_by("code"))
    used = {row.pk for row in rows if row.is_active}
    for row in reversed(rows):
        if row.pk in used and row.parent_id:
            used.add(row.parent_id)
    below: dict[int | None, list[Branch]] = defaultdict(list)
    for row in rows:
        if retired or row.pk in used:
            branch = Branch(
                row=row,
                letters="".join(lazy_pinyin(row.name, style=Style.FIRST_LETTER)),
                search=search_text(row.code, row.name),
                below=below[row.pk],
            )
            below[row.parent_id].append(branch)
    return below[None]
