"""A tap on a task where there is no net: shown as waiting at once, on a page out of the phone's store, and sent once."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from grid.services.demo import PASSWORD
from tests.screens import sign_in, sign_in_by_hand

GRID = "500101026001007"
UNTIL_THE_DAY_IS_STORED = """async (title) => {
  await navigator.serviceWorker.ready;
  const here = async () => (await (await caches.match("/m/"))?.text())?.includes(title) && navigator.serviceWorker.controller;
  for (let n = 0; n < 100 && !(await here()); n += 1) await new Promise((done) => setTimeout(done, 100));
}"""

pytestmark = pytest.mark.browser


def test_a_tap_without_a_net_is_kept_shown_and_sent_once(desk: Page, phone_with_worker: Page, complaints):
    phone, title = phone_with_worker, f"看看{uuid4().hex[:8]}"
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    sign_in(desk, "wangmin", PASSWORD)
    desk.goto(f"/desk/tasks/send/?area={GRID[:12]}&grids={GRID}")
    desk.get_by_label("标题").fill(title)
    desk.get_by_label("截止日期").fill(f"{timezone.localdate() + timedelta(days=3):%Y-%m-%d}")
    desk.locator("main form button.btn--primary").click()
    expect(desk.get_by_text(f"“{title}”已下发到")).to_be_visible()
    sign_in_by_hand(phone, "chenxiulan", PASSWORD)  # the first page that it leads to brings the worker
    phone.goto("/m/")
    phone.evaluate(UNTIL_THE_DAY_IS_STORED, title)
    phone.context.set_offline(True)

    phone.goto("/m/")
    expect(phone.locator("[data-as-of]")).to_contain_text("没有网络，显示的是")
    arrive = phone.get_by_role("button", name=re.compile(rf"到达\s*：{title}"))
    arrive.click()
    about = phone.locator("[data-acted]", has_text=title)  # in the list, or the first card
    expect(about.locator("[data-acted-badge=waits]")).to_have_text("待传")
    expect(arrive).to_be_hidden()
    phone.goto("/m/outbox/")
    expect(phone.locator("[data-list=waiting]")).to_contain_text(f"{title} · 到达")
    phone.context.set_offline(False)

    expect(phone.locator("[data-list=arrived]")).to_contain_text(f"{title} · 到达")
    phone.goto("/m/")
    expect(phone.locator("[data-as-of]")).to_be_hidden()
    expect(phone.locator("[data-acted]", has_text=title)).to_have_count(0)
