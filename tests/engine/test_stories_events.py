"""Boundaries, timers, links and signals as stories: what happens, and what is open after it."""

import pytest

from tests.engine.driver import begun
from tests.engine.story import told

STORIES = {
    "several boundary on one, first wins": (
        "start s; user A; boundary b on A timer=PT1H; boundary c on A message=m; "
        "boundary d on A signal=g non; user H; user K; user L; user N; s > A > N; b > H; c > K; d > L",
        """
        -> A
        ~g -> A L
        !m -> K L
        """,
    ),
    "double message boundary": (
        "start s; user A; boundary c on A message=m; boundary d on A message=n; user K; user L; s > A; "
        "c > K; d > L",
        """
        -> A
        !n -> L
        """,
    ),
    "boundary on call activity timer": (
        "start s; call C called=q; boundary b on C timer=PT1H; user H; user N; s > C > N; b > H",
        """
        -> A B
        +PT1H -> H
        H -> end
        """,
        {},
        {"q": "start s; and g; user A; user B; s > g; g > A; g > B"},
    ),
    "boundary to end": (
        "start s; user A; boundary b on A timer=PT1H; end e1; end e2; s > A > e1; b > e2",
        """
        -> A
        +PT1H -> end
        """,
    ),
    "boundary cycle R/PT1H": (
        "start s; user A; boundary b on A cycle=R/PT1H non; user H; s > A; b > H",
        """
        -> A
        +PT1H -> A H
        +PT1H -> A H H
        +PT1H -> A H H H
        A -> H H H
        """,
    ),
    "boundary R3": (
        "start s; user A; boundary b on A cycle=R3/PT10H non; user H; s > A; b > H",
        """
        -> A
        +PT10H -> A H
        +PT10H -> A H H
        +PT10H -> A H H H
        +PT20H -> A H H H
        """,
    ),
    "conditional true at start": (
        "start s; user A; boundary b on A when='v == 1'; user H; s > A; b > H",
        """
        -> H
        """,
        {"v": 1},
    ),
    "conditional catch true": (
        "start s; catch c when='v == 1'; user H; s > c > H",
        """
        -> H
        """,
        {"v": 1},
    ),
    "conditional unknown var then set": (
        "start s; catch c when='v == 1'; user H; s > c > H",
        """
        -> | c
        .v=1 -> H
        """,
    ),
    "signal start plus none": (
        "start s; start s2 signal=x; user A; user B; s > A; s2 > B",
        """
        -> A
        """,
    ),
    "ad hoc two with completion": (
        "start s; adhoc H complete=done { user A; user B }; user N; s > H > N",
        """
        -> A B
        A done=true -> N
        """,
        {"done": False},
    ),
    "ad hoc keep": (
        "start s; adhoc H complete=done keep { user A; user B }; user N; s > H > N",
        """
        -> A B
        A done=true -> B
        B -> N
        """,
        {"done": False},
    ),
    "ad hoc with flows": (
        "start s; adhoc H { user A; user A2; user B; A > A2 }; user N; s > H > N",
        """
        -> A B
        A -> A2 B
        A2 -> B
        B -> N
        """,
    ),
    "msg start in p and none": (
        "start s; user A; start m message=x; user B; s > A; m > B",
        """
        -> A
        """,
    ),
    "two msg starts": (
        "start m1 message=x; start m2 message=y; user A; user B; m1 > A; m2 > B",
        """
        -> | m1 m2
        !y -> B
        """,
    ),
    "non interrupting conditional boundary fires each time it turns true": (
        "start s; user A; boundary b on A when='v == 1' non; user H; s > A; b > H",
        """
        -> A
        .v=1 -> A H
        .v=1 -> A H
        .v=0 -> A H
        .v=1 -> A H H
        """,
        {"v": 0},
    ),
    "receive with key": (
        "start s; receive r message=m cw:correlation=k; user A; s > r > A",
        """
        -> | r
        !m/7 -> A
        """,
        {"k": 7},
    ),
    "script then conditional flows from it": (
        "start s; script c do='v = 2'; user A; user B; user D; s > c; c > A if 'v == 1'; "
        "c > B if 'v == 2'; c > D",
        """
        -> B D
        """,
    ),
    "conditional flow and default off user task": (
        "start s; user T; user A; user B; s > T; T > A if 'v == 1'; T > B else",
        """
        -> T
        T v=3 -> B
        """,
    ),
    "signal thrown inside is caught by own boundary interrupting": (
        "start s; sub S { start i; user A; throw t signal=g; user B; i > A > t > B }; "
        "boundary b on S signal=g; user H; s > S; b > H",
        """
        -> A
        A -> H
        """,
    ),
    "parallel multiple catch": (
        "start s; catch c message=m signal=g all; user A; s > c > A",
        """
        -> | c c
        !m -> | c
        ~g -> A
        """,
    ),
    "multiple boundary any": (
        "start s; user A; boundary b on A message=m signal=g; user H; s > A; b > H",
        """
        -> A
        ~g -> H
        """,
    ),
    "date timer in the past on boundary": (
        "start s; user A; boundary b on A date=2020-01-01T00:00:00Z non; user H; s > A; b > H",
        """
        -> A H
        """,
    ),
    "cycle with start in the past": (
        "start s; user A; boundary b on A cycle=R2/2026-01-05T08:30:00Z/PT1H non; user H; s > A; b > H",
        """
        -> A H
        +PT30M -> A H H
        +PT5H -> A H H
        """,
    ),
    "two none starts": (
        "start s; start s2; user A; user B; s > A; s2 > B",
        """
        -> A B
        """,
    ),
    "send task goes on": (
        "start s; send M message=x; user N; s > M > N",
        """
        -> N
        """,
    ),
}


@pytest.mark.parametrize("case", STORIES)
def test_story(case):
    process, story, *rest = STORIES[case]
    data, called = ([*rest, {}, {}])[:2]

    told(begun(process, data=data, **called), story)
