"""Made-up outlines: an area cut into cells, like a district's grids to look at and exact at the borders."""

import json
from collections.abc import Sequence
from typing import Any

import shapely

# Degrees; about a tenth of a metre. Corners lie on this raster, so that neighbours share them exactly.
RASTER = 1e-6
EVENING_ROUNDS = 4


def cut(shape: Any, *, into: int) -> list[Any]:
    """Cells of about the same size that fill the (convex) shape, numbered from the north-west."""
    seeds = _spread(shape, count=into)
    for _round in range(EVENING_ROUNDS):
        seeds = [cell.centroid for cell in _cells(shape, seeds)]
    return sorted(_cells(shape, seeds), key=_north_west_first)


def matched(cells: Sequence[Any]) -> list[Any]:
    """The same cells with common corners: where one has a corner on a neighbour's side, so has the neighbour."""
    lines = shapely.unary_union([cell.boundary for cell in cells], grid_size=RASTER)
    faces = list(shapely.polygonize([lines]).geoms)
    pieces: list[list[Any]] = [[] for _cell in cells]
    tree = shapely.STRtree(cells)
    for face in faces:
        pieces[int(tree.nearest(face.representative_point()))].append(face)
    return [shapely.unary_union(own) for own in pieces]


def as_geojson(shape: Any) -> dict[str, Any]:
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(shapely.normalize(shape)))
    return geometry


def _spread(shape: Any, *, count: int) -> list[Any]:
    """The first points of a Halton sequence that lie inside: evenly spread and always the same."""
    west, south, east, north = shape.bounds
    seeds: list[Any] = []
    step = 1
    while len(seeds) < count:
        point = shapely.Point(
            west + (east - west) * _halton(step, base=2), south + (north - south) * _halton(step, base=3)
        )
        if shape.contains(point):
            seeds.append(point)
        step += 1
    return seeds


def _halton(step: int, *, base: int) -> float:
    value, share = 0.0, 1.0
    while step:
        share /= base
        value += share * (step % base)
        step //= base
    return value


def _cells(shape: Any, seeds: Sequence[Any]) -> list[Any]:
    diagram = shapely.voronoi_polygons(shapely.MultiPoint(list(seeds)), extend_to=shape)
    return [cell.intersection(shape) for cell in diagram.geoms]


def _north_west_first(cell: Any) -> tuple[float, float]:
    middle = cell.centroid
    return (-round(middle.y, 3), middle.x)
