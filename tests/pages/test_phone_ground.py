"""What the phone's scripts ask for and send: reports as JSON, outlines, what may be the same, voice memos."""

import json
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.models import Case, CaseEvent, Evidence
from casework.queries.categories import likely_categories, search_text
from casework.queries.viewers import viewer_for
from grid.models import Photo, Recording, Report
from grid.services.photos import store_photo
from tests.diagrams import publish
from tests.pages.phone_matter import ABOUT, BODY, GO, KEY, REPORT, as_person, picture, publish_noise
from tests.world import GRID, OTHER_GRID

pytestmark = pytest.mark.django_db
DANCE = f"{KEY}|坝坝舞"
SOUND = b"\x1a\x45\xdf\xa3" + b"....webm" + bytes(300)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def matter(world):
    return publish_noise()


def report(user, world=None, *, kind=DANCE, near=None, **given):
    """A report as the outbox sends it; `near` is a position."""
    lat, lon = near or (None, None)
    place = {"r.lat": lat, "r.lon": lon, "r.accuracy": 8} if near else {}
    posted = {"r.token": str(uuid4()), "r.kind": kind, "什么时候": "晚上"} | place
    posted |= {name.replace("__", "."): value for name, value in given.items()}
    return as_person(user).post(reverse("phone:send"), posted)


def same(user, near, kind=DANCE):
    lat, lon = near
    return as_person(user).get(reverse("phone:same"), {"kind": kind, "lat": lat, "lon": lon}).content.decode()


def east(place, metres):
    lat, lon = place
    return lat, lon + metres / 95_700  # at 30.7° north


def kept_photo(user, colour="red"):
    return store_photo(picture(colour).read(), owner=user).sha256


def kept_memo(user):
    digest = sha256(SOUND).hexdigest()
    return as_person(user).put(
        f"/api/v1/recordings/{digest}", SOUND, content_type="application/octet-stream"
    ), digest


# --- a report out of the outbox


def test_outbox_learns_the_number_and_learns_it_again(world, matter):
    token = str(uuid4())

    first = report(world.grid_worker, r__token=token).json()
    second = report(world.grid_worker, r__token=token).json()

    assert (
        first
        == second
        == {
            "number": Case.objects.get().number,
            "address": reverse("phone:done", args=[Case.objects.get().number]),
            "changed": False,
        }
    )


def test_report_changed_after_it_had_arrived_is_told_its_number(world, matter):
    token = str(uuid4())
    number = report(world.grid_worker, r__token=token).json()["number"]

    again = report(world.grid_worker, r__token=token, r__summary="又想起一句").json()

    assert (again["number"], again["changed"]) == (number, True)
    assert Case.objects.get().summary == ""


@pytest.mark.parametrize(
    ("what", "given", "code", "field", "words"),
    [
        ("no category", {"r__kind": ""}, "not_valid", "", "请选一个类别"),
        ("open question", {"什么时候": ""}, "not_valid", "什么时候", "什么时候吵"),
        ("unknown photo", {"r__photos": "0" * 64}, "not_valid", None, "照片"),
        ("unknown memo", {"r__memos": "0" * 64}, "not_valid", None, "录音"),
        ("unknown matter", {"r__kind": "nothing|x"}, "nothing_published", None, ""),
    ],
)
def test_refusal_is_said_in_words(world, matter, what, given, code, field, words):
    answer = report(world.grid_worker, **given)

    told = answer.json()
    assert answer.status_code == 422
    assert (told["code"], told.get("field")) == (code, field)
    assert words in told["said"]
    assert Case.objects.count() == 0


def test_report_of_an_older_form_says_that_the_questions_changed(world, matter):
    more = {**REPORT, "fields": [*REPORT["fields"], {"name": "方位", "type": "text", "label": {"zh": "哪一侧", "en": "Side"}, "required": True}]}  # fmt: skip
    publish(KEY, BODY, now=timezone.now(), forms={"report": more, "go": GO}, about=ABOUT)

    told = report(world.grid_worker, r__form="1").json()

    assert told["code"] == "form_changed"
    assert "改过了" in told["said"]
    assert "哪一侧" in told["said"]


