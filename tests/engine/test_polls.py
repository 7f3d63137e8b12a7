"""Votes in a running process: the rest is cancelled once it is fixed, and the tally can be read all the way."""

import pytest

from tests.engine.driver import begun
from tests.engine.test_migration import migrated
from workflows import engine

SIGN = (
    "start s; user V each=会签部门 item=部门 cw:vote={vote} cw:outcome=会签 {more}; user Y; user N; xor g; "
    "s > V > g; g > Y if \"会签 == '同意'\"; g > N else"
)
FIVE = {"会签部门": ["housing", "finance", "urban", "police", "culture"]}


def vote(policy, more="", **data):
    return begun(SIGN.format(vote=policy, more=more), data=data or FIVE)


def cast(walk, *said):
    for each in said:
        walk.complete("V", 会签=each)
    return walk


def tally(walk):
    return {name: walk.data["会签票数"][name] for name in ("总数", "同意", "反对", "弃权", "未表态")}


def test_a_countersign_waits_for_all_and_the_tally_is_live():
    walk = vote("all")
    assert tally(walk) == {"总数": 5, "同意": 0, "反对": 0, "弃权": 0, "未表态": 5}

    cast(walk, "同意", "同意", "同意")
    assert walk.open == ["V", "V"]
    assert tally(walk) == {"总数": 5, "同意": 3, "反对": 0, "弃权": 0, "未表态": 2}
    assert (walk.data["会签"], walk.data["会签票数"]["结论"], walk.data["会签票数"]["截止结论"]) == (
        "",
        "",
        "驳回",
    )
    assert cast(walk, "同意", "同意").open == ["Y"]
    assert walk.data["会签"] == "同意"


@pytest.mark.parametrize(
    ("policy", "said", "end", "asked"),
    [
        ("all", ["同意", "驳回"], "N", 2),
        ("any", ["驳回", "弃权", "同意"], "Y", 3),
        ("ratio:3/5", ["同意", "同意", "同意"], "Y", 3),
        ("ratio:3/5", ["驳回", "弃权", "退回"], "N", 3),
        ("veto", ["同意", "同意", "同意", "同意", "驳回"], "N", 5),
    ],
)
@pytest.mark.parametrize("order", ["", "sequential"])
def test_once_it_is_fixed_nobody_else_is_asked(policy, said, end, asked, order):
    walk = cast(vote(policy, order), *said[:-1])
    assert set(walk.open) == {"V"}

    assert cast(walk, said[-1]).open == [end]
    assert walk.data["会签票数"]["未表态"] == 5 - asked


def test_a_round_under_way_goes_on_by_the_rule_that_a_new_version_lets_an_expression_choose():
    walk = cast(vote("all", **FIVE, 规则="ratio:3/5"), "同意", "同意")

    migrated(walk, SIGN.format(vote='"=规则"', more=""))

    assert cast(walk, "同意").open == ["Y"]


def test_only_those_named_can_veto():
    walk = cast(vote("veto", 'cw:vetoers="police culture"'), "驳回", "同意", "同意")
    assert set(walk.open) == {"V"}  # housing was against, the police have not spoken
    assert cast(walk, "同意", "同意").open == ["Y"]

    assert cast(vote("veto", 'cw:vetoers="police"'), "同意", "同意", "同意", "驳回").open == ["N"]
    assert cast(vote("veto", "cw:vetoers=\"=部门 == 'housing'\""), "驳回").open == ["N"]


def test_votes_are_weighed():
    shares = [{"户": "甲", "份额": 60.5}, {"户": "乙", "份额": 30}, {"户": "丙", "份额": 0.25}]
    walk = cast(vote("weighted:2/3", "cw:weight=部门.份额", 会签部门=shares), "同意")

    assert walk.open == ["Y"]
    assert walk.data["会签票数"]["总数权重"] == 90.75


BUILDINGS = {
    "会签部门": [{"栋": "1栋", "户数": 24, "面积": 2010.5}, {"栋": "2栋", "户数": 18, "面积": 1589.5}]
}
RESIDENTS = (
    'cw:heads=部门.户数 cw:weight=部门.面积 "cw:ballots=[同意户数, 同意面积, 反对户数, 反对面积]" '
    '"cw:own=同意户数 同意面积 反对户数 反对面积"'
)


def test_residents_vote_building_by_building_and_each_finds_an_empty_form():
    walk = vote("residents", RESIDENTS, **BUILDINGS)
    walk.complete("V", 同意户数=15, 同意面积=1300, 反对户数=3, 反对面积=200)

    (step,) = walk.run().steps()
    assert step.instance["同意户数"] is None
    assert "同意户数" not in walk.data
    assert (walk.data["会签票数"]["参与"], walk.data["会签票数"]["参与权重"]) == (18, 1500)
    assert walk.complete("V", 同意户数=9, 同意面积=700, 反对户数=1, 反对面积=200).open == ["Y"]


def test_more_ballots_than_people_are_refused():
    walk = vote("residents", RESIDENTS, **BUILDINGS)

    with pytest.raises(engine.BadValue, match="more ballots"):
        walk.complete("V", 同意户数=25, 同意面积=1300, 反对户数=0, 反对面积=0)


@pytest.mark.parametrize("said", [None, "也许", 7, ["同意"]])
def test_what_is_no_vote_is_refused(said):
    with pytest.raises(engine.BadValue, match="a vote is"):
        vote("all").complete("V", 会签=said)


def test_a_choice_of_the_form_can_be_the_vote():
    walk = vote("ratio:2/3", "cw:ballot=表决意见", 会签部门=["甲", "乙", "丙"])
    for said in ("赞成", "弃权", "赞成"):
        walk.complete("V", 表决意见=said, 会签="办理")

    assert walk.open == ["Y"]


