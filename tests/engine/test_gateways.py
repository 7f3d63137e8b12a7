"""Splits and joins: loops, unbalanced shapes, order, defaults."""

import re

import pytest

from tests.engine.driver import begun, plan_of
from workflows import engine
from workflows.bpmn import DiagramRefused

REWORK = """
    start s; xor m; and g; user A; user B; and j; user Q; xor x; end e
    s > m > g > A > j; g > B > j; j > Q > x; x > m if again; x > e else
"""


def test_parallel_join_in_a_second_round_waits_for_both_branches():
    walk = begun(REWORK).complete("A").complete("B").complete("Q", again=True)

    assert walk.complete("B").open == ["A"]
    assert walk.complete("A").open == ["Q"]
    assert walk.complete("Q", again=False).ended


def test_a_rework_loop_stays_as_small_and_short_as_its_first_round():
    walk = begun(REWORK)
    sizes, passes = set(), set()
    for _ in range(1_500):
        walk._keep = _unaudited(walk)
        walk.complete("B").complete("A")
        sizes.add(len(walk.text))
        walk.complete("Q", again=True)
        passes.add(tuple(walk.passed))

    assert len(sizes) == 1
    assert len(passes) == 1
    assert walk.complete("A").complete("B").complete("Q", again=False).ended


def _unaudited(walk):
    """Fifteen hundred rounds are walked without looking at every state twice."""

    def keep(moved):
        run = moved()
        walk.text, walk.data, walk.effects = run.dump(), run.data, run.effects
        return walk

    return keep


def test_the_state_of_a_later_round_differs_from_the_first_in_its_counter_only():
    walk = begun(REWORK).complete("A")
    first = walk.text
    walk.complete("B").complete("Q", again=True).complete("A")

    assert _without_numbers(walk.text) == _without_numbers(first)


def _without_numbers(text):
    """A state with its numbers, the counter and the ids, left out; they are of fixed width."""
    return re.sub(r'"\d{9,}"', '""', text)


def test_thirty_forks_and_joins_in_a_row_start_at_once():
    pairs = "".join(
        f"and f{n}; script a{n} do='x = {n}'; script b{n} do='y = {n}'; and j{n}; f{n} > a{n} > j{n}; f{n} > b{n} > j{n};"
        for n in range(30)
    )
    links = "".join(f"j{n} > f{n + 1};" for n in range(29))
    walk = begun(f"start s; end e; {pairs} {links} s > f0; j29 > e")

    assert walk.ended
    assert len(walk.passed) == 30 * (4 + 4) + 29 + 4


def test_inclusive_join_in_a_loop_waits_for_the_open_branch():
    process = """
        start s; xor m; or g; user A; user B; xor inner; user D; or j; user C; xor x; end e
        s > m > g; g > A if a; g > B if b; A > inner; inner > D if d; inner > j else; D > j; B > j
        j > C > x; x > m if again; x > e else
    """
    walk = begun(process, data={"a": True, "b": True, "d": False, "again": False})

    assert walk.complete("A").open == ["B"]
    assert walk.complete("B").open == ["C"]
    assert walk.complete("C", again=True, b=False).open == ["A"]
    assert walk.complete("A").open == ["C"]
    assert walk.complete("C", again=False).ended


def test_two_inclusive_joins_that_feed_each_other_do_not_wait_for_ever():
    process = """
        start s; and g; or j1; or j2; user A; user B; xor x1; xor x2; end e1; end e2
        s > g; g > j1 > A > x1; g > j2 > B > x2
        x1 > j2 if cross; x1 > e1 else; x2 > j1 if back; x2 > e2 else
    """
    walk = begun(process, data={"cross": False, "back": False})

    assert walk.open == ["A"]
    assert walk.complete("A").open == ["B"]
    assert walk.complete("B").ended


@pytest.mark.parametrize(
    ("case", "gateway", "data", "taken"),
    [
        ("first true one in document order", "xor", {"n": 5}, ["A"]),
        ("default when none is true", "xor", {"n": 0}, ["C"]),
        ("every true one", "or", {"n": 5}, ["A", "B"]),
        ("default alone when none is true", "or", {"n": 0}, ["C"]),
    ],
)
def test_split_takes(case, gateway, data, taken):
    process = f"""
        start s; {gateway} g; user A; user B; user C
        s > g; g > C else; g > A if "n > 1"; g > B if "n > 2"
    """
    assert begun(process, data=data).open == taken


