"""A matter is drawn from nothing with keys and mouse, kept as it is drawn, and published."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from grid.services.demo import PASSWORD
from tests.screens import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def matter(desk: Page) -> str:
    key = f"lamp-{uuid4().hex[:8]}"
    sign_in(desk, "hejing", PASSWORD)
    desk.goto("/studio/?new")
    desk.locator("[name=title]").fill("路灯维修")
    desk.locator("[name=key]").fill(key)
    desk.locator("main form button[type=submit]").click()
    desk.get_by_role("link", name="在这里画").click()
    expect(desk.locator("[data-outline] button")).to_have_count(3)
    return key


def outline(desk: Page) -> list[str]:
    return desk.locator("[data-outline] button > span:not(.end)").all_inner_texts()


def kept(desk: Page):
    expect(desk.locator("[data-kept]")).to_have_attribute("data-state", "kept")


def test_process_is_drawn_with_the_keys_and_published(desk: Page, matter: str):
    desk.locator("[data-outline] button", has_text="处置").focus()
    desk.keyboard.press("+")
    name = desk.locator("[data-outline] input")
    name.fill("现场核查")
    name.press("Enter")
    expect(desk.locator("[data-outline] button", has_text="现场核查")).to_be_focused()
    assert outline(desk) == ["上报", "处置", "现场核查", "办结"]

    panel = desk.locator("[data-panel]")
    panel.get_by_label("层级").select_option(label="网格")
    panel.locator("[name=amount]").fill("2")
    panel.locator("[name=unit-of-time]").select_option("wd")
    panel.get_by_label("退回").check()
    panel.locator("[name=stage]").select_option("核查")
    kept(desk)
    expect(desk.locator("[data-verdict]")).to_have_text("可以发布")

    desk.get_by_role("button", name="撤销").click()
    expect(panel.locator("[name=stage]")).to_have_value("")
    desk.get_by_role("button", name="重做").click()
    expect(panel.locator("[name=stage]")).to_have_value("核查")
    kept(desk)

    xml = desk.request.get(f"/studio/{matter}/draft/bpmn/").text()
    (step,) = re.findall(r"<bpmn:userTask [^>]*现场核查[^>]*>", xml)
    for setting in ('level="grid"', 'limit="2wd"', 'verbs="complete return"', 'stage="核查"'):
        assert f"cw:{setting}" in step
    desk.get_by_role("link", name="去发布").click()
    desk.locator("[name=note]").fill("第一版")
    desk.get_by_role("button", name=re.compile("发布")).click()
    expect(desk.locator("body")).to_contain_text("第 1 版已生效")


def test_pattern_is_put_down_with_the_mouse_and_its_faults_are_shown(desk: Page, matter: str):
    desk.locator(".palette__more summary").click()
    desk.get_by_role("button", name="核查退回").click()
    board = desk.locator("[data-canvas]")
    board.hover(position={"x": 360, "y": 420})
    board.click(position={"x": 380, "y": 440})
    expect(desk.locator("[data-outline] button")).to_have_count(6)
    expect(desk.locator("[data-problems]")).to_contain_text("走不到")
    expect(desk.locator(".flaw").first).to_be_visible()
    kept(desk)
    desk.reload()
    expect(desk.locator("[data-outline] button")).to_have_count(6)


def test_tokens_walk_the_drawing_without_touching_it(desk: Page, matter: str):
    desk.get_by_role("button", name="模拟").click()
    here, log = desk.locator("[data-play-here]"), desk.locator("[data-play-log]")
    here.get_by_role("button", name="上报").click()
    here.get_by_role("button", name="处置").click()
    expect(log).to_contain_text("流程走到了结束")
    assert desk.get_by_role("link", name="用试运行").get_attribute("href") == f"/studio/{matter}/trial/"

    desk.get_by_role("button", name="结束模拟").click()
    expect(desk.locator("[data-play]")).to_be_hidden()
    assert outline(desk) == ["上报", "处置", "办结"]
    expect(desk.locator("[data-kept]")).not_to_have_attribute("data-state", "changed")


def test_two_who_draw_at_once_lose_nothing(desk: Page, matter: str, complaints):
    complaints.expect("409")
    other = desk.context.new_page()
    other.goto(f"/studio/{matter}/edit/")
    expect(other.locator("[data-outline] button")).to_have_count(3)
    rename(desk, "处置", "修灯")
    kept(desk)

    rename(other, "处置", "换灯")
    warning = other.get_by_role("alertdialog")
    expect(warning).to_contain_text("何静")
    assert "换灯" in outline(other)
    warning.get_by_role("button", name="用我的覆盖").click()
    kept(other)
    assert "换灯" in other.request.get(f"/studio/{matter}/draft/bpmn/").text()


def test_drawing_that_gave_way_is_compared_and_taken_over(desk: Page, matter: str, complaints):
    complaints.expect("409")
    other = desk.context.new_page()
    other.goto(f"/studio/{matter}/edit/")
    expect(other.locator("[data-outline] button")).to_have_count(3)
    rename(desk, "处置", "修灯")
    kept(desk)
    rename(other, "处置", "换灯")
    other.get_by_role("alertdialog").get_by_role("button", name="看他的").click()
    expect(other.locator("[data-outline] button", has_text="修灯")).to_be_visible()

    other.get_by_text("另存的图").click()
    other.locator("[data-aside-list] a").click()
    expect(other.locator(".diff")).to_contain_text("换灯")
    other.get_by_role("button", name="换成这一份").click()
    expect(other.locator("[data-outline] button", has_text="换灯")).to_be_visible()
    expect(other.locator("[data-aside-count]")).to_have_text("1")


def rename(page: Page, old: str, new: str) -> None:
    page.locator("[data-outline] button", has_text=old).focus()
    page.keyboard.press("F2")
    page.locator("[data-outline] input").fill(new)
    page.locator("[data-outline] input").press("Enter")
