"""The verbs on a case as a whole: rest, more time, supervision, levels, whistles, and ends by two people."""

from datetime import timedelta

import pytest
from django.utils import timezone

from casework.errors import (
    AlreadyThere,
    CaseSuspended,
    NotFound,
    NotNow,
    NotValid,
    NotYours,
    ReasonMissing,
    Stale,
    VerbNotAllowed,
)
from casework.models import (
    CaseEvent,
    CaseRequest,
    Clock,
    Decision,
    Notice,
    Supervision,
    Suspension,
    WhistleCall,
)
from casework.queries.viewers import viewer_for
from casework.services.acts import DOING
from casework.services.acts.undoing import undo
from casework.services.clockwork import tick
from casework.services.progress import deliver_message
from casework.verbs import CASE_VERBS
from tests.diagrams import chain, publish, task
from tests.services.acting import (
    allowed,
    at_handling,
    ensure_sound,
    in_days,
    kinds,
    on_case,
    opened,
    present,
    step,
)
from workflows.models import Step, Timer

pytestmark = pytest.mark.django_db

HOUSING = "500101000000-housing/reviewer"
POLICE = "500101000000-police/reviewer"
COMMUNITY_POST = "500101026001-committee/community_secretary"

# What each verb says to succeed, by whom, and who is refused as a stranger to it.
GOOD = {
    "comment": ("planning", {"comment": "已联系居民"}, None),
    "cc": ("planning", {"posts": [HOUSING], "comment": "请知悉"}, "grid_worker"),
    "escalate": ("planning", {"reason_code": "beyond", "comment": "需要资金"}, "grid_worker"),
    "push-down": (
        "duty_officer",
        {"reason_code": "can_be_done_below", "to_post": COMMUNITY_POST, "comment": "社区可办"},
        "grid_worker",
    ),
    "whistle": (
        "duty_officer",
        {"posts": [HOUSING, POLICE], "place": "三巷 12 号", "until": 2, "comment": "联合踏勘"},
        "planning",
    ),
    "suspend": ("planning", {"comment": "待年度计划", "until": 30}, "grid_worker"),
    "extend": ("planning", {"comment": "材料未到", "until": 20}, "grid_worker"),
    "supervise": ("duty_chief", {"reason_code": "key", "comment": "本周办结"}, "duty_officer"),
    "split": ("duty_officer", {"title": "邻居违搭", "matter": "m", "comment": "另一件事"}, "grid_worker"),
    "force-close": ("duty_chief", {"comment": "业主自行拆除"}, "planning"),
    "void": ("duty_officer", {"comment": "误报"}, "planning"),
    "classify": ("duty_officer", {"fields": {"level": "larger", "urgency": "urgent"}}, "grid_worker"),
}


def said(words):
    return {**words, **({"until": in_days(words["until"])} if isinstance(words.get("until"), int) else {})}


@pytest.mark.parametrize("verb", GOOD)
def test_each_verb_is_one_line_of_its_own_and_leaves_the_case_sound(world, verb):
    case = at_handling(world)
    name, words, _stranger = GOOD[verb]
    lines = len(kinds(case))

    on_case(case, verb, getattr(world, name), **said(words))

    assert kinds(case)[lines:] == [CASE_VERBS[verb].event]
    ensure_sound(case)


@pytest.mark.parametrize("verb", [verb for verb, row in GOOD.items() if row[2]])
def test_each_verb_is_refused_to_whom_it_is_no_business_and_writes_nothing(world, verb):
    case = at_handling(world)
    _name, words, stranger = GOOD[verb]
    before = (kinds(case), present(case).version)

    with pytest.raises(NotYours):
        on_case(case, verb, getattr(world, stranger), **said(words))

    assert (kinds(case), present(case).version) == before
    assert verb not in allowed(case, getattr(world, stranger))


@pytest.mark.parametrize("verb", sorted(DOING))
def test_no_verb_is_there_for_who_may_not_see_the_case(world, verb):
    case = at_handling(world)

    with pytest.raises(NotFound):
        on_case(case, verb, world.sibling_duty_chief, comment="x")


@pytest.mark.parametrize(
    "verb", ["escalate", "suspend", "extend", "supervise", "force-close", "void", "split"]
)
def test_verbs_that_ask_why_are_refused_without(world, verb):
    case = at_handling(world)
    name, words, _stranger = GOOD[verb]

    with pytest.raises(ReasonMissing):
        on_case(case, verb, getattr(world, name), **{**said(words), "comment": "  "})


