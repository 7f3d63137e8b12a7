"""Reporting with a real browser: the camera first, one thumb, no net for a moment, and without any script."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Geolocation, Page, expect

from grid.services.demo import PASSWORD
from tests.screens import sign_in, sign_in_by_hand

pytestmark = pytest.mark.browser
REPORTER = "chenxiulan"
IN_HER_GRID: Geolocation = {"latitude": 30.7592, "longitude": 108.4032, "accuracy": 6}
PAGES = ("/m/", "/m/report/", "/m/cases/", "/m/me/")
SMALL_TARGETS = """(least) => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, label.pick, label.check")]
  .filter((each) => each.getClientRects().length && !each.classList.contains("hide") && !each.matches(".skip, .row__hit"))
  .filter((each) => !each.closest("label") || each.matches("label"))
  .map((each) => [each.textContent.trim().slice(0, 20) || each.name, Math.round(each.getBoundingClientRect().height)])
  .filter(([, height]) => height < least)"""

UNTIL_THE_WORKER_HAS_BOTH_PAGES = """async () => {
  await navigator.serviceWorker.ready;
  const here = async () => navigator.serviceWorker.controller && await caches.match("/m/report/") && await caches.match("/m/outbox/");
  for (let n = 0; n < 100 && !(await here()); n += 1) await new Promise((done) => setTimeout(done, 100));
}"""

# A phone so slow that nothing gets ready until the test says so.
SLOW_PHONE = """
const ready = new Promise((done) => (window.getReady = done));
const toBlob = HTMLCanvasElement.prototype.toBlob;
HTMLCanvasElement.prototype.toBlob = function (...given) { ready.then(() => toBlob.apply(this, given)); };
"""
WITHOUT_HASHES = "Object.defineProperty(crypto, 'subtle', { value: undefined });"


def photo(name="seen.jpg", size=(2400, 1800)):
    out = BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(out, "JPEG", quality=92)
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def at_report(phone: Page) -> Page:
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation(IN_HER_GRID)
    sign_in(phone, REPORTER, PASSWORD)
    phone.goto("/m/report/")
    return phone


def cases(phone: Page) -> int:
    """How many cases are mine, over all pages of the list."""
    phone.goto("/m/cases/")
    count = phone.locator(".mine--link").count()
    while (older := phone.locator("main a[rel=next]")).count():
        phone.goto(older.evaluate("(link) => link.href"))
        count += phone.locator(".mine--link").count()
    return count


def choose(phone: Page, name: str) -> None:
    """One of the four, or one of the others, which are folded away."""
    pick = phone.locator("label.pick", has_text=name).first
    if not pick.is_visible():
        phone.locator("[data-tree] summary").click()
    pick.click()


def take(phone: Page):
    phone.locator("input[name='r.files']").set_input_files([photo()])


def test_report_is_sent_with_photo_position_and_category(phone: Page):
    at_report(phone)
    expect(phone.locator(".place__fix")).to_have_text("定位 ±6 米")
    sent = []
    phone.on("request", lambda request: sent.append(request) if request.method == "PUT" else None)

    take(phone)
    expect(phone.locator(".shots__main input[name='r.photos']")).to_have_count(1)
    choose(phone, "坝坝舞噪声")
    expect(phone.locator("[data-then]")).to_contain_text("交")
    phone.get_by_label("说一句").fill("滨江广场音响太响")
    phone.get_by_role("button", name="提交").click()

    expect(phone.get_by_role("heading", name="已经收到")).to_be_visible()
    assert len(sent) == 1
    assert len(sent[0].post_data_buffer or b"") < 1_500_000
    phone.get_by_role("link", name="看这件").click()
    expect(phone.locator(".entry .photo img")).to_have_count(1)
    expect(phone.locator(".stages__item--now")).to_have_count(1)


def test_report_is_kept_on_the_phone_and_sent_when_there_is_a_net(phone_with_worker: Page, complaints):
    phone = phone_with_worker
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    sign_in_by_hand(phone, REPORTER, PASSWORD)  # the first page that it leads to brings the worker
    at_report(phone)
    phone.evaluate(UNTIL_THE_WORKER_HAS_BOTH_PAGES)
    phone.context.set_offline(True)
    phone.goto("/m/report/")
    take(phone)
    choose(phone, "老旧小区隐患")
    phone.get_by_label("说一句").fill("没有网的时候报的")

    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_role("heading", name="已存手机")).to_be_visible()
    phone.goto("/m/outbox/")
    expect(phone.locator("[data-list=waiting]")).to_contain_text("没有网的时候报的")
    expect(phone.locator("net-state")).to_contain_text("1 件待传")
    phone.context.set_offline(False)

    expect(phone.locator("[data-list=arrived]")).to_contain_text("没有网的时候报的")
    expect(phone.locator("net-state")).to_have_text("在线")
    phone.locator("[data-list=arrived] a.row").click()
    expect(phone.locator(".entry .photo img")).to_have_count(1)


def test_answer_that_got_lost_does_not_make_a_second_case(phone: Page, complaints):
    complaints.expect("ERR_FAILED")
    at_report(phone)
    before = cases(phone)
    phone.goto("/m/report/")

    def lose_the_answer(route):
        if route.request.method != "POST":
            route.fallback()
            return
        route.fetch(max_redirects=0)
        route.abort()

    phone.route("**/m/report/send/", lose_the_answer)
    choose(phone, "老旧小区隐患")
    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_role("heading", name="已存手机")).to_be_visible()
    phone.unroute("**/m/report/send/")

    phone.goto("/m/outbox/")
    expect(phone.locator("[data-list=arrived] a.row")).to_have_count(1)
    assert cases(phone) == before + 1


def test_photo_waits_for_a_net_while_the_page_is_open(phone: Page, complaints):
    complaints.expect("ERR_FAILED")
    at_report(phone)
    phone.route("**/api/v1/photos/**", lambda route: route.abort())
    take(phone)

    expect(phone.locator(".shots__main")).to_contain_text("还没传上")
    choose(phone, "老旧小区隐患")
    phone.unroute("**/api/v1/photos/**")
    phone.get_by_role("button", name="提交").click()

    expect(phone.get_by_role("heading", name="已经收到")).to_be_visible()


@pytest.mark.parametrize(
    ("what", "prepare"), [("keeps reports", ""), ("has no store for them", WITHOUT_HASHES)]
)
def test_report_waits_for_photos_that_are_still_being_shrunk(phone: Page, what, prepare):
    phone.add_init_script(SLOW_PHONE + prepare)
    at_report(phone)
    choose(phone, "老旧小区隐患")
    phone.locator("input[name='r.files']").set_input_files([photo("1.jpg"), photo("2.jpg")])

    phone.get_by_role("button", name="提交").click()
    expect(phone.locator("[data-say]")).to_have_text("正在处理照片…")
    phone.get_by_role("button", name="提交").click()
    phone.evaluate("getReady()")

    expect(phone.get_by_role("heading", name="已经收到")).to_be_visible()
    phone.get_by_role("link", name="看这件").click()
    expect(phone.locator(".entry .photo img")).to_have_count(2)


def test_report_without_a_net_is_kept_with_photos_that_were_still_being_shrunk(phone: Page, complaints):
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    phone.add_init_script(SLOW_PHONE)
    at_report(phone)
    phone.context.set_offline(True)
    take(phone)
    choose(phone, "老旧小区隐患")

    phone.get_by_role("button", name="提交").click()
    expect(phone.locator("[data-say]")).to_have_text("正在处理照片…")
    phone.evaluate("getReady()")
    expect(phone.get_by_role("heading", name="已存手机")).to_be_visible()
    phone.context.set_offline(False)

    expect(phone.get_by_role("heading", name="已经收到")).to_be_visible()
    phone.get_by_role("link", name="看这件").click()
    expect(phone.locator(".entry .photo img")).to_have_count(1)


def test_photo_that_is_halfway_up_is_not_sent_a_second_time(phone: Page):
    at_report(phone)
    held, sent = [], []
    phone.route("**/api/v1/photos/**", lambda route: held.append(route))  # noqa: PLW0108 - the library marks what it is given
    phone.on("request", lambda request: sent.append(request) if request.method == "PUT" else None)
    with phone.expect_request("**/api/v1/photos/**"):
        take(phone)
    choose(phone, "老旧小区隐患")

    phone.get_by_role("button", name="提交").click()
    expect(phone.locator("[data-say]")).to_be_visible()
    held[0].continue_()

    expect(phone.get_by_role("heading", name="已经收到")).to_be_visible()
    assert len(sent) == 1


def test_photo_can_be_left_out_again(phone: Page):
    at_report(phone)
    take(phone)
    expect(phone.locator(".shots__shot")).to_have_count(1)

    phone.get_by_role("button", name="去掉第 1 张照片").click()

    expect(phone.locator(".shots__shot")).to_have_count(0)
    expect(phone.locator(".shots__add")).to_contain_text("拍照")


def test_refusal_leads_to_what_is_missing_and_keeps_the_photo(phone: Page):
    at_report(phone)
    take(phone)
    expect(phone.locator("input[name='r.photos']")).to_have_count(1)

    phone.get_by_role("button", name="提交").click()

    expect(phone.locator("[data-say]")).to_have_text("请选一个类别。")
    expect(phone.locator(".shots__shot img")).to_have_count(1)


def test_questions_follow_the_category(phone: Page):
    at_report(phone)

    choose(phone, "坝坝舞噪声")

    expect(phone.locator("[data-questions]")).to_contain_text("什么时候吵")
    choose(phone, "老旧小区隐患")
    expect(phone.locator("[data-questions]")).not_to_contain_text("什么时候吵")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (360, 640)])
@pytest.mark.parametrize(("letters", "least"), [("normal", 48), ("large", 60)])
def test_one_thumb_is_enough(phone: Page, width, height, letters, least):
    sign_in(phone, REPORTER, PASSWORD)
    phone.set_viewport_size({"width": width, "height": height})
    button = phone.locator(f"button[name=letters][value={letters}]")
    phone.goto("/m/me/")
    if button.count():
        button.click()

    for path in PAGES:
        phone.goto(path)
        wide = phone.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (path, wide)
        assert phone.evaluate(SMALL_TARGETS, least) == [], path
        primary = phone.locator(".actionbar .btn--primary")
        if primary.count():
            box = primary.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= height, path
            assert box["y"] > height / 3, path
    phone.goto("/m/me/")
    if letters == "large":
        phone.locator("button[name=letters]").click()


def test_report_works_without_scripts(browser, site):
    context = browser.new_context(base_url=site.url, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    sign_in(page, REPORTER, PASSWORD)
    page.goto("/m/report/")

    page.locator("input[name='r.files']").set_input_files([photo(size=(640, 480))])
    choose(page, "老旧小区隐患")
    page.get_by_role("button", name="提交").click()

    expect(page.get_by_role("heading", name="已经收到")).to_be_visible()
    context.close()
