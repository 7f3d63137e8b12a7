"""Called processes, their variables, inputs and outputs, and the decisions of business rule tasks."""

import pytest

from tests.engine.drawing import drawn
from tests.engine.driver import Walk, begun, plan_of
from workflows import engine
from workflows.bpmn import read

CALL = "start s; call C called=q {words}; user N; s > C > N"
CALLED = "start i; script x do='inner = given + 1'; user A; i > x > A"


def test_a_called_process_without_mapping_sees_its_caller_and_hands_back_what_it_wrote():
    walk = begun(CALL.format(words=""), q=CALLED, data={"given": 1})

    assert "inner" not in walk.data
    assert walk.run().steps()[0].instance == {"inner": 2}
    assert walk.run().steps()[0].path == ("C",)
    assert walk.complete("A", given=5).data == {"given": 5, "inner": 2}
    assert walk.open == ["N"]


def test_with_mappings_only_what_they_name_crosses():
    walk = begun(
        CALL.format(words="in=given:total*10 out=result:inner"), q=CALLED, data={"total": 4, "given": 0}
    )

    assert walk.complete("A", secret=1).data == {"total": 4, "given": 0, "result": 41}


@pytest.mark.parametrize(
    ("case", "mapping", "seen"),
    [
        ("what it wrote, without a mapping", "", {"why": "late", "part": 1}),
        ("what is mapped and was written", "out=reason:why|rest:missing", {"reason": "late"}),
    ],
)
def test_a_call_that_ends_by_an_error_hands_out_what_it_wrote(case, mapping, seen):
    walk = begun(
        f"start s; call C called=q {mapping}; boundary b on C error=E; user H; s > C; b > H",
        q="start s; user A; end e error=E; s > A > e",
    ).complete("A", why="late", part=1)

    assert walk.open == ["H"]
    assert walk.data == seen


def test_a_sealed_call_does_not_see_its_caller():
    with pytest.raises(engine.CannotEvaluate, match="given"):
        begun(CALL.format(words="in=other:total"), q=CALLED, data={"total": 4, "given": 0})


def test_two_calls_side_by_side_have_variables_of_their_own():
    walk = begun(
        "start s; call C called=q each=xs item=given out=ys from=inner; s > C", q=CALLED, data={"xs": [1, 5]}
    )

    assert [step.instance["inner"] for step in walk.run().steps()] == [2, 6]
    walk.complete("A", inner=20).complete("A")
    assert walk.data["ys"] == [20, 6]


def test_a_process_that_calls_itself_for_ever_is_stopped():
    with pytest.raises(engine.MoveTooLong):
        begun("start s; call C called=p; s > C")


def test_a_process_may_call_itself_as_long_as_it_ends():
    process = 'start s; xor g; call C called=p in="depth:depth - 1"; user A; s > g; g > C if "depth > 0"; g > A else'
    walk = begun(process, data={"depth": 5})

    assert len(walk.run().steps()[0].path) == 1
    assert walk.complete("A").ended


def test_inputs_of_a_step_lie_over_the_case_and_only_its_outputs_leave_it():
    walk = begun("start s; user A in=limit:total*2 out=answer:found; s > A; A > N; user N", data={"total": 3})

    assert walk.run().steps()[0].instance == {"limit": 6}
    assert walk.complete("A", found="x", noise=1).data == {"total": 3, "answer": "x"}


def test_a_called_process_that_only_starts_by_message_starts_by_the_call():
    walk = begun("start s; call C called=q; s > C", q="start i message=m; user A; i > A")

    assert walk.open == ["A"]


DMN = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="t">
  <decision id="route" name="route"><decisionTable hitPolicy="FIRST">
    <input><inputExpression><text>level</text></inputExpression></input><output name="who"/>
    <rule><inputEntry><text>&gt; 2</text></inputEntry><outputEntry><text>"district"</text></outputEntry></rule>
    <rule><inputEntry><text>-</text></inputEntry><outputEntry><text>"town"</text></outputEntry></rule>
  </decisionTable></decision></definitions>"""


def test_a_business_rule_task_asks_its_table_and_tells_which_rule_fired():
    process = "start s; rule R cw:table=route; user A; s > R > A"
    plan = engine.compile_plan([read(drawn(process))], tables={"route": DMN})
    walk = Walk(plan).start(level=3)
    decided = [effect for effect in walk.effects if isinstance(effect, engine.Decided)]

    assert walk.data == {"level": 3, "who": "district"}
    assert [(d.table, d.rules, d.values) for d in decided] == [("route", (1,), {"who": "district"})]


def test_a_table_that_is_not_there_is_refused():
    with pytest.raises(engine.DiagramRefused) as refused:
        plan_of("start s; rule R cw:table=route; s > R")

    assert [problem.code for problem in refused.value.problems] == ["table_missing"]


def test_camundas_mappings_are_understood():
    data = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
      targetNamespace="t"><process id="p"><startEvent id="s"/><sequenceFlow sourceRef="s" targetRef="C"/>
      <callActivity id="C" calledElement="q"><extensionElements><camunda:in source="total" target="n"/>
      <camunda:out sourceExpression="${n + 1}" target="result"/></extensionElements></callActivity></process>
      <process id="q"><userTask id="A"/></process></definitions>"""
    walk = Walk(engine.compile_plan([read(data)], process="p")).start(total=4)

    assert walk.run().steps()[0].instance == {"n": 4}
    assert walk.complete("A").data == {"total": 4, "result": 5}
