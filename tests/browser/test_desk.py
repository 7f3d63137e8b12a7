"""The desk in a real browser: the list by keyboard, refusals that keep the text, news that doesn't push, small windows."""

import json
import urllib.request
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from grid.services.demo import PASSWORD
from tests.screens import sign_in

pytestmark = pytest.mark.browser


class Ground:
    """What happens elsewhere while somebody looks at the desk: people who act through the API."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.tokens: dict[str, str] = {}

    def reports(self, summary: str) -> str:
        """A grid worker's report; the number of its case."""
        body = {"matter": "old_housing", "summary": summary, "area": "500101026001007", "answers": {}}
        return str(self._ask("reports/", body, "chenxiulan")["case"])

    def signed(self, summary: str) -> str:
        """A report that the duty officer has signed for and handed on."""
        number = self.reports(summary)
        step = self._ask(f"cases/{number}/", None, "limin")["steps"][0]["id"]
        case = self._ask(f"steps/{step}/claim/", {}, "limin")
        if any(each["id"] == step for each in case["steps"]):
            self._ask(f"steps/{step}/complete/", {"data": {}}, "limin")
        return number

    def _ask(self, path: str, body: dict | None, who: str = "") -> dict:
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        if who and who not in self.tokens:
            self.tokens[who] = self._ask("auth/token/", {"username": who, "password": PASSWORD})["token"]
        if who:
            headers["Authorization"] = f"Token {self.tokens[who]}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())


@pytest.fixture
def ground(site) -> Ground:
    return Ground(site.url)


def row(page: Page, words: str):
    return page.locator("#list .row", has_text=words)


def count(page: Page, tab: str) -> int:
    return int(page.locator("#tabs .tabs__item", has_text=tab).locator(".num").inner_text())


def test_officer_signs_for_a_report_by_keyboard_without_leaving_the_list(desk: Page, ground):
    words = f"键盘签收 {uuid4().hex[:6]}"
    ground.reports(words)
    sign_in(desk, "limin", PASSWORD)
    desk.goto("/desk/?tab=sign")
    before = count(desk, "待签收")

    for _ in range(before):
        if row(desk, words).get_attribute("aria-current"):
            break
        desk.keyboard.press("j")
    expect(desk.locator("#preview h2", has_text=words)).to_be_visible()
    desk.wait_for_load_state("networkidle")  # a preview that was asked for on the way has come, too
    desk.keyboard.press("c")

    expect(row(desk, words)).to_contain_text("已签收")
    expect(desk.locator("#toasts")).to_contain_text("已签收")
    assert count(desk, "待签收") == before - 1
    assert "/desk/?tab=sign" in desk.url


def test_news_are_announced_and_the_list_stays_as_it_is(desk: Page, ground):
    ground.reports("先有的一件")
    sign_in(desk, "limin", PASSWORD)
    desk.clock.install()
    desk.goto("/desk/?tab=sign")
    shown = desk.locator("#list .row").count()
    words = f"新来的 {uuid4().hex[:6]}"
    ground.reports(words)

    desk.clock.run_for(21_000)

    news = desk.locator(".inbox__fresh")
    expect(news).to_have_text("1 件新事件，点此载入")
    assert desk.locator("#list .row").count() == shown
    news.click()
    expect(row(desk, words)).to_be_visible()


def test_refused_answers_stay_in_the_form_beside_the_list(desk: Page, ground, complaints):
    complaints.expect("422")
    words = f"填错了 {uuid4().hex[:6]}"
    ground.signed(words)
    sign_in(desk, "wangmin", PASSWORD)
    desk.goto("/desk/?tab=pool")
    row(desk, words).locator(".row__hit").click()
    expect(desk.locator("#preview h2", has_text=words)).to_be_visible()

    desk.locator("#preview [name=研判意见]").fill("先勘查，再处置")
    desk.locator("#preview").get_by_role("button", name="提交反馈").click()

    expect(desk.locator("#preview .refused")).to_be_focused()
    expect(desk.locator("#preview [name=研判意见]")).to_have_value("先勘查，再处置")
    expect(desk.locator("#preview .field--bad").first).to_be_visible()


def test_forecast_follows_the_answers(desk: Page, ground):
    number = ground.signed("看后续")
    sign_in(desk, "wangmin", PASSWORD)
    desk.goto(f"/desk/cases/{number}/")
    expect(desk.locator(".then").first).to_contain_text("是否受理")

    desk.locator(".seg__item", has_text="否").first.click()

    expect(desk.locator(".then").first).not_to_contain_text("是否受理")
    expect(desk.locator(".then").first).not_to_contain_text("现场勘查")


def test_verb_that_asks_first_opens_its_dialog_finds_a_post_by_its_initials_and_escape_closes_it(
    desk: Page, ground
):
    number = ground.reports("转办看看")
    sign_in(desk, "limin", PASSWORD)
    desk.goto(f"/desk/cases/{number}/")

    desk.keyboard.press("t")

    dialog = desk.get_by_role("dialog", name="转办")
    expect(dialog.locator("[data-find]")).to_be_focused()
    desk.keyboard.type("zhzf")
    expect(dialog.locator(".picklist__item:visible")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(dialog.get_by_role("radio", name="综合执法岗")).to_be_checked()
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_single_keys_can_be_switched_off(desk: Page, ground):
    number = ground.reports("不要快捷键")
    sign_in(desk, "limin", PASSWORD)
    desk.goto(f"/desk/cases/{number}/")
    desk.keyboard.press("?")
    desk.locator("[data-keys-off]").check()
    desk.keyboard.press("Escape")

    desk.keyboard.press("t")
    desk.keyboard.press("?")

    expect(desk.locator("#asking")).to_be_hidden()
    expect(desk.locator("#keys")).to_be_hidden()


def test_drawing_is_fetched_when_somebody_wants_to_see_it(desk: Page, ground):
    number = ground.reports("看流程图")
    sign_in(desk, "limin", PASSWORD)
    desk.goto(f"/desk/cases/{number}/")
    assert desk.locator("process-view").count() == 0

    desk.get_by_text("看完整流程图").click()

    expect(desk.locator("process-view .is-now").first).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1024, 768), (1280, 720), (1440, 900)])
def test_pages_fit_their_window_and_keep_the_main_button_in_reach(
    browser: Browser, site, complaints, ground, width, height
):
    number = ground.reports("沱口三巷 12 号院：无物业、违规搭建、墙体开裂，楼道杂物多")
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": height}, locale="zh-CN"
    )
    complaints.listen(context)
    page = context.new_page()
    sign_in(page, "limin", PASSWORD)

    for address in ("/desk/", "/desk/cases/", "/desk/search/?q=沱口", f"/desk/cases/{number}/"):
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{address} is {wide} px wide"

    button = page.get_by_role("button", name="签收")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= height
    if width < 500:
        assert box["height"] >= 44
    context.close()


def test_on_a_small_window_a_row_leads_to_the_page(browser: Browser, site, complaints, ground):
    words = f"小窗口 {uuid4().hex[:6]}"
    number = ground.reports(words)
    context = browser.new_context(base_url=site.url, viewport={"width": 390, "height": 844}, locale="zh-CN")
    complaints.listen(context)
    page = context.new_page()
    sign_in(page, "limin", PASSWORD)
    page.goto("/desk/?tab=sign")

    row(page, words).locator(".row__hit").click()

    page.wait_for_url(f"**/desk/cases/{number}/**")
    context.close()
