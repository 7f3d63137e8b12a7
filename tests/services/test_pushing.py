"""Notices that leave the product: what is sent to whom and when, tried against a real server, and what becomes of failures."""

import base64
import hashlib
import hmac
import json
import socket
from datetime import datetime, timedelta
from datetime import time as clock
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from casework.errors import NotValid
from casework.models import Case, Notice, NoticeChoice, Outbox
from casework.notify import outgoing
from casework.notify.channels import ChannelsUnreadable, channels, read
from casework.queries.viewers import viewer_for
from casework.services import clockwork, pushing
from casework.services.pushing import Choice, after_quiet, choose
from casework.services.taking_back import UNDO
from grid.models import Post
from tests.notify_server import listening
from tests.services.acting import handled_matter, opened
from tests.world import post_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def server():
    with listening() as script:
        yield script


@pytest.fixture(autouse=True)
def fresh(settings, server):
    pushing._resting.clear()
    settings.NOTICE_HOSTS = ["127.0.0.1"]
    settings.NOTICE_PRIVATE_HOSTS = ["127.0.0.1"]
    settings.SITE_URL = "https://cases.example.gov.cn"
    settings.NOTICE_CHANNELS = {
        kind: {"kind": kind, "name": f"群{kind}", "url": server.url, "secret": "SEC1", "template": "T1"}
        for kind in ("dingtalk", "wecom", "feishu", "sms")
    }


@pytest.fixture
def case(world):
    handled_matter()
    return opened(world, title="张三 13800001234 家漏水")


def notice(case, *, user=None, post="", kind="copy"):
    return Notice.objects.create(
        case=case,
        kind=kind,
        to_user=user,
        to_post=post,
        text="张三家没人，电话 13800001234",
        at=timezone.now(),
    )


def tick(minutes=0):
    """As soon as what was done can't be undone any more, or so much later."""
    clockwork.tick(at=timezone.now() + UNDO + timedelta(minutes=minutes), worker="t")


def pushed():
    return list(Outbox.objects.filter(kind="push").order_by("pk"))


def chosen(user, *keys, **quiet):
    choose(Choice(channels=keys, **quiet), by=viewer_for(user))


def sign(key, text):
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def test_a_robot_is_told_number_matter_and_link_and_nothing_about_people(case, world, server):
    chosen(world.duty_officer, "wecom")
    notice(case, post=post_code("duty_officer"))
    tick()
    text = server.bodies[0]["text"]["content"]
    assert case.number in text
    assert case.matter.title in text
    assert f"https://cases.example.gov.cn/desk/cases/{case.number}/" in text
    assert "张三" not in json.dumps(server.got, ensure_ascii=False)
    assert "13800001234" not in text
    assert [row.state for row in pushed()] == ["done"]
    tick()
    assert len(server.got) == 1  # once is enough


def test_dingtalk_is_signed_in_the_address(case, world, server):
    chosen(world.duty_officer, "dingtalk")
    notice(case, user=world.duty_officer)
    tick()
    query = parse_qs(urlsplit(server.got[0][0]).query)
    assert query["access_token"] == ["abc"]
    assert unquote(query["sign"][0]) == sign("SEC1", f"{query['timestamp'][0]}\nSEC1")


def test_feishu_is_signed_in_the_body(case, world, server):
    server.body = b'{"code": 0, "msg": "success"}'
    chosen(world.duty_officer, "feishu")
    notice(case, user=world.duty_officer)
    tick()
    body = server.bodies[0]
    assert body["sign"] == sign(f"{body['timestamp']}\nSEC1", "")
    assert body["msg_type"] == "text"
    assert pushed()[0].state == "done"


def test_a_text_message_goes_by_template_to_one_person(case, world, server):
    world.duty_officer.phone = "13900005678"
    world.duty_officer.save()
    chosen(world.duty_officer, "sms")
    notice(case, user=world.duty_officer)
    server.body = b"OK"
    tick()
    _path, headers, body = server.got[0]
    assert body["phone"] == "13900005678"
    assert body["template"] == "T1"
    assert body["params"] == {
        "number": case.number,
        "matter": case.matter.title,
        "link": f"https://cases.example.gov.cn/desk/cases/{case.number}/",
    }
    assert headers["Authorization"] == "Bearer SEC1"
    assert headers["Idempotency-Key"] == pushed()[0].key


def test_who_has_no_number_cannot_choose_text_messages(world):
    world.duty_officer.phone = ""
    world.duty_officer.save()
    with pytest.raises(NotValid):
        chosen(world.duty_officer, "sms")
    with pytest.raises(NotValid):
        chosen(world.duty_officer, "pigeon")


def test_two_of_one_group_are_one_message_and_who_chose_nothing_hears_nothing(case, world, server):
    chosen(world.duty_officer, "wecom")
    chosen(world.duty_chief, "wecom")
    row = notice(case, post=post_code("duty_officer"))
    Notice.objects.create(case=case, kind="copy", to_user=world.planning, at=timezone.now())
    tick()
    assert [row.key for row in pushed()] == [f"push:{row.pk}:wecom"]
    assert len(server.got) == 1
    assert not Notice.objects.filter(pushed_at=None).exists()


