"""The frames of all pages: log-in, refusals, preferences, posts, and nothing that the content policy refuses."""

import re

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from casework.pages import phone
from grid.models import Appointment
from tests.pages.phone_matter import as_person
from tests.world import PASSWORD, SINCE

pytestmark = pytest.mark.django_db
PAGES = ["/m/", "/m/report/", "/m/cases/", "/m/me/"]


def test_somebody_with_the_right_password_comes_in(world, client):
    response = client.post("/login/", {"username": "grid_worker", "password": PASSWORD})

    assert response.url == "/"
    assert client.get("/").url == reverse("phone:today")


def test_wrong_password_says_so_and_keeps_the_name(world, client):
    page = client.post("/login/", {"username": "grid_worker", "password": "wrong"}).content.decode()

    assert "账号或密码不对" in page
    assert 'value="grid_worker"' in page
    assert "wrong" not in page.replace('id="wrong"', "").replace('describedby="wrong"', "")


def test_fifth_wrong_password_closes_the_account_for_a_while(world, client):
    answers = [client.post("/login/", {"username": "grid_worker", "password": "wrong"}) for _ in range(6)]

    assert answers[-1].status_code == 423
    assert "这个账号已锁定 15 分钟" in answers[-1].content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_log_in_leads_nowhere_else(world, client, target):
    response = client.post("/login/", {"username": "grid_worker", "password": PASSWORD, "next": target})

    assert response.url == "/"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("letters", "large", 'data-size="large"'),
        ("theme", "sun", 'data-theme="sun"'),
        ("language", "en", 'lang="en"'),
    ],
)
def test_looks_are_remembered_before_and_after_log_in(world, name, value, shown):
    stranger, somebody = Client(), as_person(world.grid_worker)

    for client in (stranger, somebody):
        client.post("/preferences/", {name: value, "next": "/login/"})

    assert shown in stranger.get("/login/").content.decode()
    assert shown in somebody.get("/m/").content.decode()
    world.grid_worker.refresh_from_db()
    assert getattr(world.grid_worker, name) == value


@pytest.mark.parametrize("value", ["huge", "", "<script>", "large\x00"])
def test_unknown_looks_are_ignored(world, value):
    client = Client()

    client.post("/preferences/", {"letters": value})
    client.cookies["letters"] = "nonsense"

    assert "data-size" not in client.get("/login/").content.decode()


def test_somebody_with_two_posts_acts_for_one_of_them(world):
    post = world.post_of(world.grid_head)
    Appointment.objects.create(post=post, user=world.grid_worker, kind="concurrent", starts_on=SINCE)
    client = as_person(world.grid_worker)

    page = client.get("/m/me/").content.decode()
    client.post("/post/", {"post": post.code})
    after = client.get("/m/me/").content.decode()

    assert "以哪个岗位办理" in page
    assert f'value="{post.code}" aria-pressed="true"' in after


@pytest.mark.parametrize("path", ["/login/", *PAGES])
def test_pages_have_no_inline_script_or_style(world, path):
    client = as_person(world.grid_worker) if path != "/login/" else Client()

    page = client.get(path).content.decode()

    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style|\sstyle=|\son\w+=", page) == []
    assert "'unsafe-" not in client.get(path).headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_every_input_has_a_label(world, path):
    page = as_person(world.grid_worker).get(path).content.decode()

    named = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
    inputs = re.findall(
        r"<(?:input|select|textarea)(?![^>]*type=\"(?:hidden|radio|checkbox|file)\")[^>]*>", page
    )
    ids = [re.search(r'\bid="([^"]+)"', each) for each in inputs]
    assert [each for each, found in zip(inputs, ids, strict=True) if not found or found[1] not in named] == []


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_wholly_in_the_language_chosen(world, path):
    world.grid_worker.language = "en"
    world.grid_worker.save()

    page = as_person(world.grid_worker).get(path).content.decode()

    text = re.sub(r"<[^>]+>", " ", re.sub(r"<(svg|option)\b.*?</\1>", "", page, flags=re.DOTALL))
    names = {"简体中文", "陈", "陈秀兰", "专职网格员", "沱口社区第一网格"}
    assert set(re.findall(r"[\u4e00-\u9fff]+", text)) - names == set()


@pytest.mark.parametrize("status", [403, 404, 409, 423, 429, 500, 503])
def test_refusals_are_pages_in_plain_words(rf, status):
    page = render_to_string(
        f"{status}.html", {"message": "已被签收", "error_id": "ab12", "status": status}, request=rf.get("/m/")
    )

    assert "<h1>" in page
    assert 'class="btn' in page
    assert "Traceback" not in page


def test_page_that_is_not_there(world):
    response = as_person(world.grid_worker).get("/nowhere/")

    assert response.status_code == 404
    assert "这里没有内容" in response.content.decode()


def test_database_that_does_not_answer_is_said_to_be_busy(world, monkeypatch):
    client = as_person(world.grid_worker)
    client.raise_request_exception = False

    def gone(*_args, **_options):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(CursorWrapper, "execute", gone)
    response = client.get("/m/")

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert "系统正忙" in response.content.decode()


def test_fault_of_ours_says_a_sign_and_no_trace(world, monkeypatch, caplog):
    client = as_person(world.grid_worker)
    client.raise_request_exception = False

    def broken(*_args, **_options):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(phone, "_with_count", broken)
    response = client.get("/m/me/")

    page = response.content.decode()
    assert response.status_code == 500
    assert "secret" not in page
    assert re.search(r"<b>([0-9a-f]{8})</b>", page)[1] in caplog.text
