"""A case from its report to its close, as people act on it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from casework.errors import (
    ClaimedByOther,
    KeyReused,
    NotFound,
    NotValid,
    ReasonMissing,
    SignForFirst,
    Stale,
    StepTaken,
    VerbNotAllowed,
)
from casework.models import Case, CaseEvent, Decision
from casework.queries.viewers import viewer_for
from casework.services import approvals, intake
from casework.services.approvals import Said
from casework.services.intake import NewCase, NewReport
from casework.services.journal import breaks
from casework.services.locks import database_now
from casework.services.progress import rebuild_differences
from grid.errors import PlaceMissing
from grid.models import Report
from tests.diagrams import ONE_STEP, chain, flow, publish, task
from tests.world import GRID
from workflows.models import Step

pytestmark = pytest.mark.django_db

REVIEW = (
    '<startEvent id="s"/>'
    + task("plan", level="town", post="planning")
    + task("review", level="district", unit="housing", post="reviewer", verbs="approve return", limit="5wd")
    + '<exclusiveGateway id="g" default="g_e"/><endEvent id="e"/>'
    + chain("s", "plan", "review", "g")
    + flow("g", "e")
    + flow("g", "plan", "结论 == '退回'")
)


@pytest.fixture
def now():
    return timezone.now()


def opened(world, *, matter="m", by="grid_worker", **data):
    new = NewCase(matter=matter, area=GRID, title="三巷 12 号院墙体开裂", data=data)
    return intake.open_case(new, by=viewer_for(getattr(world, by)))


def step_of(case, element):
    return Step.objects.open().get(run=case.run, element=element)


def act(step, verb, user, **said):
    return approvals.act(step.pk, verb, by=viewer_for(user), said=Said(**said))


def kinds(case):
    return list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))


def test_case_walks_to_its_close_and_leaves_an_unbroken_journal(world, now):
    publish("m", ONE_STEP, now=now)
    case = opened(world)

    step = step_of(case, "survey")
    act(step, "claim", world.planning)
    case = act(step, "complete", world.planning, fields={"裂缝": 3.5})

    assert (case.status, case.outcome) == ("closed", "办结")
    assert case.data["裂缝"] == 3.5
    assert kinds(case) == ["reported", "opened", "claimed", "completed", "closed"]
    assert list(breaks()) == []
    assert rebuild_differences(case, now=database_now()) == []


def test_returned_case_goes_back_with_its_reason_and_pins(world, now):
    publish("m", REVIEW, now=now)
    case = opened(world)
    act(step_of(case, "plan"), "complete", world.planning)
    review = step_of(case, "review")

    act(review, "return", world.housing_reviewer, comment="裂缝宽度看不清", pins=["照片2"])

    again = step_of(case, "plan")
    decision = again.opened_by.decisions.get()
    assert (decision.verb, decision.comment, decision.pins) == ("return", "裂缝宽度看不清", ["照片2"])
    act(again, "complete", world.planning)
    case = act(step_of(case, "review"), "approve", world.housing_reviewer)
    assert case.status == "closed"


def test_district_step_is_due_in_working_days_and_has_a_clock(world, now):
    publish("m", REVIEW, now=now)
    case = opened(world)
    act(step_of(case, "plan"), "complete", world.planning)

    review = step_of(case, "review")

    assert review.candidates == ["500101000000-housing/reviewer"]
    assert review.clock.rule == "5wd"
    assert review.due_at - review.opened_at > timedelta(days=4)
    case.refresh_from_db()
    assert case.due_at == review.due_at


REFUSALS = [
    ("a stranger does not see the case", "sibling_planning", "complete", {}, NotFound),
    ("a verb the diagram does not allow", "planning", "approve", {}, VerbNotAllowed),
    ("an unknown verb", "planning", "explode", {}, NotFound),
    ("a return without a reason", "planning", "return", {}, ReasonMissing),
    ("an old state", "planning", "complete", {"version": 1}, Stale),
    ("pass on to nobody", "planning", "transfer", {"comment": "不属本岗"}, NotValid),
    ("another case's number", "planning", "complete", {"fields": {"案件编号": "2026-0101-00001"}}, NotValid),
]


@pytest.mark.parametrize(("case", "who", "verb", "said", "error"), REFUSALS, ids=[r[0] for r in REFUSALS])
def test_refusal_changes_nothing(case, who, verb, said, error, world, now):
    publish("m", ONE_STEP, now=now)
    row = opened(world)
    before = kinds(row)

    with pytest.raises(error):
        act(step_of(row, "survey"), verb, getattr(world, who), **said)

    assert kinds(row) == before
    assert step_of(row, "survey").claimed_by is None
    assert Decision.objects.count() == 0


def test_second_claimer_is_told_who_has_it(world, now):
    publish("m", ONE_STEP.replace('cw:post="planning"', 'cw:post="duty_officer"'), now=now)
    case = opened(world)
    step = step_of(case, "survey")
    Step.objects.filter(pk=step.pk).update(
        candidates=["500101026000-centre/duty_officer", "500101026000-centre/duty_chief"]
    )
    act(step, "claim", world.duty_officer)

    with pytest.raises(ClaimedByOther, match="李敏"):
        act(step, "complete", world.duty_chief)

    act(step, "release", world.duty_officer)
    assert act(step, "complete", world.duty_chief).status == "closed"


def test_completed_step_cannot_be_completed_again(world, now):
    publish("m", REVIEW, now=now)
    case = opened(world)
    step = step_of(case, "plan")
    act(step, "complete", world.planning)

    with pytest.raises(StepTaken):
        act(step, "complete", world.planning)

    assert kinds(case).count("completed") == 1


def test_step_that_wants_a_signature_is_signed_first(world, now):
    publish("m", ONE_STEP.replace('cw:level="town"', 'cw:signFor="true" cw:level="town"'), now=now)
    step = step_of(opened(world), "survey")

    with pytest.raises(SignForFirst):
        act(step, "complete", world.planning)

    act(step, "claim", world.planning)
    assert act(step, "complete", world.planning).status == "closed"


def test_passing_on_moves_the_step_to_another_post(world, now):
    publish("m", ONE_STEP, now=now)
    case = opened(world)
    step = step_of(case, "survey")
    to = "500101026000-safety/enforcement"

    act(step, "transfer", world.planning, comment="违法搭建，属执法", to_post=to)

    step.refresh_from_db()
    assert step.candidates == [to]
    assert act(step, "complete", world.enforcement).status == "closed"
    assert kinds(case) == ["reported", "opened", "transferred", "completed", "closed"]


def test_step_for_a_vacant_post_climbs_to_the_duty_desk_and_says_so(world, now):
    publish("m", ONE_STEP.replace("planning", "unheard_of"), now=now)
    case = opened(world)

    assert step_of(case, "survey").candidates == ["500101026000-centre/duty_officer"]
    said = CaseEvent.objects.get(case=case, kind="opened").data["steps"][0]
    assert said["vacant"] == "unheard_of"


def test_report_sent_five_times_is_one_case(world, now):
    publish("m", ONE_STEP, now=now)
    report = NewReport(token=uuid4(), matter="m", summary="垃圾成堆", area=GRID)
    by = viewer_for(world.grid_worker)

    numbers = {intake.submit_report(report, by=by).number for _ in range(5)}

    assert len(numbers) == 1
    assert (Case.objects.count(), Report.objects.count()) == (1, 1)


def test_same_key_with_another_body_is_refused(world, now):
    publish("m", ONE_STEP, now=now)
    token, by = uuid4(), viewer_for(world.grid_worker)
    intake.submit_report(NewReport(token=token, matter="m", summary="垃圾成堆", area=GRID), by=by)

    with pytest.raises(KeyReused):
        intake.submit_report(NewReport(token=token, matter="m", summary="路灯不亮", area=GRID), by=by)

    assert Case.objects.count() == 1


def test_report_without_a_place_leaves_nothing_and_frees_its_key(world, now):
    publish("m", ONE_STEP, now=now)
    token, by = uuid4(), viewer_for(world.grid_worker)

    with pytest.raises(PlaceMissing):
        intake.submit_report(NewReport(token=token, matter="m", summary="垃圾成堆"), by=by)

    assert (Case.objects.count(), Report.objects.count(), CaseEvent.objects.count()) == (0, 0, 0)
    mended = NewReport(token=token, matter="m", summary="垃圾成堆", area=GRID)
    assert intake.submit_report(mended, by=by).title == "垃圾成堆"


def test_step_that_only_wants_a_signature_ends_with_it(world, now):
    publish("m", ONE_STEP.replace('cw:level="town"', 'cw:signFor="only" cw:level="town"'), now=now)
    case = opened(world)

    case = act(step_of(case, "survey"), "claim", world.planning)

    assert (case.status, case.data["结论"]) == ("closed", "签收")
    assert kinds(case) == ["reported", "opened", "claimed", "closed"]


LONG = (
    '<startEvent id="s"/>'
    + task("survey", level="town", post="planning")
    + '<parallelGateway id="fork"/><parallelGateway id="join"/>'
    + task("a", level="town", post="planning", verbs="complete return")
    + task("b", level="town", post="enforcement")
    + task("after", level="town", post="duty_officer", verbs="complete return")
    + '<endEvent id="e"/>'
    + chain("s", "survey", "fork", "a", "join", "after", "e")
    + chain("fork", "b", "join")
)


def test_return_to_a_named_step_cancels_what_came_out_of_it(world, now):
    publish("m", LONG, now=now)
    case = opened(world)
    act(step_of(case, "survey"), "complete", world.planning)
    act(step_of(case, "a"), "complete", world.planning)
    act(step_of(case, "b"), "complete", world.enforcement)

    act(step_of(case, "after"), "return", world.duty_officer, comment="重勘", to_element="survey")

    assert list(Step.objects.open().filter(run=case.run).values_list("element", flat=True)) == ["survey"]
    assert step_of(case, "survey").opened_by.decisions.get().comment == "重勘"
    for element, who in (("survey", "planning"), ("a", "planning"), ("b", "enforcement")):
        act(step_of(case, element), "complete", getattr(world, who))
    case = act(step_of(case, "after"), "complete", world.duty_officer)
    assert case.status == "closed"
    assert list(breaks()) == []


def test_return_inside_a_parallel_branch_takes_the_other_branch_along_only_if_it_came_from_there(world, now):
    publish("m", LONG, now=now)
    case = opened(world)
    act(step_of(case, "survey"), "complete", world.planning)

    act(step_of(case, "a"), "return", world.planning, comment="现场情况有变", to_element="survey")

    assert list(Step.objects.open().filter(run=case.run).values_list("element", flat=True)) == ["survey"]
    cancelled = Step.objects.get(run=case.run, element="b")
    assert cancelled.status == "cancelled"


@pytest.mark.parametrize("to", ["after", "nowhere", "join"])
def test_return_to_what_is_no_earlier_step_is_refused(to, world, now):
    publish("m", LONG, now=now)
    case = opened(world)
    act(step_of(case, "survey"), "complete", world.planning)

    with pytest.raises(NotValid):
        act(step_of(case, "a"), "return", world.planning, comment="重勘", to_element=to)

    assert "returned" not in kinds(case)
    assert "incident" not in kinds(case)  # the process is well, only the choice was wrong


def test_whatever_is_written_into_a_drawing_does_not_stop_the_case(world, now):
    long = "请逐户核对" * 60
    late = f'<boundaryEvent id="late" name="{long}" attachedToRef="b"><timerEventDefinition><timeDuration>P1D</timeDuration>'
    publish(
        "m",
        '<startEvent id="s"/>'
        + task("a", level="town", post="planning")
        + task("b", name=long, level="town", post="planning")
        + late
        + '</timerEventDefinition></boundaryEvent><endEvent id="e"/>'
        + chain("s", "a", "b", "e")
        + chain("late", "e"),
        now=now,
    )
    case = opened(world)

    act(step_of(case, "a"), "complete", world.planning)

    assert step_of(case, "b").name == long[:200]


def test_nobody_opens_a_case_under_the_number_or_name_of_another(world, now):
    publish("m", ONE_STEP, now=now)

    case = opened(world, 案件编号="2020-0101-00001", 片区="500101025001", 上报人="袁军", 标题="自己起的标题")

    assert (case.data["案件编号"], case.data["片区"], case.data["上报人"]) == (case.number, GRID, "陈秀兰")
    assert case.data["标题"] == "自己起的标题"
