"""Periods: which days a cycle gives, and on which of them something may be done."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.clocks.periods import ONE_DAY, days_to_use, period_of

MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 29)


@pytest.mark.parametrize(
    ("cycle", "on", "first", "last"),
    [
        ("day", MONDAY, MONDAY, MONDAY),
        ("week", date(2026, 11, 26), MONDAY, SUNDAY),
        ("week", SUNDAY, MONDAY, SUNDAY),
        ("month", date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        ("month", date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        ("quarter", date(2026, 11, 23), date(2026, 10, 1), date(2026, 12, 31)),
        ("quarter", date(2026, 4, 1), date(2026, 4, 1), date(2026, 6, 30)),
    ],
)
def test_a_day_lies_in_its_period(cycle, on, first, last):
    period = period_of(cycle, on=on)

    assert (period.starts_on, period.ends_on) == (first, last)


@given(
    st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)),
    st.sampled_from(["day", "week", "month", "quarter"]),
)
def test_periods_follow_each_other_without_a_gap(on, cycle):
    period = period_of(cycle, on=on)
    following = period_of(cycle, on=period.ends_on + ONE_DAY)

    assert period.starts_on <= on <= period.ends_on
    assert following.starts_on == period.ends_on + ONE_DAY
    assert all(period_of(cycle, on=day) == period for day in period.days)


def test_days_are_those_left_that_fit():
    week = period_of("week", on=MONDAY)
    wednesday, friday = MONDAY + 2 * ONE_DAY, MONDAY + 4 * ONE_DAY

    assert days_to_use(week, since=wednesday, weekdays=(1, 3, 5)) == (wednesday, friday)
    assert days_to_use(week, since=MONDAY, until=wednesday, weekdays=(3, 5)) == (wednesday,)
    assert days_to_use(week, since=SUNDAY + ONE_DAY) == ()
    assert days_to_use(week, since=friday, is_worked=lambda day: day.weekday() < 5) == (friday,)
