"""Reporting from the phone: one report is one case, a refusal keeps everything, the page knows who gets it."""

from uuid import uuid4

import pytest
from django.urls import reverse

from casework.models import Attachment, Case
from grid.models import Photo
from tests.pages.phone_matter import KEY, as_person, picture, publish_noise
from tests.world import GRID, OTHER_GRID

pytestmark = pytest.mark.django_db
DANCE = f"{KEY}|坝坝舞"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def matter(world):
    return publish_noise()


def send(user, **given):
    posted = {"r.token": str(uuid4()), "r.kind": DANCE, "什么时候": "晚上"} | {
        name.replace("__", "."): value for name, value in given.items()
    }
    return as_person(user).post(reverse("phone:report"), posted)


def test_report_becomes_a_case_in_the_grid_of_its_position(world, matter):
    lat, lon = world.point_in(OTHER_GRID)

    response = send(
        world.grid_worker, r__lat=lat, r__lon=lon, r__accuracy=6, r__summary="音响太响", r__files=picture()
    )

    case = Case.objects.get()
    assert response.url == reverse("phone:done", args=[case.number])
    assert (case.area_code, case.category, case.title) == (OTHER_GRID, "坝坝舞", "音响太响")
    assert case.data["什么时候"] == "晚上"
    assert case.report.accuracy == 6
    assert Attachment.objects.filter(case=case).count() == 1


def test_report_without_a_position_belongs_to_the_reporters_own_grid(world, matter):
    send(world.grid_worker)

    case = Case.objects.get()
    assert (case.area_code, case.report.located) == (GRID, "chosen")


def test_grid_that_was_chosen_outweighs_the_position(world, matter):
    lat, lon = world.point_in(GRID)

    send(world.grid_worker, r__lat=lat, r__lon=lon, r__area=OTHER_GRID)

    assert Case.objects.get().area_code == OTHER_GRID


def test_same_page_sent_twice_is_one_case(world, matter):
    token = str(uuid4())

    first = send(world.grid_worker, r__token=token, r__summary="音响太响")
    second = send(world.grid_worker, r__token=token, r__summary="音响太响")

    assert first.url == second.url
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("what", "given", "words"),
    [
        ("no category", {"r__kind": ""}, "请选一个类别"),
        ("unknown matter", {"r__kind": "nothing|x"}, ""),
        ("required question open", {"什么时候": ""}, "什么时候吵"),
        ("answer that is not offered", {"什么时候": "中午"}, "什么时候吵"),
        ("number that is none", {"人数": "许多"}, "大约多少人"),
        ("unknown grid", {"r__area": "999999999999999"}, ""),
        ("too long", {"r__summary": "响" * 501}, "说一句"),
    ],
)
def test_refusal_keeps_what_was_typed_and_the_photo(world, matter, what, given, words):
    typed = {"r__address": "滨江文化广场", "r__files": picture()} | given

    response = send(world.grid_worker, **typed)

    page = response.content.decode()
    assert response.status_code == 422
    assert Case.objects.count() == 0
    assert words in page
    assert "滨江文化广场" in page
    assert f'name="r.photos" value="{Photo.objects.get().sha256}"' in page


def test_photo_kept_by_a_refusal_comes_with_the_second_try(world, matter):
    send(world.grid_worker, r__kind="", r__files=picture())
    kept = Photo.objects.get().sha256

    send(world.grid_worker, r__photos=kept)

    assert Attachment.objects.get().photo.sha256 == kept


def test_file_that_is_no_photo_is_refused_in_words(world, matter):
    broken = picture()
    broken.write(b"nonsense" * 20)
    broken.seek(0)
    broken.truncate(3)

    response = send(world.grid_worker, r__files=broken)

    assert response.status_code == 422
    assert "notice--back" in response.content.decode()
    assert Case.objects.count() == 0


def test_photo_that_answers_a_question_is_kept_with_its_answer(world, matter):
    send(world.grid_worker, **{"音箱照片-files": picture("blue")})

    assert Case.objects.get().data["音箱照片"] == [Photo.objects.get().sha256]


def test_photo_of_somebody_else_is_not_attached(world, matter):
    send(world.far_grid_worker, r__kind="", r__files=picture())

    response = send(world.grid_worker, r__photos=Photo.objects.get().sha256)

    assert response.status_code == 422
    assert Case.objects.count() == 0


def test_page_offers_the_categories_one_reports_first(world, matter):
    send(world.grid_worker, r__kind=f"{KEY}|施工")

    page = as_person(world.grid_worker).get(reverse("phone:report")).content.decode()

    assert page.index("夜间施工") < page.index("坝坝舞噪声")
    assert "您近 30 天报过 1 次" in page


def test_what_comes_next_is_told_before_anything_is_sent(world, matter):
    lat, lon = world.point_in(OTHER_GRID)

    ahead = as_person(world.grid_worker).get(
        reverse("phone:ahead"), {"kind": DANCE, "lat": lat, "lon": lon, "accuracy": 6}
    )

    page = ahead.content.decode()
    assert "沱口社区第二网格" in page
    assert "定位 ±6 米" in page
    assert "专职网格员" in page
    assert "什么时候吵" in page
    assert Case.objects.count() == 0


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"kind": "nothing|x"},
        {"kind": DANCE, "lat": "north", "lon": "east"},
        {"kind": DANCE, "lat": "nan", "lon": "1e999"},
        {"kind": "\x00|\x00", "area": "\x00"},
        {"kind": DANCE, "area": "' OR 1=1"},
    ],
)
def test_looking_ahead_survives_nonsense(world, matter, asked):
    assert as_person(world.grid_worker).get(reverse("phone:ahead"), asked).status_code == 200


def test_somebody_without_a_post_can_report_where_the_position_is(world, matter):
    lat, lon = world.point_in(GRID)

    assert send(world.stranger, r__lat=lat, r__lon=lon).status_code == 302
    assert send(world.stranger).status_code == 422


def test_receipt_says_the_number_and_who_has_it(world, matter):
    page = as_person(world.grid_worker)
    response = page.post(
        reverse("phone:report"), {"r.token": str(uuid4()), "r.kind": DANCE, "什么时候": "晚上"}, follow=True
    )

    receipt = response.content.decode()
    assert Case.objects.get().number in receipt
    assert "陈秀兰" in receipt
    assert as_person(world.sibling_planning).get(response.redirect_chain[0][0]).status_code == 404


def test_report_sent_late_keeps_when_it_was_seen(world, matter):
    send(world.grid_worker, r__seen_at="2026-11-20T01:02:03.000Z")

    assert Case.objects.get().report.seen_at.isoformat() == "2026-11-20T01:02:03+00:00"


def test_what_waits_on_the_phone_has_its_page(world, matter):
    page = as_person(world.grid_worker).get(reverse("phone:outbox")).content.decode()

    assert f'<out-box class="stack stack--2" data-user="{world.grid_worker.pk}"' in page
