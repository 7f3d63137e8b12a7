"""How matters go: figures worked out by hand, and behind each number exactly as many rows."""

import csv
import json
import re
from datetime import date, datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.models import Case, Clock, Holiday, WorkingTime
from casework.pages.sheets import cell
from casework.queries import heat, paths
from casework.queries.heat import Scope
from casework.queries.viewers import viewer_for
from casework.queries.worktime import days, passed_sql, place_sql, table_sql
from casework.services.calendars import forget_calendars, work_calendar
from tests.diagrams import chain, flow, publish, task
from tests.services.test_walk import act, opened, step_of
from tests.world import GRID, TOWN
from workflows.models import Step

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")
LOOP = (
    '<startEvent id="s"/>'
    + task("survey", name="现场勘查", level="town", post="planning", limit="2wd")
    + task("review", name="审核", level="town", post="duty_officer", verbs="approve return")
    + '<exclusiveGateway id="g" default="g_e"/><endEvent id="e"/>'
    + chain("s", "survey", "review", "g")
    + flow("g", "e")
    + flow("g", "survey", "结论 == '退回'")
)
WEEK = Scope(first=date(2026, 11, 2), last=date(2026, 11, 6))
QUERY = "?from=2026-11-02&to=2026-11-06"


@pytest.fixture(autouse=True)
def calendars():
    forget_calendars()
    yield
    forget_calendars()


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def stamp(case, element, nth, *, opened, claimed=None, closed=None):
    step = Step.objects.filter(run=case.run, element=element).order_by("pk")[nth]
    Step.objects.filter(pk=step.pk).update(
        opened_at=opened,
        **({"claimed_at": claimed} if claimed else {}),
        **({"closed_at": closed} if closed else {}),
    )
    return step


@pytest.fixture
def gone(world):
    """One case straight through, one with a return, one that waits at its first step; in the first week of November."""
    publish("m", LOOP, now=timezone.now())
    straight, again, waits = (opened(world) for _ in range(3))
    for case in (straight, again):
        act(step_of(case, "survey"), "claim", world.planning)
        act(step_of(case, "survey"), "complete", world.planning)
    act(step_of(straight, "review"), "approve", world.duty_officer)
    act(step_of(again, "review"), "return", world.duty_officer, comment="照片不清楚")
    act(step_of(again, "survey"), "complete", world.planning)
    act(step_of(again, "review"), "approve", world.duty_officer)

    # Monday 10:00–15:00 are 3 working hours of waiting, until Tuesday 10:00 another 4 of handling.
    stamp(straight, "survey", 0, opened=at(2, 10), claimed=at(2, 15), closed=at(3, 10))
    stamp(straight, "review", 0, opened=at(3, 10), claimed=at(3, 12), closed=at(3, 20))
    # Friday 17:00 to Monday 9:30 are 1.5; until 11:30 another 2.
    stamp(again, "survey", 0, opened=at(6, 17), claimed=at(9, 9, 30), closed=at(9, 11, 30))
    stamp(again, "review", 0, opened=at(9, 11, 30), claimed=at(9, 12), closed=at(9, 13))
    stamp(again, "survey", 1, opened=at(9, 13), claimed=at(9, 15), closed=at(9, 15))
    stamp(again, "review", 1, opened=at(9, 15), claimed=at(9, 16), closed=at(9, 17))
    # Thursday 9:00, and nobody has signed for it on the 12th at noon: 7 × 5 + 3 = 38.
    late = stamp(waits, "survey", 0, opened=at(5, 9))
    Clock.objects.filter(step=late).update(breached_at=at(9, 18))
    for case, first, last in (
        (straight, at(2, 10), at(3, 20)),
        (again, at(6, 17), at(9, 17)),
        (waits, at(5, 9), None),
    ):
        Case.objects.filter(pk=case.pk).update(opened_at=first, closed_at=last)
    return {"straight": straight, "again": again, "waits": waits}


def hours(seconds):
    return None if seconds is None else round(seconds / 3600, 4)


def figures(found):
    return {
        one.element: (
            one.works, one.steps, one.cases, one.open, hours(one.waiting.half), hours(one.waiting.most),
            hours(one.handling.half), hours(one.waited), one.returns, one.breaches,
        )
        for one in found
    }  # fmt: skip


def test_figures_of_a_week_are_those_worked_out_by_hand(world, gone):
    found = heat.elements(viewer_for(world.administrator), WEEK, now=at(12, 12))

    assert figures(found) == {
        # waiting 1.5, 3 and 38; 95 of 100 lie under 3 + 0.9 × 35; handling 2 and 4
        "survey": (True, 3, 3, 1, 3.0, 34.5, 3.0, 42.5, 0, 1),
        "review": (False, 1, 1, 0, 2.0, 2.0, 8.0, 2.0, 0, 0),
    }


