"""The editor of decision tables: grids kept as DMN, checked cell by cell, tried, and taken in and out as files."""

import json
from copy import deepcopy

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from casework.queries.tabledesign import faults
from casework.rules.grids import dmn_with, grid_of, read_grid
from tests.api import diagrams
from tests.api.conftest import Api
from workflows.bpmn import read
from workflows.engine.decisions import read_tables
from workflows.library import shipped_matters
from workflows.models import Version

DRAWN = (
    diagrams.plain()
    .decode()
    .replace(
        '<bpmn:userTask id="task_1" name="第1步"/>',
        '<bpmn:businessRuleTask id="task_1" name="定级" cw:table="grade"/>',
    )
    .encode()
)


def column(label="", **more):
    return {"label": label, "name": "", "expression": "", "type": "", "values": "", "default": ""} | more


def a_grid(*rules, policy="FIRST", names=("金额", "紧急")):
    return {
        "id": "grade",
        "title": "定级",
        "policy": policy,
        "aggregation": "",
        "inputs": [column(name, expression=name) for name in names],
        "outputs": [column("等级", name="等级")],
        "rules": [{"tests": [*tests], "results": [result], "note": ""} for *tests, result in rules],
    }


GOOD = a_grid(("> 1000", "", '"重大"'), ("", "true", '"较大"'), ("", "", '"一般"'))


@pytest.fixture
def studio(world):
    client = Client()
    client.force_login(world.administrator)
    return client


@pytest.fixture
def draft(studio, world):
    api = Api(user=world.administrator)
    api.post("matters/", {"key": "grades", "title": "定级"})
    api.put("matters/grades/draft/", DRAWN)
    studio.post("/studio/grades/forms/", {"key": "ask", "title": "问"})
    fields = [{"name": name, "type": kind, "label": {"zh": name}} for name, kind in (("金额", "number"),)]
    form = {"key": "ask", "title": {"zh": "问"}, "fields": fields}
    post(studio, "forms/ask/save/", {"form": form, "base": None})
    assert studio.post("/studio/grades/tables/", {"key": "grade", "title": "定级"}).status_code == 302
    return Version.objects.get()


def post(client, address, body):
    return client.post(f"/studio/grades/{address}", json.dumps(body), content_type="application/json")


def keep(client, grid=GOOD, base=None):
    return post(client, "tables/grade/save/", {"grid": grid, "base": base})


def check(client, grid, facts=None):
    return post(client, "tables/grade/check/", {"grid": grid, "facts": facts}).json()


def changed(grid, **cells):
    """The grid with some cells written otherwise: tests_1_0="> 3"."""
    made = deepcopy(grid)
    for place, text in cells.items():
        part, rule, number = place.split("_")
        made["rules"][int(rule)][part][int(number)] = text
    return made


def test_a_table_begins_with_one_rule_and_says_where_it_is_asked(studio, draft):
    (row,) = studio.get("/studio/grades/tables/").context["rows"]
    assert (row.key, row.title, row.fields, [one.name for one in row.used]) == ("grade", "定级", 1, ["定级"])
    bench = studio.get("/studio/grades/tables/grade/").context["bench"]
    assert (bench["grid"]["policy"], len(bench["grid"]["rules"]), "金额" in bench["names"]) == (
        "FIRST",
        1,
        True,
    )


def test_what_is_kept_is_dmn_that_decides(studio, draft):
    assert keep(studio).status_code == 200
    text = Version.objects.get().tables["grade"]
    assert grid_of(GOOD) == read_grid(text)
    tables = read_tables(text.encode())
    assert [rule.number for rule in tables.decisions["grade"].rules] == [1, 2, 3]
    exported = studio.get("/studio/grades/tables/grade/dmn/")
    assert exported.content.decode() == text
    assert "grades-grade.dmn" in exported["Content-Disposition"]


def test_two_who_change_one_table_lose_nothing(studio, draft):
    base = studio.get("/studio/grades/tables/grade/").context["bench"]["stamp"]
    kept = keep(studio, GOOD, base).json()
    mine = changed(GOOD, tests_0_0="> 5000")
    assert keep(studio, mine, base).status_code == 409
    assert read_grid(Version.objects.get().tables["grade"]) == grid_of(GOOD)
    assert keep(studio, mine, kept["sha256"]).status_code == 200
    assert keep(studio, GOOD, None).status_code == 200


