"""The old-housing story as people live it: from a photo on a phone to the rating, in a real browser, in Chinese.

One return (the sub-district sends the plan back), one failed check (the grid worker finds it unfinished). What the
pages look like on the way lands in the folder that SCREENSHOTS names, if it names one.
"""

import json
import os
import re
import urllib.request
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

from grid.services.demo import PASSWORD
from tests.screens import sign_in

pytestmark = pytest.mark.browser

WORDS = "沱口三巷 12 号院：无物业，楼道杂物多，东墙开裂"
IN_TWO_MONTHS = (date.today() + timedelta(days=60)).isoformat()  # noqa: DTZ011 - a form's date has no zone
SURVEY = {
    "建成年份": 1986, "房屋结构": "砖混", "楼栋数": 2, "总户数": 42, "总面积": 3600, "裂缝最大宽度": 3.5,
    "楼栋清单-0-楼栋": "1栋", "楼栋清单-0-户数": 24, "楼栋清单-0-面积": 2000,
    "楼栋清单-1-楼栋": "2栋", "楼栋清单-1-户数": 18, "楼栋清单-1-面积": 1600,
    "勘查结论": "纳入改造",
}  # fmt: skip
PLAN = {
    "改造类别": ["基础类"], "改造内容": "东墙加固，拆除一楼违搭，整理飞线，增设垃圾房", "投资估算": 260,
    "居民出资比例": 10, "计划工期": 90, "表决事项": "一般事项", "会审部门": ["housing", "finance"],
}  # fmt: skip
VOTES = (
    {"同意户数": 17, "同意面积": 1450, "反对户数": 2, "反对面积": 180, "弃权户数": 1, "弃权面积": 80, "公示日期": IN_TWO_MONTHS},
    {"同意户数": 13, "同意面积": 1150, "反对户数": 3, "反对面积": 240, "弃权户数": 0, "弃权面积": 0, "公示日期": IN_TWO_MONTHS},
)  # fmt: skip
WORKS = {"施工节点": "收尾", "完成百分比": 100, "全部完工": True}


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Two photos as a phone takes them."""
    folder = tmp_path_factory.mktemp("pictures")
    paths = []
    for n, (wall, sky) in enumerate((((176, 158, 132), (150, 180, 205)), ((168, 150, 120), (190, 200, 205)))):
        image = Image.new("RGB", (2400, 1800), sky)
        draw = ImageDraw.Draw(image)
        draw.rectangle((300, 400, 2100, 1800), fill=wall)
        for row in range(3):
            for column in range(5):
                x, y = 420 + column * 340, 520 + row * 380
                draw.rectangle((x, y, x + 180, y + 220), fill=(70, 84, 100))
        draw.line((1500, 420, 1430, 800, 1560, 1200, 1480, 1790), fill=(60, 44, 36), width=14 + 8 * n)
        path = folder / f"wall-{n}.jpg"
        image.save(path, quality=88)
        paths.append(path)
    return paths


class Person:
    """Somebody at a screen: signs in, finds the case, fills in the form, presses the button."""

    def __init__(self, page: Page, pictures: list[Path], number: str) -> None:
        self.page, self.pictures, self.number = page, pictures, number

    def comes(self, username: str) -> "Person":
        self.page.context.clear_cookies()
        sign_in(self.page, username, PASSWORD)
        return self

    def opens_case(self) -> "Person":
        self.page.goto(f"/desk/cases/{self.number}/")
        return self

    def presses(self, name: str) -> "Person":
        return self._sends(self.page.locator("button:visible", has_text=re.compile(rf"^\s*{name}")).first)

    def _sends(self, button: Locator) -> "Person":
        """Press, and wait until what was sent is answered and the next page is there."""
        with self.page.expect_response(
            lambda answer: answer.request.method == "POST" and "/ahead/" not in answer.url
        ):
            button.click()
        self.page.wait_for_load_state("networkidle")
        return self

    def signs(self) -> "Person":
        return self.opens_case().presses("签收")

    def fills(self, values: dict, *, photo: str = "") -> "Person":
        for name, value in values.items():
            self._fill(name, value)
        if photo:
            self.page.locator(f'input[type=file][name="{photo}-files"]').set_input_files(self.pictures[0])
            self.page.wait_for_load_state()
        return self

    def _fill(self, name: str, value) -> None:
        if isinstance(value, list):
            for each in value:
                self.page.locator(f'[name="{name}"][value="{each}"]').check(force=True)
            return
        field = self.page.locator(f'[name="{name}"]')
        kind = field.first.get_attribute("type")
        if field.first.evaluate("e => e.tagName") == "SELECT":
            field.select_option(str(value))
        elif kind in ("radio", "checkbox"):
            self._choose(name, value)
        else:
            field.first.fill(str(value))

    def _choose(self, name: str, value) -> None:
        wanted = {True: ("true", "True", "yes", "1"), False: ("false", "False", "no", "0")}.get(
            value, (value,)
        )
        for each in wanted:
            option = self.page.locator(f'[name="{name}"][value="{each}"]')
            if option.count():
                option.first.check(force=True)
                return
        raise AssertionError(f"no option {value!r} of {name}")

    def says_why(self, verb: str, button: str, why: str) -> "Person":
        """Open a verb's dialog, say why, send."""
        self.page.locator(f'a[href$="/{verb}/"]:visible').first.click()
        dialog = self.page.locator("#asking")
        dialog.locator(f'[name="act.comment.{verb}"]').fill(why)
        return self._sends(dialog.locator("[data-send]", has_text=re.compile(rf"^\s*{button}")))

    def says_why_below(self, verb: str, button: str, why: str) -> "Person":
        """The same on a phone, where what a verb asks folds out below it."""
        self.page.locator(f'[href="#act-{verb}"]').first.click()
        panel = self.page.locator(f"#act-{verb}")
        panel.locator(f'[name="act.comment.{verb}"]').fill(why)
        return self._sends(panel.locator("button", has_text=re.compile(rf"^\s*{button}")).first)

    def keeps_picture(self, name: str, *, whole: bool = False) -> "Person":
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)
        return self


