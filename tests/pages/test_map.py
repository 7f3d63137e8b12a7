"""The map: the same cases as the list, gathered where they lie close; outlines that fit a view; who is near."""

import json
import math
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.models import Case, Confidentiality
from casework.queries import mapcases
from casework.queries.mapcases import in_box, in_ring, points, ring_of
from casework.queries.mapoutlines import BYTES, Box, box_of, outlines_in
from casework.queries.search import Wanted
from casework.queries.viewers import viewer_for
from casework.services.intake import NewReport, submit_report
from grid.models import Area, OutlineStamp
from grid.services.locate import stamp_outlines
from tests.pages.desk_matter import KEY, publish_desk_matter
from tests.pages.phone_matter import as_person
from tests.world import DISTRICT, GRID, OTHER_GRID, SIBLING_GRID

pytestmark = pytest.mark.django_db
ALL = Box(west=108, south=30, east=109, north=31)
TOWN_ROW = "108.39,30.75,108.45,30.77"


@pytest.fixture
def matter(world):
    return publish_desk_matter()


def reported(world, lat, lon, *, title="占道", by="grid_worker") -> Case:
    new = NewReport(token=uuid4(), matter=KEY, summary=title, lat=lat, lon=lon, accuracy=5)
    return submit_report(new, by=viewer_for(getattr(world, by)))


def at(world, grid, east=0.0, north=0.0, **more) -> Case:
    lat, lon = world.point_in(grid)
    return reported(world, lat + north, lon + east, **more)


def drawn(user, *, wanted=None, box=ALL, zoom=18):
    found = points(viewer_for(user), wanted or Wanted(), box, zoom=zoom, now=timezone.now())
    return found["features"]


def numbers(features):
    return {each["properties"].get("number") for each in features}


def ask(user, name, **query):
    return as_person(user).get(reverse(f"desk:{name}") + "?" + urlencode(query))


# --- points


def test_map_shows_the_cases_of_the_list_and_nothing_else(world, matter):
    mine = at(world, GRID)
    hidden = at(world, SIBLING_GRID, by="sibling_grid_worker")
    secret = at(world, OTHER_GRID, by="other_grid_worker")
    Case.objects.filter(pk=secret.pk).update(confidentiality=Confidentiality.CONFIDENTIAL)

    # The secretary watches the community without supervising it, so confidential cases are not for her to see.
    assert numbers(drawn(world.community_secretary)) == {mine.number}
    assert numbers(drawn(world.duty_chief)) == {mine.number, secret.number}
    assert numbers(drawn(world.sibling_duty_officer)) == {hidden.number}
    assert numbers(drawn(world.stranger)) == set()


def test_filters_narrow_map_and_list_alike(world, matter):
    here, there = at(world, GRID), at(world, OTHER_GRID, by="other_grid_worker")
    Case.objects.filter(pk=there.pk).update(opened_at=timezone.now() - timedelta(days=9))
    user = world.duty_officer

    for query, seen in [
        ({"days": 0}, {here.number, there.number}),
        ({}, {here.number}),
        ({"days": 30, "area": OTHER_GRID}, {there.number}),
        ({"days": 0, "status": "closed"}, set()),
        ({"days": 0, "matter": KEY}, {here.number, there.number}),
    ]:
        told = ask(user, "map_points", box="108,30,109,31", zoom=18, **query).json()
        listed = ask(user, "map_list", **query).context["selection"]
        on_list = ask(user, "cases", **({"days": 7} | query)).context["cases"]
        assert numbers(told["features"]) == seen, query
        assert {line.case.number for line in listed.lines} == seen, query
        assert {line.case.number for line in on_list.rows} == seen, query


def test_close_cases_become_a_bunch_that_says_how_many_are_overdue(world, matter):
    close = [at(world, GRID, east=step * 0.00001) for step in range(3)]
    far = at(world, GRID, east=0.004)
    Case.objects.filter(pk=close[0].pk).update(due_at=timezone.now() - timedelta(hours=1))

    bunches = drawn(world.duty_officer, zoom=15)
    told = sorted((each["properties"].get("count", 1), each["properties"].get("over")) for each in bunches)

    assert told == [(1, None), (3, 1)]
    assert numbers(bunches) >= {far.number}
    assert len(drawn(world.duty_officer, zoom=18)) == 4


def test_no_case_in_view_is_left_out_where_there_are_too_many_to_draw(world, matter, monkeypatch):
    monkeypatch.setattr(mapcases, "MOST_POINTS", 2)
    for step in range(5):
        at(world, GRID, east=step * 0.0009)

    drawn_now = drawn(world.duty_officer, zoom=18)

    assert len(drawn_now) <= 2
    assert sum(each["properties"].get("count", 1) for each in drawn_now) == 5


