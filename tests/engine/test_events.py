"""Timers, messages, signals, conditions, links, event gateways, multiple events."""

import datetime as dt

import pytest

from tests.engine.driver import MORNING, begun
from workflows import engine
from workflows.bpmn import read


@pytest.mark.parametrize(
    ("case", "timer", "due"),
    [
        ("duration", "timer=PT90M", dt.timedelta(minutes=90)),
        ("quoted duration", "timer=\"'PT90M'\"", dt.timedelta(minutes=90)),
        ("duration from an expression", "timer=limit", dt.timedelta(hours=2)),
        ("calculated duration", "timer=\"时长('PT1H') * 3\"", dt.timedelta(hours=3)),
        ("date with a zone", "date=2026-01-05T10:00:00Z", dt.timedelta(hours=1)),
        ("date without a zone is Chinese time", "date=2026-01-05T18:00:00", dt.timedelta(hours=1)),
        ("month by the calendar", "timer=P1M", dt.timedelta(days=31)),
        ("so long after a date", "timer=2026-01-05T12:00:00Z/PT10M", dt.timedelta(hours=3, minutes=10)),
        ("so long after a computed date", "timer=${begin}/PT10S", dt.timedelta(hours=1, seconds=10)),
        ("cycle", "cycle=R3/PT10M", dt.timedelta(minutes=10)),
        ("cycle with a start", "cycle=R/2026-01-05T12:00:00Z/PT10M", dt.timedelta(hours=3)),
    ],
)
def test_timer_is_due(case, timer, due):
    data = {"limit": "PT2H", "begin": "2026-01-05T10:00:00Z"}
    walk = begun(
        f"start s; catch c {timer}; user A; s > c > A".replace(
            "timer=${begin}/PT10S", '"timer=${begin}/PT10S"'
        ),
        data=data,
    )

    assert [wait.due_at for wait in walk.run().waits()] == [MORNING + due]


@pytest.mark.parametrize("value", ["'soon'", "3", "'R0/PT1H'", "'R/PT0S'", "'P'", "None"])
def test_a_timer_that_is_no_time_is_refused_with_the_elements_name(value):
    with pytest.raises(engine.BadValue, match="c"):
        begun(f'start s; catch c timer="{value}"; s > c')


def test_a_timer_in_the_past_comes_at_once():
    assert begun("start s; catch c date=2020-01-01T00:00:00Z; user A; s > c > A").open == ["A"]


def test_event_gateway_takes_one_path_even_if_both_timers_are_overdue():
    walk = begun(
        "start s; race g; catch a timer=PT1H; catch b timer=PT2H; user A; user B; s > g; g > a > A; g > b > B"
    )

    assert walk.advance("PT5H").open == ["A"]
    assert "g_a" in walk.passed
    assert "a" in walk.passed


def test_event_gateway_keeps_the_times_of_its_timers_apart():
    walk = begun(
        "start s; race g; catch a timer=PT3H; catch b timer=PT1H; user A; user B; s > g; g > a > A; g > b > B"
    )

    assert walk.advance("PT90M").open == ["B"]
    assert walk.waits == []


def test_event_gateway_into_a_receive_task():
    walk = begun("start s; race g; receive r message=m; catch t timer=PT1H; user A; s > g; g > r > A; g > t")

    assert walk.message("m").open == ["A"]


def test_receive_task_without_message_waits_to_be_told():
    walk = begun("start s; receive r; user A; s > r > A")

    assert walk.waits == ["r"]
    assert walk.tell("r").open == ["A"]


def test_interrupting_cycle_interrupts_at_its_first_shot():
    walk = begun("start s; user A; boundary b on A cycle=R3/PT1H; user H; s > A; b > H").advance("PT1H5S")

    assert walk.open == ["H"]
    assert walk.guards == []


