"""What waits for one person, across cases: for the inbox. Rows carry the `number` and `title` of their case."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from casework.access import Viewer
from casework.models import CaseRequest, Notice, Supervision, WhistleCall


def requests_waiting_for(viewer: Viewer) -> QuerySet[CaseRequest]:
    """待审批: applications that the viewer may rule on, the oldest first; with `number` and `title` of their cases."""
    rows = CaseRequest.objects.filter(state="pending", posts__overlap=list(viewer.post_codes) or [""])
    rows = rows.exclude(asked_by_id=viewer.user_id).select_related("asked_by")
    return rows.annotate(number=F("case__number"), title=F("case__title"))


def supervisions_waiting_for(viewer: Viewer) -> QuerySet[Supervision]:
    """督办: demands that the viewer has to answer."""
    rows = Supervision.objects.filter(
        replied_at=None, ended_at=None, posts__overlap=list(viewer.post_codes) or [""]
    )
    return rows.select_related("by").annotate(number=F("case__number"), title=F("case__title"))


def calls_waiting_for(viewer: Viewer) -> QuerySet[WhistleCall]:
    """吹哨: calls that the viewer's department has not answered."""
    rows = WhistleCall.objects.filter(answered_at=None, posts__overlap=list(viewer.post_codes) or [""])
    return rows.select_related("whistle__by", "unit").annotate(
        number=F("whistle__case__number"), title=F("whistle__case__title")
    )


def notices_for(viewer: Viewer, *, unread: bool = True) -> QuerySet[Notice]:
    """What the viewer or one of his posts should take note of, the newest first."""
    rows = Notice.objects.filter(Q(to_user_id=viewer.user_id) | Q(to_post__in=viewer.post_codes))
    rows = rows.filter(read_at=None) if unread else rows
    rows = rows.annotate(number=F("case__number"), title=F("case__title"))
    return rows.select_related("by").order_by("-at", "-pk")
