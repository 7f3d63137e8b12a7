"""The verbs on a case and its record over the interface: what they take, what they answer, what they refuse."""

import json

import pytest

from casework.api import answers, recordanswers
from casework.models import CaseEvent, Reveal
from tests.api.test_schema import _matches
from tests.world import GRID

HOUSING = "500101000000-housing/reviewer"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def case(reviewed, as_user, world):
    return as_user(world.duty_officer).open(reviewed, GRID, data={"联系电话": "13800005678"})


def path(case, rest):
    return f"cases/{case['number']}/{rest}/"


def test_a_case_is_suspended_and_shows_it(case, as_user, world):
    officer = as_user(world.duty_officer)

    answer = officer.post(path(case, "suspend"), {"comment": "待年度计划", "until": "2099-03-01"})

    told = answer.json()
    assert (answer.status_code, told["status"], told["public_status"]) == (200, "suspended", "已挂起")
    assert not {"claim", "complete", "transfer"} & set(told["steps"][0]["verbs"])
    _matches(answers.Case, told)
    worker = as_user(world.grid_worker)
    refused = worker.post(f"steps/{case['steps'][0]['id']}/complete/")
    assert (refused.status_code, refused.json()["code"]) == (409, "case_suspended")


@pytest.mark.parametrize(
    ("verb", "body", "status", "field"),
    [
        ("suspend", {"comment": "x"}, 422, "until"),
        ("suspend", {"comment": "x", "until": "soon"}, 422, "until"),
        ("suspend", {"comment": "x", "until": "2026-12-01T09:00:00"}, 422, "until"),
        ("suspend", {"comment": "x", "until": "2020-01-01"}, 422, "until"),
        ("suspend", {"comment": "x", "until": "0001-01-01T00:00:00+14:00"}, 422, "until"),
        ("suspend", {"until": "2099-03-01"}, 422, "comment"),
        ("comment", {"comment": "看", "people": ["nobody-of-that-name"]}, 422, "people"),
        ("comment", {"comment": "看", "colour": "red"}, 422, "colour"),
        ("split", {"title": "违搭", "comment": "x", "area": "不是编码"}, 422, "area"),
        ("whistle", {"posts": [HOUSING], "until": "2099-03-01"}, 422, "place"),
        ("escalate", {"reason_code": "just so", "comment": "x"}, 422, "reason_code"),
        ("classify", {"data": {"level": "huge"}}, 422, "level"),
    ],
)
def test_bad_input_is_told_by_field_and_changes_nothing(case, as_user, world, verb, body, status, field):
    lines = CaseEvent.objects.count()

    answer = as_user(world.duty_officer).post(path(case, verb), body)

    assert (answer.status_code, list(answer.json()["fields"])) == (status, [field])
    assert CaseEvent.objects.count() == lines


def test_not_there_not_you_and_not_now_differ(case, as_user, world):
    officer, worker = as_user(world.duty_officer), as_user(world.grid_worker)

    assert officer.post(path(case, "dance"), {}).status_code == 404
    assert (
        as_user(world.sibling_duty_officer).post(path(case, "comment"), {"comment": "x"}).status_code == 404
    )
    assert worker.post(path(case, "supervise"), {"comment": "x"}).status_code == 403
    refused = officer.post(path(case, "resume"), {})
    assert (refused.status_code, refused.json()["case"]["number"]) == (409, case["number"])
    stale = officer.post(path(case, "comment"), {"comment": "x"}, HTTP_IF_MATCH='"99"')
    assert stale.status_code == 412


