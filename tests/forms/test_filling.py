"""Filling a form in: the server alone decides what is asked and what counts as an answer."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from casework.forms import build, read_form

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SHA = "a" * 64
OTHER_SHA = "b" * 64


def a_field(name="户数", type="number", **changes):
    return {"name": name, "type": type, "label": {"zh": name, "en": f"{name} in English"}, **changes}


def a_form(*fields, checks=()):
    return read_form(
        {"key": "k", "title": {"zh": "勘查", "en": "Survey"}, "fields": list(fields), "checks": [*checks]}
    )


def fill(form, submitted, **options):
    return build(form, data=options.pop("data", {}), submitted=submitted, language="en", now=NOW, **options)


def codes(form):
    return {name: [error["code"] for error in errors] for name, errors in form.errors.get_json_data().items()}


CHOICES = ["纳入", "修缮", "不成立"]
TABLE = a_field(
    "困难户",
    "table",
    max=2,
    columns=[a_field("户主", "text", required=True), a_field("人数", whole=True), a_field("救助", "yes_no")],
)
PLACE = {"lat": 30.81, "lon": 108.38, "accuracy": 6, "address": ""}

ANSWERS = [
    ("text", a_field(type="text"), " 三巷 ", "三巷"),
    ("text left out", a_field(type="text"), "", None),
    ("long text with lines", a_field(type="long_text"), "一\n二", "一\n二"),
    ("number as text", a_field(), "3.5", 3.5),
    ("whole value becomes whole", a_field(), "3.0", 3),
    ("number from JSON", a_field(), 3.5, 3.5),
    ("full-width digits", a_field(), "１２．５", 12.5),  # noqa: RUF001
    ("no number", a_field(), "", None),
    ("negative number", a_field(), "-3", -3),
    ("at the bounds", a_field(min=1, max=3), "3", 3),
    ("choice", a_field(type="choice", choices=CHOICES), "修缮", "修缮"),
    ("no choice", a_field(type="choice", choices=CHOICES), "", None),
    ("choices", a_field(type="choices", choices=CHOICES), ["纳入", "修缮", "纳入"], ["纳入", "修缮"]),
    ("no choices", a_field(type="choices", choices=CHOICES), [], []),
    ("yes as text", a_field(type="yes_no"), "true", True),
    ("no from JSON", a_field(type="yes_no"), False, False),
    ("neither yes nor no", a_field(type="yes_no"), "", None),
    ("date", a_field(type="date"), "2026-11-23", "2026-11-23"),
    ("date as written in Chinese", a_field(type="date"), "2026年11月23日", "2026-11-23"),
    ("photos", a_field(type="photo"), [SHA, OTHER_SHA, SHA], [SHA, OTHER_SHA]),
    ("place", a_field(type="place"), PLACE, {**PLACE, "address": ""}),
    ("address alone", a_field(type="place"), {"address": "三巷"},
     {"lat": None, "lon": None, "accuracy": None, "address": "三巷"}),
    ("no place", a_field(type="place"), {}, None),
    ("person", a_field(type="person"), {"name": "黄强", "phone": "138 1234 2071"},
     {"name": "黄强", "phone": "138 1234 2071"}),
    ("no person", a_field(type="person"), {"name": "", "phone": ""}, None),
    ("post", a_field(type="post"), "500101026000-centre/planning", "500101026000-centre/planning"),
    ("table", {**TABLE, "name": "户数"}, [{"户主": "黄", "人数": "3", "救助": True}],
     [{"户主": "黄", "人数": 3, "救助": True}]),
    ("empty rows don't count", {**TABLE, "name": "户数"}, [{"户主": "", "人数": ""}], []),
]  # fmt: skip

POSTS = [("500101026000-centre/planning", "规划建设岗")]


@pytest.mark.parametrize(("_case", "field", "given", "kept"), ANSWERS, ids=[case[0] for case in ANSWERS])
def test_an_answer_is_kept_as_plain_json(_case, field, given, kept):
    form = fill(a_form(field), {"户数": given}, posts=POSTS)

    assert form.is_valid(), codes(form)
    assert form.values() == {"户数": kept}
    assert json.loads(json.dumps(form.values())) == form.values()


REFUSED = [
    ("text is a number", a_field(type="text"), 5, "not_text"),
    ("text is a list", a_field(type="text"), ["x"], "not_text"),
    ("text too long", a_field(type="text", max=3), "一二三四", "max_length"),
    ("text with a NUL", a_field(type="text"), "a\x00b", "null_characters_not_allowed"),
    ("half a character", a_field(type="text"), "\ud83d", "half_character"),
    ("required text", a_field(type="text", required=True), "  ", "required"),
    ("number in words", a_field(), "三", "not_a_number"),
    ("number with underscores", a_field(), "1_000", "not_a_number"),
    ("NaN", a_field(), "NaN", "not_a_number"),
    ("NaN from JSON", a_field(), float("nan"), "not_a_number"),
    ("infinite", a_field(), "1e999", "too_large"),
    ("huge", a_field(), "1e16", "too_large"),
    ("huge whole number", a_field(), 10**400, "too_large"),
    ("very long number", a_field(), "9" * 5000, "not_a_number"),
    ("truth as a number", a_field(), True, "not_a_number"),
    ("object as a number", a_field(), {"a": 1}, "not_a_number"),
    ("not whole", a_field(whole=True), "3.5", "not_whole"),
    ("too small", a_field(min=1), "0", "too_small"),
    ("too great", a_field(max=500), "500.5", "too_large"),
    ("required number", a_field(required=True), "", "required"),
    ("choice not offered", a_field(type="choice", choices=CHOICES), "别的", "invalid_choice"),
    ("choice is a list", a_field(type="choice", choices=CHOICES), ["纳入"], "invalid_choice"),
    ("choices not offered", a_field(type="choices", choices=CHOICES), ["别的"], "invalid_choice"),
    ("choices is a text", a_field(type="choices", choices=CHOICES), "纳入", "invalid_list"),
    ("required choices", a_field(type="choices", choices=CHOICES, required=True), [], "required"),
    ("maybe", a_field(type="yes_no"), "maybe", "not_yes_or_no"),
    ("one is no yes", a_field(type="yes_no"), 1, "not_yes_or_no"),
    ("required yes or no", a_field(type="yes_no", required=True), "", "required"),
    ("no such day", a_field(type="date"), "2026-02-30", "invalid"),
    ("date is a number", a_field(type="date"), 20261123, "invalid"),
    ("photo is no hash", a_field(type="photo"), ["../../etc"], "not_a_photo"),
    ("photo is a text", a_field(type="photo"), SHA, "invalid_list"),
    ("too few photos", a_field(type="photo", min=2), [SHA], "too_few"),
    ("too many photos", a_field(type="photo", max=1), [SHA, OTHER_SHA], "too_many"),
    ("photo required", a_field(type="photo", required=True), [], "required"),
    ("place off the earth", a_field(type="place"), {"lat": 91, "lon": 0}, "too_large"),
    ("half a place", a_field(type="place"), {"lat": 30}, "half_a_place"),
    ("place is a text", a_field(type="place"), "三巷", "not_a_place"),
    ("place with more", a_field(type="place"), {**PLACE, "x": 1}, "not_a_place"),
    ("place required", a_field(type="place", required=True), {}, "required"),
    ("phone in words", a_field(type="person"), {"name": "黄", "phone": "无"}, "bad_phone"),
    ("phone without name", a_field(type="person"), {"phone": "13812342071"}, "no_name"),
    ("person is a text", a_field(type="person"), "黄", "not_a_person"),
    ("post not offered", a_field(type="post"), "500101026000-centre/commander", "invalid_choice"),
    ("table is an object", {**TABLE, "name": "户数"}, {"户主": "黄"}, "invalid_list"),
    ("cell wrong", {**TABLE, "name": "户数"}, [{"户主": "黄", "人数": "3.5"}], "not_whole"),
    ("cell missing", {**TABLE, "name": "户数"}, [{"人数": "3"}], "required"),
    ("no such column", {**TABLE, "name": "户数"}, [{"户主": "黄", "年龄": 3}], "unknown_column"),
    ("too many rows", {**TABLE, "name": "户数"}, [{"户主": "黄"}] * 3, "too_many"),
]  # fmt: skip


@pytest.mark.parametrize(("_case", "field", "given", "code"), REFUSED, ids=[case[0] for case in REFUSED])
def test_a_wrong_answer_is_refused_with_its_code(_case, field, given, code):
    form = fill(a_form(field), {"户数": given}, posts=POSTS)

    assert codes(form) == {"户数": [code]}


def test_a_wrong_cell_is_named_by_row_and_column():
    form = fill(a_form(TABLE), {"困难户": [{"户主": "黄"}, {"户主": "李", "人数": "多"}]})

    assert form.errors["困难户"] == ["Row 2, 人数 in English: Give a number, for example 3.5."]


CLOSED = [
    ("a field the form doesn't have", {"年龄": 1}, "unknown_field", "There is no field “年龄” here."),
    ("a hidden field", {"标记": "x"}, "read_only", "“标记” can't be changed here."),
    ("a read-only field", {"结论": "纳入"}, "read_only", "“结论” can't be changed here."),
    ("a note", {"说明": "x"}, "read_only", "“说明” can't be changed here."),
    ("a part that no field has", {"户数-lat": "1"}, "unknown_field", "There is no field “户数-lat” here."),
    ("an emoji", {"😀": 1}, "unknown_field", "There is no field “😀” here."),
]


@pytest.mark.parametrize(("_case", "sent", "code", "message"), CLOSED, ids=[case[0] for case in CLOSED])
def test_what_the_form_does_not_ask_is_refused_by_name(_case, sent, code, message):
    form = a_form(
        a_field(),
        a_field("标记", "text", hidden=True),
        a_field("结论", "text", read_only=True),
        a_field("说明", "note"),
    )

    filled = fill(form, {"户数": "3", **sent}, data={"结论": "不成立", "标记": "m"})

    assert codes(filled) == {"__all__": [code]}
    assert filled.non_field_errors() == [message]


def test_names_of_the_page_are_not_the_forms():
    filled = fill(
        a_form(a_field()), {"户数": "3", "comment": "x", "verb": "complete"}, besides={"comment", "verb"}
    )

    assert filled.is_valid()
    assert filled.values() == {"户数": 3}


CONDITIONAL = (
    a_field("结论", "choice", choices=CHOICES, required=True),
    a_field("原因", "text", required=True, show_if="结论 == '不成立'"),
    a_field("户数", required=True, show_if="结论 != '不成立'"),
    a_field("补贴", show_if="户数 > 40", required=True),
)

SHOWN = [
    ("nothing said yet", {}, {}, {"结论", "户数"}),
    ("the case says", {"结论": "不成立"}, {}, {"结论", "原因"}),
    (
        "the answer says more than the case",
        {"结论": "不成立"},
        {"结论": "纳入", "户数": "3"},
        {"结论", "户数"},
    ),
    ("one hangs on the other", {}, {"结论": "纳入", "户数": "41"}, {"结论", "户数", "补贴"}),
    ("a wrong answer shows nothing", {}, {"结论": "纳入", "户数": "多"}, {"结论", "户数"}),
    ("a hidden answer shows nothing", {}, {"结论": "不成立", "户数": "41"}, {"结论", "原因"}),
]


@pytest.mark.parametrize(("_case", "data", "sent", "shown"), SHOWN, ids=[case[0] for case in SHOWN])
def test_questions_follow_the_answers(_case, data, sent, shown):
    form = build(a_form(*CONDITIONAL), data=data, submitted=sent or None, language="zh-hans", now=NOW)

    assert form.shown == shown
    assert {row.definition.name for row in form.rows if row.is_shown} == shown


def test_a_question_not_shown_is_neither_demanded_nor_taken():
    form = fill(
        a_form(*CONDITIONAL),
        {"结论": "不成立", "原因": "空房", "户数": "abc", "补贴": "9"},
        data={"户数": 50},
    )

    assert form.is_valid(), codes(form)
    assert form.values() == {"结论": "不成立", "原因": "空房", "户数": None, "补贴": None}


def test_what_a_question_demands_is_known_before_it_is_shown():
    rows = {
        row.definition.name: row for row in build(a_form(*CONDITIONAL), data={}, language="en", now=NOW).rows
    }

    assert (rows["原因"].is_shown, rows["原因"].is_required) == (False, True)


def test_a_shown_question_is_demanded():
    form = fill(a_form(*CONDITIONAL), {"结论": "不成立"})

    assert codes(form) == {"原因": ["required"]}
    assert form.errors["原因"] == ["Please fill this in."]


def test_the_page_gets_conditions_it_can_follow():
    rows = {
        row.definition.name: row for row in build(a_form(*CONDITIONAL), data={}, language="en", now=NOW).rows
    }

    assert json.loads(rows["原因"].show_if) == ["==", ["name", "结论"], ["value", "不成立"]]
    assert rows["结论"].show_if == ""


PAGE_CONDITIONS = [
    ("结论 in ['纳入', '修缮']", ["in", ["name", "结论"], ["list", ["value", "纳入"], ["value", "修缮"]]]),
    ("not (结论 == '纳入')", ["not", ["==", ["name", "结论"], ["value", "纳入"]]]),
    ("紧急 and 结论 != '纳入'", ["and", ["value", True], ["!=", ["name", "结论"], ["value", "纳入"]]]),
    ("没有的名字 == 1", ["==", ["value", None], ["value", 1]]),
    ("len(结论) > 3", None),
]


@pytest.mark.parametrize(("text", "told"), PAGE_CONDITIONS)
def test_the_page_asks_for_nothing_but_its_own_fields(text, told):
    form = a_form(a_field("结论", "choice", choices=CHOICES), a_field(show_if=text))

    row = build(form, data={"紧急": True}, language="en", now=NOW).rows[1]

    assert (json.loads(row.show_if) if row.show_if else None) == told


def test_answers_keep_the_rules_between_them():
    rule = {"must": "同意 <= 参与", "message": {"zh": "同意比参与多", "en": "More in favour than took part"}}
    form = a_form(a_field("参与"), a_field("同意"), checks=[rule])

    assert fill(form, {"参与": "3", "同意": "3"}).is_valid()
    assert fill(form, {"参与": "3"}).is_valid(), "a rule about an answer left out says nothing"
    assert codes(fill(form, {"参与": "3", "同意": "4"})) == {"__all__": ["check_failed"]}
    assert fill(form, {"参与": "3", "同意": "4"}).non_field_errors() == ["More in favour than took part"]


def test_rules_see_what_the_case_knows():
    rule = {"must": "户数 <= 总户数", "message": {"zh": "比总户数多", "en": "More than there are"}}
    form = a_form(a_field(), a_field("总户数", read_only=True), checks=[rule])

    assert codes(fill(form, {"户数": "43"}, data={"总户数": 42})) == {"__all__": ["check_failed"]}
    assert fill(form, {"户数": "42"}, data={"总户数": 42}).is_valid()


def test_a_flood_of_names_is_answered_shortly():
    form = fill(a_form(a_field()), {f"x{n}": n for n in range(5000)})

    assert len(codes(form)["__all__"]) == 10


def test_read_only_values_are_shown_and_not_given_back():
    form = a_form(a_field("结论", "choice", choices=CHOICES, read_only=True, required=True), a_field())

    filled = fill(form, {"户数": "3"}, data={"结论": "old value no longer offered"})

    assert filled.is_valid(), codes(filled)
    assert filled.values() == {"户数": 3}
    assert "old value no longer offered" in str(filled["结论"])


def test_a_hidden_field_is_not_on_the_page():
    form = build(
        a_form(a_field(hidden=True), a_field("说明", "note")), data={"户数": 77}, language="en", now=NOW
    )

    assert [row.definition.name for row in form.rows] == ["说明"]
    assert "77" not in "".join(str(row.bound) for row in form.rows)


def post(text):
    return QueryDict(text, encoding="utf-8")


def test_a_page_posts_the_parts_of_places_people_tables_and_photos():
    form = a_form(
        a_field("地点", "place"),
        a_field("当事人", "person"),
        TABLE,
        a_field("照片", "photo"),
        a_field("类", "choices", choices=CHOICES),
    )
    sent = post(
        "地点-lat=30.8&地点-lon=108.4&地点-accuracy=6&地点-address=三巷&当事人-name=黄强&当事人-phone=110"
        f"&困难户-0-户主=黄&困难户-0-人数=3&困难户-0-救助=false&困难户-1-户主=&困难户-1-人数=&困难户-1-救助="
        f"&照片={SHA}&照片={OTHER_SHA}&类=纳入&类=修缮&csrfmiddlewaretoken=x"
    )

    filled = fill(form, sent)

    assert filled.is_valid(), codes(filled)
    assert filled.values() == {
        "地点": {"lat": 30.8, "lon": 108.4, "accuracy": 6, "address": "三巷"},
        "当事人": {"name": "黄强", "phone": "110"},
        "困难户": [{"户主": "黄", "人数": 3, "救助": False}],
        "照片": [SHA, OTHER_SHA],
        "类": ["纳入", "修缮"],
    }


def photo(name="a.jpg", kind="image/jpeg", size=3):
    return SimpleUploadedFile(name, b"x" * size, content_type=kind)


def test_new_photos_come_as_files_and_are_kept_once_stored():
    files = MultiValueDict({"照片-files": [photo()]})
    filled = fill(a_form(a_field("照片", "photo", min=2)), post(f"照片={SHA}"), files=files)

    assert filled.is_valid(), codes(filled)
    assert [file.name for file in filled.uploads["照片"]] == ["a.jpg"]
    assert filled.values(stored={"照片": [OTHER_SHA]}) == {"照片": [SHA, OTHER_SHA]}
    with pytest.raises(AssertionError):
        filled.values()


FILES = [
    ("a program", photo("a.exe", "application/x-msdownload"), "照片-files", {"照片": ["not_a_photo"]}),
    ("an SVG", photo("a.svg", "image/svg+xml"), "照片-files", {"照片": ["not_a_photo"]}),
    ("a file for nothing", photo(), "别的", {"__all__": ["unknown_field"]}),
    ("a file under the field's own name", photo(), "照片", {}),
]


@pytest.mark.parametrize(("_case", "file", "name", "expected"), FILES, ids=[case[0] for case in FILES])
def test_files_that_are_no_photos_are_refused(_case, file, name, expected):
    filled = fill(a_form(a_field("照片", "photo")), post(""), files=MultiValueDict({name: [file]}))

    assert codes(filled) == expected
    assert not getattr(filled, "cleaned_data", {}).get("照片")


def test_a_photo_too_large_is_refused(settings):
    settings.PHOTO_BYTES = 2
    filled = fill(a_form(a_field("照片", "photo")), post(""), files=MultiValueDict({"照片-files": [photo()]}))

    assert codes(filled) == {"照片": ["too_large"]}


def test_photo_that_is_asked_for_under_a_condition_can_be_added_once_the_page_asks():
    form = a_form(
        a_field("解决", "yes_no"),
        a_field("照片", "photo", show_if="解决 == True"),
        a_field("原照", "photo", read_only=True),
    )

    page = str(build(form, data={}, language="zh-hans"))

    assert re.search(r'name="照片-files"[^>]* disabled', page)
    assert 'name="原照-files"' not in page
