"""Undoing an act on a case within ten seconds: everything is as it was, and the journal tells of both."""

import pytest
from django.utils import timezone

from casework.errors import NothingToTakeBack
from casework.models import (
    Attachment,
    Case,
    CaseRelation,
    CaseRequest,
    Clock,
    Decision,
    Follow,
    Notice,
    Outbox,
    Party,
    Rating,
    Round,
    Supervision,
    Suspension,
    Whistle,
    WhistleCall,
)
from casework.queries.viewers import viewer_for
from casework.services import clockwork
from casework.services.acts import DOING
from casework.services.acts.undoing import undo
from casework.services.taking_back import UNDO
from casework.verbs import CASE_VERBS
from grid.models import Photo
from tests.services.acting import at_handling, ensure_sound, in_days, kinds, on_case, opened, present, step
from tests.services.shapes import PLACES, at_b
from workflows.models import Run, Step, Timer

pytestmark = pytest.mark.django_db

MADE = (
    Attachment, CaseRelation, CaseRequest, Follow, Notice, Outbox, Party, Rating, Round, Run, Supervision, Suspension,
    Whistle, WhistleCall,
)  # fmt: skip
COMMUNITY_POST = "500101026001-committee/community_secretary"
HOUSING = "500101000000-housing/reviewer"
WHISTLE = ("whistle", "duty_officer", {"posts": [HOUSING], "place": "三巷", "until": 2})
KEY_MATTER = ("supervise", "duty_chief", {"reason_code": "key", "comment": "本周办结"})
#: What comes before, and the act that is undone: who does what with which words.
UNDOABLE = {
    "escalate": [("escalate", "planning", {"reason_code": "beyond", "comment": "需要资金"})],
    "push-down": [
        (
            "push-down",
            "planning",
            {"reason_code": "can_be_done_below", "to_post": COMMUNITY_POST, "comment": "社区可办"},
        )
    ],
    "whistle": [WHISTLE],
    "answer": [WHISTLE, ("answer", "housing_reviewer", {"comment": "准时到"})],
    "suspend": [("suspend", "planning", {"comment": "待计划", "until": 30})],
    "resume": [
        ("suspend", "planning", {"comment": "待计划", "until": 30}),
        ("resume", "planning", {}),
    ],
    "extend": [("extend", "planning", {"comment": "材料未到", "until": 20})],
    "grant": [
        ("extend", "planning", {"comment": "材料未到", "until": 20}),
        ("grant", "district_dispatcher", {"comment": "同意"}),
    ],
    "refuse": [
        ("extend", "planning", {"comment": "材料未到", "until": 20}),
        ("refuse", "district_dispatcher", {"comment": "理由不足"}),
    ],
    "supervise": [KEY_MATTER],
    "reply": [KEY_MATTER, ("reply", "planning", {"comment": "已进场"})],
    "relate": [("relate", "duty_officer", {"cases": ["other"]})],
    "classify": [("classify", "duty_officer", {"fields": {"level": "major", "urgency": "urgent"}})],
    "cc": [("cc", "duty_officer", {"posts": [HOUSING], "comment": "请知悉"})],
    "merge": [("merge", "duty_officer", {"case": "other", "comment": "同一处"})],
    "split": [("split", "duty_officer", {"title": "违搭", "matter": "m", "comment": "另案"})],
    "force-close": [("force-close", "duty_officer", {"comment": "业主自行拆除"})],
    "grant a forced close": [
        ("force-close", "duty_officer", {"comment": "业主自行拆除"}),
        ("grant", "duty_chief", {}),
    ],
    "void": [("void", "duty_officer", {"comment": "误报"})],
    "grant voiding": [("void", "duty_officer", {"comment": "误报"}), ("grant", "duty_chief", {})],
    "reopen": ["close", ("reopen", "duty_chief", {"comment": "又开裂"})],
    "reopen at a step": ["close", ("reopen", "duty_chief", {"comment": "又开裂", "to_element": "handle"})],
    "rate": ["close", ("rate", "grid_worker", {"rating": 5})],
    "rate as not solved": [
        "close",
        ("rate", "grid_worker", {"rating": 1, "is_solved": False, "comment": "还在裂"}),
    ],
    "rate a department": [
        WHISTLE,
        ("answer", "housing_reviewer", {"comment": "准时到"}),
        ("rate", "duty_officer", {"rating": 4}),
    ],
}
NEVER_UNDONE = {"comment", "urge", "undo"}  # words that were said; the way back itself