CELLS = [
    ("tests_0_0", "> （3", "第 3 个字符"),
    ("tests_1_0", "1, 2, > 4 +", "看不懂"),
    ("tests_1_1", "金客 > 3", "是不是“金额”"),
    ("results_0_0", "重大", "英文引号"),
    ("results_1_0", '"较大', "没有成对"),
    ("results_2_0", "长读(3)", "长度"),
]


def test_each_cell_is_checked_at_its_place_and_kept_all_the_same(studio, draft):
    for place, text, part in CELLS:
        grid = changed(GOOD, **{place: text})
        side, rule, number = place.split("_")
        found = [one for one in check(studio, grid)["faults"] if one["part"] == side.removesuffix("s")]
        assert [(one["rule"], one["column"]) for one in found] == [(int(rule), int(number))], place
        assert part in found[0]["message"], found
        assert keep(studio, grid).status_code == 200
    assert studio.get("/studio/grades/tables/").context["rows"][0].problems == 1
    assert studio.get("/studio/grades/").status_code == 200
    assert studio.post("/studio/grades/publish/", {"note": "一"}).status_code in (302, 422)
    assert not Version.objects.filter(status="published").exists()


def test_a_text_without_quotation_marks_gets_them_offered(studio, draft):
    (fault,) = check(studio, changed(GOOD, results_0_0="重大"))["faults"][:1]
    assert fault["quote"] == '"重大"'


def test_overlaps_gaps_and_hidden_rules_are_shown_at_their_rows(studio, draft):
    def between(grid):
        return [(one["severity"], one["rules"]) for one in check(studio, grid)["faults"]]

    over = a_grid(("> 10", '"甲"'), ("> 5", '"乙"'), ("<= 5", '"丙"'), policy="UNIQUE", names=("金额",))
    assert between(over) == [("error", [0, 1])]
    hidden = a_grid(("> 5", '"甲"'), ("> 10", '"乙"'), ("", '"丙"'), names=("金额",))
    assert between(hidden) == [("warning", [0, 1])]
    gap = a_grid(("> 5", '"甲"'), names=("金额",))
    assert between(gap) == [("warning", [])]
    assert between(a_grid(("> 5", '"甲"'), ("<= 5", '"乙"'), names=("金额",))) == []


def test_a_table_is_tried_with_facts_and_says_which_rule_fits(studio, draft):
    def answer(**facts):
        return check(studio, GOOD, facts)["outcome"]

    assert check(studio, GOOD)["asks"] == ["金额", "紧急"]
    assert answer(金额="1200", 紧急="否") == {"rules": [0], "values": {"等级": "重大"}}
    assert answer(金额="12", 紧急="是") == {"rules": [1], "values": {"等级": "较大"}}
    assert answer(金额=12, 紧急=False)["rules"] == [2]
    assert "紧急" in answer(金额="12")["message"]
    assert "message" in answer(金额="多", 紧急="是")
    assert answer(金额={"a": 1}, 紧急=[1])["message"]


NO_GRIDS: list[object] = [
    None, 5, [], {}, {**GOOD, "policy": "MAGIC"}, {**GOOD, "aggregation": 5}, {**GOOD, "id": ""}, {**GOOD, "id": 5},
    {**GOOD, "title": None}, {**GOOD, "inputs": [5]}, {**GOOD, "rules": [5]}, {**GOOD, "rules": [{"tests": []}]},
    {**GOOD, "outputs": []}, {**GOOD, "inputs": [column("x")] * 60}, {**GOOD, "title": "长" * 3000},
    {**GOOD, "title": "\x01"}, {**GOOD, "title": "\ufffe"}, {**GOOD, "rules": [GOOD["rules"][0]] * 1001},
    {**GOOD, "id": "another"}, {**GOOD, "inputs": [{**column("x"), "label": 3}, column()]},
]  # fmt: skip


