"""The kinds of field that an office needs beside plain ones, and what each step makes of a field."""

import pytest

from casework.forms import FieldKind, build, check_form, json_schema, read_form
from tests.forms.test_filling import NOW, a_field, a_form, codes, fill

AREAS = [("500101001", "高笋塘街道")]
TAKEN = [
    ("money", "12.50", 12.5),
    ("money", 3, 3),
    ("datetime", "2026-11-23T16:40", "2026-11-23T16:40:00+08:00"),
    ("datetime", "2026-11-23T08:40:00Z", "2026-11-23T08:40:00+00:00"),
    ("area", "500101001", "500101001"),
    ("position", {"lat": 30.8, "lon": 108.4}, {"lat": 30.8, "lon": 108.4, "accuracy": None, "address": ""}),
    ("address", " 白岩路 3 号 ", "白岩路 3 号"),
    ("rating", "4", 4),
    ("phone", "138 0000 5678", "13800005678"),
    ("phone", "023-58123456", "02358123456"),
    ("phone", "12345", "12345"),
    ("id_number", "11010519491231002x", "11010519491231002X"),
    ("credit_code", "91350100m000100y43", "91350100M000100Y43"),
    ("plate", "渝a·12345", "渝A12345"),
    ("plate", "渝AD12345", "渝AD12345"),
    ("plate", "渝F1234挂", "渝F1234挂"),
]
REFUSED = [
    ("money", "0.001"),
    ("money", "-1"),
    ("money", "1e308"),
    ("datetime", "2026-02-30T10:00"),
    ("datetime", "0001-01-01T00:00"),
    ("datetime", 5),
    ("area", "500101002"),
    ("position", {"address": "三巷"}),
    ("address", "长" * 201),
    ("rating", "6"),
    ("rating", "2.5"),
    ("phone", "1380000"[:6]),
    ("phone", "abcdefg"),
    ("id_number", "110105194912310021"),
    ("id_number", "110105194902310020"),
    ("credit_code", "91350100M000100Y44"),
    ("plate", "渝I12345"),
    ("plate", "<script>"),
    *((kind, ["list"]) for kind in ("phone", "plate", "id_number", "rating", "datetime", "area")),
]


@pytest.mark.parametrize(("kind", "given", "kept"), TAKEN)
def test_what_is_right_is_kept_in_one_spelling(kind, given, kept):
    form = fill(a_form(a_field(type=kind)), {"户数": given}, areas=AREAS)
    assert form.is_valid(), form.errors
    assert form.values() == {"户数": kept}
    again = build(a_form(a_field(type=kind)), data=form.values(), language="zh-hans", now=NOW, areas=AREAS)
    assert str(again["户数"])


@pytest.mark.parametrize(("kind", "given"), REFUSED)
def test_what_is_wrong_is_refused_at_its_field(kind, given):
    form = fill(a_form(a_field(type=kind)), {"户数": given}, areas=AREAS)
    assert set(codes(form)) == {"户数"}


def test_a_moment_is_shown_by_the_wall_clock_here():
    form = build(
        a_form(a_field(type="datetime")), data={"户数": "2026-11-23T08:40:00+00:00"}, language="en", now=NOW
    )
    assert 'value="2026-11-23T16:40"' in str(form["户数"])
    read = build(
        a_form(a_field(type="datetime", read_only=True)),
        data={"户数": "2026-11-23T08:40:00+00:00"},
        language="en",
        now=NOW,
    )
    assert "2026-11-23 16:40" in str(read["户数"])


def test_a_heading_takes_no_answer():
    form = fill(a_form(a_field("第一部分", "section"), a_field()), {"户数": 1})
    assert form.is_valid()
    assert form.values() == {"户数": 1}
    refused = fill(a_form(a_field("第一部分", "section")), {"第一部分": "x"})
    assert codes(refused) == {"__all__": ["read_only"]}


def test_each_step_makes_its_own_of_a_field():
    access = {"a": "required", "b": "read", "c": "hidden", "d": "write"}
    definition = a_form(a_field(required=True, access=access), a_field("备注", "text"))

    def asked_at(step):
        return fill(definition.at(step), {}, data={"户数": 3})

    assert codes(asked_at("a")) == {"户数": ["required"]}
    assert codes(asked_at("elsewhere")) == {"户数": ["required"]}
    assert (asked_at("b").is_valid(), [row.bound.name for row in asked_at("b").rows]) == (
        True,
        ["户数", "备注"],
    )
    assert (asked_at("c").is_valid(), [row.bound.name for row in asked_at("c").rows]) == (True, ["备注"])
    assert asked_at("d").values() == {"户数": None, "备注": None}
    assert codes(fill(definition.at("b"), {"户数": 9})) == {"__all__": ["read_only"]}


@pytest.mark.parametrize("access", [5, [], {"a": "own"}, {"a": ["read"]}, {"a": None}])
def test_what_no_step_can_make_of_a_field_is_told(access):
    raw = {"key": "k", "title": {"zh": "勘查"}, "fields": [a_field(access=access)]}
    assert [problem.code for problem in check_form(raw)] == ["bad_access"]


def test_every_kind_has_a_control_and_a_schema():
    more = {
        "choice": {"choices": ["甲"]},
        "choices": {"choices": ["甲"]},
        "table": {"columns": [a_field("户主", "text")]},
    }
    raw = [a_field(f"字段{n}", kind, **more.get(kind, {})) for n, kind in enumerate(FieldKind)]
    definition = read_form({"key": "k", "title": {"zh": "全部"}, "fields": raw})

    form = build(definition, data={}, language="zh-hans", now=NOW)
    assert all(str(row.bound) for row in form.rows)
    schema = json_schema(definition)
    silent = {"note", "section"}
    assert set(schema["properties"]) == {field["name"] for field in raw if field["type"] not in silent}
    assert schema["properties"]["字段13"]["multipleOf"] == 0.01
