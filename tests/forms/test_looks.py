"""What a form looks like as HTML, and as JSON Schema."""

import pytest
from django.utils.html import escape

from casework.forms import build, json_schema, read_form
from tests.forms.test_filling import CHOICES, NOW, SHA, TABLE, a_field, a_form


def html(field, data=None, **options):
    return str(build(a_form(field), data=data or {}, language="zh-hans", now=NOW, **options)[field["name"]])


CONTROLS = [
    ("text", a_field(type="text"), "三巷", ['<input class="input" type="text"', 'value="三巷"']),
    ("long text", a_field(type="long_text"), "三巷", ['<textarea class="input"', "三巷</textarea>"]),
    ("number", a_field(), 3.5, ['inputmode="decimal"', 'value="3.5"']),
    ("short choice", a_field(type="choice", choices=CHOICES), "修缮", ['class="seg seg--full"', "seg__item--on"]),
    ("long choice", a_field(type="choice", choices=["一" * 9, "二" * 9]), "", ['class="options"', 'type="radio"']),
    ("many choices", a_field(type="choice", choices=list("甲乙丙丁戊己庚辛")), "乙",
     ['<select class="input select"', '<option value="乙" selected>']),
    ("choices", a_field(type="choices", choices=CHOICES), ["修缮"], ['type="checkbox"', "option--on"]),
    ("yes or no", a_field(type="yes_no"), False, ['value="false"', "seg__item--on", "checked"]),
    ("date", a_field(type="date"), "2026-11-23", ['type="date"', 'value="2026-11-23"']),
    ("photos", a_field(type="photo"), [SHA], [f'src="/photos/{SHA}/?size=thumb"', f'value="{SHA}"', 'type="file"']),
    ("place", a_field(type="place"), {"lat": 30.8, "lon": 108.4, "accuracy": 6, "address": "三巷"},
     ['name="户数-lat" value="30.8"', 'value="三巷"']),
    ("person", a_field(type="person"), {"name": "黄", "phone": "110"}, ['name="户数-name" value="黄"', 'type="tel"']),
    ("table", {**TABLE, "name": "户数"}, [{"户主": "黄", "人数": 3, "救助": True}],
     ['class="cells"', 'name="户数-0-户主" value="黄"', 'name="户数-2-户主"', 'value="true" selected']),
    ("read-only number", a_field(read_only=True, unit={"zh": "户"}), 40, ["<p", "40 户"]),
    ("read-only choices", a_field(type="choices", choices=CHOICES, read_only=True), ["纳入", "修缮"], ["<p", "纳入, 修缮"]),
    ("read-only table", {**TABLE, "name": "户数", "read_only": True}, [{"户主": "黄"}], ["户数-0-户主", "disabled"]),
]  # fmt: skip


@pytest.mark.parametrize(("_case", "field", "value", "parts"), CONTROLS, ids=[case[0] for case in CONTROLS])
def test_a_field_shows_its_value(_case, field, value, parts):
    shown = html(field, {field["name"]: value})

    for part in parts:
        assert part in shown


EVIL = "\"><script>alert(1)</script>'"


@pytest.mark.parametrize("kind", ["text", "long_text", "place", "person", "table", "number", "photo", "date"])
@pytest.mark.parametrize("read_only", [False, True], ids=["asked", "read-only"])
def test_values_are_never_markup(kind, read_only):
    columns = {"columns": [a_field("户主", "text")]} if kind == "table" else {}
    value = {
        "place": {"address": EVIL, "lat": 1, "lon": 1},
        "person": {"name": EVIL, "phone": "1"},
        "table": [{"户主": EVIL}],
        "photo": [EVIL],
    }

    shown = html(a_field(type=kind, read_only=read_only, **columns), {"户数": value.get(kind, EVIL)})

    assert "<script>" not in shown
    assert escape("<script>") in shown


def test_labels_are_never_markup():
    shown = html(a_field(type="choice", choices=[{"value": EVIL, "label": {"zh": EVIL}}]))

    assert "<script>" not in shown


def test_a_form_speaks_the_language_it_is_built_in():
    definition = a_form(a_field(unit={"zh": "户", "en": "homes"}, hint={"zh": "几户", "en": "How many"}))

    form = build(definition, data={}, language="en", now=NOW)

    row = form.rows[0]
    assert (form.title, row.bound.label, row.bound.help_text, row.unit) == (
        "Survey",
        "户数 in English",
        "How many",
        "homes",
    )


def test_the_schema_says_what_the_api_takes():
    form = read_form(
        {
            "key": "k",
            "title": {"zh": "勘查", "en": "Survey"},
            "fields": [
                a_field(whole=True, min=1, required=True),
                a_field("结论", "choice", choices=CHOICES, required=True),
                a_field("原因", "text", required=True, max=50, show_if="结论 == '不成立'"),
                a_field("旧", "text", read_only=True),
                a_field("注", "note"),
                TABLE,
            ],
        }
    )

    schema = json_schema(form, language="en")

    assert schema["additionalProperties"] is False
    assert schema["required"] == ["户数", "结论"]
    assert list(schema["properties"]) == ["户数", "结论", "原因", "困难户"]
    assert schema["properties"]["户数"] == {"title": "户数 in English", "type": "integer", "minimum": 1}
    assert schema["properties"]["原因"]["x-show-if"] == "结论 == '不成立'"
    assert [each["const"] for each in schema["properties"]["结论"]["oneOf"]] == CHOICES
    assert schema["properties"]["困难户"]["items"]["required"] == ["户主"]
