"""What the desk's pages have in common: the case with the card of its next step, and what an address may say."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from casework.models import Case
from casework.pages.deskcard import desk_card
from casework.pages.door import ViewerRequest
from casework.pages.nextcard import Refused
from casework.queries.cases import diagram_marks
from casework.queries.caseverbs import case_verbs
from casework.queries.deskcase import desk_case
from casework.queries.dispatching import suggestion
from casework.queries.explained import explained, explained_for_case
from casework.queries.inbox import Tab, waiting_count
from casework.queries.record import record
from casework.queries.strip import strip
from casework.queries.urges import standing_over
from casework.queries.votes import votes_of
from casework.services.phrases import phrases_of
from casework.services.taking_back import withdrawable

PHRASES = 6  # offered under a box
DISPATCH = "分派"  # the stage at which it is decided who handles a case


def about(
    request: ViewerRequest, case: Case, *, step_id: int | None, refused: Refused | None = None
) -> dict[str, Any]:
    """The case, and the card for the step the page is about."""
    language = language_of(request)
    shown = desk_case(request.viewer, case, step_id=step_id, language=language)
    work = shown.chosen if shown.chosen is not None and shown.chosen.is_mine else None
    on_case = case_verbs(request.viewer, case)
    card = desk_card(
        request.viewer,
        case,
        work,
        on_case=on_case,
        withdrawable=withdrawable(request.viewer, run_id=case.run_id),
        language=language,
        refused=refused,
    )
    clocks = explained(case, shown.works, chosen=shown.chosen)
    context = {"about": shown, "case": case, "card": card, "clocks": clocks, "refused": refused}
    if card.primary is not None and card.primary.verb.ends_step:
        if work is not None and work.step.settings.get("stage") == DISPATCH:
            context["suggestion"] = suggestion(case, now=timezone.now())
        context["phrases"] = phrases_of(request.viewer, verb=card.primary.verb.key)[:PHRASES]
    return context


def whole(
    request: ViewerRequest, case: Case, *, step_id: int | None, refused: Refused | None = None
) -> dict[str, Any]:
    """The same for the case's page, which shows the line and the story as well."""
    context = about(request, case, step_id=step_id, refused=refused)
    shown = context["about"]
    line = strip(case, shown.works, chosen=shown.chosen, language=language_of(request))
    standing = standing_over(request.viewer, case, [work.step for work in shown.works])
    context |= {"record": record(request.viewer, case), "votes": votes_of(request.viewer, case)}
    context |= {"urges": standing.urges, "urgeable": standing.urgeable, "is_news": standing.is_news}
    context["clocks"] = (*context["clocks"], *explained_for_case(case))
    context |= {"stations": line, "marks": diagram_marks(case), "token": uuid4()}
    return context | {"inbox_count": waiting_count(request.viewer)}


def is_beside(request: ViewerRequest) -> bool:
    """Whether the list's preview asks, which takes a part of a page for an answer."""
    return "HX-Request" in request.headers


def tab_named(text: str) -> Tab | None:
    return Tab(text) if text in set(Tab) else None


def whole_number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def token_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def language_of(request: ViewerRequest) -> str:
    return request.LANGUAGE_CODE or "zh-hans"
