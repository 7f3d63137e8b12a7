"""The case's variables: one set, written where a name lies, never shared by accident."""

import json

import pytest

from tests.engine.driver import MORNING, begun, plan_of
from workflows import engine


def test_branches_that_write_the_same_list_invent_nothing():
    walk = begun("start s; and g; user A; user B; and j; user C; s > g; g > A > j; g > B > j; j > C")
    walk.complete("A", items=[1, 2]).complete("B", items=[3])

    assert walk.data == {"items": [3]}


def test_a_later_round_is_not_overwritten_by_an_earlier_one():
    walk = begun(
        "start s; xor m; and g; user A; user B; and j; xor x; user N; s > m > g; g > A > j; g > B > j; j > x; x > m if again; x > N else"
    )
    walk.complete("A", value="first", again=True).complete("B")
    walk.complete("B", value="second", again=False).complete("A")

    assert walk.data["value"] == "second"


@pytest.mark.parametrize("name", ["typename", "data", "Start", "self", "now_", "姓名", "n" * 200])
def test_no_name_is_reserved(name):
    walk = begun("start s; user A; user B; s > A > B")
    walk.move("complete", walk.token("A"), {name: [1, {"typename": None}]})

    assert walk.data == {name: [1, {"typename": None}]}


@pytest.mark.parametrize("name", ["at", "over", "frame", "token", "expression", "machine"])
def test_names_of_our_own_code_are_names_like_others(name):
    walk = begun(
        f"start s; user V each=xs item={name} until='{name} == 2'; user N; s > V > N", data={"xs": [1, 2, 3]}
    )
    assert walk.complete("V").complete("V").open == ["N"]

    walk = begun(f"start s; call C called=q out=result:{name}; user N; s > C > N", q="user A")
    walk.move("complete", walk.token("A"), {name: 7})
    assert walk.data == {"result": 7}


def test_what_is_handed_in_is_not_changed():
    data = {"xs": [1, 2], "n": {"deep": 1}}
    before = json.dumps(data)
    run = engine.start(plan_of("start s; script x do='n = 5|ys = xs + [3]'; s > x"), data=data, now=MORNING)

    assert json.dumps(data) == before
    assert run.data["ys"] == [1, 2, 3]


def test_a_script_sees_its_own_lines_and_the_moment_it_is_run_in():
    walk = begun("start s; script x do='a = 1|b = a + 1|at = now()'; user N; s > x > N")

    assert (walk.data["a"], walk.data["b"]) == (1, 2)
    assert walk.data["at"].startswith("2026-01-05T17:00")


@pytest.mark.parametrize(
    ("case", "process", "element"),
    [
        ("condition", "start s; xor g; user A; user B; s > g; g > A if missing; g > B else", "g"),
        ("script", "start s; script x do='a = missing + 1'; s > x", "x"),
        ("timer", "start s; catch c timer=missing; s > c", "c"),
        ("list", "start s; user V each=missing; s > V", "V"),
        ("division", "start s; script x do='a = 1 / 0'; s > x", "x"),
    ],
)
def test_an_expression_that_fails_names_its_element_in_both_languages(case, process, element):
    with pytest.raises(engine.CannotEvaluate) as refused:
        begun(process)

    assert f"“{element}”" in refused.value.text("zh-Hans")
    assert f"“{element}”" in refused.value.text("en")
    assert isinstance(refused.value.error, engine.ExpressionError)


def test_a_name_that_is_nearly_right_is_suggested():
    with pytest.raises(engine.CannotEvaluate, match="噪声分贝"):
        begun(
            "start s; xor g; user A; user B; s > g; g > A if '噪声分 > 55'; g > B else", data={"噪声分贝": 60}
        )


def test_a_step_refused_by_what_follows_it_stays_open():
    walk = begun("start s; user A; xor g; user B; s > A > g; g > B if ok")
    with pytest.raises(engine.CannotEvaluate):
        walk.complete("A")

    assert walk.open == ["A"]
    assert walk.complete("A", ok=True).open == ["B"]


def test_a_long_diagram_is_built_and_walked():
    names = [f"t{n}" for n in range(1_500)]
    walk = begun("start s; " + "".join(f"user {name};" for name in names) + " > ".join(["s", *names]))

    assert walk.complete("t0").open == ["t1"]


def test_settings_lane_and_name_reach_the_step():
    walk = begun(
        "start s; user A name=现场勘查 cw:form=survey cw:post=planning; service M cw:operation=mail; s > A > M"
    )
    (step,) = walk.run().steps()

    assert (step.name, step.kind, step.operation) == ("现场勘查", "human", None)
    assert step.settings == {"form": "survey", "post": "planning"}
    (machine,) = walk.complete("A").run().steps()
    assert (machine.kind, machine.operation) == ("machine", "mail")
