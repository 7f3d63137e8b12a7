"""A task on the phone: the tap says where the phone is, and the list says how far things are."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Geolocation, Page, expect

from grid.services.demo import PASSWORD
from tests.screens import sign_in

GRID = "500101026001007"
IN_HER_GRID: Geolocation = {"latitude": 30.7989, "longitude": 108.4153, "accuracy": 6}

pytestmark = pytest.mark.browser


def test_a_tap_takes_the_position_along(desk: Page, phone: Page):
    title = f"看看{uuid4().hex[:8]}"
    sign_in(desk, "wangmin", PASSWORD)
    desk.goto(f"/desk/tasks/send/?area={GRID[:12]}&grids={GRID}&needs_position=on")
    desk.get_by_label("标题").fill(title)
    desk.get_by_label("截止日期").fill(f"{timezone.localdate() + timedelta(days=3):%Y-%m-%d}")
    desk.locator("main form button.btn--primary").click()
    expect(desk.get_by_text(f"“{title}”已下发到")).to_be_visible()
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation(IN_HER_GRID)
    sign_in(phone, "chenxiulan", PASSWORD)

    phone.goto("/m/")
    arrive = phone.get_by_role(
        "button", name=re.compile(rf"到达\s*：{title}")
    )  # in the list, or under the thumb
    expect(arrive).to_be_visible()
    arrive.click()

    expect(phone.get_by_text(f"{title}：正常")).to_be_visible()
    expect(arrive).to_have_count(0)
