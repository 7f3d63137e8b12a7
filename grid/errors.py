"""What can go wrong with places, posts and photos: one root, children named for the fact."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class GridError(Exception):
    """Root of the package's errors: `code` for programs and tests, `message` for people."""

    code = "grid_error"
    message: str | Promise = _("This isn't possible.")

    def __init__(self, message: str | Promise | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class PlaceUnknown(GridError):
    code = "place_unknown"
    message = _("The position can't be placed, as no grid has an outline yet. Choose the area by hand.")


class NoSuchPosition(GridError):
    code = "no_such_position"
    message = _("This isn't a position on Earth: latitude −90 to 90, longitude −180 to 180, in degrees.")


class PlaceMissing(GridError):
    code = "place_missing"
    message = _("Say where it is: let the phone find the position, or choose the area.")


class AreaUnknown(GridError):
    code = "area_unknown"
    message = _("There is no area with this code.")


class SummaryTooLong(GridError):
    code = "summary_too_long"
    message = _("The summary is longer than 500 characters.")


class PhotoRefused(GridError):
    """Any photo that isn't kept, whatever the reason."""

    code = "photo_refused"
    message = _("This photo can't be kept.")


class PhotoEmpty(PhotoRefused):
    code = "photo_empty"
    message = _("The photo is empty. Take it again.")


class PhotoTooLarge(PhotoRefused):
    code = "photo_too_large"
    message = _("The photo is larger than 15 MB. Choose a smaller one.")


class PhotoTooManyPixels(PhotoRefused):
    code = "photo_too_many_pixels"
    message = _("The photo has more than 40 million pixels. Choose a smaller one.")


class PhotoKindRefused(PhotoRefused):
    code = "photo_kind_refused"
    message = _("This isn't a photo we can read. JPEG, PNG and WebP are possible.")


class PhotoUnreadable(PhotoRefused):
    code = "photo_unreadable"
    message = _("The photo is damaged. Take it again.")


class PhotoDamaged(PhotoRefused):
    code = "photo_damaged"
    message = _("The photo changed on the way here. Send it again.")


class RecordingRefused(GridError):
    """Any voice memo that isn't kept, whatever the reason."""

    code = "recording_refused"
    message = _("This recording can't be kept.")


class RecordingEmpty(RecordingRefused):
    code = "recording_empty"
    message = _("The recording is empty. Record it again.")


class RecordingTooLarge(RecordingRefused):
    code = "recording_too_large"
    message = _("The recording is larger than 4 MB. Keep it to a minute.")


class RecordingKindRefused(RecordingRefused):
    code = "recording_kind_refused"
    message = _("This isn't a voice recording we can play. WebM, Ogg and MP4 are possible.")


class RecordingDamaged(RecordingRefused):
    code = "recording_damaged"
    message = _("The recording changed on the way here. Send it again.")
