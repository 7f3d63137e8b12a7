"""Everybody whom the demo names can sign in, where they work, and the pages complain of nothing."""

import pytest

from grid.services.demo import LOGINS, PASSWORD
from tests.screens import sign_in_by_hand

pytestmark = pytest.mark.browser
OUTDOORS = {"网格员", "网格长", "社区书记"}
ON_THE_PHONE = [pytest.param(username, id=username) for role, username, _who in LOGINS if role in OUTDOORS]
AT_THE_DESK = [pytest.param(username, id=username) for role, username, _who in LOGINS if role not in OUTDOORS]


@pytest.mark.parametrize("username", ON_THE_PHONE)
def test_the_phone_lets_everyone_in(phone, username):
    sign_in_by_hand(phone, username, PASSWORD)

    assert phone.locator("h1").first.is_visible()


@pytest.mark.parametrize("username", AT_THE_DESK)
def test_the_desk_lets_everyone_in(desk, username):
    sign_in_by_hand(desk, username, PASSWORD)

    assert desk.locator("h1").first.is_visible()


def test_a_wrong_password_is_said_in_words(desk):
    desk.goto("/login/")
    desk.locator("input[name=username]").fill("limin")
    desk.locator("input[name=password]").fill("not-the-password")
    desk.locator("form:has(input[name=password]) button[type=submit]").click()

    assert "/login/" in desk.url
    assert desk.get_by_role("alert").is_visible()
