"""A form and a decision table are made with the keys, and what was made is what people are asked."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from grid.services.demo import PASSWORD
from tests.screens import sign_in
from tests.world import TOWN

pytestmark = pytest.mark.browser


@pytest.fixture
def matter(desk: Page) -> str:
    key = f"lamp-{uuid4().hex[:8]}"
    sign_in(desk, "hejing", PASSWORD)
    desk.goto("/studio/?new")
    desk.locator("[name=title]").fill("路灯维修")
    desk.locator("[name=key]").fill(key)
    desk.locator("main form button[type=submit]").click()
    desk.wait_for_url(f"**/studio/{key}/")
    return key


def kept(desk: Page):
    expect(desk.locator("[data-kept]")).to_have_attribute("data-state", "kept")


def begin(desk: Page, address: str, *, key: str, title: str):
    desk.goto(address)
    form = desk.locator("form:has([name=key])")
    form.locator("[name=title]").fill(title)
    form.locator("[name=key]").fill(key)
    form.locator("[name=key]").press("Enter")
    expect(desk.locator("[data-ready]")).to_be_visible()


def adds(desk: Page, kind: str, label: str) -> Locator:
    """A field of this kind, with Enter on the palette; the caret then stands in its label."""
    desk.locator("[data-palette]").get_by_role("button", name=kind, exact=True).press("Enter")
    line = desk.locator("[data-panel] [name=label-zh]")
    expect(line).to_be_focused()
    desk.keyboard.type(label)
    return line


def test_form_and_table_are_made_with_the_keys_and_used(desk: Page, matter: str):
    begin(desk, f"/studio/{matter}/forms/", key="lamp", title="查看路灯")
    phone, panel = desk.locator("[data-preview-form]"), desk.locator("[data-panel]")
    adds(desk, "是否", "灯亮着")
    adds(desk, "数字", "坏了几盏")
    expect(phone.locator('[data-field="坏了几盏"]')).to_be_visible()

    panel.locator("[name=show_if]").focus()
    desk.keyboard.type("灯亮")
    expect(panel.get_by_role("option", name="灯亮着")).to_be_visible()
    desk.keyboard.press("Enter")
    desk.keyboard.type(" == False")
    expect(phone.locator('[data-field="坏了几盏"]')).to_have_attribute("data-show-if", re.compile("灯亮着"))
    expect(panel.locator("[name=show_if]")).to_have_value("灯亮着 == False")

    adds(desk, "电话", "报修电话")
    row = desk.locator("[data-fields] button", has_text="报修电话")
    row.focus()
    desk.keyboard.press("Alt+ArrowUp")
    names = desk.locator("[data-fields] button > span:first-child")
    expect(names).to_have_text(["查看路灯", "灯亮着", "报修电话", "坏了几盏"])
    desk.get_by_role("button", name="撤销").press("Enter")
    expect(names).to_have_text(["查看路灯", "灯亮着", "坏了几盏", "报修电话"])
    kept(desk)

    begin(desk, f"/studio/{matter}/tables/", key="grade", title="定级")
    desk.locator("[name=inputs-0]").press("Enter")
    panel.locator("[name=expression]").fill("坏了几盏")
    panel.locator("[name=expression]").press("Tab")
    desk.locator("[name=tests-0-0]").focus()
    desk.keyboard.type(">= 5")
    desk.locator("[name=results-0-0]").focus()
    desk.keyboard.type("急")
    desk.get_by_role("button", name='改成 "急"').press("Enter")
    expect(desk.locator("[name=results-0-0]")).to_have_value('"急"')
    desk.locator("[name=tests-0-0]").press("Enter")
    expect(desk.locator("[name=tests-1-0]")).to_be_focused()
    desk.locator("[name=results-1-0]").fill('"缓"')
    expect(desk.locator("[data-problems]")).to_contain_text("没有发现问题")
    panel.locator("[name=fact-坏了几盏]").fill("7")
    expect(panel.locator("[data-outcome]")).to_contain_text("命中第 1 条规则")
    expect(panel.locator("[data-outcome]")).to_contain_text("急")
    kept(desk)

    desk.goto(f"/studio/{matter}/edit/")
    desk.locator("[data-outline] button", has_text="处置").click()
    panel.locator("[name=form]").select_option(label="查看路灯")
    kept(desk)
    is_asked_at_the_step(desk, matter)


def is_asked_at_the_step(desk: Page, matter: str):
    """In a case of its own, as the sub-district sees it."""
    desk.get_by_role("link", name="去发布").click()
    desk.locator("[name=note]").fill("第一版")
    desk.get_by_role("button", name=re.compile("发布")).click()
    expect(desk.locator("body")).to_contain_text("第 1 版已生效")
    csrf = next(each["value"] for each in desk.context.cookies() if each["name"].endswith("csrftoken"))
    opened = desk.request.post(
        "/api/v1/cases/",
        data={"matter": matter, "area": TOWN, "title": "路灯不亮"},
        headers={"X-CSRFToken": csrf},
    )
    assert opened.status == 201, opened.text()
    desk.context.clear_cookies()
    sign_in(desk, "limin", PASSWORD)
    desk.goto(f"/desk/cases/{opened.json()['number']}/")
    asked = desk.locator('[data-field="坏了几盏"]')
    expect(desk.locator('[data-field="灯亮着"]')).to_be_visible()
    expect(asked).to_be_hidden()
    desk.locator('[data-field="灯亮着"] label', has_text="否").click()
    expect(asked).to_be_visible()
