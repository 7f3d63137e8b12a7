"""The list of cases and the search: what is found, in which order, and never what one may not see."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from casework.models import Case
from casework.queries import search
from casework.queries.search import Wanted
from casework.queries.viewers import viewer_for
from casework.services.intake import NewReport, submit_report
from tests.pages.desk_matter import KEY, act, open_case, publish_desk_matter, step_of, surveyed
from tests.world import COMMUNITY, GRID, OTHER_COMMUNITY, SIBLING_GRID

pytestmark = pytest.mark.django_db
OTHER = f"{OTHER_COMMUNITY}001"


@pytest.fixture
def matter(world):
    return publish_desk_matter()


def as_person(user):
    client = Client()
    client.force_login(user)
    return client


def titles(page):
    return [line.case.title for line in page.rows]


def found(user, words):
    return titles(search.cases(viewer_for(user), Wanted(words=words)))


def test_list_is_of_all_visible_cases_the_newest_first(world, matter):
    for title in ("一", "二", "三"):
        open_case(world, title=title)
    open_case(world, title="别处", area=SIBLING_GRID, by="sibling_grid_worker")

    response = as_person(world.duty_officer).get(reverse("desk:cases"))

    assert titles(response.context["cases"]) == ["三", "二", "一"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["近处", "远处", "办完"]),
        ({"status": "open"}, ["近处", "远处"]),
        ({"status": "closed"}, ["办完"]),
        ({"matter": KEY}, ["近处", "远处", "办完"]),
        ({"matter": "other"}, []),
        ({"area": COMMUNITY}, ["近处", "办完"]),
        ({"area": OTHER_COMMUNITY, "status": "open"}, ["远处"]),
        ({"status": "nonsense"}, ["近处", "远处", "办完"]),
    ],
)
def test_list_is_narrowed_by_status_matter_and_area(world, matter, filters, expected):
    done = surveyed(world, title="办完")
    act(step_of(done, "review"), "approve", world.housing_reviewer)
    open_case(world, title="远处", area=OTHER, by="far_grid_worker")
    open_case(world, title="近处")

    response = as_person(world.duty_officer).get(reverse("desk:cases"), filters)

    assert titles(response.context["cases"]) == expected


def test_pages_of_the_list_show_every_case_once(world, matter):
    for n in range(5):
        open_case(world, title=str(n))
    Case.objects.update(opened_at="2026-11-23T01:00Z")  # all at one moment
    viewer, seen, cursor = viewer_for(world.duty_officer), [], ""

    for _ in range(3):
        page = search.cases(viewer, Wanted(), cursor=cursor, size=2)
        seen += titles(page)
        cursor = page.next
    back = search.cases(viewer, Wanted(), cursor=page.previous, size=2)

    assert (seen, cursor) == (["4", "3", "2", "1", "0"], "")
    assert titles(back) == ["2", "1"]


@pytest.mark.parametrize(
    ("_case", "words"),
    [
        ("word of the title", "墙体"),
        ("two words", "墙体 三巷"),
        ("word of the text", "掉砖"),
        ("place", "沱口社区第一网格"),
        ("reporter", "陈秀兰"),
        ("full-width space between", "墙体　三巷"),
    ],
)
def test_words_are_found_in_title_text_place_and_reporter(world, matter, _case, words):
    report = NewReport(token=uuid4(), matter=KEY, area=GRID, summary="三巷墙体开裂\n有掉砖")
    submit_report(report, by=viewer_for(world.grid_worker))
    open_case(world, title="别的事", area=OTHER, by="far_grid_worker")

    assert found(world.duty_officer, words) == ["三巷墙体开裂"]


def test_number_is_found_by_beginning_tail_and_whole(world, matter):
    case = open_case(world, title="这件")
    other = open_case(world, title="那件")
    year, serial = case.number[:9], case.number[10:]

    assert found(world.duty_officer, year) == ["那件", "这件"]
    assert found(world.duty_officer, serial) == ["这件"]
    assert found(world.duty_officer, serial.lstrip("0").rjust(3, "0")) == ["这件"]
    assert found(world.duty_officer, case.number[5:]) == ["这件"]
    whole = as_person(world.duty_officer).get(reverse("desk:search"), {"q": other.number})
    assert whole["Location"] == reverse("desk:case", args=[other.number])


def test_words_follow_a_title_that_is_changed(world, matter):
    case = open_case(world, title="雨棚坠落")

    case.title = "围墙倾斜"
    case.save(update_fields=["title"])

    assert found(world.duty_officer, "围墙") == ["围墙倾斜"]
    assert found(world.duty_officer, "雨棚") == []


def test_pairs_across_two_words_are_no_find(world, matter):
    open_case(world, title="甲乙 丙丁")

    assert found(world.duty_officer, "乙丙") == []
    assert found(world.duty_officer, "乙 丙丁") == ["甲乙 丙丁"]
    assert found(world.duty_officer, "甲") == ["甲乙 丙丁"]


def test_index_of_pairs_can_answer(world, matter):
    open_case(world, title="墙体开裂")

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT 1 FROM casework_case_words WHERE pairs @> casework_pairs('墙体')")
        plan = str(cursor.fetchall())

    assert "casework_case_words_pairs" in plan


def test_search_shows_nothing_that_is_not_visible(world, matter):
    case = open_case(world, title="别处的墙体", area=SIBLING_GRID, by="sibling_grid_worker")

    assert found(world.duty_officer, "墙体") == []
    assert found(world.sibling_duty_officer, "墙体") == ["别处的墙体"]
    page = as_person(world.duty_officer).get(reverse("desk:search"), {"q": case.number})
    assert page.status_code == 200
    assert "没有找到" in page.content.decode() or "Nothing found" in page.content.decode()


@pytest.mark.parametrize("words", ["", "   ", "%", "_", "'; drop table", "\\", "字" * 300])
def test_odd_words_are_answered_quietly(world, matter, words):
    open_case(world)

    response = as_person(world.duty_officer).get(reverse("desk:search"), {"q": words})

    assert response.status_code == 200
    if words.strip():
        assert titles(response.context["cases"]) == []
