"""Every shipped matter is whole: diagram, forms, tables, facts and posts fit together."""

import csv
import json
import re
from pathlib import Path

import pytest

import grid
from casework.clocks import parse_limits
from casework.forms import FieldKind, check_form, read_form
from casework.handlers import HANDLERS
from casework.rules.routing import LEVELS
from casework.services.assignment import AUTO
from casework.verbs import VERBS
from tests.library.diagrams import Box, crossings, drawing, run_through
from workflows.bpmn import CheckContext, check, read
from workflows.bpmn.check_names import SETTINGS
from workflows.expressions import compile_expression, compile_script
from workflows.library import shipped_matters

MATTERS = {matter.key: matter for matter in shipped_matters()}
SEED = list(
    csv.DictReader((Path(grid.__file__).parent / "seed" / "posts.csv").read_text("utf-8").splitlines())
)
ICONS = Path(__file__).resolve().parents[2] / "casework" / "assets" / "icons" / "icons.svg"
# What every case has from its first move on (`services.intake`).
INTAKE = {"案件编号", "标题", "类别", "紧急", "摘要", "地点", "片区", "上报人"}
HANDED_OUT = {
    "count_breaches": {"三十日内次数"},
    "count_device_alerts": {"三十日内预警"},
    "find_same_plate": {"重复", "原案件编号"},
    "open_source_case": {"源头子案编号"},
    "suggest_units": {"分派", "分派理由"},
}
STAGES = ["上报", "签收", "分派", "处置", "反馈", "核查", "评价", "办结"]

every_matter = pytest.mark.parametrize("matter", MATTERS.values(), ids=MATTERS)


def human_tasks(matter):
    return [node for node, _scope in read(matter.bpmn).walk() if node.kind == "userTask"]


def texts(value):
    """Every {"zh", "en"} pair in a JSON value."""
    if isinstance(value, dict):
        if "zh" in value:
            yield value
        for each in value.values():
            yield from texts(each)
    if isinstance(value, list):
        for each in value:
            yield from texts(each)


def test_the_library_has_its_matters():
    assert set(MATTERS) == {
        "dispute", "elderly_care", "muck_site", "muck_truck", "old_housing", "square_dance", "street_event",
    }  # fmt: skip


@every_matter
def test_the_check_finds_nothing(matter):
    context = CheckContext(
        forms=frozenset(matter.forms),
        services=frozenset(HANDLERS),
        called=frozenset(),
        tables=frozenset(matter.tables),
        posts=frozenset(line["role"] for line in SEED),
        variables=frozenset(given(matter)),
    )

    found = check(read(matter.bpmn), context=context)

    assert [(each.severity, each.code, each.element) for each in found if each.severity != "note"] == []


@every_matter
def test_every_human_task_says_who_what_how_and_until_when(matter):
    for task in human_tasks(matter):
        said = task.settings
        assert said["level"] in {*LEVELS, "reporter", "nearest"}, task.id
        assert said.get("signFor") == "only" or said["form"] in matter.forms, task.id
        assert set(said.get("verbs", "complete").split()) <= set(VERBS), task.id
        assert said["stage"] in STAGES, task.id
        assert limits(said["limit"]), task.id
        if said["level"] == "nearest":  # the two-nearby rules name the post
            assert not {"post", "unit"} & set(said), task.id
        elif said["level"] != "reporter" and not said["post"].startswith("="):
            assert post_exists(said), task.id


def limits(text):
    """A fixed limit or several in a row, or the texts in the expression that gives one; the district's table has the rest."""
    written = re.findall(r"'(\w+)'", text) if text.startswith("=") else [text]
    return [limit for each in written if each != AUTO for limit in parse_limits(each)]


def post_exists(said):
    units = {said["unit"]} if "unit" in said and not said["unit"].startswith("=") else None
    return any(
        line["at"] == said["level"]
        and line["role"] == said["post"]
        and (units is None or line["unit_key"] in units)
        for line in SEED
    )


def offered(matter, form, name):
    """The values among which a form lets people choose."""
    (asked,) = [field for field in read_form(matter.forms[form]).fields if field.name == name]
    return [choice.value for choice in asked.choices]


def test_the_departments_of_the_joint_review_have_reviewers():
    for unit in offered(MATTERS["old_housing"], "plan", "会审部门"):
        assert post_exists({"level": "district", "unit": unit, "post": "reviewer"}), unit


def test_the_posts_that_triage_chooses_among_exist():
    for name in ("牵头岗位", "配合岗位"):
        for role in offered(MATTERS["old_housing"], "triage", name):
            assert post_exists({"level": "town", "post": role}), role


@every_matter
def test_every_form_can_be_used_and_is_used(matter):
    used = {task.settings["form"] for task in human_tasks(matter) if "form" in task.settings}
    used.add(matter.about["report_form"])

    assert {key: check_form(form) for key, form in matter.forms.items()} == dict.fromkeys(matter.forms, ())
    assert {form["key"] for form in matter.forms.values()} == used == set(matter.forms)


@every_matter
def test_every_text_is_there_in_both_languages(matter):
    found = [*texts(matter.about), *[text for form in matter.forms.values() for text in texts(form)]]

    assert len(found) > 40
    assert [text for text in found if not text["zh"].strip() or not text.get("en", "").strip()] == []
    assert [text["en"] for text in found if re.search(r"[\u4e00-\u9fff]", text["en"])] == []


@every_matter
def test_labels_are_short_enough_for_a_list_of_facts(matter):
    labels = {field["label"]["zh"] for form in matter.forms.values() for field in form["fields"]}

    assert [label for label in labels if len(label) > 7] == []


