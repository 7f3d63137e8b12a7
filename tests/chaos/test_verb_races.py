"""Two clerks act on the same step at once, with each verb: one wins, the other is told, nothing is doubled or lost."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from casework.errors import TooLateToUndo
from casework.models import Case, Decision, Outbox, Snapshot
from casework.queries.viewers import viewer_for
from casework.services import approvals, clockwork, taking_back
from casework.services.acts import undoing
from casework.services.approvals import Said
from grid.models import Appointment
from tests.chaos.test_races import at_once, ensure_sound
from tests.diagrams import chain, task
from tests.services.shapes import END, ENFORCEMENT, START, at_b
from workflows.models import Step

pytestmark = pytest.mark.chaos

POLICE, SAFETY = "500101026000-safety/police", "500101026000-safety/safety"
LOST = {"step_not_open", "claimed_by_other", "waits_for_others", "not_yours", "not_valid"}

#: What each verb says, and how often it may succeed when two do it at once.
VERBS = [
    ("claim", {}, 1),
    ("approve", {"comment": "同意"}, 1),
    ("reject", {"comment": "不同意"}, 1),
    ("return", {"comment": "重勘", "to_element": "A"}, 1),
    ("return", {"comment": "重勘", "to_element": "A", "straight_back": True}, 1),
    ("return", {"comment": "重勘", "to_element": "reporter"}, 1),
    ("transfer", {"comment": "属公安", "to_post": POLICE}, 1),
    ("delegate", {"to_post": POLICE}, 1),
    ("add-sign", {"posts": [POLICE], "position": "before"}, 1),
    ("add-sign", {"posts": [POLICE], "position": "beside"}, 1),
    ("add-sign", {"posts": [POLICE], "position": "after"}, 1),
]


@pytest.fixture
def two(world):
    """赵海涛 and somebody else on the same post."""
    Appointment.objects.create(
        post=world.posts[ENFORCEMENT], user=world.stranger, kind="concurrent", starts_on="2020-01-01"
    )
    return world.enforcement, world.stranger


def doing(step, user, verb, said):
    viewer = viewer_for(user)
    return lambda: approvals.act(step.pk, verb, by=viewer, said=Said(**said)) and "won"


@pytest.mark.parametrize("place", ["plain", "countersign", "branch"])
def test_of_two_who_do_the_same_one_wins(place, world, two):
    for verb, said, wins in VERBS:
        at = at_b(world, place)
        answers = Counter(at_once(*[doing(at.mine, user, verb, said) for user in two]))

        assert answers["won"] == wins, (verb, answers)
        assert set(answers) - {"won"} <= LOST, (verb, answers)
        assert Decision.objects.filter(step=at.mine, verb=verb).count() == (verb != "claim"), verb
        ensure_sound(at.case)


PAIRS = [
    (("approve", {}), ("return", {"comment": "重勘", "to_element": "A"})),
    (("approve", {}), ("reassign", {"comment": "改派", "to_post": POLICE})),
    (("transfer", {"comment": "属公安", "to_post": POLICE}), ("delegate", {"to_post": SAFETY})),
    (("add-sign", {"posts": [POLICE], "position": "before"}), ("approve", {})),
    (("claim", {}), ("reassign", {"comment": "改派", "to_post": POLICE})),
    (("urge", {}), ("urge", {})),
]


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{a[0]} against {b[0]}" for a, b in PAIRS])
def test_two_different_acts_at_once_leave_one_story(pair, world, two):
    (first, said), (second, other) = pair
    people = {"reassign": world.duty_officer, "urge": world.grid_worker}
    for _ in range(3):
        at = at_b(world, "plain")
        answers = at_once(
            doing(at.mine, people.get(first, two[0]), first, said),
            doing(at.mine, people.get(second, two[1]), second, other),
        )

        assert "won" in answers
        assert set(answers) - {"won"} <= LOST, answers
        ensure_sound(at.case)
        if first == "urge":
            assert at.kinds().count("urged") == 1


def test_undo_against_the_next_one_has_one_winner(world):
    for _ in range(4):
        at = at_b(world, "branch")
        at.act("approve", "enforcement")
        other = at.step("C")
        answers = at_once(
            lambda number=at.case.number: undoing.undo(number, by=viewer_for(world.enforcement)) and "undone",
            doing(other, world.mediation, "complete", {}),
        )

        case = Case.objects.get(pk=at.case.pk)
        is_open = Step.objects.get(pk=at.mine.pk).is_open
        assert answers[1] == "won"  # the other branch goes on either way
        assert answers[0] == ("undone" if is_open else "nothing_to_take_back")
        ensure_sound(case)


WITH_MACHINE = (
    START
    + task("A", level="town", post="planning")
    + task("B", level="town", post="enforcement", verbs="approve")
    + '<serviceTask id="m" name="统计" cw:operation="count_breaches"/>'
    + END
    + chain("s", "A", "B", "m", "e")
)


def test_undo_against_the_machine_has_one_winner(world):
    for _ in range(4):
        at = at_b(world, "plain", body=WITH_MACHINE)
        at.act("approve", "enforcement")
        answers = at_once(
            lambda number=at.case.number: undoing.undo(number, by=viewer_for(world.enforcement)) and "undone",
            clockwork.tick,
        )

        clockwork.tick_until_quiet()
        case = Case.objects.get(pk=at.case.pk)
        assert case.status == ("open" if answers[0] == "undone" else "closed")
        assert answers[0] in ("undone", "nothing_to_take_back")
        assert Outbox.objects.filter(case=case).count() == (answers[0] != "undone")
        ensure_sound(case)


def test_what_a_page_did_leaves_only_when_it_can_no_longer_be_undone(world):
    at = at_b(world, "plain", body=WITH_MACHINE)
    at.act("approve", "enforcement", held=True)

    clockwork.tick()
    assert Step.objects.open().get(run=at.case.run_id).element == "m"
    undoing.undo(at.case.number, by=viewer_for(world.enforcement))
    assert not Outbox.objects.filter(case=at.case).exists()

    at.act("approve", "enforcement", held=True)
    clockwork.tick_until_quiet(at=timezone.now() + taking_back.UNDO + timedelta(seconds=1))
    at.case.refresh_from_db()
    assert at.case.status == "closed"
    ensure_sound(at.case)


def test_undo_is_over_after_ten_seconds_and_withdrawing_is_not(world):
    at = at_b(world, "plain")
    at.act("claim", "enforcement")
    at.act("transfer", "enforcement", comment="属公安", to_post=POLICE)
    Snapshot.objects.update(at=F("at") - timedelta(seconds=11))

    with pytest.raises(TooLateToUndo):
        undoing.undo(at.case.number, by=viewer_for(world.enforcement))
    at.act("withdraw", "enforcement")

    assert at.again().claimed_by == world.enforcement