def test_what_was_read_meanwhile_is_not_sent(case, world, server):
    chosen(world.duty_officer, "wecom")
    row = notice(case, user=world.duty_officer)
    pushing.push_notices(now=timezone.now())
    Notice.objects.filter(pk=row.pk).update(read_at=timezone.now(), read_by=world.duty_officer)
    tick()
    assert server.got == []
    assert pushed()[0].state == "done"


def test_quiet_hours_hold_messages_but_not_those_of_the_most_urgent_cases(case, world, server):
    now = timezone.localtime()
    around = {
        "quiet_from": (now - timedelta(hours=1)).time().replace(second=0, microsecond=0),
        "quiet_until": (now + timedelta(hours=1)).time().replace(second=0, microsecond=0),
    }
    chosen(world.duty_officer, "wecom", **around)
    notice(case, user=world.duty_officer)
    tick()
    assert server.got == []
    assert pushed()[0].run_at > timezone.now()
    tick(minutes=61)
    assert len(server.got) == 1
    Case.objects.filter(pk=case.pk).update(urgency="critical")
    notice(case, user=world.duty_officer)
    tick()
    assert len(server.got) == 2


@pytest.mark.parametrize(
    ("at", "over"),
    [("21:59", "21:59"), ("22:00", "07:30+1"), ("23:59", "07:30+1"), ("00:10", "07:30"), ("07:30", "07:30")],
)
def test_quiet_hours_go_over_midnight(at, over):
    choice = NoticeChoice(quiet_from=clock(22), quiet_until=clock(7, 30))
    hour, minute = map(int, at.split(":"))
    midnight = timezone.make_aware(datetime.fromisoformat("2026-11-23T00:00"))
    now = midnight + timedelta(hours=hour, minutes=minute)
    day, _plus, later = over.partition("+")
    hour, minute = map(int, day.split(":"))
    expected = midnight + timedelta(days=int(later or 0), hours=hour, minutes=minute)
    assert after_quiet(choice, now) == expected


@pytest.mark.parametrize(
    ("status", "body", "state", "said"),
    [
        (500, b"{}", "ready", "HTTP 500"),
        (429, b"{}", "ready", "HTTP 429"),
        (200, b'{"errcode": 130101, "errmsg": "too fast"}', "ready", "130101"),
        (403, b"{}", "dead", "HTTP 403"),
        (302, b"", "dead", "HTTP 302"),
        (200, b'{"errcode": 310000, "errmsg": "sign not match"}', "dead", "310000"),
        (200, b"<html>a log-in page</html>", "dead", "None"),
        (200, b"x" * 70_000, "ready", "longer"),
    ],
)
def test_failures_come_again_and_refusals_do_not(case, world, server, status, body, state, said):
    server.status, server.body, server.location = status, body, "http://127.0.0.1:1/" if status == 302 else ""
    chosen(world.duty_officer, "dingtalk")
    notice(case, user=world.duty_officer)
    tick()
    row = pushed()[0]
    assert (row.state, len(server.got)) == (state, 1)
    assert said in row.last_error
    assert "access_token" not in row.last_error
    assert "SEC1" not in row.last_error


def test_a_server_that_trickles_is_cut_off_at_the_deadline(server, monkeypatch):
    server.body, server.trickle = b"x" * 1000, 0.05
    with pytest.raises(outgoing.NoAnswer, match="no whole answer within 0.3 s"):
        outgoing.post(server.url, b"{}", headers={}, patience=0.3)
    assert server.trickled < len(server.body)


def test_a_channel_that_does_not_answer_is_left_alone_for_a_moment(case, world, server, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    settings.NOTICE_CHANNELS = {"wecom": {"kind": "wecom", "name": "群", "url": f"http://127.0.0.1:{port}/"}}
    chosen(world.duty_officer, "wecom")
    notice(case, user=world.duty_officer)
    notice(case, user=world.duty_officer)
    tick()
    said = [row.last_error for row in pushed()]
    assert "Connection refused" in said[0]
    assert "a moment ago" in said[1]


# --- where it never goes


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "ff02::1", "no address",
    ],
)  # fmt: skip
def test_inner_addresses_are_known_in_every_disguise(text):
    assert not outgoing.is_public(text)


