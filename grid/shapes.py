"""Outlines as lists of corners, and how one lies beside its neighbours. Pure; shapely has the last word.

A list has one corner a line, `longitude, latitude`; an empty line begins another ring, and a ring inside another
is a hole in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, isfinite, radians
from typing import Any

import shapely
from django.utils.functional import Promise
from django.utils.translation import gettext as _

MOST_CORNERS = 5_000
MOST_RINGS = 100  # each is looked for in all before it
DECIMALS = 7  # of a degree: a centimetre
METRES_NORTH = 110_574.0  # of a degree of latitude
METRES_EAST = 111_320.0  # of a degree of longitude at the equator
SMALLEST = 100.0  # square metres: less is a slip of the hand
OVERLAP = 10.0  # square metres: less is rounding between neighbours
OUTSIDE = 25.0
GAP_WIDTH = 15.0  # metres: what is wider between two areas isn't meant to be closed
GAP = 25.0
_BETWEEN = re.compile(r"[,，;；\s]+")

Shape = Any  # a shapely geometry; the library has no types


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """Something to be told about an outline. What `forbids` can't be stored; `shape` is where it is, in degrees."""

    code: str
    message: str | Promise
    forbids: bool = True
    shape: Shape = None


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """What is made up for trying things out is told of, but keeps nobody from drawing what is real."""

    code: str
    name: str
    shape: Shape
    is_made_up: bool = False


class Refused(ValueError):
    """The list is no outline; `flaws` say why, line by line."""

    def __init__(self, flaws: list[Flaw]) -> None:
        self.flaws = flaws
        super().__init__(", ".join(flaw.code for flaw in flaws))


def corners_of(outline: Mapping[str, Any] | None) -> str:
    """The list of an outline that is stored."""
    if not outline:
        return ""
    shape = shapely.from_geojson(json.dumps(outline))
    rings = [ring for part in getattr(shape, "geoms", [shape]) for ring in (part.exterior, *part.interiors)]
    lists = [
        "\n".join(f"{x:.{DECIMALS}f}, {y:.{DECIMALS}f}" for x, y, *_z in ring.coords[:-1]) for ring in rings
    ]
    return "\n\n".join(lists)


def outline_of(text: str) -> Shape:
    """The polygon that a list of corners stands for. Raises Refused with everything that is wrong."""
    rings, flaws = _rings(text)
    flaws += [flaw for number, ring in enumerate(rings, 1) for flaw in _flaws_of_ring(ring, number=number)]
    if not rings and not flaws:
        flaws.append(Flaw(code="empty", message=_("There are no corners yet.")))
    if flaws:
        raise Refused(flaws)
    shape = _put_together([shapely.Polygon(ring) for ring in rings])
    if shape is None or not shape.is_valid:
        reason = _("The rings cross or touch each other along a line.")
        raise Refused([Flaw(code="rings", message=reason)])
    if square_metres(shape) < SMALLEST:
        raise Refused([Flaw(code="small", message=_("The outline holds less than 100 m²."))])
    return shape


def flaws_beside(shape: Shape, *, neighbours: list[Neighbour], parent: Neighbour | None) -> list[Flaw]:
    """What is wrong with an outline where it lies: over a neighbour, outside the area above, gaps in between."""
    return [*_overlaps(shape, neighbours), *_outside(shape, parent), *_gaps(shape, neighbours)]


def square_metres(shape: Shape) -> float:
    return float(shapely.area(_on_the_ground(shape, at=_latitude(shape))))


def as_geojson(shape: Shape) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return told


def _rings(text: str) -> tuple[list[list[tuple[float, float]]], list[Flaw]]:
    rings: list[list[tuple[float, float]]] = [[]]
    flaws: list[Flaw] = []
    for number, line in enumerate(text.replace("\r", "").split("\n"), 1):
        if not line.strip():
            rings.append([])
        elif (corner := _corner(line)) is None:
            words = _("Line %(n)d isn't a corner: longitude and latitude in degrees, with a comma between.")
            flaws.append(Flaw(code="corner", message=words % {"n": number}))
        else:
            rings[-1].append(corner)
        if number > MOST_CORNERS:
            flaws.append(Flaw(code="many", message=_("An outline has at most 5,000 corners.")))
            break
    rings = [ring for ring in rings if ring]
    if len(rings) > MOST_RINGS:
        flaws.append(Flaw(code="many", message=_("An outline has at most 100 rings.")))
    return rings, flaws


def _corner(line: str) -> tuple[float, float] | None:
    try:
        lon, lat = (float(part) for part in _BETWEEN.split(line.strip()))
    except ValueError:
        return None
    on_earth = isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 85
    return (round(lon, DECIMALS), round(lat, DECIMALS)) if on_earth else None


