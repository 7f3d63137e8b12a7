"""Who catches what, as stories: what happens, and what is open after it."""

import pytest

from tests.engine.driver import begun
from tests.engine.story import told

STORIES = {
    "error from a call two levels down": (
        "start s; call C called=q; boundary b on C error=E; user H; user N; s > C > N; b > H",
        """
        -> A
        A -> H
        H -> end
        """,
        {},
        {"q": "start s; call D called=r; s > D", "r": "start s; user A; end e error=E; s > A > e"},
    ),
    "error event sub-process in the caller": (
        "start s; call C called=q; user N; s > C > N; guard G { start j error=E; user H; j > H }",
        """
        -> A
        A -> H
        H -> end
        """,
        {},
        {"q": "start s; user A; end e error=E; s > A > e"},
    ),
    "error in called caught inside called": (
        "start s; call C called=q; boundary b on C error=E; user X; user N; s > C > N; b > X",
        """
        -> A
        A -> H
        H -> N
        """,
        {},
        {
            "q": "start s; sub S { start i; user A; end e error=E; i > A > e }; boundary bb on S error=E; user H; s > S; bb > H"
        },
    ),
    "fail a user task with error boundary non matching then catch-all on parent": (
        "start s; sub S { start i; user A; boundary b on A error=F; user X; i > A; b > X }; "
        "boundary c on S error; user H; s > S; c > H",
        """
        -> A
        A ^E -> H
        """,
    ),
    "escalation from call to boundary, non interrupting": (
        "start s; call C called=q; boundary b on C escalation=X non; user H; user N; s > C > N; b > H",
        """
        -> A H
        A -> H N
        """,
        {},
        {"q": "start s; throw t escalation=X; user A; s > t > A"},
    ),
    "escalation from call interrupting": (
        "start s; call C called=q; boundary b on C escalation=X; user H; user N; s > C > N; b > H",
        """
        -> H
        """,
        {},
        {"q": "start s; throw t escalation=X; user A; s > t > A"},
    ),
    "escalation end in call, normal flow goes on too": (
        "start s; call C called=q; boundary b on C escalation=X non; user H; user N; s > C > N; b > H",
        """
        -> A
        A -> H N
        """,
        {},
        {"q": "start s; user A; end t escalation=X; s > A > t"},
    ),
    "escalation esp non interrupting in process, from sub": (
        "start s; sub S { start i; throw t escalation=X; user A; i > t > A }; user N; s > S > N; "
        "guard G { start j escalation=X non; user H; j > H }",
        """
        -> A H
        A -> H N
        H -> N
        N -> end
        """,
    ),
    "escalation esp interrupting ends process content": (
        "start s; sub S { start i; throw t escalation=X; user A; i > t > A }; user N; s > S > N; "
        "guard G { start j escalation=X; user H; j > H }",
        """
        -> H
        H -> end
        """,
    ),
    "escalation rethrown from esp goes to boundary": (
        "start s; sub S { start i; throw t escalation=X; user A; i > t > A; "
        "guard G { start j escalation=X non; throw u escalation=X; user H; j > u > H } }; "
        "boundary b on S escalation=X non; user K; user N; s > S > N; b > K",
        """
        -> A H K
        A -> H K
        H -> K N
        """,
    ),
    "escalation code precedence esp": (
        "start s; throw t escalation=X; user A; s > t > A; guard G { start j escalation non; user H; "
        "j > H }; guard G2 { start j2 escalation=X non; user H2; j2 > H2 }",
        """
        -> A H2
        """,
    ),
    "escalation code precedence boundary": (
        "start s; sub S { start i; throw t escalation=X; user A; i > t > A }; "
        "boundary b on S escalation non; user H; boundary b2 on S escalation=X non; user H2; s > S; "
        "b > H; b2 > H2",
        """
        -> A H2
        """,
    ),
    "terminate in call ends only call": (
        "start s; call C called=q; user N; s > C > N",
        """
        -> A B
        A -> N
        N -> end
        """,
        {},
        {"q": "start s; and g; user A; user B; end t terminate; s > g; g > A > t; g > B"},
    ),
    "terminate ends sibling calls": (
        "start s; and g; call C called=q; user B; end t terminate; s > g; g > C; g > B > t",
        """
        -> A B
        B -> end
        """,
        {},
        {"q": "start s; user A; s > A"},
    ),
    "terminate in event sub-process non-interrupting ends only it": (
        "start s; user A; s > A; guard G { start j message=m non; and g; user H; user K; end t terminate; "
        "j > g; g > H > t; g > K }",
        """
        -> A
        !m -> A H K
        H -> A
        !m -> A H K
        A -> H K
        H -> end
        """,
    ),
    "non interrupting timer on sub continues then ends": (
        "start s; sub S { start i; user A; i > A }; boundary b on S timer=PT1H non; user H; user N; "
        "s > S > N; b > H",
        """
        -> A
        +PT1H -> A H
        A -> H N
        H -> N
        N -> end
        """,
    ),
    "two esp message, interrupting cancels others": (
        "start s; user A; s > A; guard G { start j message=m; user H; j > H }; "
        "guard G2 { start k message=n; user K; k > K }",
        """
        -> A
        !n -> K
        K -> end
        """,
    ),
    "nested esp in sub of esp": (
        "start s; user A; s > A; guard G { start j message=m non; user H; j > H; "
        "guard G3 { start k message=n; user K; k > K } }",
        """
        -> A
        !m -> A H
        !n -> A K
        K -> A
        A -> end
        """,
    ),
    "timer esp non-int cycle": (
        "start s; user A; s > A; guard G { start j cycle=R3/PT1H non; user H; j > H }",
        """
        -> A
        +PT1H -> A H
        +PT1H -> A H H
        A -> H H
        H -> H
        H -> end
        """,
    ),
    "esp in call": (
        "start s; call C called=q; user N; s > C > N",
        """
        -> A
        !m -> H
        H -> N
        """,
        {},
        {"q": "start s; user A; s > A; guard G { start j message=m; user H; j > H }"},
    ),
    "conditional esp interrupting": (
        "start s; user A; user B; s > A > B; guard G { start j when='v == 1'; user H; j > H }",
        """
        -> A
        A v=1 -> H
        """,
        {"v": 0},
    ),
    "sub in sub without ends": (
        "start s; sub S { sub T { user A } }; user N; s > S > N",
        """
        -> A
        A -> N
        """,
    ),
    "nested parallel subs with timer": (
        "start s; and f; sub S { start i; user A; i > A }; sub T { start k; user B; k > B }; and j; "
        "boundary b on S timer=PT1H; user H; user N; s > f; f > S > j; f > T > j; j > N; b > H",
        """
        -> A B
        B -> A
        A -> N
        """,
    ),
    "escalation through two calls": (
        "start s; call C called=q; boundary b on C escalation=X non; user H; user N; s > C > N; b > H",
        """
        -> A H
        A -> H N
        """,
        {},
        {"q": "start s; call D called=r; s > D", "r": "start s; throw t escalation=X; user A; s > t > A"},
    ),
    "escalation caught in the middle does not go on": (
        "start s; call C called=q; boundary b on C escalation=X non; user X; user N; s > C > N; b > X",
        """
        -> A H
        A -> H
        H -> N
        """,
        {},
        {
            "q": "start s; call D called=r; boundary bb on D escalation=X non; user H; s > D; bb > H",
            "r": "start s; throw t escalation=X; user A; s > t > A",
        },
    ),
    "conditional boundary on a sub sees the sub's tasks": (
        "start s; sub S { start i; user A; user B; i > A > B }; boundary b on S when='v == 1'; user H; "
        "s > S; b > H",
        """
        -> A
        A v=1 -> H
        """,
        {"v": 0},
    ),
    "timer esp in call fires inside": (
        "start s; call C called=q; user N; s > C > N",
        """
        -> A
        +PT1H -> H
        H -> N
        """,
        {},
        {"q": "start s; user A; s > A; guard G { start j timer=PT1H; user H; j > H }"},
    ),
    "sub with several end events": (
        "start s; sub S { start i; and f; user A; user B; end x; end y; i > f; f > A > x; f > B > y }; "
        "user N; s > S > N",
        """
        -> A B
        A -> B
        B -> N
        """,
    ),
    "test before with sub": (
        "start s; sub S while='n > 5' first { start i; user A; i > A }; user N; s > S > N",
        """
        -> N
        """,
        {"n": 0},
    ),
    "nested or in loop": (
        "start s; xor m; or g; user A; user B; or j; user D; xor x; user N; s > m > g; g > A if a; "
        "g > B if b; A > j; B > j; j > D > x; x > m if again; x > N else",
        """
        -> A B
        A -> B
        B -> D
        D again=true b=false -> A
        A -> D
        D again=false -> N
        """,
        {"a": True, "b": True},
    ),
    "link in sub": (
        "start s; sub S { start i; throw t link=L; catch c link=L; user A; i > t; c > A }; user N; s > S > N",
        """
        -> A
        A -> N
        """,
    ),
    "signal end event in sub caught by esp of parent": (
        "start s; sub S { start i; user A; end e signal=g; i > A > e }; user N; s > S > N; "
        "guard G { start j signal=g non; user H; j > H }",
        """
        -> A
        A -> H N
        """,
    ),
    "end with several definitions": (
        "start s; user A; end e signal=g escalation=X; s > A > e; guard G { start j signal=g non; user H; "
        "j > H }; guard K { start k escalation=X non; user L; k > L }",
        """
        -> A
        A -> H L
        """,
    ),
    "non interrupting esp keeps scope then main ends": (
        "start s; sub S { start i; user A; i > A; guard G { start j message=m non; user H; j > H } }; "
        "user N; s > S > N",
        """
        -> A
        !m -> A H
        A -> H
        !m -> H H
        H -> H
        H -> N
        """,
    ),
    "interrupting esp in process after sub started": (
        "start s; sub S { start i; user A; i > A }; s > S; guard G { start j message=m; user H; j > H }",
        """
        -> A
        !m -> H
        H -> end
        """,
    ),
    "error event esp with code variable by exact before general in parent": (
        "start s; sub S { start i; user A; end e error=E; i > A > e; guard G { start j error=F; user X; "
        "j > X } }; boundary b on S error; user H; s > S; b > H",
        """
        -> A
        A -> H
        """,
    ),
    "sub, start event with condition flows": (
        "start s; user A; user B; s > A if 'v == 1'; s > B if 'v == 2'",
        """
        -> A
        """,
        {"v": 1},
    ),
}


@pytest.mark.parametrize("case", STORIES)
def test_story(case):
    process, story, *rest = STORIES[case]
    data, called = ([*rest, {}, {}])[:2]

    told(begun(process, data=data, **called), story)
