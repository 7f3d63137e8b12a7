"""Compensation and transactions: what is undone, in which order, with whose variables."""

from tests.engine.driver import begun

BOOKED = """
    start s; service hotel; boundary b1 on hotel compensate by=unhotel; {kind} unhotel undo {words}
    service flight; boundary b2 on flight compensate by=unflight; {kind} unflight undo {words2}
    throw t compensate{ref}; user N; s > hotel > flight > t > N
"""


def booked(kind="user", words="", words2="", ref="", data=None):
    walk = begun(BOOKED.format(kind=kind, words=words, words2=words2, ref=ref), data=data)
    return walk.complete("hotel").complete("flight")


def test_all_that_was_done_is_undone_and_the_thrower_waits():
    walk = booked()

    assert walk.open == ["unflight", "unhotel"]
    assert walk.complete("unhotel").open == ["unflight"]
    assert walk.complete("unflight").open == ["N"]


def test_in_reverse_order():
    walk = booked("script", "do=\"log = log + 'h'\"", "do=\"log = log + 'f'\"", data={"log": ""})

    assert walk.data["log"] == "fh"


def test_one_activity_alone():
    assert booked(ref="=hotel").open == ["unhotel"]


def test_what_was_not_done_is_not_undone():
    process = """
        start s; user A; boundary b on A compensate by=U; user U undo; xor g; throw t compensate; user N; user M
        s > g; g > A if first; g > t else; A > M; t > N
    """
    assert begun(process, data={"first": False}).open == ["N"]


def test_a_thrower_that_does_not_wait_goes_on():
    walk = begun(
        "start s; user A; boundary b on A compensate by=U; user U undo; throw t compensate nowait; user N; s > A > t > N"
    )

    assert walk.complete("A").open == ["N", "U"]
    assert walk.complete("N").open == ["U"]
    assert walk.complete("U").ended


def test_a_finished_sub_process_is_undone_from_inside():
    process = """
        start s; user N; throw t compensate=S; s > S > t > N
        sub S { start i; user A; boundary b on A compensate by=U; user U undo; i > A }
    """
    walk = begun(process).complete("A")

    assert walk.open == ["U"]
    assert walk.complete("U").open == ["N"]


def test_a_finished_sub_process_with_a_handler_of_its_own_uses_that():
    process = """
        start s; user N; throw t compensate; s > S > t > N
        sub S { start i; user A; boundary b on A compensate by=U; user U undo; i > A }
        boundary c on S compensate by=W; user W undo
    """
    assert begun(process).complete("A").open == ["W"]


def test_a_compensation_event_sub_process_replaces_the_parts_and_may_call_them():
    process = """
        start s; user N; throw t compensate; s > S > t > N
        sub S {
            start i; user A; boundary b on A compensate by=U; user U undo; i > A
            guard G { start j compensate; user H; throw u compensate=A; j > H > u }
        }
    """
    walk = begun(process).complete("A")

    assert walk.open == ["H"]
    assert walk.complete("H").open == ["U"]
    assert walk.complete("U").open == ["N"]


def test_handlers_see_the_variables_of_the_instances_that_were_done():
    process = """
        start s; user N; throw t compensate; s > S > t > N
        sub S each=halls item=hall { start i; user A; boundary b on A compensate by=U; user U undo; i > A }
    """
    walk = begun(process, data={"halls": ["a", "b"]}).complete("A").complete("A")

    assert sorted(step.instance["hall"] for step in walk.run().steps()) == ["a", "b"]
    assert walk.open == ["U", "U"]


def test_a_cancelled_transaction_undoes_what_was_done_and_leaves_by_its_boundary():
    process = """
        start s; user N; user C; s > T > N; boundary b on T cancel; b > C
        transaction T {
            start i; and g; user A; boundary h on A compensate by=U; user U undo; user B; end x cancel; user Z
            i > g; g > A; g > B > x; g > Z
        }
    """
    walk = begun(process).complete("A").complete("B")

    assert walk.open == ["U"]
    assert walk.complete("U").open == ["C"]
    assert walk.complete("C").ended


def test_a_transaction_cancelled_from_a_scope_within_it():
    process = """
        start s; user N; user C; s > T > N; boundary b on T cancel; b > C
        transaction T {
            start i; user A; boundary h on A compensate by=U; user U undo; i > A > S
            sub S { start k; user B; boundary m on B compensate by=V; user V undo; user D; end x cancel; k > B > D > x }
        }
    """
    walk = begun(process).complete("A").complete("B").complete("D")

    assert walk.open == ["U", "V"]
    assert walk.complete("V").complete("U").open == ["C"]


def test_a_multi_instance_transaction_is_cancelled_as_a_whole():
    process = """
        start s; user N; user C; s > T > N; boundary b on T cancel; b > C
        transaction T each=devices item=device {
            start i; user A; boundary h on A compensate by=U; user U undo; user B; xor g; end x cancel; end ok
            i > A > B > g; g > x if fails; g > ok else
        }
    """
    walk = begun(process, data={"devices": ["a", "b", "c"], "fails": False})
    walk.complete("A").complete("B").complete("A").complete("A")
    walk.complete("B", fails=True)

    assert sorted(step.instance["device"] for step in walk.run().steps()) == ["a", "b", "c"]
    assert walk.open == ["U", "U", "U"]
    assert walk.complete("U").complete("U").complete("U").open == ["C"]


def test_instances_done_before_the_loop_was_stopped_can_be_undone():
    process = """
        start s; user V times=3; boundary u on V compensate by=U; user U undo; boundary b on V message=stop
        throw t compensate; user N; s > V; b > t > N
    """
    walk = begun(process).complete("V").message("stop")

    assert walk.open == ["U"]
    assert walk.complete("U").open == ["N"]


def test_a_cancel_nobody_waits_for_is_an_incident():
    walk = begun(
        "start s; user N; transaction T { start i; user A; end x cancel; i > A > x }; s > T > N"
    ).complete("A")

    assert walk.incidents == ["cancel"]
    assert walk.open == []


def test_an_error_out_of_a_transaction_undoes_nothing():
    process = """
        start s; user N; user H; s > T > N; boundary b on T error=E; b > H
        transaction T { start i; user A; boundary h on A compensate by=U; user U undo; end x error=E; i > A > x }
    """
    assert begun(process).complete("A").open == ["H"]
