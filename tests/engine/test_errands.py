"""Others sign with a step, do it, or mend what came before it: kept in the state, ended by whatever ends the step."""

import pytest

from tests.engine.driver import begun
from workflows.engine import CannotMove, Errand, HeldUp, NotOpen, together

LINE = "start s; user A; user B; end e; s > A > B > e"
FORKED = """
    start s; user O; and g; user B; user C; and j; user D; end e
    s > O > g; g > B > j; g > C > j; j > D > e
"""
MANY = """
    start s; user A; user B each=单位们 item=单位 out=票 from=结论 until="nrOfCompletedInstances >= 3"; user D; end e
    s > A > B > D > e
"""
SUB = "start s; user A; sub S { start i; user O; user B; end j; i > O > B > j }; user D; end e; s > A > S > D > e"
LOOP = "start s; xor m; user A; user B; xor g; end e; s > m > A > B > g; g > m if 再来; g > e else"
GUARDED = (
    "start s; user A; user B; user late; boundary t on B timer=P1D; end e; end f; s > A > B > e; t > late > f"
)

#: where step B stands, how one comes there, what stands beside it, what is open when it is done
PLACES = {
    "plain": (LINE, ["A"], [], []),
    "branch": (FORKED, ["O"], ["C"], ["C"]),
    "countersign": (MANY, ["A"], ["B", "B"], ["B", "B"]),
    "sub-process": (SUB, ["A", "O"], [], ["D"]),
    "rework loop": (LOOP, ["A", "B", "A"], [], ["A"]),
}
DATA = {"单位们": ["housing", "police", "finance"], "再来": True}
EARLIER = {"plain": "A", "branch": "O", "countersign": "A", "sub-process": "O", "rework loop": "A"}


def signer(*posts, **settings):
    return Errand(posts=posts, settings=settings)


def at_b(place):
    process, before, beside, after = PLACES[place]
    walk = begun(process, data=dict(DATA))
    for element in before:
        walk.complete(element)
    return walk, beside, after


def do(walk, verb, *arguments, element="B", **named):
    return walk._keep(lambda: _done(walk, verb, walk.token(element), *arguments, **named))


def _done(walk, verb, token, *arguments, **named):
    run = walk.run()
    getattr(together, verb)(run, token, *arguments, **named)
    return run


def steps(walk, element="B"):
    return [step for step in walk.run().steps() if step.element == element]


def of(walk, post):
    return next(step.token for step in walk.run().steps() if step.posts == (post,))


def done_by(walk, post, **values):
    return walk.move("complete", of(walk, post), values)


@pytest.mark.parametrize("place", PLACES)
def test_signers_before_hold_the_step_up_until_all_have_signed(place):
    walk, beside, after = at_b(place)
    mine = walk.token("B")

    do(walk, "add_signers", [signer("p", errand="sign"), signer("q")], when="before")

    assert walk.open == sorted(["B", "B", "B", *beside])
    assert [step.is_held_up for step in steps(walk) if step.token == mine] == [True]
    assert next(step for step in steps(walk) if step.posts == ("p",)).settings["errand"] == "sign"
    with pytest.raises(HeldUp):
        walk.run().complete(mine)
    done_by(walk, "p", 结论="驳回")
    done_by(walk, "q")
    assert not any(step.is_held_up for step in steps(walk))
    walk.move("complete", mine)
    assert walk.open == sorted(after)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("owner_first", [True, False])
def test_signers_beside_are_waited_for_and_their_word_counts_more(place, owner_first):
    walk, beside, after = at_b(place)
    mine = walk.token("B")
    do(walk, "add_signers", [signer("p")], when="beside")
    acts = [lambda: walk.move("complete", mine, {"裁": "同意"}), lambda: done_by(walk, "p", 裁="驳回")]

    for act in acts if owner_first else reversed(acts):
        assert walk.open.count("B") == 2 + beside.count("B") - (act is acts[1 if owner_first else 0])
        act()

    assert walk.open == sorted(after)
    assert walk.data["裁"] == "驳回"


@pytest.mark.parametrize("place", PLACES)
def test_signers_after_come_when_the_step_is_done_and_before_the_run_goes_on(place):
    walk, beside, after = at_b(place)
    mine = walk.token("B")
    do(walk, "add_signers", [signer("p"), signer("q")], when="after")
    assert walk.open == sorted(["B", *beside])

    walk.move("complete", mine)
    assert walk.open == sorted(["B", "B", *beside])
    done_by(walk, "q")
    done_by(walk, "p")

    assert walk.open == sorted(after)


@pytest.mark.parametrize("place", PLACES)
def test_who_does_it_for_others_gives_it_back_to_them(place):
    walk, _beside, after = at_b(place)
    mine = walk.token("B")
    do(walk, "delegate", signer("p"))

    with pytest.raises(HeldUp):
        walk.run().complete(mine)
    done_by(walk, "p")

    assert walk.token("B") == mine
    walk.move("complete", mine)
    assert walk.open == sorted(after)


