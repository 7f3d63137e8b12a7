"""Who is away, leaves, or has left: stand-ins act for them, their work is handed over, empty posts' work climbs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from casework.errors import NotValid, NotYours
from casework.models import Case, Notice
from casework.queries.viewers import viewer_for
from casework.services import handing_over, vacancies
from casework.services.handing_over import handover
from casework.services.journal import breaks
from casework.services.standing_in import stand_in
from grid.models import Appointment, Area, Post, Unit, User
from tests.services.shapes import ENFORCEMENT, at_b

pytestmark = pytest.mark.django_db

MEDIATION = "500101026000-safety/mediation"
DUTY = "500101026000-centre/duty_officer"


def yesterday():
    return timezone.localdate() - timedelta(days=1)


def appointment_of(user):
    return Appointment.objects.get(user=user)


def test_a_stand_in_acts_by_the_post_and_the_journal_says_for_whom(world):
    at = at_b(world, "plain")
    Appointment.objects.create(
        post=world.posts[ENFORCEMENT],
        user=world.stranger,
        kind="temporary",
        starts_on=yesterday(),
        stand_in_for=appointment_of(world.enforcement),
    )

    at.act("approve", "stranger", comment="同意")

    line = at.last("approved")
    assert (line.by, line.on_behalf_of, line.post) == (world.stranger, world.enforcement, ENFORCEMENT)
    assert at.last("completed").on_behalf_of is None
    assert list(breaks()) == []


def test_work_of_a_post_whose_last_holder_has_left_climbs_and_says_so(world):
    at = at_b(world, "plain")
    assert vacancies.climb(now=timezone.now()) == 0
    Appointment.objects.filter(user=world.enforcement).update(ends_on=yesterday())

    assert vacancies.climb(now=timezone.now()) == 1

    at.mine.refresh_from_db()
    assert at.mine.candidates == [DUTY]
    line = at.last("climbed")
    assert (line.data["vacant"], line.data["to"]) == (["平安法治板块 综合执法岗"], ["值班员"])
    assert Notice.objects.filter(case=at.case, to_post=DUTY, kind="handed_up").count() == 1
    assert vacancies.climb(now=timezone.now()) == 0
    at.act("approve", "duty_officer")
    at.finish()


@pytest.mark.parametrize("is_active", [True, False])
def test_who_signed_goes_on_unless_he_is_gone_altogether(is_active, world):
    at = at_b(world, "plain")
    at.act("claim", "enforcement")
    Appointment.objects.filter(user=world.enforcement).update(ends_on=yesterday())
    world.enforcement.is_active = is_active
    world.enforcement.save()

    assert vacancies.climb(now=timezone.now()) == (0 if is_active else 1)

    at.mine.refresh_from_db()
    assert at.mine.claimed_by == (world.enforcement if is_active else None)


def test_nobody_above_leaves_the_work_where_it_is_seen(world):
    at = at_b(world, "plain")
    Appointment.objects.exclude(user=world.grid_worker).update(ends_on=yesterday())

    assert vacancies.climb(now=timezone.now()) == 0

    at.mine.refresh_from_db()
    assert at.mine.candidates == [ENFORCEMENT]


@pytest.mark.parametrize("claimed", [True, False])
def test_all_work_goes_to_a_colleague(claimed, world):
    at = at_b(world, "branch")
    if claimed:
        at.act("claim", "enforcement")

    done = handover(
        world.enforcement, to_user=world.mediation, by=viewer_for(world.enforcement), reason="调离"
    )

    at.mine.refresh_from_db()
    assert (done.steps, at.mine.candidates) == (1, [MEDIATION])
    assert at.mine.claimed_by == (world.mediation if claimed else None)
    line = at.last("handed_over")
    assert (line.data["from"], line.data["to"], line.data["comment"]) == ("赵海涛", "唐慧", "调离")
    at.finish()


def test_what_has_been_passed_on_meanwhile_is_not_handed_over(world, monkeypatch):
    at = at_b(world, "branch")
    found = handing_over.work_of(viewer_for(world.enforcement))
    monkeypatch.setattr(handing_over, "work_of", lambda _leaver: found)
    at.act("transfer", "enforcement", to_post=DUTY, comment="归值班室")

    done = handover(world.enforcement, to_user=world.mediation, by=viewer_for(world.enforcement))

    at.mine.refresh_from_db()
    assert (done.steps, at.mine.candidates) == (0, [DUTY])


def test_the_dispatcher_hands_over_to_a_post(world):
    at = at_b(world, "countersign")
    at.act("claim", "enforcement")

    assert handover(world.enforcement, to_post=DUTY, by=viewer_for(world.duty_officer)).steps == 1

    at.mine.refresh_from_db()
    assert (at.mine.claimed_by, at.mine.candidates) == (None, [DUTY])
    at.finish()


def test_what_cannot_be_handed_over_is_refused(world):
    at = at_b(world, "plain")
    me = viewer_for(world.enforcement)

    with pytest.raises(NotYours):
        handover(world.enforcement, to_post=DUTY, by=viewer_for(world.sibling_duty_officer))
    for wrong in ({"to_user": world.stranger}, {"to_user": world.enforcement}, {"to_post": "x/y"}, {}):
        with pytest.raises(NotValid):
            handover(world.enforcement, by=me, **wrong)

    assert "handed_over" not in at.kinds()


def test_work_stays_in_its_district(world):
    at = at_b(world, "plain")
    area = Area.objects.create(code="500102", name="邻区", level="district")
    unit = Unit.objects.create(
        code="500102-centre", key="centre", name="邻区中心", kind="district_centre", area=area
    )
    post = Post.objects.create(
        code="500102-centre/duty_officer", unit=unit, role="duty_officer", name="值班员"
    )
    far = User.objects.create_user("far", display_name="邻区值班员")
    Appointment.objects.create(post=post, user=far, starts_on=yesterday())

    for wrong in ({"to_user": far}, {"to_post": post.code}):
        with pytest.raises(NotValid):
            handover(world.enforcement, by=viewer_for(world.enforcement), **wrong)

    assert "handed_over" not in at.kinds()


def test_who_appoints_people_gives_neither_work_nor_powers_to_himself(world):
    at = at_b(world, "plain")
    admin, today = viewer_for(world.administrator), timezone.localdate()
    days = {"starts_on": today, "ends_on": today, "on": today}

    for wrong in (
        {"to_user": world.administrator},
        {"to_post": world.post_of(world.administrator).code},
    ):
        with pytest.raises(NotYours):
            handover(world.enforcement, by=admin, **wrong)
    with pytest.raises(NotYours):
        stand_in(world.duty_chief, stands_in=world.administrator, by=admin, **days)
    with pytest.raises(NotYours):  # he directs the work there, and would supervise it too
        stand_in(world.duty_chief, stands_in=world.duty_officer, by=viewer_for(world.duty_officer), **days)

    assert "handed_over" not in at.kinds()
    assert stand_in(world.duty_chief, stands_in=world.duty_officer, by=admin, **days) == 1
    assert stand_in(world.planning, stands_in=world.duty_officer, by=viewer_for(world.duty_officer), **days)


def test_nobody_gets_confidential_work_by_handing_it_over(world):
    at = at_b(world, "branch")
    at.act("claim", "enforcement")
    Case.objects.filter(pk=at.case.pk).update(confidentiality="confidential", touched_by=[ENFORCEMENT])
    giver = viewer_for(world.duty_officer)
    blind = replace(
        giver,
        posts=tuple(
            replace(post, powers=tuple({*post.powers, "dispatch"} - {"supervise"})) for post in giver.posts
        ),
    )

    done = handover(world.enforcement, to_user=world.duty_officer, by=blind)

    at.mine.refresh_from_db()
    assert (done.steps, done.kept, at.mine.claimed_by) == (0, 1, world.enforcement)
    assert handing_over.visible_work_of(viewer_for(world.enforcement), by=blind) == []
    assert handover(world.enforcement, to_post=DUTY, by=viewer_for(world.enforcement)).steps == 1
