"""Each verb at a plain step, in a countersign, beside a parallel branch, in a sub-process and in a rework loop."""

import pytest

from casework.errors import NotValid, VerbNotAllowed, WaitsForOthers
from casework.models import Decision
from casework.queries.viewers import viewer_for
from casework.services.acts import undoing
from tests.services.shapes import BESIDE, ENFORCEMENT, PLACES, at_b
from workflows.models import Step, StepStatus

pytestmark = pytest.mark.django_db

SAFETY, POLICE = "500101026000-safety/safety", "500101026000-safety/police"
SIGNS = {"countersign": ["B", "B", "B"]}


def opened(place, *more):
    return sorted([*more, *BESIDE[place]])


@pytest.fixture(params=PLACES)
def at(request, world):
    found = at_b(world, request.param)
    found.place = request.param
    return found


# --- returned


def test_return_through_all_steps_cancels_what_came_out_of_the_step_and_nothing_else(at):
    at.act("return", "enforcement", comment="照片看不清", pins=["照片1"], to_element="A")

    assert at.open() == ["A"]  # C came out of A as well
    again = at.step("A")
    decision = again.opened_by.decisions.get()
    assert (decision.verb, decision.outcome, decision.pins) == ("return", "退回", ["照片1"])
    assert at.last("returned").data["to"] == "A"
    at.finish()


def test_what_is_mended_comes_straight_back_to_the_one_who_returned_it(at):
    at.act("return", "enforcement", comment="照片看不清", pins=["照片1"], to_element="A", straight_back=True)

    assert at.open() == opened(at.place, "A")
    mending = at.step("A")
    assert (mending.candidates, mending.opened_by.pk) == (["500101026000-economy/planning"], at.mine.pk)
    assert at.last("returned").data["straight_back"] is True
    at.ensure_sound()
    at.act("complete", "planning", step=mending, fields={"说明": "已补"})

    assert at.open() == opened(at.place, "B")
    again = at.again()
    assert (again.candidates, at.case.data["说明"]) == ([ENFORCEMENT], "已补")
    at.act("approve", "enforcement")
    at.finish()


@pytest.mark.parametrize("straight_back", [True, False])
def test_return_to_the_reporter(at, straight_back):
    at.act("return", "enforcement", comment="地点不清", to_element="reporter", straight_back=straight_back)

    mending = Step.objects.open().get(run=at.case.run_id, settings__errand="mend")
    assert (mending.name, mending.opened_by.pk) == ("补充上报", at.mine.pk)
    assert at.open() == (opened(at.place, "B") if straight_back else ["A", "A"])
    at.act("complete", "grid_worker", step=mending, fields={"地点": "三巷 12 号"})

    assert at.case.data["地点"] == "三巷 12 号"
    assert at.open() == (opened(at.place, "B") if straight_back else ["A"])
    at.finish()


REFUSED = [
    ({"to_element": "nowhere"}, "to_element"),
    ({"to_element": "B"}, "to_element"),
    ({"to_element": "e"}, "to_element"),
    ({"straight_back": True}, "to_element"),
]


def test_return_to_what_was_not_passed_is_refused_and_leaves_nothing(at):
    before = at.kinds()

    for said, field in REFUSED:
        with pytest.raises(NotValid) as refused:
            at.act("return", "enforcement", comment="重勘", **said)
        assert list(refused.value.fields) == [field], said

    assert (at.kinds(), Decision.objects.filter(verb="return").count()) == (before, 0)
    at.ensure_sound()


# --- taken back


UNDONE = [
    ("approve", {"comment": "同意", "fields": {"意见": "属实"}}),
    ("reject", {"comment": "不同意"}),
    ("return", {"comment": "重勘", "to_element": "A"}),
    ("return", {"comment": "重勘", "to_element": "A", "straight_back": True}),
    ("return", {"comment": "重勘", "to_element": "reporter"}),
    ("transfer", {"comment": "属公安", "to_post": POLICE}),
    ("delegate", {"comment": "请核", "to_post": POLICE}),
    ("add-sign", {"posts": [POLICE], "position": "before"}),
    ("add-sign", {"posts": [POLICE], "position": "beside"}),
    ("add-sign", {"posts": [POLICE], "position": "after"}),
    ("claim", {}),
]


