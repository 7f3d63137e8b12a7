"""Working time against a slow oracle that looks at every minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.clocks import (
    LimitUnreadable,
    Season,
    WorkCalendar,
    after_pause,
    parse_limit,
    parse_limits,
    warn_at,
)

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


SUMMER = Season(first="06-01", last="09-30", hours=((time(8, 30), time(11, 30)), (time(15), time(18))))
WINTER = Season(first="10-01", last="05-31", hours=((time(9), time(17)),))


@pytest.mark.parametrize(
    ("case", "start", "due"),
    [
        ("summer opens early", at(25, 8, 30, month=9), at(25, 9, 30, month=9)),
        ("and has a long lunch", at(25, 11, month=9), at(25, 15, 30, month=9)),
        ("from the last summer day into winter hours", at(30, 17, 30, month=9), at(8, 9, 30, month=10)),
        ("winter goes over the new year", at(31, 16, 30, month=12), at(1, 9, 30, month=1).replace(year=2027)),
    ],
)
def test_hours_are_those_of_the_season(case, start, due):
    calendar = WorkCalendar(zone=ZONE, off=NATIONAL_DAY, seasons=(SUMMER, WINTER))

    assert parse_limit("1wh").due(start, calendar=calendar) == due


def test_working_day_ends_with_the_hours_of_its_season():
    calendar = WorkCalendar(zone=ZONE, off=NATIONAL_DAY, seasons=(SUMMER, WINTER))

    assert parse_limit("1wd").due(at(29, 10, month=9), calendar=calendar) == at(30, 18, month=9)
    assert parse_limit("1wd").due(at(30, 10, month=9), calendar=calendar) == at(8, 17, month=10)


def test_several_limits_follow_each_other_on_one_problem():
    links = parse_limits("4wh:停工；7wd：处罚; 20wd:拆除")

    assert [(str(link), link.name) for link in links] == [("4wh", "停工"), ("7wd", "处罚"), ("20wd", "拆除")]
    assert [str(link) for link in parse_limits("3wd")] == ["3wd"]


@pytest.mark.parametrize("text", ["4wh; 7wd", "4wh:停工;", ";", "1h:a;" * 6 + "1h:b", "4wh:停工; soon:处罚"])
def test_a_row_of_limits_names_each_of_them(text):
    with pytest.raises(LimitUnreadable):
        parse_limits(text)


@pytest.mark.parametrize(
    ("written", "start", "paused", "resumed", "due"),
    [
        ("4h", at(20, 10), at(20, 12), at(21, 12), at(21, 14)),
        ("5d", at(20, 10), at(22, 10), at(24, 10), at(27, 10)),
        ("4wh", at(20, 16), at(20, 17), at(25, 9), at(25, 12)),  # three working hours were left
        ("3wd", at(20, 10), at(23, 11), at(23, 15), at(25, 18)),  # back before the end of that day: it counts
        ("3wd", at(20, 10), at(23, 11), at(24, 9), at(26, 18)),  # the clock stood when Monday's work ended
        ("3wd", at(20, 10), at(23, 11), at(28, 9), at(2, 18, month=12)),  # resumed on a Saturday
        ("1wd", at(20, 10), at(24, 9), at(27, 9), at(23, 18)),  # it was due before it was paused
    ],
)
def test_a_pause_moves_the_due_time_in_the_units_of_its_limit(written, start, paused, resumed, due):
    limit = parse_limit(written)

    moved = after_pause(
        limit.due(start, calendar=CALENDAR),
        unit=limit.unit,
        starts_at=start,
        paused_at=paused,
        resumed_at=resumed,
        calendar=CALENDAR,
    )

    assert moved == due


def minute_by_minute(written: str, start: datetime, pauses: list[tuple[datetime, datetime]]) -> datetime:
    """When a clock that looks at every minute says it is over."""
    limit = parse_limit(written)
    left = round(limit.amount * 60) if limit.unit in ("h", "wh") else int(limit.amount)
    left *= 24 * 60 if limit.unit == "d" else 1
    moment = start.astimezone(ZONE)
    first = moment.date()
    while True:
        stands = any(begin <= moment < end for begin, end in pauses)
        works = CALENDAR.is_worked(moment.date())
        open_hours = time(9) <= moment.time() < time(12) or time(14) <= moment.time() < time(18)
        if not stands and (limit.unit in ("h", "d") or (limit.unit == "wh" and works and open_hours)):
            left -= 1
        moment += timedelta(minutes=1)
        if limit.unit == "wd" and moment.time() == time(18) and CALENDAR.is_worked(moment.date()):
            stands = any(begin < moment < end for begin, end in pauses)
            left -= moment.date() > first and not stands
        if left == 0:
            return moment


spells = st.lists(st.integers(1, 5000), min_size=2, max_size=6).map(
    lambda steps: [sum(steps[: place + 1]) for place in range(len(steps) - len(steps) % 2)]
)


@settings(max_examples=60, deadline=None)
@given(
    written=st.sampled_from(["7h", "30h", "2d", "3wh", "11wh", "25wh", "1wd", "2wd", "4wd"]),
    start=moments,
    spells=spells,
)
def test_pauses_agree_with_a_clock_that_looks_at_every_minute(written, start, spells):
    marks = [start + timedelta(minutes=offset) for offset in spells]
    pauses = list(zip(marks[::2], marks[1::2], strict=True))
    limit = parse_limit(written)
    due = limit.due(start, calendar=CALENDAR)

    for paused, resumed in pauses:
        moved = after_pause(
            due, unit=limit.unit, starts_at=start, paused_at=paused, resumed_at=resumed, calendar=CALENDAR
        )
        assert moved >= due
        due = moved

    assert due == minute_by_minute(written, start, pauses)


@settings(max_examples=60, deadline=None)
@given(
    written=st.sampled_from(["20m", "4h", "3d", "5wh", "3wd"]),
    start=moments,
    share=st.sampled_from([0.5, 0.8, 0.9]),
)
def test_the_warning_comes_between_the_start_and_the_end(written, start, share):
    limit = parse_limit(written)
    due = limit.due(start, calendar=CALENDAR)

    warned = warn_at(start, due, unit=limit.unit, calendar=CALENDAR, share=share)

    assert start <= warned <= due
    if limit.unit in ("wh", "wd"):
        whole, gone = (CALENDAR.working_time_between(start, end) for end in (due, warned))
        assert abs(gone - whole * share) < timedelta(seconds=1)
