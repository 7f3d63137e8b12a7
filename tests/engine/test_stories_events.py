"""Boundaries, gateways, links and signals as stories: what happens, and what is open after it."""

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
    "concurrent tasks join after boundary": (
        "start s; and f; user A; user B; and j; user N; boundary b on A timer=PT1H; user H; s > f; "
        "f > A > j; f > B > j; b > H > j; j > N",
        """
        -> A B
        +PT1H -> B H
        B -> H
        """,
    ),
    "conditional boundary interrupting by variable set by other": (
        "start s; and f; user A; user B; boundary b on A when='v == 1'; user H; s > f; f > A; f > B; b > H",
        """
        -> A B
        B v=1 -> H
        """,
        {"v": 0},
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
    "several throws one catch": (
        "start s; and f; user A; user B; throw t1 link=L; throw t2 link=L; catch c link=L; user N; s > f; "
        "f > A > t1; f > B > t2; c > N",
        """
        -> A B
        A -> B N
        B -> N N
        """,
    ),
    "event gateway with condition": (
        "start s; race g; catch a when='v == 1'; catch b signal=x; user A; user B; s > g; g > a > A; "
        "g > b > B",
        """
        -> | a b
        .v=1 -> A
        """,
        {"v": 0},
    ),
    "event gw loops": (
        "start s; xor m; race g; catch a message=x; catch b timer=PT1H; user A; user B; s > m > g; "
        "g > a > A > m; g > b > B",
        """
        -> | a b
        !x -> A
        A -> | a b
        +PT1H -> B
        B -> end
        """,
    ),
    "event gw after fork twice": (
        "start s; and f; race g; catch a message=x; catch b message=y; user A; user B; s > f; f > g; "
        "f > g; g > a > A; g > b > B",
        """
        -> | a a b b
        !x -> A | a b
        !y -> A B
        """,
    ),
    "signal throw caught by catch in parallel": (
        "start s; and f; catch c signal=x; user A; user B; throw t signal=x; s > f; f > c > A; f > B > t",
        """
        -> B | c
        B -> A
        """,
    ),
    "signal start plus none": (
        "start s; start s2 signal=x; user A; user B; s > A; s2 > B",
        """
        -> A
        """,
    ),
    "inclusive join after call": (
        "start s; or g; call C called=q; user B; or j; user N; s > g; g > C; g > B; C > j; B > j; j > N",
        """
        -> A B
        A -> B
        B -> N
        """,
        {},
        {"q": "start s; user A; s > A"},
    ),
    "or no path to merge": (
        "start s; or g; user A; user B; end e; or j; user N; s > g; g > A > j; g > B > e; j > N",
        """
        -> A B
        A -> N B
        """,
    ),
    "or merge after boundary": (
        "start s; or g; user A; user B; boundary b on A timer=PT1H; user H; or j; user N; s > g; "
        "g > A > j; g > B > j; b > H > j; j > N",
        """
        -> A B
        B -> A
        +PT1H -> H
        H -> N
        """,
    ),
    "or merge waits for non interrupting boundary branch": (
        "start s; or g; user A; user B; boundary b on A timer=PT1H non; user H; or j; user N; s > g; "
        "g > A > j; g > B > j; b > H > j; j > N",
        """
        -> A B
        B -> A
        +PT1H -> A H
        A -> H
        H -> N
        """,
    ),
    "or with event gateway in branch": (
        "start s; or g; race r; catch a message=x; catch b message=y; user B; or j; user N; s > g; g > r; "
        "r > a > j; r > b > j; g > B > j; j > N",
        """
        -> B | a b
        B -> | a b
        !y -> N
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
}


@pytest.mark.parametrize("case", STORIES)
def test_story(case):
    process, story, *rest = STORIES[case]
    data, called = ([*rest, {}, {}])[:2]

    told(begun(process, data=data, **called), story)
