"""Decision tables: which rule fires with which inputs, under every hit policy, and what is wrong with a table."""

import datetime as dt
import time
from xml.sax.saxutils import escape, quoteattr

import pytest

from workflows.bpmn import DiagramRefused
from workflows.engine.decisions import read_tables
from workflows.expressions import LOCAL, ExpressionError

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=LOCAL)
DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def entry(tag, text):
    return f"<{tag}><text>{escape(text)}</text></{tag}>"


def decision(policy, inputs, outputs, rules, *, id="T", attributes="", inside=""):
    """Outputs are names, or name|declared values|default; each rule lists its cells in the order of the columns."""
    parts = [f'<decision id="{id}" name="等级表">{inside}<decisionTable hitPolicy="{policy}" {attributes}>']
    for text in inputs:
        parts.append(f"<input label={quoteattr(text)}>{entry('inputExpression', text)}</input>")
    for output in outputs:
        name, values, default = (output.split("|") + ["", ""])[:3]
        parts.append(f"<output name={quoteattr(name)}>{entry('outputValues', values) if values else ''}")
        parts.append(f"{entry('defaultOutputEntry', default) if default else ''}</output>")
    for rule in rules:
        cells = [entry("inputEntry", cell) for cell in rule[: len(inputs)]]
        parts.append(
            f"<rule>{''.join(cells)}{''.join(entry('outputEntry', c) for c in rule[len(inputs) :])}</rule>"
        )
    return "".join(parts) + "</decisionTable></decision>"


def file(*decisions):
    return f'<definitions xmlns="{DMN}" id="d" name="d" namespace="n">{"".join(decisions)}</definitions>'.encode()


def table(*arguments, **options):
    return read_tables(file(decision(*arguments, **options)))


def answer(tables, **facts):
    return tables.evaluate(None, facts, now=NOW)


def codes(tables):
    return [problem.code for problem in tables.problems]


@pytest.mark.parametrize(
    ("cell", "value", "matches"),
    [
        ("-", None, True),
        ("", 5, True),
        ("> 55", 55.1, True),
        ("> 55", 55, False),
        (">= 下限", 10, True),
        ("<= 2 * 下限", 21, False),
        ("[22..24]", 24, True),
        ("[22..24)", 24, False),
        ("(22..24]", 22, False),
        ("]22..24[", 23, True),
        ("]22..24[", 24, False),
        ("[22..24[", 22, True),
        ("]22..24]", 22, False),
        ("[下限..下限 + 1], > 50", 11, True),
        ("[下限..下限 + 1], > 50", 51, True),
        ("[下限..下限 + 1], > 50", 12, False),
        ('"暴露垃圾","积存垃圾"', "积存垃圾", True),
        ('"暴露垃圾", "积存垃圾"', "其他", False),
        ('"甲,乙"', "甲,乙", True),
        ('not("甲","乙")', "丙", True),
        ('not("甲","乙")', "乙", False),
        ("not(> 5)", 5, True),
        ("not([1..3], 7)", 7, False),
        ("not(]1..3[, 7)", 3, True),
        ("]1..3[, 5", 5, True),
        ("[1..3[ , 5", 3, False),
        ('"a\\",b", "c"', 'a",b', True),
        ('"]..[", "c"', "]..[", True),
        ("[min(1, 2)..max([3, 4])]", 4, True),
        ("!= 3", 4, True),
        ("= 3", 3, True),
        ("-3", -3, True),
        ("true", True, True),
        ("false", True, False),
        ("null", None, True),
        ("> 5", None, False),
        ('< date("2026-05-01")', "2026-04-30", True),
        ('[date("2026-01-01")..date("2026-01-31")]', "2026-02-01", False),
        ('contains(?, "垃圾")', "暴露垃圾", True),
        ('starts with(?, "暴")', "积存垃圾", False),
        ("? > 下限 and ? < 2 * 下限", 15, True),
        ("下限", 10, True),
    ],
)
def test_a_cell_tests_its_input(cell, value, matches):
    tables = table("UNIQUE", ["x"], ["y"], [[cell, "1"]])

    outcome = answer(tables, x=value, 下限=10)

    assert outcome.rules == ((1,) if matches else ())
    assert outcome.values == {"y": 1 if matches else None}
    assert outcome.inputs == {"x": value}


PLAIN = [[">= 1", '"低"', "1"], ["> 5", '"高"', "x * 2"], ["-", '"中"', "3"]]


@pytest.mark.parametrize(
    ("policy", "attributes", "x", "rules", "values"),
    [
        ("FIRST", "", 6, (1,), {"级": "低", "分": 1}),
        ("FIRST", "", 0, (3,), {"级": "中", "分": 3}),
        ("PRIORITY", "", 6, (2,), {"级": "高", "分": 12}),
        ("PRIORITY", "", 2, (3,), {"级": "中", "分": 3}),
        ("COLLECT", "", 6, (1, 2, 3), {"级": ["低", "高", "中"], "分": [1, 12, 3]}),
        ("RULE ORDER", "", 6, (1, 2, 3), {"级": ["低", "高", "中"], "分": [1, 12, 3]}),
        ("OUTPUT ORDER", "", 6, (1, 2, 3), {"级": ["高", "中", "低"], "分": [12, 3, 1]}),
        ("COLLECT", "", 0, (3,), {"级": ["中"], "分": [3]}),
    ],
)
def test_hit_policies_of_several_outputs(policy, attributes, x, rules, values):
    tables = table(policy, ["x"], ['级|"高","中","低"', "分"], PLAIN, attributes=attributes)

    outcome = answer(tables, x=x)

    assert outcome.rules == rules
    assert outcome.values == values


