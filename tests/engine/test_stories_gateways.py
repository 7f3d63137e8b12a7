"""Gateways as stories: what happens, and what is open after it."""

import pytest

from tests.engine.driver import begun
from tests.engine.story import told

STORIES = {
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
    "implicit split to two joins": (
        "start s; user A; user B; user C; and j; user N; s > A; A > B; A > C; B > j; C > j; j > N",
        """
        -> A
        A -> B C
        B -> C
        C -> N
        """,
    ),
    "xor merge does not synchronise": (
        "start s; and f; user A; user B; xor m; user N; s > f; f > A > m; f > B > m; m > N",
        """
        -> A B
        A -> B N
        B -> N N
        """,
    ),
    "parallel join with more arrivals than flows": (
        "start s; and f; user A; user B; and j; user N; s > f; f > A; f > B; A > j; B > j; j > N",
        """
        -> A B
        A -> B
        B -> N
        """,
    ),
    "loop over a boundary": (
        "start s; xor m; user A; boundary b on A timer=PT1H; user H; s > m > A; b > H > m",
        """
        -> A
        +PT1H -> H
        H -> A
        +PT1H -> H
        """,
    ),
    "nonint boundary into loop back": (
        "start s; xor m; user A; boundary b on A message=x non; user N; s > m > A > N; b > m",
        """
        -> A
        !x -> A A
        A -> A N
        A -> N N
        """,
    ),
    "or with default": (
        "start s; or g; user A; user B; user D; s > g; g > A if 'v > 1'; g > B if 'v > 2'; g > D else",
        """
        -> A B
        """,
        {"v": 3},
    ),
    "or split straight to join": (
        "start s; or g; or j; user A; user N; s > g; g > A if 'v > 1'; g > j if 'v > 2'; A > j; j > N",
        """
        -> A
        A -> N
        """,
        {"v": 3},
    ),
    "message thrown is not caught in same run": (
        "start s; and f; catch c message=m; user A; throw t message=m; user B; s > f; f > c > A; f > t > B",
        """
        -> B | c
        """,
    ),
    "timer event gw then late both due picks earliest": (
        "start s; race g; catch a timer=PT2H; catch b timer=PT1H; user A; user B; s > g; g > a > A; "
        "g > b > B",
        """
        -> | a b
        +PT5H -> B
        """,
    ),
    "gateway as start and end": (
        "and f; user A; user B; and j; f > A > j; f > B > j",
        """
        -> A B
        A -> B
        B -> end
        """,
    ),
}


@pytest.mark.parametrize("case", STORIES)
def test_story(case):
    process, story, *rest = STORIES[case]
    data, called = ([*rest, {}, {}])[:2]

    told(begun(process, data=data, **called), story)