@pytest.mark.parametrize("text", ["223.5.5.5", "2400:3200::1", "::ffff:223.5.5.5"])
def test_addresses_of_the_open_net_are_public(text):
    assert outgoing.is_public(text)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://oapi.dingtalk.com/robot", "only https"),
        ("https://evil.example/robot", "not on the list"),
        ("https://oapi.dingtalk.com.evil.example/", "not on the list"),
        ("https://oapi.dingtalk.com@evil.example/", "user name"),
        ("https://x@oapi.dingtalk.com/", "user name"),
        ("ftp://oapi.dingtalk.com/", "only https"),
        ("file:///etc/passwd", "not on the list"),
        ("https:///nothing", "not on the list"),
        ("gopher://127.0.0.1/", "only https"),
        ("https://2130706433/", "not on the list"),
    ],
)
def test_only_listed_hosts_over_https(settings, url, said):
    settings.NOTICE_HOSTS = ["oapi.dingtalk.com", "127.0.0.1"]
    settings.NOTICE_PRIVATE_HOSTS = []
    with pytest.raises(outgoing.NotAllowed, match=said):
        outgoing.post(url, b"{}", headers={})


def test_a_listed_name_that_leads_inside_is_refused_before_anything_is_sent(settings, server, monkeypatch):
    settings.NOTICE_HOSTS = ["hooks.example"]
    settings.NOTICE_PRIVATE_HOSTS = []
    answers = [("223.5.5.5", 443), ("127.0.0.1", 443)]  # one good address doesn't make up for a bad one
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", a) for a in answers])
    with pytest.raises(outgoing.NotAllowed, match="inner network"):
        outgoing.post("https://hooks.example/", b"{}", headers={})
    assert server.got == []


def test_a_name_is_resolved_once_and_the_connection_goes_there(settings, server, monkeypatch):
    """Rebinding: whatever the name answers the second time, nobody asks."""
    settings.NOTICE_HOSTS = settings.NOTICE_PRIVATE_HOSTS = ["hooks.example"]
    port, asked, really = urlsplit(server.url).port, [], socket.getaddrinfo

    def resolve(host, *args, **more):
        if host != "hooks.example":
            return really(host, *args, **more)
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "127.0.0.9", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert outgoing.post(f"http://hooks.example:{port}/", b"{}", headers={}).status == 200
    assert asked == ["hooks.example"]
    assert server.got[0][1]["Host"] == f"hooks.example:{port}"


# --- settings, and the desks


@pytest.mark.parametrize(
    "given",
    [
        [],
        {"a": {}},
        {"a": {"kind": "fax", "url": "https://x/"}},
        {"a": {"kind": "sms", "url": "x"}},
        {"a": {"kind": "sms", "url": "https://[x/"}},
    ],
)
def test_channels_that_cannot_be_read_are_said_at_the_start_and_stop_nothing(settings, given):
    settings.NOTICE_CHANNELS = given
    with pytest.raises(ChannelsUnreadable):
        read()
    assert channels() == {}
    tick()


def test_messages_given_up_are_seen_and_mended_on_the_operations_desk(case, world, server):
    server.status = 403
    chosen(world.duty_officer, "wecom")
    notice(case, user=world.duty_officer)
    tick()
    desk = Client()
    desk.force_login(world.administrator)
    page = desk.get("/operations/").content.decode()
    assert case.number in page
    assert "群wecom" in page
    assert "HTTP 403" in page
    server.status = 200
    row = pushed()[0]
    assert desk.post("/desk/messages/", {"message": [row.pk], "verb": "retry"}).status_code == 302
    tick(minutes=1)
    assert pushed()[0].state == "done"
    assert len(server.got) == 2
    assert "群wecom" not in desk.get("/operations/").content.decode()


def test_messages_of_cases_that_one_may_not_see_are_not_mended(case, world, server):
    server.status = 403
    chosen(world.duty_officer, "wecom")
    notice(case, user=world.duty_officer)
    tick()
    Post.objects.filter(code=post_code("sibling_duty_chief")).update(powers=["studio"])
    desk = Client()
    desk.force_login(world.sibling_duty_chief)
    for verb in ("retry", "drop"):
        assert desk.post("/desk/messages/", {"message": [pushed()[0].pk], "verb": verb}).status_code == 404
    assert pushed()[0].state == "dead"


def test_channels_are_chosen_on_the_phone_and_at_the_desk(case, world):
    for name, where in (("grid_worker", "/m/notices/"), ("duty_officer", "/desk/notices/")):
        client, user = Client(), getattr(world, name)
        client.force_login(user)
        assert "群wecom" in client.get(where).content.decode()
        said = {"channels": ["wecom"], "quiet_from": "22:00", "quiet_until": "07:00"}
        assert client.post(f"{where}choice/", said)["Location"] == where
        assert NoticeChoice.objects.get(user=user).channels == ["wecom"]
        client.post(f"{where}choice/", {"quiet_from": "22:00"})
        assert "从几点到几点" in client.get(where).content.decode()
        assert NoticeChoice.objects.get(user=user).channels == ["wecom"]


def test_nobody_is_told_outside_of_what_can_still_be_undone(case, world, server):
    chosen(world.duty_officer, "wecom")
    notice(case, post=post_code("duty_officer"))
    clockwork.tick(worker="t")
    assert [row.attempts for row in pushed()] == [0]
    assert server.bodies == []
