"""The trial run, the scenarios and the gate as pages: what an administrator sees and presses."""

import re

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from casework.models import Case, PublishRequest, TrialRun
from casework.queries.viewers import viewer_for
from casework.services import diagrams, gate_rules
from grid.models import Appointment, Photo, User
from tests.api import diagrams as drawn
from tests.pages.test_studio import text_of
from tests.world import GRID, SINCE
from workflows.models import Definition, Version

AT = "/studio/tried/trial/"
FORM = {
    "key": "site",
    "title": {"zh": "现场核查", "en": "On site"},
    "fields": [
        {"name": "户数", "type": "number", "label": {"zh": "户数", "en": "Households"}, "required": True},
        {"name": "照片", "type": "photo", "label": {"zh": "照片", "en": "Photos"}},
    ],
}


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def studio(world):
    client = Client()
    client.force_login(world.administrator)
    return client


@pytest.fixture
def draft(world):
    by = viewer_for(world.administrator)
    diagrams.create_matter(key="tried", title="试的", by=by)
    xml = drawn.with_review().replace(b'cw:level="grid"/>', b'cw:level="grid" cw:form="site"/>')
    return diagrams.keep_draft("tried", bpmn=xml, forms={"site": FORM}, by=by)[0]


def press(client, do, **given):
    trial = TrialRun.objects.first()
    page = {"t.do": do, "t.at": len(trial.steps) if trial else 0}
    return client.post(AT, {**page, **{name.replace("__", "."): value for name, value in given.items()}})


def token_in(page):
    return re.search(r'name="t.token" value="(\d+)"', page.content.decode())[1]


def test_a_sample_case_goes_from_its_report_to_its_end_by_the_real_forms(studio, draft):
    assert "一件样例" in text_of(studio.get(AT))
    assert press(studio, "begin", t__area=GRID, t__title="路灯不亮").status_code == 302
    page = studio.get(AT)
    assert "以 专职网格员 身份" in text_of(page)

    refused = press(studio, "step", t__token=token_in(page), t__verb="complete", 户数="很多")
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["户数"]
    assert "很多" in refused.content.decode()

    photo = SimpleUploadedFile("a.jpg", _jpeg(), content_type="image/jpeg")
    given = {"户数": "12", "照片-files": photo}
    assert press(studio, "step", t__token=token_in(page), t__verb="complete", **given).status_code == 302
    page = studio.get(AT)
    assert "以 值班员 身份" in text_of(page)
    assert press(studio, "step", t__token=token_in(page), t__verb="approve").status_code == 302

    ended = text_of(studio.get(AT))
    assert "样例已经走完" in ended
    assert "户数：12" in ended
    assert not Case.objects.exists()
    assert not Photo.objects.exists()


def _jpeg():
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (32, 24), "red").save(out, "JPEG")
    return out.getvalue()


def test_back_again_and_a_stale_window(studio, draft):
    press(studio, "begin", t__area=GRID)
    token = token_in(studio.get(AT))
    studio.post(AT, {"t.do": "step", "t.at": 1, "t.token": token, "t.verb": "complete", "户数": "3"})
    late = {"t.do": "step", "t.at": 1, "t.token": token, "t.verb": "complete", "户数": "3"}

    assert "已经不在了" in text_of(studio.post(AT, late, follow=True))
    assert "已经往前走了" in text_of(studio.post(AT, {"t.do": "undo", "t.at": 1}, follow=True))
    press(studio, "undo")
    assert "以 专职网格员 身份" in text_of(studio.get(AT))
    press(studio, "again")
    assert "一件样例" in text_of(studio.get(AT))


