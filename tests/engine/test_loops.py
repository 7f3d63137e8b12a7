"""Multi-instance and standard loops: lists and numbers, conditions over live counters, outputs, more and fewer instances."""

import pytest

from tests.engine.driver import begun
from workflows import engine

VOTE = """
    start s; user V each=departments item=department until="{until}" out=votes from=vote {order}; user N; s > V > N
"""
FOUR = {"departments": ["住建", "城管", "公安", "民政"]}


def test_instances_know_their_item_and_the_live_counters():
    walk = begun(VOTE.format(until="False", order=""), data=FOUR).complete("V", vote="同意")
    instance = walk.run().steps()[0].instance

    assert instance["department"] == "城管"
    assert instance["loopCounter"] == 1
    assert (
        instance["nrOfInstances"],
        instance["nrOfCompletedInstances"],
        instance["nrOfActiveInstances"],
    ) == (4, 1, 3)


def test_two_of_three_is_enough_and_cancels_the_rest():
    walk = begun(VOTE.format(until="nrOfCompletedInstances >= 2", order=""), data={"departments": [1, 2, 3]})

    assert walk.complete("V", vote="同意").open == ["V", "V"]
    assert walk.complete("V", vote="反对").open == ["N"]
    assert walk.data["votes"] == ["同意", "反对"]
    assert "vote" not in walk.data


def test_a_condition_may_look_at_the_outputs_so_far():
    until = "len([v for v in votes if v == '同意']) >= 2"
    walk = begun(VOTE.format(until=until, order=""), data=FOUR)

    assert walk.complete("V", 3, vote="同意").complete("V", 0, vote="反对").open == ["V", "V"]
    assert walk.complete("V", 0, vote="同意").open == ["N"]
    assert walk.data["votes"] == ["反对", "同意", "同意"]


def test_one_veto_ends_the_vote():
    walk = begun(VOTE.format(until="vote == '反对'", order="sequential"), data=FOUR)

    assert walk.complete("V", vote="同意").open == ["V"]
    assert walk.complete("V", vote="反对").open == ["N"]


@pytest.mark.parametrize("order", ["", "sequential"])
def test_over_a_number(order):
    walk = begun(f"start s; user V times=n {order}; user N; s > V > N", data={"n": 3})
    for left in (2, 1, 0):
        walk.complete("V")
        assert walk.open == (["N"] if not left else ["V"] if order else ["V"] * left)


@pytest.mark.parametrize("order", ["", "sequential"])
def test_over_nothing_goes_straight_on(order):
    walk = begun(f"start s; user V each=xs item=x out=ys from=y {order}; user N; s > V > N", data={"xs": []})

    assert walk.open == ["N"]
    assert walk.data["ys"] == []


def test_a_list_with_holes_is_walked_to_its_end():
    walk = begun("start s; user V each=xs item=x sequential; s > V", data={"xs": [1, None, 3]})
    seen = []
    while not walk.ended:
        seen.append(walk.run().steps()[0].instance["x"])
        walk.complete("V")

    assert seen == [1, None, 3]


@pytest.mark.parametrize(
    ("case", "loop", "data"),
    [
        ("no list", "each=xs", {"xs": 3}),
        ("no number", "times=n", {"n": "viele"}),
        ("negative", "times=n", {"n": -1}),
    ],
)
def test_what_cannot_be_counted_is_refused(case, loop, data):
    with pytest.raises(engine.BadValue, match="V"):
        begun(f"start s; user V {loop}; s > V", data=data)


def test_instances_write_over_the_case_unless_a_name_is_their_own():
    walk = begun(
        "start s; user V each=xs item=x; user N; s > V > N", data={"xs": [1, 2], "x": "the case's", "sum": 0}
    )
    walk.complete("V", x=10, sum=1)

    assert walk.data["x"] == "the case's"
    assert walk.data["sum"] == 1


def test_a_boundary_of_the_whole_ends_all_instances():
    walk = begun(
        "start s; sub S times=2 { user A }; boundary b on S message=m; user H; s > S; b > H"
    ).complete("A")

    assert walk.message("m").open == ["H"]


def test_a_non_interrupting_boundary_of_the_whole_fires_once_for_all():
    walk = begun(
        "start s; user V times=3; boundary b on V timer=PT1H non; user H; user N; s > V > N; b > H"
    ).advance("PT2H")

    assert walk.open == ["H", "V", "V", "V"]


def test_nested_multi_instance_sub_processes():
    process = """
        start s; user N; s > S > N
        sub S each=towns item=town { start i; user A each=town item=hall sequential; user B; i > A > B }
    """
    walk = begun(process, data={"towns": [["a", "b"], ["c"]]})

    assert [step.instance["hall"] for step in walk.run().steps()] == ["a", "c"]
    assert walk.complete("A", 1).open == ["A", "B"]
    assert walk.complete("A").complete("A").complete("B").complete("B").open == ["N"]
    assert walk.run().steps()[0].instance == {}


