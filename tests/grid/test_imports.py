import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from grid.models import Area, OutlineStamp, Post, Unit
from grid.services.area_register import read_areas
from grid.services.locate import locate
from grid.services.registers import RegisterRefused
from grid.services.unit_register import read_organisation
from tests.world import COMMUNITY, GRID, TOWN

AREAS = f"""code,name,kind
500101,万州区,
{TOWN},陈家坝街道,街道
{TOWN}007,新社区,社区
{TOWN}007001,新社区第一网格,
"""
UNITS = f"""unit_code,unit_key,unit_name,unit_kind,area_code,parent_unit,role,post_name,sees,powers
{TOWN}000-centre,command_centre,指挥中心,command_centre,{TOWN},,duty_officer,值班员,area,dispatch register
{TOWN}000-centre,command_centre,指挥中心,command_centre,{TOWN},,commander,指挥长,area,dispatch supervise
{TOWN}000-water,water_station,水务站,other,{TOWN},{TOWN}000-centre,,,,
"""


@pytest.fixture
def write(tmp_path):
    def write_file(text, name="register.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write_file


def run(command, path, *options):
    out = StringIO()
    call_command(command, str(path), *options, stdout=out, stderr=out)
    return out.getvalue()


def refusals(read, path):
    with pytest.raises(RegisterRefused) as refused:
        read(path)
    return [(bad.number, bad.code) for bad in refused.value.bad_lines]


def square(west=108.5, south=30.8, side=0.01):
    east, north = west + side, south + side
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def collection(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": list(features)} | more)


def feature(code=f"{TOWN}001003", name="第三网格", geometry=None):
    geometry = geometry or {"type": "Polygon", "coordinates": square()}
    return {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry}


@pytest.mark.django_db
def test_areas_are_stored_with_level_and_parent_from_their_codes(write):
    said = run("import_areas", write(AREAS))

    assert "4  (500101 500101026 500101026007 500101026007001)" in said
    grid = Area.objects.get(code=f"{TOWN}007001")
    assert (grid.level, grid.parent.code, grid.synthetic) == ("grid", f"{TOWN}007", False)
    assert Area.objects.get(code=TOWN).kind == Area.Kind.SUBDISTRICT


@pytest.mark.django_db
def test_the_same_file_again_changes_nothing_and_a_renamed_area_is_one_change(write):
    run("import_areas", write(AREAS))
    stamp = OutlineStamp.objects.get()

    again = run("import_areas", write(AREAS))
    unchanged = OutlineStamp.objects.get()
    renamed = run("import_areas", write(AREAS.replace("新社区,社区", "江南新社区,社区")))

    assert again.count(" 0\n") == 4
    assert unchanged.stamp == stamp.stamp
    assert f"1  ({TOWN}007)" in renamed
    assert Area.objects.get(code=f"{TOWN}007").name == "江南新社区"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("case", "encoding", "heading"),
    [
        ("what spreadsheets write in China", "gb18030", "编码,名称,类型"),
        ("what they write elsewhere", "utf-8-sig", "code,name,kind"),
    ],
)
def test_offices_files_are_understood(write, case, encoding, heading):
    run("import_areas", write(AREAS.replace("code,name,kind", heading), encoding=encoding))

    assert Area.objects.get(code=TOWN).name == "陈家坝街道"


def test_a_trial_run_says_what_it_would_do_and_does_nothing(world, write):
    path = write(AREAS)

    said = run("import_areas", path, "--dry-run")

    assert f"2  ({TOWN}007 {TOWN}007001)" in said
    assert not Area.objects.filter(code=f"{TOWN}007").exists()


def test_one_bad_line_stops_the_whole_file_with_exit_code_one(world, write):
    path = write(AREAS + f"{TOWN}0070010,十六位,\n")
    before = Area.objects.count()

    with pytest.raises(CommandError) as stopped:
        run("import_areas", path)

    assert stopped.value.returncode == 1
    assert Area.objects.count() == before


def test_every_bad_line_is_named(world, write):
    path = write(
        "code,name,kind,outline\n"
        "50010102600100,十四位,,\n"
        f"{TOWN}008,,社区,\n"
        f"{TOWN}009,好社区,城堡,\n"
        f'{TOWN}001009,网格,,"POLYGON((108 30,109 30))"\n'
        f'{TOWN}001010,网格,,"POLYGON((500000 3400000,500100 3400000,500100 3400100,500000 3400000))"\n'
        f'{TOWN}001011,蝴蝶结,,"POLYGON((108 30,109 31,109 30,108 31,108 30))"\n'
        f'{TOWN}001012,点,,"POINT(108 30)"\n'
        f"{TOWN}010,好,社区,\n"
        f"{TOWN}010,好,社区,\n"
    )

    assert refusals(read_areas, path) == [
        (2, "area_code_length"),
        (3, "name"),
        (4, "kind"),
        (5, "outline"),
        (6, "outline"),
        (7, "outline"),
        (8, "outline"),
        (10, "twice"),
    ]


@pytest.mark.parametrize(
    ("case", "text", "found"),
    [
        ("the area above is nowhere", "code,name\n500101099001,孤儿社区\n", [(2, "parent")]),
        ("unknown column", "code,name,colour\n500101,万州区,red\n", [(1, "unknown_column")]),
        ("no name column", "code\n500101\n", [(1, "missing_column")]),
        ("a cell too many", "code,name\n500101,万州区,x\n", [(2, "cells")]),
        ("nothing in it", "\n\n", [(1, "empty")]),
        ("an open quotation mark", 'code,name\n500101,"万州区\n', [(2, "csv")]),
    ],
)
def test_a_file_that_is_no_register(world, write, case, text, found):
    assert refusals(read_areas, write(text)) == found


@pytest.mark.parametrize(
    ("case", "text", "found"),
    [
        ("not JSON", "{,", [(1, "json")]),
        ("nested too deeply", "[" * 100_000, [(0, "json")]),
        ("an endless number", "1" * 5000, [(0, "json")]),
        ("not a collection", "[]", [(0, "geojson")]),
        ("Gauss-Krüger", collection(feature(), crs={"properties": {"name": "EPSG:4547"}}), [(0, "crs")]),
        ("no code", collection(feature(), {"type": "Feature"}), [(2, "area_code_not_digits")]),
        ("a nonsense feature", collection(7), [(1, "area_code_not_digits")]),
        (
            "a line",
            collection(feature(geometry={"type": "LineString", "coordinates": [[1, 2], [3, 4]]})),
            [(1, "outline")],
        ),
        (
            "broken geometry",
            collection(feature(geometry={"type": "Polygon", "coordinates": 7})),
            [(1, "outline")],
        ),
    ],
)
def test_geojson_that_cannot_be_stored(world, write, case, text, found):
    assert refusals(read_areas, write(text, "areas.geojson")) == found


def test_a_grid_imported_from_geojson_is_found_by_its_position_at_once(world, write):
    run("import_areas", write(collection(feature()), "areas.geojson"))

    assert locate(lat=30.805, lon=108.505).area_code == f"{TOWN}001003"


def test_an_outline_stays_when_a_file_has_none(world, write):
    outline = world.area(GRID).outline

    run("import_areas", write(f"code,name\n{GRID},沱口一格\n"))

    grid = Area.objects.get(code=GRID)
    assert (grid.name, grid.outline, grid.synthetic) == ("沱口一格", outline, True)


def test_what_is_not_in_the_file_is_named_and_kept(world, write):
    text = f"code,name,kind\n{COMMUNITY},沱口社区,社区\n{GRID},沱口社区第一网格,\n"

    said = run("import_areas", write(text))

    assert f"1  ({COMMUNITY}002)" in said
    assert Area.objects.filter(code=f"{COMMUNITY}002").exists()


def test_what_is_not_in_the_file_goes_if_asked_unless_it_is_used(world, write):
    run("import_areas", write(AREAS.split("\n", 3)[0] + f"\n{TOWN}007,新社区,社区\n{TOWN}007001,一格,\n"))
    smaller = write(f"code,name,kind\n{TOWN}007,新社区,社区\n")

    said = run("import_areas", smaller, "--remove-missing")

    assert f"1  ({TOWN}007001)" in said
    assert not Area.objects.filter(code=f"{TOWN}007001").exists()
    with pytest.raises(CommandError):
        run("import_areas", write(f"code,name,kind\n{TOWN},陈家坝街道,街道\n"), "--remove-missing")
    assert Area.objects.filter(code=GRID).exists()


def test_units_and_posts_are_added_and_changed(world, write):
    said = run("import_units", write(UNITS))
    again = run("import_units", write(UNITS))

    assert f"1  ({TOWN}000-water)" in said
    assert Unit.objects.get(code=f"{TOWN}000-water").parent.code == f"{TOWN}000-centre"
    officer = Post.objects.get(code=f"{TOWN}000-centre/duty_officer")
    assert (officer.sees, officer.powers) == ("area", ["dispatch", "register"])
    assert f"1  ({TOWN}000-centre/duty_chief)" in said
    assert again.count(" 0\n") == 6


def test_posts_that_are_held_are_not_removed(world, write):
    with pytest.raises(CommandError):
        run("import_units", write(UNITS), "--remove-missing")

    assert Post.objects.filter(code=f"{TOWN}000-centre/duty_chief").exists()
    assert not Unit.objects.filter(code=f"{TOWN}000-water").exists()


def test_unused_posts_and_units_are_removed_if_asked(world, write):
    run("import_units", write(UNITS))
    centre = UNITS.split("\n")[0]
    posts = "".join(
        f"{post.unit.code},{post.unit.key},{post.unit.name},{post.unit.kind},{TOWN},,{post.role},{post.name},{post.sees},\n"
        for post in Post.objects.filter(unit__area__code=TOWN).select_related("unit")
    )

    said = run("import_units", write(f"{centre}\n{posts}"), "--remove-missing")

    assert f"({TOWN}000-party {TOWN}000-water)" in said
    assert not Unit.objects.filter(code=f"{TOWN}000-water").exists()


def unit_line(**changes):
    line = {
        "unit_code": f"{TOWN}000-x",
        "unit_key": "x",
        "unit_name": "单位",
        "unit_kind": "other",
        "area_code": TOWN,
        "parent_unit": "",
        "role": "worker",
        "post_name": "岗",
        "sees": "",
        "powers": "",
    } | changes
    return ",".join(line.values()) + "\n"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([unit_line(area_code="50010102600100")], [(2, "area_code_length")]),
        ([unit_line(unit_code="a/b")], [(2, "unit_code")]),
        ([unit_line(unit_key="X Y")], [(2, "unit_key")]),
        ([unit_line(unit_name="")], [(2, "unit_name")]),
        ([unit_line(unit_kind="castle")], [(2, "unit_kind")]),
        ([unit_line(role="Worker")], [(2, "role")]),
        ([unit_line(post_name="")], [(2, "post_name")]),
        ([unit_line(sees="everything")], [(2, "sees")]),
        ([unit_line(powers="dispatch fly")], [(2, "powers")]),
        ([unit_line(), unit_line()], [(3, "twice")]),
        ([unit_line(), unit_line(role="other", unit_name="别的")], [(3, "contradiction")]),
        ([unit_line(area_code="500101099")], [(2, "area")]),
        ([unit_line(parent_unit="nowhere")], [(2, "parent")]),
        ([unit_line(parent_unit=f"{TOWN}000-x")], [(2, "parent")]),
        ([unit_line(role="a b"), unit_line(unit_key="")], [(2, "role"), (3, "unit_key")]),
    ],
)
def test_bad_lines_of_units(world, write, lines, found):
    heading = UNITS.split("\n")[0] + "\n"

    assert refusals(read_organisation, write(heading + "".join(lines))) == found


