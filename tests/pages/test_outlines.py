"""Outlines drawn at the desk: checked beside their neighbours, kept in versions, never lost, taken away as GeoJSON."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from casework.models import SettingChange
from grid.models import Area, AreaOutline, OutlineStamp, Post
from grid.services.locate import locate, stamp_outlines
from grid.shapes import Refused, corners_of, outline_of
from tests.pages.phone_matter import as_person
from tests.world import COMMUNITY, DISTRICT, GRID, OTHER_GRID, SIBLING_GRID, post_code

pytestmark = pytest.mark.django_db


def board(code=GRID):
    return reverse("desk:outline", args=[code])


def box(west, south, east, north):
    return f"{west},{south}\n{east},{south}\n{east},{north}\n{west},{north}"


def bounds(code):
    corners = Area.objects.get(code=code).outline["coordinates"][0]
    return (
        min(x for x, _y in corners),
        min(y for _x, y in corners),
        max(x for x, _y in corners),
        max(y for _x, y in corners),
    )


def store(user, corners, *, code=GRID, seen=0, **more):
    return as_person(user).post(board(code), {"corners": corners, "seen": seen, "note": "实地核对"} | more)


def smaller(code=GRID):
    """The area without the eastern half of it."""
    west, south, east, north = bounds(code)
    return box(west, south, (west + east) / 2, north)


# --- what a list of corners is


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["empty"]),
        ("108.4,30.7\nhere\n108.5,30.8", ["corner", "corners"]),
        ("999,30\n108.5,30.8\n108.5,30.7\n108.4,30.7", ["corner"]),
        ("nan,30\n108.5,30.8\n108.5,30.7\n108.4,30.7", ["corner"]),
        ("108.4,30.7\n108.5,30.8", ["corners"]),
        ("108.4,30.7\n108.5,30.8\n108.5,30.7\n108.4,30.8", ["crosses"]),
        (box(108.4, 30.7, 108.5, 30.8) + "\n\n" + box(108.45, 30.75, 108.55, 30.85), ["rings"]),
        (box(108.4, 30.7, 108.40001, 30.70001), ["small"]),
        ("1,1\n" * 5001, ["many", "corners"]),
        ("\n\n".join(box(108, 30, 109 - n / 200, 31 - n / 200) for n in range(101)), ["many"]),
    ],
)
def test_what_is_no_outline_is_told_line_by_line(text, codes):
    with pytest.raises(Refused) as refused:
        outline_of(text)

    assert [flaw.code for flaw in refused.value.flaws] == codes


def test_rings_that_cross_under_a_third_are_told_like_any_others():
    """What lies in what can't be said where rings cross: the library itself gives up then."""
    rings = [
        [(108.46, 30.79), (108.46, 30.76), (108.40, 30.73)],
        [(108.43, 30.72), (108.45, 30.75), (108.46, 30.75)],
        [(108.45, 30.77), (108.42, 30.70), (108.49, 30.76), (108.49, 30.76)],
    ]
    text = "\n\n".join("\n".join(f"{x},{y}" for x, y in ring) for ring in rings)

    with pytest.raises(Refused) as refused:
        outline_of(text)

    assert [flaw.code for flaw in refused.value.flaws] == ["rings"]


def test_ring_in_a_ring_is_a_hole_and_the_list_comes_back():
    text = box(108.4, 30.7, 108.5, 30.8) + "\n\n" + box(108.42, 30.72, 108.44, 30.74)
    shape = outline_of(text + "\n\n" + box(108.6, 30.7, 108.7, 30.8))

    again = outline_of(corners_of(json.loads(json.dumps(shape.__geo_interface__))))

    assert shape.geom_type == "MultiPolygon"
    assert sum(len(part.interiors) for part in shape.geoms) == 1
    assert again.equals(shape)


# --- storing


def test_outline_is_stored_as_a_version_and_positions_go_by_it_at_once(world):
    west, south, east, north = bounds(GRID)
    lat, lon = (south + north) / 2, east - (east - west) / 10
    before, stamp = locate(lat=lat, lon=lon), OutlineStamp.objects.get().stamp

    answer = store(world.administrator, smaller())

    area = Area.objects.get(code=GRID)
    versions = list(
        area.outlines.order_by("version").values_list("version", "how", "synthetic", "by", "note")
    )
    assert answer.status_code == 302
    assert versions == [
        (1, "first", True, None, ""),
        (2, "drawn", False, world.administrator.pk, "实地核对"),
    ]
    assert not area.synthetic
    assert before.area_code == GRID
    assert locate(lat=lat, lon=lon).area_code != GRID
    assert OutlineStamp.objects.get().stamp != stamp
    told = SettingChange.objects.get(subject=f"area:{GRID}")
    assert (told.verb, told.by, told.note) == ("outline_drawn", world.administrator, "实地核对")


def test_same_outline_again_changes_nothing(world):
    store(world.administrator, smaller())
    twice = Area.objects.get(code=GRID)
    rolled = corners_of(twice.outline).split("\n")

    answer = store(world.administrator, "\n".join([*rolled[1:], rolled[0]]), seen=2)

    assert answer.status_code == 302
    assert twice.outlines.count() == 2
    assert SettingChange.objects.filter(subject=f"area:{GRID}").count() == 1


def test_second_of_two_is_told_and_keeps_what_he_has_drawn(world):
    mine = smaller()
    west, south, east, north = bounds(GRID)
    theirs = box(west, south, east, (south + north) / 2)
    store(world.administrator, theirs)

    refused = store(world.administrator, mine, seen=0)
    page = refused.content.decode()
    after = store(world.administrator, mine, seen=refused.context["sheet"].version)

    assert refused.status_code == 409
    assert refused.context["corners"] == mine
    assert refused.context["theirs"] == corners_of(AreaOutline.objects.get(version=2).outline)
    assert 'name="seen" value="2"' in page
    assert str(world.administrator) in page
    assert after.status_code == 302
    assert Area.objects.get(code=GRID).outlines.count() == 3


