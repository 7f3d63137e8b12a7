"""What joins cases and what ends them: merging, splitting, relating, forced ends by two people, reopening, ratings."""

import pytest

from casework.errors import (
    AlreadyThere,
    NotFound,
    NotNow,
    NotValid,
    NotYours,
    ReasonMissing,
    VerbNotAllowed,
    VerbNotNow,
)
from casework.models import (
    Attachment,
    Case,
    CaseEvent,
    CaseRelation,
    CaseRequest,
    Clock,
    Party,
    RetentionRule,
    Round,
    Supervision,
    Suspension,
)
from casework.queries.viewers import viewer_for
from grid.models import Photo
from tests.diagrams import publish
from tests.services.acting import (
    HANDLED,
    allowed,
    at_handling,
    ensure_sound,
    handled_matter,
    in_days,
    kinds,
    on_case,
    opened,
    present,
    step,
)
from tests.world import SIBLING_GRID
from workflows.errors import MoveRefused
from workflows.models import Step

pytestmark = pytest.mark.django_db


def closed(world, **more):
    case = at_handling(world, **more)
    step(case, "handle", "complete", world.planning)
    return present(case)


# --- joining


def test_a_duplicate_closes_with_a_link_and_brings_its_photos_and_reporter(world):
    main = at_handling(world)
    double = opened(world, by="community_secretary", title="三巷墙体裂了")
    photo = Photo.objects.create(
        sha256="a" * 64, owner=world.grid_head, file="x.jpg", width=1, height=1, bytes=1
    )
    Attachment.objects.create(case=double, photo=photo, added_at=double.opened_at, added_by=world.grid_head)

    on_case(double, "merge", world.duty_officer, case=main.number, comment="同一处")

    double = present(double)
    assert (double.status, double.outcome, double.run.status) == ("closed", "并案", "cancelled")
    assert CaseRelation.objects.get(other=double).main_id == main.pk
    assert main.attachments.get().photo_id == photo.pk
    assert main.attachments.get().label == f"并案 {double.number}"
    party = Party.objects.get(case=main)
    assert (party.role, party.user_id) == ("reporter", world.community_secretary.pk)
    assert kinds(main)[-1] == "merged_in"
    assert kinds(double)[-2:] == ["merged", "closed"]
    for case in (main, double):
        ensure_sound(case)
    assert "reopen" not in allowed(double, world.duty_chief)


@pytest.mark.parametrize(
    ("what", "error"),
    [("itself", NotValid), ("nothing", NotValid), ("a closed case", NotNow), ("another town's", NotFound)],
)
def test_a_case_is_merged_only_into_an_open_one_that_one_may_direct(world, what, error):
    handled_matter()
    double = opened(world)
    other = opened(world, by="sibling_grid_worker", area=SIBLING_GRID)
    into = {"itself": double.number, "nothing": "2026-0101-99999", "another town's": other.number}
    if what == "a closed case":
        main = opened(world)
        on_case(main, "void", world.duty_officer, comment="误报")
        on_case(main, "grant", world.duty_chief)
        into[what] = main.number
    lines = kinds(double)

    with pytest.raises(error):
        on_case(double, "merge", world.duty_officer, case=into[what])

    assert kinds(double) == lines
    assert present(double).is_open


def test_a_part_becomes_a_case_of_its_own_matter_that_says_where_it_comes_from(world):
    case = at_handling(world)
    publish("sheds", HANDLED, now=in_days(0))

    on_case(case, "split", world.duty_officer, title="违搭", matter="sheds", comment="与裂缝无关")

    part = Case.objects.get(relations_back__main=case, relations_back__kind="part")
    assert (part.title, part.matter.key, part.area_code) == ("违搭", "sheds", case.area_code)
    assert part.data["主案编号"] == case.number
    with pytest.raises(AlreadyThere):
        on_case(case, "split", world.duty_officer, title="违搭", matter="sheds", comment="又一次")
    ensure_sound(part)


def test_related_cases_are_related_once_whichever_says_so(world):
    one, two = at_handling(world), opened(world)

    on_case(one, "relate", world.duty_officer, cases=[two.number])

    with pytest.raises(AlreadyThere):
        on_case(two, "relate", world.duty_officer, cases=[one.number])
    with pytest.raises(NotValid):
        on_case(one, "relate", world.duty_officer, cases=[one.number])
    assert CaseRelation.objects.filter(kind="related").count() == 1