def test_standard_loop_tested_after():
    walk = begun("start s; user A while=again; s > A").complete("A", again=True)

    assert walk.open == ["A"]
    assert walk.complete("A", again=False).ended


def test_standard_loop_tested_before_may_not_run_at_all():
    assert begun("start s; user A while=again first; user B; s > A > B", data={"again": False}).open == ["B"]


@pytest.mark.parametrize(("case", "words"), [("alone", "max=3"), ("with a condition", "max=3 while=True")])
def test_standard_loop_runs_at_most_its_maximum(case, words):
    walk = begun(f"start s; user A {words}; s > A")

    assert walk.complete("A").complete("A").open == ["A"]
    assert walk.complete("A").ended


def test_an_instance_can_be_added_while_the_others_run():
    walk = begun(VOTE.format(until="False", order=""), data={"departments": ["a", "b"]})
    walk.complete("V", vote="A")
    walk.move("add_instance", walk.token("V"), "c")

    assert [step.instance["department"] for step in walk.run().steps()] == ["b", "c"]
    assert walk.complete("V", vote="B").complete("V", vote="C").open == ["N"]
    assert walk.data["votes"] == ["A", "B", "C"]


def test_an_instance_added_to_a_sequence_comes_last():
    walk = begun(VOTE.format(until="False", order="sequential"), data={"departments": ["a"]})
    walk.move("add_instance", walk.token("V"), "z").complete("V", vote="A")

    assert walk.run().steps()[0].instance["department"] == "z"
    assert walk.complete("V", vote="Z").open == ["N"]


@pytest.mark.parametrize(
    ("place", "order"), [("next", "azbc"), ("before", "zabc"), ("last", "abcz")], ids=lambda given: given
)
def test_an_instance_added_to_a_sequence_comes_where_it_is_wanted(place, order):
    walk = begun(VOTE.format(until="False", order="sequential"), data={"departments": list("abc")})
    walk.move("add_instance", walk.token("V"), "z", place=place)

    came = []
    while walk.open == ["V"]:
        came.append(walk.run().steps()[0].instance["department"])
        walk.complete("V", vote=came[-1])
    assert "".join(came) == order
    assert walk.data["votes"] == list(order)


def test_a_step_says_which_loop_it_is_one_of():
    walk = begun(VOTE.format(until="False", order=""), data={"departments": ["a", "b"]}).complete(
        "V", vote="A"
    )
    token = walk.token("V")

    assert walk.run().instances(token) == engine.Instances(
        sequential=False, item="department", total=2, done=1, tokens=(token,)
    )
    alone = begun("start s; user A; s > A")
    assert alone.run().instances(alone.token("A")) is None


@pytest.mark.parametrize("order", ["", "sequential"])
def test_an_instance_can_be_removed_and_then_counts_no_more(order):
    walk = begun(VOTE.format(until="False", order=order), data={"departments": ["a", "b", "c"]})
    walk.move("remove_instance", walk.token("V"))

    assert walk.run().steps()[0].instance["department"] == "b"
    assert walk.complete("V", vote="B").complete("V", vote="C").open == ["N"]
    assert walk.data["votes"] == ["B", "C"]


def test_removing_the_last_open_instance_may_be_what_was_missing():
    walk = begun(VOTE.format(until="False", order=""), data={"departments": ["a", "b"]}).complete(
        "V", vote="A"
    )

    assert walk.move("remove_instance", walk.token("V")).open == ["N"]
    assert walk.data["votes"] == ["A"]


def test_an_instance_is_added_to_the_loop_it_stands_beside():
    process = "start s; sub S each=towns item=town { start i; user V each=halls item=hall; i > V }; s > S"
    walk = begun(process, data={"towns": ["甲", "乙"], "halls": ["a"]})
    walk.move("add_instance", walk.token("V", 1), "b")

    seen = [(step.instance["town"], step.instance["hall"]) for step in walk.run().steps()]
    assert sorted(seen) == sorted([("甲", "a"), ("乙", "a"), ("乙", "b")])


def test_only_a_multi_instance_can_have_more_or_fewer_instances():
    for process in ("start s; user A; s > A", "start s; user A while=True; s > A"):
        walk = begun(process)
        for verb in ("add_instance", "remove_instance"):
            with pytest.raises(engine.NotOpen):
                walk.move(verb, walk.token("A"))


def test_a_cancelled_loop_leaves_nothing_behind():
    walk = begun(VOTE.format(until="False", order=""), data=FOUR).move("cancel")

    assert walk.ended
    assert walk.open == walk.waits == walk.guards == []
