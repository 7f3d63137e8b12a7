"""Work moved by hand: sent back, pushed on, taken out of scopes; what depends on it goes with it, the rest lives on."""

import pytest

from tests.engine.driver import begun
from workflows import engine

LINE = "start s; user A; user B; user C; end e; s > A > B > C > e"
FORKED = """
    start s; user O; and g; user A1; user A2; user B1; user B2; and j; user D; end e
    s > O > g; g > A1 > A2 > j; g > B1 > B2 > j; j > D > e
"""
SCOPED = "start s; user A; sub S { start i; and g; user B; user C; and j; user D; i > g; g > B > j; g > C > j; j > D }; user E; s > A > S > E"


def send_back(walk, step, to):
    return walk.move("send_back", walk.token(step), to)


def test_sent_back_along_a_line():
    walk = begun(LINE).complete("A").complete("B")

    assert send_back(walk, "C", "A").open == ["A"]
    assert walk.complete("A").complete("B").complete("C").ended


def test_sent_back_within_a_branch_the_other_branch_lives_on():
    walk = begun(FORKED).complete("O").complete("A1").complete("B1")

    assert send_back(walk, "A2", "A1").open == ["A1", "B2"]
    assert walk.complete("A1").complete("B2").complete("A2").open == ["D"]


def test_sent_back_before_the_fork_all_that_came_out_of_it_goes():
    walk = begun(FORKED).complete("O").complete("A1").complete("A2")

    assert send_back(walk, "B1", "O").open == ["O"]
    assert walk.complete("O").open == ["A1", "B1"]
    assert walk.complete("A1").complete("A2").complete("B1").complete("B2").open == ["D"]


def test_sent_back_from_behind_a_join_into_one_branch_the_others_stay_done():
    walk = begun(FORKED).complete("O").complete("A1").complete("A2").complete("B1").complete("B2")

    assert send_back(walk, "D", "A2").open == ["A2"]
    assert walk.complete("A2").open == ["D"]
    assert walk.complete("D").ended


def test_sent_back_behind_a_loop_and_over_an_inclusive_join():
    process = """
        start s; user O; or g; user A; user B; or j; user D; xor x; end e
        s > m > O > g; xor m; g > A if "'A' in to"; g > B if "'B' in to"; A > j; B > j; j > D > x; x > m if again; x > e else
    """
    walk = begun(process, data={"to": ["A", "B"], "again": True})
    for _ in range(2):
        walk.complete("O").complete("A").complete("B")
        assert send_back(walk, "D", "B").open == ["B"]
        walk.complete("B").complete("D")
    assert walk.open == ["O"]


@pytest.mark.parametrize("to", ["A", "B"])
def test_sent_back_out_of_and_within_a_scope(to):
    walk = begun(SCOPED).complete("A").complete("B").complete("C")

    assert send_back(walk, "D", to).open == [to]
    walk.complete(to)
    assert walk.open == (["B", "C"] if to == "A" else ["D"])


def test_sent_back_into_a_scope_that_has_closed():
    walk = begun(SCOPED).complete("A").complete("B").complete("C").complete("D")

    assert send_back(walk, "E", "C").open == ["C"]
    assert walk.run().steps()[0].path == ("S",)


def test_sent_back_out_of_a_countersign_all_its_instances_go():
    walk = (
        begun("start s; user A; user V times=3 out=votes from=vote; user N; s > A > V > N")
        .complete("A")
        .complete("V", vote=1)
    )

    assert send_back(walk, "V", "A").open == ["A"]
    assert walk.complete("A").open == ["V", "V", "V"]
    assert "votes" not in walk.data


def test_sent_back_out_of_a_called_process():
    walk = (
        begun("start s; user A; call C called=q; s > A > C", q="user X; user Y; X > Y")
        .complete("A")
        .complete("X")
    )

    assert walk.run().earlier_steps(walk.token("Y")) == ("X", "A")
    assert send_back(walk, "Y", "A").open == ["A"]


def test_timers_of_what_is_sent_back_are_gone_and_those_of_what_is_done_again_are_new():
    walk = begun(
        "start s; user A; boundary t on A timer=PT1H non; user B; boundary u on B timer=PT1H non; s > A > B"
    )
    walk.complete("A").advance("PT30M")
    send_back(walk, "B", "A")

    assert walk.guards == ["t"]
    assert [wait.due_at for wait in walk.run().waits()][0].minute == 30


@pytest.mark.parametrize(
    ("case", "to", "words"),
    [
        ("what is not there", "Z", "no such element"),
        ("what does not come before", "C", "does not come before"),
        ("where nothing can stand", "s", "nothing can be put"),
    ],
)
def test_what_cannot_be_sent_back_is_refused(case, to, words):
    walk = begun(LINE).complete("A")
    before = walk.text

    with pytest.raises(engine.CannotMove, match=words):
        send_back(walk, "B", to)
    assert walk.text == before


def test_a_branch_beside_is_not_before_even_if_a_loop_leads_there():
    process = """
        start s; xor m; and g; user A; user B; and j; user D; xor x; end e
        s > m > g; g > A > j; g > B > j; j > D > x; x > m if again; x > e else
    """
    walk = begun(process).complete("B")

    assert walk.run().earlier_steps(walk.token("A")) == ()
    with pytest.raises(engine.CannotMove):
        send_back(walk, "A", "B")
    assert walk.complete("A").run().earlier_steps(walk.token("D")) == ("A", "B")
    assert send_back(walk, "D", "B").complete("B").open == ["D"]


def test_sent_back_before_a_join_what_the_join_let_loose_goes_too():
    process = """
        start s; and g; user A; user B; and j; and h; user X; user Y; and k; user D
        s > g; g > A > j; g > B > j; j > h; h > X > k; h > Y > k; k > D
    """
    walk = begun(process).complete("A").complete("B")

    assert send_back(walk, "X", "A").open == ["A"]
    assert walk.complete("A").open == ["X", "Y"]
    assert walk.complete("X").complete("Y").open == ["D"]


def test_nothing_is_put_into_a_multi_instance_from_outside():
    walk = (
        begun("start s; user A; sub S times=2 { user B }; user C; s > A > S > C")
        .complete("A")
        .complete("B")
        .complete("B")
    )

    with pytest.raises(engine.CannotMove, match="multi-instance"):
        send_back(walk, "C", "B")


def test_steps_one_can_be_sent_back_to():
    walk = begun(FORKED).complete("O").complete("A1").complete("B1")

    assert walk.run().earlier_steps(walk.token("A2")) == ("O", "A1")


def test_moved_on_by_hand_past_what_blocks():
    walk = begun("start s; service A; user B; s > A > B").fail("A", "E")

    assert walk.move("move", walk.run().stopped()[0].token, "B").open == ["B"]


def test_moved_out_of_a_scope_its_siblings_stay():
    walk = begun(SCOPED).complete("A")

    assert walk.move("move", walk.token("B"), "E").open == ["C", "E"]
    assert walk.move("move", walk.token("C"), "A").open == ["A", "E"]
    assert walk.complete("E").complete("A").open == ["B", "C"]


def test_moved_into_a_scope_it_is_open_and_guarded():
    process = "start s; user A; sub S { start i; user B; i > B; guard G { start k message=m; user H; k > H } }; boundary t on S timer=PT1H; user E; s > A > S > E"
    walk = begun(process)

    assert walk.move("move", walk.token("A"), "B").open == ["B"]
    assert walk.guards == ["k", "t"]
    assert walk.complete("B").open == ["E"]