def test_earlier_outline_can_be_put_back(world):
    first = Area.objects.get(code=GRID).outline
    store(world.administrator, smaller())

    shown = as_person(world.administrator).get(board() + "?version=1")
    store(world.administrator, shown.context["corners"], seen=2, restores=shown.context["restores"])

    area = Area.objects.get(code=GRID)
    assert shown.context["restores"] == 1
    assert outline_of(corners_of(area.outline)).equals(outline_of(corners_of(first)))
    assert area.outlines.get(version=3).how == "restored"
    assert area.synthetic  # what was made up stays so when it comes back


def test_overlap_is_refused_and_a_gap_is_told(world):
    west, south, east, north = bounds(GRID)
    other_west, *_ = bounds(OTHER_GRID)
    over = box(west, south, other_west + (east - west) / 4, north)
    made_up = as_person(world.administrator).post(
        reverse("desk:outline_check", args=[GRID]), {"corners": over}
    )
    Area.objects.filter(code=OTHER_GRID).update(synthetic=False)
    stamp_outlines()
    stays = Area.objects.get(code=GRID).outline

    refused = store(world.administrator, over)
    gap = box(west, south, other_west - 0.0001, north)
    told = as_person(world.administrator).post(reverse("desk:outline_check", args=[GRID]), {"corners": gap})

    assert [(flaw.code, flaw.forbids) for flaw in made_up.context["flaws"]] == [("overlap", False)]
    assert refused.status_code == 422
    assert [flaw.code for flaw in refused.context["flaws"]] == ["overlap"]
    assert refused.context["corners"] == over
    assert Area.objects.get(code=GRID).outline == stays
    assert not AreaOutline.objects.exists()
    assert [(flaw.code, flaw.forbids) for flaw in told.context["flaws"]] == [("gap", False)]
    assert json.loads(told.context["shapes"])[0][1]["type"] == "MultiPolygon"


def test_outline_stays_inside_the_area_above(world):
    west, south, east, north = bounds(GRID)
    Area.objects.filter(code=COMMUNITY).update(
        synthetic=False,
        outline={
            "type": "Polygon",
            "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
        },
    )

    refused = store(world.administrator, box(west - 0.001, south, east, north))

    assert [flaw.code for flaw in refused.context["flaws"]] == ["outside"]


def test_outline_stays_inside_the_nearest_area_above_that_has_one(world):
    west, south, east, north = bounds(GRID)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    above = Area.objects.get(code=COMMUNITY).parent
    Area.objects.filter(code=COMMUNITY).update(outline=None)
    Area.objects.filter(pk=above.pk).update(
        synthetic=False, outline={"type": "Polygon", "coordinates": [ring]}
    )

    refused = store(world.administrator, box(west - 0.001, south, east, north))

    assert [flaw.code for flaw in refused.context["flaws"]] == ["outside"]


# --- who may


def test_power_to_draw_reaches_its_own_area_alone(world):
    Post.objects.filter(code=post_code("duty_chief")).update(powers=["outlines"])

    mine = store(world.duty_chief, smaller())
    elsewhere = store(world.duty_chief, smaller(SIBLING_GRID), code=SIBLING_GRID)
    listed = as_person(world.duty_chief).get(reverse("desk:outlines")).context["areas"]
    nobody = as_person(world.duty_officer).get(board())

    assert (mine.status_code, elsewhere.status_code, nobody.status_code) == (302, 404, 403)
    assert {area.code[:9] for area in listed} == {"500101026"}
    assert not Area.objects.get(code=SIBLING_GRID).outlines.exists()


# --- GeoJSON out and in


def test_outlines_go_out_and_come_in_again_unchanged(world):
    client = as_person(world.administrator)
    answer = client.get(reverse("desk:outline_export") + f"?area={COMMUNITY}")
    content = answer.content
    told = json.loads(content)

    found = {each["properties"]["code"]: each for each in told["features"]}
    file = SimpleUploadedFile("a.geojson", content)
    trial = client.post(reverse("org:import"), {"kind": "areas", "do": "try", "file": file})

    assert set(found) == {COMMUNITY, GRID, OTHER_GRID}
    assert found[GRID]["geometry"] == Area.objects.get(code=GRID).outline
    assert found[GRID]["properties"]["parent"] == COMMUNITY
    assert trial.status_code == 200
    (_name, changes), *_ = trial.context["trial"].changes
    assert not changes.added


def test_file_that_changes_an_outline_leaves_a_version(world):
    area = Area.objects.get(code=GRID)
    west, south, east, north = bounds(GRID)
    ring = [
        [west, south],
        [(west + east) / 2, south],
        [(west + east) / 2, north],
        [west, north],
        [west, south],
    ]
    feature = {
        "type": "Feature",
        "properties": {"code": GRID, "name": area.name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    client = as_person(world.administrator)

    def send(do):
        file = SimpleUploadedFile("边界.geojson", content)
        return client.post(reverse("org:import"), {"kind": "areas", "do": do, "file": file})

    send("try")
    tried = AreaOutline.objects.count()
    send("store")

    assert tried == 0
    assert list(area.outlines.order_by("version").values_list("how", flat=True)) == ["first", "imported"]
    assert area.outlines.get(version=2).note == "边界.geojson"


def test_list_finds_by_name_and_goes_down(world):
    found = as_person(world.administrator).get(reverse("desk:outlines") + f"?q=第一网格&inside={DISTRICT}")

    assert GRID in {area.code for area in found.context["areas"]}
    assert all("第一网格" in area.name for area in found.context["areas"])