def test_phone_asks_who_is_logged_in_before_it_sends(world, client):
    assert client.get(reverse("phone:hello")).status_code == 401

    told = as_person(world.grid_worker).get(reverse("phone:hello")).json()

    assert (told["user"], told["name"]) == (str(world.grid_worker.pk), "陈秀兰")
    assert told["csrf"]


# --- outlines


def test_outlines_around_are_named_and_small_and_fetched_once(world):
    client = as_person(world.grid_worker)

    first = client.get(reverse("phone:outlines"))
    again = client.get(reverse("phone:outlines"), headers={"If-None-Match": first["ETag"]})

    grids = {grid["code"]: grid for grid in first.json()["grids"]}
    assert GRID in grids
    assert OTHER_GRID in grids
    assert all(len(ring) >= 4 for ring in grids[GRID]["rings"])
    assert again.status_code == 304
    assert as_person(world.stranger).get(reverse("phone:outlines")).json()["grids"] == []


# --- four likely categories


def test_likely_categories_follow_person_place_and_hour(world, matter):
    now = timezone.now().replace(hour=12)
    for kind, hours in (("坝坝舞", 1), ("施工", 0)):
        report(world.other_grid_worker, kind=f"{KEY}|{kind}", near=world.point_in(GRID))
        Report.objects.filter(category=kind).update(seen_at=now - timedelta(days=1, hours=8 * hours))

    likely = likely_categories(viewer_for(world.grid_worker), area_code=GRID, now=now)
    assert [one.category for one in likely][:2] == ["施工", "坝坝舞"]

    report(world.grid_worker, kind=DANCE, near=world.point_in(OTHER_GRID))
    likely = likely_categories(viewer_for(world.grid_worker), area_code=GRID, now=now)
    assert (likely[0].category, likely[0].mine) == ("坝坝舞", True)


@pytest.mark.parametrize("typed", ["暴露", "baolulaji", "bllj", "lulaji"])
def test_category_is_found_by_name_pinyin_and_initials(typed):
    assert any(typed in text for text in search_text("暴露垃圾", "市容 环境").split(" "))


def test_page_carries_what_finds_each_category(world, matter):
    page = as_person(world.grid_worker).get(reverse("phone:report")).content.decode()

    assert "yejianshigong" in page
    assert "yjsg" in page


# --- what may be the same


def test_what_lies_close_by_is_offered_side_by_side(world, matter):
    place = world.point_in(GRID)
    report(world.grid_worker, near=place, r__photos=kept_photo(world.grid_worker))
    number = Case.objects.get().number

    page = same(world.grid_head, east(place, 38))

    assert "相距 38 米" in page
    assert reverse("phone:same_photo", args=[number]) in page
    photo = as_person(world.grid_head).get(reverse("phone:same_photo", args=[number]))
    assert (photo.status_code, photo["Content-Type"]) == (200, "image/jpeg")


@pytest.mark.parametrize(
    ("what", "who", "metres", "kind", "days"),
    [
        ("too far", "grid_head", 140, DANCE, 0),
        ("another kind", "grid_head", 10, f"{KEY}|施工", 0),
        ("long ago", "grid_head", 10, DANCE, 15),
        ("of another community", "far_grid_worker", 10, DANCE, 0),
        ("no post there", "stranger", 10, DANCE, 0),
        ("a post of the whole sub-district", "planning", 10, DANCE, 0),
    ],
)
def test_what_is_not_offered(world, matter, what, who, metres, kind, days):
    place = world.point_in(GRID)
    report(world.grid_worker, near=place)
    Case.objects.update(opened_at=timezone.now() - timedelta(days=days))

    assert "data-candidate" not in same(getattr(world, who), east(place, metres), kind)


