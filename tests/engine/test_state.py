"""Stored runs: small, exact, readable by this version and by the ones to come."""

import datetime as dt
import json
from pathlib import Path

import pytest

from tests.engine.driver import MORNING, begun, plan_of
from workflows import engine
from workflows.engine.state import _NAMES, _STATES

STORED = Path(__file__).parents[1] / "stored_runs"

BUSY = """
    start s; and g; s > g; g > A; g > S; g > r; g > V; g > C
    user A; boundary late on A cycle=R5/PT1H non; user H; late > H
    sub S { start i; script x do='y = 1'; user B; boundary u on B compensate by=U; user U undo; catch c message=m cw:correlation=key
            i > x > B > c }
    race r; catch r1 timer=P1D; catch r2 signal=go; user R; r > r1 > R; r > r2 > R
    user V each=xs item=x out=ys from=y until='nrOfCompletedInstances > 1'
    call C called=q in=n:key
    guard G { start z when='stop == 1' non; user Z; z > Z }
"""
CALLED = "user Q1; user Q2 sequential times=2; Q1 > Q2"
DATA = {"key": "K1", "xs": ["东", "西", "北"], "stop": 0}


def busy():
    return begun(BUSY, q=CALLED, data=DATA).complete("B").complete("V", y=1).complete("Q1").advance("PT2H")


def test_a_state_holds_no_case_data_and_no_history():
    walk = busy()

    assert '"stop"' not in walk.text
    assert "x" not in json.loads(walk.text)[3]
    assert len(walk.text.encode()) < 1200


def test_two_ways_to_one_place_leave_states_of_the_same_shape():
    one = begun(BUSY, q=CALLED, data=DATA).complete("B").complete("V", y=1)
    two = begun(BUSY, q=CALLED, data=DATA).complete("V", y=1).complete("B")

    assert len(one.text) == len(two.text)


def test_a_simple_case_is_small():
    walk = begun("start s; user A; user B; end e; s > A > B > e").complete("A")

    assert len(walk.text) < 70


def test_every_token_number_is_new():
    walk = begun("start s; xor m; user A; xor g; s > m > A > g; g > m if again; g > e else; end e")
    seen = [walk.token("A")]
    for _ in range(50):
        seen.append(walk.complete("A", again=True).token("A"))

    assert seen == sorted(set(seen))


def test_a_step_is_completed_once():
    walk = begun("start s; user A; user B; s > A > B")
    token = walk.token("A")
    walk.move("complete", token)

    for again in ("complete", "fail"):
        with pytest.raises(engine.NotOpen) as refused:
            walk.move(again, token, *(["E"] if again == "fail" else []))
        assert refused.value.text() == "这一步已经办理或取消。"
    assert walk.open == ["B"]


def test_what_waits_and_what_is_open_are_not_mistaken_for_each_other():
    walk = begun("start s; user A; boundary b on A message=m; s > A")
    wait = walk.run().waits()[0].token

    with pytest.raises(engine.NotOpen):
        walk.move("complete", wait)
    with pytest.raises(engine.NotOpen):
        walk.move("fire", walk.token("A"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "[99]",
        "[1]",
        '[1,"p","000000001",[],[[0,"A","r"]],[]]',
        '[1,"p","x",[["p"]],[],[]]',
        "null",
        "7",
    ],
)
def test_a_text_that_is_no_state_is_refused(text):
    with pytest.raises(engine.StateRefused):
        engine.load(plan_of("user A"), text, data={}, now=MORNING)


def test_a_state_of_another_diagram_is_refused():
    walk = begun("start s; user A; s > A")

    with pytest.raises(engine.StateRefused, match="A"):
        engine.load(plan_of("start s; user B; s > B"), walk.text, data={}, now=MORNING)


def test_the_version_is_known_from_outside():
    assert engine.Run.state_version == json.loads(begun("user A").text)[0] == 1


@pytest.mark.parametrize("path", sorted(STORED.glob("*.json")), ids=lambda path: path.stem)
def test_a_stored_run_loads_and_finishes(path):
    stored = json.loads(path.read_text(encoding="utf-8"))
    plan = plan_of(**stored["processes"])
    run = engine.load(
        plan, stored["state"], data=stored["data"], now=dt.datetime.fromisoformat(stored["now"])
    )

    assert run.dump() == stored["state"]
    for _ in range(60):
        if run.ended:
            break
        steps = [step for step in run.steps() if not step.is_held_up]
        waits = [wait for wait in run.waits() if not wait.boundary]
        if steps:
            run.complete(steps[0].token, {"结论": "同意"})
        elif waits:
            run.fire(waits[-1].token)
        else:
            run.retry(run.stopped()[0].token)
        run = engine.load(plan, run.dump(), data=run.data, now=run._machine.now)
    assert run.ended


def test_the_stored_runs_of_this_version_hold_everything_a_state_can_hold():
    states = [
        json.loads(json.loads(path.read_text(encoding="utf-8"))["state"]) for path in STORED.glob("v1-*")
    ]
    frames = [row for state in states for row in state[3]]
    tokens = [row for state in states for row in state[4]]
    waits = [row for state in states for row in state[5]]

    assert {row[0] for row in frames} == set(_NAMES)
    assert {name for row in frames if len(row) > 3 for name in row[3]} == {
        "own", "sealed", "past", "count", "items", "outputs", "todo",
    }  # fmt: skip
    assert {row[2] for row in tokens} == set(_STATES)
    for place in (3, 4, 6):  # the flow it came by, variables, mark
        assert [row for row in tokens if len(row) > place and row[place] is not None]
    for place in (3, 4, 5, 6, 7, 8):  # holder, due, left, seen, correlation, computed name
        assert [row for row in waits if len(row) > place and row[place] is not None]