def test_returns_count_at_the_step_that_returned(world, gone):
    later = Scope(first=date(2026, 11, 7), last=date(2026, 11, 12))

    found = figures(heat.elements(viewer_for(world.administrator), later, now=at(12, 12)))

    assert found["review"] == (False, 2, 1, 0, 0.75, 0.975, 1.0, 1.5, 1, 0)
    assert found["survey"][:5] == (True, 1, 1, 0, 1.0)


def test_what_a_case_rested_counts_as_no_waiting(world, gone):
    clock = Clock.objects.get(step__run=gone["waits"].run)
    clock.pauses = [{"from": at(5, 10).isoformat(), "to": at(11, 12).isoformat(), "why": "等天气"}]
    clock.save()

    found = figures(heat.elements(viewer_for(world.administrator), WEEK, now=at(12, 12)))

    assert found["survey"][7] == 42.5 - (6 + 7 + 7 + 7 + 3)


def test_everybody_counts_what_he_sees_and_narrows_to_his_own_areas(world, gone):
    now = at(12, 12)
    assert heat.elements(viewer_for(world.sibling_duty_chief), WEEK, now=now) == []
    sibling = Client()
    sibling.force_login(world.sibling_duty_chief)
    page = sibling.get(f"/watch/m/{QUERY}&area={TOWN}")
    assert page.context["scope"].area == ""
    assert page.context["rows"] == []
    chief = Client()
    chief.force_login(world.duty_chief)
    assert chief.get(f"/watch/m/{QUERY}&area={GRID}").context["scope"].area == GRID


def numbers(row):
    return {"steps": row.steps, "open": row.open, "returns": row.returns, "breaches": row.breaches}


def test_behind_each_number_are_exactly_so_many_rows(world, gone):
    client = Client()
    client.force_login(world.duty_chief)
    shown = client.get("/watch/m/?from=2026-11-01&to=2026-11-20")
    asked = 0
    for row in shown.context["rows"]:
        for kind, number in numbers(row).items():
            answer = client.get(
                f"/watch/m/steps/?from=2026-11-01&to=2026-11-20&element={row.element}&what={kind}"
            )
            assert (answer.context["steps"].rows_in_all, len(answer.context["steps"].rows)) == (
                number,
                number,
            )
            asked += number
    assert asked > 6
    longest = client.get(f"/watch/m/steps/{QUERY}&element=survey&what=waiting").context["steps"]
    assert [row.number for row in longest.rows] == [
        gone[name].number for name in ("waits", "straight", "again")
    ]


def test_a_list_goes_on_where_its_page_ended(world, gone, monkeypatch):
    monkeypatch.setattr("casework.queries.behind.SIZE", 2)
    client = Client()
    client.force_login(world.duty_chief)
    first = client.get(f"/watch/m/steps/{QUERY}&element=survey&what=waiting").context["steps"]
    rest = client.get(f"/watch/m/steps/{QUERY}&element=survey&what=waiting&page={first.next}").context[
        "steps"
    ]
    assert (len(first.rows), len(rest.rows), rest.next) == (2, 1, "")
    assert {row.id for row in first.rows}.isdisjoint(row.id for row in rest.rows)


def test_the_diagram_is_told_colour_and_number_and_the_legend_says_what_they_mean(world, gone):
    client = Client()
    client.force_login(world.administrator)
    page = client.get(f"/watch/m/{QUERY}&by=steps").content.decode()
    marks = json.loads(re.search(r'id="watch-marks"[^>]*>(.*?)</script>', page)[1])
    assert marks == {"survey": {"level": 5, "text": "3"}, "review": {"level": 2, "text": "1"}}
    assert page.count("legend__colour--") == 5
    assert "不超过 3<" in page
    assert client.get(f"/watch/m/drawing/{QUERY}").content.startswith(b"<?xml")


def test_ways_have_their_share_and_median(world, gone):
    month = Scope(first=date(2026, 11, 1), last=date(2026, 11, 20))
    found = paths.paths(viewer_for(world.administrator), month, matter=gone["again"].matter)

    told = {way.elements: (way.cases, way.share, hours(way.lasted.half)) for way in found.variants}
    assert told == {
        ("survey", "review"): (1, 50.0, 34.0),
        ("survey", "review", "survey", "review"): (1, 50.0, 72.0),
    }
    assert (found.ended, found.running, found.others) == (2, 1, 0)
    assert (found.passes["g_survey"].times, found.passes["g_survey"].cases) == (1, 1)
    assert (found.passes["survey_review"].times, found.passes["survey_review"].cases) == (3, 2)
    assert found.passes["s_survey"].cases == 3


