"""Who comes in, and what a refusal looks like: always JSON, always a code, never a trace."""

import json
import time

import pytest
import time_machine
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from psycopg import errors as pg

from casework.api import throttles
from casework.queries import api as queries
from tests.world import GRID, PASSWORD

AWAY = OperationalError("server closed the connection unexpectedly")
BUSY = OperationalError("canceling statement due to lock timeout")
BUSY.__cause__ = pg.LockNotAvailable()


def test_a_token_opens_the_door(nobody, world):
    given = nobody.post("auth/token/", {"username": "duty_officer", "password": PASSWORD})

    headers = {"HTTP_AUTHORIZATION": f"Token {given.json()['token']}"}
    assert given.status_code == 200
    assert nobody.get("cases/", **headers).status_code == 200
    assert nobody.get("cases/", HTTP_AUTHORIZATION="Token wrong").status_code == 401
    assert nobody.get("cases/", HTTP_AUTHORIZATION="Token \xff\xfe").status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"username": "duty_officer", "password": "wrong"}, 401, "bad_credentials"),
        ({"username": "nobody-at-all", "password": "wrong"}, 401, "bad_credentials"),
        ({"username": "duty_officer"}, 422, "not_valid"),
        ({"username": "duty_officer", "password": 7}, 422, "not_valid"),
        ({"username": "a\x00b", "password": "x"}, 422, "not_valid"),
        ({"username": "x" * 151, "password": "x"}, 422, "not_valid"),
        (["duty_officer"], 422, "not_valid"),
    ],
)
def test_no_token_for_a_wrong_name_or_password(body, status, code, nobody, world):
    answer = nobody.post("auth/token/", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_five_failures_lock_the_door_even_for_the_right_password(nobody, world):
    for _ in range(5):
        nobody.post("auth/token/", {"username": "planning", "password": "wrong"})

    locked = nobody.post("auth/token/", {"username": "planning", "password": PASSWORD})
    other = nobody.post("auth/token/", {"username": "police", "password": PASSWORD})

    assert (locked.status_code, locked.json()["code"]) == (423, "locked_out")
    assert other.status_code == 200


@pytest.fixture
def one_minute():
    """Limits are counted by the minute, so a test that counts must not see the next one begin."""
    with time_machine.travel(time.time() // 60 * 60 + 30, tick=False):
        yield


@pytest.mark.usefixtures("one_minute")
def test_a_stream_of_failures_from_one_address_is_stopped(nobody, world, monkeypatch):
    monkeypatch.setattr(throttles, "limit", lambda scope: 3)
    bodies = [{"username": f"guess-{n}", "password": "x"} for n in range(4)]

    statuses = [nobody.post("auth/token/", body).status_code for body in bodies]
    last = nobody.post("auth/token/", bodies[0])

    assert statuses == [401, 401, 401, 429]
    assert last.json()["code"] == "throttled"
    assert 1 <= int(last["Retry-After"]) <= 60


@pytest.mark.usefixtures("one_minute")
def test_all_processes_count_together(world):
    assert [throttles.count("login", "198.51.100.7") for _ in range(3)] == [1, 2, 3]

    throttles.forget()  # another process

    assert throttles.count("login", "198.51.100.7", add=0) == 3
    assert throttles.count("login", "198.51.100.7") == 4
    assert throttles.count("login", "203.0.113.9") == 1


@pytest.mark.usefixtures("one_minute")
def test_a_generous_limit_is_told_in_shares(world, monkeypatch):
    monkeypatch.setattr(throttles, "limit", lambda scope: 10 * throttles.SHARES)
    with CaptureQueriesContext(connection) as asked:
        counts = [throttles.count("user", "7") for _ in range(25)]

    assert counts == list(range(1, 26))
    assert len(asked) == 2
    throttles.forget()
    assert throttles.count("user", "7", add=0) == 20  # the last five are not told yet


@pytest.mark.usefixtures("one_minute")
def test_too_many_requests_of_one_person_are_stopped(as_user, world, monkeypatch):
    monkeypatch.setattr(throttles, "limit", lambda scope: 2)
    api = as_user(world.duty_officer)

    statuses = [api.get("cases/").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert as_user(world.planning).get("cases/").status_code == 200


def test_a_session_needs_the_form_token_for_writing(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.administrator)
    body = json.dumps({"key": "lamp", "title": "路灯"})

    refused = client.post("/api/v1/matters/", body, content_type="application/json")
    client.get("/api/v1/cases/")

    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    client.cookies["csrftoken"] = token = "a" * 32
    headers = {"HTTP_X_CSRFTOKEN": token}
    assert (
        client.post("/api/v1/matters/", body, content_type="application/json", **headers).status_code == 201
    )


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        ("{", 400, "bad_json"),
        ("", 422, "not_valid"),
        ("\ufeff{}", 422, "not_valid"),
        (b"\xff\xfe", 400, "bad_json"),
        ("[]", 422, "not_valid"),
        ("null", 422, "not_valid"),
        ('"text"', 422, "not_valid"),
        ('{"name": NaN}', 422, "not_valid"),
        ('{"name": -Infinity}', 422, "not_valid"),
        ('{"name": 1e999}', 422, "not_valid"),
        ('{"name": ' + "9" * 5000 + "}", 422, "not_valid"),
        ('{"name": "a\\u0000b"}', 422, "not_valid"),
        ('{"name": "\\ud800"}', 422, "not_valid"),
        ('{"name": "m", "payload": {"a\\u0000": 1}}', 422, "not_valid"),
        ('{"name": "m", "payload": {"x": ["\\udfff"]}}', 422, "not_valid"),
        ("[" * 500 + "]" * 500, 422, "not_valid"),
        ("[" * 100_000 + "]" * 100_000, 422, "not_valid"),
        ('{"name": "' + "x" * 1024 * 1024 + '"}', 413, "too_large"),
        ('{"name": "m", "payload": {"x": ' + "9" * 30 + "}}", 409, "nobody_receives"),
        ('{"name": "👮‍♀️"}', 409, "nobody_receives"),
    ],
)
def test_hostile_json_is_refused_in_words(raw, status, code, operator):
    answer = operator.post("messages/", raw)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]