def test_every_sign_tells_how_the_case_stands(world, matter):
    now = timezone.now()
    case = at(world, GRID)

    def sign(**changes):
        Case.objects.filter(pk=case.pk).update(**({"due_at": None, "status": "open"} | changes))
        return drawn(world.duty_officer)[0]["properties"]["state"]

    assert sign(due_at=now - timedelta(minutes=1)) == "over"
    assert sign(due_at=now + timedelta(hours=1)) == "soon"
    assert sign(due_at=now + timedelta(days=2)) == "new"
    assert sign(status="suspended", due_at=now - timedelta(minutes=1)) == "hold"


def test_cases_without_a_position_are_counted_not_lost(world, matter):
    at(world, GRID)
    nowhere = at(world, GRID)
    nowhere.report.lat = nowhere.report.lon = None
    nowhere.report.save()

    found = in_box(viewer_for(world.duty_officer), Wanted(), ALL, now=timezone.now())
    everything = in_box(viewer_for(world.duty_officer), Wanted(), None, now=timezone.now())

    assert (found.count, found.total, found.unplaced) == (1, 2, 1)
    assert everything.count == 2


def test_titles_on_the_map_are_masked(world, matter):
    at(world, GRID, title="请回电 13812342071")

    assert "13812342071" not in json.dumps(drawn(world.duty_officer), ensure_ascii=False)


# --- the lasso


def test_lasso_takes_what_lies_inside_also_round_a_corner(world, matter):
    lat, lon = world.point_in(GRID)
    inside, in_the_notch = at(world, GRID), at(world, GRID, east=0.002, north=0.002)
    # An L about both: the notch is within the bounds, outside the line.
    ring = [
        (-0.001, -0.001),
        (0.003, -0.001),
        (0.003, 0.001),
        (0.001, 0.001),
        (0.001, 0.003),
        (-0.001, 0.003),
    ]
    corners = [(lon + x, lat + y) for x, y in ring]

    found = in_ring(viewer_for(world.duty_officer), Wanted(), corners, now=timezone.now())

    assert [line.case.number for line in found.lines] == [inside.number]
    assert found.total == 2
    assert in_the_notch.number not in {line.case.number for line in found.lines}


def test_a_line_that_crosses_itself_is_still_a_line(world, matter):
    lat, lon = world.point_in(GRID)
    case = at(world, GRID, east=0.0005)
    bow = [
        (lon - 0.001, lat - 0.001),
        (lon + 0.001, lat + 0.001),
        (lon + 0.001, lat - 0.001),
        (lon - 0.001, lat + 0.001),
    ]

    found = in_ring(viewer_for(world.duty_officer), Wanted(), bow, now=timezone.now())

    assert [line.case.number for line in found.lines] == [case.number]


@pytest.mark.parametrize(
    "ring",
    [
        "",
        "1,2",
        "1,2;3,4",
        "1,2;3,4;x,5",
        "1,2;3,4;999,5",
        "nan,2;3,4;5,6",
        ";".join(["1,2"] * 200),
        "1,2;1,2;1,2;",
    ],
)
def test_what_is_no_line_is_none(ring):
    assert ring_of(ring) is None


@pytest.mark.parametrize(
    "query", [{"box": "1,2,3"}, {"box": "a,b,c,d"}, {"box": "3,2,1,4"}, {"ring": "1,2"}, {}]
)
def test_bad_addresses_are_refused_in_words(world, query):
    answer = ask(world.duty_officer, "map_list" if "ring" in query else "map_points", **query)

    assert answer.status_code == 422


def test_flat_line_has_nothing_inside(world, matter):
    at(world, GRID)

    answer = ask(world.duty_officer, "map_list", ring="108.4,30.75;108.4,30.75;108.4,30.75")

    assert answer.status_code == 200
    assert answer.context["selection"].count == 0


# --- outlines


def unpacked(text):
    """Area codes with their corners, put together as the map's script does."""
    told = json.loads(text)
    areas = {}
    for code, name, rings in told["areas"]:
        corners = []
        x = y = 0
        for dx, dy in zip(rings[0][::2], rings[0][1::2], strict=True):
            x, y = x + dx, y + dy
            corners.append((x * told["unit"], y * told["unit"]))
        areas[code] = (name, corners)
    return areas


