"""What the database refuses beneath a page is said in the page's own words; what comes in has its bounds."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError
from psycopg import errors as pg

from casework.api import throttles
from casework.pages import phone, saying
from casework.pages.entry import address_of
from grid.errors import PhotoTooLarge
from tests.pages.phone_matter import KEY, as_person, publish_noise
from tests.services.test_time import opened
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
BUSY, DEADLOCK = OperationalError("lock timeout"), OperationalError("deadlock detected")
BUSY.__cause__, DEADLOCK.__cause__ = pg.LockNotAvailable(), pg.DeadlockDetected()


@pytest.mark.parametrize(
    ("error", "status"), [(BUSY, 423), (DEADLOCK, 423), (IntegrityError("duplicate key"), 409)]
)
def test_what_the_database_refuses_is_said_in_words(error, status, world, monkeypatch):
    def refused(*_args, **_options):
        raise error

    monkeypatch.setattr(phone, "_with_count", refused)

    response = as_person(world.grid_worker).get("/m/me/")

    assert response.status_code == status
    assert str(error) not in response.content.decode()


def test_photo_is_read_no_further_than_its_bound(world, settings, monkeypatch):
    settings.PHOTO_BYTES = 1000
    publish_noise()
    read = []

    def kept(content, **_options):
        read.append(len(content))
        raise PhotoTooLarge

    monkeypatch.setattr(saying, "store_photo", kept)
    huge = SimpleUploadedFile("huge.jpg", b"x" * 5000, content_type="image/jpeg")
    sent = {"r.kind": f"{KEY}|坝坝舞", "音箱照片-files": huge}

    response = as_person(world.grid_worker).post("/m/report/", sent)

    assert (response.status_code, read) == (422, [1001])


@pytest.mark.parametrize(
    ("case", "proxies", "said", "address"),
    [
        ("nobody stands between", 0, "203.0.113.9", "127.0.0.1"),
        ("one proxy adds who came", 1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("a proxy adds nonsense", 1, "unknown", "127.0.0.1"),
    ],
)
def test_failures_are_counted_by_the_address_that_our_proxy_saw(case, proxies, said, address, rf, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}

    assert address_of(rf.post("/login/", HTTP_X_FORWARDED_FOR=said)) == address


def test_attacker_behind_our_proxy_does_not_lock_the_door_for_others(world, client, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    for _ in range(6):
        wrong = {"username": "grid_worker", "password": "wrong"}
        locked = client.post("/login/", wrong, HTTP_X_FORWARDED_FOR="203.0.113.9")

    right = {"username": "grid_worker", "password": PASSWORD}
    response = client.post("/login/", right, HTTP_X_FORWARDED_FOR="198.51.100.7")

    assert (locked.status_code, response.status_code) == (423, 302)


def test_address_that_fails_with_many_names_has_to_wait(world, client, monkeypatch):
    cache.clear()
    monkeypatch.setattr(throttles, "limit", lambda scope: 3)
    tries = [{"username": f"guess-{n}", "password": "x"} for n in range(4)]

    answers = [client.post("/login/", one) for one in tries]
    right = client.post("/login/", {"username": "grid_worker", "password": PASSWORD})
    elsewhere = client.post(
        "/login/", {"username": "grid_worker", "password": PASSWORD}, REMOTE_ADDR="203.0.113.9"
    )

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert (right.status_code, elsewhere.status_code) == (429, 302)
    assert 1 <= int(right["Retry-After"]) <= 60


def test_diagram_is_a_file_and_no_page(world):
    publish_noise()
    case = opened(world, matter=KEY)

    response = as_person(world.duty_officer).get(f"/desk/cases/{case.number}/diagram/")

    assert response.status_code == 200
    assert response["Content-Disposition"] == f'attachment; filename="{case.number}.bpmn"'