def given(matter):
    """Names that something gives a value: intake, forms, verbs, scripts, tables, services, loops."""
    names = set(INTAKE)
    for form in matter.forms.values():
        names |= {field.name for field in read_form(form).fields if field.is_asked}
    for node, _scope in read(matter.bpmn).walk():
        names |= {node.settings["outcome"]} if "outcome" in node.settings else set()
        names |= set(compile_script(node.script).targets) if node.script else set()
        names |= HANDED_OUT.get(node.settings.get("operation", ""), set())
        names |= {node.loop.item, node.loop.output_item, "loopCounter"} if node.loop else set()
        names |= {extension.attributes["target"] for extension in node.extensions if extension.tag == "in"}
        names |= {node.settings["outcome"] + "票数"} if "vote" in node.settings else set()
    names |= {
        name for process in read(matter.bpmn).processes for name in (item.name for item in process.data)
    }
    for table in matter.tables.values():
        names |= set(re.findall(r'<output [^>]*name="([^"]+)"', table))
    return names


def asked_for(matter):
    """Names that conditions, scripts, timers and settings look at."""
    diagram = read(matter.bpmn)
    expressions = [
        flow.condition for process in diagram.processes for flow in process.flows if flow.condition
    ]
    for node, _scope in diagram.walk():
        expressions += [text[1:] for text in node.settings.values() if text.startswith("=")]
        expressions += [event.text for event in node.events if event.text and not event.text.startswith("P")]
        expressions += [node.loop.condition] if node.loop and node.loop.condition else []
    names = {name for text in expressions for name in compile_expression(text).names}
    scripts = [compile_script(node.script) for node, _scope in diagram.walk() if node.script]
    return names | {name for script in scripts for name in script.names}


@every_matter
def test_every_name_that_is_looked_at_is_given_by_something(matter):
    assert asked_for(matter) - given(matter) == set()
    assert set(matter.about["facts"]) <= INTAKE


@every_matter
def test_read_only_fields_show_what_the_case_knows(matter):
    shown = {
        (form["key"], field.name)
        for form in matter.forms.values()
        for field in read_form(form).fields
        if field.read_only and field.kind is not FieldKind.NOTE
    }

    assert {name for _form, name in shown} <= given(matter)


@every_matter
def test_the_stages_are_the_official_words_and_hold_the_elements_marked_so(matter):
    marked: dict[str, set[str]] = {}
    for node, _scope in read(matter.bpmn).walk():
        if "stage" in node.settings:
            marked.setdefault(node.settings["stage"], set()).add(node.id)

    assert {stage["label"]["zh"]: set(stage["elements"]) for stage in matter.about["stages"]} == marked
    assert [stage["label"]["zh"] for stage in matter.about["stages"]] == [s for s in STAGES if s in marked]


@every_matter
def test_outcomes_are_ends_of_the_process_and_icons_exist(matter):
    ends = {node.id for node, _scope in read(matter.bpmn).walk() if node.kind == "endEvent"}
    icons = set(re.findall(r'id="i-([a-z-]+)"', ICONS.read_text(encoding="utf-8")))

    assert {outcome["element"] for outcome in matter.about["outcomes"]} <= ends
    assert {matter.about["icon"], *(each["icon"] for each in matter.about["categories"])} <= icons


@every_matter
def test_ids_are_such_as_the_editor_reads(matter):
    """It drops what has another, a countersign's item for one."""
    ids = re.findall(r' id="([^"]*)"', matter.bpmn.decode())

    assert [id for id in ids if not re.fullmatch(r"[A-Za-z_][\w.-]*", id, re.ASCII)] == []


def test_the_editor_knows_every_setting():
    kinds = json.loads((ICONS.parents[1] / "studio" / "cw.json").read_text(encoding="utf-8"))["types"]
    known = {each["name"] for kind in kinds for each in kind["properties"]}

    assert set(SETTINGS) - known == set()
    assert {"In", "Out"} <= {kind["name"] for kind in kinds}


@every_matter
def test_the_diagram_is_drawn_tidily(matter):
    drawn = drawing(matter.bpmn)
    nodes = drawn.nodes()
    names = sorted(nodes)

    assert {node.id for node, _scope in read(matter.bpmn).walk()} == set(nodes)
    assert set(drawn.edges) == set(drawn.ends)
    for node, box in nodes.items():
        assert drawn.shapes[drawn.lanes[node]].contains(box), node
    overlapping = [
        (one, other)
        for n, one in enumerate(names)
        for other in names[n + 1 :]
        if nodes[one].overlaps(nodes[other])
        and other != drawn.hosts.get(one)
        and drawn.hosts.get(other) != one
    ]
    assert overlapping == []
    assert crossings(drawn) == []
    assert run_through(drawn) == []


@every_matter
def test_labels_lie_apart_and_on_no_shape(matter):
    drawn = drawing(matter.bpmn)
    names = sorted(drawn.labels)

    meeting = [
        (one, other)
        for n, one in enumerate(names)
        for other in names[n + 1 :]
        if drawn.labels[one].overlaps(drawn.labels[other])
    ]
    covered = [
        (id, node)
        for id in names
        for node, box in drawn.nodes().items()
        if drawn.labels[id].overlaps(body(box))
    ]
    assert meeting == []
    assert covered == []


def body(box):
    """A gateway is a diamond: its corners are free."""
    if box.width != 50:
        return box
    return Box(x=box.x + 12, y=box.y + 12, width=26, height=26)
