"""Runs that go on with another version of their diagram."""

import pytest

from tests.engine.driver import begun, plan_of
from workflows import engine

OLD = "start s; user A; user B; end e; s > A > B > e"


def migrated(walk, *processes, elements=None, **more):
    before, old = walk.plan, walk.text
    walk.plan = plan_of(*processes, **more)
    return walk._keep(
        lambda: engine.migrate(walk.plan, old, of=before, data=walk._copy(), now=walk.now, elements=elements)
    )


def test_a_step_stays_open_under_its_number_and_goes_the_new_way():
    walk = begun(OLD)
    token = walk.token("A")
    migrated(walk, "start s; user A; user Check; user B; end e; s > A > Check > B > e")

    assert walk.token("A") == token
    assert walk.complete("A").open == ["Check"]


def test_a_step_that_was_renamed():
    walk = migrated(begun(OLD), "start s; user Survey; user B; s > Survey > B", elements={"A": "Survey"})

    assert walk.complete("Survey").open == ["B"]


def test_timers_that_stay_keep_their_time_new_ones_begin_and_old_ones_end():
    old = "start s; user A; boundary t1 on A timer=P1D non; boundary t2 on A timer=P2D non; s > A"
    walk = begun(old).advance("PT12H")
    was = {wait.element: wait.due_at for wait in walk.run().waits()}
    migrated(
        walk,
        "start s; user A; boundary t1 on A timer=P1D non; boundary t3 on A timer=PT1H; user X; s > A; t3 > X",
    )
    due = {wait.element: wait.due_at for wait in walk.run().waits()}

    assert due["t1"] == was["t1"]
    assert set(due) == {"t1", "t3"}
    assert walk.advance("PT1H").open == ["X"]


def test_arrivals_at_a_join_wait_on():
    old = "start s; and g; user A; user B; and j; user N; s > g; g > A > j; g > B > j; j > N"
    walk = begun(old).complete("A")
    migrated(
        walk,
        "start s; and g; user A; user B; user B2; and j; user M; s > g; g > A > j; g > B > B2 > j; j > M",
        elements={"B_j": "B2_j"},
    )

    assert walk.complete("B").complete("B2").open == ["M"]


def test_scopes_calls_instances_and_records_move_along():
    old = """
        start s; user N; s > S > C > N; call C called=q
        sub S { start i; user A; boundary b on A compensate by=U; user U undo; user V each=xs item=x out=ys from=y; i > A > V }
    """
    new = (
        old.replace("user N", "throw t compensate=S; user N")
        .replace("C > N", "C > t > N")
        .replace("user V", "user W")
        .replace("A > V", "A > W")
    )
    walk = begun(old, q="user Q", data={"xs": [1, 2]}).complete("A").complete("V", y=7)
    migrated(walk, new, q="user Q", elements={"V": "W"})

    assert walk.complete("W", y=8).data["ys"] == [7, 8]
    assert walk.complete("Q").open == ["U"]
    assert walk.complete("U").open == ["N"]


def test_a_guard_that_is_new_listens_from_now_on():
    walk = migrated(begun(OLD), OLD + "; guard G { start k message=m non; user H; k > H }")

    assert walk.message("m").open == ["A", "H"]


def test_what_was_used_up_stays_used_up():
    old = "start s; user A; boundary t on A timer=PT1H non; user H; s > A; t > H; guard G { start k message=m; user X; k > X }"
    walk = begun(old).advance("PT2H")
    assert migrated(walk, old.replace("user A", "user A name=Again")).guards == ["k"]

    walk.message("m")
    assert migrated(walk, old + "; guard F { start l signal=g; user Y; l > Y }").guards == []


def test_a_waiting_event_takes_its_new_definition():
    walk = migrated(
        begun("start s; catch c timer=P1D; user A; s > c > A"),
        "start s; catch c message=m; user A; s > c > A",
    )

    assert walk.message("m").open == ["A"]


def test_an_event_is_called_as_the_new_version_calls_it():
    fixed, computed = (f'start s; catch c "message={name}"; user A; s > c > A' for name in ("m", "m-${key}"))
    data = {"key": 7}

    assert migrated(begun(fixed, data=data), computed).message("m-7").open == ["A"]
    assert migrated(begun(computed, data=data), fixed).message("m").open == ["A"]


@pytest.mark.parametrize(
    ("case", "new", "why"),
    [
        ("the step is gone", "start s; user B; s > B", "no such element"),
        ("it is a gateway now", "start s; xor A; user B; s > A > B", "another kind"),
        ("it is a machine's now", "start s; service A; user B; s > A > B", "another kind"),
        ("it is a countersign now", "start s; user A times=2; user B; s > A > B", "another kind"),
        ("it stands in a scope now", "start s; sub S { user A }; user B; s > S > B", "another scope"),
    ],
)
def test_what_finds_no_place_is_told_and_nothing_changes(case, new, why):
    walk = begun(OLD)
    with pytest.raises(engine.CannotMigrate, match=why) as refused:
        engine.migrate(plan_of(new), walk.text, of=walk.plan, data={}, now=walk.now)

    assert [obstacle.element for obstacle in refused.value.obstacles] == ["A"]
    assert refused.value.text("zh-Hans").startswith("不能换到新版流程图：A：")
    assert walk.open == ["A"]


def test_an_arrival_whose_flow_is_gone_is_an_obstacle():
    old = "start s; and g; user A; user B; and j; s > g; g > A > j; g > B > j"
    walk = begun(old).complete("A")
    with pytest.raises(engine.CannotMigrate, match="flow"):
        engine.migrate(
            plan_of(old.replace("A > j", "A > Z > j") + "; user Z"),
            walk.text,
            of=walk.plan,
            data={},
            now=walk.now,
        )


def test_a_run_that_has_ended_migrates_to_an_ended_run():
    walk = migrated(begun(OLD).complete("A").complete("B"), "start s; user Z; s > Z")

    assert walk.ended
