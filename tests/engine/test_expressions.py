"""The language: what it computes, what it refuses and in which words."""

import datetime as dt
from pathlib import Path

import pytest

from workflows.engine.expressions import (
    LOCAL,
    ExpressionError,
    compile_expression,
    compile_script,
    reference,
)

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=LOCAL)
VARIABLES = {
    "Rated as": "张三",
    "d": {"class": "k", "n": 1},
    "from": 2,
    "噪声分贝": 60,
    "x": 3,
    "y": 1.5,
    "ok": True,
    "nothing": None,
    "name": "张三",
    "items": [{"n": 1}, {"n": 5}],
    "案件": {"等级": "重大", "PM2.5": 80},
    "到期": "2026-11-24T10:00:00+08:00",
    "发现日期": "2026-11-01",
    "PM2.5": 7,
    "ＰＭ": 8,
}


class Weekdays:
    """A calendar without holidays."""

    def add_working_days(self, start, days):
        while days:
            start += dt.timedelta(days=1)
            days -= start.isoweekday() < 6
        return start

    def add_working_hours(self, start, hours):
        return start + dt.timedelta(hours=hours)


def value(text):
    return compile_expression(text).evaluate(VARIABLES, now=NOW, calendar=Weekdays())


def refusal(text):
    with pytest.raises(ExpressionError) as caught:
        value(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("噪声分贝 > 55", True),
        ("  噪声分贝\n  > 55  ", True),
        ("噪声分贝\u3000> 55", True),
        ("1 < x <= 3 != 4", True),
        ("1e2 + 1.e1 + 1.5e-1 + .5", 110.65),
        ("x > 2 and name == '张三' or undefined_after_or", True),
        ("not ok", False),
        ("x is None", False),
        ("nothing is None", True),
        ("nothing is not None", False),
        ("-x + 2 * y - 7 // 2 % 2", -1.0),
        ("x / 2", 1.5),
        ("案件.等级", "重大"),
        ('案件["PM2.5"] > 75', True),
        ("items[-1].n", 5),
        ("items[0:1]", [{"n": 1}]),
        ("name[:1] + '某'", "张某"),
        ("'三' in name", True),
        ("x in [1, 2, 3]", True),
        ("x not in (1, 2)", True),
        ("'等级' in 案件", True),
        ("[i.n * 2 for i in items if i.n > 2]", [10]),
        ("sum(i.n for i in items)", 6),
        ("any(i.n > 4 for i in items) and all(i.n > 0 for i in items)", True),
        ("'大' if x > 2 else '小'", "大"),
        ("{'a': x, 'b': [x, nothing]}", {"a": 3, "b": [3, None]}),
        ("true and not false and null is None", True),
        ("exists(x) and 已填(name)", True),
        ("exists(missing) or exists(案件.missing) or exists(nothing) or exists(items[7])", False),
        ("value('PM2.5') + 变量('没有', 10)", 17),
        ("ＰＭ", 8),
        ("[1] + [2]", [1, 2]),
        ("案件.get('没有', 1) + len(案件.keys())", 3),
        ("any([v == '重大' for v in 案件.values()])", True),
        ("name.startswith('张') and ' a '.strip().upper() == 'A'", True),
        ("(1, 2) == [1, 2]", True),
        ("'3' == 3", False),
    ],
)
def test_computes(text, expected):
    found = value(text)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("len(items) + 长度(name)", 4),
        ("max(1, x, 2) - min([4, 2])", 1),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("四舍五入(1.005, 2)", 1.01),
        ("abs(-x)", 3),
        ("int('12') + 整数(3.9)", 15),
        ("float('1.5')", 1.5),
        ("text(1.0) + 文本(x) + text(ok) + text(nothing)", "13true"),
        ("contains(name, '张') and 包含([1, 2], 2)", True),
        ("starts_with('500101', '5001') and ends_with('a.jpg', '.jpg')", True),
        ("upper('ab') + lower('AB') + strip(' c ')", "ABabc"),
        ("连接([i.n for i in items])", "1、5"),
        ("get(案件, '没有', '无') + get(案件, '等级')", "无重大"),
        ("get(items, 9)", None),
        ("sorted([3, 1, 2])", [1, 2, 3]),
        ("text(now())", "2026-11-23T09:00:00+08:00"),
        ("text(今天())", "2026-11-23"),
        ("text(日期('2026-05-01'))", "2026-05-01"),
        ("text(now() + 时长('PT24H'))", "2026-11-24T09:00:00+08:00"),
        ("text(日期('2024-01-31') + duration('P1M'))", "2024-02-29"),
        ("text(日期('2024-02-29') + duration('P1Y'))", "2025-02-28"),
        ("text(日期('2024-03-31') - duration('P1M1D'))", "2024-02-28"),
        ("text(duration('P1Y2M3DT4H5M6.5S'))", "P14M3DT4H5M6.5S"),
        ("text(duration('-PT90M'))", "-PT1H30M"),
        ("到期 > now()", True),
        ("hours(到期 - now())", 25.0),
        ("days(today() - 日期(发现日期))", 22.0),
        ("发现日期 == 日期('2026-11-01')", True),
        ("发现日期 < today() < 到期", True),
        ("now() - 发现日期 > 时长('P7D')", True),
        ("duration('PT1H') * 2 == duration('PT2H')", True),
        ("year(now()) * 10000 + month(now()) * 100 + day(now())", 20261123),
        ("weekday(now()) + hour(now())", 10),
        ("text(工作日(5))", "2026-11-30T09:00:00+08:00"),
        ("text(working_hours(4, 到期))", "2026-11-24T14:00:00+08:00"),
    ],
)
def test_functions_have_names_in_both_languages(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "empty", None),
        ("  ", "empty", None),
        ("x ＞ 3", "full_width", 2),
        ("len（items）", "full_width", 3),
        ("name == “张三”", "full_width", 8),
        ("x > 3，", "full_width", 5),
        ("x = 3 +", "assignment", None),
        ("x >", "syntax", None),
        ("1or 2", "syntax", 1),
        ("1.5e3x", "syntax", 5),
        ("x > 3if", "syntax", 5),
        ("x > 3)", "unclosed", 5),
        ("(x > 3", "unclosed", 5),
        ("name == '张三", "unclosed", 8),
        ("噪声 > 55", "unknown_name", 0),
        ("x > 1 and 噪音分贝 > 55", "unknown_name", 10),
        ("案件.等极", "unknown_field", 3),
        ("案件['无']", "unknown_field", 0),
        ("items[2]", "index", 0),
        ("items['n']", "index", 0),
        ("x.n", "not_object", 2),
        ("longest(items)", "unknown_function", 0),
        ("len()", "arguments", 0),
        ("name.format(x)", "attribute_call", 0),
        ("name.lower(x)", "arguments", 0),
        ("x.lower()", "wrong_argument", 0),
        ("len(x)", "wrong_argument", 0),
        ("max([])", "empty_list", 0),
        ("name > 3", "operands", 0),
        ("name + 3", "operands", 0),
        ("nothing > 3", "value_missing", 0),
        ("-name", "operand", 0),
        ("x / 0", "zero", 0),
        ("日期('2026-13-01')", "bad_date", 0),
        ("到期 < '明天' and name < now()", "bad_date", None),
        ("时长('P1X')", "bad_duration", 0),
        ("时长('P')", "bad_duration", 0),
        ("now() + 时长('P9999Y')", "out_of_time", None),
        ("int('a')", "bad_number", 0),
        ("_x", "private_name", 0),
        ("案件._x", "private_name", 3),
        ("[a for a in [b for b in items if [c for c in items]]]", "nested_loop", None),
        ("[a for a in x]", "not_list", 0),
        ("x is 3", "not_allowed", 5),
        ("{1: 2}", "key", 0),
        ("'a\\d'", "escape", 2),
        ("'\\u0000'", "control", 0),
        ("'\\ud800'", "control", 0),
    ],
)
def test_refuses_with_a_code_and_a_place(text, code, position):
    error = refusal(text)

    assert error.code == code
    if position is not None:
        assert error.position == position
    for language in ("zh-Hans", "en"):
        assert "{" not in error.text(language).replace("{…", "")


