"""The desk's work list: who finds what where, and that numbers are the length of their lists."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework.queries import inbox as lists
from casework.queries.inbox import Tab
from casework.queries.viewers import viewer_for
from grid.models import Appointment
from tests.pages.desk_matter import act, open_case, publish_desk_matter, signed, step_of
from tests.world import SIBLING_GRID
from workflows.models import Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def matter(world):
    return publish_desk_matter()


def as_person(user):
    client = Client()
    client.force_login(user)
    return client


def shown(response):
    return [row.case.title for row in response.context["inbox"].rows]


def due_in(case, **span):
    Step.objects.open().filter(run=case.run).update(due_at=timezone.now() + timedelta(**span))


def test_whoever_is_not_signed_in_goes_to_the_door(client, db):
    response = client.get(reverse("desk:inbox"))

    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("tab", list(Tab))
def test_number_of_a_tab_is_the_length_of_its_list(world, matter, tab):
    for n in range(3):
        open_case(world, title=f"案件 {n}")
    mine = open_case(world, title="手上的")
    act(step_of(mine, "sign"), "claim", world.duty_officer)
    signed(world, title="别人的")
    open_case(world, title="自己报的", by="duty_officer")

    response = as_person(world.duty_officer).get(reverse("desk:inbox"), {"tab": tab})

    counts = {count.tab: count.rows for count in response.context["tabs"]}
    assert counts[tab] == len(response.context["inbox"].rows)
    assert counts == {Tab.SIGN: 4, Tab.MINE: 1, Tab.POOL: 4, Tab.DUE: 5, Tab.SENT: 1}


def test_what_is_offered_to_other_posts_or_places_is_not_in_the_list(world, matter):
    open_case(world, title="本街道的")
    open_case(world, title="别的街道的", area=SIBLING_GRID, by="sibling_grid_worker")
    signed(world, title="已到规划建设岗")

    for tab in (Tab.SIGN, Tab.POOL, Tab.DUE):
        response = as_person(world.duty_officer).get(reverse("desk:inbox"), {"tab": tab})
        assert shown(response) == ["本街道的"]


def test_pool_holds_what_needs_no_signature_too(world, matter):
    signed(world, title="勘查")

    response = as_person(world.planning).get(reverse("desk:inbox"))

    assert response.context["tab"] is Tab.POOL
    assert shown(response) == ["勘查"]


def test_rows_are_grouped_by_when_they_fall_due(world, matter, time_machine):
    time_machine.move_to("2026-11-23 09:00+08:00", tick=False)
    spans = [("超时", {"minutes": -5}), ("马上", {"minutes": 20}), ("今天", {"hours": 6})]
    spans += [("明天", {"hours": 24}), ("以后", {"days": 5})]
    for title, span in reversed(spans):
        due_in(open_case(world, title=title), **span)
    Step.objects.filter(run=open_case(world, title="不限时").run).update(due_at=None)

    groups = lists.inbox(viewer_for(world.duty_officer), Tab.SIGN, now=timezone.now()).groups

    assert [(group.key, [row.case.title for row in group.rows]) for group in groups] == [
        ("over", ["超时"]),
        ("half", ["马上"]),
        ("today", ["今天"]),
        ("tomorrow", ["明天"]),
        ("later", ["以后"]),
        ("open", ["不限时"]),
    ]


def test_pages_by_key_show_every_row_once_forth_and_back(world, matter):
    for n in range(7):
        case = open_case(world, title=str(n))
        if n < 5:
            due_in(case, hours=n // 2)  # equal moments, told apart by their ids
        else:
            Step.objects.filter(run=case.run).update(due_at=None)
    viewer, now = viewer_for(world.duty_officer), timezone.now()

    forth, cursor = [], ""
    for _ in range(10):
        page = lists.inbox(viewer, Tab.SIGN, now=now, cursor=cursor, size=2)
        forth.append([row.pk for row in page.rows])
        if not page.next:
            break
        cursor = page.next
    back, previous = [], page.previous
    while previous:
        page = lists.inbox(viewer, Tab.SIGN, now=now, cursor=previous, size=2)
        back.append([row.pk for row in page.rows])
        previous = page.previous

    assert [len(rows) for rows in forth] == [2, 2, 2, 1]
    assert len({pk for rows in forth for pk in rows}) == 7
    assert back[::-1] == forth[:-1]


@pytest.mark.parametrize("cursor", ["x", "YXx8", "eg", "a" * 500, "YXwyMDI2fDE"])
def test_a_cursor_nobody_gave_out_is_the_first_page(world, matter, cursor):
    open_case(world)

    response = as_person(world.duty_officer).get(reverse("desk:inbox"), {"page": cursor, "tab": "sign"})

    assert response.status_code == 200
    assert len(response.context["inbox"].rows) == 1


def test_list_asks_as_often_for_many_rows_as_for_two(world, matter, django_assert_num_queries):
    client = as_person(world.duty_officer)
    open_case(world)
    open_case(world)
    client.get(reverse("desk:inbox"))  # what is kept for a minute is fetched once
    queries = queries_of(client, reverse("desk:inbox"))
    for _ in range(10):
        open_case(world)

    with django_assert_num_queries(queries):
        client.get(reverse("desk:inbox"))


def queries_of(client, address):
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def test_nothing_new_is_answered_with_nothing(world, matter):
    open_case(world)
    client = as_person(world.duty_officer)
    page = client.get(reverse("desk:inbox"), {"tab": "sign"}).context
    known = {"tab": "sign", "since": page["since"], "seen": page["seen"]}

    assert client.get(reverse("desk:fresh"), known).status_code == 204

    open_case(world)
    open_case(world)
    told = client.get(reverse("desk:fresh"), known, headers={"HX-Request": "true"})

    assert told.status_code == 200
    assert (told.context["news"], told.context["is_announced"]) == (2, True)
    assert 'id="tabs"' in told.content.decode()
    again = {"tab": "sign", "since": page["since"], "seen": told.context["seen"]}
    assert client.get(reverse("desk:fresh"), again).status_code == 204


def test_work_that_somebody_else_took_changes_the_counts_without_being_news(world, matter):
    case = open_case(world)
    client = as_person(world.duty_officer)
    page = client.get(reverse("desk:inbox"), {"tab": "sign"}).context
    act(step_of(case, "sign"), "claim", world.duty_officer)

    told = client.get(reverse("desk:fresh"), {"tab": "sign", "since": page["since"], "seen": page["seen"]})

    assert (told.context["news"], told.context["is_announced"]) == (0, False)
    assert told.context["tabs"][0].rows == 0


def test_bulk_sign_for_says_what_became_of_each_row(world, matter):
    mine, other = open_case(world, title="甲"), open_case(world, title="乙")
    elsewhere = open_case(world, title="丙", area=SIBLING_GRID, by="sibling_grid_worker")
    taken = step_of(other, "sign")
    Step.objects.filter(pk=taken.pk).update(claimed_by=world.duty_chief, claimed_at=timezone.now())
    steps = [step_of(mine, "sign").pk, taken.pk, step_of(elsewhere, "sign").pk]

    client = as_person(world.duty_officer)
    response = client.post(reverse("desk:sign_many"), {"step": [*steps, "x", 10**12]}, follow=True)

    results = response.context["results"]
    assert [(row["title"], row["is_done"]) for row in results] == [
        ("甲", True),
        ("乙", False),
        ("", False),
        ("", False),
    ]
    assert "王敏" in results[1]["told"]
    assert step_of(mine, "sign").claimed_by == world.duty_officer
    assert step_of(elsewhere, "sign").claimed_by is None
    assert client.get(reverse("desk:inbox")).context["results"] == []


def test_acting_for_one_post_narrows_the_list_to_it(world, matter):
    Appointment.objects.create(
        post=world.post_of(world.planning), user=world.duty_officer, kind="concurrent", starts_on="2020-01-01"
    )
    open_case(world, title="值班的")
    signed(world, title="规划的")
    client = as_person(world.duty_officer)
    assert sorted(shown(client.get(reverse("desk:inbox"), {"tab": "pool"}))) == ["值班的", "规划的"]

    client.post(reverse("switch_post"), {"post": world.post_of(world.planning).code})

    assert shown(client.get(reverse("desk:inbox"), {"tab": "pool"})) == ["规划的"]


def test_person_without_a_post_has_an_empty_desk(world, matter):
    open_case(world)

    response = as_person(world.stranger).get(reverse("desk:inbox"))

    assert response.status_code == 200
    assert [count.rows for count in response.context["tabs"]] == [0, 0, 0, 0, 0]


def test_preview_of_a_case_that_is_not_visible_is_not_found(world, matter):
    case = open_case(world, area=SIBLING_GRID, by="sibling_grid_worker")

    response = as_person(world.duty_officer).get(reverse("desk:preview", args=[case.number]))

    assert response.status_code == 404
