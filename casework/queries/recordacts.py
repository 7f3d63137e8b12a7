"""What was asked, demanded, called and rated at a case, as rows for its page and the API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from casework.access import Viewer
from casework.models import Case, CaseRequest, Rating, Round, Supervision, Suspension, Whistle, WhistleCall


@dataclass(frozen=True, kw_only=True)
class RequestRow:
    """An application and its ruling. `may_rule` says whether the viewer is one it waits for."""

    id: int
    kind: str
    label: str
    reason: str
    until: datetime | None
    outcome: str
    step: str
    state: str
    state_label: str
    asked_by: str
    asked_at: datetime
    ruled_by: str
    ruled_at: datetime | None
    opinion: str
    may_rule: bool


@dataclass(frozen=True, kw_only=True)
class SupervisionRow:
    id: int
    kind: str
    label: str
    text: str
    by: str
    at: datetime
    reply_by: datetime | None
    raised_at: datetime | None
    reply: str
    replied_by: str
    replied_at: datetime | None
    is_open: bool
    may_reply: bool


@dataclass(frozen=True, kw_only=True)
class CallRow:
    id: int
    unit: str
    answer: str
    answered_by: str
    answered_at: datetime | None
    stars: int | None
    rating: str
    may_answer: bool


@dataclass(frozen=True, kw_only=True)
class WhistleRow:
    id: int
    text: str
    place: str
    gather_at: datetime
    by: str
    at: datetime
    calls: tuple[CallRow, ...]


@dataclass(frozen=True, kw_only=True)
class RatingRow:
    kind: str
    label: str
    about: str
    round: int
    stars: int
    is_solved: bool | None
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RoundRow:
    number: int
    outcome: str
    opened_at: datetime
    closed_at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class RestRow:
    reason: str
    by: str
    at: datetime
    review_at: datetime
    ended_at: datetime | None


def requests_of(case: Case, viewer: Viewer) -> Iterable[RequestRow]:
    rows = CaseRequest.objects.filter(case=case).select_related("asked_by", "ruled_by", "clock__step")
    for row in rows:
        waits = row.state == "pending" and row.asked_by_id != viewer.user_id
        yield RequestRow(
            id=row.pk,
            kind=row.kind,
            label=row.get_kind_display(),
            reason=row.reason,
            until=row.until,
            outcome=row.outcome,
            step=row.clock.step.name if row.clock and row.clock.step else "",
            state=row.state,
            state_label=row.get_state_display(),
            asked_by=str(row.asked_by),
            asked_at=row.asked_at,
            ruled_by=str(row.ruled_by or ""),
            ruled_at=row.ruled_at,
            opinion=row.opinion,
            may_rule=waits and (viewer.is_operator or viewer.post_among(row.posts) is not None),
        )


def supervisions_of(case: Case, viewer: Viewer) -> Iterable[SupervisionRow]:
    for row in Supervision.objects.filter(case=case).select_related("by", "replied_by"):
        yield SupervisionRow(
            id=row.pk,
            kind=row.kind,
            label=row.get_kind_display(),
            text=row.text,
            by=str(row.by),
            at=row.at,
            reply_by=row.reply_by,
            raised_at=row.raised_at,
            reply=row.reply,
            replied_by=str(row.replied_by or ""),
            replied_at=row.replied_at,
            is_open=row.is_open,
            may_reply=row.is_open and (viewer.is_operator or viewer.post_among(row.posts) is not None),
        )


def whistles_of(case: Case, viewer: Viewer) -> Iterable[WhistleRow]:
    calls = WhistleCall.objects.select_related("unit", "answered_by", "rating")
    for row in (
        Whistle.objects.filter(case=case).select_related("by").prefetch_related(Prefetch("calls", calls))
    ):
        yield WhistleRow(
            id=row.pk,
            text=row.text,
            place=row.place,
            gather_at=row.gather_at,
            by=str(row.by),
            at=row.at,
            calls=tuple(_call(call, viewer) for call in row.calls.all()),
        )


def _call(call: WhistleCall, viewer: Viewer) -> CallRow:
    rating: Rating | None = getattr(call, "rating", None)
    waits = call.answered_at is None
    return CallRow(
        id=call.pk,
        unit=call.unit.name,
        answer=call.answer,
        answered_by=str(call.answered_by or ""),
        answered_at=call.answered_at,
        stars=rating.stars if rating else None,
        rating=rating.text if rating else "",
        may_answer=waits and (viewer.is_operator or viewer.post_among(call.posts) is not None),
    )


def ratings_of(case: Case) -> Iterable[RatingRow]:
    for row in Rating.objects.filter(case=case).select_related("call__unit"):
        yield RatingRow(
            kind=row.kind,
            label=row.get_kind_display(),
            about=row.call.unit.name if row.call else "",
            round=row.round,
            stars=row.stars,
            is_solved=row.is_solved,
            text=row.text,
            at=row.at,
        )


def rounds_of(case: Case) -> Iterable[RoundRow]:
    for row in Round.objects.filter(case=case):
        yield RoundRow(
            number=row.number,
            outcome=row.outcome,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            reason=row.reason,
        )


def rests_of(case: Case) -> Iterable[RestRow]:
    for row in Suspension.objects.filter(case=case).select_related("by"):
        yield RestRow(
            reason=row.reason, by=str(row.by), at=row.at, review_at=row.review_at, ended_at=row.ended_at
        )
