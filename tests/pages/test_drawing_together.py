"""Two administrators at one draft: they see each other, and of what either drew nothing is lost."""

import json
from datetime import date, timedelta

import pytest
from django.test import Client

from casework.models import Drawer, SetAside
from casework.services.drawing_together import MOST_ASIDE, UNHEARD
from grid.models import Appointment, User
from tests.api import diagrams
from workflows.models import Definition, Version

FIRST, MINE, THEIRS = (diagrams.plain(tasks=n).decode() for n in (1, 2, 3))
BOARD = "/studio/street-lamp/edit/"


def board(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def lamp(world):
    return Definition.objects.create(key="street-lamp", title="路灯维修")


@pytest.fixture
def mine(world):
    return board(world.administrator)


@pytest.fixture
def theirs(world):
    other = User.objects.create(username="luolin", display_name="罗琳")
    post = Appointment.objects.get(user=world.administrator).post
    Appointment.objects.create(post=post, user=other, starts_on=date(2020, 1, 1))
    return board(other)


def send(client, where, **body):
    return client.post(BOARD + where, json.dumps(body), content_type="application/json")


def keep(client, bpmn, base):
    return send(client, "save/", bpmn=bpmn, base=base)


def aside(client):
    return send(client, "here/").json()["aside"]


def test_each_sees_who_else_is_there_until_he_leaves(lamp, mine, theirs):
    assert send(mine, "here/").json() == {"others": [], "saved": None, "aside": []}
    (there,) = send(theirs, "here/").json()["others"]
    assert there["name"] == "何静"
    assert [one["name"] for one in send(mine, "here/").json()["others"]] == ["罗琳"]

    send(mine, "here/", leave=True)
    assert send(theirs, "here/").json()["others"] == []


def test_who_is_not_heard_of_any_more_is_gone_and_comes_back_anew(lamp, mine, theirs):
    send(mine, "here/")
    since = Drawer.objects.get().since - UNHEARD - timedelta(minutes=1)
    Drawer.objects.update(seen_at=since, since=since)
    assert send(theirs, "here/").json()["others"] == []

    send(mine, "here/")
    assert Drawer.objects.get(person__username="luolin").since > since
    assert Drawer.objects.get(person__display_name="何静").since > since + UNHEARD


def test_last_keeping_is_told_with_its_stamp(lamp, mine, theirs):
    kept = keep(mine, FIRST, "").json()
    saved = send(theirs, "here/").json()["saved"]
    assert (saved["who"], saved["sha256"]) == ("何静", kept["sha256"])


def test_drawing_that_is_kept_over_is_set_aside_compared_and_taken_over(lamp, mine, theirs):
    base = keep(mine, FIRST, "").json()["sha256"]
    keep(theirs, THEIRS, base)
    assert keep(mine, MINE, base).status_code == 409
    assert keep(mine, MINE, None).status_code == 200

    (one,) = aside(theirs)
    assert one["who"] == "罗琳"
    shown = theirs.get(one["url"]).content.decode()
    assert "同一草稿的两份图" in shown
    assert "diff__row--add" in shown
    assert theirs.get(one["url"] + "bpmn/").content.decode() == THEIRS

    assert theirs.post(one["url"]).status_code == 302
    assert Version.objects.get().bpmn == THEIRS
    assert SetAside.objects.get().bpmn == MINE


def test_drawing_that_gives_way_is_set_aside_and_leaves_the_draft_alone(lamp, mine, theirs):
    base = keep(mine, FIRST, "").json()["sha256"]
    keep(theirs, THEIRS, base)
    for _again in range(2):  # an answer that got lost
        assert send(mine, "aside/", bpmn=MINE).status_code == 200

    assert Version.objects.get().bpmn == THEIRS
    assert [one["who"] for one in aside(theirs)] == ["何静"]


def test_what_is_the_draft_already_is_not_set_aside(lamp, mine):
    keep(mine, FIRST, "")
    keep(mine, FIRST, None)
    assert not SetAside.objects.exists()


def test_only_the_newest_stay(lamp, mine):
    for number in range(MOST_ASIDE + 2):
        send(mine, "aside/", bpmn=FIRST.replace("</", f"<!-- {number} --></", 1))
    assert SetAside.objects.count() == MOST_ASIDE
    assert "<!-- 0 -->" not in "".join(SetAside.objects.values_list("bpmn", flat=True))


@pytest.mark.parametrize(("bpmn", "status"), [("<svg/>", 422), ("", 422), (3, 400), (None, 400)])
def test_what_is_no_drawing_is_not_set_aside(lamp, mine, bpmn, status):
    assert send(mine, "aside/", bpmn=bpmn).status_code == status
    assert not SetAside.objects.exists()


def test_drawing_of_another_matter_is_not_found_here(lamp, mine):
    Definition.objects.create(key="bin", title="垃圾桶")
    send(mine, "aside/", bpmn=MINE)
    pk = SetAside.objects.get().pk
    assert mine.post(f"/studio/bin/edit/aside/{pk}/").status_code == 404
    assert SetAside.objects.count() == 1
