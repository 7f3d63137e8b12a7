"""What an audit asks: who did what to which case, who read personal data, who took lists out or looked as somebody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from casework.access import Viewer
from casework.errors import NotYours
from casework.models import AccessEntry, Case, CaseEvent
from casework.queries.cases import EVENT_WORDS
from casework.queries.heat import Scope
from casework.queries.keyset import Order, Page, page
from casework.queries.particulars import masked_text
from casework.verbs import event_words_at
from grid.models import Post, User

POWER = "audit"
READS = "revealed"
SIZE = 50
MOST = 20_000  # lines of one file
PERSONS = 50
NEWEST = Order(field="at", descending=True)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the lines are narrowed to; an empty text narrows nothing. `scope` is the period and the area."""

    scope: Scope
    person: str = ""
    number: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the journal as an audit reads it; what people wrote is masked."""

    event: CaseEvent
    words: str | Promise
    who: str
    for_whom: str
    post: str
    step: str
    said: str


def ensure_may_audit(viewer: Viewer) -> None:
    if not viewer.has_power(POWER):
        raise NotYours


def audited(viewer: Viewer) -> tuple[str, ...]:
    """The areas whose books this person audits; the empty one is everything."""
    if viewer.is_operator:
        return ("",)
    return tuple(sorted({post.area_code for post in viewer.posts if POWER in post.powers}))


def events(viewer: Viewer, asked: Asked) -> QuerySet[CaseEvent]:
    """The lines of cases that he both audits and may see."""
    inside = Q(pk__in=[])
    for prefix in audited(viewer):
        inside |= Q(area_code__startswith=prefix)
    cases = Case.objects.visible_to(viewer).filter(inside).within(asked.scope.area)
    if asked.number:
        cases = cases.filter(number=asked.number)
    found = CaseEvent.objects.filter(case__in=cases, at__gte=asked.scope.since, at__lt=asked.scope.until)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.person:
        found = found.filter(by__in=persons(asked.person))
    return found.select_related("case__area", "by", "on_behalf_of")


def persons(text: str) -> list[int]:
    """Whom a name means: log-in name or real name, the whole of it or a part."""
    named = User.objects.filter(Q(username=text) | Q(display_name__icontains=text))
    return list(named.order_by("pk").values_list("pk", flat=True)[:PERSONS])


def lines(viewer: Viewer, asked: Asked, *, cursor: str = "") -> tuple[list[Line], Page[CaseEvent]]:
    found = page(events(viewer, asked), order=NEWEST, cursor=cursor, size=SIZE)
    return told(found.rows), found


def told(rows: Iterable[CaseEvent]) -> list[Line]:
    held = list(rows)
    codes = {event.post for event in held if event.post}
    posts = dict(Post.objects.filter(code__in=codes).values_list("code", "name"))
    return [_line(event, posts) for event in held]


def _line(event: CaseEvent, posts: dict[str, str]) -> Line:
    data: dict[str, Any] = event.data
    said = " ".join(str(data[name]) for name in ("field", "reason", "comment") if data.get(name))
    return Line(
        event=event,
        words=event_words_at(event.kind, data) or EVENT_WORDS.get(event.kind, event.kind),
        who=str(event.by or ""),
        for_whom=str(event.on_behalf_of or ""),
        post=posts.get(event.post, event.post),
        step=str(data.get("name", "")),
        said=masked_text(said),
    )


def accesses(viewer: Viewer, asked: Asked) -> QuerySet[AccessEntry]:
    """What people of the audited areas did beside the cases; a post's code begins with that of its place."""
    inside = Q(pk__in=[])
    for prefix in audited(viewer):
        inside |= Q(post__startswith=prefix)
    found = AccessEntry.objects.filter(inside, at__gte=asked.scope.since, at__lt=asked.scope.until)
    if asked.scope.area:
        found = found.filter(post__startswith=asked.scope.area)
    if asked.person:
        found = found.filter(by__in=persons(asked.person))
    return found.select_related("by", "about")


def access_page(viewer: Viewer, asked: Asked, *, cursor: str = "") -> Page[AccessEntry]:
    return page(accesses(viewer, asked), order=NEWEST, cursor=cursor, size=SIZE)
