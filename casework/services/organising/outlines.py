"""Outlines of areas drawn on the map, by those who have the power for it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from casework.access import Viewer
from casework.errors import NotFound, NotYours
from casework.models import SettingChange
from casework.services.locks import database_now
from casework.services.organising.bounds import POWER
from casework.services.setting_history import Change, lock_setting, remember
from grid.models import Area, AreaOutline
from grid.services.outlines import Drawn, draw_outline, remember_outline

DRAWING = "outlines"


def may_draw(by: Viewer, area_code: str = "") -> bool:
    """Whoever has the power to draw, or administers, there or above; without an area: anywhere."""
    powers = (DRAWING, POWER)
    if area_code:
        return any(by.has_power_over(power, area_code) for power in powers)
    return any(by.has_power(power) for power in powers)


def area_to_draw(code: str, *, by: Viewer) -> Area:
    """Raises NotYours for whoever draws nowhere, NotFound outside one's reach."""
    if not may_draw(by):
        raise NotYours
    area = Area.objects.select_related("parent").filter(code=code).first()
    if area is None or not may_draw(by, area.code):
        raise NotFound
    return area


@transaction.atomic
def draw(code: str, drawn: Drawn, *, by: Viewer) -> AreaOutline | None:
    """Store an outline as the next version. Raises NotYours, NotFound, OutlineChanged, OutlineRefused."""
    area_to_draw(code, by=by)
    # The same lock as for files: else two neighbours could be drawn over each other at once.
    lock_setting("organisation")
    area = area_to_draw(code, by=by)
    was_synthetic = area.synthetic
    row = draw_outline(area, drawn, by_id=by.user_id, at=database_now())
    if row is not None:
        change = Change(
            section=SettingChange.Section.ORGANISATION,
            subject=f"area:{area.code}",
            label=area.name,
            verb="outline_drawn",
            before={"version": drawn.seen, "synthetic": was_synthetic},
            after={"version": row.version, "synthetic": area.synthetic},
            note=drawn.note,
            area_code=area.code,
        )
        remember(change, by=by)
    return row


def outlines_before(codes: Sequence[str]) -> dict[str, tuple[Any, bool]]:
    """What the areas have, for the history of a file that is about to change them."""
    rows = Area.objects.filter(code__in=codes).values_list("code", "outline", "synthetic")
    return {code: (outline, synthetic) for code, outline, synthetic in rows}


def remember_imported(before: Mapping[str, tuple[Any, bool]], *, name: str, by: Viewer) -> None:
    """A version for each outline that a file has changed."""
    now = database_now()
    for area in Area.objects.filter(code__in=before).order_by("code"):
        outline, was_synthetic = before[area.code]
        if area.outline != outline:
            remember_outline(
                area,
                before=outline,
                was_synthetic=was_synthetic,
                how=AreaOutline.How.IMPORTED,
                note=name,
                by_id=by.user_id,
                at=now,
            )
