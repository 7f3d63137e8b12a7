"""When several decide together: what the votes cast so far come to, and whether the rest can still change it.

Pure counting. A seat counts once (by heads) and may weigh more (by shares, by floor area). A ballot says how a seat's heads
and weight were used; somebody who brings in the ballots of a whole building brings one ballot for many heads.

| policy | carried when |
|---|---|
| ``all`` | every seat is in favour; an abstention is no consent |
| ``any`` | one is in favour |
| ``ratio:2/3`` | at least that share of all seats is in favour; ``ratio:>1/2`` more than it |
| ``weighted:2/3`` | the same by weight |
| ``veto`` | nobody who may veto is against, and more than half (or the share given) of those for or against are in favour |
| ``residents`` | at least two thirds take part and more than half of these are in favour, by heads and by area alike |

Who abstains is part of the whole of ``all``, ``ratio`` and ``weighted`` unless that is said: with ``ratio:2/3 -abstain`` the
share is one of those who are for, against, or have said nothing yet. When all abstain nothing is carried.

``residents:3/4`` asks at least three quarters of those who take part, as weighty matters of owners do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal

from workflows.bpmn.voting import Policy, UnknownPolicy

#: The share of owners, by heads and by area, that has to take part for a residents' vote to count.
TURNOUT: Final = Fraction(2, 3)

Choice = Literal["for", "against", "abstain"]
Outcome = Literal["for", "against"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    heads: Fraction = Fraction(0)
    weight: Fraction = Fraction(0)

    def __add__(self, other: Count) -> Count:
        return Count(heads=self.heads + other.heads, weight=self.weight + other.weight)

    def __sub__(self, other: Count) -> Count:
        return Count(heads=self.heads - other.heads, weight=self.weight - other.weight)


NOTHING: Final = Count()
ONE: Final = Count(heads=Fraction(1), weight=Fraction(1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """Somebody who is asked; `size` is what the seat counts for."""

    size: Count = ONE
    may_veto: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Ballot:
    """What a seat said. What is neither for, against nor abstaining did not take part."""

    seat: Seat = field(default_factory=Seat)
    for_: Count = NOTHING
    against: Count = NOTHING
    abstained: Count = NOTHING


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The count so far. `outcome` once nothing can change it; `if_closed` if nobody else were to vote."""

    outcome: Outcome | None
    if_closed: Outcome
    for_: Count
    against: Count
    abstained: Count
    missing: Count
    total: Count

    @property
    def decided(self) -> bool:
        return self.outcome is not None


def voted(seat: Seat, choice: Choice) -> Ballot:
    """A seat that says one thing with all that it counts for."""
    used = seat.size
    return Ballot(
        seat=seat,
        for_=used if choice == "for" else NOTHING,
        against=used if choice == "against" else NOTHING,
        abstained=used if choice == "abstain" else NOTHING,
    )


def standing(policy: Policy, cast: Sequence[Ballot], missing: Sequence[Seat]) -> Standing:
    """What the ballots come to, whatever their order, and whether those who are missing can still change it.

    More votes in favour never lose a vote, so nothing can be won when all the rest agreed and it is not. It can only be
    lost by their being against it or, where so many have to take part, by their staying away.
    """
    best = [*cast, *(voted(seat, "for") for seat in missing)]
    worst = [*cast, *(voted(seat, "against") for seat in missing)]
    absent = [*cast, *(Ballot(seat=seat) for seat in missing)]
    if_closed: Outcome = "for" if _carried(policy, absent) else "against"
    outcome: Outcome | None = None
    if not _carried(policy, best):
        outcome = "against"
    elif if_closed == "for" and _carried(policy, worst):
        outcome = "for"
    return Standing(
        outcome=outcome,
        if_closed=if_closed,
        for_=_sum(ballot.for_ for ballot in cast),
        against=_sum(ballot.against for ballot in cast),
        abstained=_sum(ballot.abstained for ballot in cast),
        missing=_sum(seat.size for seat in missing),
        total=_sum([*(ballot.seat.size for ballot in cast), *(seat.size for seat in missing)]),
    )


def _carried(policy: Policy, ballots: Sequence[Ballot]) -> bool:
    """The result when these are all the ballots there will be."""
    total = _sum(ballot.seat.size for ballot in ballots)
    in_favour = _sum(ballot.for_ for ballot in ballots)
    against = _sum(ballot.against for ballot in ballots)
    whole = total
    if policy.without_abstentions:
        whole = total - _sum(ballot.abstained for ballot in ballots)
    match policy.kind:
        case "all":
            return in_favour.heads == whole.heads and (in_favour.heads > 0 or not policy.without_abstentions)
        case "any":
            return in_favour.heads > 0
        case "ratio":
            return _reaches(policy, in_favour.heads, whole.heads)
        case "weighted":
            return _reaches(policy, in_favour.weight, whole.weight)
        case "veto":
            vetoed = any(ballot.seat.may_veto and ballot.against.heads > 0 for ballot in ballots)
            return not vetoed and _reaches(policy, in_favour.heads, in_favour.heads + against.heads)
        case "residents":
            taking_part = _sum(_taking_part(ballot) for ballot in ballots)
            return _turned_out(taking_part, total) and _favoured(policy, in_favour, taking_part)
    raise UnknownPolicy(policy.kind)


def _taking_part(ballot: Ballot) -> Count:
    return ballot.for_ + ballot.against + ballot.abstained


def _turned_out(taking_part: Count, total: Count) -> bool:
    return taking_part.heads >= TURNOUT * total.heads and taking_part.weight >= TURNOUT * total.weight


def _favoured(policy: Policy, in_favour: Count, taking_part: Count) -> bool:
    by_heads = _reaches(policy, in_favour.heads, taking_part.heads)
    return by_heads and _reaches(policy, in_favour.weight, taking_part.weight)


def _reaches(policy: Policy, part: Fraction, whole: Fraction) -> bool:
    """Nothing out of nothing carries nothing."""
    wanted = policy.share * whole
    return part > 0 and (part > wanted if policy.strict else part >= wanted)


def _sum(counts: Iterable[Count]) -> Count:
    return sum(counts, NOTHING)