@pytest.mark.parametrize("verb", [*GOOD])
def test_an_older_state_is_refused(world, verb):
    case = at_handling(world)
    name, words, _stranger = GOOD[verb]

    with pytest.raises(Stale):
        on_case(case, verb, getattr(world, name), **{**said(words), "version": case.version - 1})


def test_what_is_shown_is_what_the_service_takes(world):
    case = at_handling(world)

    shown = {
        name: set(allowed(case, getattr(world, name))) for name in ("planning", "duty_chief", "grid_worker")
    }

    assert shown["planning"] == {
        "comment",
        "urge",
        "cc",
        "relate",
        "classify",
        "suspend",
        "split",
        "escalate",
        "push-down",
        "extend",
    }
    assert shown["duty_chief"] >= {"supervise", "whistle", "force-close", "void", "merge", "suspend"}
    assert shown["grid_worker"] == {"comment", "urge"}


# --- rest


def test_a_suspended_case_shows_its_steps_and_lets_nobody_act_on_them(world):
    case = at_handling(world)
    on_case(case, "suspend", world.planning, comment="待年度计划", until=in_days(30))

    with pytest.raises(CaseSuspended):
        step(case, "handle", "complete", world.planning)

    assert present(case).status == "suspended"
    assert Step.objects.open().filter(run=case.run).count() == 1
    with pytest.raises(VerbNotAllowed):
        on_case(case, "suspend", world.planning, comment="again", until=in_days(3))
    assert "escalate" not in allowed(case, world.planning)


def test_clocks_stand_while_a_case_rests_and_are_due_later_by_as_much(world):
    case = at_handling(world)
    due = Clock.objects.get(case=case, stopped_at=None).due_at

    on_case(case, "suspend", world.planning, comment="待年度计划", until=in_days(30))
    assert Clock.objects.get(case=case, stopped_at=None).paused_at is not None
    tick(at=due + timedelta(days=1))
    assert "overdue" not in kinds(case)
    on_case(case, "resume", world.planning)

    clock = Clock.objects.get(case=case, stopped_at=None)
    assert (clock.paused_at, clock.breached_at) == (None, None)
    assert clock.due_at >= due
    assert present(case).status == "open"
    step(case, "handle", "complete", world.planning)
    assert present(case).status == "closed"


def test_at_its_review_date_a_case_goes_on_and_those_concerned_are_told(world):
    case = at_handling(world)
    on_case(case, "suspend", world.planning, comment="待年度计划", until=in_days(30))

    tick(at=in_days(31))

    assert present(case).status == "open"
    assert kinds(case)[-1] == "resumed"
    told = Notice.objects.filter(case=case, kind="resumed")
    assert {(row.to_user_id, row.to_post) for row in told} == {
        (world.planning.pk, ""),
        (None, "500101026000-economy/planning"),
    }
    ensure_sound(case)


TIMED = (
    '<startEvent id="s"/>'
    + task("ask", level="town", post="planning")
    + '<boundaryEvent id="late" attachedToRef="ask"><timerEventDefinition><timeDuration>P10D</timeDuration>'
    + "</timerEventDefinition></boundaryEvent>"
    + '<boundaryEvent id="day" attachedToRef="ask" cancelActivity="false"><timerEventDefinition>'
    + "<timeDate>2099-01-01T00:00:00+08:00</timeDate></timerEventDefinition></boundaryEvent>"
    + task("chief", level="town", post="duty_chief")
    + '<endEvent id="e"/><endEvent id="e2"/><endEvent id="e3"/>'
    + chain("s", "ask", "e")
    + chain("late", "chief", "e2")
    + chain("day", "e3")
)


def test_timers_that_count_a_span_rest_with_the_case_and_dates_stay(world):
    publish("timed", TIMED, now=in_days(0))
    case = opened(world, matter="timed")
    before = dict(Timer.objects.filter(run=case.run, fired_at=None).values_list("element", "due_at"))
    on_case(case, "suspend", world.planning, comment="待年度计划", until=in_days(40))
    rested = present(case).suspensions.get()

    tick(at=in_days(12))
    assert Step.objects.open().get(run=case.run).element == "ask"
    tick(at=in_days(41))

    after = dict(Timer.objects.filter(run=case.run, fired_at=None).values_list("element", "due_at"))
    assert after["day"] == before["day"]
    rested.refresh_from_db()
    assert after["late"] - before["late"] == rested.ended_at - rested.at
    ensure_sound(case)


