"""The session at the desk: it ends when nobody sits there, and a new password ends every other one."""

import time

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token

from casework.pages.idle import SEEN
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "wanzhou-neues-wort-7788"


def as_person(user):
    client = Client()
    client.force_login(user)
    return client


def idle_for(client, minutes):
    session = client.session
    session[SEEN] = int(time.time()) - minutes * 60
    session.save()


def change(client, old, new):
    return client.post(reverse("password"), {"old_password": old, "new_password1": new, "new_password2": new})


def test_desk_that_nobody_used_asks_to_log_in_and_leads_back(world):
    client = as_person(world.planning)
    client.get("/desk/?tab=pool")
    idle_for(client, 31)

    response = client.get("/desk/cases/?status=open")

    assert response["Location"] == "/login/?next=%2Fdesk%2Fcases%2F%3Fstatus%3Dopen&idle=1"
    assert client.get("/m/")["Location"].startswith("/login/")  # the whole session is over
    assert "您没写完的内容" in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize("where", ["/settings/", "/reviews/", "/studio/"])
def test_an_administrators_pages_are_a_desk_too(where, world):
    client = as_person(world.administrator)
    client.get(where)
    assert SEEN in client.session


def test_form_that_was_sent_too_late_leads_back_to_its_page(world):
    client = as_person(world.planning)
    client.get("/desk/")
    idle_for(client, 31)

    response = client.post(
        "/desk/steps/1/claim/", headers={"Referer": "http://testserver/desk/cases/2026-1/?step=1"}
    )

    assert response["Location"] == "/login/?next=%2Fdesk%2Fcases%2F2026-1%2F%3Fstep%3D1&idle=1"


def test_an_address_that_is_none_leads_to_the_first_page(world):
    client = as_person(world.planning)
    client.get("/desk/")
    idle_for(client, 31)

    assert client.post("/desk/", headers={"Referer": "http://["})["Location"] == "/login/?next=%2F&idle=1"


def test_part_of_a_page_that_asks_too_late_sends_the_whole_page_to_the_door(world):
    client = as_person(world.planning)
    client.get("/desk/")
    idle_for(client, 31)

    response = client.get(
        "/desk/fresh/?tab=pool",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/?tab=pool"},
    )

    assert response.status_code == 401
    assert response["HX-Redirect"] == "/login/?next=%2Fdesk%2F%3Ftab%3Dpool&idle=1"


def test_page_that_asks_by_itself_keeps_nobody_logged_in(world):
    client = as_person(world.planning)
    client.get("/desk/")
    idle_for(client, 20)

    client.get("/desk/fresh/?tab=pool")
    after_poll = client.session[SEEN]
    client.get("/desk/")

    assert after_poll < time.time() - 19 * 60
    assert client.session[SEEN] > time.time() - 60


def test_phone_in_the_field_stays_logged_in(world):
    client = as_person(world.grid_worker)

    client.get("/m/")

    assert SEEN not in client.session


def test_desk_lasts_when_there_is_no_limit(world, settings):
    settings.IDLE_MINUTES = 0
    client = as_person(world.planning)
    idle_for(client, 600)

    assert client.get("/desk/").status_code == 200


def test_new_password_ends_all_other_sessions_and_tokens(world):
    here, elsewhere = as_person(world.planning), as_person(world.planning)
    Token.objects.create(user=world.planning)

    response = change(here, PASSWORD, NEW)

    assert response["Location"] == "/"
    assert here.get("/desk/").status_code == 200
    assert elsewhere.get("/desk/")["Location"].startswith("/login/")
    assert not Token.objects.exists()
    world.planning.refresh_from_db()
    assert world.planning.check_password(NEW)


@pytest.mark.parametrize(
    ("case", "old", "new"), [("wrong", "nicht-dieses-1", NEW), ("short", PASSWORD, "kurz-1")]
)
def test_password_that_will_not_do_is_refused_in_words(world, case, old, new):
    response = change(as_person(world.planning), old, new)

    assert response.status_code == 422
    assert "field__bad" in response.content.decode()
    world.planning.refresh_from_db()
    assert world.planning.check_password(PASSWORD)
