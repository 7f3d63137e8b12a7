"""Every move ends: loops without a stop, floods of instances, calls without end."""

import pytest

from tests.engine.driver import begun
from workflows import engine


@pytest.mark.parametrize(
    ("case", "process"),
    [
        ("a loop of scripts", "start s; xor m; script a do='x = 1'; s > m > a > m"),
        ("a fork that forks itself", "start s; xor m; and g; s > m > g; g > m; g > m"),
        ("a million instances", "start s; user V times=1000000; s > V"),
        ("instances in instances", "start s; sub S times=60 { sub T times=60 { user A } }; s > S"),
        ("an empty loop for ever", "start s; script a do='x = 1' while=True; s > a"),
        ("a signal that brings itself", "start s; throw t signal=g; s > t; guard G { start i signal=g non; throw u signal=g; i > u }"),
        ("a condition that keeps turning", "start s; script a do='x = 0'; user N; s > a > N; guard G { start i when='x == 0' non; script b do='x = 1'; i > b };"
         "guard K { start k when='x == 1' non; script c do='x = 0'; k > c }"),
    ],
)  # fmt: skip
def test_too_long_a_move_is_refused(case, process):
    with pytest.raises(engine.MoveTooLong) as refused:
        begun(process)

    assert refused.value.code == "move_too_long"


def test_many_instances_side_by_side_are_no_loop():
    walk = begun(
        "start s; sub S times=150 { start i; script x do='y = 1'; user A; end e; i > x > A > e }; s > S"
    )

    assert len(walk.open) == 150


def test_a_thousand_people_can_be_told_in_one_move():
    walk = begun(
        "start s; send M message=news in=to:person each=people item=person; user N; s > M > N",
        data={"people": list(range(1_000))},
    )

    assert len(walk.effects) > 1_000
    assert walk.open == ["N"]


def test_a_long_chain_of_automatic_steps_is_no_loop():
    chain = " > ".join(["s", *(f"a{n}" for n in range(1_500)), "N"])
    walk = begun("start s; user N; " + "".join(f"script a{n} do='x = {n}';" for n in range(1_500)) + chain)

    assert walk.open == ["N"]


def test_each_firing_of_a_timer_is_bounded_on_its_own():
    fired = "start s; user A; boundary b on A cycle=R/PT1H non; s > A; " + "".join(
        f"script a{n} do='x = {n}';" for n in range(100)
    )
    walk = begun(fired + " > ".join(["b", *(f"a{n}" for n in range(100))])).advance("PT15H")

    assert walk.data["x"] == 99
    assert walk.open == ["A"]
