"""What the check says of votes."""

import pytest

from tests.engine.drawing import drawn
from workflows.bpmn import CheckContext, check, read
from workflows.bpmn.problems import Problem

VOTE = "start s; user V each=list item=x cw:level=town {}; end e; s > V > e"


def told(said, process=VOTE, severities=("error", "warning")):
    found = check(read(drawn(process.format(said))), context=CheckContext(variables=frozenset({"list"})))
    return [(problem.severity, problem.code) for problem in found if problem.severity in severities]


@pytest.mark.parametrize(
    "said",
    [
        "cw:vote=all 'cw:verbs=approve reject'",
        "cw:vote=ratio:>1/2 'cw:verbs=approve reject'",
        "cw:vote=veto 'cw:vetoers=police fire' 'cw:verbs=approve reject'",
        "cw:vote=residents cw:weight=x.面积 cw:ballot=x.意见",
        "cw:vote=residents cw:heads=x.户数 cw:weight=x.面积 'cw:ballots=[同意, 1]' cw:own=同意",
        '\'cw:vote=="residents:3/4" if 1 > 2 else "residents"\' cw:weight=x.面积 cw:ballot=x.意见 cw:askAll=true',
        "cw:vote=all cw:outcome=会签 'cw:verbs=approve reject' 'cw:limit==会签票数.总数 and \"3wd\"'",
    ],
)
def test_a_sensible_vote_is_not_complained_of(said):
    assert told(said) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("cw:vote=most 'cw:verbs=approve reject'", ("error", "vote_unknown")),
        ("cw:vote=all", ("warning", "vote_never_lost")),
        ("cw:vote=weighted:2/3 'cw:verbs=approve reject'", ("error", "vote_without_weight")),
        ("cw:vote=all cw:weight=x 'cw:verbs=approve reject'", ("warning", "vote_part_unused")),
        ("cw:vote=residents cw:weight=1 'cw:ballots=[1, 1]'", ("error", "vote_without_heads")),
        ("cw:weight=x", ("warning", "vote_part_alone")),
        ("cw:vote=all cw:ballot=没有的 'cw:verbs=approve reject'", ("warning", "unknown_variable")),
        ("cw:vote=residents cw:weight=x+ 'cw:verbs=approve reject'", ("error", "expression_wrong")),
        ("'cw:vote==\"most\"' 'cw:verbs=approve reject'", ("error", "vote_unknown")),
        ("cw:vote=all cw:askAll=yes 'cw:verbs=approve reject'", ("error", "setting_wrong")),
        ("cw:own=a-b", ("error", "setting_wrong")),
    ],
)
def test_nonsense_is_found(said, code):
    assert told(said) == [code]


@pytest.mark.parametrize("kind", ["user V", "user V while=list", "service V cw:operation=x each=list"])
def test_only_a_step_of_several_people_can_vote(kind):
    process = "start s; " + kind + " cw:level=town cw:vote=all; end e; s > V > e"

    assert ("error", "vote_of_one") in told("", process)


def test_the_words_name_the_step_and_what_may_be_written():
    (problem,) = [p for p in check(read(drawn(VOTE.format("cw:vote=most")))) if p.code == "vote_unknown"]

    assert isinstance(problem, Problem)
    assert problem.text("zh-Hans") == (
        "表决方式“most”不认识（可用：all any ratio:2/3 ratio:>1/2 weighted:2/3 veto residents residents:3/4）。"
    )
