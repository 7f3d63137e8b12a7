"""The drawing board's server side: what it opens with, keeping without losing another's work, reading expressions."""

import json

import pytest
from django.test import Client

from casework.queries.editor import beginning, known
from tests.api import diagrams
from tests.api.conftest import Api
from workflows.bpmn import read
from workflows.models import Definition, Version


@pytest.fixture
def studio(world):
    client = Client()
    client.force_login(world.administrator)
    return client


@pytest.fixture
def lamp(world):
    return Definition.objects.create(key="street-lamp", title="路灯维修", title_en="Street lamps")


def keep(client, bpmn, base):
    body = json.dumps({"bpmn": bpmn, "base": base})
    return client.post("/studio/street-lamp/edit/save/", body, content_type="application/json")


def ask(client, kind, text, names=("金额", "结论")):
    body = json.dumps({"kind": kind, "text": text, "names": list(names)})
    return client.post("/studio/street-lamp/edit/read/", body, content_type="application/json").json()


def test_board_of_a_new_matter_opens_with_a_diagram_that_can_be_published(studio, lamp):
    assert studio.get("/studio/street-lamp/edit/").status_code == 200
    begun = beginning(lamp)
    assert (begun.version, begun.sha256) == (None, "")
    assert [node.name for node, _ in read(begun.bpmn.encode()).walk()] == ["上报", "处置", "办结"]

    kept = keep(studio, begun.bpmn, "").json()
    assert [one for one in kept["problems"] if one["severity"] == "error"] == []
    assert Version.objects.get().sha256 == kept["sha256"]


def test_board_of_a_published_matter_changes_a_draft_and_leaves_what_is_in_force(studio, lamp, world):
    api = Api(user=world.administrator)
    api.put("matters/street-lamp/draft/", diagrams.plain(tasks=1))
    assert api.post("matters/street-lamp/publish/", {"note": "第一版"}).status_code == 200
    begun = beginning(Definition.objects.get(key="street-lamp"))
    assert (begun.version.number, begun.sha256) == (1, "")

    keep(studio, diagrams.plain(tasks=2).decode(), begun.sha256)
    assert Version.objects.get(status="published").bpmn == begun.bpmn
    assert beginning(lamp).version.status == "draft"


def test_who_was_not_first_is_told_and_nothing_is_lost(studio, lamp, world):
    first, mine, theirs = (diagrams.plain(tasks=n).decode() for n in (1, 2, 3))
    base = keep(studio, first, "").json()["sha256"]
    keep(studio, theirs, base)

    late = keep(studio, mine, base)
    assert (late.status_code, late.json()["who"]) == (409, str(world.administrator))
    assert Version.objects.get().bpmn == theirs

    assert keep(studio, mine, None).status_code == 200  # asked, they said: keep mine
    assert Version.objects.get().bpmn == mine


def test_answer_that_got_lost_is_no_conflict_with_oneself(studio, lamp):
    bpmn = diagrams.plain(tasks=1).decode()
    assert keep(studio, bpmn, "").status_code == 200
    assert keep(studio, bpmn, "").status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"bpmn": 3}', b'{"base": ""}', b'{"bpmn": "<a>\\ud800</a>"}', b"[" * 100_000],
)
def test_what_cannot_be_read_is_refused(studio, lamp, body):
    refused = studio.post("/studio/street-lamp/edit/save/", body, content_type="application/json")
    assert (refused.status_code, refused.json()["message"]) == (400, "收到的内容无法读取。")


def test_what_is_no_diagram_is_refused_with_the_reason(studio, lamp):
    refused = keep(studio, "<svg/>", "")
    assert refused.status_code == 422
    assert refused.json()["message"]
    assert not Version.objects.exists()


@pytest.mark.parametrize(
    ("kind", "text", "part"),
    [
        ("condition", "金额 > 1000", None),
        ("condition", "金额 >", "第 1 个字符"),
        ("condition", "金客 > 1000", "是不是“金额”"),
        ("script", "税 = 金额 * 0.1", None),
        ("script", "税 == 金额", "变量 = 表达式"),
        ("duration", "PT4H", None),
        ("duration", "工作日(3)", None),
        ("duration", "工作月(3)", "工作月"),
    ],
)
def test_expressions_are_read_while_they_are_written(studio, lamp, kind, text, part):
    said = ask(studio, kind, text)
    assert (part is None) == (said == {})
    assert part is None or part in said["message"]


def test_names_that_are_no_list_are_no_names(studio, lamp):
    body = json.dumps({"kind": "condition", "text": "1 > 0", "names": 5})
    answer = studio.post("/studio/street-lamp/edit/read/", body, content_type="application/json")
    assert answer.status_code == 200


def test_panel_offers_what_there_is_here(studio, lamp, world):
    choices = known(None)
    assert list(dict(choices["levels"])) == ["grid", "community", "town", "district"]
    assert {"complete", "approve", "reject", "return"} <= dict(choices["verbs"]).keys()
    assert {"案件编号", "紧急"} <= set(choices["names"])
    assert len(dict(choices["posts"])) == len(choices["posts"])


def test_board_is_for_those_who_may_draw(lamp, world):
    client = Client()
    client.force_login(world.grid_worker)
    assert client.get("/studio/street-lamp/edit/").status_code == 403
    assert keep(client, diagrams.plain().decode(), "").status_code == 403


@pytest.fixture
def two_versions(lamp, world):
    api = Api(user=world.administrator)
    for tasks in (1, 2):
        api.put("matters/street-lamp/draft/", diagrams.plain(tasks=tasks))
        assert api.post("matters/street-lamp/publish/", {"note": "版"}).status_code == 200
    return lamp


def test_what_was_looked_at_is_published_and_nothing_kept_meanwhile(studio, lamp):
    seen = keep(studio, diagrams.plain(tasks=1).decode(), "").json()["sha256"]
    reviewed = studio.get("/studio/street-lamp/publish/").context["form"].fields["reviewed"].initial
    assert reviewed
    keep(studio, diagrams.plain(tasks=2).decode(), seen)

    refused = studio.post("/studio/street-lamp/publish/", {"note": "第一版", "reviewed": reviewed})
    assert refused.status_code == 422
    assert "别人改过这份草稿" in refused.content.decode()
    assert not Version.objects.published().exists()
    late = Api(user=Version.objects.get().author).post(
        "matters/street-lamp/publish/", {"note": "", "sha256": seen}
    )
    assert (late.status_code, late.json()["code"]) == (409, "draft_changed")


def test_way_back_to_an_earlier_version_goes_through_the_gate(studio, two_versions):
    answer = studio.post("/studio/street-lamp/versions/1/restore/")
    assert answer["Location"] == "/studio/street-lamp/publish/"
    draft = Version.objects.get(status="draft")
    assert draft.bpmn == Version.objects.get(number=1).bpmn

    again = studio.post("/studio/street-lamp/versions/1/restore/", follow=True)
    assert "已经有草稿了" in again.content.decode()


def test_draft_is_thrown_away_and_what_is_in_force_stays(studio, two_versions):
    keep(studio, diagrams.plain(tasks=3).decode(), "")
    studio.post("/studio/street-lamp/draft/drop/")
    assert [one.number for one in Version.objects.order_by("number")] == [1, 2]
    assert "没有可发布的草稿" in studio.post("/studio/street-lamp/draft/drop/", follow=True).content.decode()