def how_it_stands(case, other=None):
    """All that an act on a case may change, but for the journal."""
    now_is = present(case)
    steps = Step.objects.open().filter(run=now_is.run)
    clocks = Clock.objects.filter(case=case).order_by("pk")
    rows = {model.__name__: model.objects.count() for model in MADE}
    names = (
        "status",
        "outcome",
        "closed_at",
        "keep_until",
        "handling_level",
        "due_at",
        "run_id",
        "data",
        "level",
    )
    return {
        **{name: getattr(now_is, name) for name in names},
        "steps": list(steps.values_list("element", "candidates", "claimed_by", "due_at")),
        "timers": list(Timer.objects.filter(run=now_is.run, fired_at=None).values_list("token", "due_at")),
        "clocks": list(clocks.values_list("due_at", "paused_at", "pauses", "stopped_at", "extensions")),
        "rows": rows,
        "asked": list(CaseRequest.objects.order_by("pk").values_list("state", flat=True)),
        "answered": list(WhistleCall.objects.values_list("answer", "answered_at")),
        "replied": list(Supervision.objects.values_list("reply", "replied_at")),
        "decided": Decision.objects.filter(case=case).count(),
        "seen by": sorted(present(other).touched_by) if other else None,
    }


def acted(world, scene):
    """A claimed case, how it stood, the scene's last act done to it, by whom, and the other case."""
    case = at_handling(world)
    other = opened(world, by="community_secretary", title="三巷又一处")
    photo = Photo.objects.create(
        sha256="a" * 64, owner=world.grid_worker, file="x.jpg", width=1, height=1, bytes=1
    )
    Attachment.objects.create(case=case, photo=photo, added_at=case.opened_at, added_by=world.grid_worker)
    step(case, "handle", "claim", world.planning)
    *earlier, (verb, name, words) = UNDOABLE[scene]
    for one in earlier:
        if one == "close":
            step(case, "handle", "complete", world.planning)
        else:
            on_case(case, one[0], getattr(world, one[1]), **said(one[2], other))
    before = how_it_stands(case, other)
    on_case(case, verb, getattr(world, name), **said(words, other))
    return case, before, getattr(world, name), other


def said(words, other):
    found = {**words, **({"until": in_days(words["until"])} if "until" in words else {})}
    found |= {"cases": [other.number]} if "cases" in words else {}
    return found | ({"case": other.number} if "case" in words else {})


def test_the_table_of_verbs_says_which_can_be_undone():
    undoable = {key for key in DOING if CASE_VERBS[key].undoable}
    assert undoable == {"begin", *(acts[-1][0] for acts in UNDOABLE.values())}  # test_adhoc begins
    assert set(DOING) - undoable == NEVER_UNDONE


@pytest.mark.parametrize("scene", UNDOABLE)
def test_an_undone_act_leaves_the_case_as_it_was(world, scene):
    case, before, user, other = acted(world, scene)
    assert how_it_stands(case, other) != before
    verb = UNDOABLE[scene][-1][0]
    parts = Case.objects.exclude(pk__in=[case.pk, other.pk])
    opened_runs = parts.count()

    undo(case.number, by=viewer_for(user))

    stands = how_it_stands(case, other)
    stands["rows"]["Run"] -= opened_runs  # what was split off stays on record, void
    assert stands == before
    lines = kinds(case)
    assert CASE_VERBS[verb].event in lines
    assert lines[-1] == "undone"
    assert {part.status for part in parts} <= {"void"}
    for one in (case, other, *parts):
        ensure_sound(one)
    if present(case).status == "open":
        step(case, "handle", "complete", world.planning)
        assert present(case).status == "closed"


