"""Sub-processes, event sub-processes, errors, escalations, terminate: who catches what, and what lives on."""

import pytest

from tests.engine.drawing import drawn
from tests.engine.driver import Walk, begun
from workflows import engine
from workflows.bpmn import read


def test_a_result_of_a_sub_process_reaches_what_follows():
    walk = begun(
        'start s; sub S { user A }; xor g; user B; user C; s > S > g; g > B if "v == 1"; g > C else',
        data={"v": 0},
    )

    assert walk.complete("A", v=1).open == ["B"]


def test_a_terminate_ends_its_own_scope_only():
    walk = begun(
        "start s; sub S { start i; and g; user A; user B; end t terminate; i > g; g > A > t; g > B }; user N; s > S > N"
    )

    assert walk.complete("A").open == ["N"]
    assert walk.complete("N").ended


def test_a_terminate_that_means_everything_ends_the_run():
    data = drawn("start s; and g; sub S { user A; end t terminate; A > t }; user B; s > g; g > S; g > B")
    data = data.replace(
        b"<terminateEventDefinition/>", b'<terminateEventDefinition xmlns:f="urn:f" f:terminateAll="true"/>'
    )

    assert Walk(engine.compile_plan([read(data)])).start().complete("A").ended


ERRORS = {
    "a sibling of the thrower does not catch": (
        "start s; and g; user A; boundary b on A error=E; user B; end e error=E; user H; s > g; g > A; g > B > e; b > H",
        "B", ["A"], ["error"],
    ),
    "the host's own boundary catches, not its sibling's": (
        "start s; and g; sub S1 { user A; end e error=E; A > e }; boundary b1 on S1 error=E; user H1;"
        "sub S2 { user B }; boundary b2 on S2 error=E; user H2; s > g; g > S1; g > S2; b1 > H1; b2 > H2",
        "A", ["B", "H1"], [],
    ),
    "a boundary inside the scope does not catch what a sibling throws": (
        "start s; sub S { start i; and g; user T; end e error=E; user A; boundary bi on A error=E; user HI;"
        "i > g; g > T > e; g > A; bi > HI }; boundary bo on S error=E; user HO; s > S; bo > HO",
        "T", ["HO"], [],
    ),
    "an exact code goes before a catch-all": (
        "start s; sub S { user A; end e error=E; A > e }; boundary all on S error; user H1;"
        "boundary exact on S error=E; user H2; s > S; all > H1; exact > H2",
        "A", ["H2"], [],
    ),
    "another code is not caught": (
        "start s; sub S { user A; end e error=E; A > e }; boundary b on S error=F; user H; user N; s > S > N; b > H",
        "A", [], ["error"],
    ),
    "two scopes up": (
        "start s; sub O { sub S { user A; end e error=E; A > e } }; boundary b on O error=E; user H; s > O; b > H",
        "A", ["H"], [],
    ),
    "through a multi-instance": (
        "start s; sub S times=2 { user A; end e error=E; A > e }; boundary b on S error=E; user H; s > S; b > H",
        "A", ["H"], [],
    ),
    "an event sub-process of the scope goes before the boundary": (
        "start s; sub S { start i; user A; end e error=E; i > A > e; guard G { start j error=E; user H; j > H } };"
        "boundary b on S error=E; user X; s > S; b > X",
        "A", ["H"], [],
    ),
    "thrown in an event sub-process, it is not caught by itself": (
        "start s; sub S { start i; user A; end e error=E; i > A > e;"
        "guard G { start j error; script h do='x = 1'; end f error=E; j > h > f } }; boundary b on S error=E; user H; s > S; b > H",
        "A", ["H"], [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_error(case):
    process, step, left, incidents = ERRORS[case]
    walk = begun(process).complete(step)

    assert walk.open == left
    assert walk.incidents == incidents
    assert not walk.ended


def test_an_uncaught_error_stands_still_and_can_be_tried_again():
    walk = begun("start s; service A; user N; s > A > N").fail("A", "E42")
    stopped = walk.run().stopped()

    assert [(stop.element, stop.error) for stop in stopped] == [("A", "E42")]
    assert walk.open == []
    assert walk.move("retry", stopped[0].token).open == ["A"]
    assert walk.complete("A").open == ["N"]


def test_a_failing_step_is_caught_at_its_boundary():
    walk = begun("start s; service A; boundary b on A error=E; user H; user N; s > A > N; b > H").fail(
        "A", "E"
    )

    assert walk.open == ["H"]


def test_errors_leave_a_called_process():
    walk = begun(
        "start s; call C called=q; boundary b on C error=E; user H; s > C; b > H",
        q="user A; end e error=E; A > e",
    )

    assert walk.complete("A").open == ["H"]


@pytest.mark.parametrize(
    ("case", "interrupts", "left"),
    [("interrupting", "", ["H"]), ("not interrupting", "non", ["A", "H"])],
)
def test_escalation_from_a_sub_process(case, interrupts, left):
    process = f"""
        start s; sub S {{ start i; throw t escalation=X; user A; i > t > A }}; boundary b on S escalation=X {interrupts}
        user H; s > S; b > H
    """
    assert begun(process).open == left


def test_an_escalation_end_event_ends_its_branch_and_an_uncaught_one_does_nothing_else():
    walk = begun("start s; sub S { start i; and g; end e escalation=X; user A; i > g; g > e; g > A }; s > S")

    assert walk.open == ["A"]
    assert walk.incidents == []


def test_an_escalation_event_sub_process_sleeps_until_it_is_called():
    walk = begun("start s; user A; end e; s > A > e; guard G { start i escalation=X; user H; i > H }")

    assert walk.complete("A").ended


@pytest.mark.parametrize(
    ("case", "start", "comes"),
    [
        ("message", "message=m", lambda walk: walk.message("m")),
        ("signal", "signal=g", lambda walk: walk.signal("g")),
        ("timer", "timer=PT1H", lambda walk: walk.advance("PT2H")),
        ("condition", 'when="n > 3"', lambda walk: walk.set(n=4)),
    ],
)
@pytest.mark.parametrize("scope", ["process", "sub-process"])
def test_event_sub_process_of_every_kind(case, start, comes, scope):
    for word, left in (("", ["H"]), ("non", ["A", "H"])):
        body = f"start s; user A; s > A; guard G {{ start i {start} {word}; user H; i > H }}"
        walk = begun(body if scope == "process" else f"start o; sub S {{ {body} }}; o > S", data={"n": 0})

        assert walk.open == ["A"]
        assert comes(walk).open == left
        for step in left:
            walk.complete(step)
        assert walk.ended


def test_a_non_interrupting_event_sub_process_may_run_many_times_and_keeps_its_scope_open():
    walk = (
        begun("start s; user A; s > A; guard G { start i message=m non; user H; i > H }")
        .message("m")
        .message("m")
    )

    assert walk.complete("A").open == ["H", "H"]
    assert walk.complete("H").complete("H").ended


def test_a_timer_event_sub_process_does_not_keep_a_process_open():
    assert begun("start s; user A; s > A; guard G { start i timer=P1D; user H; i > H }").complete("A").ended


def test_interrupting_boundary_ends_all_that_runs_inside():
    process = """
        start s; sub S { start i; and g; user A; sub T { user B; boundary x on B timer=PT9H; user Z; x > Z }; i > g; g > A; g > T }
        boundary b on S message=m; user H; s > S; b > H
    """
    walk = begun(process).message("m")

    assert walk.open == ["H"]
    assert walk.guards == []


def test_two_flows_leaving_a_boundary_event_are_both_taken():
    walk = begun("start s; user A; boundary b on A timer=PT1H; user X; user Y; s > A; b > X; b > Y").advance(
        "PT2H"
    )

    assert walk.open == ["X", "Y"]


def test_an_ad_hoc_sub_process_offers_everything_at_once_and_ends_with_the_last():
    walk = begun("start s; adhoc S { user A; user B; user C; B > C }; user N; s > S > N")

    assert walk.open == ["A", "B"]
    assert walk.complete("B").open == ["A", "C"]
    assert walk.complete("C").complete("A").open == ["N"]


@pytest.mark.parametrize(
    ("case", "keep", "left"),
    [("the rest is cancelled", "", ["N"]), ("the rest is finished", "keep", ["B"])],
)
def test_an_ad_hoc_sub_process_with_a_condition(case, keep, left):
    walk = begun(
        f"start s; adhoc S complete=done {keep} {{ user A; user B }}; user N; s > S > N", data={"done": False}
    )

    assert walk.complete("A", done=True).open == left
    if keep:
        assert walk.complete("B").open == ["N"]


def test_a_sequential_ad_hoc_sub_process_goes_one_by_one_until_its_condition_holds():
    process = (
        "start s; adhoc S ordering=Sequential complete=done { user A; user B; user C }; user N; s > S > N"
    )
    walk = begun(process, data={"done": False})

    assert walk.open == ["A"]
    assert walk.complete("A").open == ["B"]
    assert walk.complete("B", done=True).open == ["N"]


def test_a_sequential_ad_hoc_sub_process_without_condition_ends_with_its_last():
    walk = begun("start s; adhoc S ordering=Sequential { user A; user B; user C; A > C }; user N; s > S > N")

    assert walk.complete("A").open == ["C"]
    assert walk.complete("C").open == ["B"]
    assert walk.complete("B").open == ["N"]


def test_an_empty_sub_process_is_passed_through():
    assert begun("start s; sub S { start i; end j; i > j }; user N; s > S > N").open == ["N"]
