"""Areas whose outline somebody may draw: the list to choose from, one with its neighbours, and all as GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import shapely
from django.db.models import BooleanField, Case, Q, TextField, Value, When
from django.db.models.functions import Cast

from casework.access import Viewer
from casework.services.organising.bounds import POWER
from casework.services.organising.outlines import DRAWING
from grid.models import Area, AreaOutline
from grid.models.areas import AreaQuerySet
from grid.services.outlines import current_version, neighbours_of
from grid.shapes import corners_of

SHOWN = 100
VERSIONS = 30
ABOUT = 40  # neighbours drawn


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """An area on the drawing board. `around` are the neighbours as JSON, `restores` the earlier version shown."""

    area: Area
    version: int
    corners: str
    restores: int | None
    around: str
    history: tuple[AreaOutline, ...]


def areas_to_draw(viewer: Viewer, *, asked: str = "", inside: str = "") -> AreaQuerySet:
    """Those in one's reach that fit, in the order of their codes: from above to below."""
    codes = {post.area_code for post in viewer.posts if DRAWING in post.powers or POWER in post.powers} | (
        {""} if viewer.is_operator else set()
    )
    reach = Q(pk__in=[])
    for code in codes:
        reach |= Q(code__startswith=code)
    found = Area.objects.filter(reach, code__startswith=inside)
    for word in asked.split()[:3]:
        found = found.filter(Q(name__icontains=word) | Q(code__startswith=word))
    has = Case(
        When(outline__isnull=False, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    return found.annotate(has_outline=has).defer("outline").order_by("code")


def sheet_of(area: Area, *, version: int | None = None) -> Sheet:
    """As it is, or as it was in an earlier version that may be put back."""
    earlier = area.outlines.filter(version=version).first() if version else None
    outline = earlier.outline if earlier else area.outline
    return Sheet(
        area=area,
        version=current_version(area),
        corners=corners_of(outline),
        restores=earlier.version if earlier else None,
        around=json.dumps(_around(area), ensure_ascii=False),
        history=tuple(area.outlines.select_related("by").defer("outline")[:VERSIONS]),
    )


def geojson_of(viewer: Viewer, code: str) -> Iterator[str]:
    """The area and all in it, in WGS-84, piece by piece: a district is many megabytes."""
    rows = areas_to_draw(viewer, inside=code).annotate(text=Cast("outline", TextField()))
    told = rows.values_list("code", "name", "level", "kind", "parent_id", "synthetic", "text")
    yield '{"type":"FeatureCollection","features":['
    between = ""
    for code_, name, level, kind, parent, synthetic, text in told.iterator(chunk_size=500):
        named = {"code": code_, "name": name, "level": level, "kind": kind, "parent": parent}
        properties = json.dumps({**named, "synthetic": synthetic}, ensure_ascii=False)
        yield f'{between}{{"type":"Feature","properties":{properties},"geometry":{text or "null"}}}'
        between = ",\n"
    yield "]}"


def _around(area: Area) -> list[list[Any]]:
    """Names and rings of the neighbours; where the area has no outline yet, of its brothers and sisters."""
    if area.outline:
        shape = shapely.from_geojson(json.dumps(area.outline)).buffer(0.002)
        found = [(each.name, each.shape) for each in neighbours_of(area, shape)]
    else:
        beside = Area.objects.filter(parent=area.parent, level=area.level, outline__isnull=False)
        rows = beside.exclude(pk=area.pk).values_list("name", "outline")
        found = [(name, shapely.from_geojson(json.dumps(outline))) for name, outline in rows]
    return [[name, _rings(shape)] for name, shape in found[:ABOUT]]


def _rings(shape: Any) -> list[list[list[float]]]:
    """Of all its polygons the outer rings, latitude before longitude as the map's script wants them."""
    polygons = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
    return [[[round(y, 7), round(x, 7)] for x, y, *_z in part.exterior.coords[:-1]] for part in polygons]