def residents_vote(officer: Person) -> None:
    """The community's secretary brings in the votes of each building."""
    officer.comes("liujianguo")
    for ballots in VOTES:
        officer.opens_case().fills(ballots, photo="表决照片").presses("提交反馈")


def sent_by_another_system(site, name: str, correlation: str) -> None:
    """The housing bureau's own system says that the estate is in the yearly plan."""

    def ask(path: str, body: dict, token: str = "") -> dict:
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Token {token}"} if token else {}
        )
        request = urllib.request.Request(
            f"{site.url}/api/v1/{path}", data=json.dumps(body).encode(), headers=headers, method="POST"
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    token = ask("auth/token/", {"username": "wukai", "password": PASSWORD})["token"]
    assert ask("messages/", {"name": name, "correlation": correlation}, token) == {"cases": [correlation]}


def report(phone: Page, pictures: list[Path]) -> str:
    """Photo, category, send; the case's number."""
    sign_in(phone, "chenxiulan", PASSWORD)
    phone.goto("/m/report/")
    phone.locator('input[type=file][name="r.files"]').set_input_files(pictures)
    expect(phone.locator(".shots__shot")).to_have_count(2)
    if not (pick := phone.locator(".pick", has_text="老旧小区隐患").first).is_visible():
        phone.locator("[data-tree] summary").click()
    pick.click()
    phone.locator('[name="r.summary"]').fill(WORDS)
    expect(phone.get_by_text("选好类别")).to_have_count(0)  # who gets it is told before it is sent
    phone.locator(".phone__main, main").first.evaluate("e => { e.scrollTop = 0; scrollTo(0, 0); }")
    Person(phone, pictures, "").keeps_picture("phone-report")
    phone.get_by_role("button", name="提交").click()
    phone.wait_for_url(re.compile(r"/m/report/done/"))
    number = re.search(r"\d{4}-\d{4}-\d{5,}", phone.url)
    assert number is not None
    return number[0]


def test_an_old_estate_from_the_photo_to_the_rating(phone: Page, desk: Page, site, pictures):
    number = report(phone, pictures)
    officer = Person(desk, pictures, number)

    officer.comes("limin")
    desk.goto("/desk/")
    expect(desk.get_by_text(WORDS[:14]).first).to_be_visible()
    officer.keeps_picture("desk-inbox")
    officer.signs()
    officer.comes("wangmin").opens_case()
    officer.fills({"受理": True, "牵头岗位": "planning", "配合岗位": ["enforcement", "civil_affairs"]})
    officer.keeps_picture("desk-triage").presses("提交反馈")

    officer.comes("zhaohaitao").signs()
    officer.fills({"违搭处数": 1, "处置方式": "当事人自拆"}).presses("提交反馈")
    officer.comes("zhouyumei").signs().fills({"困难户数": 1}).presses("提交反馈")
    officer.comes("zhangzhiqiang").signs().fills(SURVEY, photo="勘查照片")
    officer.keeps_picture("desk-case").presses("提交反馈")
    officer.opens_case().fills(PLAN).presses("提交反馈")
    residents_vote(officer)

    # The commander sends the plan back, with a reason; the planner finds it on top of his form.
    officer.comes("luoyi").opens_case().says_why("return", "退回", "投资估算缺管网部分，请补")
    officer.comes("zhangzhiqiang").opens_case()
    expect(desk.get_by_text("投资估算缺管网部分，请补").first).to_be_visible()
    officer.keeps_picture("desk-returned").fills({**PLAN, "投资估算": 318}).presses("提交反馈")
    residents_vote(officer)
    officer.comes("luoyi").opens_case().fills({"复查日期": IN_TWO_MONTHS}).presses("同意")

    for reviewer in ("sunli", "xuwen"):
        officer.comes(reviewer).signs().fills({"审查意见": "同意纳入"}).presses("同意")
    sent_by_another_system(site, "列入年度计划", number)
    officer.comes("zhangzhiqiang").opens_case().fills(WORKS, photo="节点照片").presses("提交反馈")
    accepted = {"参加单位": ["街道", "社区"], "验收意见": "合格"}
    officer.comes("sunli").opens_case().fills(accepted).presses("同意")

    # The grid worker looks, finds it unfinished, and the works go on.
    walker = Person(phone, pictures, number)
    phone.goto("/m/")
    phone.get_by_text("核查").first.click()
    phone.wait_for_load_state()
    walker.keeps_picture("phone-check").says_why_below("reject", "不通过", "楼道灯还没装")
    officer.comes("zhangzhiqiang").opens_case()
    expect(desk.get_by_text("楼道灯还没装").first).to_be_visible()
    officer.fills(WORKS, photo="节点照片").presses("提交反馈")
    officer.comes("sunli").opens_case().fills(accepted).presses("同意")

    phone.goto("/m/")
    phone.get_by_text("核查").first.click()
    walker.fills({"核查情况": "路面平整，楼道灯已装"}, photo="核查照片").presses("通过")
    phone.goto("/m/")
    phone.get_by_text("居民评价").first.click()
    walker.fills({"满意度": "满意"}).presses("提交反馈")

    phone.goto(f"/m/cases/{number}/")
    expect(phone.get_by_text("办结").first).to_be_visible()
    walker.keeps_picture("phone-case")
    officer.comes("limin").opens_case().keeps_picture("desk-closed")
    assert "every chain holds" in site.manage("verify_audit", "--case", number)
    assert "a rebuild changes nothing" in site.manage("rebuild", "--check")