def test_outlines_are_those_in_view_and_true_to_half_a_pixel(world):
    found = unpacked(
        outlines_in(viewer_for(world.duty_officer), box_of("108.401,30.762,108.405,30.765"), zoom=16)
    )
    unit = 360 / (256 * 2**16)

    assert set(found) == {GRID}
    name, corners = found[GRID]
    assert name == "沱口社区第一网格"
    truth = world.area(GRID).outline["coordinates"][0][:-1]
    for lon, lat in truth:
        assert min(math.hypot(lon - x, lat - y) for x, y in corners) <= unit


def test_outlines_of_another_district_stay_there(world):
    Area.objects.create(code="500102", name="涪陵区", level="district")

    assert unpacked(outlines_in(viewer_for(world.stranger), ALL, zoom=12)) == {}


def test_known_outlines_are_not_sent_again_until_they_change(world):
    client = as_person(world.duty_officer)
    address = reverse("desk:map_outlines") + f"?box={TOWN_ROW}&zoom=14"

    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    stamp_outlines()
    later = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code, later.status_code) == (200, 304, 200)
    assert again.content == b""


def wavy(column, row, *, corners=48):
    """A cell with a border like a real grid's: many points, none straight."""
    west, south, side = 107.5 + column * 0.02, 30.2 + row * 0.02, 0.02
    ring = []
    for number in range(corners):
        along, side_of = number % 12 / 12, number // 12
        wave = 0.0008 * math.sin(number * 2.1 + column + row)
        x, y = [(along, wave), (1 + wave, along), (1 - along, 1 + wave), (wave, 1 - along)][side_of]
        ring.append([west + x * side, south + y * side])
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def test_3400_outlines_fit_into_a_view_at_every_zoom(world):
    grids = [
        Area(
            code=f"{DISTRICT}9{number // 900 + 10}{number // 30 % 30 + 100:03}{number % 30 + 100:03}",
            name=f"第{number}网格",
            level="grid",
            outline=wavy(number % 60, number // 60),
        )
        for number in range(3_400)
    ]
    towns = {grid.code[:9] for grid in grids}
    communities = {grid.code[:12] for grid in grids}
    Area.objects.bulk_create(Area(code=code, name=code, level="town", parent_id=code[:6]) for code in towns)
    Area.objects.bulk_create(
        Area(code=code, name=code, level="community", parent_id=code[:9]) for code in communities
    )
    for grid in grids:
        grid.parent_id = grid.code[:12]
    Area.objects.bulk_create(grids)
    stamp_outlines()
    viewer, whole = viewer_for(world.district_dispatcher), Box(west=107, south=30, east=109, north=32)

    sizes = {zoom: len(outlines_in(viewer, whole, zoom=zoom)) for zoom in (8, 10, 11, 12, 14)}
    shown = unpacked(outlines_in(viewer, whole, zoom=11))

    assert max(sizes.values()) <= BYTES + 100
    assert len(shown) >= 3_400
    assert all(len(corners) >= 3 for _name, corners in shown.values())


def test_shapes_are_read_once_for_each_state_of_the_outlines(world, django_assert_num_queries):
    viewer = viewer_for(world.duty_officer)
    outlines_in(viewer, ALL, zoom=13)

    with django_assert_num_queries(1):  # only whether they are another
        outlines_in(viewer, ALL, zoom=13)


# --- the page, and who is near


def test_page_has_the_list_without_any_script(world, matter):
    case = at(world, GRID, title="三巷占道")

    page = ask(world.duty_officer, "map").content.decode()

    assert reverse("desk:case", args=[case.number]) in page
    assert "三巷占道" in page


def test_nearest_people_are_told_to_those_who_direct_work_alone(world, matter):
    lat, lon = world.point_in(GRID)
    at(world, GRID, east=0.001)

    told = ask(world.duty_officer, "map_people", at=f"{lon},{lat}")
    refused = ask(world.grid_worker, "map_people", at=f"{lon},{lat}")
    of_the_sibling = ask(world.sibling_duty_officer, "map_people", at=f"{lon},{lat}")

    names = [near.name for near in told.context["people"]]
    worker = next(near for near in told.context["people"] if near.name == "陈秀兰")
    assert names[:2] == ["陈秀兰", "潘红"]  # who hasn't been seen today is put in the middle of his grid
    assert worker.seen_at is not None
    assert 80 < worker.metres < 110
    assert refused.status_code == 403
    assert {near.grid for near in of_the_sibling.context["people"]} == {"五间桥社区第一网格"}


def test_no_outlines_no_fault(world):
    Area.objects.update(outline=None)
    OutlineStamp.objects.all().delete()

    assert ask(world.duty_officer, "map").status_code == 200
    assert ask(world.duty_officer, "map_outlines", box=TOWN_ROW, zoom=14).json()["areas"] == []
    assert ask(world.duty_officer, "map_people", at="108.4,30.75").context["people"] == []
