"""Who may see and do what. Pure functions over rows already loaded; runs no query."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

DISTRICT_DIGITS = 6
CONFIDENTIAL = "confidential"  # of `Case.confidentiality`


@dataclass(frozen=True, kw_only=True)
class HeldPost:
    """A post somebody holds today, with what access depends on; `stands_in_for` is the absent holder, if it isn't his."""

    code: str
    name: str
    role: str
    unit_code: str
    unit_name: str
    area_code: str
    area_name: str
    sees: str
    powers: tuple[str, ...]
    id: int | None = None  # of its row, to refer to it
    stands_in_for: int | None = None


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Somebody who asks: the person and the posts he acts for (all of his, or the one he switched to)."""

    user_id: int
    name: str
    posts: tuple[HeldPost, ...]
    is_operator: bool = False

    @property
    def post_codes(self) -> tuple[str, ...]:
        return tuple(post.code for post in self.posts)

    @property
    def area_prefixes(self) -> tuple[str, ...]:
        """Codes of the areas whose cases are all visible; the empty prefix is everything."""
        if self.is_operator:
            return ("",)
        return tuple(sorted({post.area_code for post in self.posts if post.sees == "area"}))

    @property
    def trusted_prefixes(self) -> tuple[str, ...]:
        """Those of them where confidential cases are visible too: supervising is a matter of trust, watching is not."""
        if self.is_operator:
            return ("",)
        trusted = (post for post in self.posts if post.sees == "area" and "supervise" in post.powers)
        return tuple(sorted({post.area_code for post in trusted}))

    @property
    def home_area(self) -> str | None:
        """The smallest area that a post of this person stands in, for defaults."""
        return max((post.area_code for post in self.posts), key=len, default=None)

    def has_power(self, power: str) -> bool:
        return self.is_operator or any(power in post.powers for post in self.posts)

    def post_among(self, codes: Collection[str]) -> HeldPost | None:
        """The post by which this person may act on work offered to `codes`."""
        return next((post for post in self.posts if post.code in codes), None)

    def has_power_over(self, power: str, area_code: str) -> bool:
        """Whether a post of his has this power over the place: it stands there or above it."""
        return self.is_operator or any(
            power in post.powers and area_code.startswith(post.area_code) for post in self.posts
        )

    def sees_area(self, area_code: str, *, confidential: bool = False) -> bool:
        prefixes = self.trusted_prefixes if confidential else self.area_prefixes
        return any(area_code.startswith(prefix) for prefix in prefixes)


class SeenCase(Protocol):
    """What access asks of a case."""

    area_code: str
    confidentiality: str
    reporter_id: int
    touched_by: list[str]


def may_see(viewer: Viewer, case: SeenCase) -> bool:
    """Whether the case is visible at all; `Case.objects.visible_to` asks the database the same."""
    return (
        case.reporter_id == viewer.user_id
        or viewer.sees_area(case.area_code, confidential=case.confidentiality == CONFIDENTIAL)
        or not set(viewer.post_codes).isdisjoint(case.touched_by)
    )


class StepFacts(Protocol):
    """What access asks of a step."""

    @property
    def is_open(self) -> bool: ...
    @property
    def wants_signature(self) -> bool: ...
    @property
    def verbs(self) -> tuple[str, ...]: ...

    candidates: list[str]
    claimed_by_id: int | None
    kind: str
    is_held_up: bool
    asked: list[str]


def may_act(viewer: Viewer, step: StepFacts, *, reporter_id: int) -> bool:
    """Whether this step is the viewer's business at all; a step that names no post is the reporter's."""
    if viewer.is_operator or step.claimed_by_id == viewer.user_id:
        return True
    if not step.candidates:
        return viewer.user_id == reporter_id
    return viewer.post_among(step.candidates) is not None


def may_register(viewer: Viewer, *, area_code: str) -> bool:
    """Whether the viewer may open a case there: inside or above one of the areas his posts stand in."""
    if viewer.is_operator:
        return True
    return any(
        area_code.startswith(post.area_code) or post.area_code.startswith(area_code) for post in viewer.posts
    )


def may_report(viewer: Viewer, *, area_code: str) -> bool:
    """Whether the viewer may report from there: officers anywhere in a district of theirs, residents anywhere.

    Who sees something in the next grid must be able to say so; who holds no post reports as a resident.
    """
    if viewer.is_operator or not viewer.posts:
        return True
    return any(area_code[:DISTRICT_DIGITS] == post.area_code[:DISTRICT_DIGITS] for post in viewer.posts)


def event_areas(viewer: Viewer) -> tuple[str, ...]:
    """Codes of the districts whose cases hear a message or signal from this person; the empty one is everywhere.

    An event reaches cases wherever in the district they are, so only its dispatchers and authors send any.
    """
    if viewer.is_operator:
        return ("",)
    senders = [post for post in viewer.posts if {"dispatch", "studio"} & set(post.powers)]
    return tuple(sorted({post.area_code for post in senders if len(post.area_code) == DISTRICT_DIGITS}))


def verbs_allowed(
    viewer: Viewer,
    step: StepFacts,
    *,
    reporter_id: int,
    area_code: str = "",
    is_suspended: bool = False,
) -> tuple[str, ...]:
    """The verbs this person may use on this step now, in the fixed order of the interface.

    Exactly what the services accept. Whoever sees a case may urge those who have it, and directs the work of a
    place by the power to dispatch there.
    """
    if not step.is_open or step.kind != "human":
        return ()
    is_mine = may_act(viewer, step, reporter_id=reporter_id)
    directs = bool(area_code) and viewer.has_power_over("dispatch", area_code)
    allowed = [] if is_suspended or not is_mine else _handling(viewer, step)
    if directs:
        allowed.append("reassign")
    if area_code and may_urge(viewer, step, reporter_id=reporter_id):
        allowed.append("urge")
    if area_code and (is_mine or directs or viewer.has_power_over("supervise", area_code)):
        allowed.append("cc")
    return tuple(allowed)


def may_urge(viewer: Viewer, step: StepFacts, *, reporter_id: int) -> bool:
    """Nobody urges himself; an operator, who may act everywhere, urges as long as he hasn't the step himself."""
    if viewer.is_operator:
        return step.claimed_by_id != viewer.user_id
    return not may_act(viewer, step, reporter_id=reporter_id)


def _handling(viewer: Viewer, step: StepFacts) -> list[str]:
    """What those do whose step it is; nobody does anything over a colleague's signature."""
    if step.claimed_by_id not in (None, viewer.user_id):
        return []
    is_signed = step.claimed_by_id is not None
    allowed = [] if is_signed else ["claim"]
    ready = is_signed or not step.wants_signature
    if ready and not step.is_held_up:
        allowed += step.verbs
    allowed += ["transfer", "release"] if is_signed else ["transfer"]
    if ready:
        allowed += ["delegate"] if not step.is_held_up else []
        allowed.append("add-sign")
        allowed += ["remove-sign"] if step.asked else []
    return allowed
