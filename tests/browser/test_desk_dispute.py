"""A dispute climbs grid → community → sub-district: a return pinned to a photo that comes straight back, more time that
the level above grants, a step reported upward, a signer who is added and urged, with a receipt that he has seen it."""

import hashlib
import io
import json
import re
import urllib.request
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from grid.services.demo import PASSWORD
from tests.browser.dispute_matter import KEY
from tests.screens import PATIENCE, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]  # many windows, on a machine that may be busy
GRID = "500101026001007"
PUBLISH = "from tests.browser.dispute_matter import publish_dispute; publish_dispute()"


class Office:
    """People at their desks, each in a window of his own that stays open."""

    def __init__(self, browser: Browser, site, complaints) -> None:
        self.browser, self.site, self.complaints = browser, site, complaints
        self.number = ""
        self.windows: dict[str, Page] = {}

    def at(self, who: str) -> Page:
        """The case, as this person sees it now."""
        if who not in self.windows:
            self.windows[who] = self._window(who)
        page = self.windows[who]
        page.goto(f"/desk/cases/{self.number}/")
        return page

    def _window(self, who: str) -> Page:
        context = self.browser.new_context(
            base_url=self.site.url, viewport={"width": 1440, "height": 900}, locale="zh-CN"
        )
        context.set_default_timeout(PATIENCE)
        self.complaints.listen(context)
        page = context.new_page()
        sign_in(page, who, PASSWORD)
        return page

    def close(self) -> None:
        for page in self.windows.values():
            page.context.close()


@pytest.fixture
def office(browser: Browser, site, complaints):
    site.manage("shell", "-v0", "-c", PUBLISH)
    office = Office(browser, site, complaints)
    office.number = _reported(site.url)
    yield office
    office.close()


def _reported(url: str) -> str:
    """What a grid worker's phone sends: a photo, then the report that names it."""
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), (170, 150, 120)).save(picture, "JPEG")
    sha = hashlib.sha256(picture.getvalue()).hexdigest()
    account = {"username": "chenxiulan", "password": PASSWORD}
    token = _call(url, "POST", "auth/token/", account)["token"]
    kept = _call(url, "PUT", f"photos/{sha}/", picture.getvalue(), token=token)
    report = {
        "matter": KEY,
        "summary": "楼上漏水争执",
        "area": GRID,
        "photos": [kept["sha256"]],
        "answers": {},
    }
    return str(_call(url, "POST", "reports/", report, token=token)["case"])


def _call(url: str, method: str, path: str, body: dict | bytes, *, token: str = "") -> dict:
    is_json = isinstance(body, dict)
    headers = {
        "Content-Type": "application/json" if is_json else "image/jpeg",
        "Idempotency-Key": str(uuid4()),
    }
    if token:
        headers["Authorization"] = f"Token {token}"
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    request = urllib.request.Request(f"{url}/api/v1/{path}", data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def sends(page: Page, button: Locator) -> None:
    """Press, wait until the next page is there, and see that it says so."""
    with page.expect_navigation(timeout=2 * PATIENCE):
        button.click()
    expect(page.locator(".toast").first).to_be_visible()


def signs(page: Page) -> None:
    sends(page, page.locator("#next").get_by_role("button", name=re.compile("^签收")))


def gives_feedback(page: Page, words: str) -> None:
    page.locator("[name=调解经过]").fill(words)
    sends(page, page.locator("#next").get_by_role("button", name=re.compile("^提交反馈")))


def asks(page: Page, verb: str) -> Locator:
    """The dialog of a verb, from the row or from the menu."""
    link = page.locator(f'#next a[href$="/{verb}/"], .next a[href$="/{verb}/"]').first
    if not link.is_visible():
        page.locator(".menu--up > summary").click()
    link.click()
    dialog = page.locator("#asking")
    expect(dialog.locator("form")).to_be_visible()
    return dialog


def test_dispute_climbs_from_the_grid_to_the_sub_district(office: Office):
    page = office.at("chenxiulan")
    signs(page)
    gives_feedback(page, "上门劝导两次，双方对赔偿数额分歧大")

    # The community sends it back for a better photo: straight back to it, not through everything again.
    page = office.at("liujianguo")
    signs(page)
    dialog = asks(page, "return")
    dialog.get_by_role("radio", name="网格调解").check()
    dialog.locator("[name='act.straight_back']").check()
    dialog.locator("textarea").fill("照片看不清漏水点，请重拍")
    dialog.get_by_role("checkbox", name="照片 1").check(force=True)
    sends(page, dialog.locator("[data-send]"))

    # The grid worker lands on exactly that, mends it, and it is with the community again.
    page = office.at("chenxiulan")
    notice = page.locator("#next .notice--back")
    expect(notice).to_contain_text("照片看不清漏水点")
    expect(notice).to_contain_text("照片 1")
    gives_feedback(page, "已重拍漏水点")

    # More time: asked for here, granted by the level above.
    page = office.at("liujianguo")
    expect(page.locator("#next h2").first).to_contain_text("社区调解")
    dialog = asks(page, "extend")
    dialog.get_by_role("button", name="10 个工作日").click()
    dialog.locator("textarea").fill("楼上住户外出，约在下周")
    sends(page, dialog.locator("[data-send]"))
    expect(page.locator(".notice", has_text="申请延期")).to_contain_text("待审批")

    page = office.at("wangmin")
    page.locator(".notice", has_text="申请延期").get_by_role("link", name="准许", exact=True).click()
    dialog = page.locator("#asking")
    dialog.get_by_role("checkbox", name="我已核对").check()
    sends(page, dialog.locator("[data-send]"))
    expect(page.locator(".notice", has_text="申请延期")).to_have_count(0)

    # It is beyond the community: up to the sub-district, with a reason from the list.
    page = office.at("liujianguo")
    dialog = asks(page, "escalate")
    dialog.locator("[value=beyond]").check()
    dialog.locator("textarea").fill("涉及房屋质量，社区难以认定")
    sends(page, dialog.locator("[data-send]"))

    # There a mediator is added, urged, and has seen that he was.
    page = office.at("limin")
    signs(page)
    dialog = asks(page, "add-sign")
    dialog.locator("[data-find]").fill("矛盾调解")
    dialog.get_by_role("checkbox", name=re.compile("矛盾调解岗")).check()
    dialog.locator("[name='act.position'][value=before]").check(force=True)
    sends(page, dialog.locator("[data-send]"))

    page = office.at("limin")
    page.locator(".who-has__row", has_text="矛盾调解岗").get_by_role("link", name="催办").click()
    sends(page, page.locator("#asking [data-send]"))

    mediator = office.at("tanghui")
    mediator.wait_for_load_state("networkidle")
    page = office.at("limin")
    expect(page.locator(".who-has__row", has_text="矛盾调解岗")).to_contain_text("唐慧")
    expect(page.locator(".who-has__row", has_text="矛盾调解岗")).to_contain_text("已读")

    # He signs, and the sub-district ends it.
    mediator.locator("[name='act.comment.approve']").fill("双方同意维修加补偿")
    sends(mediator, mediator.locator("#next .btn--primary"))
    page = office.at("limin")
    gives_feedback(page, "达成协议，已签字")
    expect(page.locator(".casehead .badge--done").first).to_be_visible()
