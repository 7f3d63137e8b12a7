"""Working time against a slow oracle that looks at every minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.clocks import LimitUnreadable, WorkCalendar, parse_limit

ZONE = ZoneInfo("Asia/Shanghai")
NATIONAL_DAY = frozenset(date(2026, 10, day) for day in range(1, 8))
CALENDAR = WorkCalendar(
    zone=ZONE, off=NATIONAL_DAY, worked=frozenset({date(2026, 9, 27), date(2026, 10, 10)})
)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("written", "start", "due"),
    [
        ("15m", at(21, 23, 50), at(22, 0, 5)),
        ("4h", at(20, 22), at(21, 2)),
        ("5d", at(20, 10), at(25, 10)),
        ("4wh", at(20, 16), at(23, 11)),  # Friday 16:00: two hours, then Monday 9:00 to 11:00
        ("1wh", at(20, 12, 30), at(20, 15)),  # in the lunch break the clock stands
        ("1wd", at(20, 10), at(23, 18)),  # the day of the start does not count
        ("1wd", at(30, 10, month=9), at(8, 18, month=10)),  # over National Day
        ("2wd", at(25, 10, month=9), at(28, 18, month=9)),  # the Sunday is a swapped working day
        ("0.5wh", at(20, 9), at(20, 9, 30)),
    ],
)
def test_limit_is_due_when_an_official_would_say(written, start, due):
    assert parse_limit(written).due(start, calendar=CALENDAR) == due


@pytest.mark.parametrize("text", ["", "3", "wd", "3 weeks", "-1d", "1e9h", "３天", "999999999m"])
def test_text_that_is_no_limit_is_refused_with_the_forms_there_are(text):
    with pytest.raises(LimitUnreadable, match="15m, 4h, 4wh, 3wd or 5d"):
        parse_limit(text)


def slow_working_time(start: datetime, minutes: int) -> datetime:
    moment = start
    while minutes:
        local = moment.astimezone(ZONE)
        open_hours = time(9) <= local.time() < time(12) or time(14) <= local.time() < time(18)
        if CALENDAR.is_worked(local.date()) and open_hours:
            minutes -= 1
        moment += timedelta(minutes=1)
    return moment


moments = st.datetimes(datetime(2026, 9, 20), datetime(2026, 10, 20)).map(  # noqa: DTZ001
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC)
)


@settings(max_examples=60, deadline=None)
@given(start=moments, minutes=st.integers(1, 1500))
def test_working_hours_agree_with_counting_every_minute(start, minutes):
    assert CALENDAR.add_working_hours(start, minutes / 60) == slow_working_time(start, minutes)


@settings(max_examples=60, deadline=None)
@given(start=moments, hours=st.integers(1, 40))
def test_working_time_between_undoes_adding_it(start, hours):
    due = CALENDAR.add_working_hours(start, hours)

    assert CALENDAR.working_time_between(start, due) == timedelta(hours=hours)
    assert CALENDAR.working_time_between(due, start) == -timedelta(hours=hours)
