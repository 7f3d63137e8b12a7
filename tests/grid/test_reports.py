from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from grid.errors import AreaUnknown, NoSuchPosition, PlaceMissing, SummaryTooLong
from grid.models import Report
from grid.services.reports import Sighting, record_report
from tests.world import COMMUNITY, GRID, OTHER_GRID

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def _sighting(**changes):
    return Sighting(**{"token": uuid4(), "matter_key": "noise", "seen_at": NOW} | changes)


def test_a_report_is_stored_with_the_grid_its_position_lies_in(world):
    lat, lon = world.point_in(GRID)
    sighting = _sighting(summary="音乐很响", answers={"分贝": 72}, lat=lat, lon=lon, accuracy=8.0)

    report, is_new = record_report(
        sighting, by=world.grid_worker, post=world.post_of(world.grid_worker), now=NOW
    )

    report.refresh_from_db()
    assert is_new
    assert (report.area.code, report.located) == (GRID, "inside")
    assert (report.summary, report.answers, report.accuracy) == ("音乐很响", {"分贝": 72}, 8.0)
    assert report.post == world.post_of(world.grid_worker)


def test_the_area_that_the_reporter_chose_wins_over_the_position(world):
    lat, lon = world.point_in(GRID)

    report, _is_new = record_report(
        _sighting(area_code=OTHER_GRID, lat=lat, lon=lon), by=world.grid_worker, post=None, now=NOW
    )

    assert (report.area.code, report.located, report.lat) == (OTHER_GRID, "chosen", lat)


def test_the_same_token_again_is_the_same_report(world):
    sighting = _sighting(area_code=COMMUNITY)
    first, _is_new = record_report(sighting, by=world.grid_worker, post=None, now=NOW)

    again, is_new = record_report(sighting, by=world.grid_worker, post=None, now=NOW + timedelta(hours=1))

    assert (again.pk, again.received_at, is_new) == (first.pk, NOW, False)


def test_a_phone_ahead_of_time_saw_it_now(world):
    early, late = NOW - timedelta(hours=3), NOW + timedelta(hours=3)

    [before, ahead] = [
        record_report(_sighting(area_code=GRID, seen_at=at), by=world.grid_worker, post=None, now=NOW)[0]
        for at in (early, late)
    ]

    assert (before.seen_at, ahead.seen_at) == (early, NOW)


@pytest.mark.parametrize(
    ("case", "changes", "error"),
    [
        ("no place at all", {}, PlaceMissing),
        ("unknown area", {"area_code": "500101099"}, AreaUnknown),
        ("half a position", {"area_code": GRID, "lat": 30.7}, NoSuchPosition),
        ("not on Earth", {"lat": 95.0, "lon": 108.4}, NoSuchPosition),
        ("a novel", {"area_code": GRID, "summary": "长" * 501}, SummaryTooLong),
    ],
)
def test_what_cannot_be_stored_is_refused_and_nothing_is_written(world, case, changes, error):
    with pytest.raises(error):
        record_report(_sighting(**changes), by=world.grid_worker, post=None, now=NOW)

    assert Report.objects.count() == 0
