"""The residents' entry: report, look up, rate; what it refuses, what it limits, and what it never shows."""

import re
import time
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from casework.models import Case, DayTally, Notice, ResidentReport, Round
from casework.pages.public import FORM_SALT, SEEN_SALT
from casework.queries.viewers import viewer_for
from casework.services import acts, residents
from casework.services.said import Said
from grid.models import Photo, User
from tests.diagrams import chain, publish, task
from tests.pages.phone_matter import picture
from tests.services.acting import HANDLED, present, step
from tests.world import COMMUNITY, GRID, OTHER_COMMUNITY, SIBLING, TOWN, post_code

pytestmark = pytest.mark.django_db
ABOUT = {
    "residents": ["路灯"],
    "categories": [
        {"key": "路灯", "label": {"zh": "路灯故障", "en": "Broken street lamp"}, "icon": "bolt"},
        {"key": "内部", "label": {"zh": "内部事项", "en": "Internal"}},
    ],
    "stages": [
        {"label": {"zh": "签收", "en": "Sign for"}, "elements": ["accept"]},
        {"label": {"zh": "处置", "en": "Handle"}, "elements": ["handle"]},
    ],
    "outcomes": [{"element": "e", "label": {"zh": "已解决", "en": "Solved"}}],
}
WORDS = "三巷路灯不亮，住户张三 13800001234 说三天了"


@pytest.fixture(autouse=True)
def entry(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.RESIDENTS_ENTRY = True
    settings.RESIDENTS_AREAS = []


@pytest.fixture
def matter(world):
    return publish("lamp", HANDLED, now=timezone.now(), about=ABOUT)


def form_key(seconds_ago=60, key=None):
    with patch("django.core.signing.time.time", return_value=time.time() - seconds_ago):
        return signing.TimestampSigner(salt=FORM_SALT).sign(str(key or uuid4()))


def said(**more):
    return {
        "key": form_key(),
        "kind": "lamp|路灯",
        "summary": WORDS,
        "area": COMMUNITY,
        "address": "三巷 12 号",
        "phone": "139 0000 5678",
        **more,
    }


def send(client=None, **more):
    return (client or Client()).post("/p/", said(**more))


def sent(client=None, **more):
    """The link's address and the case."""
    answer = send(client, **more)
    assert answer.status_code == 302, text_of(answer)
    return answer["Location"], Case.objects.latest("pk")


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def close(case, world):
    step(case, "accept", "complete", world.duty_officer)
    step(case, "handle", "complete", world.planning)


def find(number, digits, client=None, **extra):
    return (client or Client()).post("/p/find/", {"number": number, "digits": digits}, **extra)


def test_switched_off_there_is_nothing(settings, matter):
    settings.RESIDENTS_ENTRY = False
    for where in ("/p/", "/p/find/", "/p/c/abc/"):
        assert Client().get(where).status_code == 404
    assert send().status_code == 404
    assert not Case.objects.exists()


def test_a_report_becomes_a_case_that_the_grid_has_to_verify(matter, world):
    lat, lon = world.point_in(GRID)
    where, case = sent(
        lat=lat, lon=lon, accuracy=12, area="", address="", photos=[picture("red"), picture("blue")]
    )
    assert (case.area_code, case.category, case.data["来源"]) == (GRID, "路灯", "居民")
    assert case.reporter.username == "resident"
    assert case.attachments.count() == 2
    notice = Notice.objects.get(kind="resident")
    assert notice.to_post == post_code("grid_worker")
    assert post_code("grid_worker") in case.touched_by
    worker = Client()
    worker.force_login(world.grid_worker)
    assert worker.get(f"/m/cases/{case.number}/").status_code == 200
    page = Client().get(where)
    assert page.status_code == 200
    assert case.number in text_of(page)
    assert where in page.content.decode()


def test_nobody_can_log_in_as_all_residents(matter, world):
    sent()
    user = User.objects.get(username="resident")
    assert not user.is_active
    assert not user.has_usable_password()


def test_where_no_grid_is_known_the_neighbourhood_verifies(matter, world):
    _where, case = sent()
    assert case.area_code == COMMUNITY
    assert case.data["地点"] == "三巷 12 号"
    assert Notice.objects.get(kind="resident").to_post == post_code("community_secretary")


def test_sent_twice_is_one_report_with_one_link(matter, world):
    key = form_key()
    assert send(key=key)["Location"] == send(key=key)["Location"]
    assert Case.objects.count() == ResidentReport.objects.count() == 1


def test_neither_link_nor_number_can_be_read_from_the_database(matter, world):
    where, case = sent()
    row, link = ResidentReport.objects.get(), where.rstrip("/").rpartition("/")[2]
    assert len(link) == 64
    kept = f"{row.__dict__} {present(case).__dict__} {list(DayTally.objects.values())}"
    assert link not in kept
    assert "13900005678" not in kept
    assert "5678" not in kept
    assert row.phone == "139********"


def test_the_page_says_where_it_stands_and_nothing_about_people(matter, world):
    where, case = sent(photos=[picture("red")])
    step(case, "accept", "complete", world.duty_officer, comment="请张志强去看")
    acts.act_on_case(
        case.number, "comment", by=viewer_for(world.duty_officer), said=Said(comment="李敏已联系")
    )
    answer = Client().get(where)
    page = text_of(answer)
    assert "处置" in page
    assert "已收到您的上报" in page
    for hidden in (
        "张三",
        "13800001234",
        "张志强",
        "李敏",
        "三巷",
        "photos/",
        "5678",
        "岗",
        world.planning.username,
    ):
        assert hidden not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_pages_are_there_in_english(matter, world):
    client = Client(headers={"accept-language": "en"})
    where, case = sent(client)
    assert "What have you seen?" in text_of(client.get("/p/"))
    assert "Broken street lamp" in text_of(client.get("/p/"))
    step(case, "accept", "complete", world.duty_officer)
    assert "Handle" in text_of(client.get(where))


# --- looking up


def test_looked_up_by_number_and_last_four_digits(matter, world):
    _where, case = sent()
    answer = find(case.number, "5678")
    assert answer.status_code == 302
    assert case.number in text_of(Client().get(answer["Location"]))


def test_wrong_digits_a_wrong_number_and_no_number_left_look_the_same(matter, world):
    _where, case = sent()
    _other, silent = sent(phone="")
    answers = [find(case.number, "0000"), find("2026-0101-00001", "5678"), find(silent.number, "5678")]
    pages = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in answers]
    assert {answer.status_code for answer in answers} == {404}
    assert pages[0] == pages[1] == pages[2]


