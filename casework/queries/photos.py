"""Which photo somebody may see."""

from __future__ import annotations

from casework.access import Viewer
from casework.models import Case, TaskPhoto
from grid.models import Photo


def photo_visible_to(viewer: Viewer, sha256: str) -> Photo | None:
    """One's own photo, or one that belongs to a case one may see, or to a task in a place one sees."""
    own = Photo.objects.filter(sha256=sha256, owner_id=viewer.user_id).first()
    if own is not None:
        return own
    visible = Case.objects.visible_to(viewer)
    of_case = Photo.objects.filter(sha256=sha256, attachments__case__in=visible).first()
    return of_case or _of_task(viewer, sha256)


def _of_task(viewer: Viewer, sha256: str) -> Photo | None:
    answers = TaskPhoto.objects.filter(photo__sha256=sha256).select_related("photo", "task")
    return next((one.photo for one in answers if viewer.sees_area(one.task.area_code)), None)