def test_unknown_name_says_what_was_meant_in_both_languages():
    error = refusal("x > 1 and 噪音分贝 > 55")

    assert error.text() == "第 11 个字符：没有叫“噪音分贝”的变量，是不是“噪声分贝”？"
    assert error.text("en") == "Character 11: There is no variable “噪音分贝”; did you mean “噪声分贝”?"


def test_names_are_the_free_variables():
    expression = compile_expression(
        "sum(i.n for i in 列表 if i.n > 下限) > len(x) and exists(y) or value('PM2.5', 0) > 1"
    )

    assert expression.names == {"列表", "下限", "x"}
    assert expression.optional == {"y", "PM2.5"}


@pytest.mark.parametrize(
    ("text", "expected", "dialect"),
    [
        ("${x > 2}", True, "JUEL"),
        ("#{x gt 2 and not ok}", False, "JUEL"),
        ("${!ok || x == 3}", True, "JUEL"),
        ("${!ok == true}", False, "JUEL"),
        ("${x ge 3 && x le 3 && x ne 4 && x eq 3}", True, "JUEL"),
        ("${name == '张三'}", True, "JUEL"),
        ("${nothing == null}", True, "JUEL"),
        ("${empty missing}", True, "JUEL"),
        ("${not empty name}", True, "JUEL"),
        ("${items.size() == 2 and !items.isEmpty()}", True, "JUEL"),
        ("${name.equals('张三')}", True, "JUEL"),
        ("${案件.等级 == '重大' ? 1 : 2}", 1, "JUEL"),
        ('${execution.getVariable("x") + 1}', 4, "JUEL"),
        ('${execution.hasVariable("z")}', False, "JUEL"),
        ("${x div 2 + x mod 2}", 2.5, "JUEL"),
        ("楼栋-${x}-${name}", "楼栋-3-张三", "JUEL"),
        ("${name}号", "张三号", "JUEL"),
        ("${'}' == name}", False, "JUEL"),
        ("x > 2 && !ok", False, "JUEL"),
        ("ok || missing", True, "JUEL"),
        ("${x === 3 && x !== 4}", True, "JUEL"),
        ("return x == 3;", True, "JUEL"),
        ("x = 3", True, "FEEL"),
        ("bpmn:getDataObject('name') = '张三'", True, "FEEL"),
        ("${var:gt('x', 2)}", True, "JUEL"),
        ("${vars:isEmpty(missing)}", True, "JUEL"),
        ("${案件.values().size()}", 2, "JUEL"),
        ("=x > 2", True, "FEEL"),
        ("= x = 3 and not(ok)", False, "FEEL"),
        ("=count(items) = 2", True, "FEEL"),
        ("=x in [1..3] and x between 3 and 4", True, "FEEL"),
        ("=x in ]3..4]", False, "FEEL"),
        ("=if x > 2 then \"a\" else \"b\"", "a", "FEEL"),
        ("=list contains([1, 3], x)", True, "FEEL"),
        ("=name != null", True, "FEEL"),
        ("=is defined(missing)", False, "FEEL"),
        ("=starts with(name, \"张\")", True, "FEEL"),
        ("=[1, x]", [1, 3], "FEEL"),
        ("= for i in items return i.n", [1, 5], "FEEL"),
        ("= some i in [1, 5] satisfies i > x", True, "FEEL"),
        ("= every i in [1, 5] satisfies i > x", False, "FEEL"),
        ("=substring(\"foobar\", 1 + 2, 3)", "oba", "FEEL"),
        ("=floor(x / 2) + ceiling(x / 2)", 3, "FEEL"),
        ("=date and time(\"2026-01-05T09:00:00\") > date and time(\"2026-01-05T08:00:00\")", True, "FEEL"),
        ("Rated as = \"张三\" or x = 3", True, "FEEL"),
        ("${execution.getVariable('missing') == null}", True, "JUEL"),
        ("${environment.variables.x > 2}", True, "JUEL"),
        ("next(null, this.environment.variables['Rated as'] === '张三');", True, "JUEL"),
        ("${d.class == 'k' && d.n == 1}", True, "JUEL"),
        ("return from > 1;", True, "JUEL"),
        ("return KieFunctions.greaterThan(x, 2);", True, "JUEL"),
        ("${dateTime().plusDays(1).toDate() > now()}", True, "JUEL"),
    ],
)  # fmt: skip
def test_simple_juel_and_feel_are_translated(text, expected, dialect):
    expression = compile_expression(text)

    assert expression.evaluate(VARIABLES, now=NOW) == expected
    assert expression.dialect == dialect
    assert compile_expression(expression.text).evaluate(VARIABLES, now=NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        "${bean.call(x)}",
        "${x > }",
        "${",
        "${x",
        "${a = b}",
        "= for i in x",
        "some condition",
        "= x instance",
        "=x instance of y",
        "${T(java.lang)}",
        "[var:eq('a'[''])]",
    ],
)
def test_other_foreign_texts_are_refused_not_guessed(text):
    with pytest.raises(ExpressionError):
        compile_expression(text)


