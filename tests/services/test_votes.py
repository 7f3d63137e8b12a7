"""Votes on real cases: the live tally, opinions side by side, who is missing, and rows that agree with the state."""

import pytest
from django.utils import timezone, translation

from casework.queries.viewers import viewer_for
from casework.queries.votes import _seat, votes_of
from casework.services.locks import database_now
from casework.services.progress import rebuild_differences
from tests.diagrams import chain, flow, publish, task
from tests.services.test_signers import FINANCE, HOUSING, URBAN, moved
from tests.services.test_walk import act, opened
from workflows.models import Step

pytestmark = pytest.mark.django_db

FORM = {
    "key": "sign",
    "title": {"zh": "会签", "en": "Countersign"},
    "fields": [
        {
            "name": "审查意见",
            "type": "long_text",
            "label": {"zh": "审查意见", "en": "Opinion"},
            "required": True,
        }
    ],
}


def several(vote, *, more="", sequential="false"):
    """A draft that several departments sign; a refusal leads back to the draft."""
    return (
        '<startEvent id="s"/>'
        + task("draft", level="town", post="planning")
        + f'<userTask id="sign" name="会签" cw:level="district" cw:unit="=部门" cw:post="reviewer" cw:form="sign" '
        f'cw:verbs="approve reject return" cw:vote="{vote}" cw:outcome="会签" cw:own="审查意见" {more}>'
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}">'
        '<loopDataInputRef>会签部门</loopDataInputRef><inputDataItem name="部门"/>'
        "</multiInstanceLoopCharacteristics></userTask>"
        + task("after", level="town", post="planning")
        + '<exclusiveGateway id="g" default="g_after"/><endEvent id="e"/>'
        + chain("s", "draft", "sign", "g", "after", "e")
        + flow("g", "draft", "会签 == '驳回'")
    )


@pytest.fixture
def start(world):
    def started(vote="all", **more):
        publish("m", several(vote, **more), forms={"sign": FORM}, now=timezone.now())
        case = opened(world, 会签部门=[HOUSING, URBAN, FINANCE])
        act(step(case, "draft"), "complete", world.planning)
        return case

    return started


def step(case, element, unit=None):
    held = Step.objects.open().filter(run=case.run, element=element)
    return held.get(instance__部门=unit) if unit else held.get()


def sign(case, world, unit, verb="approve", opinion="同意", **said):
    person = {HOUSING: world.housing_reviewer, URBAN: world.urban_reviewer, FINANCE: world.finance_reviewer}[
        unit
    ]
    case = act(step(case, "sign", unit), verb, person, fields={"审查意见": opinion}, **said)
    assert rebuild_differences(case, now=database_now()) == []
    return case


def vote(case, user):
    case.refresh_from_db()
    (found,) = votes_of(viewer_for(user), case)
    return found


def test_the_tally_says_how_many_and_who_is_missing(start, world):
    case = sign(start(), world, URBAN)

    with translation.override("zh-hans"):
        assert vote(case, world.duty_chief).summary == "1/3 已会签，差 区住房城乡建委、区财政局"
    sign(case, world, HOUSING)
    case = sign(case, world, FINANCE)
    done = vote(case, world.duty_chief)
    with translation.override("zh-hans"):
        assert done.summary == "已通过：同意 3、反对 0、弃权 0"
    assert (done.is_carried, done.missing, step(case, "after").is_open) == (True, (), True)


def test_opinions_stand_side_by_side_and_nobody_finds_anothers_in_his_form(start, world):
    case = start()
    sign(case, world, URBAN, opinion="占道部分要先拆除，联系 13812345678")

    found = vote(case, world.finance_reviewer)
    (given,) = found.given
    assert (given.who, given.said, given.by) == ("区城市管理局", "同意", "冯涛")
    assert [(told.label, told.text) for told in given.answers] == [
        (
            "Opinion" if translation.get_language() == "en" else "审查意见",
            "占道部分要先拆除，联系 138****5678",
        )
    ]
    assert {opinion.who for opinion in found.missing} == {"区住房城乡建委", "区财政局"}
    assert "审查意见" not in case.data
    assert step(case, "sign", FINANCE).instance["审查意见"] is None


