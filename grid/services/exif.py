"""Where and when a photo was taken, as the camera wrote into it. Nonsense counts as nothing said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from django.utils import timezone
from PIL import ExifTags, Image

_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    ZeroDivisionError,
)


@dataclass(frozen=True, kw_only=True)
class Taken:
    at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy: float | None = None


def read_taken(image: Image.Image) -> Taken:
    try:
        exif = image.getexif()
        camera, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    except _UNREADABLE:
        return Taken()
    lat = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, negative="S", limit=90)
    lon = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, negative="W", limit=180)
    at = _moment(camera)
    # 0°, 0° is what a phone without a position writes.
    if lat is None or lon is None or (lat, lon) == (0, 0):
        return Taken(at=at)
    return Taken(at=at, lat=lat, lon=lon, accuracy=_distance(gps.get(ExifTags.GPS.GPSHPositioningError)))


def _moment(camera: Mapping[int, Any]) -> datetime | None:
    """A time without an offset is local time: cameras say their offset only of late."""
    try:
        text = _text(camera[ExifTags.Base.DateTimeOriginal])
        offset = _text(camera.get(ExifTags.Base.OffsetTimeOriginal, ""))
        if offset:
            return datetime.strptime(text + offset, "%Y:%m:%d %H:%M:%S%z")
        # Given its zone in the same line.
        return timezone.make_aware(datetime.strptime(text, "%Y:%m:%d %H:%M:%S"))  # noqa: DTZ007
    except _UNREADABLE:
        return None


def _degrees(gps: Mapping[int, Any], key: int, ref: int, *, negative: str, limit: int) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in gps[key])
        value = degrees + minutes / 60 + seconds / 3600
        sign = -1 if _text(gps.get(ref, "")).upper() == negative else 1
    except _UNREADABLE:
        return None
    return sign * value if isfinite(value) and 0 <= value <= limit else None


def _distance(value: Any) -> float | None:  # Any: whatever the camera wrote
    try:
        metres = float(value)
    except _UNREADABLE:
        return None
    return metres if isfinite(metres) and metres >= 0 else None


def _text(value: Any) -> str:  # Any: text or bytes, as the camera liked
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
    return text.strip("\x00 ")