@pytest.mark.parametrize(
    ("given", "answer"),
    [(True, True), (0, False), (None, False), ([1], True), ("是", True), ("false", False)],
)
def test_a_condition_holds_or_not(given, answer):
    assert compile_expression("v").holds({"v": given}, now=NOW) is answer


def test_a_text_is_no_condition():
    with pytest.raises(ExpressionError) as caught:
        compile_expression("name").holds(VARIABLES, now=NOW)

    assert caught.value.code == "not_condition"


def test_a_time_without_zone_is_chinas_and_now_may_come_in_any():
    utc = dt.datetime(2026, 11, 23, 20, 0, tzinfo=dt.UTC)

    assert compile_expression("text(today())").evaluate({}, now=utc) == "2026-11-24"
    assert compile_expression("now() == '2026-11-24T04:00'").evaluate({}, now=utc) is True


def test_script_assigns_in_order_and_stores_json():
    script = compile_script(
        "# 计算（全角注释）\n\n总数 = x + len(items);  到期日 = now() + 时长('PT24H')\n"
        "列 = [总数,  # 说明\n  2]\n说明 = '共' + text(列[0]) + '; # 件'\n明天 = 到期日 > now()\n"
    )

    assert script.run(VARIABLES, now=NOW) == {
        "总数": 5,
        "到期日": "2026-11-24T09:00:00+08:00",
        "列": [5, 2],
        "说明": "共5; # 件",
        "明天": True,
    }
    assert script.names == {"x", "items"}
    assert script.targets == ("总数", "到期日", "列", "说明", "明天")