def test_only_json_is_read(operator):
    answer = operator.send("post", "messages/", "name=m", "application/x-www-form-urlencoded")

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("path", ["cases/", "cases", "matters/x/draft/", "steps/1/complete/", "auth/token/"])
def test_a_wrong_method_is_said(path, operator):
    answer = operator.send("delete", path, "", "application/json")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    "path",
    [
        "nothing/",
        "cases/2026-1123-99999/",
        "cases/a%00b/",
        "steps/0/",
        "steps/-1/",
        "matters/路灯/versions/",
        "%ff",
    ]
    + ["steps/" + "9" * 5000 + "/", "cases/x/history/", "matters/none/versions/", "steps/1/explode/"],
)
def test_what_is_not_there_is_not_found_in_json(path, operator):
    answer = operator.get(path)

    assert answer.status_code in (404, 405)
    assert set(answer.json()) == {"code", "detail"}


def test_addresses_work_with_and_without_the_last_slash(operator, plain):
    assert operator.get("cases").status_code == 200
    assert operator.get("matters/plain/versions/1/bpmn/").status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (AWAY, 503, "unavailable"),
        (InterfaceError("connection already closed"), 503, "unavailable"),
        (BUSY, 423, "case_busy"),
        (ZeroDivisionError("a fault of ours"), 500, "fault"),
    ],
)
def test_what_fails_beneath_is_said_without_a_trace(error, status, code, operator, monkeypatch):
    def fails(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(queries, "cases_page", fails)

    answer = operator.get("cases/")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert str(error) not in answer.content.decode()
    assert ("Retry-After" in answer) is (status != 500)


def test_refusals_speak_chinese_unless_asked_otherwise(as_user, world, plain):
    api = as_user(world.stranger)
    english = api.post("cases/", {"matter": plain, "area": GRID, "title": "x"}).json()
    api.headers.pop("HTTP_ACCEPT_LANGUAGE")
    chinese = api.post("cases/", {"matter": plain, "area": GRID, "title": "x"}).json()

    assert english["code"] == chinese["code"] == "not_yours"
    assert english["detail"] == "This is not yours to handle."


def test_a_made_up_address_does_not_hide_a_stream_of_failures(nobody, world, monkeypatch):
    monkeypatch.setattr(throttles, "limit", lambda scope: 3)

    statuses = [
        nobody.post(
            "auth/token/", {"username": f"guess-{n}", "password": "x"}, HTTP_X_FORWARDED_FOR=f"10.0.0.{n}"
        ).status_code
        for n in range(4)
    ]

    assert statuses == [401, 401, 401, 429]


def test_answers_are_not_kept_by_any_cache(as_user, nobody, world):
    given = nobody.post("auth/token/", {"username": "duty_officer", "password": PASSWORD})

    assert given["Cache-Control"] == "no-store"
    assert as_user(world.duty_officer).get("cases/")["Cache-Control"] == "no-store"


def test_whoever_is_no_longer_active_has_no_token(as_user, nobody, world):
    api = as_user(world.duty_officer)
    world.duty_officer.is_active = False
    world.duty_officer.save()

    assert api.get("cases/").status_code == 401
    assert nobody.post("auth/token/", {"username": "duty_officer", "password": PASSWORD}).status_code == 401
