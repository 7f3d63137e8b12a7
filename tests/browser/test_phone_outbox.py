"""What waits on the phone, with a real browser: drafts, a shared phone, refusals, no room, a file for the desk."""

import time

import pytest
from playwright.sync_api import Page, expect

from grid.services.demo import PASSWORD
from tests.browser.test_phone_report import at_report, cases, choose, photo, take
from tests.screens import PATIENCE, sign_in_by_hand

pytestmark = pytest.mark.browser
NO_ROOM = """
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function () { throw new DOMException("full", "QuotaExceededError"); };
"""
A_VOICE = """
navigator.mediaDevices.getUserMedia = async () => {
  const studio = new AudioContext();
  const tone = studio.createOscillator();
  const out = studio.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  return out.stream;
};
"""
DRAFTS = """async () => {
  const open = indexedDB.open("reports-on-their-way", 1);
  const base = await new Promise((done) => (open.onsuccess = () => done(open.result)));
  const all = base.transaction("reports").objectStore("reports").getAll();
  const found = await new Promise((done) => (all.onsuccess = () => done(all.result)));
  const words = (each) => Object.fromEntries(each.pairs)["r.summary"];
  return found.filter((each) => each.draft).map((each) => [each.photos.length, words(each)]);
}"""


def submit(phone: Page) -> None:
    phone.get_by_role("button", name="提交").click()


def kept_without_a_net(phone: Page, words: str, category: str = "老旧小区隐患") -> None:
    phone.context.set_offline(True)
    choose(phone, category)
    phone.get_by_label("说一句").fill(words)
    submit(phone)
    expect(phone.get_by_role("heading", name="已存手机")).to_be_visible()


def until_kept(phone: Page, drafts: list[list[object]]) -> None:
    """Wait for what the phone writes down a moment after the last key; a promise is no answer to wait for."""
    until = time.monotonic() + PATIENCE / 1000
    while phone.evaluate(DRAFTS) != drafts and time.monotonic() < until:
        phone.wait_for_timeout(100)
    assert phone.evaluate(DRAFTS) == drafts


def test_what_was_begun_is_found_again_after_the_browser_was_killed(phone: Page):
    at_report(phone)
    take(phone)
    choose(phone, "老旧小区隐患")
    phone.get_by_label("说一句").fill("写到一半")
    until_kept(phone, [[1, "写到一半"]])
    context = phone.context
    phone.close()

    phone = context.new_page()
    phone.goto("/m/report/")
    phone.get_by_role("link", name="有 1 件没报完").click()
    expect(phone.locator(".shots__main img")).to_have_count(1)
    expect(phone.get_by_label("说一句")).to_have_value("写到一半")
    submit(phone)

    expect(phone.get_by_role("heading", name="已经收到")).to_be_visible()
    phone.get_by_role("link", name="看这件").click()
    expect(phone.locator(".entry .photo img")).to_have_count(1)
    assert phone.evaluate(DRAFTS) == []


def test_report_of_somebody_else_on_a_shared_phone_waits_for_its_owner(phone: Page, complaints):
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    complaints.expect("401")
    at_report(phone)
    kept_without_a_net(phone, "等我回来再传")
    phone.context.clear_cookies()
    phone.context.set_offline(False)

    sign_in_by_hand(phone, "tiandayong", PASSWORD)
    phone.goto("/m/outbox/")
    expect(phone.locator("p[data-others]")).to_contain_text("1 件是 陈秀兰 的")
    expect(phone.locator("[data-list=waiting]")).to_be_hidden()
    phone.context.clear_cookies()
    sign_in_by_hand(phone, "chenxiulan", PASSWORD)
    phone.goto("/m/outbox/")

    expect(phone.locator("[data-list=arrived]")).to_contain_text("等我回来再传")


def test_log_in_that_is_over_is_said_and_nothing_is_lost(phone: Page, complaints):
    complaints.expect("401")
    at_report(phone)
    choose(phone, "老旧小区隐患")
    phone.get_by_label("说一句").fill("登录过期了")
    phone.context.clear_cookies()

    submit(phone)

    expect(phone.locator("[data-kept-why]")).to_contain_text("重新登录")
    sign_in_by_hand(phone, "chenxiulan", PASSWORD)
    phone.goto("/m/outbox/")
    expect(phone.locator("[data-list=arrived]")).to_contain_text("登录过期了")


def test_what_the_centre_refuses_is_put_right_and_sent(phone: Page, complaints):
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    complaints.expect("422")
    at_report(phone)
    choose(phone, "暴露垃圾")
    solved = phone.locator("[data-questions] [data-field='当场解决'] .seg__item", has_text="是")
    solved.click()
    kept_without_a_net(phone, "忘了拍解决后的照片", "暴露垃圾")
    phone.context.set_offline(False)
    phone.goto("/m/outbox/")
    expect(phone.locator("[data-why]")).to_contain_text("请打开改好再交")

    phone.get_by_role("link", name="打开", exact=True).click()
    expect(solved.locator("input")).to_be_checked()
    phone.locator("input[name='解决后照片-files']").set_input_files([photo(size=(320, 240))])
    expect(phone.locator(".photo--new")).to_have_count(1)
    submit(phone)

    expect(phone.get_by_role("heading", name="已经收到")).to_be_visible()


