"""No page has a serious fault for people who see little, hear the page, or use no mouse: axe-core looks at each.

And the phone starts with little: whatever scripts and styles its pages load, zipped, stays under sixty kilobytes.
"""

import gzip

import pytest
from playwright.sync_api import Page

from casework.launch.places import ASSETS
from grid.services.demo import PASSWORD
from tests.screens import sign_in

pytestmark = pytest.mark.browser
AXE = ASSETS / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async (rules) => {
  const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
  return violations.filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`);
}"""
REPORT = """async () => {
  const { csrf } = await (await fetch("/m/hello/")).json();
  const page = new DOMParser().parseFromString(await (await fetch("/m/report/")).text(), "text/html");
  const pick = [...page.querySelectorAll("label.pick")].find((each) => each.textContent.includes("老旧小区隐患"));
  const body = new FormData();
  const said = { "r.token": crypto.randomUUID(), "r.kind": pick.querySelector("input").value, "r.summary": "看得清吗", csrfmiddlewaretoken: csrf };
  for (const [name, value] of Object.entries(said)) body.append(name, value);
  return (await (await fetch("/m/report/send/", { method: "POST", body })).json()).number;
}"""
PHONE = (
    "/m/",
    "/m/report/",
    "/m/outbox/",
    "/m/cases/",
    "/m/me/",
    "/m/notices/",
    "/m/map/",
    "/m/ledgers/",
    "/m/cases/{number}/",
    "/m/report/done/{number}/",
)
DESK = ("/desk/", "/desk/cases/", "/desk/cases/{number}/", "/desk/search/?q=看得清", "/desk/handover/")
STUDIO = ("/studio/", "/desk/outlines/", "/desk/outlines/500101026001001/")
ZIPPED = 60 * 1024


def faults(page: Page, address: str) -> dict[str, list[str]]:
    page.goto(address)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN, RULES)
    return {address: found} if found else {}


def test_phone_and_log_in_have_no_serious_fault(phone: Page):
    found = faults(phone, "/login/")
    sign_in(phone, "chenxiulan", PASSWORD)
    phone.goto("/m/")
    number = phone.evaluate(REPORT)
    for address in PHONE:
        found |= faults(phone, address.format(number=number))
    phone.goto("/m/report/")
    phone.locator("label.pick").first.click()
    phone.locator("[data-nudge]").click()
    phone.evaluate(AXE.read_text(encoding="utf-8"))
    if shown := phone.evaluate(RUN, RULES):
        found["the crosshair"] = shown
    phone.goto("/m/ledgers/")
    found |= faults(phone, phone.locator("a[data-keep]").first.get_attribute("href") or "")

    assert found == {}


@pytest.mark.parametrize(("look", "value"), [("theme", "sun"), ("letters", "large")])
def test_sun_and_large_letters_have_no_serious_fault(phone: Page, look, value):
    sign_in(phone, "chenxiulan", PASSWORD)
    phone.goto("/m/me/")
    phone.locator(f"button[name={look}][value={value}]").click()
    try:
        found: dict[str, list[str]] = {}
        for address in PHONE[:3]:
            found |= faults(phone, address)
    finally:
        phone.goto("/m/me/")
        phone.locator(f"button[name={look}][value=normal]").click()

    assert found == {}


def test_desk_and_studio_have_no_serious_fault(desk: Page):
    sign_in(desk, "chenxiulan", PASSWORD)
    desk.goto("/m/")
    number = desk.evaluate(REPORT)
    found: dict[str, list[str]] = {}
    for username, addresses in (("limin", DESK), ("hejing", STUDIO)):
        desk.context.clear_cookies()
        sign_in(desk, username, PASSWORD)
        for address in addresses:
            found |= faults(desk, address.format(number=number))

    assert found == {}


def test_phone_starts_with_little(phone: Page):
    loaded: set[str] = set()
    sign_in(phone, "chenxiulan", PASSWORD)
    phone.on("response", lambda answer: loaded.add(answer.url))
    phone.goto("/m/report/", wait_until="networkidle")
    made_of = [url for url in loaded if url.split("?")[0].endswith((".js", ".css"))]
    zipped = {url: len(gzip.compress(phone.request.get(url).body(), 9)) for url in made_of}

    assert any(url.endswith("phone.js") for url in zipped)
    assert any(url.endswith("app.css") for url in zipped)
    assert sum(zipped.values()) <= ZIPPED, zipped
