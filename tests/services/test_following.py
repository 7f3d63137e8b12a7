"""Following a case: told when it comes to another stage, rests or is over; once, and only while one may see it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from casework.errors import NotFound
from casework.models import Follow, Notice, Outbox
from casework.queries.viewers import viewer_for
from casework.services import acts, clockwork, following
from casework.services.said import Said
from grid.models import Appointment
from tests.api.conftest import Api
from tests.diagrams import publish
from tests.services.acting import HANDLED, on_case, opened, present, step

pytestmark = pytest.mark.django_db
STAGES = [
    {"label": {"zh": "签收", "en": "Sign for"}, "elements": ["accept"]},
    {"label": {"zh": "处置", "en": "Handle"}, "elements": ["handle"]},
]


@pytest.fixture
def case(world):
    publish("m", HANDLED, now=timezone.now(), about={"stages": STAGES})
    return opened(world)


def tick():
    clockwork.tick(at=timezone.now() + timedelta(minutes=5), worker="t")


def told(user):
    return list(Notice.objects.filter(to_user=user).order_by("pk").values_list("kind", "text"))


def test_followers_hear_of_each_stage_and_of_the_end_once(case, world):
    following.follow_case(case.number, by=viewer_for(world.duty_chief))
    following.follow_case(case.number, by=viewer_for(world.duty_chief))
    step(case, "accept", "complete", world.duty_officer)
    tick()
    tick()
    assert told(world.duty_chief) == [("progress", "处置")]
    step(case, "handle", "complete", world.planning)
    tick()
    assert told(world.duty_chief) == [("progress", "处置"), ("ended", "已经结束。")]


def test_words_are_in_the_followers_language(case, world):
    world.duty_chief.language = "en"
    world.duty_chief.save()
    following.follow_case(case.number, by=viewer_for(world.duty_chief))
    step(case, "accept", "complete", world.duty_officer)
    tick()
    assert told(world.duty_chief) == [("progress", "Handle")]


def test_what_was_taken_back_is_told_to_nobody(case, world):
    following.follow_case(case.number, by=viewer_for(world.duty_chief))
    step(case, "accept", "complete", world.duty_officer)
    acts.act_on_case(case.number, "undo", by=viewer_for(world.duty_officer), said=Said())
    tick()
    assert told(world.duty_chief) == []


def test_a_rest_is_told_and_its_end(case, world):
    following.follow_case(case.number, by=viewer_for(world.grid_worker))
    on_case(
        case, "suspend", world.duty_officer, comment="等居民回来", until=timezone.now() + timedelta(days=1)
    )
    tick()
    on_case(case, "resume", world.duty_officer)
    tick()
    assert [text for kind, text in told(world.grid_worker) if kind == "progress"] == ["暂时搁置。", "签收"]


def test_nobody_follows_what_he_does_not_see_nor_hears_of_what_he_no_longer_sees(case, world):
    with pytest.raises(NotFound):
        following.follow_case(case.number, by=viewer_for(world.sibling_duty_officer))
    following.follow_case(case.number, by=viewer_for(world.duty_chief))
    Appointment.objects.filter(user=world.duty_chief).update(ends_on=timezone.localdate() - timedelta(days=1))
    step(case, "accept", "complete", world.duty_officer)
    tick()
    assert told(world.duty_chief) == []


def test_a_case_that_nobody_follows_sends_nothing(case, world):
    step(case, "accept", "complete", world.duty_officer)
    assert not Outbox.objects.filter(kind=following.KIND).exists()


def test_ceasing_to_follow_is_heard(case, world):
    by = viewer_for(world.duty_chief)
    following.follow_case(case.number, by=by)
    following.follow_case(case.number, by=by, on=False)
    assert not Follow.objects.filter(case=present(case)).exists()


def test_programs_follow_and_ask_with_a_cursor(case, world):
    api = Api(user=world.duty_chief)
    assert api.put(f"cases/{case.number}/follow/", "{}", "application/json").json() == {"following": True}
    assert Follow.objects.filter(case=case, user=world.duty_chief).exists()
    first = api.get("notices/poll/").json()
    assert (first["unread"], first["notices"]) == (0, [])
    assert api.get("notices/poll/", {"cursor": first["cursor"]}).status_code == 204
    step(case, "accept", "complete", world.duty_officer)
    tick()
    news = api.get("notices/poll/", {"cursor": first["cursor"]}).json()
    assert [row["text"] for row in news["notices"]] == ["处置"]
    assert api.get("notices/poll/", {"cursor": news["cursor"]}).status_code == 204
    api.post("notices/read/", {"ids": [news["notices"][0]["id"]]})
    assert api.get("notices/poll/", {"cursor": news["cursor"]}).json()["unread"] == 0
    off = api.put(f"cases/{case.number}/follow/", '{"following": false}', "application/json")
    assert off.json() == {"following": False}
    assert not Follow.objects.filter(case=case).exists()