def seen(at):
    """Everything that an act can change, as it stands."""
    steps = Step.objects.open().filter(run=at.case.run_id).order_by("pk")
    rows = list(steps.values_list("pk", "token", "candidates", "claimed_by", "is_held_up", "asked", "due_at"))
    clocks = sorted(at.case.clocks.filter(stopped_at=None).values_list("step", "due_at"))
    at.case.refresh_from_db()
    return rows, clocks, at.case.data, at.case.status, at.case.due_at, at.case.outcome


def test_undo_puts_everything_back_and_it_can_be_done_again(at):
    for verb, said in UNDONE:
        before = seen(at)
        at.act(verb, "enforcement", **said)
        assert seen(at) != before, verb

        at.case = undoing.undo(at.case.number, by=viewer_for(at.world.enforcement))

        assert seen(at) == before, verb
        assert at.last("undone").data["verb"] == verb
        assert not Decision.objects.filter(step=at.mine, verb=verb).exists()
        at.ensure_sound()
    at.act("approve", "enforcement")
    at.finish()


def test_withdraw_takes_an_approval_back_until_the_next_one_acts(at):
    at.act("approve", "enforcement", comment="同意")
    at.act("withdraw", "enforcement", comment="看错了")

    assert at.last("withdrawn").data["comment"] == "看错了"
    at.again()
    at.act("approve", "enforcement")
    at.finish()


# --- done by others


def test_delegate_gives_its_opinion_back_to_those_whose_step_it_is(at):
    at.act("delegate", "enforcement", comment="请实地核", to_post=POLICE)
    asked = at.step("B", post=POLICE)
    at.mine.refresh_from_db()
    assert (at.mine.is_held_up, at.mine.asked, asked.verbs) == (True, [POLICE], ("complete",))
    with pytest.raises(WaitsForOthers):
        at.act("approve", "enforcement")

    at.act("complete", "police", step=asked, comment="情况属实")

    at.mine.refresh_from_db()
    assert (at.mine.is_open, at.mine.is_held_up, at.mine.claimed_by) == (True, False, at.world.enforcement)
    assert asked.decisions.get().comment == "情况属实"
    at.act("approve", "enforcement")
    at.finish()


@pytest.mark.parametrize("position", ["before", "beside", "after"])
def test_added_signers_sign(at, position):
    at.act("add-sign", "enforcement", posts=[POLICE], position=position, comment="请会签")
    assert at.open() == (opened(at.place, "B") if position == "after" else opened(at.place, "B", "B"))
    at.mine.refresh_from_db()
    assert (at.mine.asked, at.mine.is_held_up) == ([POLICE], position == "before")
    at.ensure_sound()

    if position == "after":
        at.act("approve", "enforcement")
    signing = at.step("B", post=POLICE)
    at.act("approve", "police", step=signing, comment="同意")

    if position == "after":
        at.mine.refresh_from_db()
        assert at.mine.status == StepStatus.DONE
    at.finish()


@pytest.mark.parametrize("position", ["beside", "after"])
def test_what_a_signer_refuses_counts(at, position):
    at.act("add-sign", "enforcement", posts=[POLICE], position=position)
    at.act("approve", "enforcement")
    at.act("reject", "police", step=at.step("B", post=POLICE), comment="不同意")

    if at.place != "countersign":  # there each has a word of his own
        assert at.case.data["结论"] == "驳回"
    at.finish()


@pytest.mark.parametrize("position", ["before", "beside", "after"])
def test_signers_that_are_removed_are_not_waited_for(at, position):
    at.act("add-sign", "enforcement", posts=[POLICE, "500101026000-centre/duty_chief"], position=position)
    with pytest.raises(NotValid):
        at.act("remove-sign", "enforcement", posts=["500101026000-centre/commander"])

    at.act("remove-sign", "enforcement", posts=[POLICE], comment="不涉及")

    assert at.last("signers_removed").data["to"] == ["平安法治板块 公安(派出所)岗"]
    assert not Step.objects.open().filter(run=at.case.run_id, candidates__contains=[POLICE]).exists()
    at.finish()


def test_passed_on_and_reassigned_by_the_dispatcher(at):
    at.act("transfer", "enforcement", comment="属公安", to_post=POLICE)
    at.act("claim", "police")
    with pytest.raises(VerbNotAllowed):
        at.act("complete", "police")

    at.act("reassign", "duty_officer", comment="人已调离", to_post=POLICE)
    at.mine.refresh_from_db()
    assert (at.mine.claimed_by, at.mine.candidates) == (None, [POLICE])
    at.act("reassign", "duty_officer", comment="由执法办", to_post=ENFORCEMENT)

    assert at.kinds()[-2:] == ["reassigned", "reassigned"]
    at.finish()