# --- two people


@pytest.mark.parametrize(
    ("verb", "status", "outcome", "line"),
    [("force-close", "closed", "强制结案", "force_closed"), ("void", "void", "作废", "voided")],
)
def test_a_forced_end_takes_two_people(world, verb, status, outcome, line):
    case = at_handling(world)
    on_case(case, "supervise", world.leader, reason_code="key", comment="报结果")

    on_case(case, verb, world.duty_chief, comment="业主自行拆除")
    assert present(case).is_open
    with pytest.raises(VerbNotAllowed):
        on_case(case, verb, world.commander, comment="再来一次")
    with pytest.raises(NotYours):
        on_case(case, "grant", world.duty_chief)
    with pytest.raises(NotYours):
        on_case(case, "grant", world.planning)
    request = CaseRequest.objects.get(case=case)
    ruler = world.commander if "commander" in "".join(request.posts) else world.district_dispatcher
    on_case(case, "grant", ruler, comment="属实")

    case = present(case)
    assert (case.status, case.outcome, case.run.status) == (status, outcome, "cancelled")
    assert kinds(case)[-2:] == ["request_granted", line]
    assert not Step.objects.open().filter(run=case.run).exists()
    assert not Clock.objects.filter(case=case, stopped_at=None).exists()
    assert Supervision.objects.get(case=case).ended_at is not None
    ensure_sound(case)


def test_a_forced_close_has_an_outcome_of_the_matter(world):
    case = at_handling(world)

    with pytest.raises(NotValid) as refused:
        on_case(case, "force-close", world.duty_officer, comment="已拆", outcome="随便")
    assert "已解决" in refused.value.fields["outcome"][0]
    on_case(case, "force-close", world.duty_officer, comment="已拆", outcome="已解决")
    on_case(case, "grant", world.duty_chief)

    assert present(case).outcome == "已解决"


def test_what_still_waits_at_a_case_lapses_with_its_close(world):
    case = at_handling(world)
    on_case(case, "extend", world.planning, comment="材料未到", until=in_days(20))
    on_case(case, "suspend", world.planning, comment="等", until=in_days(9))
    on_case(case, "void", world.duty_officer, comment="误报")
    request = CaseRequest.objects.get(case=case, kind="void")

    on_case(case, "grant", world.duty_chief, item=request.pk)

    assert CaseRequest.objects.get(case=case, kind="extend").state == "lapsed"
    assert Suspension.objects.get(case=case).ended_at is not None


@pytest.mark.parametrize(("matter_rule", "years"), [(None, 5), (10, 10)])
def test_how_long_a_case_is_kept_is_computed_at_its_close(world, matter_rule, years):
    RetentionRule.objects.update_or_create(matter="", defaults={"years": 5})
    if matter_rule:
        RetentionRule.objects.create(matter="m", years=matter_rule)

    case = closed(world)

    assert case.keep_until.year == case.closed_at.year + years


# --- again


def test_a_closed_case_begins_a_new_round_and_keeps_the_old_one(world):
    case = closed(world)
    old = case.run_id

    on_case(case, "reopen", world.duty_chief, comment="又裂了")

    case = present(case)
    assert (case.status, case.outcome, case.closed_at, case.keep_until) == ("open", "", None, None)
    assert case.run_id != old
    past = Round.objects.get(case=case)
    assert (past.number, past.run_id, past.outcome, past.reason) == (1, old, "已解决", "又裂了")
    assert [one.element for one in Step.objects.open().filter(run=case.run)] == ["accept"]
    step(case, "accept", "complete", world.duty_officer)
    step(case, "handle", "complete", world.planning)
    assert present(case).status == "closed"
    ensure_sound(case)


def test_a_new_round_begins_at_the_step_that_is_named(world):
    case = closed(world)

    with pytest.raises(MoveRefused):
        on_case(case, "reopen", world.duty_chief, comment="又裂了", to_element="nowhere")
    assert present(case).status == "closed"
    on_case(case, "reopen", world.duty_chief, comment="又裂了", to_element="handle")

    assert [one.element for one in Step.objects.open().filter(run=present(case).run)] == ["handle"]


