"""When a matter climbs and when it comes down again: never a level further without a reason of the list."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.rules.nearby import CLIMBS, LEVELS, ClimbFacts, Seat, decide_climb, decide_down
from tests.rules.test_nearby import CATEGORIES, RULER


@pytest.mark.parametrize(
    ("reason", "level", "times", "urgent", "action", "to", "again"),
    [
        ("time_limit", "grid", 1, False, "notify", "community", "1wd"),
        ("time_limit", "grid", 1, True, "notify", "community", "30m"),
        ("time_limit", "grid", 2, False, "up", "community", ""),
        ("time_limit", "district", 2, False, "stay", "district", ""),
        ("time_limit", "grid", 4, False, "up", "community", ""),
        ("beyond", "community", 1, False, "up", "town", ""),
        ("check_failed", "town", 2, False, "up", "district", ""),
        ("several_areas", "grid", 1, False, "up", "town", ""),
        ("several_areas", "town", 1, False, "up", "district", ""),
        ("party_refuses", "grid", 1, False, "up", "community", ""),
        ("danger", "grid", 1, False, "straight", "town", ""),
        ("danger", "district", 1, False, "stay", "district", ""),
        ("crime", "microgrid", 1, False, "straight", "town", ""),
        ("urgent", "community", 1, True, "straight", "town", ""),
        ("no such reason", "grid", 1, False, "stay", "grid", ""),
    ],
)
def test_it_climbs_by_a_reason_of_the_list(reason, level, times, urgent, action, to, again):
    facts = ClimbFacts(category="暴露垃圾", level=level, reason=reason, times=times, urgent=urgent)

    moved = decide_climb(facts, RULER)

    assert (moved.action, moved.level, moved.again) == (action, to, again)
    assert moved.ruled[0].rule > 0


@pytest.mark.parametrize(
    ("times", "action", "again"), [(1, "notify", "1wd"), (3, "notify", "1wd"), (4, "stay", "")]
)
def test_a_late_decision_is_told_above_but_stays_with_who_is_competent(times, action, again):
    facts = ClimbFacts(category="暴露垃圾", level="town", reason="time_limit", stage="核查", times=times)

    moved = decide_climb(facts, RULER)

    assert (moved.action, moved.again) == (action, again)


def test_who_is_meant_above_is_whom_the_rule_names_or_who_has_the_power():
    crime = decide_climb(ClimbFacts(category="暴露垃圾", level="grid", reason="crime"), RULER)
    beyond = decide_climb(ClimbFacts(category="占道经营", level="community", reason="beyond"), RULER)

    assert crime.seats == (Seat(level="town", role="police"),)
    assert beyond.seats == (Seat(level="town", role="enforcement"),)


@settings(max_examples=300, deadline=None)
@given(
    category=st.sampled_from(CATEGORIES),
    level=st.sampled_from(LEVELS),
    reason=st.sampled_from([*CLIMBS, "", "nonsense"]),
    urgent=st.booleans(),
    times=st.integers(1, 5),
)
def test_climbing_is_total_and_skips_no_level_without_a_listed_reason(category, level, reason, urgent, times):
    facts = ClimbFacts(category=category, level=level, reason=reason, urgent=urgent, times=times)

    moved = decide_climb(facts, RULER)

    rise = LEVELS.index(moved.level) - LEVELS.index(level)
    assert rise >= 0
    assert moved.action in ("stay", "notify", "up", "straight")
    assert (moved.action == "stay") <= (rise == 0)
    if rise > 1 and level != "microgrid":  # a micro-grid is handled with its grid
        assert reason in ("danger", "crime", "legal_bar", "urgent", "several_areas")
    assert len(moved.ruled) == 1


@pytest.mark.parametrize(
    ("category", "level", "reason", "action", "to"),
    [
        ("暴露垃圾", "town", "can_be_done_below", "down", "community"),
        ("暴露垃圾", "town", "power_lies_below", "down", "grid"),
        ("暴露垃圾", "community", "risk_is_over", "down", "grid"),
        ("占道经营", "town", "can_be_done_below", "stay", "town"),
        ("暴露垃圾", "microgrid", "power_lies_below", "stay", "microgrid"),
        ("暴露垃圾", "town", "because", "stay", "town"),
    ],
)
def test_it_comes_down_only_to_a_level_with_the_power(category, level, reason, action, to):
    moved = decide_down(ClimbFacts(category=category, level=level, reason=reason), RULER)

    assert (moved.action, moved.level) == (action, to)
