"""The outlines of the grids around somebody's work, small enough to be kept on the phone."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any
from uuid import UUID

import shapely
from django.db.models import TextField
from django.db.models.functions import Cast

from casework.access import Viewer
from grid.codes import DIGITS
from grid.models import Area, OutlineStamp

MOST_GRIDS = 150
TOLERANCE = 0.00003  # degrees, about three metres: less than a phone knows
DECIMALS = 5


def outlines_around(viewer: Viewer) -> dict[str, Any]:
    """The grids of the viewer's sub-district, or of his community where those are too many; with a stamp to compare."""
    home = viewer.home_area or ""
    stamp = OutlineStamp.objects.values_list("stamp", flat=True).first()
    if stamp is None or len(home) < DIGITS["town"]:
        return {"stamp": "", "grids": []}
    return {"stamp": f"{stamp}-{home}", "grids": _grids(home, stamp)}


@lru_cache(maxsize=256)
def _grids(home: str, _stamp: UUID) -> list[dict[str, Any]]:
    for digits in (DIGITS["town"], DIGITS["community"], DIGITS["grid"]):
        inside = Area.objects.at(Area.Level.GRID).inside(home[:digits]).filter(outline__isnull=False)
        if inside.count() <= MOST_GRIDS:
            break
    rows = inside.annotate(text=Cast("outline", TextField())).values_list(
        "code", "name", "parent__name", "text"
    )
    return [
        {"code": code, "name": _name(name, above or ""), "rings": _rings(text)}
        for code, name, above, text in rows[:MOST_GRIDS]
    ]


def _name(name: str, above: str) -> str:
    """A grid is named with its community."""
    return name if name.startswith(above) else f"{above} {name}"


def _rings(text: str) -> list[list[list[float]]]:
    """The outer rings, longitude before latitude."""
    shape = shapely.simplify(shapely.from_geojson(text), TOLERANCE)
    shape = json.loads(shapely.to_geojson(shape))
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    return [[[round(x, DECIMALS), round(y, DECIMALS)] for x, y, *_ in polygon[0]] for polygon in polygons]
