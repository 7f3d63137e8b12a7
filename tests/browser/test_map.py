"""The map in a real browser: list and map are one, a line drawn round cases makes the list exactly those."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from grid.coordinates import Crs, convert
from grid.services.demo import PASSWORD
from tests.screens import sign_in

pytestmark = pytest.mark.browser
REPORT = """async ({ lat, lon, words }) => {
  const { csrf } = await (await fetch("/m/hello/")).json();
  const page = new DOMParser().parseFromString(await (await fetch("/m/report/")).text(), "text/html");
  const pick = [...page.querySelectorAll("label.pick")].find((each) => each.textContent.includes("老旧小区隐患"));
  const body = new FormData();
  const said = { "r.token": crypto.randomUUID(), "r.kind": pick.querySelector("input").value, "r.summary": words,
    "r.lat": lat, "r.lon": lon, "r.accuracy": 8, csrfmiddlewaretoken: csrf };
  for (const [name, value] of Object.entries(said)) body.append(name, value);
  return (await (await fetch("/m/report/send/", { method: "POST", body })).json()).number;
}"""
# Inside the demo's sub-district; the map opens close about it, so that no other test's case is in the way.
LAT, LON = 30.7503, 108.4021
SHIFT = """async ([lat, lng]) => {
  const { gcj02, wgs84 } = await import(document.querySelector('script[src*="/built/map"]').src);
  const there = gcj02({ lat, lng });
  const back = wgs84(there);
  return [there.lat, there.lng, back.lat, back.lng];
}"""


def test_a_line_round_cases_makes_the_list_exactly_those(desk: Page, phone: Page):
    words = f"看图 {uuid4().hex[:8]}"
    sign_in(phone, "chenxiulan", PASSWORD)
    phone.goto("/m/")
    number = phone.evaluate(REPORT, {"lat": LAT, "lon": LON, "words": words})
    sign_in(desk, "wangmin", PASSWORD)

    desk.goto(f"/desk/map/?at=18,{LAT},{LON}")
    row = desk.locator(f'.row[data-number="{number}"]')
    sign = desk.get_by_role("button", name=words)
    expect(row).to_be_visible()
    expect(sign).to_be_visible()
    row.locator("a").focus()
    expect(sign).to_have_class(re.compile("is-lifted"))

    desk.get_by_role("button", name="圈选", exact=True).click()
    box = sign.bounding_box()
    assert box is not None
    corners = [(-60, -60), (90, -60), (90, 90), (-60, 90), (-60, -50)]
    desk.mouse.move(box["x"] - 60, box["y"] - 60)
    desk.mouse.down()
    for right, down in corners[1:]:
        desk.mouse.move(box["x"] + right, box["y"] + down, steps=5)
    desk.mouse.up()

    expect(desk.locator("[data-map-loose]")).to_be_visible()
    expect(row.locator("input[name=row]")).to_be_checked()
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-map-loose]")).to_have_count(0)

    lat, lon = convert((LAT, LON), source=Crs.WGS84, target=Crs.GCJ02)
    assert desk.evaluate(SHIFT, [LAT, LON]) == pytest.approx([lat, lon, LAT, LON], abs=1e-9)


def test_the_phone_shows_its_grid_and_where_it_is(phone: Page):
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"latitude": LAT, "longitude": LON, "accuracy": 18})
    sign_in(phone, "chenxiulan", PASSWORD)
    phone.goto("/m/map/")

    expect(phone.locator("grid-map[data-drawn]")).to_be_visible()
    phone.get_by_role("button", name="我的位置").click()
    expect(phone.get_by_role("status").filter(has_text="误差 18 米")).to_be_visible()
