"""The desk's work list: its tabs with their numbers, rows grouped by time, what is new since one looked."""

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
from casework.models import Attachment, Case, CaseQuerySet, Decision, NoticeKind, Urge, Urgency
from casework.queries.keyset import Order, Page, page
from casework.queries.waitingfor import (
    calls_waiting_for,
    notices_for,
    requests_waiting_for,
    supervisions_waiting_for,
)
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
    URGED = "urged"
    ANSWER = "answer"
    COPIED = "copied"
    SENT = "sent"
    HANDLED = "handled"


TAB_WORDS: dict[Tab, str | Promise] = {
    Tab.SIGN: _("To sign for"),
    Tab.MINE: _("In my hands"),
    Tab.POOL: _("Pool of my posts"),
    Tab.DUE: _("Due soon"),
    Tab.URGED: _("Urged of me"),
    Tab.ANSWER: _("To answer"),
    Tab.COPIED: _("Copied to me"),
    Tab.SENT: _("Sent by me"),
    Tab.HANDLED: _("Handled by me"),
}
OF_CASES = (Tab.ANSWER, Tab.COPIED, Tab.SENT, Tab.HANDLED)  # rows of the others are steps
MOST_COUNTED = 999  # what one has handled is not counted to its end
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
class Narrow:
    """What the list is narrowed to; nothing of it is counted on the tabs."""

    matter: str = ""
    urgent: bool = False

    @property
    def is_narrowed(self) -> bool:
        return bool(self.matter or self.urgent)

    def of_steps(self) -> Q:
        return self._case("run__case__")

    def of_cases(self) -> Q:
        return self._case("")

    def _case(self, path: str) -> Q:
        wanted = Q(**{f"{path}matter__key": self.matter}) if self.matter else Q()
        return wanted & ~Q(**{f"{path}urgency": Urgency.ORDINARY}) if self.urgent else wanted


EVERYTHING = Narrow()


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
    """How long each tab's list is: one query over steps, one for each list of cases."""
    tabs = {tab: _condition(tab, viewer, now=now) for tab in Tab if tab not in OF_CASES}
    counted = _offered(viewer).aggregate(**{tab.value: Count("pk", filter=q) for tab, q in tabs.items()})
    for tab in OF_CASES:
        counted[tab.value] = listed_cases(viewer, tab)[:MOST_COUNTED].count()
    return [TabCount(tab=tab, words=TAB_WORDS[tab], rows=counted[tab.value]) for tab in Tab]


def waiting_count(viewer: Viewer) -> int:
    """What one has to see to: in one's hands, or to be signed for. One query."""
    free, mine = Q(claimed_by=None), Q(claimed_by_id=viewer.user_id)
    return _offered(viewer).filter(mine | free & _NEEDS_SIGNATURE).count()


def inbox(
    viewer: Viewer,
    tab: Tab,
    *,
    now: datetime,
    cursor: str = "",
    size: int = SIZE,
    narrow: Narrow = EVERYTHING,
) -> Inbox:
    """One page of a tab, by clock. Four queries, however long it is."""
    if tab in OF_CASES:
        listed = listed_cases(viewer, tab).filter(narrow.of_cases())
        shown = page(
            listed.select_related("area", "matter", "reporter"), order=BY_CLOCK, cursor=cursor, size=size
        )
        return _inbox(tab, shown, _rows_of_cases(shown.rows), now=now)
    waiting = waiting_steps(viewer, tab, now=now).filter(narrow.of_steps())
    steps = page(waiting, order=BY_CLOCK, cursor=cursor, size=size)
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
    if tab in OF_CASES:
        return listed_cases(viewer, tab).filter(pk__gt=since).count()
    return _offered(viewer).filter(_condition(tab, viewer, now=now), pk__gt=since).count()


def newest_in(viewer: Viewer, tab: Tab, *, now: datetime) -> int:
    rows = listed_cases(viewer, tab) if tab in OF_CASES else waiting_steps(viewer, tab, now=now)
    newest: int | None = rows.aggregate(newest=Max("pk"))["newest"]
    return newest or 0


def listed_cases(viewer: Viewer, tab: Tab) -> CaseQuerySet:
    """The cases of a tab whose rows are cases: what waits for an answer, copies, what one has sent or handled."""
    seen = Case.objects.visible_to(viewer)
    match tab:
        case Tab.ANSWER:
            requests = requests_waiting_for(viewer).order_by().values("case")
            supervisions = supervisions_waiting_for(viewer).order_by().values("case")
            calls = calls_waiting_for(viewer).order_by().values("whistle__case")
            return seen.filter(Q(pk__in=requests) | Q(pk__in=supervisions) | Q(pk__in=calls))
        case Tab.COPIED:
            copies = notices_for(viewer).filter(kind=NoticeKind.COPY).order_by()
            return seen.filter(pk__in=copies.values("case"))
        case Tab.HANDLED:
            mine = Decision.objects.filter(by_id=viewer.user_id).order_by()
            return seen.open().filter(pk__in=mine.values("case"))
    return seen.open().filter(reporter_id=viewer.user_id)


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
        case Tab.URGED:
            return (free | mine) & Q(pk__in=Urge.objects.order_by().values("step"))
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
