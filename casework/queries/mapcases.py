"""Cases on a map: the same rows as the desk's list, as points, gathered into bunches where they lie close."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, floor, radians
from typing import Any

import shapely
from django.db.models import Avg, Count, F, Min, Q
from django.db.models.functions import Floor

from casework.access import Viewer
from casework.models import Case, CaseQuerySet, CaseStatus
from casework.queries.inbox import SOON, place_of
from casework.queries.mapoutlines import WORLD_PIXELS, Box
from casework.queries.particulars import masked_text
from casework.queries.search import Wanted, narrowed
from workflows.models import Step

BUNCH = 44  # pixels: nearer than a finger is wide, points become one
APART = 26  # pixels: what a sign is wide
CLOSEST = 18  # zoom from which nothing is gathered any more
MOST_POINTS = 600  # signs in one view
MOST_ROWS = 100  # of the list beside the map, as many as can be handled at once
MOST_NEAR = 50_000  # cases round a lasso that are looked at, the newest first
MOST_CORNERS = 120  # of a lasso; more would not fit into an address


@dataclass(frozen=True, kw_only=True)
class Line:
    """A case in the list beside the map."""

    case: Case
    place: str
    state: str
    lat: float | None
    lon: float | None


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What of the query lies in view or in the lasso; `total` is the whole query, `unplaced` has no position."""

    lines: tuple[Line, ...]
    count: int
    total: int
    unplaced: int
    centre: tuple[float, float] | None


def points(viewer: Viewer, wanted: Wanted, box: Box, *, zoom: int, now: datetime) -> dict[str, Any]:
    """The cases in view as GeoJSON: single ones, and bunches with how many they are and how many are overdue."""
    cells = _gathered(_placed(viewer, wanted).filter(_inside(box)), box, zoom=zoom, now=now)
    single = [cell["first"] for cell in cells if cell["count"] == 1]
    known = {line.case.pk: line for line in _lines(Case.objects.filter(pk__in=single), now=now)}
    features = [_single(known[cell["first"]]) if cell["first"] in known else _bunch(cell) for cell in cells]
    return {"type": "FeatureCollection", "features": features}


def in_box(viewer: Viewer, wanted: Wanted, box: Box | None, *, now: datetime) -> Selection:
    """The rows of the list for what is in view; without a view, all of them."""
    every = narrowed(viewer, wanted)
    if box is None:
        return _selection(every, every, now=now, centre=None)
    middle = ((box.south + box.north) / 2, (box.west + box.east) / 2)
    return _selection(every, every.filter(_inside(box)), now=now, centre=middle)


def in_ring(
    viewer: Viewer, wanted: Wanted, ring: Sequence[tuple[float, float]], *, now: datetime
) -> Selection:
    """The rows within a lasso; `ring` is longitude and latitude of its corners."""
    every = narrowed(viewer, wanted)
    drawn = shapely.make_valid(shapely.Polygon(ring))
    west, south, east, north = drawn.bounds
    near = every.filter(_inside(Box(west=west, south=south, east=east, north=north)))
    rows = list(near.order_by("-pk").values_list("pk", "report__lon", "report__lat")[:MOST_NEAR])
    hits = (
        shapely.intersects_xy(drawn, [x for _pk, x, _y in rows], [y for _pk, _x, y in rows]) if rows else ()
    )
    chosen = [pk for (pk, _x, _y), is_hit in zip(rows, hits, strict=True) if is_hit]
    centre = (drawn.centroid.y, drawn.centroid.x)
    return _selection(every, every.filter(pk__in=chosen), now=now, centre=centre)


def ring_of(text: str) -> list[tuple[float, float]] | None:
    """A lasso written `lon,lat;lon,lat;…`, or None if it isn't one."""
    try:
        corners = [(float(lon), float(lat)) for lon, lat in (each.split(",") for each in text.split(";"))]
    except ValueError:
        return None
    on_earth = all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in corners)
    return corners if 3 <= len(corners) <= MOST_CORNERS and on_earth else None


def state_of(case: Case, *, is_new: bool, now: datetime) -> str:
    """How a case stands, in the words of the style sheets' signs."""
    if case.status in (CaseStatus.CLOSED, CaseStatus.VOID):
        return "done"
    if case.status == CaseStatus.SUSPENDED:
        return "hold"
    if case.due_at is not None and case.due_at <= now + SOON:
        return "over" if case.due_at <= now else "soon"
    return "new" if is_new else "doing"


def _placed(viewer: Viewer, wanted: Wanted) -> CaseQuerySet:
    return narrowed(viewer, wanted).filter(report__lat__isnull=False)