def test_a_way_leads_to_its_cases_and_is_painted(world, gone):
    client = Client()
    client.force_login(world.duty_chief)
    page = client.get("/watch/m/paths/?from=2026-11-01&to=2026-11-20")
    way = next(way for way in page.context["paths"].variants if len(way.elements) == 4)
    listed = client.get(f"/watch/m/cases/?from=2026-11-01&to=2026-11-20&way={way.key}").context
    assert [case.number for case in listed["cases"].rows] == [gone["again"].number]
    painted = client.get(f"/watch/m/paths/?from=2026-11-01&to=2026-11-20&way={way.key}").context
    assert painted["marks"]["g_survey"]["text"] == "1"
    assert painted["paths"].passes["s_survey"].cases == 1
    passed = client.get("/watch/m/cases/?from=2026-11-01&to=2026-11-20&element=survey_review").context
    assert passed["in_all"] == 2


def test_bottlenecks_come_by_all_the_waiting(world, gone):
    client = Client()
    client.force_login(world.duty_chief)
    found = client.get(f"/watch/{QUERY}").context["rows"]
    assert [(row.element, share) for row, share in found][0] == ("survey", 100)
    assert [row.element for row, _share in found] == ["survey", "review"]


def test_the_table_goes_out_with_minutes_and_without_formulas(world, gone):
    client = Client()
    client.force_login(world.administrator)
    answer = client.get(f"/watch/m/table.csv{QUERY}")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][:7] == ["现场勘查", "3", "3", "1", rows[1][4], rows[1][5], "180.0"]
    assert rows[2] == [
        "审核",
        "1",
        "1",
        "0",
        "120.0",
        "120.0",
        "480.0",
        "480.0",
        "120.0",
        "0",
        "0",
        "自然时间",
    ]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("现场勘查", "现场勘查"),
        (-2, -2),
        (None, ""),
    ],
)
def test_no_cell_of_a_sheet_is_a_formula(value, kept):
    assert cell(value) == kept


@pytest.mark.parametrize(
    "query",
    ["?from=x&to=2026-13-45", "?from=2099-01-01", "?from=1900-01-01&to=0001-01-01", "?version=99999999999999999",
     "?area=%25", "?by=x&sort=x", "?what=x&element=%00x&page=nan|1", "?page=1e999|9&what=open&element=survey"],
)  # fmt: skip
def test_what_an_address_says_wrongly_is_as_if_it_said_nothing(world, gone, query):
    client = Client()
    client.force_login(world.administrator)
    for place in (
        "/watch/",
        "/watch/m/",
        "/watch/m/paths/",
        "/watch/m/steps/",
        "/watch/m/cases/",
        "/watch/m/table.csv",
    ):
        assert client.get(place + query).status_code in (200, 422), place


MOMENTS = st.integers(0, 40 * 24 * 60).map(lambda minutes: at(1, 0) + timedelta(minutes=minutes))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.tuples(MOMENTS, MOMENTS).map(sorted), inside=st.booleans())
def test_working_time_in_sql_is_that_of_the_calendar(world, moments, inside):
    Holiday.objects.get_or_create(day=date(2026, 11, 10), defaults={"works": False})
    Holiday.objects.get_or_create(day=date(2026, 11, 14), defaults={"works": True})
    WorkingTime.objects.get_or_create(
        area_code=TOWN,
        first_day="01-01",
        defaults={"opens": time(8), "lunch_from": time(12), "lunch_until": time(14), "closes": time(17, 30)},
    )
    forget_calendars()
    area = GRID if inside else "500101025001001"

    assert _between(*moments, area) == work_calendar(area).working_time_between(*moments).total_seconds()


def _between(since, until, area):
    table = days(date(2026, 11, 1), date(2026, 12, 12))
    calendar, values = table_sql(table)
    place, places = place_sql(table, "step.area")
    since_sql, until_sql = (
        passed_sql(table, moment=moment, works="unit.works", place="step.place")
        for moment in ("step.since", "step.until")
    )
    sql = (
        f"WITH {calendar}, raw AS (SELECT %s::timestamptz AS since, %s::timestamptz AS until, %s AS area), "
        f"step AS (SELECT step.*, {place} AS place FROM raw step), unit AS (SELECT TRUE AS works) "
        f"SELECT ({until_sql}) - ({since_sql}) FROM step, unit, calendar"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, since, until, area, *places])
        return cursor.fetchone()[0]
