"""The outline of one area: checked against its neighbours, stored as a new version, kept in a history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import shapely
from django.db.models import Max, TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grid.errors import GridError
from grid.models import Area, AreaOutline, OutlineStamp
from grid.services.locate import stamp_outlines
from grid.shapes import Flaw, Neighbour, Refused, as_geojson, flaws_beside, outline_of

NEAR = 0.0005  # degrees, some fifty metres: how far beside an area its neighbours begin
Outline = Mapping[str, Any] | None


class OutlineRefused(GridError):
    """The outline can't be stored; `flaws` say why."""

    code = "outline_refused"
    message = _("This outline can't be stored.")

    def __init__(self, flaws: list[Flaw]) -> None:
        self.flaws = flaws
        super().__init__()


class OutlineChanged(GridError):
    """Somebody else has stored another outline since this one was begun."""

    code = "outline_changed"
    message: str | Promise = _(
        "Somebody else has stored another outline of this area meanwhile. Yours is still here: compare, then store it."
    )
    status = 409

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__()


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """An outline as a list of corners, the version it was begun from, and the one it takes up again, if any."""

    corners: str
    seen: int
    note: str = ""
    restores: int | None = None


def current_version(area: Area) -> int:
    """0 as long as the outline has never been changed."""
    return int(area.outlines.aggregate(latest=Max("version"))["latest"] or 0)


def neighbours_of(area: Area, shape: Any) -> list[Neighbour]:
    """The areas of its level that lie about the shape."""
    stamp = OutlineStamp.objects.values_list("stamp", flat=True).first()
    if stamp is None:
        return []
    others, tree = _of_level(stamp, area.level)
    about = tree.query(shapely.box(*shape.bounds).buffer(NEAR))
    return [others[found] for found in sorted(about) if others[found].code != area.code]


def check_corners(area: Area, corners: str) -> list[Flaw]:
    """Everything there is to say about an outline before it is stored."""
    try:
        shape = outline_of(corners)
    except Refused as refused:
        return refused.flaws
    return flaws_beside(shape, neighbours=neighbours_of(area, shape), parent=_above(area))


def draw_outline(area: Area, drawn: Drawn, *, by_id: int, at: datetime) -> AreaOutline | None:
    """Store it as the next version; None where nothing is another. The caller holds the lock and knows who may.

    Raises OutlineChanged, OutlineRefused.
    """
    if drawn.seen != (version := current_version(area)):
        raise OutlineChanged(version)
    flaws = [flaw for flaw in check_corners(area, drawn.corners) if flaw.forbids]
    if flaws:
        raise OutlineRefused(flaws)
    outline = as_geojson(outline_of(drawn.corners))
    if _same(outline, area.outline) and not area.synthetic:
        return None
    taken_up = area.outlines.filter(version=drawn.restores).first() if drawn.restores else None
    is_restored = taken_up is not None and _same(outline, taken_up.outline)
    before, was_synthetic = area.outline, area.synthetic
    area.outline, area.synthetic = outline, bool(is_restored and taken_up and taken_up.synthetic)
    area.save(update_fields=["outline", "synthetic"])
    stamp_outlines()
    how = AreaOutline.How.RESTORED if is_restored else AreaOutline.How.DRAWN
    return remember_outline(
        area, before=before, was_synthetic=was_synthetic, how=how, note=drawn.note, by_id=by_id, at=at
    )


def remember_outline(
    area: Area,
    *,
    before: Outline,
    was_synthetic: bool,
    how: str,
    by_id: int | None,
    at: datetime,
    note: str = "",
) -> AreaOutline:
    """A new version of what the area now has; the first time, what it had before is kept as version 1."""
    version = current_version(area)
    if version == 0 and before is not None:
        version = 1
        first = AreaOutline.How.FIRST
        area.outlines.create(version=1, how=first, outline=before, synthetic=was_synthetic, at=at)
    return area.outlines.create(
        version=version + 1,
        how=how,
        outline=area.outline,
        synthetic=area.synthetic,
        note=note.strip()[:200],
        by_id=by_id,
        at=at,
    )


@lru_cache(maxsize=3)
def _of_level(_stamp: UUID, level: str) -> tuple[list[Neighbour], Any]:
    """All areas of a level with a tree to find those about a place; read once for each state of the outlines."""
    with_outline = Area.objects.at(level).filter(outline__isnull=False)
    rows = list(
        with_outline.annotate(text=Cast("outline", TextField())).values_list(
            "code", "name", "synthetic", "text"
        )
    )
    shapes = (
        shapely.make_valid(shapely.from_geojson([text for _code, _name, _made_up, text in rows]))
        if rows
        else []
    )
    found = [
        Neighbour(code=code, name=name, shape=shape, is_made_up=made_up)
        for (code, name, made_up, _text), shape in zip(rows, shapes, strict=True)
    ]
    return found, shapely.STRtree([one.shape for one in found])


def _above(area: Area) -> Neighbour | None:
    """The nearest area above that has an outline of its own."""
    parent = area.parent
    while parent is not None and not parent.outline:
        parent = parent.parent
    if parent is None:
        return None
    shape = shapely.make_valid(shapely.from_geojson(json.dumps(parent.outline)))
    return Neighbour(code=parent.code, name=parent.name, shape=shape, is_made_up=parent.synthetic)


def _same(outline: Outline, other: Outline) -> bool:
    """To the centimetre, whichever corner comes first."""
    if not outline or not other:
        return outline == other
    shapes = shapely.normalize(shapely.from_geojson([json.dumps(outline), json.dumps(other)]))
    return bool(shapely.equals_exact(shapes[0], shapes[1], tolerance=1.5e-7))
