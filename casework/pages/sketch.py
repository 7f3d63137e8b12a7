"""An area's outline as a small picture: one path, and where somebody stands in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import cos, radians
from typing import Any

WIDTH, HEIGHT, MARGIN = 96, 76, 8
Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """`path` is for an SVG of 96 by 76; `x` and `y` are there when there is a position inside the picture."""

    path: str
    x: float | None
    y: float | None


def sketch(
    outline: Mapping[str, Any] | None, *, lat: Any, lon: Any
) -> Sketch | None:  # Any: as measured or posted
    """None where there is no outline; then the page draws the bare ground."""
    rings = _rings(outline)
    if not rings:
        return None
    to_picture = _projection([point for ring in rings for point in ring])
    path = "".join(f"M{'L'.join(_pair(to_picture(point)) for point in ring)}z" for ring in rings)
    spot = _spot(lat, lon)
    x, y = to_picture(spot) if spot else (None, None)
    is_inside = x is not None and y is not None and 0 <= x <= WIDTH and 0 <= y <= HEIGHT
    return Sketch(path=path, x=x if is_inside else None, y=y if is_inside else None)


def _rings(outline: Mapping[str, Any] | None) -> list[list[Point]]:
    """The outer rings of a GeoJSON polygon or several."""
    if not outline:
        return []
    coordinates = outline.get("coordinates", [])
    polygons = coordinates if outline.get("type") == "MultiPolygon" else [coordinates]
    return [[(x, y) for x, y, *_ in polygon[0]] for polygon in polygons if polygon]


def _projection(points: list[Point]) -> Callable[[Point], Point]:
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    south, north = min(y for _x, y in points), max(y for _x, y in points)
    shrink = cos(radians((south + north) / 2))
    wide, high = max((east - west) * shrink, 1e-9), max(north - south, 1e-9)
    scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
    left, top = (WIDTH - wide * scale) / 2, (HEIGHT - high * scale) / 2

    def to_picture(point: Point) -> Point:
        return left + (point[0] - west) * shrink * scale, top + (north - point[1]) * scale

    return to_picture


def _spot(lat: Any, lon: Any) -> Point | None:  # Any: as measured or posted
    try:
        return float(lon), float(lat)
    except (TypeError, ValueError):
        return None


def _pair(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"
