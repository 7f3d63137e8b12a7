"""The studio: an administrator uploads, sees what is wrong, compares and publishes."""

import json
import re

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from casework.queries import studio as queries
from casework.queries.changes import changes
from casework.queries.drawing import WIDTH, drawing
from tests.api import diagrams
from tests.api.conftest import Api
from tests.world import GRID
from workflows.bpmn import read
from workflows.library import shipped_matters
from workflows.models import Definition, Version


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def studio(world):
    client = Client()
    client.force_login(world.administrator)
    return client


@pytest.fixture
def lamp(world):
    return Definition.objects.create(key="lamp", title="路灯维修", title_en="Street lamps")


def upload(client, key, xml, name="lamp.bpmn"):
    file = SimpleUploadedFile(name, xml, content_type="application/xml")
    return client.post(f"/studio/{key}/draft/", {"diagram": file})


def text_of(response):
    body = re.sub(r"<(script|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_a_matter_goes_from_its_name_to_its_first_version(studio, world):
    made = studio.post("/studio/", {"title": "路灯维修", "title_en": "", "key": "lamp"})
    assert made["Location"] == "/studio/lamp/"
    assert "给这件事上传流程图" in text_of(studio.get("/studio/lamp/"))

    kept = upload(studio, "lamp", diagrams.plain(tasks=2))
    assert kept["Location"] == "/studio/lamp/"
    gate = text_of(studio.get("/studio/lamp/publish/"))
    assert "发布第 1 版" in gate
    assert "没有在办的案件，不影响任何人。" in gate

    published = studio.post("/studio/lamp/publish/", {"note": "第一次"})
    assert published["Location"] == "/studio/lamp/"
    version = Version.objects.get()
    assert (version.number, version.status, version.note) == (1, "published", "第一次")
    assert version.published_by == world.administrator


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": "", "key": "lamp2"}, "title"),
        ({"title": "路灯", "key": "lamp"}, "key"),
        ({"title": "路灯", "key": "路灯"}, "key"),
        ({"title": "灯" * 121, "key": "lamp2"}, "title"),
    ],
)
def test_a_matter_that_cannot_be_comes_back_with_what_was_typed(given, field, studio, lamp):
    answer = studio.post("/studio/", given)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert given["key"] in answer.content.decode()
    assert Definition.objects.count() == 1


def test_the_library_tells_each_matter_at_a_glance(studio, world):
    author = Api(user=world.administrator)
    author.publish("sound", diagrams.with_review())
    author.post("matters/", {"key": "flawed", "title": "有错"})
    author.put("matters/flawed/draft/", diagrams.broken())
    author.post("matters/", {"key": "empty", "title": "空的"})
    Api(user=world.duty_officer).open("sound", GRID)

    cards, counts = queries.library()
    page = studio.get("/studio/")

    told = {card.key: card for card in cards}
    assert counts == {"all": 3, "drafts": 1, "problems": 1, "unpublished": 2}
    assert (told["sound"].running, told["sound"].number, told["sound"].steps) == (1, 1, 2)
    assert (told["sound"].owner, told["sound"].lint, told["sound"].has_draft) == ("何静", "done", False)
    assert (told["flawed"].lint, told["flawed"].has_draft, told["flawed"].next_number) == ("must", True, 1)
    assert (told["empty"].drawing, told["empty"].owner) == (None, "")
    text = text_of(page)
    assert "3 个一件事，在办 1 件" in text
    assert "第 1 版草稿" in text


@pytest.mark.parametrize(
    ("show", "keys"),
    [
        ("all", ["lamp", "drawn"]),
        ("drafts", ["drawn"]),
        ("unpublished", ["lamp", "drawn"]),
        ("no-such", ["lamp", "drawn"]),
    ],
)
def test_the_tabs_of_the_library_hold_what_they_say(show, keys, studio, lamp, world):
    Definition.objects.create(key="drawn", title="画好的")
    upload(studio, "drawn", diagrams.plain())

    page = studio.get("/studio/", {"show": show})

    assert [card.key for card in page.context["cards"]] == keys


def test_problems_are_told_with_their_element_and_line(studio, lamp):
    upload(studio, "lamp", diagrams.broken())

    page = studio.get("/studio/lamp/")

    late = next(finding for finding in page.context["problems"] if finding.element == "late")
    assert (late.severity, late.name) == ("error", "超时")
    assert late.line > 0
    assert late.message in page.content.decode().replace("&quot;", '"')
    assert [finding.severity for finding in page.context["problems"]][0] == "error"
    assert page.context["marks"]["late"]["severity"] == "error"
    assert 'data-element="late"' in page.content.decode()
    assert [row.mark for row in page.context["outline"] if row.element == "late"] == ["error"]