def test_a_signer_who_comes_later_counts_and_one_who_goes_does_not():
    walk = cast(vote("all"), "同意", "同意", "同意", "同意")
    walk.move("add_instance", walk.token("V"), "health")
    assert tally(walk) == {"总数": 6, "同意": 4, "反对": 0, "弃权": 0, "未表态": 2}

    walk.move("remove_instance", walk.token("V"))
    assert tally(walk)["总数"] == 5
    assert cast(walk, "同意").open == ["Y"]


def test_a_signer_who_goes_may_be_the_one_that_was_missing():
    walk = cast(vote("ratio:2/3", 会签部门=["甲", "乙", "丙"]), "同意")
    assert walk.open == ["V", "V"]

    walk.move("remove_instance", walk.token("V"))
    assert walk.open == ["V"]
    walk.move("remove_instance", walk.token("V"))
    assert walk.open == ["Y"]


@pytest.mark.parametrize("place", ["last", "next", "before"])
def test_a_sequence_with_an_added_signer_asks_everybody_once(place):
    walk = vote("all", "sequential", 会签部门=["甲", "乙"])
    walk.move("add_instance", walk.token("V"), "丙", place=place)

    asked = []
    while walk.open == ["V"]:
        asked.append(walk.run().steps()[0].instance["部门"])
        assert tally(walk)["总数"] == 3
        cast(walk, "同意")
    assert sorted(asked) == ["丙", "乙", "甲"]
    assert walk.open == ["Y"]


def test_a_second_round_begins_with_nothing_said():
    walk = begun(
        "start s; user A; user V each=会签部门 item=部门 cw:vote=all cw:outcome=会签; user Y; xor g; s > A > V > g; "
        "g > A if \"会签 == '驳回'\"; g > Y else",
        data={"会签部门": ["甲", "乙"]},
    )
    cast(walk.complete("A"), "同意", "驳回")
    assert walk.open == ["A"]
    assert walk.data["会签"] == "驳回"

    walk.complete("A")
    assert walk.data["会签"] == ""
    assert tally(walk)["未表态"] == 2
    walk.move("send_back", walk.token("V"), "A")
    assert walk.open == ["A"]
    assert cast(walk.complete("A"), "同意", "同意").open == ["Y"]


def test_a_deadline_closes_the_poll_and_the_tally_says_what_it_came_to():
    process = (
        "start s; user V each=会签部门 item=部门 cw:vote=residents cw:weight=部门 cw:outcome=会签; "
        "boundary late on V timer=P10D; user Y; user N; xor g; user E; s > V > E; late > g; "
        "g > Y if \"会签票数.截止结论 == '同意'\"; g > N else"
    )
    walk = cast(begun(process, data={"会签部门": [50] * 6}), "同意", "同意", "同意", "反对")
    assert walk.open == ["V", "V"]  # who has not come may still vote against

    assert walk.advance("P11D").open == ["Y"]
    late = cast(begun(process, data={"会签部门": [50] * 6}), "同意", "同意", "同意").advance("P11D")
    assert late.open == ["N"]


def test_the_rule_can_depend_on_the_matter_and_stays_the_same_through_a_round():
    more = "\"cw:vote=='all' if 重大 else 'ratio:1/2'\""
    process = SIGN.replace("cw:vote={vote}", "").format(more=more)
    grave = cast(begun(process, data={**FIVE, "重大": True}), "同意", "同意", "同意").set(重大=False)
    assert set(cast(grave, "同意").open) == {"V"}

    light = begun(process, data={**FIVE, "重大": False})
    assert cast(light, "同意", "同意", "同意").open == ["Y"]
    assert begun(process, data={"会签部门": [], "重大": True}).open == ["Y"]
    with pytest.raises(engine.BadValue, match="no such vote"):
        begun(process.replace("'all'", "'most'"), data={**FIVE, "重大": True})


@pytest.mark.parametrize("order", ["", "sequential"])
def test_all_can_be_asked_though_the_result_is_fixed(order):
    walk = cast(vote("any", f"cw:askAll=true {order}"), "同意", "同意", "驳回", "驳回")
    assert walk.data["会签票数"]["结论"] == "同意"
    assert walk.open == ["V"]

    assert cast(walk, "驳回").open == ["Y"]
    assert walk.data["会签"] == "同意"


def test_nobody_to_ask_is_over_at_once():
    assert vote("all", 会签部门=[]).open == ["Y"]
    assert vote("ratio:2/3", 会签部门=[]).open == ["N"]


def test_a_round_that_began_before_votes_were_kept_counts_by_its_outputs():
    more = "out=会签意见 from=会签"
    walk = cast(vote("all", more, 会签部门=["甲", "乙", "丙"]), "同意")
    walk.text = walk.text.replace(',null,null,{"votes":{"0":["for","1","1",0]}}', "")
    assert "votes" not in walk.text

    assert cast(walk, "同意", "同意").open == ["Y"]
    assert walk.data["会签票数"]["同意"] == 3
    assert walk.data["会签意见"] == ["同意"] * 3


def test_votes_in_two_towns_at_once_are_kept_apart():
    process = (
        "start s; sub S each=towns item=town { start i; user V each=halls item=hall cw:vote=all cw:outcome=会签; "
        "i > V }; user Z; s > S > Z"
    )
    walk = begun(process, data={"towns": ["甲", "乙"], "halls": ["a", "b"]})
    cast(walk, "驳回")
    assert [step.instance["town"] for step in walk.run().steps()] == ["乙", "乙"]
    assert cast(walk, "同意", "同意").open == ["Z"]