def test_matter_may_say_how_far_or_switch_it_off(world):
    place = world.point_in(GRID)
    categories = [dict(entry) for entry in ABOUT["categories"]]
    categories[0]["duplicates"] = {"metres": 300, "days": 3}
    categories[1]["duplicates"] = False
    about = {**ABOUT, "categories": categories}
    publish(KEY, BODY, now=timezone.now(), forms={"report": REPORT, "go": GO}, about=about)
    report(world.grid_worker, near=place)
    report(world.grid_worker, near=place, kind=f"{KEY}|施工")

    assert "data-candidate" in same(world.grid_head, east(place, 250))
    assert "data-candidate" not in same(world.grid_head, place, f"{KEY}|施工")


def test_confidential_and_closed_cases_are_not_offered(world, matter):
    place = world.point_in(GRID)
    report(world.grid_worker, near=place)
    assert "data-candidate" in same(world.community_worker, place)

    Case.objects.update(confidentiality="confidential")
    assert "data-candidate" not in same(world.community_worker, place)

    Case.objects.update(confidentiality="ordinary", status="closed", outcome="done", closed_at=timezone.now())
    assert "data-candidate" not in same(world.community_worker, place)


@pytest.mark.parametrize("asked", [{}, {"kind": "x"}, {"kind": DANCE, "lat": "nan", "lon": "inf"}, {"kind": "\x00|", "lat": "1", "lon": "999"}])  # fmt: skip
def test_looking_for_the_same_survives_nonsense(world, matter, asked):
    assert as_person(world.grid_worker).get(reverse("phone:same"), asked).status_code == 200


# --- this is the one


def join(user, number, **given):
    posted = {"r.token": str(uuid4())} | {name.replace("__", "."): value for name, value in given.items()}
    return as_person(user).post(reverse("phone:join", args=[number]), posted)


def test_evidence_joins_the_case_and_its_giver_follows_it(world, matter):
    place = world.point_in(GRID)
    report(world.grid_worker, near=place)
    case = Case.objects.get()
    mine, token = kept_photo(world.other_grid_worker, "blue"), str(uuid4())
    lat, lon = east(place, 30)

    for _again in range(2):
        answer = join(
            world.other_grid_worker,
            case.number,
            r__token=token,
            r__photos=mine,
            r__summary="还没清",
            r__lat=lat,
            r__lon=lon,
        )

    assert answer.json()["number"] == case.number
    assert Case.objects.count() == 1
    assert (Evidence.objects.get().metres, Evidence.objects.get().by) == (30, world.other_grid_worker)
    line = CaseEvent.objects.get(case=case, kind="evidence")
    assert (line.data["comment"], line.data["photos"], line.data["metres"]) == ("还没清", [mine], 30)
    assert case.number in as_person(world.other_grid_worker).get(reverse("phone:cases")).content.decode()
    assert (
        mine
        in as_person(world.other_grid_worker).get(reverse("phone:case", args=[case.number])).content.decode()
    )
    assert as_person(world.grid_worker).get(reverse("photo", args=[mine])).status_code == 200
    me = as_person(world.other_grid_worker).get(reverse("phone:me")).content.decode()
    assert "上报 0 件，其中办结 0 件；给别人的案件补充 1 件" in me


def test_evidence_for_a_case_closed_meanwhile_is_not_lost_without_a_word(world, matter):
    report(world.grid_worker, near=world.point_in(GRID))
    Case.objects.update(status="closed", outcome="done", closed_at=timezone.now())

    answer = join(world.grid_worker, Case.objects.get().number, r__summary="又有了")

    assert answer.status_code == 409
    assert "请作为新的一件上报" in answer.json()["said"]
    assert Evidence.objects.count() == 0
    # Whoever may not compare with it does not learn that it was closed, or that it is there.
    assert join(world.stranger, Case.objects.get().number, r__summary="又有了").status_code == 404


