"""The public status (公开状态) of a case: a small closed list in official words, apart from the steps. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class PublicStatus(StrEnum):
    """What anybody may be told of where a case stands."""

    REPORTED = "已上报"
    ACCEPTED = "已受理"
    HANDLING = "处置中"
    CHECKING = "核查中"
    WITH_YOU = "待您补充"
    RESTING = "已挂起"
    CLOSED = "已办结"
    MERGED = "已并案"
    VOID = "不予受理"


# What the stage of an open step (`cw:stage`) says to the public, the furthest last.
BY_STAGE = {
    "上报": PublicStatus.REPORTED,
    "签收": PublicStatus.REPORTED,
    "分派": PublicStatus.ACCEPTED,
    "处置": PublicStatus.HANDLING,
    "反馈": PublicStatus.HANDLING,
    "核查": PublicStatus.CHECKING,
    "评价": PublicStatus.CHECKING,
    "办结": PublicStatus.CHECKING,
}
_FURTHEST = (
    PublicStatus.REPORTED,
    PublicStatus.ACCEPTED,
    PublicStatus.CHECKING,
    PublicStatus.HANDLING,
)


def public_status(
    *, status: str, outcome: str, stages: Iterable[str], waits_for_reporter: bool, was_claimed: bool
) -> PublicStatus:
    """One of the list, always. Of several branches the one counts that is furthest from the end once work has begun.

    `stages` are those of the open steps, empty where the diagram says none; `was_claimed` says that somebody has taken
    the case up at all.
    """
    if status == "void":
        return PublicStatus.VOID
    if status == "closed":
        return PublicStatus.MERGED if outcome == "并案" else PublicStatus.CLOSED
    if status == "suspended":
        return PublicStatus.RESTING
    if waits_for_reporter:
        return PublicStatus.WITH_YOU
    found = {BY_STAGE[stage] for stage in stages if stage in BY_STAGE}
    if not found:
        return PublicStatus.HANDLING if was_claimed else PublicStatus.REPORTED
    return max(found, key=_FURTHEST.index)