def test_a_refusal_spares_the_others_and_the_next_round_starts_clean(start, world):
    case = sign(start(), world, HOUSING)
    case = sign(case, world, URBAN, "reject", comment="消防通道不够")

    first = vote(case, world.duty_chief)
    assert (first.result, [o.who for o in first.spared]) == ("驳回", ["区财政局"])
    assert [o.comment for o in first.given] == ["", "消防通道不够"]

    act(step(case, "draft"), "complete", world.planning)
    second = vote(case, world.duty_chief)
    assert (second.given, len(second.missing), second.result) == ((), 3, "")


def test_signers_come_and_go(start, world):
    case = sign(start(), world, HOUSING)
    moved(case, "remove_instance")
    moved(case, "add_instance", item="police")

    found = vote(case, world.duty_chief)
    assert sorted(o.who for o in found.missing) == ["区公安分局", "区财政局"]
    assert found.tally["总数"] == 3
    act(step(case, "sign", "police"), "approve", world.police_reviewer, fields={"审查意见": "无"})
    case = sign(case, world, FINANCE)
    assert vote(case, world.duty_chief).spared == ()
    assert step(case, "after").is_open


def test_a_signer_beside_has_a_seat_and_one_before_has_none(start, world):
    case = start()
    fire, police = "500101000000-planning/reviewer", "500101000000-police/reviewer"
    act(step(case, "sign", URBAN), "add-sign", world.urban_reviewer, posts=[police], position="beside")
    assert vote(case, world.duty_chief).tally["总数"] == 4

    act(step(case, "sign", HOUSING), "add-sign", world.housing_reviewer, posts=[fire], position="before")
    found = vote(case, world.duty_chief)
    assert (found.tally["总数"], len(found.missing)) == (4, 4)
    errand = Step.objects.open().get(run=case.run, candidates=[fire])
    act(errand, "approve", world.planning_bureau_reviewer)
    assert (vote(case, world.duty_chief).given, len(vote(case, world.duty_chief).missing)) == ((), 4)
    case = sign(case, world, HOUSING)
    assert vote(case, world.duty_chief).tally["同意"] == 1


def test_a_vote_that_is_sent_back_is_forgotten(start, world):
    case = sign(start("ratio:2/3"), world, HOUSING)
    moved(case, "send_back", to="draft", outcome="退回")

    assert Step.objects.open().get(run=case.run).element == "draft"
    case.refresh_from_db()
    act(step(case, "draft"), "complete", world.planning)
    assert vote(case, world.duty_chief).tally["未表态"] == 3


def test_a_signer_may_return_it_to_an_earlier_step(start, world):
    case = sign(start("ratio:2/3"), world, HOUSING)
    act(step(case, "sign", URBAN), "return", world.urban_reviewer, comment="材料不全", to_element="draft")
    assert Step.objects.open().get(run=case.run).element == "draft"

    act(step(case, "draft"), "complete", world.planning)
    assert vote(case, world.duty_chief).tally["未表态"] == 3


def test_a_vote_can_be_withdrawn(start, world):
    case = sign(start(), world, HOUSING)
    done = Step.objects.get(run=case.run, instance__部门=HOUSING)
    act(done, "withdraw", world.housing_reviewer)

    found = vote(case, world.duty_chief)
    assert (found.tally["同意"], found.tally["未表态"], len(found.missing)) == (0, 3, 3)
    assert rebuild_differences(case, now=database_now()) == []
    sign(case, world, HOUSING, "reject", comment="再想了想")
    assert vote(case, world.duty_chief).result == "驳回"


def test_a_sequence_counts_those_whose_turn_is_to_come(start, world):
    case = sign(start("ratio:2/3", sequential="true"), world, HOUSING)

    found = vote(case, world.duty_chief)
    assert (len(found.given), len(found.missing), found.to_come) == (1, 1, 1)
    case = sign(case, world, URBAN)
    assert step(case, "after").is_open  # the third can change nothing


def test_a_reporter_does_not_read_the_departments_opinions(start, world):
    case = sign(start(), world, HOUSING)
    stranger = viewer_for(world.stranger)

    assert votes_of(stranger, case) == ()
    case.reporter_id = stranger.user_id
    assert votes_of(stranger, case) == ()


def test_a_household_that_votes_is_not_told_by_name_or_number():
    assert _seat(Step(settings={}, instance={"户": {"门牌": "1-2，13800005678"}})) == "1-2，138****5678"
    assert _seat(Step(settings={}, instance={"户": {"户主": "陈大宇", "门牌": "1-2"}})) == "陈*宇"