@pytest.mark.parametrize("place", PLACES)
def test_what_is_mended_comes_straight_back_and_nothing_else_is_touched(place):
    walk, beside, after = at_b(place)
    to = EARLIER[place]
    mine, others = steps(walk)[0], steps(walk)[1:]
    do(walk, "mend", to, Errand(posts=None, settings={"errand": "mend"}), posts=["judge"])

    assert walk.open == sorted([to, *beside])
    assert [step.token for step in steps(walk)] == [step.token for step in others]
    mending = steps(walk, to)[0]
    assert (mending.posts, mending.settings["errand"], mending.instance) == (None, "mend", {})
    walk.complete(to, 说明="已补")

    again = next(step for step in steps(walk) if step.posts == ("judge",))
    assert again.token != mine.token
    assert again.instance == mine.instance
    assert walk.data["说明"] == "已补"
    assert walk.open == sorted(["B", *beside])
    walk.move("complete", again.token)
    assert walk.open == sorted(after)


def test_a_value_that_is_mended_does_not_stay_with_the_one_who_sent_it_back():
    walk, _beside, _after = at_b("countersign")
    do(walk, "mend", "A", Errand(posts=None), posts=["judge"])

    walk.complete("A", 单位="改了", 结论="办理")

    again = next(step for step in steps(walk) if step.posts == ("judge",))
    assert again.instance["单位"] == "housing"
    assert (walk.data["单位"], walk.data["结论"]) == ("改了", "办理")


def test_who_reported_is_asked_again_without_a_step_of_his_own():
    walk, _beside, _after = at_b("plain")
    do(walk, "ask_again", Errand(posts=("reporter",), name="补充上报"), posts=["judge"])

    (asked,) = walk.run().steps()
    assert (asked.element, asked.name, asked.posts) == ("B", "补充上报", ("reporter",))
    done_by(walk, "reporter", 地点="三巷")

    assert [step.posts for step in walk.run().steps()] == [("judge",)]
    assert walk.complete("B").ended


@pytest.mark.parametrize("when", ["before", "beside", "after"])
def test_who_was_asked_need_not_any_more(when):
    walk, _beside, _after = at_b("plain")
    mine = walk.token("B")
    do(walk, "add_signers", [signer("p"), signer("q")], when=when)
    assert steps(walk)[0].asked == ("p", "q")

    do(walk, "drop", ["q", "nobody"])
    assert steps(walk)[0].asked == ("p",)
    do(walk, "drop", ["p"])

    assert walk.move("complete", mine).ended


@pytest.mark.parametrize("when", ["before", "beside", "mending", "signing after"])
def test_what_ends_the_step_ends_what_it_made_others_do(when):
    walk = begun(GUARDED).complete("A")
    mine = walk.token("B")
    if when == "mending":
        do(walk, "mend", "A", Errand(posts=None), posts=None)
    elif when == "signing after":
        do(walk, "add_signers", [signer("p")], when="after")
        walk.move("complete", mine)
    else:
        do(walk, "add_signers", [signer("p")], when=when)

    walk.advance("P2D")

    assert walk.open == ["late"]
    assert walk.complete("late").ended


def test_a_signer_may_ask_others_and_all_go_when_the_work_is_sent_back():
    walk, _beside, _after = at_b("plain")
    do(walk, "add_signers", [signer("p")], when="beside")
    nested = of(walk, "p")
    walk._keep(lambda: _done(walk, "add_signers", nested, [signer("q")], when="before"))
    with pytest.raises(HeldUp):
        walk.run().complete(nested)

    assert walk.move("send_back", of(walk, "q"), "A").open == ["A"]
    assert walk.complete("A").complete("B").ended


def test_a_countersign_that_is_decided_takes_the_signers_of_its_parts_along():
    walk, _beside, _after = at_b("countersign")
    first = walk.token("B")
    do(walk, "add_signers", [signer("p")], when="beside")
    do(walk, "mend", "A", Errand(posts=None), element="B")  # its own signers go, the others' stay

    assert walk.open == ["A", "B", "B"]
    with pytest.raises(NotOpen):
        walk.run().complete(first)


@pytest.mark.parametrize("to", ["B", "D", "e", "nowhere"])
def test_only_what_came_before_can_be_mended(to):
    walk, _beside, _after = at_b("branch")

    with pytest.raises(CannotMove):
        together.mend(walk.run(), walk.token("B"), to, Errand(posts=None))


def test_a_step_in_a_scope_that_is_over_cannot_be_mended_alone():
    walk = begun(SUB).complete("A").complete("O").complete("B")

    with pytest.raises(CannotMove):
        together.mend(walk.run(), walk.token("D"), "O", Errand(posts=None))


def test_one_more_beside_the_others_is_for_whom_it_was_given_to():
    walk, _beside, _after = at_b("countersign")
    assert together.is_instance(walk.run(), walk.token("B"))

    first = walk.token("B")
    do(walk, "add_instance", "culture", ["p"])

    assert len(steps(walk)) == 4
    one = next(step for step in steps(walk) if step.posts == ("p",))
    assert one.instance["单位"] == "culture"
    assert [step.asked for step in steps(walk)] == [("p",), (), (), ()]
    do(walk, "drop", ["p"])
    assert (len(steps(walk)), walk.token("B")) == (3, first)
