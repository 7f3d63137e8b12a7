"""From a position to the grid it lies in."""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, isfinite, radians
from typing import Any
from uuid import UUID, uuid4

import shapely
from django.db.models import TextField
from django.db.models.functions import Cast

from grid.codes import DIGITS
from grid.errors import NoSuchPosition, PlaceUnknown
from grid.models import Area, OutlineStamp, Report


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a position was put, and how sure that is."""

    area_code: str
    located: str


class Outlines:
    """A search tree over outlines, east–west shrunk as on the ground, so that near means near."""

    def __init__(self, outlines: dict[str, Any]) -> None:
        """`outlines`: area code → shapely geometry in WGS-84 degrees."""
        self.codes = tuple(outlines)
        shapes = list(outlines.values())
        self.shrink = cos(radians(_middle_latitude(shapes)))
        self.tree = shapely.STRtree(shapely.transform(shapes, lambda points: points * (self.shrink, 1.0)))

    def place(self, *, lat: float, lon: float) -> Place:
        point = shapely.Point(lon * self.shrink, lat)
        around = self.tree.query(point, predicate="intersects")
        if len(around):
            # On a common border the smaller code has it, whichever way the outlines were loaded.
            return Place(area_code=min(self.codes[found] for found in around), located=Report.Located.INSIDE)
        nearest = self.codes[self.tree.nearest(point)]
        return Place(area_code=nearest[: DIGITS["community"]], located=Report.Located.NEAREST)


def locate(*, lat: float, lon: float) -> Place:
    """The grid around a position, or the community of the nearest grid."""
    ensure_position(lat=lat, lon=lon)
    stamp = OutlineStamp.objects.values_list("stamp", flat=True).first()
    outlines = _outlines_as_of(stamp) if stamp else None
    if outlines is None:
        raise PlaceUnknown
    return outlines.place(lat=lat, lon=lon)


def ensure_position(*, lat: float, lon: float) -> None:
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise NoSuchPosition


def stamp_outlines() -> None:
    """Tell every process that outlines changed; call it in the transaction that changes them."""
    OutlineStamp.objects.update_or_create(id=1, defaults={"stamp": uuid4()})


# The size keeps the last state only; two threads that meet a new stamp at once build the same tree.
@lru_cache(maxsize=1)
def _outlines_as_of(stamp: UUID) -> Outlines | None:
    grids = Area.objects.at(Area.Level.GRID).filter(outline__isnull=False)
    texts = dict(grids.annotate(text=Cast("outline", TextField())).values_list("code", "text"))
    if not texts:
        return None
    return Outlines(dict(zip(texts, shapely.from_geojson(list(texts.values())), strict=True)))


def _middle_latitude(shapes: Any) -> float:
    _west, south, _east, north = shapely.total_bounds(shapes)
    return float(south + north) / 2
