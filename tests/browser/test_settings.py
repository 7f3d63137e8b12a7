"""An administrator paints a year with the mouse and the keyboard, and a rule table says where it is wrong."""

import pytest
from playwright.sync_api import expect

from grid.services.demo import PASSWORD
from tests.screens import sign_in

pytestmark = pytest.mark.browser
YEAR = 2031  # one that no other test paints


def test_a_year_is_painted_undone_and_a_broken_rule_is_marked_in_its_cell(desk):
    sign_in(desk, "hejing", PASSWORD)
    desk.goto(f"/settings/time/?year={YEAR}")
    first, last = (desk.locator(f".day:has([value='{YEAR}-01-{day}'])") for day in ("17", "21"))
    marked = desk.locator(".day input:checked")
    expect(desk.get_by_role("button", name="撤销")).to_be_visible()

    first.drag_to(last)  # a Friday to a Tuesday: the weekend between stays free
    expect(marked).to_have_count(3)
    desk.locator(f"[value='{YEAR}-01-24']").focus()
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("Space")
    expect(desk.locator(f"[value='{YEAR}-01-25']")).to_be_checked()
    desk.get_by_role("button", name="撤销").click()
    expect(marked).to_have_count(3)
    expect(desk.get_by_text("改了 3 天，还没保存")).to_be_visible()

    desk.goto("/settings/rules/nearby_start/")
    cell = desk.locator(".rulegrid tbody tr").nth(1).locator("textarea").nth(3)
    put = desk.get_by_role("button", name="启用", exact=True)
    expect(desk.get_by_text("没有差别")).to_be_visible()
    cell.fill('=not("危险"')
    expect(cell).to_have_attribute("aria-invalid", "true")
    expect(put).to_be_disabled()
    cell.fill("危险、犯罪")
    expect(desk.get_by_text("第 2 行有改动")).to_be_visible()
    expect(put).to_be_enabled()
