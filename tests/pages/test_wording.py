"""How times and limits are said: the words of the screens."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from casework.clocks import WorkCalendar
from casework.pages import wording

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(zone=ZONE)
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)


def at(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("case", "due", "rule", "state", "left", "told"),
    [
        ("minutes", "2026-11-23 10:40", "", "soon", "剩 40 分", "今天 10:40"),
        ("hours", "2026-11-23 16:40", "", "ok", "剩 6 小时 40 分", "今天 16:40"),
        ("whole hours", "2026-11-23 13:00", "4h", "soon", "剩 3 小时", "今天 13:00"),
        ("days", "2026-11-28 10:00", "5d", "ok", "剩 5 天", "11月28日"),
        ("the lunch break does not count", "2026-11-23 16:20", "4wh", "ok", "剩 4 工时 20 分", "今天 16:20"),
        ("working days", "2026-11-25 18:00", "2wd", "ok", "剩 2 工作日", "11月25日"),
        ("a weekend between", "2026-11-30 18:00", "5wd", "ok", "剩 5 工作日", "11月30日"),
        ("the last working day", "2026-11-23 18:00", "1wd", "ok", "剩 6 工时", "今天 18:00"),
        ("over", "2026-11-23 09:35", "", "over", "超 25 分", "今天 09:35"),
        ("over in working time", "2026-11-20 17:00", "4wh", "over", "超 2 工时", "11月20日"),
        ("over by days", "2026-11-18 18:00", "3wd", "over", "超 3 工作日", "11月18日"),
        ("just now", "2026-11-23 10:00", "", "over", "超 不到 1 分", "今天 10:00"),
    ],
)
def test_clock_says_what_is_left_in_the_unit_of_its_limit(case, due, rule, state, left, told):
    with translation.override("zh-hans"):
        text = wording.clock_text(at(due), now=MONDAY, rule=rule, calendar=CALENDAR)

        assert (text.state, text.left, text.due) == (state, left, told)


@pytest.mark.parametrize(
    ("value", "language", "told"),
    [
        ("2026-11-23 08:55", "zh-hans", "今天 08:55"),
        ("2026-11-22 16:20", "zh-hans", "昨天 16:20"),
        ("2026-11-24 09:20", "zh-hans", "明天 09:20"),
        ("2026-11-16 10:12", "zh-hans", "11月16日 10:12"),
        ("2027-01-15 09:00", "zh-hans", "2027年1月15日 09:00"),
        ("2026-11-16 10:12", "en", "16 Nov 10:12"),
        ("2026-11-23 08:55", "en", "today 08:55"),
    ],
)
def test_moment_is_said_as_people_say_it(value, language, told):
    with translation.override(language):
        assert wording.moment(at(value), now=MONDAY) == told


@pytest.mark.parametrize(
    ("rule", "told"),
    [("15m", "15 分"), ("4wh", "4 工时"), ("3wd", "3 工作日"), ("5d", "5 天"), ("=f(x)", "=f(x)")],
)
def test_limit_is_said_in_words(rule, told):
    with translation.override("zh-hans"):
        assert wording.limit_text(rule) == told
