"""Ad-hoc sub-processes: activities begun again, in any order, and when it is complete."""

import pytest

from tests.engine.driver import begun
from tests.engine.story import told
from workflows import engine

FREE = "start s; adhoc H {words} {{ user A; user A2; user B; A > A2 }}; user N; s > H > N"


def again(walk, element):
    host = walk.run().ad_hoc()[0]
    return walk.move("begin_activity", host.token, element)


def test_an_activity_may_be_done_as_often_as_the_work_asks_for_it():
    walk = begun(FREE.format(words=""))

    assert walk.run().ad_hoc()[0].offers == ("A", "B")
    told(walk, "B -> A")
    assert again(walk, "B").open == ["A", "B"]
    assert again(walk, "A").open == ["A", "A", "B"]
    told(walk, "A -> A A2 B\nA -> A2 A2 B\nB -> A2 A2\nA2 -> A2\nA2 -> N")


def test_in_a_sequence_what_is_asked_for_comes_next():
    walk = begun("start s; adhoc H ordering=Sequential { user A; user B; user C }; user N; s > H > N")

    assert again(walk, "C").open == ["A"]
    told(walk, "A -> C\nC -> B")
    again(walk, "A")
    told(walk, "B -> A\nA -> N")


def test_a_sequence_ends_when_its_condition_holds():
    process = (
        "start s; adhoc H ordering=Sequential complete='n > 1' { user A; user B; user C }; user N; s > H > N"
    )

    told(begun(process, data={"n": 0}), "-> A\nA n=1 -> B\nB n=2 -> N")


def test_a_condition_may_count_what_is_still_active():
    process = "start s; adhoc H complete='numberOfActiveInstances < 2' {words} { user A; user B; user C }; user N; s > H > N"

    told(begun(process.replace("{words}", "")), "-> A B C\nA -> B C\nB -> N")
    told(begun(process.replace("{words}", "keep")), "-> A B C\nA -> B C\nB -> C\nC -> N")


@pytest.mark.parametrize("element", ["A2", "N", "nothing"])
def test_only_what_nothing_leads_to_can_be_begun(element):
    with pytest.raises(engine.CannotMove):
        again(begun(FREE.format(words="")), element)


def test_what_holds_no_ad_hoc_sub_process_begins_nothing():
    walk = begun(FREE.format(words=""))

    with pytest.raises(engine.NotOpen):
        walk.run().begin_activity(walk.token("A"), "B")


def test_each_instance_of_an_ad_hoc_multi_instance_is_its_own():
    walk = begun("start s; adhoc H times=2 { user A }; user N; s > H > N")

    assert [host.offers for host in walk.run().ad_hoc()] == [("A",), ("A",)]
    assert again(walk, "A").open == ["A", "A", "A"]
    told(walk, "A -> A A\nA -> A\nA -> N")
