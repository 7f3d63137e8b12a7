"""A form's JSON: what is taken, and what is said about everything else."""

import json

import pytest
from django.utils import translation

from casework.forms import FieldKind, FormRefused, Text, check_form, read_form


def a_form(*fields, **more):
    return {"key": "survey", "title": {"zh": "勘查", "en": "Survey"}, "fields": list(fields), **more}


def a_field(**changes):
    return {"name": "户数", "type": "number", "label": {"zh": "户数", "en": "Households"}, **changes}


def a_choice(**changes):
    return a_field(name="结论", type="choice", choices=["纳入", "不纳入"], **changes)


def test_a_form_is_read_with_its_texts_in_both_languages():
    form = read_form(a_form(a_field(unit={"zh": "户", "en": "homes"}, min=1, max=20, whole=True)))

    field = form.fields[0]
    assert form.title == Text(zh="勘查", en="Survey")
    assert (field.name, field.kind, field.least, field.most, field.whole) == (
        "户数",
        FieldKind.NUMBER,
        1,
        20,
        True,
    )
    assert field.unit is not None
    assert field.unit.in_language("en") == "homes"
    assert field.label.in_language("zh-hans") == "户数"


def test_a_text_without_english_is_read_in_chinese():
    assert read_form(a_form(a_field(label="户数"))).fields[0].label.in_language("en") == "户数"


PROBLEMS = [
    ("not an object", [], "not_a_form", ""),
    ("no key", {"title": {"zh": "x"}, "fields": []}, "no_key", ""),
    ("no title", {"key": "k", "fields": []}, "missing_label", ""),
    ("fields is no list", {"key": "k", "title": "x", "fields": {}}, "no_fields", ""),
    ("a field is no object", a_form("户数"), "not_a_field", ""),
    ("too many fields", a_form(*[a_field(name=f"户{n}") for n in range(101)]), "too_many_fields", ""),
    ("unknown key of the form", a_form(colour="red"), "unknown_key", ""),
    ("unknown key of a field", a_form(a_field(requierd=True)), "unknown_key", "户数"),
    ("no name", a_form(a_field(name="")), "no_name", ""),
    ("name is no text", a_form(a_field(name=7)), "no_name", ""),
    ("name with a space", a_form(a_field(name="总 户数")), "bad_name", "总 户数"),
    ("name with a sign", a_form(a_field(name="户数-1")), "bad_name", "户数-1"),
    ("emoji name", a_form(a_field(name="户数😀")), "bad_name", "户数😀"),
    ("emoji alone", a_form(a_field(name="🏠")), "bad_name", "🏠"),
    ("reserved name", a_form(a_field(name="_x")), "bad_name", "_x"),
    ("name of the language", a_form(a_field(name="and")), "bad_name", "and"),
    ("name begins with a digit", a_form(a_field(name="1号楼")), "bad_name", "1号楼"),
    ("name too long", a_form(a_field(name="户" * 41)), "bad_name", "户" * 41),
    ("duplicate name", a_form(a_field(), a_field()), "duplicate_name", "户数"),
    (
        "duplicate after normalising",
        a_form(a_field(name="A"), a_field(name="Ａ")),  # noqa: RUF001
        "duplicate_name",
        "A",
    ),
    ("unknown type", a_form(a_field(type="integer")), "unknown_type", "户数"),
    ("type is no text", a_form(a_field(type=["number"])), "unknown_type", "户数"),
    ("no label", a_form(a_field(label=None)), "missing_label", "户数"),
    ("empty label", a_form(a_field(label={"zh": " ", "en": "x"})), "missing_label", "户数"),
    ("label in English alone", a_form(a_field(label={"en": "x"})), "missing_label", "户数"),
    ("label too long", a_form(a_field(label="户" * 501)), "text_too_long", "户数"),
    ("flag is no flag", a_form(a_field(required="yes")), "bad_flag", "户数"),
    ("least above most", a_form(a_field(min=3, max=2)), "bad_bounds", "户数"),
    ("least is NaN", a_form(a_field(min=float("nan"))), "bad_bounds", "户数"),
    ("most is infinite", a_form(a_field(max=float("inf"))), "bad_bounds", "户数"),
    ("most is huge", a_form(a_field(max=10**400)), "bad_bounds", "户数"),
    ("least is a text", a_form(a_field(min="3")), "bad_bounds", "户数"),
    ("bounds of a date", a_form(a_field(type="date", min=1)), "bad_bounds", "户数"),
    ("choice without choices", a_form(a_field(type="choice")), "no_choices", "户数"),
    ("choices empty", a_form(a_field(type="choices", choices=[])), "no_choices", "户数"),
    ("choices of a number", a_form(a_field(choices=["a"])), "no_choices_here", "户数"),
    ("choice without value", a_form(a_field(type="choice", choices=[{"label": "x"}])), "bad_choice", "户数"),
    ("choice without label", a_form(a_field(type="choice", choices=[{"value": "x"}])), "missing_label", "户数"),
    ("choice twice", a_form(a_field(type="choice", choices=["x", "x"])), "duplicate_choice", "户数"),
    ("table without columns", a_form(a_field(type="table")), "no_columns", "户数"),
    ("columns of a number", a_form(a_field(columns=[a_field()])), "no_columns_here", "户数"),
    (
        "photo in a table",
        a_form(a_field(type="table", columns=[a_field(name="图", type="photo")])),
        "unknown_type",
        "图",
    ),
    ("column twice", a_form(a_field(type="table", columns=[a_field(), a_field()])), "duplicate_name", "户数"),
    ("condition is no text", a_form(a_field(show_if=True)), "bad_show_if", "户数"),
    ("condition is empty", a_form(a_field(show_if=" ")), "bad_show_if", "户数"),
    ("condition with full-width signs", a_form(a_choice(), a_field(show_if="结论 ＝ 3")), "bad_show_if", "户数"),
    ("condition reaches out", a_form(a_field(show_if="__import__('os')")), "bad_show_if", "户数"),
    ("condition on itself", a_form(a_field(show_if="户数 > 3")), "bad_show_if", "户数"),
    ("condition on a field below", a_form(a_field(show_if="结论 == '纳入'"), a_choice()), "bad_show_if", "户数"),
    ("check is no object", a_form(checks=["户数 > 3"]), "bad_check", ""),
    ("check without message", a_form(checks=[{"must": "户数 > 3"}]), "missing_label", ""),
    ("check can't be read", a_form(checks=[{"must": "户数 >", "message": "x"}]), "bad_check", ""),
]  # fmt: skip


