"""Votes of a multi-instance step: who has a seat, what each said, and the tally that conditions and people read.

The votes cast lie in the mark of the token that holds the instances, since the tokens of those who voted are gone. The
tally is the variable `<outcome>票数`; the outcome itself is written when the vote is over: 同意 or 驳回. Those who are asked
in one round have the same `voteRound`, so that rows can be told apart from those of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from workflows.bpmn.check_votes import TALLY
from workflows.bpmn.voting import VOTES, Policy, UnknownPolicy, read_policy
from workflows.engine.core import Element, Frame, Token
from workflows.engine.errors import BadValue, Phrase
from workflows.engine.variables import evaluate, write
from workflows.engine.votes import Ballot, Choice, Count, Seat, Standing, standing, voted
from workflows.expressions import Expression

CARRIED: Final = {"for": "同意", "against": "驳回", None: ""}
CHOICES: Final[Mapping[Any, Choice]] = {
    "同意": "for", "赞成": "for", "办理": "for", True: "for",
    "驳回": "against", "反对": "against", "不同意": "against", "退回": "against", False: "against",
    "弃权": "abstain",
}  # fmt: skip
_BALLOTS: Final = 6

NO_CHOICE: Final = Phrase(
    "表决意见应为同意、驳回（反对）或弃权", "a vote is 同意 (for), 驳回 or 反对 (against) or 弃权 (abstained)"
)
NO_POLICY: Final = Phrase(f"没有这种表决方式，可用：{VOTES}", f"there is no such vote; use one of {VOTES}")
NO_SIZE: Final = Phrase("人数和权重应为不小于零的数", "heads and weights are numbers from zero up")
NO_BALLOTS: Final = Phrase(
    "票数应为一列不小于零的数：同意人数、同意权重、反对人数、反对权重、弃权人数、弃权权重",
    "ballots are a list of numbers from zero up: heads and weight for, against, abstained",
)
TOO_MANY: Final = Phrase("票数比应到的多", "there are more ballots than were entitled")


@dataclass(frozen=True, kw_only=True, slots=True)
class Poll:
    """A vote with its expressions compiled. `vetoers` are names or an expression; `who` are the step's own unit and post.

    Without a `policy` the expression `chosen` gives its text when a round begins. `asks_all` goes on asking when nothing
    can change the result any more.
    """

    outcome: str
    policy: Policy | None = None
    chosen: Expression | None = None
    asks_all: bool = False
    heads: Expression | None = None
    weight: Expression | None = None
    ballot: Expression | None = None
    ballots: Expression | None = None
    vetoes: Expression | None = None
    vetoers: frozenset[str] = frozenset()
    item: str = ""
    who: tuple[Expression | str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _At:
    """Where a seat's expressions are evaluated: at its token, or for one whose turn has not come, over the loop's own."""

    element: Element
    frame: Frame
    token: Token | None = None
    over: Mapping[str, Any] | None = None

    def value(self, expression: Expression) -> Any:
        return evaluate(expression, self.frame, self.token, at=self.element, over=self.over)


def open_poll(host: Token, poll: Poll) -> None:
    """A round begins with nothing said and by one rule: what an earlier one came to is over."""
    write(host.frame, host, {poll.outcome: ""})
    if poll.chosen is not None:
        host.mark = {**(host.mark or {}), "policy": _chosen(host, poll)}


def is_fixed(poll: Poll, reached: Standing) -> bool:
    """Whether the round ends before all have spoken."""
    return reached.decided and not poll.asks_all


def _chosen(host: Token, poll: Poll) -> str:
    assert poll.chosen is not None
    text = evaluate(poll.chosen, host.frame, host, at=host.element)
    try:
        read_policy(text if isinstance(text, str) else "")
    except UnknownPolicy as error:
        raise BadValue(element=host.element.node.name or host.element.node.id, what=NO_POLICY) from error
    return str(text)


def _policy(host: Token, poll: Poll) -> Policy:
    if poll.policy is not None:
        return poll.policy
    if "policy" not in (host.mark or {}):  # the version in which the round began had a fixed one
        host.mark = {**(host.mark or {}), "policy": _chosen(host, poll)}
    return read_policy(host.mark["policy"])


def cast(token: Token, poll: Poll) -> None:
    """Keep what an instance says before its token goes."""
    frame, host = token.frame, token.frame.host
    assert host is not None
    assert token.local is not None
    at = _At(element=token.element, frame=frame, token=token)
    seat = _seat(poll, at)
    held = host.mark or {}
    votes = {**held.get("votes", {}), str(token.local["loopCounter"]): _kept(poll, seat, at)}
    host.mark = {**held, "votes": votes}


def count(frame: Frame, poll: Poll) -> Standing:
    """The standing of a poll; its tally is written for conditions and for those who ask."""
    host = frame.host
    assert host is not None
    now = standing(_policy(host, poll), list(_cast(frame)), list(_missing(frame, poll)))
    write(host.frame, host, {poll.outcome + TALLY: _tally(now)})
    return now


def close(frame: Frame, poll: Poll, reached: Standing) -> None:
    assert frame.host is not None
    _conclude(frame.host, poll, reached)


def _conclude(host: Token, poll: Poll, reached: Standing) -> None:
    write(host.frame, host, {poll.outcome: CARRIED[reached.outcome or reached.if_closed]})


def nobody_asked(host: Token, poll: Poll) -> None:
    """A vote without a single seat is over at once."""
    open_poll(host, poll)
    reached = standing(_policy(host, poll), (), ())
    write(host.frame, host, {poll.outcome + TALLY: _tally(reached)})
    _conclude(host, poll, reached)


def _cast(frame: Frame) -> Iterator[Ballot]:
    """The votes so far; of a round that began before its version kept votes, what its outputs say."""
    host = frame.host
    assert host is not None
    held: dict[str, list[Any]] = (host.mark or {}).get("votes", {})
    yield from (_ballot(row) for row in held.values())
    for n, given in (frame.outputs or {}).items():
        if n not in held and isinstance(given, str) and given in CHOICES:
            yield voted(Seat(), CHOICES[given])


def _missing(frame: Frame, poll: Poll) -> Iterator[Seat]:
    """Who has not voted: those at work, and in a sequence those whose turn is to come."""
    host = frame.host
    assert host is not None
    for token in frame.tokens():
        yield _seat(poll, _At(element=token.element, frame=frame, token=token))
    total, _done, begun = frame.count
    if host.element.loop is None or host.element.loop.loop.kind != "sequential":
        return
    for n in range(begun, total):
        over: dict[str, Any] = {"loopCounter": n}
        if poll.item and frame.items is not None:
            over[poll.item] = frame.items[n]
        yield _seat(poll, _At(element=host.element, frame=frame, over=over))


def _seat(poll: Poll, at: _At) -> Seat:
    heads = Fraction(1) if poll.heads is None else _number(at.value(poll.heads), at, NO_SIZE)
    weight = Fraction(1) if poll.weight is None else _number(at.value(poll.weight), at, NO_SIZE)
    return Seat(size=Count(heads=heads, weight=weight), may_veto=_may_veto(poll, at))


def _may_veto(poll: Poll, at: _At) -> bool:
    """Nobody named: everybody may."""
    if poll.policy is not None and poll.policy.kind != "veto":
        return False
    if poll.vetoes is not None:
        return bool(at.value(poll.vetoes))
    return not poll.vetoers or not poll.vetoers.isdisjoint(_names(poll, at))


def _names(poll: Poll, at: _At) -> Iterator[str]:
    """What a seat is called: the item it was opened for, the unit and the post it goes to."""
    for part in poll.who:
        named = part if isinstance(part, str) else at.value(part)
        if isinstance(named, str):
            yield named
    item = _item(poll, at)
    held = item.values() if isinstance(item, dict) else [item]
    yield from (value for value in held if isinstance(value, str))


def _item(poll: Poll, at: _At) -> Any:
    around = at.over if at.token is None else at.token.local
    return (around or {}).get(poll.item)


def _kept(poll: Poll, seat: Seat, at: _At) -> list[Any]:
    """A vote as it is stored: its choice or its numbers, then the seat."""
    said: Any
    if poll.ballots is not None:
        said = [str(number) for number in _numbers(at.value(poll.ballots), at)]
        _ensure_enough(seat, _ballot([said, *_stored(seat)]), at)
    else:
        said = _choice(poll, at)
    return [said, *_stored(seat)]


def _stored(seat: Seat) -> list[Any]:
    return [str(seat.size.heads), str(seat.size.weight), int(seat.may_veto)]


def _ballot(row: list[Any]) -> Ballot:
    said, heads, weight, may_veto = row
    seat = Seat(size=Count(heads=Fraction(heads), weight=Fraction(weight)), may_veto=bool(may_veto))
    if said in ("for", "against", "abstain"):
        return voted(seat, said)
    counts = [Fraction(number) for number in said] + [Fraction(0)] * (_BALLOTS - len(said))
    pairs = [Count(heads=counts[n], weight=counts[n + 1]) for n in (0, 2, 4)]
    return Ballot(seat=seat, for_=pairs[0], against=pairs[1], abstained=pairs[2])


def _choice(poll: Poll, at: _At) -> Choice:
    assert at.token is not None
    said = at.value(poll.ballot) if poll.ballot is not None else (at.token.local or {}).get(poll.outcome)
    if not isinstance(said, str | bool) or said not in CHOICES:
        raise BadValue(element=at.element.node.name or at.element.node.id, what=NO_CHOICE)
    return CHOICES[said]


def _numbers(value: Any, at: _At) -> list[Fraction]:
    if not isinstance(value, list | tuple) or len(value) % 2 or not 2 <= len(value) <= _BALLOTS:
        raise BadValue(element=at.element.node.name or at.element.node.id, what=NO_BALLOTS)
    return [_number(each, at, NO_BALLOTS) for each in value]


def _number(value: Any, at: _At, what: Phrase) -> Fraction:
    """Exact: a floor area of 86.4 is that, not what is nearest to it in binary."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != value:
        raise BadValue(element=at.element.node.name or at.element.node.id, what=what)
    return Fraction(str(value))


def _ensure_enough(seat: Seat, ballot: Ballot, at: _At) -> None:
    used = ballot.for_ + ballot.against + ballot.abstained
    if used.heads > seat.size.heads or used.weight > seat.size.weight:
        raise BadValue(element=at.element.node.name or at.element.node.id, what=TOO_MANY)


def _tally(now: Standing) -> dict[str, Any]:
    taking_part = now.for_ + now.against + now.abstained
    counts = {
        "总数": now.total,
        "参与": taking_part,
        "同意": now.for_,
        "反对": now.against,
        "弃权": now.abstained,
    }
    counts["未表态"] = now.missing
    tally: dict[str, Any] = {name: _plain(held.heads) for name, held in counts.items()}
    if any(held.heads != held.weight for held in counts.values()):
        tally |= {f"{name}权重": _plain(held.weight) for name, held in counts.items()}
    tally["结论"] = CARRIED[now.outcome]
    tally["截止结论"] = CARRIED[now.if_closed]
    return tally


def _plain(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)