def test_guessing_digits_ends_soon_for_the_address_and_for_the_number(matter, world):
    _where, case = sent()
    codes = [find(case.number, f"{n:04}", REMOTE_ADDR=f"10.0.0.{n}").status_code for n in range(12)]
    assert codes == [404] * 10 + [429] * 2
    assert find(case.number, "5678", REMOTE_ADDR="10.0.1.1").status_code == 429  # even the right ones
    codes = [find(f"2026-0101-{n:05}", "1111", REMOTE_ADDR="10.9.9.9").status_code for n in range(12)]
    assert codes == [404] * 10 + [429] * 2


def test_a_look_up_holds_for_half_an_hour(matter, world):
    sent()
    with patch("django.core.signing.time.time", return_value=time.time() - 1801):
        old = signing.dumps(ResidentReport.objects.get().pk, salt=SEEN_SALT)
    assert Client().get(f"/p/c/{old}/").status_code == 404
    assert Client().get("/p/c/1:abc:def/").status_code == 404
    assert Client().get(f"/p/c/{'0' * 64}/").status_code == 404


# --- rating


def test_rated_after_the_close_once(matter, world):
    where, case = sent()
    assert Client().post(f"{where}rate/", {"stars": 5, "solved": "yes"}).status_code == 409  # not yet
    close(case, world)
    assert "办得怎么样" in text_of(Client().get(where))
    assert Client().post(f"{where}rate/", {"stars": 4, "solved": "yes"})["Location"] == where
    page = text_of(Client().get(where))
    assert "您评了 4 星" in page
    assert "办得怎么样" not in page
    assert Client().post(f"{where}rate/", {"stars": 1, "solved": "yes"}).status_code == 409
    assert present(case).status == "closed"


