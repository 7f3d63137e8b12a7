"""Multi-instance and loops as stories: what happens, and what is open after it."""

from typing import Any

import pytest

from tests.engine.driver import begun
from tests.engine.story import told

STORIES: dict[str, tuple[Any, ...]] = {
    "error in one of parallel MI of calls": (
        "start s; call C times=3 called=q; boundary b on C error=E; user H; user N; s > C > N; b > H",
        """
        -> A A A
        A v=0 -> A A
        A v=1 -> H
        H -> end
        """,
        {},
        {"q": 'start s; user A; xor g; end e error=E; end f; s > A > g; g > e if "v == 1"; g > f else'},
    ),
    "error esp in MI sub instance only ends that instance": (
        "start s; sub S times=2 { start i; user A; xor g; end e error=E; end f; i > A > g; "
        'g > e if "v == 1"; g > f else; guard G { start j error=E; user H; j > H } }; user N; s > S > N',
        """
        -> A A
        A v=1 -> A H
        H -> A
        A v=0 -> N
        """,
    ),
    "escalation in MI sub, non-interrupting boundary catches each": (
        "start s; sub S times=3 { start i; user A; throw t escalation=X; user B; i > A > t > B }; "
        "boundary b on S escalation=X non; user H; user N; s > S > N; b > H",
        """
        -> A A A
        A -> A A B H
        A -> A B B H H
        A -> B B B H H H
        B -> B B H H H
        B -> B H H H
        B -> N H H H
        """,
    ),
    "terminate in MI sub only ends that instance": (
        "start s; sub S times=3 { start i; and g; user A; user B; end t terminate; i > g; g > A > t; "
        "g > B }; user N; s > S > N",
        """
        -> A A A B B B
        A -> A A B B
        A -> A B
        A -> N
        """,
    ),
    "terminate in seq MI sub": (
        "start s; sub S times=2 sequential { start i; and g; user A; user B; end t terminate; i > g; "
        "g > A > t; g > B }; user N; s > S > N",
        """
        -> A B
        A -> A B
        A -> N
        """,
    ),
    "MI call with items mapped in": (
        "start s; call C called=q each=xs item=x in=y:x; user N; s > C > N",
        """
        -> A A
        A -> A
        A -> N
        """,
        {"xs": [1, 2]},
        {"q": "start s; user A; s > A"},
    ),
    "seq MI call": (
        "start s; call C called=q each=xs item=x in=y:x sequential; user N; s > C > N",
        """
        -> A
        A -> A
        A -> N
        """,
        {"xs": [1, 2]},
        {"q": "start s; user A; s > A"},
    ),
    "nested MI completion": (
        "start s; sub S times=2 { start i; user A times=3 until='nrOfCompletedInstances >= 2'; i > A }; "
        "user N; s > S > N",
        """
        -> A A A A A A
        A -> A A A A A
        A -> A A A
        A -> A A
        A -> N
        """,
    ),
    "MI boundary timer on user task MI": (
        "start s; user A times=3; boundary b on A timer=PT1H; user H; user N; s > A > N; b > H",
        """
        -> A A A
        A -> A A
        +PT2H -> H
        """,
    ),
    "nested MI with boundary on inner": (
        "start s; sub S times=2 { start i; user A times=2; boundary b on A timer=PT1H; user H; i > A; "
        "b > H }; user N; s > S > N",
        """
        -> A A A A
        A -> A A A
        +PT1H -> H H
        H -> H
        H -> N
        """,
    ),
    "MI over receive task parallel": (
        "start s; receive r times=3 message=m; user N; s > r > N",
        """
        -> | r r r
        !m -> | r r
        !m -> | r
        !m -> N
        """,
    ),
    "MI over receive seq": (
        "start s; receive r times=2 sequential message=m; user N; s > r > N",
        """
        -> | r
        !m -> | r
        !m -> N
        """,
    ),
    "MI over script with counter": (
        "start s; script c do='n = n + 1' times=5; user N; s > c > N",
        """
        -> N
        """,
        {"n": 0},
    ),
    "MI completion on script outputs": (
        "start s; user A each=xs item=x until='nrOfCompletedInstances / nrOfInstances >= 0.5'; user N; "
        "s > A > N",
        """
        -> A A A A
        A -> A A A
        A -> N
        """,
        {"xs": [1, 2, 3, 4]},
    ),
    "MI of MI by item list": (
        "start s; sub S each=xs item=x { start i; user A each=x item=y; i > A }; user N; s > S > N",
        """
        -> A A A
        A -> A A
        A -> A
        A -> N
        """,
        {"xs": [[1, 2], [3]]},
    ),
    "MI over empty in sub with boundary": (
        "start s; sub S each=xs item=x { start i; user A; i > A }; boundary b on S timer=PT1H; user H; "
        "user N; s > S > N; b > H",
        """
        -> N
        """,
        {"xs": []},
    ),
    "seq MI sub timer boundary": (
        "start s; sub S times=3 sequential { start i; user A; i > A }; boundary b on S timer=PT1H; "
        "user H; user N; s > S > N; b > H",
        """
        -> A
        A -> A
        +PT1H -> H
        H -> end
        """,
    ),
    "signal boundary on MI": (
        "start s; and f; user A times=2; boundary b on A signal=x; user H; user B; throw t signal=x; "
        "s > f; f > A; b > H; f > B > t",
        """
        -> A A B
        B -> H
        """,
    ),
    "standard loop sub": (
        "start s; sub S while='n < 3' { start i; script x do='n = n + 1'; user A; i > x > A }; user N; "
        "s > S > N",
        """
        -> A
        A -> A
        A -> A
        A -> N
        """,
        {"n": 0},
    ),
    "signal esp in each MI instance": (
        "start s; sub S times=2 { start i; user A; i > A; guard G { start j signal=g; user H; j > H } }; "
        "user N; s > S > N",
        """
        -> A A
        ~g -> H H
        H -> H
        H -> N
        """,
    ),
    "message esp in each MI instance one by one": (
        "start s; sub S times=2 { start i; user A; i > A; guard G { start j message=m; user H; j > H } }; "
        "user N; s > S > N",
        """
        -> A A
        !m -> A H
        !m -> H H
        """,
    ),
    "event gateway inside MI with keys": (
        "start s; sub S each=xs item=x { start i; race g; catch a message=m cw:correlation=x; "
        "catch b timer=PT1H; user A; user B; i > g; g > a > A; g > b > B }; user N; s > S > N",
        """
        -> | a a b b
        !m/q -> A | a b
        +PT1H -> A B
        """,
        {"xs": ["p", "q"]},
    ),
    "boundary message with key on MI": (
        "start s; user A each=xs item=x; boundary b on A message=m cw:correlation=k non; user H; user N; "
        "s > A > N; b > H",
        """
        -> A A
        !m/7 -> A A H
        A -> A H
        """,
        {"xs": [1, 2], "k": "7"},
    ),
    "error in seq MI with boundary": (
        "start s; sub S times=3 sequential { start i; user A; xor g; end e error=E; end f; i > A > g; "
        "g > e if bad; g > f else }; boundary b on S error=E; user H; user N; s > S > N; b > H",
        """
        -> A
        A bad=false -> A
        A bad=true -> H
        """,
    ),
    "failing step in MI with boundary on MI task": (
        "start s; service A times=2; boundary b on A error=E; user H; user N; s > A > N; b > H",
        """
        -> A A
        A ^E -> H
        """,
    ),
    "standard loop on a call": (
        "start s; call C called=q while='n < 2'; user N; s > C > N",
        """
        -> A
        A n=1 -> A
        A n=2 -> N
        """,
        {"n": 0},
        {"q": "start s; user A; s > A"},
    ),
    "standard loop with maximum and condition": (
        "start s; user A while='True' max=3; user N; s > A > N",
        """
        -> A
        A -> A
        A -> A
        A -> N
        """,
    ),
    "call in MI sub with boundary in sub": (
        "start s; sub S times=2 { start i; call C called=q; boundary b on C timer=PT1H; user H; i > C; "
        "b > H }; user N; s > S > N",
        """
        -> A A
        A -> A
        +PT1H -> H
        H -> N
        """,
        {},
        {"q": "start s; user A; s > A"},
    ),
    "MI with null item": (
        "start s; user A each=xs item=x; user N; s > A > N",
        """
        -> A A A
        A -> A A
        A -> A
        A -> N
        """,
        {"xs": [None, None, 3]},
    ),
}


@pytest.mark.parametrize("case", STORIES)
def test_story(case):
    process, story, *rest = STORIES[case]
    data, called = ([*rest, {}, {}])[:2]

    told(begun(process, data=data, **called), story)
