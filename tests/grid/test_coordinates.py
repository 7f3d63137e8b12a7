"""WGS-84, GCJ-02 and BD-09: published pairs of the same place, and the way there and back."""

from math import cos, hypot, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.coordinates import Crs, convert

METRES = 111_320  # of a degree of latitude
CHINA = st.tuples(st.floats(3.9, 53.5), st.floats(73.6, 135.0))
# What widely used converters publish in their manuals as examples, longitude and latitude of Tiananmen and nearby.
KNOWN = [
    ("wgs84 to gcj02", Crs.WGS84, Crs.GCJ02, (39.915, 116.404), (39.91640428150164, 116.41024449916938)),
    ("gcj02 to bd09", Crs.GCJ02, Crs.BD09, (39.915, 116.404), (39.92133699351021, 116.41036949371029)),
    ("bd09 to gcj02", Crs.BD09, Crs.GCJ02, (39.915, 116.404), (39.90865673957631, 116.39762729119315)),
    ("wgs84 to bd09", Crs.WGS84, Crs.BD09, (39.914266, 116.403988), (39.92196580126834, 116.41661560068297)),
    ("abroad", Crs.WGS84, Crs.GCJ02, (51.4779, -0.0015), (51.4779, -0.0015)),
]


def metres(one, other):
    lat, lon = one[0] - other[0], (one[1] - other[1]) * cos(radians(one[0]))
    return hypot(lat, lon) * METRES


@pytest.mark.parametrize(("_case", "source", "target", "there", "here"), KNOWN)
def test_known_places_are_met_to_the_metre(_case, source, target, there, here):
    assert metres(convert(there, source=source, target=target), here) < 1
    assert metres(convert(here, source=target, target=source), there) < 1


@pytest.mark.parametrize("crs", [Crs.GCJ02, Crs.BD09])
@given(place=CHINA)
def test_there_and_back_is_the_same_place(crs, place):
    away = convert(place, source=Crs.WGS84, target=crs)

    assert 50 < metres(place, away) < 2_500
    assert metres(convert(away, source=crs, target=Crs.WGS84), place) < 0.01


def test_the_three_systems_agree_on_the_long_way_round():
    wanzhou = (30.7501, 108.4012)
    round_about = convert(wanzhou, source=Crs.WGS84, target=Crs.GCJ02)
    round_about = convert(round_about, source=Crs.GCJ02, target=Crs.BD09)

    assert metres(round_about, convert(wanzhou, source=Crs.WGS84, target=Crs.BD09)) < 0.01
    assert metres(convert(round_about, source=Crs.BD09, target=Crs.WGS84), wanzhou) < 0.01
