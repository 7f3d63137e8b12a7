"""The form designer's server side: kept form by form, shown as people will see it, renamed with the diagram."""

import json

import pytest
from django.test import Client

from casework.queries.usage import usage_of
from casework.services import diagrams as service
from tests.api import diagrams
from tests.api.conftest import Api
from tests.world import GRID
from workflows.errors import NotPublishable
from workflows.models import Definition, Version

DRAWN = (
    diagrams.with_review()
    .decode()
    .replace('id="check" name="核查"', 'id="check" name="核查" cw:form="visit"')
).encode()
HOMES = {"name": "户数", "type": "number", "label": {"zh": "户数", "en": "Homes"}}
VISIT = {"key": "visit", "title": {"zh": "走访", "en": "Visit"}, "fields": [HOMES]}


@pytest.fixture
def studio(world):
    client = Client()
    client.force_login(world.administrator)
    return client


@pytest.fixture
def draft(studio, world):
    Api(user=world.administrator).post("matters/", {"key": "visits", "title": "走访"})
    Api(user=world.administrator).put("matters/visits/draft/", DRAWN)
    studio.post("/studio/visits/forms/", {"key": "visit", "title": "走访", "title_en": "Visit"})
    return Version.objects.get(definition__key="visits")


def send(client, what, body, form="visit"):
    address = f"/studio/visits/forms/{form}/{what}/"
    return client.post(address, json.dumps(body), content_type="application/json")


def keep(client, form=VISIT, base=None):
    return send(client, "save", {"form": form, "base": base})


def bench(client, form="visit"):
    return client.get(f"/studio/visits/forms/{form}/").context["bench"]


def test_a_form_begins_empty_and_says_where_it_is_asked(studio, draft):
    page = studio.get("/studio/visits/forms/")
    (row,) = page.context["rows"]
    assert (row.key, row.title, row.fields, [one.name for one in row.used]) == ("visit", "走访", 0, ["核查"])
    assert bench(studio)["steps"] == [["check", "核查"]]
    assert "户数" not in bench(studio)["names"]


def test_a_key_that_cannot_be_is_refused_at_its_field(studio, draft):
    for key in ("visit", "", "1st", "a b", "../x", "k" * 65):
        refused = studio.post("/studio/visits/forms/", {"key": key, "title": "走访"})
        assert refused.status_code == 422, key
        assert set(refused.context["form"].errors) == {"key"}, key
    assert list(Version.objects.get().forms) == ["visit"]


def test_two_who_change_one_form_lose_nothing(studio, draft):
    base = bench(studio)["stamp"]
    theirs = {**VISIT, "title": {"zh": "入户走访"}}
    kept = keep(studio, theirs, base)
    assert kept.status_code == 200

    late = keep(studio, VISIT, base)
    assert late.status_code == 409
    assert late.json()["who"]
    assert Version.objects.get().forms["visit"] == theirs

    assert keep(studio, VISIT, kept.json()["sha256"]).status_code == 200
    assert keep(studio, theirs, None).status_code == 200  # asked, they said: keep mine


def test_two_who_change_different_things_never_meet(studio, draft, world):
    studio.post("/studio/visits/forms/", {"key": "other", "title": "其他"})
    mine, theirs = bench(studio)["stamp"], bench(studio, "other")["stamp"]
    other = {"key": "other", "title": {"zh": "另一张"}, "fields": []}
    assert keep(studio, VISIT, mine).status_code == 200
    assert send(studio, "save", {"form": other, "base": theirs}, form="other").status_code == 200
    drawn = {"bpmn": DRAWN.decode().replace("审核", "复核"), "base": draft.sha256}
    saved = studio.post("/studio/visits/edit/save/", json.dumps(drawn), content_type="application/json")
    assert saved.status_code == 200
    now = Version.objects.get()
    assert (now.forms, "复核" in now.bpmn) == ({"visit": VISIT, "other": other}, True)


def test_an_answer_that_got_lost_is_no_conflict_with_oneself(studio, draft):
    base = bench(studio)["stamp"]
    assert keep(studio, VISIT, base).status_code == 200
    assert keep(studio, VISIT, base).status_code == 200


def test_a_form_of_what_is_in_force_is_changed_in_a_draft(studio, draft, world):
    keep(studio)
    assert Api(user=world.administrator).post("matters/visits/publish/", {"note": "一"}).status_code == 200
    more = {**VISIT, "fields": [HOMES, {"name": "备注", "type": "text", "label": {"zh": "备注"}}]}
    assert keep(studio, more, bench(studio)["stamp"]).status_code == 200
    assert Version.objects.get(status="published").forms["visit"] == VISIT
    assert Version.objects.get(status="draft").forms["visit"] == more


NO_FORMS: list[object] = [
    None, 5, [], "x", {}, {**VISIT, "key": "other"}, {**VISIT, "fields": None}, {**VISIT, "fields": [5]},
    {**VISIT, "fields": [{"name": {"a": 1}}]}, {**VISIT, "fields": [{"type": []}]}, {**VISIT, "title": 3},
    {**VISIT, "fields": [{**HOMES, "columns": 5}]}, {**VISIT, "fields": [{**HOMES, "columns": [[]]}]},
    {**VISIT, "fields": [HOMES] * 101}, {**VISIT, "fields": [{**HOMES, "hint": "长" * 200_000}]},
]  # fmt: skip
NO_JSON = [b"", b"[]", b"{", b'{"form": NaN}', b'{"form": "\\u0000"}', b"[" * 90_000]


