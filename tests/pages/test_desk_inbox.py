"""The desk's work list: who finds what where, and that numbers are the length of their lists."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework.models import Urge
from casework.queries import inbox as lists
from casework.queries.inbox import Tab
from casework.queries.viewers import viewer_for
from casework.services.acts import act_on_case
from casework.services.said import Said
from grid.models import Appointment
from tests.pages.desk_matter import act, open_case, publish_desk_matter, signed, step_of, surveyed
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
    assert {tab: rows for tab, rows in counts.items() if rows} == {
        Tab.SIGN: 4,
        Tab.MINE: 1,
        Tab.POOL: 4,
        Tab.DUE: 5,
        Tab.SENT: 1,
        Tab.HANDLED: 1,
    }


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
    response = client.post(
        reverse("desk:bulk", args=["claim"]) + "?tab=sign", {"row": [*steps, "x", 10**12]}, follow=True
    )

    results = response.context["results"]["rows"]
    assert [(row["title"], row["is_done"]) for row in results] == [
        ("甲", True),
        ("乙", False),
        ("", False),
        ("", False),
    ]
    assert "王敏" in results[1]["told"]
    assert step_of(mine, "sign").claimed_by == world.duty_officer
    assert step_of(elsewhere, "sign").claimed_by is None
    assert client.get(reverse("desk:inbox")).context["results"] is None


def bulk(client, verb, tab, rows, **answers):
    data = {"row": rows, **{f"act.{name}": value for name, value in answers.items()}}
    return client.post(reverse("desk:bulk", args=[verb]) + f"?tab={tab}", data, follow=True)


def test_bulk_verb_asks_once_and_is_done_to_each(world, matter):
    rows = [step_of(open_case(world, title=title), "sign").pk for title in ("甲", "乙")]
    client = as_person(world.duty_officer)
    target = world.post_of(world.enforcement).code

    asked = bulk(client, "transfer", "sign", rows)
    refused = bulk(client, "transfer", "sign", rows, go="1", post=target)
    done = bulk(client, "transfer", "sign", rows, go="1", post=target, **{"comment.transfer": "归综合执法"})

    assert asked.context["ids"] == rows
    assert refused.status_code == 422
    assert refused.context["refused"].fields["comment"]
    assert [row["is_done"] for row in done.context["results"]["rows"]] == [True, True]
    assert {tuple(step.candidates) for step in Step.objects.filter(pk__in=rows)} == {(target,)}


def test_bulk_approval_tells_which_one_needs_its_form_and_does_the_others(world, matter):
    ready, not_yet = surveyed(world, title="可批"), surveyed(world, title="已被别人办")
    rows = [step_of(case, "review").pk for case in (ready, not_yet)]
    act(step_of(not_yet, "review"), "return", world.housing_reviewer, comment="再看")
    client = as_person(world.housing_reviewer)

    done = bulk(client, "approve", "pool", rows, go="1")

    assert [(row["title"], row["is_done"]) for row in done.context["results"]["rows"]] == [
        ("可批", True),
        ("已被别人办", False),
    ]
    ready.refresh_from_db()
    assert ready.status == "closed"


def test_what_one_has_sent_is_urged_in_bulk(world, matter):
    case = open_case(world, by="duty_chief")

    done = bulk(as_person(world.duty_chief), "urge", "sent", [case.pk], go="1")

    assert [row["is_done"] for row in done.context["results"]["rows"]] == [True]
    assert Urge.objects.get().step == step_of(case, "sign")
    urged = as_person(world.duty_officer).get(reverse("desk:inbox"), {"tab": "urged"})
    assert len(urged.context["inbox"].rows) == 1


def test_verb_that_a_tab_does_not_offer_is_nothing(world, matter):
    response = bulk(as_person(world.duty_officer), "return", "sign", [1])

    assert response.status_code == 404


def test_what_is_copied_stands_in_its_tab_until_it_is_read(world, matter):
    case = signed(world)
    act(step_of(case, "survey"), "cc", world.planning, posts=[world.post_of(world.enforcement).code])
    client = as_person(world.enforcement)

    assert len(client.get(reverse("desk:inbox"), {"tab": "copied"}).context["inbox"].rows) == 1
    assert client.get(reverse("desk:bell"), {"shown": "0"}).context["notice_count"] == 1

    client.post(reverse("desk:seen", args=[case.number]))

    assert len(client.get(reverse("desk:inbox"), {"tab": "copied"}).context["inbox"].rows) == 0
    assert client.get(reverse("desk:bell"), {"shown": "0"}).status_code == 204


def test_supervision_waits_for_its_answer_in_a_tab_of_its_own(world, matter):
    case = signed(world)
    told = Said(reason_code="leader", comment="三日内办结")
    act_on_case(case.number, "supervise", by=viewer_for(world.duty_chief), said=told)
    client = as_person(world.planning)
    assert len(client.get(reverse("desk:inbox"), {"tab": "answer"}).context["inbox"].rows) == 1

    client.post(reverse("desk:act_on", args=[case.number, "reply"]), {"act.comment.reply": "明天踏勘"})

    assert len(client.get(reverse("desk:inbox"), {"tab": "answer"}).context["inbox"].rows) == 0


def test_list_is_narrowed_by_matter_and_urgency(world, matter):
    open_case(world, title="普通的")
    open_case(world, title="紧急的", urgent=True)
    client = as_person(world.duty_officer)

    urgent = client.get(reverse("desk:inbox"), {"tab": "sign", "urgent": "1"})
    none = client.get(reverse("desk:inbox"), {"tab": "sign", "matter": "anything_else"})

    assert shown(urgent) == ["紧急的"]
    assert shown(none) == []


def test_notices_are_noted_with_one_press(world, matter):
    case = signed(world)
    act(step_of(case, "survey"), "cc", world.planning, posts=[world.post_of(world.enforcement).code])
    client = as_person(world.enforcement)
    page = client.get(reverse("desk:notices"))

    client.post(reverse("desk:notices"), {"notice": [notice.pk for notice in page.context["unread"]]})

    assert len(client.get(reverse("desk:notices")).context["unread"]) == 0


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
    assert {count.rows for count in response.context["tabs"]} == {0}


def test_preview_of_a_case_that_is_not_visible_is_not_found(world, matter):
    case = open_case(world, area=SIBLING_GRID, by="sibling_grid_worker")

    response = as_person(world.duty_officer).get(reverse("desk:preview", args=[case.number]))

    assert response.status_code == 404
