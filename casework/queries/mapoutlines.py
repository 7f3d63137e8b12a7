"""Outlines of areas for a map: simplified for the zoom, only those in view, never more than a page can afford.

A reply is compact: whole numbers in units of half a pixel, each point told as its difference from the one before.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any
from uuid import UUID

import shapely
from django.db.models import TextField
from django.db.models.functions import Cast

from casework.access import DISTRICT_DIGITS, Viewer
from grid.codes import DIGITS
from grid.models import Area, OutlineStamp

BYTES = 300_000  # of one view
MOST_NAMED = 300  # names on a map of more areas can't be read
ZOOMS = range(3, 21)
WORLD_PIXELS = 256
# What is tried, until a view is small enough: the level drawn, and by how many pixels a line may be off.
MANNERS = (("grid", 1.0), ("grid", 3.0), ("community", 1.0), ("town", 1.0), ("town", 6.0), ("district", 6.0))


@dataclass(frozen=True, kw_only=True)
class Box:
    """What a map shows, in degrees of WGS-84."""

    west: float
    south: float
    east: float
    north: float

    def meets(self, bounds: tuple[float, float, float, float]) -> bool:
        west, south, east, north = bounds
        return west <= self.east and east >= self.west and south <= self.north and north >= self.south


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """An area as it is sent, with and without its name."""

    bounds: tuple[float, float, float, float]
    named: str
    bare: str


def box_of(text: str) -> Box | None:
    """A box written `west,south,east,north`, or None if it isn't one."""
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        return None
    on_earth = all(map(isfinite, (west, south, east, north))) and -90 <= south <= north <= 90
    return Box(west=west, south=south, east=east, north=north) if on_earth and west <= east else None


def outlines_stamp(viewer: Viewer) -> str:
    """Another text as soon as any outline is another, or the viewer belongs elsewhere."""
    stamp = OutlineStamp.objects.values_list("stamp", flat=True).first()
    return f"{stamp}-{_district(viewer)}" if stamp else ""


def outlines_in(viewer: Viewer, box: Box, *, zoom: int) -> str:
    """The outlines of the viewer's district within the box, as JSON: `{"unit", "areas": [[code, name, rings]]}`."""
    stamp = OutlineStamp.objects.values_list("stamp", flat=True).first()
    unit = _unit(zoom)
    pieces: list[str] = []
    for level, pixels in MANNERS if stamp else ():
        drawn = [
            one for one in _drawn(stamp, _district(viewer), level, zoom, pixels) if box.meets(one.bounds)
        ]
        has_names = len(drawn) <= MOST_NAMED
        pieces = [one.named if has_names else one.bare for one in drawn]
        if pieces and sum(map(len, pieces)) + len(pieces) <= BYTES:
            break
    return f'{{"unit":{unit!r},"areas":[{",".join(pieces)}]}}'


def extent(viewer: Viewer) -> Box | None:
    """Where the viewer's work lies: what a map shows first."""
    stamp = OutlineStamp.objects.values_list("stamp", flat=True).first()
    shapes = _shapes(stamp, _district(viewer)) if stamp else {}
    home = viewer.home_area or ""
    own = [shape for code, (_name, shape) in shapes.items() if code.startswith(home) or home.startswith(code)]
    if not (own or shapes):
        return None
    west, south, east, north = shapely.total_bounds(own or [shape for _name, shape in shapes.values()])
    return Box(west=float(west), south=float(south), east=float(east), north=float(north))


def grid_centres(viewer: Viewer) -> dict[str, tuple[float, float]]:
    """Latitude and longitude of a point inside each grid of the viewer's district."""
    stamp = OutlineStamp.objects.values_list("stamp", flat=True).first()
    return _centres(stamp, _district(viewer)) if stamp else {}


def _district(viewer: Viewer) -> str:
    return "" if viewer.is_operator else (viewer.home_area or "-")[:DISTRICT_DIGITS]


def _unit(zoom: int) -> float:
    return 180.0 / (WORLD_PIXELS << zoom)


@lru_cache(maxsize=8)
def _shapes(_stamp: UUID, district: str) -> dict[str, tuple[str, Any]]:
    grids = Area.objects.at(Area.Level.GRID).inside(district).filter(outline__isnull=False)
    rows = list(grids.annotate(text=Cast("outline", TextField())).values_list("code", "name", "text"))
    shapes = shapely.from_geojson([text for _code, _name, text in rows]) if rows else []
    return {code: (name, shape) for (code, name, _text), shape in zip(rows, shapes, strict=True)}


@lru_cache(maxsize=8)
def _centres(stamp: UUID, district: str) -> dict[str, tuple[float, float]]:
    shapes = _shapes(stamp, district)
    points = shapely.get_coordinates(shapely.point_on_surface([shape for _name, shape in shapes.values()]))
    return {code: (float(lat), float(lon)) for code, (lon, lat) in zip(shapes, points, strict=True)}


@lru_cache(maxsize=16)
def _level(stamp: UUID, district: str, level: str) -> dict[str, tuple[str, Any]]:
    """The areas of a level, those above the grids put together from them, so that borders are the same."""
    shapes = _shapes(stamp, district)
    if level == Area.Level.GRID:
        return shapes
    parts: dict[str, list[Any]] = defaultdict(list)
    for code, (_name, shape) in shapes.items():
        parts[code[: DIGITS[level]]].append(shape)
    names = dict(Area.objects.at(level).filter(code__in=parts).values_list("code", "name"))
    return {code: (names.get(code, ""), shapely.union_all(own)) for code, own in parts.items()}


@lru_cache(maxsize=128)
def _drawn(stamp: UUID, district: str, level: str, zoom: int, pixels: float) -> tuple[_Drawn, ...]:
    areas = _level(stamp, district, level)
    unit = _unit(zoom)
    whole = [shape for _name, shape in areas.values()]
    simple = shapely.simplify(whole, pixels * 2 * unit) if whole else []
    rows = zip(areas, areas.values(), whole, simple, strict=True)
    return tuple(_one(code, name, shape.bounds, line, unit) for code, (name, _), shape, line in rows)


def _one(code: str, name: str, bounds: tuple[float, float, float, float], shape: Any, unit: float) -> _Drawn:
    rings = [_coded(ring, unit) for ring in _rings(shape)]
    told = json.dumps(rings, separators=(",", ":"))
    said = json.dumps(name, ensure_ascii=False)
    return _Drawn(bounds=bounds, named=f'["{code}",{said},{told}]', bare=f'["{code}","",{told}]')


def _rings(shape: Any) -> Iterator[Any]:
    """The outer rings; holes in a grid are other grids, which are drawn themselves."""
    for polygon in getattr(shape, "geoms", [shape]):
        yield shapely.get_coordinates(polygon.exterior)


def _coded(ring: Any, unit: float) -> list[int]:
    points = [(round(x / unit), round(y / unit)) for x, y in ring[:-1]]  # the last is the first again
    told = list(points[0])
    for (x0, y0), (x, y) in zip(points, points[1:], strict=False):
        if (x, y) != (x0, y0):
            told += (x - x0, y - y0)
    return told