def _inside(box: Box) -> Q:
    return Q(report__lat__range=(box.south, box.north), report__lon__range=(box.west, box.east))


def _gathered(placed: CaseQuerySet, box: Box, *, zoom: int, now: datetime) -> list[dict[str, Any]]:
    """All cases in view, gathered as if from farther away where they would still be too many to draw."""
    for seen_from in range(zoom, 0, -1):
        cells = list(_cells(placed, box, zoom=seen_from, now=now))
        if len(cells) <= MOST_POINTS:
            return _apart(cells, zoom=seen_from)
    return []


def _cells(placed: CaseQuerySet, box: Box, *, zoom: int, now: datetime) -> Any:  # Any: rows of values()
    if zoom >= CLOSEST:
        rows = placed.order_by().annotate(count=Count("pk"), first=F("pk"))
        return rows.values("count", "first")[: MOST_POINTS + 1]
    wide = 360 / (WORLD_PIXELS * 2**zoom) * BUNCH
    # Latitude in whole degrees, so that bunches stay the same while the map is moved.
    high = wide * max(0.1, cos(radians(floor((box.south + box.north) / 2))))
    cells = placed.order_by().annotate(
        column=Floor(F("report__lon") / wide), row=Floor(F("report__lat") / high)
    )
    is_over = Q(status=CaseStatus.OPEN, due_at__lte=now)
    return (
        cells.values("column", "row")
        .annotate(count=Count("pk"), over=Count("pk", filter=is_over), first=Min("pk"))
        .annotate(lat=Avg("report__lat"), lon=Avg("report__lon"))
        .order_by("-count")[: MOST_POINTS + 1]
    )


def _apart(cells: Collection[dict[str, Any]], *, zoom: int) -> list[dict[str, Any]]:
    """Neighbouring cells whose middles are too close to be hit apart, the smaller added to the larger."""
    if zoom >= CLOSEST:
        return list(cells)
    wide = 360 / (WORLD_PIXELS * 2**zoom) * APART
    kept: dict[tuple[int, int], dict[str, Any]] = {}
    for cell in cells:
        # About as many degrees of latitude as of longitude: nearer than needed in the north, never too near.
        column, row = floor(cell["lon"] / wide), floor(cell["lat"] / wide)
        around = ((column + east, row + north) for east in (0, -1, 1) for north in (0, -1, 1))
        found = next((kept[place] for place in around if place in kept), None)
        if found is None:
            kept[column, row] = dict(cell)
        else:
            found["count"] += cell["count"]
            found["over"] += cell["over"]
    return list(kept.values())


def _single(line: Line) -> dict[str, Any]:
    told = {"number": line.case.number, "title": masked_text(line.case.title), "state": line.state}
    return _feature(line.lon, line.lat, told)


def _bunch(cell: dict[str, Any]) -> dict[str, Any]:
    return _feature(cell["lon"], cell["lat"], {"count": cell["count"], "over": cell["over"]})


def _feature(lon: float | None, lat: float | None, properties: dict[str, Any]) -> dict[str, Any]:
    where = [round(lon or 0.0, 6), round(lat or 0.0, 6)]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": where}, "properties": properties}


def _selection(
    every: CaseQuerySet, chosen: CaseQuerySet, *, now: datetime, centre: tuple[float, float] | None
) -> Selection:
    counts = every.order_by().aggregate(
        total=Count("pk"), unplaced=Count("pk", filter=Q(report__lat__isnull=True))
    )
    by_clock = chosen.order_by(F("due_at").asc(nulls_last=True), "-opened_at", "-pk")
    lines = _lines(by_clock[:MOST_ROWS], now=now)
    count = len(lines) if len(lines) < MOST_ROWS else chosen.count()
    return Selection(
        lines=tuple(lines), count=count, total=counts["total"], unplaced=counts["unplaced"], centre=centre
    )


def _lines(cases: CaseQuerySet, *, now: datetime) -> list[Line]:
    rows = list(cases.select_related("area", "report", "matter"))
    fresh = _unsigned([case.run_id for case in rows])
    return [
        Line(
            case=case,
            place=place_of(case),
            state=state_of(case, is_new=case.run_id in fresh, now=now),
            lat=case.report.lat if case.report else None,
            lon=case.report.lon if case.report else None,
        )
        for case in rows
    ]


def _unsigned(runs: Collection[int]) -> set[int]:
    """The runs with a step that nobody has signed for yet."""
    waiting = Step.objects.open().human().filter(run__in=runs, claimed_by=None)
    return set(waiting.order_by().values_list("run_id", flat=True))