def test_a_key_repeats_the_answer_and_another_body_is_refused(case, as_user, world):
    officer = as_user(world.duty_officer)
    body = {"posts": [HOUSING], "place": "三巷", "until": "2099-03-01T09:00:00+08:00"}

    first = officer.post(path(case, "whistle"), body, HTTP_IDEMPOTENCY_KEY="w")
    again = officer.post(path(case, "whistle"), body, HTTP_IDEMPOTENCY_KEY="w")
    other = officer.post(path(case, "whistle"), {**body, "place": "四巷"}, HTTP_IDEMPOTENCY_KEY="w")

    assert (first.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


def test_the_record_tells_everything_masked_and_as_described(case, as_user, world):
    officer, housing = as_user(world.duty_officer), as_user(world.housing_reviewer)
    officer.post(path(case, "parties"), {"role": "party", "name": "陈大宇", "phone": "13800005678"})
    officer.post(path(case, "places"), {"kind": "source", "text": "二号工地", "lat": 30.76, "lon": 108.41})
    handed = officer.client.post(
        f"/api/v1/{path(case, 'documents')}?kind=plan&name=plan.pdf",
        data=b"%PDF-1.7 x",
        content_type="application/pdf",
        **officer.headers,
    )
    officer.post(path(case, "instruments"), {"kind": "commitment", "number": "承 1", "title": "承诺书"})
    officer.post(path(case, "whistle"), {"posts": [HOUSING], "place": "三巷", "until": "2099-03-01"})
    housing.post(path(case, "answer"), {"comment": "派 2 人"})
    officer.post(path(case, "rate"), {"rating": 5})
    as_user(world.duty_chief).post(
        path(case, "supervise"), {"reason_code": "key", "comment": "本周办结，回电 13800005678"}
    )
    officer.post(path(case, "void"), {"comment": "误报"})

    told = officer.get(path(case, "record")).json()

    _matches(recordanswers.Record, told)
    assert handed.status_code == 201
    assert [len(told[name]) for name in ("parties", "places", "documents", "instruments", "ratings")] == [
        1
    ] * 5
    assert [len(told[name]) for name in ("requests", "supervisions", "whistles")] == [1] * 3
    assert told["whistles"][0]["calls"][0]["stars"] == 5
    assert "13800005678" not in str(told)
    kept = officer.get(path(case, f"documents/{told['documents'][0]['id']}/1"))
    assert b"".join(kept.streaming_content) == b"%PDF-1.7 x"
    assert kept["Content-Disposition"].startswith("attachment")


def test_what_is_masked_is_revealed_one_by_one_with_a_reason(case, as_user, world):
    officer = as_user(world.duty_officer)
    party = officer.post(
        path(case, "parties"), {"role": "party", "name": "陈大宇", "phone": "13800005678"}
    ).json()
    assert officer.get(f"cases/{case['number']}/").json()["data"]["联系电话"] == "138****5678"

    field = officer.post(path(case, "reveal"), {"field": "联系电话", "reason": "回访"})
    person = officer.post(path(case, f"parties/{party['id']}/reveal"), {"reason": "回访"})
    blank = officer.post(path(case, f"parties/{party['id']}/reveal"), {"reason": ""})

    assert field.json() == {"field": "联系电话", "value": "13800005678"}
    assert (person.json()["name"], person.json()["phone"]) == ("陈大宇", "13800005678")
    assert (blank.status_code, Reveal.objects.count()) == (422, 2)
    assert "13800005678" not in officer.get(path(case, "history")).content.decode()


def test_notices_are_read_once_by_whom_they_are_for(case, as_user, world):
    as_user(world.duty_officer).post(path(case, "cc"), {"posts": [HOUSING], "comment": "请知悉"})
    housing = as_user(world.housing_reviewer)

    waiting = housing.get("notices/").json()
    for one in waiting:
        _matches(recordanswers.Notice, one)
    stranger = as_user(world.planning).post("notices/read/", {"ids": [waiting[0]["id"]]})
    read = housing.post("notices/read/", {"ids": [waiting[0]["id"]]})

    assert [(one["kind"], one["case"], one["text"]) for one in waiting] == [
        ("copy", case["number"], "请知悉")
    ]
    assert (stranger.status_code, read.status_code) == (404, 200)
    assert housing.get("notices/").json() == []


def test_administrators_change_the_reference_tables(administrator, as_user, world):
    """A law that moves: the old provision ends, the new one begins and is named by the old."""
    new = {"law": "生态环境法典", "article": "第某条", "valid_from": "2026-08-15"}
    old = {
        "law": "噪声法",
        "article": "第八十二条",
        "valid_from": "2022-06-05",
        "valid_to": "2026-08-14",
        "successor": "code-1",
    }
    before = administrator.put("legal-bases/noise-1/", json.dumps(old), content_type="application/json")
    made = administrator.put("legal-bases/code-1/", json.dumps(new), content_type="application/json")
    ended = administrator.put("legal-bases/noise-1/", json.dumps(old), content_type="application/json")

    assert (before.status_code, list(before.json()["fields"])) == (422, ["successor"])
    assert (made.json()["to_confirm"], ended.json()["successor"]) == (False, "code-1")
    assert [row["code"] for row in as_user(world.planning).get("legal-bases/").json()] == [
        "noise-1",
        "code-1",
    ]
    above = {"name": "低空", "kind": "social", "parent": "S98"}
    assert (
        administrator.put("categories/S98/", json.dumps(above), content_type="application/json").status_code
        == 422
    )
    kept = administrator.put(
        "retention/", json.dumps({"matter": "m", "years": 10}), content_type="application/json"
    )
    assert kept.json() == {"matter": "m", "years": 10, "basis": "", "to_confirm": False}
