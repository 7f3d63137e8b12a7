"""Several kinds of things at once, as stories: what happens, and what is open after it."""

import pytest

from tests.engine.driver import begun
from tests.engine.story import told

STORIES = {
    "guard conditional non-interrupting rises twice": (
        'start s; sub S { start i; user A; i > A; guard G { start j when="level > 5" non; user H; '
        "j > H } }; user N; s > S > N",
        """
        -> A
        .level=7 -> A H
        .level=8 -> A H
        .level=2 -> A H
        .level=9 -> A H H
        A -> H H
        H -> H
        H -> N
        """,
        {"level": 0},
        {},
        {},
    ),
    "guard timer of sequential MI starts anew": (
        "start s; sub S each=xs item=x sequential { start i; user A; i > A; "
        "guard G { start j timer=PT1H; user H; j > H } }; user N; s > S > N",
        """
        -> A
        +PT50M -> A
        A -> A
        +PT50M -> A
        +PT15M -> H
        H -> N
        """,
        {"xs": [1, 2]},
        {},
        {},
    ),
    "guard message in MI by key": (
        "start s; sub S each=xs item=x { start i; user A; i > A; "
        "guard G { start j message=m non cw:correlation=x; user H; j > H } }; user N; s > S > N",
        """
        -> A A
        !m/b -> A A H
        !m/b -> A A H H
        !m/a -> A A H H H
        A -> A H H H
        A -> H H H
        """,
        {"xs": ["a", "b"]},
        {},
        {},
    ),
    "guard error thrown by call inside MI": (
        "start s; sub S each=xs item=x { start i; call K called=q; user B; i > K > B; "
        "guard G { start j error=E; user H; j > H } }; user N; s > S > N",
        """
        -> A A
        A bad=true -> A H
        A bad=false -> B H
        H -> B
        B -> N
        """,
        {"xs": [1, 2]},
        {"q": "start s; user A; xor g; end e error=E; s > A > g; g > e if bad; g > f else; end f"},
        {},
    ),
    "escalation thrown in guard goes to the caller not itself": (
        "start s; call K called=q; boundary b on K escalation=X non; user Z; user N; s > K > N; b > Z",
        """
        -> A
        !m -> A H Z
        A -> H Z
        H -> N Z
        """,
        {},
        {
            "q": "start s; user A; s > A; guard G { start j message=m non; throw t escalation=X; user H; j > t > H }; guard G2 { start j2 escalation=X; user Y; j2 > Y }"
        },
        {},
    ),
    "interrupting guard ends running non-interrupting guard": (
        "start s; user A; s > A; guard G { start j message=m non; user H; j > H }; "
        "guard G2 { start k signal=z; user Y; k > Y }",
        """
        -> A
        !m -> A H
        ~z -> Y
        Y -> end
        """,
        {},
        {},
        {},
    ),
    "guard within guard": (
        "start s; user A; s > A; guard G { start j message=m non; user H; j > H; "
        "guard GG { start jj message=n; user Y; jj > Y } }",
        """
        -> A
        !m -> A H
        !n -> A Y
        A -> Y
        Y -> end
        """,
        {},
        {},
        {},
    ),
    "nested scopes compensated from the root in reverse": (
        "start s; sub R { start i; script A do=\"log = log + 'a'\"; boundary ba on A compensate by=UA; "
        "script UA undo do=\"log = log + 'A'\"; sub S { start k; script B do=\"log = log + 'b'\"; "
        "boundary bb on B compensate by=UB; script UB undo do=\"log = log + 'B'\"; k > B }; "
        "script C do=\"log = log + 'c'\"; boundary bc on C compensate by=UC; "
        "script UC undo do=\"log = log + 'C'\"; i > A > S > C }; script D do=\"log = log + 'd'\"; "
        "boundary bd on D compensate by=UD; script UD undo do=\"log = log + 'D'\"; throw t compensate; "
        "user N; s > R > D > t > N",
        """
        -> N
        """,
        {"log": ""},
        {},
        {"log": "abcdDCBA"},
    ),
    "work of non-interrupting boundary is compensated too": (
        "start s; user A; boundary b on A compensate by=U; user U undo; boundary i on A message=m non; "
        "user B; boundary bb on B compensate by=V; user V undo; end z; throw t compensate; user N; "
        "s > A > t > N; i > B > z",
        """
        -> A
        !m -> A B
        B -> A
        A -> U V
        U -> V
        V -> N
        """,
        {},
        {},
        {},
    ),
    "transaction timer boundary while cancelling": (
        "start s; transaction T { start i; user A; boundary h on A compensate by=U; user U undo; "
        "end x cancel; i > A > x }; boundary c on T cancel; user H; boundary d on T timer=PT1H; user Z; "
        "user N; s > T > N; c > H; d > Z",
        """
        -> A
        A -> U
        +PT1H -> Z
        Z -> end
        """,
        {},
        {},
        {},
    ),
    "inclusive join waits for a boundary's branch": (
        "start s; or f; user A; boundary b on A message=m non; user X; user B; or j; user N; s > f; "
        "f > A if a; f > B if b; A > j; B > j; b > X > j; j > N",
        """
        -> A B
        !m -> A B X
        A -> B X
        B -> X
        X -> N
        """,
        {"a": True, "b": True},
        {},
        {},
    ),
    "inclusive joins in series crossing": (
        "start s; and f; user A; user B; user D; or j; user M; or k; user N; s > f; f > A; f > B; f > D; "
        "A > j; B > j; j > M > k; D > k; B > k; k > N",
        """
        -> A B D
        A -> B D
        B -> D M
        D -> M
        M -> N
        N -> end
        """,
        {},
        {},
        {},
    ),
    "inclusive: two of three merge before the join": (
        "start s; or f; user A; user B; user D; xor m; user E; or j; user N; s > f; f > A if a; "
        "f > B if b; f > D if d; A > m; B > m; m > E > j; D > j; j > N",
        """
        -> A B D
        A -> B D E
        E -> B D
        D -> B N
        B -> E N
        E -> N N
        N -> N
        """,
        {"a": True, "b": True, "d": True},
        {},
        {},
    ),
    "parallel join with a token too many": (
        "start s; and f; user A; user B; user D; xor m; and j; user N; s > f; f > A > m; f > B > m; "
        "m > j; f > D > j; j > N",
        """
        -> A B D
        A -> B D
        B -> D
        D -> N
        N -> stuck
        """,
        {},
        {},
        {},
    ),
    "event gateway in a loop keeps no old timer": (
        "start s; xor m; race r; catch c message=go; catch t timer=PT1H; user A; user Z; s > m > r; "
        "r > c > A > m; r > t > Z",
        """
        -> | c t
        +PT50M -> | c t
        !go -> A
        +PT50M -> A
        A -> | c t
        +PT50M -> | c t
        +PT11M -> Z
        Z -> end
        """,
        {},
        {},
        {},
    ),
    "parallel event-based start": (
        "race r gateway=Parallel; catch c message=m; catch d message=n; user A; user B; and j; user N; "
        "r > c > A > j; r > d > B > j; j > N",
        """
        -> | c d
        !n -> B | c
        B -> | c
        !m -> A
        A -> N
        N -> end
        """,
        {},
        {},
        {},
    ),
    "nested MI with an empty row": (
        "start s; sub S each=rows item=row sequential { start i; user A each=row item=x sequential; "
        "user B; i > A > B }; user N; s > S > N",
        """
        -> A
        A -> B
        B -> B
        B -> A
        A -> A
        A -> B
        B -> N
        """,
        {"rows": [[1], [], [2, 3]]},
        {},
        {},
    ),
    "terminate in a call in an MI": (
        "start s; call K times=2 called=q; user N; s > K > N",
        """
        -> A A B B
        A#1 -> A B
        B -> A
        A -> N
        """,
        {},
        {"q": "start s; and f; user A; user B; end e terminate; s > f; f > A > e; f > B"},
        {},
    ),
    "terminate in guard ends only the guard": (
        "start s; user A; s > A; guard G { start j message=m non; and f; user H; user Y; "
        "end e terminate; j > f; f > H > e; f > Y }",
        """
        -> A
        !m -> A H Y
        H -> A
        A -> end
        """,
        {},
        {},
        {},
    ),
    "a signal heard by catch, boundary and guard at once": (
        "start s; and f; user T; throw t signal=z; end e; catch c signal=z; user X; user A; "
        "boundary b on A signal=z; user Y; s > f; f > T > t > e; f > c > X; f > A; b > Y; "
        "guard G { start j signal=z non; user H; j > H }",
        """
        -> A T | c
        T -> H X Y
        """,
        {},
        {},
        {},
    ),
    "three rounds over a join with a boundary each round": (
        "start s; xor m; and f; user A; boundary b on A timer=PT1H non; user L; end le; user B; and j; "
        "user C; xor g; end e; s > m > f; f > A > j; f > B > j; j > C > g; g > m if again; g > e else; "
        "b > L > le",
        """
        -> A B
        +PT1H -> A B L
        A -> B L
        B -> C L
        C again=true -> A B L
        +PT1H -> A B L L
        B -> A L L
        A -> C L L
        L -> C L
        C again=false -> L
        L -> end
        """,
        {},
        {},
        {},
    ),
    "boundary and guard wait for the same message: one is served": (
        "start s; user A; boundary b on A message=m; user Z; s > A; b > Z; "
        "guard G { start j message=m non; user H; j > H }",
        """
        -> A
        !m -> A H
        """,
        {},
        {},
        {},
    ),
    "ad-hoc in MI": (
        "start s; adhoc H each=xs item=x { user A; user B }; user N; s > H > N",
        """
        -> A A B B
        A -> A B B
        B -> A B
        A -> B
        B -> N
        """,
        {"xs": [1, 2]},
        {},
        {},
    ),
    "an instance throws a signal that its siblings' boundary hears": (
        "start s; sub S each=xs item=x { start i; xor g; user A; boundary b on A signal=z; user B; "
        'throw t signal=z; user D; user Y; i > g; g > A if "x > 1"; g > B else; B > t > D; b > Y }; '
        "user N; s > S > N",
        """
        -> A A B
        B -> D Y Y
        D -> Y Y
        Y -> Y
        Y -> N
        """,
        {"xs": [1, 2, 3]},
        {},
        {},
    ),
    "inclusive join waits for a token inside a sub and at an event gateway": (
        "start s; or f; sub S { start i; user A; i > A }; race r; catch c message=m; catch t timer=PT1H; "
        "user B; or j; user N; end e; s > f; f > S if a; f > r if b; f > B; r > c > j; r > t > e; S > j; "
        "B > j; j > N",
        """
        -> A B | c t
        B -> A | c t
        A -> | c t
        +PT1H -> N
        N -> end
        """,
        {"a": True, "b": True},
        {},
        {},
    ),
    "loop back out of one inclusive branch to before the split": (
        "start s; xor m; or f; user A; user B; xor g; or j; user N; s > m > f; f > A if a; f > B if b; "
        "A > g; g > m if again; g > j else; B > j; j > N",
        """
        -> A B
        A again=true b=false -> A B
        A again=false -> B
        B -> N
        """,
        {"a": True, "b": True},
        {},
        {},
    ),
    "guard timer of a loop begins anew each round": (
        "start s; sub S while=again { start i; user A; i > A; guard G { start j timer=PT1H non; user H; "
        "j > H } }; user N; s > S > N",
        """
        -> A
        +PT40M -> A
        A again=true -> A
        +PT40M -> A
        +PT30M -> A H
        A again=false -> H
        H -> N
        """,
        {},
        {},
        {},
    ),
    "compensation from a guard while the scope is interrupted": (
        "start s; sub S { start i; user A; boundary b on A compensate by=U; user U undo; user B; "
        "end e error=E; i > A > B > e; guard G { start j error=E; throw t compensate; user H; "
        "j > t > H } }; user N; s > S > N",
        """
        -> A
        A -> B
        B -> U
        U -> H
        H -> N
        """,
        {},
        {},
        {},
    ),
    "unsafe: second token on a branch arrives before the first is joined": (
        "start s; and f; user A; xor m; user B; and j; user N; s > f; f > A > j; f > m; f > m; "
        "m > B > j; j > N",
        """
        -> A B B
        B -> A B
        B -> A
        A -> N
        N -> stuck
        """,
        {},
        {},
        {},
    ),
    "event gateway in MI by key": (
        "start s; sub S each=xs item=x { start i; race r; catch c message=m cw:correlation=x; "
        "catch t timer=PT1H; user A; user Z; i > r; r > c > A; r > t > Z }; user N; s > S > N",
        """
        -> | c c t t
        !m/b -> A | c t
        +PT1H -> A Z
        A -> Z
        Z -> N
        """,
        {"xs": ["a", "b"]},
        {},
        {},
    ),
    "nested loops with joins": (
        "start s; xor o; xor m; and f; user A; user B; and j; xor g; user C; xor h; end e; "
        "s > o > m > f; f > A > j; f > B > j; j > g; g > m if inner; g > C else; C > h; h > o if outer; "
        "h > e else",
        """
        -> A B
        A inner=true -> B
        B -> A B
        B -> A
        A inner=false -> C
        C outer=true -> A B
        A -> B
        B -> C
        C outer=false -> end
        """,
        {},
        {},
        {},
    ),
}


@pytest.mark.parametrize(("process", "story", "data", "called", "left"), STORIES.values(), ids=list(STORIES))
def test_story(process, story, data, called, left):
    walk = told(begun(process, data=dict(data), **called), story)

    assert {name: walk.data[name] for name in left} == left
