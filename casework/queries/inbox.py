"""The desk's work list: five tabs with their numbers, rows grouped by time, what is new since one looked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.access import Viewer
from casework.models import Attachment, Case, CaseQuerySet, Decision
from casework.queries.keyset import Order, Page, page
from workflows.models import Step, StepQuerySet

SIZE = 50
SOON = timedelta(hours=4)
BY_CLOCK = Order(field="due_at")
_NEEDS_SIGNATURE = Q(settings__signFor__in=["true", "only"])


class Tab(StrEnum):
    SIGN = "sign"
    MINE = "mine"
    POOL = "pool"
    DUE = "due"
    SENT = "sent"


TAB_WORDS: dict[Tab, str | Promise] = {
    Tab.SIGN: _("To sign for"),
    Tab.MINE: _("Mine"),
    Tab.POOL: _("Pool of my posts"),
    Tab.DUE: _("Due soon"),
    Tab.SENT: _("Sent by me"),
}
GROUP_WORDS: dict[str, str | Promise] = {
    "over": _("Already overdue"),
    "half": _("Due within half an hour"),
    "today": _("Due today"),
    "tomorrow": _("Due tomorrow"),
    "later": _("Due later"),
    "open": _("No time limit"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the list: a step that waits, or a case that one has sent."""

    pk: int
    case: Case
    step: Step | None
    due_at: datetime | None
    place: str
    thumb: str
    returns: int
    holder: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows that fall due in the same span of time."""

    key: str
    words: str | Promise
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """One page of one tab."""

    tab: Tab
    rows: tuple[Row, ...]
    groups: tuple[Group, ...]
    next: str
    previous: str
    newest: int


@dataclass(frozen=True, kw_only=True)
class TabCount:
    """A tab and how many rows its list has."""

    tab: Tab
    words: str | Promise
    rows: int


def tab_counts(viewer: Viewer, *, now: datetime) -> list[TabCount]:
    """How long each tab's list is. Two queries."""
    tabs = {tab: _condition(tab, viewer, now=now) for tab in Tab if tab is not Tab.SENT}
    counted = _offered(viewer).aggregate(**{tab.value: Count("pk", filter=q) for tab, q in tabs.items()})
    counted[Tab.SENT.value] = sent_cases(viewer).count()
    return [TabCount(tab=tab, words=TAB_WORDS[tab], rows=counted[tab.value]) for tab in Tab]


def waiting_count(viewer: Viewer) -> int:
    """What one has to see to: in one's hands, or to be signed for. One query."""
    free, mine = Q(claimed_by=None), Q(claimed_by_id=viewer.user_id)
    return _offered(viewer).filter(mine | free & _NEEDS_SIGNATURE).count()


def inbox(viewer: Viewer, tab: Tab, *, now: datetime, cursor: str = "", size: int = SIZE) -> Inbox:
    """One page of a tab, by clock. Four queries, however long it is."""
    if tab is Tab.SENT:
        sent = page(sent_cases(viewer), order=BY_CLOCK, cursor=cursor, size=size)
        return _inbox(tab, sent, _rows_of_cases(sent.rows), now=now)
    steps = page(waiting_steps(viewer, tab, now=now), order=BY_CLOCK, cursor=cursor, size=size)
    return _inbox(tab, steps, _rows_of_steps(steps.rows), now=now)


def waiting_steps(viewer: Viewer, tab: Tab, *, now: datetime) -> StepQuerySet:
    """The steps of one tab, with what a row shows."""
    found: StepQuerySet = (
        _offered(viewer)
        .filter(_condition(tab, viewer, now=now))
        .select_related("run__case__area", "run__case__matter", "run__case__reporter", "claimed_by")
    )
    return found


def newer_than(viewer: Viewer, tab: Tab, *, since: int, now: datetime) -> int:
    """How many rows came into this tab after the row with this id."""
    if tab is Tab.SENT:
        return sent_cases(viewer).filter(pk__gt=since).count()
    return _offered(viewer).filter(_condition(tab, viewer, now=now), pk__gt=since).count()


def newest_in(viewer: Viewer, tab: Tab, *, now: datetime) -> int:
    rows = sent_cases(viewer) if tab is Tab.SENT else waiting_steps(viewer, tab, now=now)
    newest: int | None = rows.aggregate(newest=Max("pk"))["newest"]
    return newest or 0


