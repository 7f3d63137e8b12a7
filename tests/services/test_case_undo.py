"""Undoing an act on a case within ten seconds: everything is as it was, and the journal tells of both."""

import pytest

from casework.errors import NothingToTakeBack
from casework.models import (
    CaseRelation,
    CaseRequest,
    Clock,
    Decision,
    Notice,
    Supervision,
    Suspension,
    Whistle,
)
from casework.queries.viewers import viewer_for
from casework.services.acts import DOING
from casework.services.taking_back import undo
from casework.verbs import CASE_VERBS
from tests.services.acting import at_handling, ensure_sound, in_days, kinds, on_case, opened, present, step
from workflows.models import Step

pytestmark = pytest.mark.django_db

MADE = (CaseRelation, CaseRequest, Notice, Supervision, Suspension, Whistle)
COMMUNITY_POST = "500101026001-committee/community_secretary"
UNDOABLE = {
    "escalate": ("planning", {"reason_code": "beyond", "comment": "需要资金"}),
    "push-down": (
        "planning",
        {"reason_code": "can_be_done_below", "to_post": COMMUNITY_POST, "comment": "社区可办"},
    ),
    "whistle": ("duty_officer", {"posts": ["500101000000-housing/reviewer"], "place": "三巷", "until": 2}),
    "suspend": ("planning", {"comment": "待计划", "until": 30}),
    "extend": ("planning", {"comment": "材料未到", "until": 20}),
    "supervise": ("duty_chief", {"reason_code": "key", "comment": "本周办结"}),
    "relate": ("duty_officer", {"cases": ["other"]}),
}


def how_it_stands(case):
    now_is = present(case)
    steps = Step.objects.open().filter(run=now_is.run).values_list("element", "candidates", "claimed_by")
    clocks = Clock.objects.filter(case=case).order_by("pk").values_list("due_at", "paused_at", "stopped_at")
    rows = {model.__name__: model.objects.count() for model in MADE}
    decided = Decision.objects.filter(case=case).count()
    return (now_is.status, now_is.handling_level, now_is.due_at, list(steps), list(clocks), rows, decided)


def acted(world, verb):
    """A claimed case, how it stood, and the verb done to it."""
    case, other = at_handling(world), None
    step(case, "handle", "claim", world.planning)
    name, words = UNDOABLE[verb]
    if verb == "relate":
        other = opened(world)
    said = {**words, **({"until": in_days(words["until"])} if "until" in words else {})}
    said |= {"cases": [other.number]} if other else {}
    before = how_it_stands(case)
    on_case(case, verb, getattr(world, name), **said)
    return case, before, getattr(world, name)


def test_the_table_of_verbs_says_which_can_be_undone():
    assert {key for key in DOING if CASE_VERBS[key].undoable} == set(UNDOABLE)


@pytest.mark.parametrize("verb", UNDOABLE)
def test_an_undone_act_leaves_the_case_as_it_was(world, verb):
    case, before, user = acted(world, verb)
    assert how_it_stands(case) != before

    undo(case.number, by=viewer_for(user))

    assert how_it_stands(case) == before
    assert kinds(case)[-2:] == [CASE_VERBS[verb].event, "undone"]
    ensure_sound(case)
    step(case, "handle", "complete", world.planning)
    assert present(case).status == "closed"


def test_what_lapsed_with_an_end_that_is_undone_waits_again(world):
    case = at_handling(world)
    on_case(case, "extend", world.planning, comment="材料未到", until=in_days(20))
    step(case, "handle", "complete", world.planning)
    assert CaseRequest.objects.get(case=case).state == "lapsed"

    undo(case.number, by=viewer_for(world.planning))

    assert CaseRequest.objects.get(case=case).state == "pending"
    ensure_sound(case)


@pytest.mark.parametrize("verb", ["suspend", "extend"])
def test_nobody_undoes_what_another_has_acted_on(world, verb):
    case, _before, user = acted(world, verb)
    on_case(case, "supervise", world.duty_chief, reason_code="key", comment="本周办结")
    stands = how_it_stands(case)

    with pytest.raises(NothingToTakeBack):
        undo(case.number, by=viewer_for(user))

    assert how_it_stands(case) == stands
