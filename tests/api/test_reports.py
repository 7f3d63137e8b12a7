"""Reports and photos over the interface: sent twice is there once."""

from hashlib import sha256
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

from casework.models import Attachment, Case
from grid.models import Photo, Report
from tests.world import COMMUNITY, GRID


def _jpeg(colour: str = "red") -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def said(world, plain):
    lat, lon = world.point_in(GRID)
    return {"matter": plain, "category": "noise", "summary": "坝坝舞音量过大 🔊", "lat": lat, "lon": lon}


def test_a_report_opens_a_case_where_it_was_seen(said, as_user, world):
    api = as_user(world.grid_worker)

    answer = api.post("reports/", said, HTTP_IDEMPOTENCY_KEY=str(uuid4()))

    assert answer.status_code == 201
    case = api.get(f"cases/{answer.json()['case']}/").json()
    assert (case["area"], case["category"], case["title"]) == (GRID, "noise", "坝坝舞音量过大 🔊")


@pytest.mark.parametrize("key", ["6f1c1a52-9a0e-4d0c-8d53-5f0c4e0a7b11", "phone-17/报告 3", "A" * 128])
def test_five_times_sent_is_one_case(key, said, as_user, world):
    api = as_user(world.grid_worker)

    answers = [api.post("reports/", said, HTTP_IDEMPOTENCY_KEY=key) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["case"] for answer in answers}) == 1
    assert (Case.objects.count(), Report.objects.count()) == (1, 1)


def test_the_same_key_with_another_body_is_refused(said, as_user, world):
    api = as_user(world.grid_worker)
    api.post("reports/", said, HTTP_IDEMPOTENCY_KEY="k")

    other = api.post("reports/", {**said, "summary": "别的"}, HTTP_IDEMPOTENCY_KEY="k")

    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Case.objects.count() == 1


def test_the_same_key_of_two_people_is_two_reports(said, as_user, world):
    first = as_user(world.grid_worker).post("reports/", said, HTTP_IDEMPOTENCY_KEY="k")
    second = as_user(world.grid_head).post("reports/", said, HTTP_IDEMPOTENCY_KEY="k")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() != second.json()


@pytest.mark.parametrize("key", [None, "", " ", "k" * 129, "a\tb"])
def test_a_report_needs_a_key(key, said, as_user, world):
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}

    answer = as_user(world.grid_worker).post("reports/", said, **headers)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["Idempotency-Key"])
    assert Report.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lat": 91}, "lat"),
        ({"lat": "30.7"}, "lat"),
        ({"lat": True}, "lat"),
        ({"lon": -180.5}, "lon"),
        ({"accuracy": -1}, "accuracy"),
        ({"summary": "长" * 501}, "summary"),
        ({"summary": 5}, "summary"),
        ({"area": "50010102600100"}, "area"),
        ({"answers": []}, "answers"),
        ({"answers": {"没问": 1}}, "answers"),
        ({"photos": ["0" * 63]}, "photos.0"),
        ({"photos": ["0" * 64] * 10}, "photos"),
        ({"photos": ["0" * 64]}, "photos"),
        ({"seen_at": "gestern"}, "seen_at"),
        ({"urgent": "yes"}, "urgent"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_report_is_refused_by_field(change, field, said, as_user, world):
    answer = as_user(world.grid_worker).post("reports/", {**said, **change}, HTTP_IDEMPOTENCY_KEY="k")

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert (Report.objects.count(), Case.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lat": None, "lon": None}, "place_missing"),
        ({"lat": None}, "no_such_position"),
        ({"matter": "none"}, "nothing_published"),
        ({"lat": None, "lon": None, "area": "500101026099"}, "area_unknown"),
    ],
)
def test_a_report_of_nowhere_or_nothing_is_refused(change, code, said, as_user, world):
    answer = as_user(world.grid_worker).post("reports/", {**said, **change}, HTTP_IDEMPOTENCY_KEY="k")

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert Report.objects.count() == 0


def test_the_place_chosen_by_hand_will_do(said, as_user, world):
    body = {**said, "lat": None, "lon": None, "area": COMMUNITY}

    answer = as_user(world.grid_worker).post("reports/", body, HTTP_IDEMPOTENCY_KEY="k")

    assert Case.objects.get(number=answer.json()["case"]).area_code == COMMUNITY


def test_a_photo_is_kept_once_and_shown_with_its_report(said, as_user, world):
    api = as_user(world.grid_worker)
    content = _jpeg()
    name = sha256(content).hexdigest()

    first = api.put(f"photos/{name}", content, "image/jpeg")
    again = api.put(f"photos/{name.upper()}", content, "application/octet-stream")
    report = api.post("reports/", {**said, "photos": [name]}, HTTP_IDEMPOTENCY_KEY="k")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (first.json()["sha256"], first.json()["width"], first.json()["height"]) == (name, 64, 48)
    assert report.status_code == 201
    assert Attachment.objects.get().photo == Photo.objects.get()


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("0" * 64, _jpeg(), 422, "photo_damaged"),
        ("not-a-hash", _jpeg(), 422, "photo_damaged"),
        (sha256(b"").hexdigest(), b"", 422, "photo_empty"),
        (sha256(b"GIF89a").hexdigest(), b"GIF89a", 422, "photo_kind_refused"),
        ("0" * 64, b"x" * (15 * 1024 * 1024 + 1), 413, "too_large"),
    ],
)
def test_what_is_no_photo_is_not_kept(name, content, status, code, as_user, world):
    answer = as_user(world.grid_worker).put(f"photos/{name}", content, "image/jpeg")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Photo.objects.count() == 0


def test_somebody_elses_photo_is_no_photo_of_mine(said, as_user, world):
    content = _jpeg("blue")
    name = sha256(content).hexdigest()
    as_user(world.grid_head).put(f"photos/{name}", content, "image/jpeg")

    answer = as_user(world.grid_worker).post("reports/", {**said, "photos": [name]}, HTTP_IDEMPOTENCY_KEY="k")

    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["photos"])