@pytest.mark.parametrize(
    ("do", "given", "words"),
    [
        ("advance", {"t__how": "next"}, "没有环节在等时间"),
        ("advance", {"t__how": "to:999999999999999"}, "没有环节在等时间"),
        ("advance", {"t__how": "to:²"}, "没有环节在等时间"),
        ("advance", {"t__how": "to:" + "9" * 5000}, "没有环节在等时间"),
        ("undo", {"t__at": "²"}, "已经往前走了"),
        ("deliver", {"t__token": "77"}, "已经没有环节在等它"),
        ("answer", {"t__token": "x"}, "已经不在了"),
        ("set", {"t__values": "没有等号"}, "一行一个"),
        ("set", {"t__values": "案件编号 = 1"}, "不能改"),
        ("record", {"t__title": " "}, "起个名字"),
        ("no-such", {}, "这里不能这样做"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(do, given, words, studio, draft):
    press(studio, "begin", t__area=GRID)
    trial = TrialRun.objects.get()

    answer = studio.post(
        AT, {"t.do": do, "t.at": 1, **{k.replace("__", "."): v for k, v in given.items()}}, follow=True
    )

    assert words in text_of(answer)
    trial.refresh_from_db()
    assert len(trial.steps) == 1


@pytest.mark.parametrize("value", ["NaN", "1e999", "[" * 1500, '{"甲": [1, 2]}', "文字"])
def test_any_value_can_be_written(value, studio, draft):
    press(studio, "begin", t__area=GRID)

    assert press(studio, "set", t__values=f"试值 = {value}").status_code == 302

    assert studio.get(AT).status_code == 200
    assert TrialRun.objects.get().steps[1]["set"].keys() == {"试值"}


def test_a_drawing_that_cannot_run_says_so(studio, draft, world):
    diagrams.keep_draft("tried", bpmn=drawn.broken(), by=viewer_for(world.administrator))

    page = studio.get(AT)
    begun = studio.post(AT, {"t.do": "begin", "t.at": 0, "t.area": GRID}, follow=True)

    assert page.status_code == 200
    assert "现在还不能试" in text_of(page)
    assert begun.status_code == 200
    assert not TrialRun.objects.exists()


def test_a_trial_is_recorded_listed_painted_renamed_and_deleted(studio, draft):
    press(studio, "begin", t__area=GRID)
    kept = press(studio, "record", t__title="只到核查")
    assert kept["Location"] == "/studio/tried/scenarios/"
    page = studio.get(kept["Location"])
    assert "只到核查" in text_of(page)
    assert "1 个走通 1 个" in text_of(page)
    assert set(page.context["marks"]["done"]) == {"start", "a", "check"}
    assert "审核" in [name for _id, name in page.context["missing"]]

    studio.post(kept["Location"], {"scenario": "recorded-1", "do": "rename", "title": "到核查为止"})
    assert "到核查为止" in text_of(studio.get(kept["Location"]))
    studio.post(kept["Location"], {"scenario": "recorded-1", "do": "drop"})
    assert "还没有。在试运行里记录一个。" in text_of(studio.get(kept["Location"]))
    gone = studio.post(kept["Location"], {"scenario": "recorded-1", "do": "drop"}, follow=True)
    assert gone.status_code == 200


def test_the_gate_asks_for_what_an_administrator_set_and_for_a_second_person(studio, draft, world):
    gate = "/studio/tried/publish/"
    studio.post(f"{gate}asks/", {"share": "0", "needs_second": "on"})
    page = studio.get(gate)
    assert "下一步：送复核" in text_of(page)
    reviewed = page.context["form"].fields["reviewed"].initial
    assert studio.post(gate, {"note": "请看", "reviewed": reviewed}).status_code == 302
    asked = PublishRequest.objects.get()
    assert "待第二人复核" in text_of(studio.get(gate))

    refused = studio.post(f"{gate}{asked.pk}/", {"do": "agree"}, follow=True)
    assert "要由别人来看" in text_of(refused)

    other = User.objects.create(username="second", display_name="谭晓军")
    Appointment.objects.create(user=other, post=world.post_of(world.administrator), starts_on=SINCE)
    second = Client()
    second.force_login(other)
    assert "试的" in text_of(second.get("/reviews/"))
    assert "同意，生效" in text_of(second.get(gate))
    assert second.post(f"{gate}{asked.pk}/", {"do": "agree"})["Location"] == "/studio/tried/"
    version = Version.objects.get()
    assert (version.number, version.published_by, version.note) == (1, other, "请看")


def test_what_somebody_changed_meanwhile_is_not_sent(studio, draft, world):
    gate_rules.set_rule(
        Definition.objects.get(key="tried"), share=0, needs_second=True, by=viewer_for(world.administrator)
    )
    reviewed = studio.get("/studio/tried/publish/").context["form"].fields["reviewed"].initial
    diagrams.keep_draft("tried", bpmn=drawn.plain(), by=viewer_for(world.administrator))

    answer = studio.post("/studio/tried/publish/", {"note": "请看", "reviewed": reviewed})

    assert answer.status_code == 422
    assert not PublishRequest.objects.exists()
