"""How a diagram says by which rule several decide together (`cw:vote`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

POLICIES: Final = ("all", "any", "ratio", "weighted", "veto", "residents")
#: How each may be written, for those who are told that something else is none of them.
VOTES: Final = "all any ratio:2/3 ratio:>1/2 weighted:2/3 veto residents residents:3/4"

HALF: Final = Fraction(1, 2)
_WRITTEN: Final = re.compile(r"(\w+)(?::\s*(>?)\s*(\d{1,4})\s*/\s*(\d{1,4}))?(\s+-abstain)?", re.ASCII)
_SHARED: Final = ("ratio", "weighted", "veto", "residents")
#: Of these an abstention is part of the whole, unless it is left out: `ratio:2/3 -abstain`.
_OF_ALL: Final = ("all", "ratio", "weighted")


class UnknownPolicy(ValueError):
    """The text names no policy, or a share that is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """`strict`: more than the share, not just as much. `without_abstentions`: who abstains is no part of the whole."""

    kind: str
    share: Fraction = HALF
    strict: bool = True
    without_abstentions: bool = False


def read_policy(text: str) -> Policy:
    """Raises UnknownPolicy."""
    found = _WRITTEN.fullmatch(text.strip())
    kind = found[1] if found else ""
    if found is None or kind not in POLICIES or (found[3] and kind not in _SHARED):
        raise UnknownPolicy(text)
    without = found[5] is not None
    if without and kind not in _OF_ALL:
        raise UnknownPolicy(text)
    if found[3] is None:
        return Policy(kind=kind, without_abstentions=without)
    above, below = int(found[3]), int(found[4])
    if not 0 < above <= below or (above == below and found[2]):
        raise UnknownPolicy(text)
    return Policy(kind=kind, share=Fraction(above, below), strict=bool(found[2]), without_abstentions=without)