HEARS = (
    '<startEvent id="s"/><intermediateCatchEvent id="wait"><messageEventDefinition messageRef="m1"/>'
    "</intermediateCatchEvent>"
    + task("works", level="town", post="planning")
    + '<boundaryEvent id="late" attachedToRef="works"><timerEventDefinition><timeDuration>P10D</timeDuration>'
    + '</timerEventDefinition></boundaryEvent><endEvent id="e"/><endEvent id="e2"/>'
    + chain("s", "wait", "works", "e")
    + chain("late", "e2")
)


def rested_for(case, days):
    """As if the case, which rests, had begun to so many days ago."""
    since = timezone.now() - timedelta(days=days)
    Suspension.objects.filter(case=case).update(at=since)
    for clock in Clock.objects.running().filter(case=case):
        clock.paused_at, clock.pauses = since, [{"from": since.isoformat(), "why": ""}]
        clock.save(update_fields=["paused_at", "pauses"])


def test_a_timer_that_began_while_the_case_rested_is_put_off_by_its_own_rest_only(world):
    publish("hears", HEARS, heads='<message id="m1" name="列入年度计划"/>', now=in_days(0))
    case = opened(world, matter="hears")
    on_case(case, "suspend", world.duty_chief, comment="待年度计划", until=in_days(40))
    rested_for(case, 20)
    deliver_message("列入年度计划")
    set_at = Timer.objects.get(run=case.run, fired_at=None).due_at

    on_case(case, "resume", world.duty_chief)

    put_off = Timer.objects.get(run=case.run, fired_at=None).due_at - set_at
    assert timedelta() < put_off < timedelta(hours=1)
    ensure_sound(case)
    undo(
        case.number, by=viewer_for(world.duty_chief)
    )  # it rests again, and nobody knows since when the timer does
    on_case(case, "resume", world.duty_chief)
    assert Timer.objects.get(run=case.run, fired_at=None).due_at >= set_at
    ensure_sound(case)


def test_a_day_agreed_on_while_the_case_rests_is_not_moved_by_the_rest_before(world):
    case = at_handling(world)
    on_case(case, "extend", world.planning, comment="材料未到", until=in_days(30))
    on_case(case, "suspend", world.planning, comment="待计划", until=in_days(40))
    rested_for(case, 20)
    on_case(case, "grant", world.district_dispatcher)
    agreed = Clock.objects.get(case=case, stopped_at=None).due_at

    on_case(case, "resume", world.planning)

    clock = Clock.objects.get(case=case, stopped_at=None)
    # Free days at the agreed end may bring it forward to the end of work before them.
    assert agreed - timedelta(days=12) <= clock.due_at <= agreed + timedelta(minutes=5)
    assert [sorted(span) for span in clock.pauses] == [["from", "to", "why"]] * 2
    ensure_sound(case)


# --- more time


def test_more_time_is_given_by_the_level_above_and_the_clock_moves(world):
    case = at_handling(world)
    until = in_days(20)
    on_case(case, "extend", world.planning, comment="材料未到", until=until)
    request = CaseRequest.objects.get(case=case)
    assert request.posts == ["500101000000-centre/event_routing"]

    on_case(case, "grant", world.district_dispatcher, comment="同意延期")

    request.refresh_from_db()
    assert (request.state, request.ruled_by_id) == ("granted", world.district_dispatcher.pk)
    clock = Clock.objects.get(case=case, stopped_at=None)
    assert clock.due_at == until
    assert Step.objects.open().get(run=case.run).due_at == until
    assert present(case).due_at == until
    assert Notice.objects.filter(to_user=world.planning, kind="ruled").count() == 1


def test_one_request_at_a_time_for_each_clock_and_a_refused_one_may_be_followed(world):
    case = at_handling(world)
    due = Clock.objects.get(case=case, stopped_at=None).due_at
    on_case(case, "extend", world.planning, comment="材料未到", until=in_days(20))

    with pytest.raises(AlreadyThere):
        on_case(case, "extend", world.planning, comment="还是没到", until=in_days(25))
    with pytest.raises(ReasonMissing):
        on_case(case, "refuse", world.district_dispatcher)
    on_case(case, "refuse", world.district_dispatcher, comment="可先临时加固")

    assert Clock.objects.get(case=case, stopped_at=None).due_at == due
    on_case(case, "extend", world.planning, comment="已加固，材料仍未到", until=in_days(25))
    assert CaseRequest.objects.filter(case=case, state="pending").count() == 1


