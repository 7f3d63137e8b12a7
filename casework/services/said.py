"""What somebody says with a verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

YEARS: Final = range(
    2000, 2201
)  # in which a day or moment that is said can lie: all zones and clocks can count there


@dataclass(frozen=True, kw_only=True)
class Said:
    """The answers to what a verb asks (`Verb.asks` names these attributes), and how they came.

    `fields` is the step's form as submitted; `version` the state of the case that the person had before him.
    On a case `step` says which of its open steps is meant, `item` which request, supervision or call of a whistle.
    `held`: acts from pages keep their outside effects back for as long as they can be undone.
    """

    fields: Mapping[str, Any] | None = None
    comment: str = ""
    pins: Sequence[str] = ()
    to_post: str = ""
    to_element: str = ""
    straight_back: bool = False
    posts: Sequence[str] = ()
    position: str = ""
    person: int | None = None
    until: date | datetime | None = None
    place: str = ""
    reason_code: str = ""
    case: str = ""
    cases: Sequence[str] = ()
    title: str = ""
    rating: int | None = None
    is_solved: bool | None = None
    people: Sequence[int] = ()
    step: int | None = None
    item: int | None = None
    matter: str = ""
    area: str = ""
    outcome: str = ""
    version: int | None = None
    language: str = "zh-hans"
    held: bool = False