def test_a_file_that_is_not_there(tmp_path):
    assert refusals(read_areas, tmp_path / "gone.csv") == [(0, "unreadable")]


def test_excel_is_read_like_csv_with_the_numbers_of_its_lines(world, tmp_path):
    book = Workbook()
    book.active.append(
        ["单位编码", "单位类别", "单位名称", "单位性质", "所属区域", "岗位标识", "岗位名称", None]
    )
    book.active.append(["500101026000-water", "water", "水务组", "other", 500101026, "handler", "水务岗"])
    book.active.append([])
    book.active.append(["500101026000-water", "water", "水务组", "other", 500101026, "Bad Role", "岗"])
    book.save(tmp_path / "units.xlsx")

    with pytest.raises(RegisterRefused) as refused:
        read_organisation(tmp_path / "units.xlsx")

    assert [(bad.number, bad.code) for bad in refused.value.bad_lines] == [(4, "role")]


@pytest.mark.parametrize("case", ["no zip", "locked by a password", "damaged"])
def test_what_is_no_excel_file_is_refused_in_words(tmp_path, case):
    Workbook().save(tmp_path / "units.xlsx")
    content = bytearray((tmp_path / "units.xlsx").read_bytes())
    if case == "no zip":
        content = bytearray(b"not a workbook")
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while case == "locked by a password" and at >= 0:
            content[at + place] |= 1
            at = content.find(mark, at + 1)
    if case == "damaged":
        content[60:200] = bytes(140)
    (tmp_path / "units.xlsx").write_bytes(content)

    with pytest.raises(RegisterRefused) as refused:
        read_organisation(tmp_path / "units.xlsx")

    assert [bad.code for bad in refused.value.bad_lines] == ["workbook"]
