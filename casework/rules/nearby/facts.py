"""What the two-nearby rules see and what they answer. Frozen, and without any database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LEVELS = ("microgrid", "grid", "community", "town", "district")
# As the tables say them, which officials read and edit.
LEVEL_WORDS = dict(zip(LEVELS, ("微网格", "网格", "社区", "镇街", "区"), strict=True))
KINDS = {"event": "事件", "service": "服务", "dispute": "纠纷"}
BARS = {"": "", "danger": "危险", "crime": "犯罪", "legal_bar": "法律禁止"}
CLIMBS = {
    "time_limit": "超时",
    "beyond": "力所不及",
    "check_failed": "核查两次不过",
    "several_areas": "涉及多个社区或板块",
    "party_refuses": "当事人拒绝调解",
    "danger": "危险",
    "crime": "犯罪",
    "legal_bar": "法律禁止",
    "urgent": "紧急",
}
DESCENDS = {
    "can_be_done_below": "下级能办",
    "power_lies_below": "权责在下级",
    "risk_is_over": "险情解除",
}


def rank(level: str) -> int:
    return LEVELS.index(level)


@dataclass(frozen=True, kw_only=True)
class PlaceFacts:
    """A matter that looks for its first handler."""

    category: str
    urgent: bool = False
    bar: str = ""  # one of BARS
    refused: frozenset[str] = frozenset()  # posts that a party to a dispute has refused
    chosen: str = ""  # the post that the parties chose themselves
    lowest: str = "microgrid"  # where a matter that comes down again may begin
    extra: Mapping[str, object] = field(default_factory=dict)  # what else a table of the district's own asks


@dataclass(frozen=True, kw_only=True)
class ClimbFacts:
    """A matter at a level, and what speaks for another one. `times` is how often for the same reason.

    `stage` is the official word of what is being done: handing up a decision would change who is competent for it.
    """

    category: str
    level: str
    reason: str
    stage: str = "处置"
    urgent: bool = False
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A kind of post to look for: at a level, in a unit or any, of a role."""

    level: str
    role: str
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A post that somebody holds, or a service point with its post.

    `distance` is in metres from where it happened, as far as both places are known.
    """

    code: str
    name: str
    level: str
    role: str
    unit: str = ""
    point: str = ""  # the kind of the service point: service or mediation
    can: frozenset[str] = frozenset()  # what a point does; empty is everything
    is_open: bool = True
    distance: float | None = None
    load: int = 0

    def sits_on(self, seat: Seat) -> bool:
        return (
            not self.point
            and self.level == seat.level
            and self.role == seat.role
            and (not seat.unit or self.unit == seat.unit)
        )


@dataclass(frozen=True, kw_only=True)
class Ruled:
    """One table's word: which rule of which version, and the note that stands beside it."""

    table: str
    version: int
    rule: int  # the number of its row; 0 when none fits, and what is built in counts
    note: str = ""

    def __str__(self) -> str:
        return f"{self.table} v{self.version} #{self.rule}"


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A level that was passed by, and why: no_power, nobody, closed, refused or straight (to a listed place)."""

    level: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Who gets it: exactly one post, or none where nobody at all sits (`post` is empty then)."""

    kind: str
    level: str
    post: str = ""
    name: str = ""
    mark: str = ""
    how: str  # straight, chosen, point, power, usual, nobody
    passed: tuple[Passed, ...] = ()
    ruled: tuple[Ruled, ...] = ()
    distance: float | None = None


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What follows for a matter at a level.

    `action` is stay, notify (tell the level above), up or straight (to a place the list names) or down. `again` is the
    limit after which the same question is asked once more.
    """

    action: str
    level: str
    seats: tuple[Seat, ...] = ()
    mark: str = ""
    again: str = ""
    ruled: tuple[Ruled, ...] = ()