def test_tasks_opened_by_a_cycle_outlive_their_host():
    walk = begun("start s; user A; boundary b on A cycle=R/PT1H non; user H; user N; s > A > N; b > H")

    assert walk.advance("PT1H").open == ["A", "H"]
    assert walk.advance("PT1H").open == ["A", "H", "H"]
    assert walk.complete("A").open == ["H", "H", "N"]
    assert walk.advance("PT9H").open == ["H", "H", "N"]


def test_a_cycle_fires_as_often_as_it_says():
    walk = begun("start s; user A; boundary b on A cycle=R2/PT1H non; user H; s > A; b > H")

    assert walk.advance("PT9H").open == ["A", "H", "H"]
    assert walk.guards == []


@pytest.mark.parametrize(
    ("case", "cycle", "slept", "shots", "left"),
    [
        ("a few missed shots are made up", "R/PT1H", "PT5H", 5, True),
        ("of a thousand only the first and the last", "R/PT1H", "PT1000H", 2, True),
        ("a counted cycle loses the ones it slept through", "R500/PT1H", "PT1000H", 2, False),
        ("missed months", "R/P1M", "P60M", 2, True),
    ],
)
def test_a_cycle_that_slept(case, cycle, slept, shots, left):
    walk = begun(f"start s; user A; boundary b on A cycle={cycle} non; user H; s > A; b > H").advance(slept)

    assert walk.open.count("H") == shots
    assert bool(walk.guards) == left


def test_the_first_timer_that_is_due_comes_first():
    process = """
        start s; user A; boundary late on A timer=PT3H; boundary soon on A timer=PT1H; user L; user S
        s > A; late > L; soon > S
    """
    assert begun(process).advance("PT9H").open == ["S"]


def test_one_message_reaches_one_receiver_the_one_who_waited_longest():
    walk = begun(
        "start s; and g; catch a message=m; catch b message=m; user A; user B; s > g; g > a > A; g > b > B"
    )

    assert walk.message("m").open == ["A"]
    assert walk.message("m").open == ["A", "B"]
    with pytest.raises(engine.NobodyWaits):
        walk.message("m")


def test_messages_are_told_apart_by_their_keys():
    process = """
        start s; s > each
        sub each each=orders item=order { start i; catch c message=paid cw:correlation=order; user T; i > c > T }
    """
    walk = begun(process, data={"orders": ["a", "b", "c"]})

    assert {wait.correlation for wait in walk.run().waits()} == {"a", "b", "c"}
    assert walk.message("paid", correlation="b", sum=7).run().steps()[0].instance["order"] == "b"
    assert walk.data["sum"] == 7
    with pytest.raises(engine.NobodyWaits):
        walk.message("paid", correlation="b")
    with pytest.raises(engine.NobodyWaits):
        walk.message("paid")


def test_a_non_interrupting_message_boundary_catches_again_and_again():
    walk = begun("start s; user A; boundary b on A message=m non; user H; s > A; b > H")

    assert walk.message("m").message("m").open == ["A", "H", "H"]


def test_a_signal_reaches_everybody_and_need_reach_nobody():
    walk = begun(
        "start s; and g; catch a signal=go; catch b signal=go; user A; user B; s > g; g > a > A; g > b > B"
    )

    assert walk.signal("other").waits == ["a", "b"]
    assert walk.signal("go").open == ["A", "B"]


def test_a_signal_end_event_is_heard_within_the_run_and_told_outside():
    walk = begun(
        "start s; and g; user A; end e signal=go; catch c signal=go; user B; s > g; g > A > e; g > c > B"
    )
    walk.complete("A")

    assert walk.open == ["B"]
    assert engine.SignalSent(name="go") in walk.effects


def test_sending_a_message_is_an_effect_with_its_key_and_content():
    process = "start s; throw t message=order cw:correlation=number in=sum:total*2; send x message=bye; user A; s > t > x > A"
    walk = begun(process, data={"number": "N1", "total": 4})

    assert [e for e in walk.effects if isinstance(e, engine.MessageSent)] == [
        engine.MessageSent(name="order", correlation="N1", payload={"sum": 8}),
        engine.MessageSent(name="bye"),
    ]
    assert walk.open == ["A"]


