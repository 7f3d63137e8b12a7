"""Which photo somebody may see."""

from __future__ import annotations

from casework.access import Viewer
from casework.models import Case
from grid.models import Photo


def photo_visible_to(viewer: Viewer, sha256: str) -> Photo | None:
    """One's own photo, or one that belongs to a case one may see."""
    own = Photo.objects.filter(sha256=sha256, owner_id=viewer.user_id).first()
    if own is not None:
        return own
    visible = Case.objects.visible_to(viewer)
    return Photo.objects.filter(sha256=sha256, attachments__case__in=visible).first()