def test_a_draft_with_errors_stops_at_the_gate(studio, lamp):
    upload(studio, "lamp", diagrams.broken())

    gate = studio.get("/studio/lamp/publish/")
    pressed = studio.post("/studio/lamp/publish/", {"note": "硬发"})

    assert "改好才能发布" in text_of(gate)
    assert re.search(r"<button[^>]*type=\"submit\" disabled>", gate.content.decode())
    assert pressed.status_code == 422
    assert Version.objects.get().status == "draft"


def test_publishing_needs_a_note(studio, lamp):
    upload(studio, "lamp", diagrams.plain())

    answer = studio.post("/studio/lamp/publish/", {"note": " "})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["note"])
    assert Version.objects.get().status == "draft"


def test_without_a_draft_the_gate_leads_back(studio, lamp):
    assert studio.get("/studio/lamp/publish/")["Location"] == "/studio/lamp/"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "请先选择文件。"),
        (b"rubbish", "这个文件不是能读的流程图。"),
        (b"<!DOCTYPE x><x/>", "这个文件不是能读的流程图。"),
        (b"<a/>" + b" " * 2 * 1024 * 1024, "文件超过 2 MB。"),
    ],
)
def test_a_file_that_is_no_diagram_changes_nothing(content, words, studio, lamp):
    upload(studio, "lamp", diagrams.plain())

    answer = upload(studio, "lamp", content)

    assert answer.status_code == 422
    assert "原来的还在。" in text_of(answer)
    assert Version.objects.get().bpmn == diagrams.plain().decode()
    if content:
        assert words in text_of(answer)


def test_versions_are_kept_with_the_cases_that_run_on_them(studio, world):
    author = Api(user=world.administrator)
    author.publish("lamp", diagrams.plain())
    Api(user=world.duty_officer).open("lamp", GRID)
    upload(studio, "lamp", diagrams.plain(tasks=2))
    studio.post("/studio/lamp/publish/", {"note": "多一步"})

    rows = studio.get("/studio/lamp/").context["versions"]
    old = studio.get("/studio/lamp/versions/1/")
    downloaded = studio.get("/studio/lamp/versions/1/bpmn/")

    assert [(row.number, row.status, row.running, row.note) for row in rows] == [
        (2, "published", 0, "多一步"),
        (1, "retired", 1, ""),
    ]
    assert old.status_code == 200
    assert downloaded.content == diagrams.plain()
    assert downloaded["Content-Disposition"] == 'attachment; filename="lamp-1.bpmn"'
    assert studio.get("/studio/lamp/versions/3/").status_code == 404
    assert studio.get("/studio/none/").status_code == 404
    assert studio.get("/studio/lamp/draft/bpmn/").status_code == 404


def test_the_gate_tells_what_changes_and_whom_it_touches(studio, world):
    author = Api(user=world.administrator)
    author.publish("lamp", diagrams.with_review())
    Api(user=world.duty_officer).open("lamp", GRID)
    changed = (
        diagrams.with_review()
        .replace('name="审核" cw:level="town"'.encode(), 'name="审核" cw:level="district"'.encode())
        .replace(b'"check"', b'"look"')
    )
    upload(studio, "lamp", changed)

    page = studio.get("/studio/lamp/publish/")

    found = page.context["changes"]
    assert [(one.element, one.name) for one in found.added] == [("look", "核查")]
    assert [(one.element, one.name) for one in found.cut] == [("check", "核查")]
    assert {
        one.element: [(str(part.name), part.before, part.after) for part in one.parts]
        for one in found.altered
    } == {
        "review": [("层级", "town", "district")],
        "a": [("起止", "start → 核查", "start → 核查")],
        "b": [("起止", "核查 → 审核", "核查 → 审核")],
        "back": [("起止", "结论如何? → 核查", "结论如何? → 核查")],
    }
    marks = json.loads(re.search(r'id="studio-changes"[^>]*>(.*?)</script>', page.content.decode())[1])
    assert marks["look"] == "add"
    assert [(place.element, place.cases, place.go) for place in page.context["impact"].places] == [
        ("check", 1, 1)  # gone, but a step of the same name and kind is there
    ]
    assert "对 1 件在办的影响" in text_of(page)


def test_a_renamed_step_alters_itself_alone():
    before = read(diagrams.with_review())
    after = read(diagrams.with_review().replace('name="核查"'.encode(), 'name="现场核查"'.encode()))

    found = changes(before, after, forms_before={}, forms_after={})

    assert (found.added, found.cut) == ((), ())
    assert [(one.element, [(part.before, part.after) for part in one.parts]) for one in found.altered] == [
        ("check", [("核查", "现场核查")])
    ]