def test_phone_without_room_sends_at_once_or_says_so(phone: Page, complaints):
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    phone.add_init_script(NO_ROOM)
    at_report(phone)
    take(phone)
    choose(phone, "老旧小区隐患")
    expect(phone.locator(".shots__main input[name='r.photos']")).to_have_count(1)

    phone.context.set_offline(True)
    submit(phone)
    expect(phone.locator("[data-say]")).to_contain_text("手机存满了")
    phone.context.set_offline(False)
    submit(phone)

    expect(phone.get_by_role("heading", name="已经收到")).to_be_visible()


def test_file_that_the_phone_saved_is_read_in_once(phone: Page, desk: Page, complaints, tmp_path):
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    at_report(phone)
    phone.locator("input[name='r.files']").set_input_files([photo(size=(320, 240))])
    phone.goto("/m/outbox/")
    phone.goto("/m/report/")
    kept_without_a_net(phone, "怎么也传不出去")
    phone.context.set_offline(False)
    phone.route("**/m/hello/", lambda route: route.abort())
    complaints.expect("ERR_FAILED")
    phone.goto("/m/outbox/")
    with phone.expect_download() as saved:
        phone.get_by_role("button", name="导出备份").click()
    saved.value.save_as(tmp_path / "saved.json")

    sign_in_by_hand(desk, "limin", PASSWORD)
    desk.goto("/desk/handover/")
    desk.locator("input[name=file]").set_input_files(tmp_path / "saved.json")
    desk.get_by_role("button", name="导入", exact=True).click()
    row = desk.locator("table tr", has_text="怎么也传不出去")
    number = row.get_by_role("link").inner_text()
    phone.unroute("**/m/hello/")
    phone.goto("/m/outbox/")

    expect(phone.locator("[data-list=arrived]")).to_contain_text(number)


def test_voice_memo_rides_along_and_is_heard(phone: Page):
    phone.add_init_script(A_VOICE)
    at_report(phone)
    phone.context.grant_permissions(["microphone", "geolocation"])
    choose(phone, "老旧小区隐患")
    phone.get_by_role("button", name="录一段话").click()
    expect(phone.locator("[data-record]")).to_contain_text("已录 1 秒")
    phone.locator("[data-record]").click()
    expect(phone.locator("[data-memo-kept]")).to_be_visible()

    submit(phone)
    phone.get_by_role("link", name="看这件").click()

    sound = phone.locator("figure.heard audio").get_attribute("src")
    heard = phone.request.get(sound or "", headers={"Range": "bytes=0-3"})
    assert (heard.status, heard.body(), heard.headers["content-type"]) == (
        206,
        b"\x1a\x45\xdf\xa3",
        "audio/webm",
    )


def test_position_is_put_right_and_what_is_there_already_gets_mine(phone: Page):
    at_report(phone)
    choose(phone, "小区违规搭建")
    phone.get_by_role("button", name="微调位置").click()
    for _step in range(3):
        phone.get_by_role("button", name="向东").click()
    phone.get_by_role("button", name="用这个位置").click()
    expect(phone.locator(".place__fix")).to_have_text("已手动微调，离定位点 15 米")
    submit(phone)
    expect(phone.get_by_role("heading", name="已经收到")).to_be_visible()
    before = cases(phone)

    phone.goto("/m/report/")
    take(phone)
    choose(phone, "小区违规搭建")
    same = phone.locator(".same").first
    expect(same).to_contain_text("相距 15 米")
    expect(same.locator("img[data-mine]")).to_be_visible()
    same.get_by_role("button", name="就是这件").click()

    expect(phone.get_by_role("heading", name="已补充到这件")).to_be_visible()
    assert cases(phone) == before


def test_category_is_found_by_its_initials_and_solved_on_the_spot(phone: Page):
    at_report(phone)
    phone.locator("[data-tree] summary").click()
    phone.get_by_label("查找类别").fill("bllj")
    phone.locator("label.pick--found", has_text="暴露垃圾").click()
    phone.locator("[data-questions] [data-field='当场解决'] label", has_text="是").first.click()
    phone.locator("input[name='解决后照片-files']").set_input_files([photo(size=(320, 240))])
    expect(phone.locator(".photo--new")).to_have_count(1)

    submit(phone)

    expect(phone.get_by_role("heading", name="已经收到")).to_be_visible()
    phone.get_by_role("link", name="看这件").click()
    expect(phone.locator(".mine__no")).to_contain_text("办结")
    expect(phone.locator(".entry .photo img")).to_have_count(1)