def test_what_is_no_table_is_refused_and_nothing_is_kept(studio, draft):
    before = Version.objects.get().tables
    for grid in NO_GRIDS:
        for what in ("save", "check"):
            refused = post(studio, f"tables/grade/{what}/", {"grid": grid, "base": None})
            assert (refused.status_code, bool(refused.json()["message"])) == (422, True), str(grid)[:80]
    for body in (b"", b"[]", b"{", b'{"grid": "\\u0000"}'):
        refused = studio.post("/studio/grades/tables/grade/save/", body, content_type="application/json")
        assert refused.status_code == 400
    assert Version.objects.get().tables == before


def test_markup_in_a_cell_stays_a_text(studio, draft):
    evil = "]]></text><!DOCTYPE x><script>alert(1)</script>&amp;"
    grid = changed(GOOD, results_0_0=json.dumps(evil, ensure_ascii=False))
    assert keep(studio, {**grid, "title": evil}).status_code == 200
    page = studio.get("/studio/grades/tables/grade/")
    assert page.context["grid"].title == evil
    assert "<script>alert" not in page.content.decode()
    assert check(studio, grid, {"金额": 2000, "紧急": True})["outcome"]["values"] == {"等级": evil}


def test_files_come_in_as_they_are_and_faulty_ones_are_refused(studio, draft):
    text = next(iter(next(m for m in shipped_matters() if m.key == "dispute").tables.values()))

    def take(name, data):
        return studio.post("/studio/grades/tables/", {"file": SimpleUploadedFile(name, data)})

    assert take("风险 a.dmn", text.encode()).status_code == 302
    assert text in Version.objects.get().tables.values()
    for data in (b"", b"<x/>", DRAWN, b"\xff\xfe", b"x" * 600_000, text.replace("FIRST", "MAGIC").encode()):
        refused = take("b.dmn", data)
        assert (refused.status_code, bool(refused.context["fault"])) == (422, True), data[:20]


def test_every_shipped_table_passes_through_the_grid_unchanged():
    for matter in shipped_matters():
        for key, text in matter.tables.items():
            grid = read_grid(text)
            again = dmn_with(grid_of(json.loads(json.dumps(grid.as_json()))), text)
            assert read_grid(again) == grid, key
            before, after = read_tables(text.encode()), read_tables(again.encode())
            assert [p.code for p in before.problems] == [p.code for p in after.problems]
            assert [d.rules[0].cells for d in before.decisions.values()] == [
                d.rules[0].cells for d in after.decisions.values()
            ]
            assert [one for one in faults(grid, text, names=()) if one.severity == "error"] == []


def test_what_a_file_holds_beside_the_table_stays():
    text = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:v="urn:vendor" id="f" name="f">
      <decision id="first" name="一"><description>说明</description><extensionElements><v:x y="1"/></extensionElements>
        <decisionTable id="t" hitPolicy="UNIQUE" v:width="3"><input id="i" label="金额"><inputExpression><text>金额</text>
        </inputExpression></input><output id="o" name="等级"/><annotation name="依据"/>
        <rule id="r"><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry>
        <annotationEntry><text>第三条</text></annotationEntry></rule></decisionTable></decision>
      <decision id="second" name="二"><literalExpression><text>等级 + 1</text></literalExpression></decision></definitions>"""
    grid = read_grid(text)
    assert (grid.id, grid.rules[0].note) == ("first", "第三条")
    again = dmn_with(grid, text)
    for part in ("说明", 'y="1"', 'width="3"', 'name="依据"', "第三条", "等级 + 1", 'id="second"'):
        assert part in again
    assert read_grid(again) == grid


def test_a_table_in_use_stays_and_is_renamed_in_the_diagram_too(studio, draft):
    studio.post("/studio/grades/tables/grade/drop/")
    studio.post("/studio/grades/tables/", {"key": "other", "title": "其他"})
    studio.post("/studio/grades/tables/other/drop/")
    assert list(Version.objects.get().tables) == ["grade"]
    studio.post("/studio/grades/tables/grade/rename/", {"new": "level"})
    now = Version.objects.get()
    (task,) = [node for node, _scope in read(now.bpmn.encode()).walk() if node.id == "task_1"]
    assert (list(now.tables), task.settings["table"]) == (["level"], "level")
