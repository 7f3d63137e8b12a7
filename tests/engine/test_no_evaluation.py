"""A whole run, from file to end, without Python's eval or exec, and with compile used to parse only."""

import ast
import builtins
import datetime as dt
from pathlib import Path

import pytest

from tests.bpmn.drawn import diagram, flows, node, step
from workflows.bpmn import check, read
from workflows.engine import compile_plan, start
from workflows.expressions import LOCAL, compile_expression, compile_script

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=LOCAL)
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="limits" name="limits"><decisionTable>
<input label="x"><inputExpression><text>总分</text></inputExpression></input><output name="等级"/>
<rule><inputEntry><text>&gt; 10</text></inputEntry><outputEntry><text>"重大"</text></outputEntry></rule>
<rule><inputEntry><text>[0..10]</text></inputEntry><outputEntry><text>"一般"</text></outputEntry></rule>
</decisionTable></decision></definitions>""".encode()

WHOLE = diagram(
    node("scriptTask", "S", "<script>总分 = 分 + 1\n截止 = now() + 时长('PT2H')</script>"),
    node("businessRuleTask", "R", cw_table="limits"),
    '<exclusiveGateway id="g" default="f5"/>',
    node(
        "intermediateCatchEvent",
        "t",
        "<timerEventDefinition><timeDate>截止</timeDate></timerEventDefinition>",
    ),
    step(
        "A",
        "<multiInstanceLoopCharacteristics><loopCardinality>${总分 - 4}</loopCardinality>"
        "<completionCondition>nrOfCompletedInstances &gt;= 2</completionCondition></multiInstanceLoopCharacteristics>",
    ),
    flows("st S, S R, R g, g t, g en, t A, A en", f4="${等级 == '一般' && !false}"),
)


@pytest.fixture
def _no_evaluation(monkeypatch):
    parse = builtins.compile

    def only_parse(source, filename, mode, flags=0, *rest, **options):
        assert flags & ast.PyCF_ONLY_AST, "text was compiled to code"
        return parse(source, filename, mode, flags, *rest, **options)

    def never(*_arguments, **_options):
        raise AssertionError("eval or exec was called")

    compile_expression.cache_clear()
    compile_script.cache_clear()
    monkeypatch.setattr(builtins, "compile", only_parse)
    monkeypatch.setattr(builtins, "eval", never)
    monkeypatch.setattr(builtins, "exec", never)


@pytest.mark.usefixtures("_no_evaluation")
def test_a_whole_run_evaluates_no_text_with_python():
    drawn = read(WHOLE)
    assert [problem for problem in check(drawn) if problem.severity == "error"] == []
    plan = compile_plan([drawn], tables={"limits": TABLE})

    run = start(plan, data={"分": 6}, now=NOW)
    waiting = [wait.due_at for wait in run.waits()]
    run.advance(NOW + dt.timedelta(hours=2))
    instances = [each.token for each in run.steps()]
    for token in instances[:2]:
        run.complete(token, {})

    assert waiting == [NOW + dt.timedelta(hours=2)]
    assert len(instances) == 3
    assert run.ended
    assert run.data["等级"] == "一般"


def test_no_module_of_ours_calls_eval_exec_or_compile():
    root = Path(__file__).parents[2]
    called = {
        f"{path.relative_to(root)}:{node.lineno}"
        for package in ("workflows", "casework", "grid")
        for path in (root / package).rglob("*.py")
        if "node_modules" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("eval", "exec", "compile", "__import__")
    }

    assert called == set()