@pytest.mark.parametrize(
    ("aggregation", "x", "expected"),
    [("SUM", 6, 16), ("MIN", 6, 1), ("MAX", 6, 12), ("COUNT", 6, 3), ("COUNT", -1, 0), ("SUM", -1, None)],
)
def test_collect_totals(aggregation, x, expected):
    rules = [[">= 1", "1"], ["> 5", "x * 2"], [">= 0", "3"]]

    tables = table("COLLECT", ["x"], ["分"], rules, attributes=f'aggregation="{aggregation}"')

    assert answer(tables, x=x).values == {"分": expected}


def test_unique_refuses_two_rules_and_names_them():
    tables = table("UNIQUE", ["x"], ["y"], [["> 1", "1"], ["> 5", "2"], ["< 0", "3"]])

    with pytest.raises(ExpressionError) as caught:
        answer(tables, x=6)

    assert caught.value.text() == "决策表“等级表”应只有一条规则命中，却命中了第 1, 2 条。"


def test_any_accepts_equal_results_and_refuses_different_ones():
    tables = table("ANY", ["x"], ["y"], [["> 1", "1"], ["> 5", "1"], ["> 9", "2"]])

    assert answer(tables, x=6).rules == (1, 2)
    with pytest.raises(ExpressionError) as caught:
        answer(tables, x=10)
    assert caught.value.code == "rules_differ"


def test_default_output_when_no_rule_fires():
    tables = table("UNIQUE", ["x"], ['y||"无"'], [["> 1", '"有"']])

    assert answer(tables, x=0).values == {"y": "无"}
    assert codes(tables) == []


def test_an_unknown_fact_is_an_error_not_a_miss():
    with pytest.raises(ExpressionError) as caught:
        answer(table("UNIQUE", ["噪声分贝"], ["y"], [["> 1", "1"]]), 噪声=60)

    assert caught.value.code == "unknown_name"


def test_a_wrong_type_names_the_row():
    with pytest.raises(ExpressionError) as caught:
        answer(table("FIRST", ["x"], ["y"], [["> 7", "1"], ['> "a"', "1"]]), x=5)

    assert caught.value.line == 2
    assert caught.value.code == "operands"


def test_required_decisions_are_decided_first_and_once():
    first = decision("UNIQUE", ["分贝"], ["级"], [["> 70", '"高"'], ["<= 70", '"低"']], id="noise")
    need = '<informationRequirement><requiredDecision href="#noise"/></informationRequirement>'
    formula = f'<decision id="double" name="双倍"><variable name="双倍"/>{need}{entry("literalExpression", "分贝 * 2")}</decision>'
    needs = need + '<informationRequirement><requiredDecision href="#double"/></informationRequirement>'
    last = decision(
        "UNIQUE",
        ["级", "双倍"],
        ["天"],
        [['"高"', "> 100", "1"], ['"低"', "-", "5"]],
        id="days",
        inside=needs,
    )

    tables = read_tables(file(last, first, formula))
    outcome = answer(tables, 分贝=80)

    assert tables.main == "days"
    assert outcome.values == {"天": 1}
    assert outcome.before["noise"].rules == (1,)
    assert outcome.before["double"].values == {"双倍": 160}
    assert tables.evaluate("noise", {"分贝": 60}, now=NOW).values == {"级": "低"}


@pytest.mark.parametrize(
    ("policy", "rules", "expected"),
    [
        ("UNIQUE", [["> 70"], ["<= 70"]], []),
        ("UNIQUE", [["> 70"], ["[55..70]"], ["< 55"]], []),
        ("UNIQUE", [["> 70"], ["< 70"]], ["decision_gap"]),
        ("UNIQUE", [[">= 70"], ["<= 70"]], ["decision_overlap"]),
        ("UNIQUE", [["-"], ["5"]], ["decision_overlap"]),
        ("UNIQUE", [['"a"'], ['not("a")']], []),
        ("UNIQUE", [['"a"'], ['"b","c"']], ["decision_gap"]),
        ("UNIQUE", [['"a","b"'], ['"b"'], ["-"]], ["decision_overlap"] * 3),
        ("UNIQUE", [["true"], ["false"]], []),
        ("UNIQUE", [["true"]], ["decision_gap"]),
        ("FIRST", [["> 5"], ["> 7"], ["-"]], ["decision_hidden"]),
        ("FIRST", [["> 7"], ["> 5"], ["-"]], []),
        ("COLLECT", [["> 7"], ["> 5"]], []),
        ("UNIQUE", [["> limit"], ["<= limit"]], []),
    ],
)
def test_overlaps_gaps_and_hidden_rules_are_found(policy, rules, expected):
    tables = table(policy, ["x"], ["y"], [[*rule, "1"] for rule in rules])

    assert codes(tables) == expected