def sent_cases(viewer: Viewer) -> CaseQuerySet:
    """Open cases that this person reported."""
    return (
        Case.objects.visible_to(viewer)
        .open()
        .filter(reporter_id=viewer.user_id)
        .select_related("area", "matter", "reporter")
    )


def _offered(viewer: Viewer) -> StepQuerySet:
    """Open steps that this person may take or has taken, by the posts he acts for now."""
    mine = Q(claimed_by_id=viewer.user_id)
    unaddressed = Q(candidates=[])
    if viewer.is_operator:
        offered = mine | Q(candidates__overlap=list(viewer.post_codes))
    elif viewer.post_codes:
        offered = Q(candidates__overlap=list(viewer.post_codes)) | mine & unaddressed
    else:
        # Who holds no post can still be asked: as the reporter of a case, by a step that names no post.
        offered = unaddressed & Q(run__case__reporter_id=viewer.user_id)
    return Step.objects.open().human().filter(offered).found_first()


def _condition(tab: Tab, viewer: Viewer, *, now: datetime) -> Q:
    free, mine = Q(claimed_by=None), Q(claimed_by_id=viewer.user_id)
    match tab:
        case Tab.SIGN:
            return free & _NEEDS_SIGNATURE
        case Tab.MINE:
            return mine
        case Tab.POOL:
            return free
        case Tab.DUE:
            return (free | mine) & Q(due_at__lte=now + SOON)
    raise AssertionError(tab)


def _inbox(tab: Tab, found: Page[Step] | Page[Case], rows: tuple[Row, ...], *, now: datetime) -> Inbox:
    return Inbox(
        tab=tab,
        rows=rows,
        groups=tuple(_groups(rows, now=now)),
        next=found.next,
        previous=found.previous,
        newest=max((row.pk for row in rows), default=0),
    )


def _rows_of_steps(steps: Iterable[Step]) -> tuple[Row, ...]:
    steps = list(steps)
    cases = [step.run.case.pk for step in steps]
    thumbs, returns = _thumbs(cases), _returns(cases)
    return tuple(
        Row(
            pk=step.pk,
            case=step.run.case,
            step=step,
            due_at=step.due_at,
            place=place_of(step.run.case),
            thumb=thumbs.get(step.run.case.pk, ""),
            returns=returns.get(step.run.case.pk, 0),
            holder=str(step.claimed_by) if step.claimed_by else "",
        )
        for step in steps
    )


def _rows_of_cases(cases: Iterable[Case]) -> tuple[Row, ...]:
    cases = list(cases)
    keys = [case.pk for case in cases]
    thumbs, returns = _thumbs(keys), _returns(keys)
    return tuple(
        Row(
            pk=case.pk,
            case=case,
            step=None,
            due_at=case.due_at,
            place=place_of(case),
            thumb=thumbs.get(case.pk, ""),
            returns=returns.get(case.pk, 0),
            holder="",
        )
        for case in cases
    )


def place_of(case: Case) -> str:
    """Where it is, in the reporter's words if there are any."""
    said = case.data.get("地点")
    if isinstance(said, dict):
        said = said.get("address")
    return str(said or case.area.name)


def _thumbs(cases: list[int]) -> dict[int, str]:
    first = Attachment.objects.filter(case__in=cases).order_by("case", "added_at", "pk").distinct("case")
    return dict(first.values_list("case", "photo__sha256"))


def _returns(cases: list[int]) -> dict[int, int]:
    returned = Decision.objects.filter(case__in=cases, verb="return").order_by()
    return dict(returned.values("case").annotate(times=Count("pk")).values_list("case", "times"))


def _groups(rows: Iterable[Row], *, now: datetime) -> Iterator[Group]:
    for key, members in groupby(rows, key=lambda row: _group(row.due_at, now=now)):
        yield Group(key=key, words=GROUP_WORDS[key], rows=tuple(members))


def _group(due_at: datetime | None, *, now: datetime) -> str:
    if due_at is None:
        return "open"
    if due_at <= now:
        return "over"
    if due_at <= now + timedelta(minutes=30):
        return "half"
    days = (timezone.localdate(due_at) - timezone.localdate(now)).days
    return {0: "today", 1: "tomorrow"}.get(days, "later")
