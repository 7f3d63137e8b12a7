"""Counting votes: decided as soon as nothing can change it and not a vote earlier, whatever the order."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.bpmn.voting import UnknownPolicy, read_policy
from workflows.engine.votes import Ballot, Count, Seat, standing, voted

TEXTS = [
    "all", "any", "ratio", "ratio:1/2", "ratio:2/3", "ratio:>2/3", "ratio:1/1", "weighted:2/3", "weighted:>1/2", "veto",
    "veto:2/3", "residents", "residents:3/4", "all -abstain", "ratio:2/3 -abstain", "ratio:>1/2 -abstain", "weighted:2/3 -abstain",
]  # fmt: skip
policies = st.sampled_from(TEXTS).map(read_policy)
sizes = st.builds(
    lambda heads, weight: Count(heads=Fraction(heads), weight=Fraction(weight)),
    st.integers(1, 3),
    st.integers(0, 40),
)
seats = st.builds(lambda size, veto: Seat(size=size, may_veto=veto), sizes, st.booleans())
choices = st.sampled_from(["for", "against", "abstain"])
ballots = st.builds(voted, seats, choices)


def size(heads, weight):
    return Count(heads=Fraction(heads), weight=Fraction(str(weight)))


def household(area, choice="for"):
    return voted(Seat(size=size(1, area)), choice)


def outcome(policy, cast, missing=()):
    return standing(read_policy(policy), cast, list(missing)).outcome


@settings(deadline=None, derandomize=True, max_examples=60)
@given(policies, st.lists(ballots, max_size=4), st.lists(seats, max_size=3))
def test_it_is_decided_exactly_when_no_future_differs(policy, cast, missing):
    said = standing(policy, cast, missing)

    futures = set()
    for choice in product(["for", "against", "abstain", None], repeat=len(missing)):
        rest = [
            voted(seat, each) if each else Ballot(seat=seat)
            for seat, each in zip(missing, choice, strict=True)
        ]
        futures.add(standing(policy, [*cast, *rest], []).outcome)
    assert said.outcome == (futures.pop() if len(futures) == 1 else None)


@pytest.mark.parametrize(
    ("text", "votes", "expected"),
    [
        ("ratio:2/3", "for for abstain abstain", "against"),
        ("ratio:2/3 -abstain", "for for abstain abstain", "for"),
        ("ratio:2/3 -abstain", "for against abstain", "against"),
        ("all", "for abstain", "against"),
        ("all -abstain", "for abstain", "for"),
        ("all -abstain", "abstain abstain", "against"),
        ("weighted:2/3 -abstain", "for for against abstain", "for"),
    ],
)
def test_abstentions_are_part_of_the_whole_unless_the_step_leaves_them_out(text, votes, expected):
    assert outcome(text, [voted(Seat(), each) for each in votes.split()]) == expected


@pytest.mark.parametrize(
    "text", ["any -abstain", "veto -abstain", "residents -abstain", "ratio:2/3 -abstained"]
)
def test_only_where_the_whole_is_counted_abstentions_are_left_out(text):
    with pytest.raises(UnknownPolicy):
        read_policy(text)


@settings(deadline=None, derandomize=True)
@given(policies, st.lists(ballots, max_size=8))
def test_an_early_decision_is_that_of_the_full_count(policy, cast):
    full = standing(policy, cast, []).outcome

    early = [standing(policy, cast[:n], [b.seat for b in cast[n:]]).outcome for n in range(len(cast) + 1)]
    decided = [each for each in early if each is not None]
    assert full is not None
    assert set(decided) == {full}
    assert early[early.index(full) :] == decided  # once decided it stays so


@settings(deadline=None, derandomize=True)
@given(st.data(), policies, st.lists(ballots, max_size=7), st.lists(seats, max_size=4))
def test_the_order_of_votes_does_not_matter(data, policy, cast, missing):
    other, others = data.draw(st.permutations(cast)), data.draw(st.permutations(missing))

    assert standing(policy, cast, missing) == standing(policy, other, others)


@settings(deadline=None, derandomize=True)
@given(policies, st.lists(ballots, min_size=1, max_size=7), st.data())
def test_changing_to_in_favour_never_loses_a_vote(policy, cast, data):
    n = data.draw(st.integers(0, len(cast) - 1))
    better = [*cast[:n], voted(cast[n].seat, "for"), *cast[n + 1 :]]

    if standing(policy, cast, []).outcome == "for":
        assert standing(policy, better, []).outcome == "for"


@settings(deadline=None, derandomize=True)
@given(policies, st.lists(ballots, max_size=7), st.lists(seats, max_size=4))
def test_nobody_is_lost_in_the_count(policy, cast, missing):
    said = standing(policy, cast, missing)

    assert said.for_ + said.against + said.abstained + said.missing == said.total


F, A, N = (voted(Seat(), choice) for choice in ("for", "against", "abstain"))
VETOER = Seat(may_veto=True)
OPEN = Seat()


@pytest.mark.parametrize(
    ("policy", "cast", "missing", "expected"),
    [
        ("all", [F, F], [OPEN], None),
        ("all", [F, F, F], [], "for"),
        ("all", [F, A], [OPEN, OPEN], "against"),
        ("all", [F, N], [OPEN], "against"),
        ("any", [A, F], [OPEN], "for"),
        ("any", [A, A], [], "against"),
        ("ratio:2/3", [F, F], [OPEN], "for"),
        ("ratio:>2/3", [F, F], [OPEN], None),
        ("ratio:2/3", [A, A], [OPEN], "against"),
        ("ratio", [F, F, A, A], [], "against"),
        ("veto", [F, F, A], [], "for"),
        ("veto", [F, F], [VETOER], None),
        ("veto", [F, F, F, voted(VETOER, "against")], [OPEN], "against"),
        ("veto", [F, N, N], [], "for"),
        ("residents", [], [], "against"),
        ("all", [], [], "for"),
    ],
)
def test_policies_decide_as_offices_do(policy, cast, missing, expected):
    assert outcome(policy, cast, missing) == expected


def test_a_weighted_vote_counts_weight_and_not_heads():
    big, small = voted(Seat(size=size(1, 60)), "for"), voted(Seat(size=size(1, 30)), "against")

    assert outcome("weighted:2/3", [big, small]) == "for"
    assert outcome("ratio:2/3", [big, small]) == "against"


class TestResidents:
    """Article 278: two thirds take part and the share agrees, both by heads and by area."""

    def test_two_thirds_by_heads_alone_are_not_enough(self):
        cast = [household(50), household(50)]

        assert outcome("residents", cast, [Seat(size=size(1, 51))]) is None
        assert standing(read_policy("residents"), cast, [Seat(size=size(1, 51))]).if_closed == "against"
        assert standing(read_policy("residents"), cast, [Seat(size=size(1, 50))]).if_closed == "for"

    def test_more_than_half_of_those_who_take_part_by_area_too(self):
        assert outcome("residents", [household(40), household(40), household(81, "against")]) == "against"
        assert outcome("residents", [household(40), household(40), household(79, "against")]) == "for"

    def test_an_abstention_takes_part_and_does_not_agree(self):
        assert outcome("residents", [household(50), household(50, "abstain")]) == "against"

    def test_weighty_matters_need_three_quarters_the_number_itself_included(self):
        cast = [household(25), household(25), household(25), household(25, "against")]

        assert outcome("residents:3/4", cast) == "for"
        assert outcome("residents:3/4", [*cast, household(1, "against")]) == "against"

    def test_a_building_brings_its_ballots_at_once(self):
        building = Ballot(
            seat=Seat(size=size(20, 1800)),
            for_=size(12, 1100.5),
            against=size(1, 80),
            abstained=size(1, 99.5),
        )

        said = standing(read_policy("residents"), [building], [])
        assert (said.outcome, said.total.heads) == ("for", 20)


@pytest.mark.parametrize(
    "text", ["", "most", "all:1/2", "ratio:0/3", "ratio:4/3", "ratio:>1/1", "ratio:1/0", "ratio: two"]
)
def test_what_is_no_policy_is_refused(text):
    with pytest.raises(UnknownPolicy):
        read_policy(text)
