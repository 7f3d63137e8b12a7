"""Diagrams over the interface: checked, kept, published, given back as stored."""

from hashlib import sha256

import pytest

from tests.api import diagrams
from workflows.models import Definition, Version


def test_a_matter_is_created_and_listed(administrator, as_user, world):
    made = administrator.post("matters/", {"key": "lamp", "title": "路灯"})

    assert (made.status_code, made.json()["key"]) == (201, "lamp")
    assert as_user(world.stranger).get("matters/").json()["results"] == [
        {"key": "lamp", "title": "路灯", "title_en": "", "version": None, "has_draft": False}
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"key": "lamp", "title": "路灯"}, "key"),  # there already
        ({"key": "不行", "title": "路灯"}, "key"),
        ({"key": "a b", "title": "路灯"}, "key"),
        ({"key": "", "title": "路灯"}, "key"),
        ({"key": "x" * 65, "title": "路灯"}, "key"),
        ({"key": "ok", "title": " "}, "title"),
        ({"key": "ok", "title": "灯" * 121}, "title"),
        ({"key": "ok", "title": 7}, "title"),
        ({"key": "ok"}, "title"),
        ({"key": "ok", "title": "路灯", "owner": "me"}, "owner"),
    ],
)
def test_a_matter_that_cannot_be_is_refused_by_field(body, field, administrator):
    administrator.post("matters/", {"key": "lamp", "title": "路灯"})

    answer = administrator.post("matters/", body)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert Definition.objects.count() == 1


def test_a_check_stores_nothing(administrator):
    sound = administrator.send("post", "matters/check/", diagrams.plain(), "application/xml")
    broken = administrator.send("post", "matters/check/", diagrams.broken(), "text/plain")
    rubbish = administrator.send("post", "matters/check/", b"not xml", "application/x-www-form-urlencoded")

    assert sound.status_code == 200
    assert "error" not in [one["severity"] for one in sound.json()["problems"]]
    errors = [one for one in broken.json()["problems"] if one["severity"] == "error"]
    assert "late" in [one["element"] for one in errors]
    assert all(one["message"] and one["line"] > 0 for one in errors)
    assert (rubbish.status_code, rubbish.json()["problems"][0]["severity"]) == (200, "error")
    assert (Definition.objects.count(), Version.objects.count()) == (0, 0)


def test_problems_speak_the_language_that_is_asked_for(administrator):
    english = administrator.send("post", "matters/check/", diagrams.broken(), "application/xml")
    administrator.headers.pop("HTTP_ACCEPT_LANGUAGE")
    chinese = administrator.send("post", "matters/check/", diagrams.broken(), "application/xml")

    said = [one["message"] for one in english.json()["problems"]]
    said_in_chinese = [one["message"] for one in chinese.json()["problems"]]
    assert any("process" in message for message in said)
    assert any("流程" in message for message in said_in_chinese)


def test_a_draft_is_kept_with_its_problems(administrator):
    administrator.post("matters/", {"key": "lamp", "title": "路灯"})
    xml = diagrams.broken()

    kept = administrator.put("matters/lamp/draft/", xml)

    assert kept.status_code == 200
    assert kept.json()["sha256"] == sha256(xml).hexdigest()
    assert [one["severity"] for one in kept.json()["problems"]].count("error") >= 1
    assert Version.objects.get().status == "draft"


@pytest.mark.parametrize(
    ("xml", "status"),
    [
        (b"", 422),
        (b"\x00\x01\x02", 422),
        (b"<a/>", 422),
        (b"<?xml version='1.0'?><!DOCTYPE d [<!ENTITY x 'y'>]><d>&x;</d>", 422),
        (b"<a>" * 100_000, 422),
        (b"<!--" + b"x" * (2 * 1024 * 1024) + b"-->", 413),
    ],
    ids=["empty", "bytes", "other xml", "doctype", "deep", "too large"],
)
def test_what_is_no_diagram_is_not_kept(xml, status, administrator):
    administrator.post("matters/", {"key": "lamp", "title": "路灯"})

    answer = administrator.put("matters/lamp/draft/", xml)

    assert answer.status_code == status
    assert Version.objects.count() == 0
    if status == 422:
        assert answer.json()["code"] == "diagram_refused"
        assert answer.json()["problems"]


def test_publishing_makes_the_version_that_new_cases_run_on(administrator):
    administrator.publish("lamp", diagrams.plain())
    administrator.put("matters/lamp/draft/", diagrams.plain(tasks=2))

    answer = administrator.post("matters/lamp/publish/", {"note": "多一步"})

    assert (answer.status_code, answer.json()) == (200, {"version": 2})
    versions = administrator.get("matters/lamp/versions/").json()["results"]
    assert [(one["number"], one["status"], one["note"]) for one in versions] == [
        (2, "published", "多一步"),
        (1, "retired", ""),
    ]
    assert versions[0]["published_by"] == "administrator"


def test_a_draft_with_errors_is_not_published(administrator):
    administrator.post("matters/", {"key": "lamp", "title": "路灯"})
    administrator.put("matters/lamp/draft/", diagrams.broken())

    refused = administrator.post("matters/lamp/publish/", {"note": "试试"})
    nothing = administrator.post("matters/none/publish/", {"note": ""})

    assert (refused.status_code, refused.json()["code"]) == (422, "not_publishable")
    assert refused.json()["problems"]
    assert Version.objects.get().status == "draft"
    assert nothing.status_code == 404


def test_there_is_nothing_to_publish_twice(administrator, plain):
    answer = administrator.post("matters/plain/publish/", {"note": ""})

    assert (answer.status_code, answer.json()["code"]) == (409, "no_draft")


def test_the_diagram_comes_back_as_stored(administrator, plain):
    answer = administrator.get("matters/plain/versions/1/bpmn")

    assert answer.content == diagrams.plain()
    assert answer["Content-Disposition"] == 'attachment; filename="plain-1.bpmn"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert (
        administrator.get("matters/plain/versions/1/bpmn", HTTP_ACCEPT="application/xml").status_code == 200
    )
    assert administrator.get("matters/plain/versions/2/bpmn").status_code == 404
    assert administrator.get("matters/plain/versions/99999999999999999999/bpmn").status_code == 404


def test_running_cases_stay_on_their_version(administrator, plain, as_user, world):
    api = as_user(world.duty_officer)
    old = api.open(plain, "500101026001001")
    administrator.put("matters/plain/draft/", diagrams.plain(tasks=2))
    administrator.post("matters/plain/publish/", {"note": ""})

    new = api.open(plain, "500101026001001")
    done = api.post(f"steps/{old['steps'][0]['id']}/complete/").json()

    assert (old["version"], new["version"]) == (1, 2)
    assert (done["version"], done["status"]) == (1, "closed")