def _flaws_of_ring(ring: list[tuple[float, float]], *, number: int) -> list[Flaw]:
    if len(set(ring)) < 3:
        words = _("Ring %(n)d has fewer than three corners.")
        return [Flaw(code="corners", message=words % {"n": number})]
    drawn = shapely.LinearRing(ring)
    if drawn.is_simple and shapely.Polygon(ring).is_valid:
        return []
    crossing = _first_crossing(ring)
    words = _("The line crosses itself.")
    return [Flaw(code="crosses", message=words, shape=crossing)]


def _first_crossing(ring: list[tuple[float, float]]) -> Shape:
    """Where it is, as far as the library can tell: its reason ends in the coordinates."""
    found = re.search(r"\[(\S+) (\S+)\]", shapely.is_valid_reason(shapely.Polygon(ring)))
    return shapely.Point(float(found[1]), float(found[2])) if found else None


def _put_together(parts: list[Shape]) -> Shape:
    """The largest first, so that a ring is a hole in what is there already or a part of its own.

    None where rings cross so that the library can't say what lies in what.
    """
    whole = shapely.Polygon()
    try:
        for part in sorted(parts, key=lambda one: -one.area):
            whole = whole.difference(part) if whole.contains(part) else _with(whole, part)
    except shapely.errors.GEOSException:
        return None
    return whole


def _with(whole: Shape, part: Shape) -> Shape:
    """Not united: parts that cross stay apart, so that the check finds it."""
    if whole.is_empty:
        return part
    return shapely.MultiPolygon([*getattr(whole, "geoms", [whole]), part])


def _overlaps(shape: Shape, neighbours: list[Neighbour]) -> list[Flaw]:
    found = []
    for other in neighbours:
        common = _area_only(shape.intersection(other.shape))
        if not common.is_empty and (size := square_metres(common)) > OVERLAP:
            words = _("%(size)d m² lie in “%(name)s”. Two areas may touch, not overlap.")
            message = words % {"size": round(size), "name": other.name}
            found.append(Flaw(code="overlap", message=message, forbids=not other.is_made_up, shape=common))
    return found


def _outside(shape: Shape, parent: Neighbour | None) -> list[Flaw]:
    beyond = _area_only(shape.difference(parent.shape)) if parent else shapely.Polygon()
    if parent is None or beyond.is_empty or (size := square_metres(beyond)) <= OUTSIDE:
        return []
    words = _("%(size)d m² lie outside “%(name)s”, the area above.")
    message = words % {"size": round(size), "name": parent.name}
    return [Flaw(code="outside", message=message, forbids=not parent.is_made_up, shape=beyond)]


def _gaps(shape: Shape, neighbours: list[Neighbour]) -> list[Flaw]:
    """Strips between the outline and its neighbours that are too narrow to be meant. They forbid nothing."""
    if not neighbours:
        return []
    at = _latitude(shape)
    own = _on_the_ground(shape, at=at)
    near = [_on_the_ground(each.shape, at=at) for each in neighbours]
    around = shapely.union_all([other for other in near if other.distance(own) <= GAP_WIDTH])
    reach, both = own.buffer(GAP_WIDTH), shapely.union_all([own, around])
    closed = both.buffer(GAP_WIDTH / 2, join_style="mitre").buffer(-GAP_WIDTH / 2, join_style="mitre")
    strips = _area_only(closed.difference(both).intersection(reach))
    wide = [
        part for part in getattr(strips, "geoms", [strips]) if part.area > GAP and part.distance(around) < 1
    ]
    if not wide:
        return []
    gap = _back_from_ground(shapely.MultiPolygon(wide), at=at)
    words = _("There is a gap of %(size)d m² to the neighbours.") % {"size": round(sum(p.area for p in wide))}
    return [Flaw(code="gap", message=words, forbids=False, shape=gap)]


def _area_only(shape: Shape) -> Shape:
    """Without the points and lines along which two areas merely touch."""
    parts = [
        part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon" and not part.is_empty
    ]
    return shapely.MultiPolygon(parts) if parts else shapely.Polygon()


def _latitude(shape: Shape) -> float:
    return float((shape.bounds[1] + shape.bounds[3]) / 2)


def _on_the_ground(shape: Shape, *, at: float) -> Shape:
    """In metres, true about that latitude: a grid or a town is small enough."""
    scale = (METRES_EAST * cos(radians(at)), METRES_NORTH)
    return shapely.transform(shape, lambda points: points * scale)


def _back_from_ground(shape: Shape, *, at: float) -> Shape:
    scale = (METRES_EAST * cos(radians(at)), METRES_NORTH)
    return shapely.transform(shape, lambda points: points / scale)