def test_a_gap_is_shown_by_an_example():
    rules = [["> 70", "-", "1"], ["[55..70]", '"施工","社会"', "2"], ["< 55", "", "3"]]

    (gap,) = table("UNIQUE", ["噪声分贝", "类别"], ["级"], rules).problems

    assert gap.severity == "warning"
    assert gap.text() == "决策表“等级表”缺一条规则：噪声分贝 = 55、类别 = 其他值 时没有规则命中。"
    assert gap.text("en") == "No rule of “等级表” answers this: 噪声分贝 = 55, 类别 = another value."


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"<html/>", "not_dmn"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "bpmn_file"),
        (b'<!DOCTYPE d [<!ENTITY a "b">]><definitions/>', "doctype"),
        (file(), "no_decision"),
        (file('<decision id="a" name="a"/>'), "decision_empty"),
        (file(decision("UNIQUE", ["x"], [], [])), "decision_no_output"),
        (file(decision("BEST", ["x"], ["y"], [])), "decision_policy"),
        (file(decision("FIRST", ["x"], ["y"], [], attributes='aggregation="SUM"')), "decision_policy"),
        (file(decision("COLLECT", ["x"], ["y", "z"], [], attributes='aggregation="SUM"')), "decision_one_output"),
        (file(decision("PRIORITY", ["x"], ["y"], [])), "decision_no_order"),
        (file(decision("FIRST", ["x"], ["y"], [["1", "2", "3"]])), "decision_row"),
        (file(decision("FIRST", ["x"], ["y"], [["> ", "2"]])), "decision_cell"),
        (file(decision("FIRST", ["x"], ["y"], [["“a”", "2"]])), "decision_cell"),
        (file(decision("FIRST", ["x"], ["y"], [["1，2", "2"]])), "decision_cell"),
        (file(decision("FIRST", ["x"], ["y"], [["[1..", "2"]])), "decision_cell"),
        (file(decision("FIRST", ["x"], ["y"], [["[..]", "2"]])), "decision_cell"),
        (file(decision("FIRST", ["x"], ["y"], [["not(1", "2"]])), "decision_cell"),
        (file(decision("FIRST", ["x"], ["y"], [["[" * 1900, "2"]])), "decision_cell"),
        (file(decision("FIRST", ["x"], ["y"], [["]" + ".." * 990 + "[", "2"]])), "decision_cell"),
        (file(decision("FIRST", ["x"], ["y"], [["[" + " " * 100_000 + "..x", "2"]])), "decision_cell"),
        (file(decision("FIRST", ["x"], ["y|" + "1," * 5_000, "z"], [])), "decision_cell"),
        (file(decision("FIRST", ["x"], ["y"], [["1", "__import__('os')"]])), "decision_cell"),
        (file(decision("FIRST", ["open('a')"], ["y"], [["1", "2"]])), "decision_cell"),
        (file(decision("FIRST", ["x"], ["y"], [["-", "1"]] * 1001)), "decision_too_large"),
        (file(*(decision("FIRST", ["x"], ["y"], [["-", "1"]] * 999, id=f"T{n}") for n in range(12))), "too_many_parts"),
        (file(decision("FIRST", ["x"], ["y"], []), decision("FIRST", ["x"], ["y"], [])), "duplicate_id"),
        (
            file(decision("FIRST", ["x"], ["y"], [], inside='<informationRequirement><requiredDecision href="#no"/></informationRequirement>')),
            "decision_need",
        ),
        (
            file(decision("FIRST", ["x"], ["y"], [], inside='<informationRequirement><requiredDecision href="#T"/></informationRequirement>')),
            "decision_circle",
        ),
    ],
)  # fmt: skip
def test_faults_are_refused_with_words(data, code):
    with pytest.raises(DiagramRefused) as caught:
        read_tables(data)

    assert code in [problem.code for problem in caught.value.problems]
    for problem in caught.value.problems:
        for language in ("zh-Hans", "en"):
            assert "…" not in problem.text(language) or len(str(problem.params.get("text"))) > 100
            assert problem.text(language) != code


def test_a_large_table_is_read_checked_and_answered_soon():
    rules = [[f"[{n}..{n + 1})", f'"类{n}"', str(n)] for n in range(300)]

    tables = table("UNIQUE", ["x", "类"], ["y"], rules)

    assert answer(tables, x=150.5, 类="类150").rules == (151,)
    assert set(codes(tables)) <= {"decision_gap"}


def test_the_largest_tables_are_answered_soon():
    rules = [[f"> {n}", f'"类{n}"', f"[{n}..{n + 1})", str(n)] for n in range(1_000)]
    began = time.process_time()

    tables = table("FIRST", ["x", "类", "z"], ["y"], rules)

    assert answer(tables, x=1001, 类="类999", z=999.5).rules == (1000,)
    assert time.process_time() - began < 10
