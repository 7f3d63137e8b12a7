"""What people add to a case: photos and voice memos that have arrived before, named by their hashes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotValid
from casework.models import Attachment, Case, CaseRecording
from grid.models import Photo, Recording

PHOTOS, RECORDINGS = 9, 3


def ensure_few(photos: Sequence[str], recordings: Sequence[str]) -> None:
    if len(photos) > PHOTOS:
        raise NotValid(_("At most nine photos for one report."), fields={"photos": [_("Too many photos.")]})
    if len(recordings) > RECORDINGS:
        raise NotValid(
            _("At most three recordings for one report."), fields={"recordings": [_("Too many recordings.")]}
        )


def attach_photos(
    case: Case, photos: Sequence[str], *, label: str, field: str = "", by: Viewer, now: datetime
) -> None:
    """Put the person's own photos to the case, outside of any step. Raises NotValid while one is missing."""
    wanted = list(dict.fromkeys(photos))
    found = {photo.sha256: photo for photo in Photo.objects.filter(owner_id=by.user_id, sha256__in=wanted)}
    if len(found) < len(wanted):
        raise NotValid(
            _("A photo has not arrived yet; send it again."), fields={"photos": [_("Photo missing.")]}
        )
    Attachment.objects.bulk_create(
        [
            Attachment(
                case=case, photo=found[sha], field=field, label=label, added_at=now, added_by_id=by.user_id
            )
            for sha in wanted
        ],
        ignore_conflicts=bool(field),
    )


def attach_recordings(case: Case, recordings: Sequence[str], *, by: Viewer, now: datetime) -> None:
    """Put the person's own voice memos to the case. Raises NotValid while one is missing."""
    wanted = list(dict.fromkeys(recordings))
    if not wanted:
        return
    found = Recording.objects.filter(owner_id=by.user_id, sha256__in=wanted)
    if len(found) < len(wanted):
        raise NotValid(
            _("A recording has not arrived yet; send it again."),
            fields={"recordings": [_("Recording missing.")]},
        )
    CaseRecording.objects.bulk_create(
        [CaseRecording(case=case, recording=one, added_at=now, added_by_id=by.user_id) for one in found],
        ignore_conflicts=True,
    )
