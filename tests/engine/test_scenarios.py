"""Scenario files: what counts as right, refused, wrong and in error, and what the command says and returns."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.engine.drawing import drawn
from workflows.scenarios import play, scenarios_in

PROCESS = """
    start s; user A; service M cw:operation=mail; xor g; catch c message=m cw:correlation=key; user B; user C; end e
    s > A > M > g; g > c if "sent == 'yes'"; g > B else; c > C > e; B > e
"""


@pytest.fixture
def written(tmp_path):
    """Writes a scenario around PROCESS, or around another one, and gives its place."""

    def write(*steps, process=PROCESS, **more):
        (tmp_path / "process.bpmn").write_bytes(drawn(process))
        path = tmp_path / "one.json"
        path.write_text(json.dumps({"id": "one", "files": ["process.bpmn"], "steps": list(steps), **more}))
        return path

    return write


STARTED = {"start": {"key": "K"}, "expect": {"tasks": ["A"], "ended": False}}


def test_a_walk_with_machines_that_answer_and_a_message_with_its_key(written):
    path = written(
        STARTED,
        {
            "complete": "A",
            "data": {"n": 1},
            "expect": {"tasks": [], "waits": ["c"], "data": {"n": 1, "sent": "yes"}},
        },
        {"message": "m", "expect": {"error": True}},
        {
            "message": "m",
            "correlation": "K",
            "payload": {"paid": 7},
            "expect": {"tasks": ["C"], "data": {"paid": 7}},
        },
        {"complete": "C", "expect": {"tasks": [], "ended": True}},
        machines={"M": {"sent": "yes"}},
    )

    assert play(path).outcome == "right"


def test_machines_by_hand_can_be_completed_and_can_fail(written):
    path = written(
        STARTED,
        {"complete": "A", "expect": {"tasks": [], "machines": ["M"]}},
        {"complete": "M", "data": {"sent": "no"}, "expect": {"tasks": ["B"], "count": 1}},
        machines="by hand",
    )

    assert play(path).outcome == "right"


@pytest.mark.parametrize(
    ("case", "steps", "outcome", "words"),
    [
        (
            "another task is open",
            [{**STARTED, "expect": {"tasks": ["B"]}}],
            "wrong",
            "step 1: tasks ['A'], not ['B']",
        ),
        ("what must not be open is", [{**STARTED, "expect": {"not_tasks": ["A"]}}], "wrong", "A is open"),
        ("a step that is not open", [STARTED, {"complete": "C"}], "wrong", "step 2: C is not open"),
        (
            "what should be refused is not",
            [{**STARTED, "expect": {"error": True}}],
            "wrong",
            "should have been refused",
        ),
        ("nobody waits", [STARTED, {"message": "x"}], "wrong", "Nobody waits"),
        ("data differ", [{**STARTED, "expect": {"data": {"key": "L"}}}], "wrong", "key is 'K', not 'L'"),
        ("an expression fails", [STARTED, {"complete": "A"}], "error", "sent"),
        ("no action", [STARTED, {"expect": {}}], "wrong", "no action"),
        ("a bad duration", [STARTED, {"advance": "soon"}], "wrong", "soon"),
    ],
)
def test_what_does_not_run_as_told(written, case, steps, outcome, words):
    result = play(written(*steps))

    assert result.outcome == outcome
    assert words in result.detail


def test_a_diagram_that_cannot_run_is_refused_or_right_if_that_was_expected(written):
    process = "start s; complex g; s > g"

    assert play(written(STARTED, process=process)).outcome == "refused"
    assert play(written({"start": {}, "expect": {"error": True}}, process=process)).outcome == "right"


def test_other_json_is_left_alone_and_broken_json_is_told(written, tmp_path):
    path = written(STARTED)
    (tmp_path / "form.json").write_text('{"key": "survey"}')
    (tmp_path / "broken.json").write_text("{")

    assert list(scenarios_in(tmp_path)) == [tmp_path / "broken.json", path]
    assert play(tmp_path / "broken.json").outcome == "error"


def test_the_command_tells_each_scenario_counts_them_and_fails_on_a_wrong_one(written, tmp_path):
    written(STARTED)
    told = StringIO()
    call_command("scenario", str(tmp_path), stdout=told)
    assert told.getvalue() == "right    one\n1 scenarios: 1 right, 0 refused, 0 wrong, 0 error\n"

    written({**STARTED, "expect": {"tasks": []}})
    with pytest.raises(SystemExit) as left:
        call_command("scenario", str(tmp_path), stdout=StringIO())
    assert left.value.code == 1


def test_the_command_refuses_a_place_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="does not exist"):
        call_command("scenario", str(tmp_path / "nowhere"))