@pytest.mark.parametrize(("_case", "raw", "code", "field"), PROBLEMS, ids=[case[0] for case in PROBLEMS])
def test_a_wrong_form_is_refused_and_the_field_named(_case, raw, code, field):
    found = check_form(raw)

    assert (code, field) in [(problem.code, problem.field) for problem in found]
    assert all(problem.message for problem in found)
    with pytest.raises(FormRefused) as refused:
        read_form(raw)
    assert refused.value.problems == found


def test_all_problems_are_told_at_once():
    raw = a_form(a_field(label=None), a_field(name="结论", type="choice"), a_field(type="what"))

    assert [problem.code for problem in check_form(raw)] == ["missing_label", "no_choices", "unknown_type"]


def test_a_condition_may_look_at_a_field_above_and_at_the_case():
    raw = a_form(a_choice(), a_field(show_if="结论 == '纳入' and 紧急"))

    assert check_form(raw) == ()


def test_problems_are_told_in_the_readers_language():
    with translation.override("zh-hans"):
        (problem,) = check_form(a_form(a_field(show_if="户数 >")))

    assert "写法不对" in problem.message


def test_any_json_gets_an_answer():
    for raw in (
        None,
        1,
        "x",
        [],
        {},
        {"fields": [None, 1, [], {}]},
        {"key": {}, "title": [], "fields": [{}]},
    ):
        assert check_form(json.loads(json.dumps(raw)))
