"""Who could get a matter: the posts that somebody holds and the service points around, for the two-nearby rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from casework.rules.nearby import Candidate, Seat, Wanted
from grid.codes import DIGITS
from grid.models import Report, ServicePoint

EARTH = 6_371_000.0  # metres
MOST_POINTS = 500
MOST_LOAD = 1_000  # more work than this is simply much

# A community stands for all its grids, as that is where a position outside every grid is put.
_HELD = """
SELECT DISTINCT post.code, unit.name || ' ' || post.name, area.level, post.role, unit.key
  FROM unnest(%(levels)s::text[], %(above)s::text[], %(roles)s::text[], %(units)s::text[])
       AS seat(level, above, role, unit)
  JOIN grid_area area ON area.level = seat.level AND area.code LIKE seat.above
  JOIN grid_unit unit ON unit.area_id = area.id AND (seat.unit = '' OR unit.key = seat.unit)
  JOIN grid_post post ON post.unit_id = unit.id AND post.role = seat.role
 WHERE EXISTS (SELECT FROM grid_appointment held JOIN grid_user person ON person.id = held.user_id
                WHERE held.post_id = post.id AND person.is_active
                  AND held.starts_on <= %(on)s AND (held.ends_on IS NULL OR held.ends_on >= %(on)s))
 ORDER BY post.code
"""
_LOAD = """
SELECT code, (SELECT count(*) FROM (SELECT FROM workflows_step
                                     WHERE status = 'open' AND candidates @> ARRAY[code]::varchar(120)[]
                                     LIMIT %(most)s) work)
  FROM unnest(%(codes)s::text[]) AS code
"""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where it happened: the area, and the position if the report has one."""

    area_code: str
    lat: float | None = None
    lon: float | None = None


def spot_of(area_code: str, report_id: int | None) -> Spot:
    if report_id is None:
        return Spot(area_code=area_code)
    lat, lon = Report.objects.values_list("lat", "lon").get(pk=report_id)
    return Spot(area_code=area_code, lat=lat, lon=lon)


def candidates(
    wanted: Wanted, spot: Spot, *, category: str, now: datetime, zone: ZoneInfo
) -> list[Candidate]:
    """Everybody the rules may choose from, with distance and, where several compete, how much work they have."""
    found = held_seats(wanted.seats, spot.area_code, now=now, zone=zone)
    if wanted.point:
        found += _points(wanted.point, spot, category=category, now=now, zone=zone)
    return _with_load(found)


def held_seats(seats: Iterable[Seat], area_code: str, *, now: datetime, zone: ZoneInfo) -> list[Candidate]:
    """The posts on these seats over an area that somebody holds today. One query."""
    asked = [(seat, _above(area_code, seat.level)) for seat in seats]
    asked = [(seat, above) for seat, above in asked if above]
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _HELD,
            {
                "levels": [seat.level for seat, _above_ in asked],
                "above": [above for _seat, above in asked],
                "roles": [seat.role for seat, _above_ in asked],
                "units": [seat.unit for seat, _above_ in asked],
                "on": now.astimezone(zone).date(),
            },
        )
        rows = cursor.fetchall()
    return [
        Candidate(code=code, name=name, level=level, role=role, unit=unit)
        for code, name, level, role, unit in rows
    ]


def _above(area_code: str, level: str) -> str:
    """The areas of a level that a place lies in; empty when the place is larger than that."""
    smallest = DIGITS["community"] if level in ("grid", "microgrid") else DIGITS[level]
    return f"{area_code[: DIGITS[level]]}%" if len(area_code) >= smallest else ""


def _points(kind: str, spot: Spot, *, category: str, now: datetime, zone: ZoneInfo) -> list[Candidate]:
    rows = ServicePoint.objects.filter(
        kind=kind, is_active=True, area__code__startswith=spot.area_code[: DIGITS["district"]]
    ).select_related("area", "post")
    return [
        Candidate(
            code=row.post.code,
            name=row.name,
            level=row.area.level,
            role=row.post.role,
            point=row.kind,
            can=frozenset(row.can),
            is_open=is_open(row.hours, now.astimezone(zone)),
            distance=metres(spot, lat=row.lat, lon=row.lon),
        )
        for row in rows[:MOST_POINTS]
        if not row.can or category in row.can
    ]


def is_open(hours: Sequence[Mapping[str, Any]], local: datetime) -> bool:  # Any: JSON
    """Whether a week's hours have the moment; no hours at all mean always."""
    if not hours:
        return True
    clock = f"{local:%H:%M}"
    return any(local.isoweekday() in span["days"] and span["from"] <= clock < span["until"] for span in hours)


def metres(spot: Spot, *, lat: float, lon: float) -> float | None:
    """As the crow flies."""
    if spot.lat is None or spot.lon is None:
        return None
    here, there = radians(spot.lat), radians(lat)
    half = sin((there - here) / 2) ** 2 + cos(here) * cos(there) * sin(radians(lon - spot.lon) / 2) ** 2
    return 2 * EARTH * asin(sqrt(half))


def _with_load(found: list[Candidate]) -> list[Candidate]:
    """Counted only where several of a level compete, which is rare."""
    levels = [each.level for each in found]
    several = [each.code for each in found if levels.count(each.level) > 1]
    counted = loads(several)
    return [replace(each, load=counted.get(each.code, 0)) for each in found]


def loads(codes: Sequence[str]) -> dict[str, int]:
    """How many open steps each of these posts has, as far as it is counted."""
    if not codes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, {"codes": list(codes), "most": MOST_LOAD})
        return dict(cursor.fetchall())
