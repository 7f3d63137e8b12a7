"""Whether a report from a phone has arrived before: sent by itself, or handed in as a file."""

from __future__ import annotations

from uuid import UUID

from casework.access import Viewer
from casework.models import Case, HandedIn


def number_of_sent(viewer: Viewer, token: UUID) -> str | None:
    """The case of this person's report with this token."""
    mine = Case.objects.filter(report__by_id=viewer.user_id, report__token=token)
    return mine.values_list("number", flat=True).first()


def number_of_handed_in(viewer: Viewer, token: UUID) -> str | None:
    """The case that somebody else made of this person's report, from the phone's file."""
    handed = HandedIn.objects.filter(owner_id=viewer.user_id, token=token)
    return handed.values_list("case__number", flat=True).first()