def test_forms_are_compared_field_by_field():
    diagram = read(diagrams.plain())
    before = {"survey": {"title": {"zh": "勘查"}, "fields": [{"name": "宽", "label": {"zh": "宽度"}}]}}
    after = {
        "survey": {
            "title": {"zh": "勘查"},
            "fields": [{"name": "宽", "label": {"zh": "宽度"}, "required": True}],
        },
        "rating": {"title": {"zh": "评价"}, "fields": []},
    }

    found = changes(diagram, diagram, forms_before=before, forms_after=after)

    assert [(one.element, one.name) for one in found.added] == [("rating", "评价")]
    assert [(part.name, part.before, part.after) for part in found.altered[0].parts] == [
        ("宽度", "可不填", "必填")
    ]


def test_fields_that_came_went_moved_or_ask_otherwise_are_told_in_words():
    diagram = read(diagrams.plain())
    width = {"name": "宽", "type": "number", "label": {"zh": "宽度"}, "min": 1}
    kind = {
        "name": "类",
        "type": "choice",
        "label": {"zh": "类型"},
        "choices": [{"value": "a", "label": "甲"}],
    }
    more = {**kind, "choices": [*kind["choices"], {"value": "b", "label": {"zh": "乙"}}]}
    note = {"name": "注", "type": "text", "label": {"zh": "备注"}, "required": True}

    found = changes(
        diagram,
        diagram,
        forms_before={"survey": {"fields": [width, kind, {"name": "旧", "type": "text"}]}},
        forms_after={"survey": {"fields": [more, {**width, "min": 5}, note]}},
    )

    assert {(part.name, part.before, part.after) for part in found.altered[0].parts} == {
        ("宽度 · 最小", "1", "5"),
        ("类型 · 选项", "甲", "甲、乙"),
        ("旧", "可不填", ""),
        ("备注", "", "必填"),
        ("顺序", "宽度、类型", "类型、宽度"),
    }


def test_decision_tables_are_compared_rule_by_rule():
    diagram = read(diagrams.plain())
    shipped = next(matter for matter in shipped_matters() if matter.key == "dispute").tables["dispute_risk"]
    first = re.search(r"<(\w+:)?rule\b.*?</(\w+:)?rule>", shipped, re.DOTALL)[0]
    without = shipped.replace(first, "")

    found = changes(
        diagram,
        diagram,
        forms_before={},
        forms_after={},
        tables_before={"risk": shipped, "same": shipped, "gone": shipped, "odd": shipped},
        tables_after={"risk": without, "same": shipped, "new": shipped, "odd": "<x/>"},
    )

    told = {one.element: one for one in found.altered}
    assert [(one.element, str(one.kind)) for one in found.added] == [("new", "决策表")]
    assert [one.element for one in found.cut] == ["gone"]
    assert [(part.name, part.after) for part in told["risk"].parts] == [("第 1 条规则", "")]
    assert told["risk"].parts[0].before.count(" | ") >= 1
    assert told["odd"].parts[0].after == "不能对比：读不出来"


@pytest.mark.parametrize("tasks", [0, 1, 5, 60, 400])
def test_the_small_drawing_fits_its_card(tasks):
    made = drawing(read(diagrams.plain(tasks=tasks)))

    assert all(shape.left >= 0 and shape.left + shape.width <= WIDTH for shape in made.shapes)
    assert made.is_cut is (tasks > 5)
    assert len(made.lines) == len(made.shapes) - (not made.is_cut)


def test_the_small_drawing_follows_the_longest_way_through_a_loop():
    made = drawing(read(diagrams.with_review()))

    assert [shape.kind for shape in made.shapes] == ["event", "task", "task", "gateway", "event"]


def test_forms_of_a_version_are_shown_as_people_see_them(studio, lamp, world):
    form = {
        "key": "survey",
        "title": {"zh": "现场勘查", "en": "Survey"},
        "fields": [{"name": "宽度", "type": "number", "label": {"zh": "裂缝宽度", "en": "Width"}}],
    }
    upload(studio, "lamp", diagrams.plain())
    Version.objects.update(forms={"survey": form, "bad": {"key": "bad", "fields": [{"type": "?"}]}})

    page = studio.get("/studio/lamp/draft/forms/")

    cards = {card.key: card for card in page.context["forms"]}
    assert cards["survey"].form.title == "现场勘查"
    assert cards["bad"].form is None
    assert cards["bad"].problems
    assert "裂缝宽度" in text_of(page)


def test_the_studio_speaks_english_to_those_who_read_it(studio, lamp, world):
    world.administrator.language = "en"
    world.administrator.save(update_fields=["language"])
    upload(studio, "lamp", diagrams.broken())

    text = text_of(studio.get("/studio/lamp/"))

    assert "must be fixed before it can be published" in text
    assert "Street lamps" in text
    assert "必须改" not in text
    translation.deactivate()


def test_the_studio_is_closed_to_others_and_says_so(world):
    client = Client()
    client.force_login(world.duty_officer)

    answers = [client.get(path) for path in ("/studio/", "/studio/lamp/", "/studio/lamp/publish/")]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
