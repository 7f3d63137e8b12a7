"""Who may do what to a case as a whole. Pure functions over facts already loaded; `access` does the same for steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from casework.access import HeldPost, StepFacts, Viewer, may_act

TOWN_DIGITS = 9


class ActedCase(Protocol):
    """What the verbs ask of a case."""

    area_code: str
    reporter_id: int

    @property
    def status(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Something at a case that waits for one of these posts: a request, a supervision, a call. `by_id` started it."""

    id: int
    kind: str
    posts: tuple[str, ...]
    by_id: int


@dataclass(frozen=True, kw_only=True)
class CaseStanding:
    """How a case stands, beyond its row. `steps` are the open steps of people; `rated_by` who rated this round.

    `unrated` are the calls of whistles that were answered and have no rating yet, by their number. `has_offers`: a part
    without an order is at work, and something may be begun in it.
    """

    steps: tuple[StepFacts, ...] = ()
    requests: tuple[Waiting, ...] = ()
    supervisions: tuple[Waiting, ...] = ()
    calls: tuple[Waiting, ...] = ()
    unrated: tuple[int, ...] = ()
    rated_by: frozenset[int] = frozenset()
    has_clock: bool = False
    has_offers: bool = False
    is_merged: bool = False


def post_with(viewer: Viewer, power: str, *, area_code: str) -> HeldPost | None:
    """The post by which this person has a power over a place: the nearest one above it."""
    over = [post for post in viewer.posts if power in post.powers and area_code.startswith(post.area_code)]
    return max(over, key=lambda post: len(post.area_code), default=None)


def commands(viewer: Viewer, area_code: str) -> bool:
    """Whether the viewer directs the cases of this place (分派)."""
    return viewer.is_operator or post_with(viewer, "dispatch", area_code=area_code) is not None


def supervises(viewer: Viewer, area_code: str) -> bool:
    """Whether the viewer watches over those who handle the cases of this place (督办)."""
    return viewer.is_operator or post_with(viewer, "supervise", area_code=area_code) is not None


def blows(viewer: Viewer, area_code: str) -> bool:
    """Whether the viewer may whistle for departments: the sub-district's command centre."""
    if viewer.is_operator:
        return True
    post = post_with(viewer, "dispatch", area_code=area_code)
    return post is not None and len(post.area_code) == TOWN_DIGITS


def works(viewer: Viewer, steps: Iterable[StepFacts], *, reporter_id: int) -> bool:
    """Whether one of the open steps is the viewer's, or may be."""
    return any(may_act(viewer, step, reporter_id=reporter_id) for step in steps if step.candidates)


def may_rule(viewer: Viewer, waiting: Waiting) -> bool:
    """Whether the viewer may rule on a request: somebody else's, and it waits for one of his posts."""
    if waiting.by_id == viewer.user_id:
        return False
    return viewer.is_operator or viewer.post_among(waiting.posts) is not None


def may_answer(viewer: Viewer, waiting: Waiting) -> bool:
    """Whether a supervision or a call waits for the viewer."""
    return viewer.is_operator or viewer.post_among(waiting.posts) is not None


def case_verbs_allowed(viewer: Viewer, case: ActedCase, standing: CaseStanding) -> tuple[str, ...]:
    """The verbs on the case that this person may use now; whoever may see it at all may comment.

    The order is that of the interface.
    """
    handles = works(viewer, standing.steps, reporter_id=case.reporter_id)
    allowed = _allowed(viewer, case, standing, status=case.status, handles=handles)
    return tuple(key for key in ORDER if key in allowed)


def is_ever_allowed(
    viewer: Viewer, case: ActedCase, standing: CaseStanding, verb: str, *, was_here: bool
) -> bool:
    """Whether the verb is this person's at all, were the case only in another state: "not now", not "not you".

    `was_here` says that one of his posts had work in this case.
    """
    if verb in ("grant", "refuse", "reply", "answer"):
        waiting = {"reply": standing.supervisions, "answer": standing.calls}.get(verb, standing.requests)
        return not waiting
    hopeful = replace(
        standing,
        requests=(),
        has_clock=True,
        has_offers=True,
        is_merged=False,
        rated_by=frozenset(),
        unrated=(0,),
    )
    handles = was_here or works(viewer, standing.steps, reporter_id=case.reporter_id)
    return any(
        verb in _allowed(viewer, case, hopeful, status=status, handles=handles, stands=True)
        for status in ("open", "suspended", "closed")
    )


ORDER = (
    "begin", "comment", "urge", "cc", "escalate", "push-down", "whistle", "suspend", "resume", "extend", "supervise", "reply",
    "answer", "grant", "refuse", "merge", "split", "relate", "classify", "force-close", "void", "reopen", "rate",
)  # fmt: skip


def _allowed(
    viewer: Viewer,
    case: ActedCase,
    standing: CaseStanding,
    *,
    status: str,
    handles: bool,
    stands: bool = False,
) -> set[str]:
    code = case.area_code
    allowed = {"comment", *_answering(viewer, standing)}
    if handles or commands(viewer, code) or supervises(viewer, code):
        allowed |= {"cc", "relate", "classify"}
    match status:
        case "open":
            allowed |= _while_open(
                viewer, case, standing, handles=handles, has_steps=stands or bool(standing.steps)
            )
            allowed |= _watching(viewer, case, standing)
        case "suspended":
            allowed |= {"resume"} if handles or commands(viewer, code) else set()
            allowed |= _watching(viewer, case, standing)
        case _:
            allowed |= _when_over(viewer, case, standing, status=status)
    if standing.unrated and blows(viewer, code):
        allowed.add("rate")
    return allowed


def _answering(viewer: Viewer, standing: CaseStanding) -> set[str]:
    found: set[str] = set()
    if any(may_rule(viewer, request) for request in standing.requests):
        found |= {"grant", "refuse"}
    if any(may_answer(viewer, supervision) for supervision in standing.supervisions):
        found.add("reply")
    if any(may_answer(viewer, call) for call in standing.calls):
        found.add("answer")
    return found


def _while_open(
    viewer: Viewer, case: ActedCase, standing: CaseStanding, *, handles: bool, has_steps: bool
) -> set[str]:
    directs = commands(viewer, case.area_code)
    found = {"urge"} if has_steps else set()
    if handles or directs:
        found |= {"suspend", "split"} | ({"escalate", "push-down"} if has_steps else set())
    if (handles or directs) and standing.has_offers:
        found.add("begin")
    if handles and standing.has_clock:
        found.add("extend")
    if directs:
        found.add("merge")
    return found


def _watching(viewer: Viewer, case: ActedCase, standing: CaseStanding) -> set[str]:
    """What those above may do to a case that is not over."""
    code = case.area_code
    found: set[str] = set()
    if supervises(viewer, code):
        found.add("supervise")
    if blows(viewer, code):
        found.add("whistle")
    if commands(viewer, code) or supervises(viewer, code):
        found |= {"force-close", "void"} - {request.kind for request in standing.requests}
    return found


def _when_over(viewer: Viewer, case: ActedCase, standing: CaseStanding, *, status: str) -> set[str]:
    found: set[str] = set()
    if supervises(viewer, case.area_code) and not standing.is_merged:
        found.add("reopen")
    if status == "closed" and viewer.user_id == case.reporter_id and viewer.user_id not in standing.rated_by:
        found.add("rate")
    return found