@pytest.mark.parametrize("verb", ["grant", "refuse"])
def test_nobody_rules_on_what_does_not_wait_for_him(world, verb):
    case = at_handling(world)
    with pytest.raises(VerbNotAllowed):
        on_case(case, verb, world.district_dispatcher, comment="x")
    on_case(case, "extend", world.planning, comment="材料未到", until=in_days(20))

    for user in (world.planning, world.duty_chief):
        with pytest.raises(NotYours):
            on_case(case, verb, user, comment="x")


def test_an_extension_into_the_past_or_before_the_due_time_is_refused(world):
    case = at_handling(world)

    for until in (in_days(-1), in_days(0) + timedelta(minutes=5), None):
        with pytest.raises(NotValid) as refused:
            on_case(case, "extend", world.planning, comment="x", until=until)
        assert "until" in refused.value.fields


# --- supervision


def test_a_supervision_is_shown_until_it_is_answered(world):
    case = at_handling(world)
    on_case(
        case, "supervise", world.leader, reason_code="leader", comment="请于周五前报结果", until=in_days(3)
    )
    row = Supervision.objects.get(case=case)
    assert row.posts == ["500101026000-economy/planning"]
    assert "reply" in allowed(case, world.planning)

    with pytest.raises(AlreadyThere):
        on_case(case, "supervise", world.duty_chief, reason_code="leader", comment="同上")
    on_case(case, "reply", world.planning, comment="已搭设围挡，周四进场")

    row.refresh_from_db()
    assert (row.reply, row.is_open) == ("已搭设围挡，周四进场", False)
    assert "reply" not in allowed(case, world.planning)
    assert Notice.objects.filter(to_user=world.leader, kind="replied").exists()


def test_a_supervision_without_a_reply_by_its_date_is_raised_once(world):
    case = at_handling(world)
    on_case(case, "supervise", world.leader, reason_code="leader", comment="报结果", until=in_days(3))

    tick(at=in_days(4))
    tick(at=in_days(5))

    assert kinds(case).count("supervision_raised") == 1
    assert Notice.objects.filter(to_user=world.leader, kind="raised").count() == 1
    ensure_sound(case)


# --- levels


def test_a_step_climbs_to_the_desk_of_the_level_above_with_a_reason_of_the_list(world):
    case = at_handling(world)
    step(case, "handle", "claim", world.planning)

    on_case(case, "escalate", world.planning, reason_code="beyond", comment="需要资金")

    row = Step.objects.open().get(run=case.run)
    assert (row.candidates, row.claimed_by) == (["500101000000-centre/event_routing"], None)
    assert present(case).handling_level == "district"
    decision = Decision.objects.get(step=row)
    assert (decision.verb, decision.outcome) == ("escalate", "district")
    told = CaseEvent.objects.get(case=case, kind="escalated").data
    assert (told["from"], told["to"], told["reason_code"]) == ("town", "district", "beyond")
    with pytest.raises(NotNow):
        on_case(case, "escalate", world.district_dispatcher, reason_code="beyond", comment="再上报")


def test_levels_are_left_out_only_for_danger_and_urgency(world):
    publish(
        "g",
        '<startEvent id="s"/>' + task("see", level="grid") + '<endEvent id="e"/>' + chain("s", "see", "e"),
        now=in_days(0),
    )
    plain, urgent = opened(world, matter="g"), opened(world, matter="g")

    on_case(plain, "escalate", world.grid_worker, reason_code="beyond", comment="处理不了")
    on_case(urgent, "escalate", world.grid_worker, reason_code="urgent", comment="墙要倒了")

    assert Step.objects.open().get(run=plain.run).candidates == [COMMUNITY_POST]
    assert Step.objects.open().get(run=urgent.run).candidates == ["500101026000-centre/duty_officer"]
    with pytest.raises(NotValid) as refused:
        on_case(plain, "escalate", world.community_secretary, reason_code="just so", comment="x")
    assert "reason_code" in refused.value.fields