def test_a_condition_comes_when_it_turns_true_and_only_then():
    walk = begun('start s; user A; boundary b on A when="n > 3" non; user H; s > A; b > H', data={"n": 1})

    assert walk.set(n=4).open == ["A", "H"]
    assert walk.set(n=5).open == ["A", "H"]
    assert walk.set(n=1).set(n=9).open == ["A", "H", "H"]


def test_a_step_that_makes_a_condition_true_lets_it_come():
    walk = begun(
        'start s; and g; user A; catch c when="n > 3"; user B; s > g; g > A; g > c > B', data={"n": 1}
    )

    assert walk.complete("A", n=4).open == ["B"]


def test_a_condition_that_became_true_between_two_moves_comes_with_the_next():
    walk = begun(
        'start s; and g; user A; catch c when="n > 3"; user B; s > g; g > A; g > c > B', data={"n": 1}
    )
    walk.data["n"] = 9

    assert walk.complete("A").open == ["B"]


def test_a_condition_with_an_unknown_name_is_an_incident_once_and_blocks_nothing():
    walk = begun('start s; user A; boundary b on A when="未知 > 3"; user H; user N; s > A > N; b > H')

    assert walk.incidents == ["condition"]
    assert walk.set(x=1).incidents == []
    assert walk.set(未知=4).open == ["H"]


def test_links_lead_on():
    walk = begun("start s; user A; throw t link=L; catch c link=L; user B; s > A > t; c > B").complete("A")

    assert walk.open == ["B"]


def test_an_event_that_waits_for_all_its_definitions():
    walk = begun("start s; catch c message=m signal=g timer=PT1H all; user A; s > c > A")

    assert walk.message("m").open == []
    assert walk.advance("PT1H").open == []
    assert walk.signal("g").open == ["A"]


def test_an_event_that_waits_for_any_of_its_definitions():
    walk = begun("start s; catch c message=m signal=g; user A; s > c > A")

    assert walk.signal("g").open == ["A"]
    assert walk.waits == []


def test_a_non_interrupting_boundary_that_needs_all_its_definitions_begins_anew():
    walk = begun("start s; user A; boundary b on A message=m,n non all; user H; s > A; b > H")

    assert walk.message("m").open == ["A"]
    assert walk.message("n").open == ["A", "H"]
    assert walk.message("n").message("m").open == ["A", "H", "H"]


def test_a_timer_start_waits_for_its_time():
    walk = begun("start s timer=PT1H; user A; s > A")

    assert walk.open == []
    assert walk.advance("PT1H").open == ["A"]
    assert walk.complete("A").ended


def test_of_several_event_starts_the_first_wins_and_a_plain_start_before_all():
    starts = "start s1 message=a; start s2 message=b; user A; user B; s1 > A; s2 > B"

    assert begun(starts).message("b").open == ["B"]
    assert begun(starts).message("b").complete("B").ended
    assert begun(starts + "; start s; user C; s > C").open == ["C"]


def test_event_definition_by_reference_waits():
    data = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:t="t" targetNamespace="t">
      <message id="m" name="hello"/><messageEventDefinition id="d" messageRef="t:m"/>
      <process id="p"><startEvent id="s"/><sequenceFlow sourceRef="s" targetRef="c"/>
      <intermediateCatchEvent id="c"><eventDefinitionRef>t:d</eventDefinitionRef></intermediateCatchEvent>
      </process></definitions>"""
    run = engine.start(engine.compile_plan([read(data)]), data={}, now=MORNING)

    assert [(wait.kind, wait.event) for wait in run.waits()] == [("message", "hello")]


@pytest.mark.parametrize("id", ["Start", "End", "Root", "p.EndJoin"])
def test_ids_that_spiffworkflow_uses_itself_are_just_ids(id):
    walk = begun(f"start s; and g; user A; user B; end {id} terminate; s > g; g > A > {id}; g > B")

    assert walk.complete("A").ended
