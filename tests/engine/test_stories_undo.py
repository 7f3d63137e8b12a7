"""Compensation and transactions as stories: what happens, and what is open after it."""

import pytest

from tests.engine.driver import begun
from tests.engine.story import told

STORIES = {
    "tx cancel with concurrent": (
        "start s; transaction T { start i; and f; user A; boundary b on A compensate by=U; user U undo; "
        "user B; end x cancel; end y; i > f; f > A > y; f > B > x }; boundary c on T cancel; user H; "
        "user N; s > T > N; c > H",
        """
        -> A B
        A -> B
        B -> U
        U -> H
        H -> end
        """,
    ),
    "tx success then compensated outside": (
        "start s; transaction T { start i; user A; boundary b on A compensate by=U; user U undo; i > A }; "
        "throw t compensate; user N; s > T > t > N",
        """
        -> A
        A -> U
        U -> N
        """,
    ),
    "tx error boundary does not compensate": (
        "start s; transaction T { start i; user A; boundary b on A compensate by=U; user U undo; user B; "
        "end x error=E; i > A > B > x }; boundary c on T error=E; user H; s > T; c > H",
        """
        -> A
        A -> B
        B -> H
        """,
    ),
    "compensate end event": (
        "start s; user A; boundary b on A compensate by=U; user U undo; end e compensate; s > A > e",
        """
        -> A
        A -> U
        U -> end
        """,
    ),
    "MI activity compensated per instance": (
        "start s; user A times=3; boundary b on A compensate by=U; user U undo; throw t compensate; "
        "user N; s > A > t > N",
        """
        -> A A A
        A -> A A
        A -> A
        A -> U U U
        U -> U U
        U -> U
        U -> N
        """,
    ),
    "MI sub with compensable inside": (
        "start s; sub S times=2 { start i; user A; boundary b on A compensate by=U; user U undo; i > A }; "
        "throw t compensate=S; user N; s > S > t > N",
        """
        -> A A
        A -> A
        A -> U U
        U -> U
        U -> N
        """,
    ),
    "compensate throws in sub affects only sub": (
        "start s; user A; boundary b on A compensate by=U; user U undo; sub S { start i; user B; "
        "boundary bb on B compensate by=V; user V undo; throw t compensate; user C; i > B > t > C }; "
        "user N; s > A > S > N",
        """
        -> A
        A -> B
        B -> V
        V -> C
        C -> N
        """,
    ),
    "call activity compensated by handler": (
        "start s; call C called=q; boundary b on C compensate by=U; user U undo; throw t compensate; "
        "user N; s > C > t > N",
        """
        -> A
        A -> U
        U -> N
        """,
        {},
        {"q": "start s; user A; s > A"},
    ),
    "called process inner compensation is not remembered": (
        "start s; call C called=q; throw t compensate; user N; s > C > t > N",
        """
        -> A
        A -> N
        """,
        {},
        {"q": "start s; user A; boundary b on A compensate by=U; user U undo; s > A"},
    ),
    "sub as handler": (
        "start s; user A; boundary b on A compensate by=U; sub U undo { start i; user X; user Y; "
        "i > X > Y }; throw t compensate; user N; s > A > t > N",
        """
        -> A
        A -> X
        X -> Y
        Y -> N
        """,
    ),
    "boundary on handler": (
        "start s; user A; boundary b on A compensate by=U; user U undo; boundary tb on U timer=PT1H; "
        "user Z; throw t compensate; user N; s > A > t > N; tb > Z",
        """
        -> A
        A -> U
        U -> N
        """,
    ),
    "esp compensation throw from error esp": (
        "start s; sub S { start i; user A; boundary b on A compensate by=U; user U undo; user B; "
        "i > A > B; guard G { start j message=m; throw t compensate; user H; j > t > H } }; user N; "
        "s > S > N",
        """
        -> A
        A -> B
        !m -> U
        U -> H
        H -> N
        """,
    ),
    "esp compensation throw with ref": (
        "start s; sub S { start i; user A; boundary b on A compensate by=U; user U undo; user B; "
        "i > A > B; guard G { start j message=m; throw t compensate=A; user H; j > t > H } }; user N; "
        "s > S > N",
        """
        -> A
        A -> B
        !m -> U
        U -> H
        H -> N
        """,
    ),
    "loop done twice compensates twice": (
        "start s; xor m; user A; boundary b on A compensate by=U; user U undo; xor g; throw t compensate; "
        'user N; s > m > A > g; g > m if "again"; g > t else; t > N',
        """
        -> A
        A again=true -> A
        A again=false -> U U
        U -> U
        U -> N
        """,
    ),
    "cancelling an outer transaction undoes a finished inner one": (
        "start s; transaction O { start i; transaction T { start k; user A; "
        "boundary b on A compensate by=U; user U undo; k > A }; user B; end x cancel; i > T > B > x }; "
        "boundary c on O cancel; user H; s > O; c > H",
        """
        -> A
        A -> B
        B -> U
        U -> H
        H -> end
        """,
    ),
    "an inner cancel leaves the outer transaction running": (
        "start s; transaction O { start i; user Z; boundary bz on Z compensate by=UZ; user UZ undo; "
        "transaction T { start k; user A; boundary b on A compensate by=U; user U undo; end x cancel; "
        "k > A > x }; boundary c on T cancel; user H; i > Z > T; c > H }; user N; s > O > N",
        """
        -> Z
        Z -> A
        A -> U
        U -> H
        H -> N
        """,
    ),
    "compensation throw referencing sub while inner done twice": (
        "start s; xor m; sub S { start i; user A; boundary b on A compensate by=U; user U undo; i > A }; "
        "xor g; throw t compensate=S; user N; s > m > S > g; g > m if again; g > t else; t > N",
        """
        -> A
        A again=true -> A
        A again=false -> U U
        U -> U
        U -> N
        """,
    ),
    "compensation handler throws error caught by scope": (
        "start s; sub S { start i; user A; boundary b on A compensate by=U; sub U undo { start k; user X; "
        "end e error=E; k > X > e }; throw t compensate; user Z; i > A > t > Z }; "
        "boundary c on S error=E; user H; s > S; c > H",
        """
        -> A
        A -> X
        X -> H
        """,
    ),
    "interrupting boundary while compensation runs": (
        "start s; sub S { start i; user A; boundary b on A compensate by=U; user U undo; "
        "throw t compensate; user Z; i > A > t > Z }; boundary c on S message=m; user H; s > S; c > H",
        """
        -> A
        A -> U
        !m -> H
        """,
    ),
    "esp after compensating end": (
        "start s; user A; boundary b on A compensate by=U; user U undo; user B; s > A > B; "
        "guard G { start j message=m; end e compensate; j > e }",
        """
        -> A
        A -> B
        !m -> U
        U -> end
        """,
    ),
    "terminate while compensation of other branch": (
        "start s; and f; user A; boundary b on A compensate by=U; user U undo; throw t compensate; "
        "user B; end x terminate; s > f; f > A > t; f > B > x",
        """
        -> A B
        A -> B U
        B -> end
        """,
    ),
}


@pytest.mark.parametrize("case", STORIES)
def test_story(case):
    process, story, *rest = STORIES[case]
    data, called = ([*rest, {}, {}])[:2]

    told(begun(process, data=data, **called), story)
