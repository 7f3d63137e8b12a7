"""Acts on the whole case at a plain step, in a countersign, beside a branch, in a sub-process and in a rework loop.

Whatever was done to it, the case can be walked to its end afterwards, and nothing of it is left over.
"""

import pytest

from casework.models import Clock
from tests.services.acting import in_days, on_case, present
from tests.services.shapes import ENFORCEMENT, PLACES, at_b
from workflows.models import Step, Subscription, Timer

pytestmark = pytest.mark.django_db

ACTS = {
    "suspend, resume": (
        ("suspend", "enforcement", {"comment": "待计划", "until": 30}),
        ("resume", "enforcement", {}),
    ),
    "escalate": (("escalate", "enforcement", {"reason_code": "beyond", "comment": "需要资金"}),),
    "escalate, push down": (
        ("escalate", "enforcement", {"reason_code": "beyond", "comment": "需要资金"}),
        (
            "push-down",
            "district_dispatcher",
            {"reason_code": "can_be_done_below", "to_post": ENFORCEMENT, "comment": "镇街可办"},
        ),
    ),
    "extend, grant": (
        ("extend", "enforcement", {"comment": "材料未到", "until": 20}),
        ("grant", "district_dispatcher", {"comment": "同意"}),
    ),
    "supervise, split": (
        ("supervise", "duty_chief", {"reason_code": "key", "comment": "本周办结"}),
        ("split", "duty_officer", {"title": "违搭", "matter": "m", "comment": "另案"}),
    ),
}


def said_of(at, words):
    said = {**words, **({"until": in_days(words["until"])} if "until" in words else {})}
    return {**said, "step": at.mine.pk}


@pytest.fixture(params=PLACES)
def at(request, world):
    return at_b(world, request.param)


@pytest.mark.parametrize("acts", ACTS)
def test_the_case_goes_on_to_its_end_afterwards(at, acts):
    beside = at.open()

    for verb, who, words in ACTS[acts]:
        on_case(at.case, verb, getattr(at.world, who), **said_of(at, words))
    at.case = present(at.case)

    assert at.open() == beside
    at.ensure_sound()
    at.finish()


@pytest.mark.parametrize(("verb", "status"), [("force-close", "closed"), ("void", "void")])
def test_a_forced_end_leaves_nothing_open(at, verb, status):
    on_case(at.case, verb, at.world.duty_officer, comment="业主自行拆除")
    on_case(at.case, "grant", at.world.duty_chief)

    case = present(at.case)
    assert (case.status, case.run.status) == (status, "cancelled")
    for rows in (
        Step.objects.open().filter(run=case.run),
        Timer.objects.filter(run=case.run, fired_at=None),
        Subscription.objects.filter(run=case.run),
        Clock.objects.filter(case=case, stopped_at=None),
    ):
        assert not rows.exists()


def test_a_closed_case_walks_its_next_round_to_the_end(at):
    at.finish()

    on_case(at.case, "reopen", at.world.duty_chief, comment="又占道")
    at.case = present(at.case)

    assert at.open() == ["A"]
    at.finish()
    assert at.case.rounds.count() == 1
