"""The one place that converts positions between WGS-84, GCJ-02 and BD-09. Pure; stored is WGS-84 alone.

Phones' browsers, GPS and CGCS2000 are WGS-84; Gaode and the maps inside Chinese apps are GCJ-02; Baidu is BD-09.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from math import atan2, cos, hypot, pi, radians, sin, sqrt

AXIS = 6_378_245.0  # metres and flattening of the ellipsoid that the shift is calculated on (Krasovsky, 1940)
FLATTENING = 0.00669342162296594323
BD_TURN = pi * 3000 / 180
BD_EAST, BD_NORTH = 0.0065, 0.006
ROUNDS = 6  # each brings a converted position about a thousand times nearer; six are below a millimetre

Position = tuple[float, float]  # latitude and longitude in degrees


class Crs(StrEnum):
    """A system of coordinates, by the name that settings and imports use."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def convert(position: Position, *, source: Crs, target: Crs) -> Position:
    """The same place on the ground in another system; abroad all of them are the same."""
    if source is target or not is_shifted(position):
        return position
    return _FROM_GCJ[target](_TO_GCJ[source](position))


def is_shifted(position: Position) -> bool:
    """Whether maps shift it at all: the rectangle about the mainland that every library uses."""
    lat, lon = position
    return 0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347


def _shifted(position: Position) -> Position:
    lat, lon = position
    east, north = lon - 105.0, lat - 35.0
    bend = 1 - FLATTENING * sin(radians(lat)) ** 2
    north_by = _north(east, north) * 180 / (AXIS * (1 - FLATTENING) / (bend * sqrt(bend)) * pi)
    east_by = _east(east, north) * 180 / (AXIS / sqrt(bend) * cos(radians(lat)) * pi)
    return lat + north_by, lon + east_by


def _north(x: float, y: float) -> float:
    metres = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    metres += (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    metres += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    return metres + (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3


def _east(x: float, y: float) -> float:
    metres = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    metres += (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    metres += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    return metres + (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3


def _unshifted(position: Position) -> Position:
    """The shift has no inverse in a formula: guess, see where the guess would land, and correct by that."""
    lat, lon = position
    for _round in range(ROUNDS):
        there_lat, there_lon = _shifted((lat, lon))
        lat, lon = lat + position[0] - there_lat, lon + position[1] - there_lon
    return lat, lon


def _baidu(position: Position) -> Position:
    lat, lon = position
    far = hypot(lon, lat) + 0.00002 * sin(lat * BD_TURN)
    turn = atan2(lat, lon) + 0.000003 * cos(lon * BD_TURN)
    return far * sin(turn) + BD_NORTH, far * cos(turn) + BD_EAST


def _unbaidu(position: Position) -> Position:
    """Baidu's own way back is half a metre off; corrected like the shift it is exact."""
    lat, lon = position[0] - BD_NORTH, position[1] - BD_EAST
    for _round in range(ROUNDS):
        there_lat, there_lon = _baidu((lat, lon))
        lat, lon = lat + position[0] - there_lat, lon + position[1] - there_lon
    return lat, lon


def _same(position: Position) -> Position:
    return position


_TO_GCJ: dict[Crs, Callable[[Position], Position]] = {
    Crs.WGS84: _shifted,
    Crs.GCJ02: _same,
    Crs.BD09: _unbaidu,
}
_FROM_GCJ: dict[Crs, Callable[[Position], Position]] = {
    Crs.WGS84: _unshifted,
    Crs.GCJ02: _same,
    Crs.BD09: _baidu,
}