def test_what_is_no_form_is_refused_and_nothing_is_kept(studio, draft):
    for form in NO_FORMS:
        for what in ("save", "preview"):
            refused = send(studio, what, {"form": form})
            assert refused.status_code == 422, form
            assert refused.json()["message"]
    for body in NO_JSON:
        for what in ("save", "preview"):
            address = f"/studio/visits/forms/visit/{what}/"
            assert studio.post(address, body, content_type="application/json").status_code == 400, body
    assert Version.objects.get().forms["visit"]["fields"] == []


WRONG = [
    ({**HOMES, "name": ""}, "字段"),
    ({**HOMES, "type": "magic"}, "magic"),
    ({**HOMES, "show_if": "金额 >"}, "条件"),
    ({**HOMES, "label": {"en": "x"}}, "标题"),
    ({**HOMES, "show_if": {"a": 1}}, "表达式"),
    ({**HOMES, "access": {"check": "own"}}, "隐藏"),
    ({**HOMES, "choices": {"a": [1]}}, "选项"),
]


def test_a_form_with_mistakes_is_kept_shown_and_not_published(studio, draft):
    for field, part in WRONG:
        form = {**VISIT, "fields": [{**HOMES, "name": "好的"}, field]}
        assert keep(studio, form).status_code == 200
        said = send(studio, "preview", {"form": form}).json()
        assert 'data-field="好的"' in said["html"]
        assert any(part in one["message"] for one in said["problems"]), said["problems"]
        for address in ("forms/", "edit/", "publish/"):
            assert studio.get(f"/studio/visits/{address}").status_code == 200, field
    assert "表单“visit”不能用" in studio.get("/studio/visits/").content.decode()
    with pytest.raises(NotPublishable):
        service.publish_as_operator("visits", note="")
    assert studio.post("/studio/visits/publish/", {"note": "一"}).status_code == 422


def test_the_preview_is_what_a_step_asks_in_its_language(studio, draft):
    evil = "<script>alert(1)</script>"
    form = {
        **VISIT,
        "fields": [
            {**HOMES, "hint": {"zh": evil}, "access": {"check": "required", "review": "hidden"}},
            {"name": "备注", "type": "text", "label": {"zh": "备注"}, "show_if": "户数 > 3"},
        ],
    }

    def shown(**more):
        return send(studio, "preview", {"form": form, **more}).json()["html"]

    assert "必填" not in shown()
    assert "必填" in shown(step="check")
    assert "required" in shown(step="check", language="en")
    assert "Homes" in shown(language="en")
    assert 'data-field="户数"' not in shown(step="review")
    assert "data-show-if" in shown()
    assert evil not in shown()
    assert shown(step={"a": 1}, language=["x"]) == shown()


def test_what_a_step_makes_of_a_field_holds_in_a_running_case(studio, draft, world):
    form = {**VISIT, "fields": [{**HOMES, "access": {"check": "required"}}]}
    keep(studio, form)
    api = Api(user=world.administrator)
    assert api.post("matters/visits/publish/", {"note": "一"}).status_code == 200
    worker = Api(user=world.grid_worker)
    worker.open("visits", GRID)
    (step,) = worker.get("steps/").json()["results"]

    refused = worker.post(f"steps/{step['id']}/complete/", {"data": {}})
    assert (refused.status_code, set(refused.json()["fields"])) == (422, {"户数"})
    assert worker.post(f"steps/{step['id']}/complete/", {"data": {"户数": 3}}).status_code == 200


def test_a_form_in_use_stays_and_another_goes(studio, draft):
    studio.post("/studio/visits/forms/visit/drop/")
    assert "visit" in Version.objects.get().forms
    studio.post("/studio/visits/forms/", {"key": "other", "title": "其他"})
    studio.post("/studio/visits/forms/other/drop/")
    assert list(Version.objects.get().forms) == ["visit"]


def test_a_form_is_renamed_in_the_diagram_too(studio, draft):
    studio.post("/studio/visits/forms/visit/reporting/", {"wanted": "1"})
    studio.post("/studio/visits/forms/visit/rename/", {"new": "入户"})
    now = Version.objects.get()
    assert (now.forms["入户"]["key"], now.about["report_form"]) == ("入户", "入户")
    assert [one.element for one in usage_of(now, "forms")["入户"]] == ["", "check"]
    assert now.bpmn.replace("入户", "visit") == DRAWN.decode()

    studio.post("/studio/visits/forms/", {"key": "visit", "title": "走访"})
    studio.post("/studio/visits/forms/visit/rename/", {"new": "入户"})
    assert set(Version.objects.get().forms) == {"入户", "visit"}


def test_programs_get_the_form_as_json_schema(studio, draft, world):
    form = {**VISIT, "fields": [{**HOMES, "access": {"check": "required"}}]}
    keep(studio, form)
    own = studio.get("/studio/visits/forms/visit/schema/", {"step": "check"}).json()
    assert (own["required"], own["properties"]["户数"]["type"]) == (["户数"], "number")

    api = Api(user=world.administrator)
    api.post("matters/visits/publish/", {"note": "一"})
    address = "matters/visits/versions/1/forms/visit/"
    assert api.get(address).json()["required"] == []
    assert api.get(address, {"step": "check"}).json()["required"] == ["户数"]
    assert api.get("matters/visits/versions/1/forms/none/").status_code == 404


def test_the_help_says_the_whole_page_and_the_names_at_hand(studio, draft):
    keep(studio)
    page = studio.get("/studio/visits/forms/visit/").content.decode()
    for part in ("工作日", "contains(?, &quot;垃圾&quot;)", 'data-insert="户数"', "nrOfInstances"):
        assert part in page


def test_a_matter_without_a_diagram_can_begin_with_a_form(studio, world):
    Definition.objects.create(key="visits", title="走访")
    assert studio.get("/studio/visits/forms/").status_code == 200
    studio.post("/studio/visits/forms/", {"key": "visit", "title": "走访"})
    assert bench(studio)["form"]["key"] == "visit"