def test_no_true_condition_and_no_default_is_refused():
    with pytest.raises(engine.NoWayOut) as refused:
        begun('start s; xor g; user A; s > g; g > A if "n > 1"', data={"n": 0})

    assert refused.value.code == "no_way_out"
    assert "g" in refused.value.text("zh-Hans")


@pytest.mark.parametrize(
    ("case", "data", "taken"),
    [
        ("conditional flow and plain one", {"n": 2}, ["B", "D"]),
        ("default beside the plain one", {"n": 0}, ["C", "D"]),
    ],
)
def test_flows_leaving_a_task_are_a_split(case, data, taken):
    process = 'start s; user A; user B; user C; user D; s > A; A > B if "n > 1"; A > C else; A > D'

    assert begun(process, data=data).complete("A").open == taken


def test_conditions_on_flows_that_leave_a_start_event_count():
    process = "start s; user A; user B; s > A if left; s > B if not left"

    assert begun(process, data={"left": False}).open == ["B"]


def test_tokens_through_one_task_without_a_join_stay_two():
    walk = (
        begun("start s; and g; user A; user B; user Q; s > g; g > A > Q; g > B > Q")
        .complete("A")
        .complete("B")
    )

    assert walk.open == ["Q", "Q"]
    assert walk.complete("Q").complete("Q").ended


def test_a_join_that_can_never_fill_is_told_as_an_incident():
    walk = begun(
        "start s; xor g; and j; user A; user B; s > g; g > A if left; g > B else; A > j; B > j",
        data={"left": True},
    )

    assert walk.complete("A").incidents == ["stuck"]
    assert not walk.ended


def test_implicit_starts_and_ends():
    walk = begun("user A; user B; A > B; user C")

    assert walk.open == ["A", "C"]
    assert walk.complete("A").complete("B").complete("C").ended


@pytest.mark.parametrize(
    ("case", "process", "code"),
    [
        ("complex gateway", "start s; complex g; s > g", "complex_gateway"),
        ("complex gateway nobody reaches", "start s; user A; complex g; s > A; g > A", "complex_gateway"),
        ("boundary on nothing", "start s; user A; boundary b on Z timer=PT1H; s > A", "boundary_host"),
        ("boundary without event", "start s; user A; boundary b on A; s > A", "boundary_empty"),
        ("flow over a border", "start s; sub S { user A }; user B; s > S; A > B", "flow_end_elsewhere"),
        ("flow into a start", "start s; user A; s > A > s", "flow_into_event"),
        ("event gateway into a user task", "start s; race g; user A; s > g > A", "event_gateway_target"),
        ("event gateway into nothing", "start s; race g; s > g", "event_gateway_empty"),
        ("link without its other end", "start s; throw t link=L; s > t", "link_open"),
        ("guard without an event", "start s; user A; guard G { start i; user H; i > H }; s > A", "event_scope_start"),
        ("call of what is not there", "start s; call C called=nowhere; s > C", "called_missing"),
        ("multi-instance over nothing", "start s; user A until=done; user B each= ; s > A", "loop_empty"),
        ("timer without a time", "start s; catch c timer= ; s > c", "timer_empty"),
        ("loop with nothing to begin", "user A; user B; A > B > A", "nothing_starts"),
        ("condition that can't be read", 'start s; user A; user B; s > A; A > B if "n >"', "bad_expression"),
        ("cancel outside a transaction", "start s; user A; end x cancel; s > A > x", "cancel_outside"),
        ("cancel caught on a task", "start s; user A; boundary b on A cancel; s > A", "cancel_host"),
        ("timer throwing", "start s; throw t timer=PT1H; s > t", "event_here"),
    ],
)  # fmt: skip
def test_what_cannot_run_is_refused_with_its_place(case, process, code):
    with pytest.raises(DiagramRefused) as refused:
        plan_of(process)

    assert code in {problem.code for problem in refused.value.problems}
    assert all(problem.line for problem in refused.value.problems)