@pytest.mark.parametrize(
    ("who", "given", "status"),
    [
        ("far_grid_worker", {"r__summary": "也看到了"}, 404),
        ("stranger", {"r__summary": "也看到了"}, 404),
        ("planning", {"r__summary": "也看到了"}, 404),
        ("urban_reviewer", {"r__summary": "也看到了"}, 404),
        ("grid_head", {}, 422),
        ("grid_head", {"r__summary": "长" * 501}, 422),
        ("grid_head", {"r__summary": "x", "r__token": "no"}, 422),
        ("grid_head", {"r__photos": "0" * 64}, 422),
        ("grid_head", {"r__summary": "x", "r__lat": "30"}, 422),
    ],
)
def test_evidence_that_is_refused_changes_nothing(world, matter, who, given, status):
    report(world.grid_worker, near=world.point_in(GRID))

    answer = join(getattr(world, who), Case.objects.get().number, **given)

    assert answer.status_code == status
    assert Evidence.objects.count() == 0
    assert CaseEvent.objects.filter(kind="evidence").count() == 0


# --- voice memos


def test_voice_memo_comes_with_the_report_and_is_heard_at_the_desk(world, matter):
    stored, digest = kept_memo(world.grid_worker)
    assert stored.json() == {"sha256": digest, "kind": "webm", "bytes": len(SOUND)}
    assert kept_memo(world.grid_worker)[0].status_code == 200

    number = report(world.grid_worker, r__memos=digest).json()["number"]

    page = as_person(world.duty_officer).get(reverse("desk:case", args=[number])).content.decode()
    assert reverse("recording", args=[digest]) in page
    heard = as_person(world.duty_officer).get(
        reverse("recording", args=[digest]), headers={"Range": "bytes=4-11"}
    )
    assert (heard.status_code, heard.content, heard["Content-Type"]) == (206, b"....webm", "audio/webm")
    assert as_person(world.sibling_duty_officer).get(reverse("recording", args=[digest])).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "length"),
    [("", 200, 312), ("bytes=0-", 206, 312), ("bytes=-10", 206, 10), ("bytes=300-999", 206, 12), ("bytes=400-", 416, 0), ("bytes=9-3", 416, 0), ("nonsense", 200, 312)],
)  # fmt: skip
def test_players_get_the_part_they_ask_for(world, asked, status, length):
    _stored, digest = kept_memo(world.grid_worker)

    heard = as_person(world.grid_worker).get(reverse("recording", args=[digest]), headers={"Range": asked})

    assert (heard.status_code, len(heard.content)) == (status, length)


@pytest.mark.parametrize(
    ("what", "content", "status", "code"),
    [
        ("nothing", b"", 422, "recording_empty"),
        ("a page", b"<html><script>alert(1)</script>", 422, "recording_kind_refused"),
        ("a film", b"\x1a\x45\xdf\xa3....webm" + b"V_VP9" + bytes(60), 422, "recording_kind_refused"),
        ("other bytes", None, 422, "recording_damaged"),
        ("too large", b"OggS" + bytes(4 * 1024 * 1024), 413, None),
    ],
)
def test_what_is_no_voice_memo_is_refused(world, what, content, status, code):
    digest = sha256(content or b"").hexdigest() if content is not None else "1" * 64

    answer = as_person(world.grid_worker).put(
        f"/api/v1/recordings/{digest}", content if content is not None else SOUND, content_type="audio/webm"
    )

    assert answer.status_code == status
    assert code is None or json.loads(answer.content)["code"] == code
    assert Recording.objects.count() == 0


def test_somebody_elses_memo_is_not_attached(world, matter):
    _stored, digest = kept_memo(world.far_grid_worker)

    assert report(world.grid_worker, r__memos=digest).status_code == 422
    assert (Case.objects.count(), Photo.objects.count()) == (0, 0)