SHAPED = {
    "merge": ("duty_officer", {"case": "other"}),
    "split": ("duty_officer", {"title": "违搭", "matter": "m", "comment": "另案"}),
    "force-close": ("duty_officer", {"comment": "业主自行拆除"}),
    "void": ("duty_officer", {"comment": "误报"}),
    "reopen": ("duty_chief", {"comment": "又占道"}),
    "rate": ("grid_worker", {"rating": 1, "is_solved": False, "comment": "还在"}),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("verb", SHAPED)
def test_ends_and_new_rounds_are_undone_wherever_the_case_stands(world, place, verb):
    at, (who, words) = at_b(world, place), SHAPED[verb]
    other = opened(world, by="community_secretary", title="三巷又一处")
    is_after_the_end = verb in ("reopen", "rate")
    if is_after_the_end:
        at.finish()
    elif verb in ("force-close", "void"):
        on_case(at.case, verb, getattr(world, who), **words)
        verb, who, words = "grant", "duty_chief", {}
    before, stood = how_it_stands(at.case, other), at.open()
    on_case(at.case, verb, getattr(world, who), **said(words, other))
    runs = Case.objects.exclude(pk__in=[at.case.pk, other.pk]).count()

    at.case = undo(at.case.number, by=viewer_for(getattr(world, who)))

    stands = how_it_stands(at.case, other)
    stands["rows"]["Run"] -= runs
    assert stands == before
    assert at.open() == stood
    if not is_after_the_end:
        at.finish()


def test_what_lapsed_with_an_end_that_is_undone_waits_again(world):
    case = at_handling(world)
    on_case(case, "extend", world.planning, comment="材料未到", until=in_days(20))
    step(case, "handle", "complete", world.planning)
    assert CaseRequest.objects.get(case=case).state == "lapsed"

    undo(case.number, by=viewer_for(world.planning))

    assert CaseRequest.objects.get(case=case).state == "pending"
    ensure_sound(case)


def test_a_forced_end_of_a_resting_case_is_undone_into_its_rest(world):
    case = at_handling(world)
    on_case(case, "suspend", world.planning, comment="待计划", until=in_days(30))
    on_case(case, "void", world.duty_officer, comment="误报")
    before = how_it_stands(case)
    on_case(case, "grant", world.duty_chief)

    undo(case.number, by=viewer_for(world.duty_chief))

    assert how_it_stands(case) == before
    assert Suspension.objects.get(case=case).ended_at is None


@pytest.mark.parametrize(
    "scene", ["suspend", "extend", "merge", "split", "force-close", "rate as not solved"]
)
def test_nobody_undoes_what_another_has_acted_on(world, scene):
    case, _before, user, other = acted(world, scene)
    part = Case.objects.exclude(pk__in=[case.pk, other.pk]).first()
    touched = {"merge": other, "split": part}.get(scene, case)
    on_case(touched, "supervise", world.duty_chief, reason_code="key", comment="本周办结")
    stands = how_it_stands(case, other)

    with pytest.raises(NothingToTakeBack):
        undo(case.number, by=viewer_for(user))

    assert how_it_stands(case, other) == stands


def test_only_who_did_it_undoes_it(world):
    case, *_rest = acted(world, "merge")
    stands = how_it_stands(case)

    with pytest.raises(NothingToTakeBack):
        undo(case.number, by=viewer_for(world.duty_chief))

    assert how_it_stands(case) == stands


def test_nobody_is_told_outside_of_what_was_undone(world):
    """Followers are told by a parcel that leaves when it can't be undone any more."""
    case = at_handling(world)
    on_case(case, "suspend", world.planning, comment="待计划", until=in_days(30), held=True)
    undo(case.number, by=viewer_for(world.planning))

    clockwork.tick_until_quiet(at=timezone.now() + 2 * UNDO)

    assert not Notice.objects.filter(case=case, kind="progress").exists()