def test_script_leaves_the_variables_alone():
    variables = {"x": [1]}

    compile_script("x = x + [2]\ny = x").run(variables, now=NOW)

    assert variables == {"x": [1]}


@pytest.mark.parametrize(
    ("text", "code", "line", "position"),
    [
        ("a = 1\nimport os", "script_line", 2, None),
        ("a = 1\n\n\nprint(a)", "script_line", 4, None),
        ("a.b = 1", "script_target", 1, None),
        ("a[0] = 1", "script_target", 1, None),
        ("a = b = 1", "assignment", 1, 6),
        ("a += 1", "script_target", 1, None),
        ("a == 1", "script_line", 1, None),
        ("a = 1\nb = 2 ＋ 3", "full_width", 2, 6),
        ("a = 1; b = (2,\n3\nc = 4", "unclosed", 1, None),
        ("_a = 1", "private_name", 1, None),
        ("True = 1", "script_target", 1, None),
        ("a = 1\nb = y", "unknown_name", 2, 1),
        ("def f(): return 1", "script_line", 1, None),
        ("a = '", "unclosed", None, None),
        ("a = 1\n" * 201, "script_lines", None, None),
        ("#" * 20_001, "script_too_long", None, None),
    ],
)
def test_script_refusals_name_the_line(text, code, line, position):
    with pytest.raises(ExpressionError) as caught:
        compile_script(text).run({}, now=NOW)

    assert caught.value.code == code
    assert caught.value.line == line
    if position is not None:
        assert caught.value.position == position


def test_the_page_about_the_language_lists_every_function():
    page = (Path(__file__).parents[2] / "workflows/engine/EXPRESSIONS.md").read_text(encoding="utf-8")

    for entry in reference():
        names = " ".join(f"`{name}`" for name in entry["names"])
        assert f"| {names} | {entry['takes']} | {entry['zh']} | {entry['en']} |" in page
