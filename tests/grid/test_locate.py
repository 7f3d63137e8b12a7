from time import perf_counter

import pytest
import shapely
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.errors import NoSuchPosition, PlaceUnknown
from grid.models import Area
from grid.services.locate import Outlines, Place, locate, stamp_outlines
from tests.world import COMMUNITY, GRID, OTHER_GRID, SIBLING_GRID


def test_a_position_is_put_into_the_grid_around_it(world):
    for code in (GRID, OTHER_GRID, SIBLING_GRID):
        lat, lon = world.point_in(code)

        assert locate(lat=lat, lon=lon) == Place(area_code=code, located="inside")


def test_a_position_outside_every_grid_goes_to_the_nearest_community(world):
    assert locate(lat=30.765, lon=108.399) == Place(area_code=COMMUNITY, located="nearest")
    assert locate(lat=39.9, lon=116.4).located == "nearest"


def test_a_position_on_the_common_border_has_one_answer(world):
    assert locate(lat=30.765, lon=108.41) == Place(area_code=GRID, located="inside")


@pytest.mark.parametrize(("lat", "lon"), [(91, 0), (0, 181), (float("nan"), 108), (30, float("inf"))])
def test_what_is_no_position_is_refused(world, lat, lon):
    with pytest.raises(NoSuchPosition):
        locate(lat=lat, lon=lon)


def test_without_outlines_the_reporter_is_asked_to_choose(world):
    Area.objects.update(outline=None)
    stamp_outlines()

    with pytest.raises(PlaceUnknown):
        locate(lat=30.76, lon=108.4)


def test_a_changed_outline_counts_at_once_and_a_rolled_back_change_does_not(world):
    lat, lon = world.point_in(GRID)
    before = transaction.savepoint()
    Area.objects.filter(code=GRID).update(outline=None)
    stamp_outlines()
    assert locate(lat=lat, lon=lon).located == "nearest"

    transaction.savepoint_rollback(before)

    assert locate(lat=lat, lon=lon) == Place(area_code=GRID, located="inside")


def test_placing_takes_one_small_query(world, django_assert_num_queries):
    lat, lon = world.point_in(GRID)
    locate(lat=lat, lon=lon)

    with django_assert_num_queries(1):
        locate(lat=lat, lon=lon)


def _city(columns, rows):
    """Codes and squares of 0.002°, 30 grids to a community."""
    squares = {}
    for number in range(columns * rows):
        community, grid = divmod(number, 30)
        west, south = 108.2 + number % columns * 0.002, 30.6 + number // columns * 0.002
        squares[f"500101026{community + 1:03}{grid + 1:03}"] = shapely.box(
            west, south, west + 0.002, south + 0.002
        )
    return squares


CITY = _city(columns=68, rows=50)
CITY_TREE = Outlines(CITY)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.floats(30.5, 30.8), st.floats(108.1, 108.5))
def test_the_tree_answers_like_a_search_through_all_outlines(lat, lon):
    place = CITY_TREE.place(lat=lat, lon=lon)

    point = shapely.Point(lon, lat)
    around = [code for code, square in CITY.items() if square.intersects(point)]
    if around:
        assert (place.area_code in around, place.located) == (True, "inside")
    else:
        assert (len(place.area_code), place.located) == (12, "nearest")


def test_placing_among_3400_grids_takes_less_than_a_millisecond():
    assert len(CITY) == 3400
    points = [(30.5 + 0.3 * step / 500, 108.1 + 0.4 * (step * 7 % 500) / 500) for step in range(500)]

    started = perf_counter()
    for lat, lon in points:
        CITY_TREE.place(lat=lat, lon=lon)

    assert (perf_counter() - started) / len(points) < 0.001
