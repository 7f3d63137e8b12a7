"""Two at once: one row, and both get it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from PIL import Image

from grid.models import Photo, Report
from grid.services.photos import store_photo
from grid.services.reports import Sighting, record_report
from tests.world import GRID

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]


def at_once(call, *, times=4):
    """What `call` returned in each of several threads that start together."""
    barrier = Barrier(times)

    def run(_number):
        try:
            barrier.wait(timeout=10)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_a_phone_that_sends_its_report_twice_at_once_makes_one(world):
    sighting = Sighting(token=uuid4(), matter_key="noise", seen_at=NOW, area_code=GRID)

    answers = at_once(lambda: record_report(sighting, by=world.grid_worker, post=None, now=NOW))

    assert Report.objects.count() == 1
    assert [is_new for _report, is_new in answers].count(True) == 1
    assert {report.pk for report, _is_new in answers} == {Report.objects.get().pk}


def test_a_photo_that_arrives_twice_at_once_is_one_and_whole(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    out = BytesIO()
    Image.effect_mandelbrot((600, 400), (-2, -1, 1, 1), 20).save(out, "JPEG")

    photos = at_once(lambda: store_photo(out.getvalue(), owner=world.grid_worker))

    kept = Photo.objects.get()
    assert {photo.pk for photo in photos} == {kept.pk}
    with default_storage.open(kept.file.name) as file, Image.open(file) as image:
        image.load()
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2