def test_a_step_comes_down_to_a_post_of_a_lower_level_in_its_place(world):
    case = at_handling(world)

    on_case(
        case,
        "push-down",
        world.duty_officer,
        reason_code="can_be_done_below",
        to_post=COMMUNITY_POST,
        comment="社区可办",
    )

    assert Step.objects.open().get(run=case.run).candidates == [COMMUNITY_POST]
    assert present(case).handling_level == "community"
    for wrong in ("500101025001-committee/community_secretary", HOUSING, "nobody"):
        with pytest.raises(NotValid) as refused:
            on_case(
                case,
                "push-down",
                world.duty_officer,
                reason_code="can_be_done_below",
                to_post=wrong,
                comment="x",
            )
        assert "to_post" in refused.value.fields


PARALLEL = (
    '<startEvent id="s"/><parallelGateway id="fork"/><parallelGateway id="join"/>'
    + task("a", level="town", post="planning")
    + task("b", level="town", post="enforcement")
    + '<endEvent id="e"/>'
    + chain("s", "fork", "a", "join", "e")
    + chain("fork", "b", "join")
)


def test_of_several_branches_the_one_meant_climbs_and_the_other_stays(world):
    publish("par", PARALLEL, now=in_days(0))
    case = opened(world, matter="par")

    with pytest.raises(NotValid) as refused:
        on_case(case, "escalate", world.duty_officer, reason_code="beyond", comment="x")
    assert "step" in refused.value.fields
    on_case(case, "escalate", world.planning, reason_code="beyond", comment="需要资金")

    posts = dict(Step.objects.open().filter(run=case.run).values_list("element", "candidates"))
    assert posts == {"a": ["500101000000-centre/event_routing"], "b": ["500101026000-safety/enforcement"]}
    step(case, "a", "complete", world.district_dispatcher)
    step(case, "b", "complete", world.enforcement)
    assert present(case).status == "closed"


# --- whistles


def test_departments_that_are_called_see_the_case_answer_and_are_rated(world):
    case = at_handling(world)
    on_case(
        case,
        "whistle",
        world.duty_officer,
        posts=[HOUSING, POLICE],
        place="三巷 12 号",
        until=in_days(2),
        comment="联合踏勘",
    )

    on_case(case, "answer", world.housing_reviewer, comment="派 2 人到场")
    with pytest.raises(NotYours):
        on_case(case, "rate", world.housing_reviewer, rating=5)
    with pytest.raises(NotYours):
        on_case(case, "answer", world.housing_reviewer)
    with pytest.raises(AlreadyThere):
        on_case(case, "whistle", world.duty_officer, posts=[POLICE], place="同上", until=in_days(3))
    on_case(case, "rate", world.duty_officer, rating=5, comment="到场及时")

    call = WhistleCall.objects.get(whistle__case=case, unit__key="housing")
    assert (call.answer, call.rating.stars, call.rating.kind) == ("派 2 人到场", 5, "help")
    with pytest.raises(VerbNotAllowed):
        on_case(case, "rate", world.duty_officer, rating=1, comment="again")


@pytest.mark.parametrize(
    ("what", "words", "field"),
    [
        ("a sub-district's own post", {"posts": ["500101026000-economy/planning"]}, "posts"),
        ("no post", {"posts": []}, "posts"),
        ("nowhere", {"place": " "}, "place"),
        ("yesterday", {"until": in_days(-1)}, "until"),
    ],
)
def test_a_whistle_calls_departments_to_a_place_and_a_time_to_come(world, what, words, field):
    case = at_handling(world)
    good = {"posts": [HOUSING], "place": "三巷 12 号", "until": in_days(2)}

    with pytest.raises(NotValid) as refused:
        on_case(case, "whistle", world.duty_officer, **{**good, **words})

    assert field in refused.value.fields


# --- copies and words


def test_a_copy_shows_the_case_and_a_mention_only_reaches_who_sees_it(world):
    case = at_handling(world)

    with pytest.raises(NotValid) as refused:
        on_case(case, "comment", world.planning, comment="请看", people=[world.housing_reviewer.pk])
    assert "people" in refused.value.fields
    on_case(case, "cc", world.planning, posts=[HOUSING], comment="请知悉")
    on_case(
        case, "comment", world.planning, comment="请看", people=[world.housing_reviewer.pk, world.planning.pk]
    )

    assert list(Notice.objects.filter(case=case).values_list("kind", "to_post", "to_user")) == [
        ("copy", HOUSING, None),
        ("mention", "", world.housing_reviewer.pk),
    ]
    with pytest.raises(AlreadyThere):
        on_case(case, "cc", world.planning, posts=[HOUSING])