@pytest.mark.parametrize(("name", "error"), [("planning", NotYours), ("grid_worker", NotYours)])
def test_only_who_supervises_reopens(world, name, error):
    with pytest.raises(error):
        on_case(closed(world), "reopen", getattr(world, name), comment="x")


def test_an_open_case_cannot_be_reopened(world):
    with pytest.raises(VerbNotAllowed):
        on_case(at_handling(world), "reopen", world.duty_chief, comment="x")


# --- ratings


def test_solved_is_said_once_in_each_round(world):
    case = closed(world)

    on_case(case, "rate", world.grid_worker, rating=4)

    assert (case.ratings.get().is_solved, present(case).status) == (True, "closed")
    with pytest.raises(VerbNotAllowed):
        on_case(case, "rate", world.grid_worker, rating=1, is_solved=False, comment="其实没有")
    with pytest.raises(NotYours):
        on_case(case, "rate", world.planning, rating=5)


@pytest.mark.parametrize(
    ("words", "error", "field"),
    [
        ({}, NotValid, "rating"),
        ({"rating": 6}, NotValid, "rating"),
        ({"rating": 2}, NotValid, "is_solved"),
        ({"rating": 1, "is_solved": False}, ReasonMissing, "comment"),
    ],
)
def test_a_bad_rating_says_why(world, words, error, field):
    case = closed(world)

    with pytest.raises(error) as refused:
        on_case(case, "rate", world.grid_worker, **words)

    assert field in refused.value.fields


def test_not_solved_goes_back_to_the_handling_and_the_second_time_to_those_above(world):
    case = closed(world)

    on_case(case, "rate", world.grid_worker, rating=1, is_solved=False, comment="裂缝还在")

    case = present(case)
    assert case.status == "open"
    assert [one.element for one in Step.objects.open().filter(run=case.run)] == ["handle"]
    assert CaseEvent.objects.get(case=case, kind="rated").data["round"] == 2
    step(case, "handle", "complete", world.planning)
    on_case(case, "rate", world.grid_worker, rating=1, is_solved=False, comment="还是在")
    assert present(case).status == "closed"
    request = CaseRequest.objects.get(case=case)
    assert (request.kind, request.posts) == ("reopen", ["500101026000-centre/duty_chief"])
    on_case(case, "grant", world.duty_chief, comment="重办")
    assert present(case).status == "open"
    assert list(case.ratings.values_list("round", "is_solved")) == [(1, False), (2, False)]
    ensure_sound(case)


def test_who_asked_for_another_round_needs_no_ruling_once_there_is_one(world):
    case = closed(world)
    on_case(case, "rate", world.grid_worker, rating=1, is_solved=False, comment="裂缝还在")
    step(case, "handle", "complete", world.planning)
    on_case(case, "rate", world.grid_worker, rating=1, is_solved=False, comment="还是在")

    on_case(case, "reopen", world.duty_chief, comment="重办")

    assert CaseRequest.objects.get(case=case).state == "lapsed"
    with pytest.raises(VerbNotNow):
        on_case(case, "grant", world.duty_chief)


def test_a_diagram_that_lost_the_step_begins_again_at_its_start(world):
    case = closed(world)
    publish(
        "m",
        HANDLED.replace('"handle"', '"works"').replace("accept_handle", "x").replace("handle_e", "y"),
        now=in_days(0),
    )

    on_case(case, "rate", world.grid_worker, rating=1, is_solved=False, comment="裂缝还在")

    assert [one.element for one in Step.objects.open().filter(run=present(case).run)] == ["accept"]
    assert Round.objects.filter(case=case).count() == 1
    ensure_sound(case)


def test_the_merged_reporter_still_sees_his_own_case_only(world):
    main = at_handling(world)
    double = opened(world, by="far_grid_worker", area="500101026002001")
    on_case(double, "merge", world.duty_officer, case=main.number)

    seen = Case.objects.visible_to(viewer_for(world.far_grid_worker)).values_list("number", flat=True)

    assert list(seen) == [double.number]
