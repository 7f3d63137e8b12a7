"""Voice memos: which belong to a case, and which somebody may hear."""

from __future__ import annotations

from casework.access import Viewer
from casework.models import Case, CaseRecording
from grid.models import Recording


def recordings_of(case: Case) -> list[CaseRecording]:
    """The voice memos of a case, the first first."""
    return list(CaseRecording.objects.filter(case=case).select_related("recording", "added_by"))


def recording_visible_to(viewer: Viewer, sha256: str) -> Recording | None:
    """One's own memo, or one that belongs to a case one may see."""
    own = Recording.objects.filter(sha256=sha256, owner_id=viewer.user_id).first()
    if own is not None:
        return own
    visible = Case.objects.visible_to(viewer)
    return Recording.objects.filter(sha256=sha256, cases__case__in=visible).first()