def test_not_solved_opens_it_again_at_the_handling(matter, world):
    where, case = sent()
    close(case, world)
    unsaid = Client().post(f"{where}rate/", {"stars": 1, "solved": "no"})
    assert unsaid.status_code == 422
    assert "哪里没解决" in text_of(unsaid)
    assert present(case).status == "closed"
    Client().post(f"{where}rate/", {"stars": 1, "solved": "no", "text": "还是不亮"})
    assert present(case).status == "open"
    assert Round.objects.get().reason == "还是不亮"
    page = text_of(Client().get(where))
    assert "重新办理" in page
    assert "还是不亮" not in page
    step(case, "handle", "complete", world.planning)
    Client().post(f"{where}rate/", {"stars": 2, "solved": "no", "text": "还是不亮"})
    assert present(case).status == "closed"  # a second time somebody rules on it
    assert "镇街正在研究" in text_of(Client().get(where))


def test_what_the_matter_asks_its_reporter_is_answered_before_the_close(world):
    rating = {
        "key": "rating",
        "title": {"zh": "满意吗", "en": "Satisfied?"},
        "fields": [
            {
                "name": "满意度",
                "type": "choice",
                "label": {"zh": "办得怎样", "en": "How was it"},
                "required": True,
                "choices": [
                    {"value": word, "label": {"zh": word, "en": word}} for word in ("满意", "不满意")
                ],
            }
        ],
    }
    body = (
        '<startEvent id="s"/>'
        + task("accept", level="town", post="duty_officer")
        + task("rate", level="reporter", form="rating", verbs="complete")
        + '<endEvent id="e"/>'
        + chain("s", "accept", "rate", "e")
    )
    publish("lamp", body, now=timezone.now(), about=ABOUT, forms={"rating": rating})
    where, case = sent()
    assert Client().post(f"{where}answer/", {"满意度": "满意"}).status_code == 409  # not asked yet
    step(case, "accept", "complete", world.duty_officer)
    assert "满意吗" in text_of(Client().get(where))
    assert Client().post(f"{where}answer/", {"满意度": "很好"}).status_code == 422
    assert Client().post(f"{where}answer/", {"满意度": "满意"})["Location"] == where
    assert present(case).status == "closed"
    assert present(case).data["满意度"] == "满意"


@pytest.mark.parametrize(
    ("_case", "form", "given"),
    [
        ("shows what the case knows", [{"name": "摘要", "type": "text", "read_only": True}], {}),
        ("asks what needs a log-in", [{"name": "谁", "type": "post", "required": True}], {}),
        ("asks nothing", None, {"定论": "通过"}),
    ],
)
def test_what_is_not_asked_here_is_neither_answered_nor_shown(world, _case, form, given):
    asked = {
        "key": "look",
        "title": {"zh": "看一看", "en": "Look"},
        "fields": [{"label": {"zh": "甲", "en": "A"}, **one} for one in form or []]
        + [{"name": "满意", "type": "text", "label": {"zh": "满意", "en": "Satisfied"}, "required": True}],
    }
    body = (
        '<startEvent id="s"/>'
        + task("accept", level="town", post="duty_officer")
        + task("rate", level="reporter", verbs="complete", **({"form": "look"} if form else {}))
        + '<endEvent id="e"/>'
        + chain("s", "accept", "rate", "e")
    )
    publish("lamp", body, now=timezone.now(), about=ABOUT, forms={"look": asked})
    where, case = sent()
    step(case, "accept", "complete", world.duty_officer)

    answer = Client().post(f"{where}answer/", given)

    assert answer.status_code == 409
    assert "住户张三" not in answer.content.decode()
    assert present(case).status == "open"
    assert "定论" not in present(case).data


def test_of_a_merged_report_one_sees_what_becomes_of_the_main_one(matter, world):
    _main_where, main = sent()
    where, case = sent()
    said_ = Said(case=main.number, comment="同一盏灯")
    acts.act_on_case(case.number, "merge", by=viewer_for(world.duty_officer), said=said_)
    step(main, "accept", "complete", world.duty_officer)
    page = text_of(Client().get(where))
    assert "合并办理" in page
    assert "处置" in page
    assert "办得怎么样" not in page
    assert main.number not in page


# --- what is refused


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"kind": ""}, "选择"),
        ({"kind": "lamp|内部"}, "选择"),
        ({"kind": "old_housing|x"}, "选择"),
        ({"summary": ""}, "请拍张照片或写一句话"),
        ({"area": ""}, "请说明在哪里"),
        ({"address": ""}, "街道门牌"),
        ({"phone": "abc"}, "不是电话号码"),
        ({"lat": "nan", "lon": "1"}, "下面还有没填好的地方"),
        ({"lat": "1e400", "lon": "1"}, "下面还有没填好的地方"),
        ({"summary": "x" * 501}, "下面还有没填好的地方"),
        ({"summary": "a\x00b"}, "下面还有没填好的地方"),
        ({"area": "999999999999"}, "没有"),
        ({"key": ""}, "打开太久"),
        ({"key": "forged:1:x"}, "打开太久"),
        ({"website": "http://spam.example"}, "太快"),
    ],
)
def test_what_is_refused_is_said_and_what_was_typed_stays(matter, world, more, words):
    answer = send(**more)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not Case.objects.exists()
    assert more.get("address", "三巷 12 号") in answer.content.decode()


def test_nobody_fills_it_in_within_a_second(matter, world):
    page = Client().get("/p/")
    key = re.search(r'name="key" value="([^"]+)"', page.content.decode())[1]
    quick = send(key=key)
    assert quick.status_code == 422
    assert "太快" in text_of(quick)
    with patch("django.core.signing.time.time", return_value=time.time() + 30):
        assert send(key=key).status_code == 302


def test_a_day_old_page_is_given_a_new_key(matter, world):
    old = form_key(seconds_ago=25 * 3600)
    answer = send(key=old)
    assert answer.status_code == 422
    assert old not in answer.content.decode()


def test_areas_can_be_left_out(matter, world, settings):
    settings.RESIDENTS_AREAS = [TOWN]
    assert "五桥" not in text_of(Client().get("/p/"))
    refused = send(area=f"{SIBLING}001")
    assert refused.status_code == 422
    assert "12345" in text_of(refused)
    lat, lon = world.point_in(f"{SIBLING}001001")
    assert send(area="", lat=lat, lon=lon).status_code == 422
    assert send(area=OTHER_COMMUNITY).status_code == 302


def test_photos_are_few_and_photos(matter, world):
    four = send(photos=[picture(colour) for colour in ("red", "green", "blue", "white")])
    assert four.status_code == 422
    assert "最多三张" in text_of(four)
    fake = picture("red")
    fake.seek(0)
    fake.truncate()
    fake.write(b"<script>alert(1)</script>")
    fake.seek(0)
    assert send(photos=[fake]).status_code == 422
    assert not Photo.objects.exists()
    assert not Case.objects.exists()


def test_too_large_a_request_is_refused_before_it_is_read(matter, world, settings):
    answer = Client().post(
        "/p/", b"x", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(10**9)
    )
    assert answer.status_code == 422
    assert "太大" in text_of(answer)


def test_a_form_of_another_site_is_refused(matter, world):
    assert Client(enforce_csrf_checks=True).post("/p/", said()).status_code == 403


def test_limits_a_day_by_device_address_and_telephone(matter, world, monkeypatch):
    monkeypatch.setattr(residents, "PER_DEVICE", 2)
    monkeypatch.setattr(residents, "PER_ADDRESS", 4)
    device = Client()
    device.get("/p/")
    codes = [send(device, phone="").status_code for _n in range(3)]
    assert codes == [302, 302, 429]
    assert [send(phone="").status_code for _n in range(3)] == [302, 302, 429]  # others at the same address
    monkeypatch.setattr(residents, "PER_ADDRESS", 100)
    monkeypatch.setattr(residents, "PER_PHONE", 1)
    assert [send(phone="13700001111").status_code for _n in range(2)] == [302, 429]
    assert Case.objects.count() == 5
