"""Photos: what comes in is checked by its content, read, and kept as a plain JPEG of our own."""

import hashlib
from dataclasses import dataclass
from io import BytesIO

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from grid.errors import (
    PhotoDamaged,
    PhotoEmpty,
    PhotoKindRefused,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoUnreadable,
)
from grid.models import Photo, User
from grid.services.exif import Taken, read_taken
from grid.services.files import write_whole

FORMATS = ("JPEG", "PNG", "WEBP")
LONGEST_EDGE = 40_000
QUALITY = 88
THUMB_EDGE, THUMB_QUALITY = 480, 80

# What Pillow's decoders raise on files that lie about themselves; each was met with damaged files.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError)


@dataclass(frozen=True, kw_only=True)
class _Picture:
    """A photo made safe: two JPEGs without anything but pixels, and what was read before."""

    jpeg: bytes
    thumb: bytes
    width: int
    height: int
    taken: Taken


def store_photo(content: bytes, *, owner: User, announced_sha256: str | None = None) -> Photo:
    """Keep a photo for its owner; the same bytes again are the same photo.

    The id is the hash of the received bytes, so that the phone knows it before it has an answer. Refuses
    what is no JPEG, PNG or WebP, what is too large, and bytes that aren't the announced ones.
    """
    _ensure_size(content)
    sha256 = hashlib.sha256(content).hexdigest()
    if announced_sha256 is not None and announced_sha256.lower() != sha256:
        raise PhotoDamaged
    known = Photo.objects.filter(owner=owner, sha256=sha256).first()
    if known and default_storage.exists(str(known.file.name)) and default_storage.exists(known.thumb_name):
        return known
    return _keep(_picture(content), sha256=sha256, owner=owner)


def _ensure_size(content: bytes) -> None:
    if not content:
        raise PhotoEmpty
    if len(content) > settings.PHOTO_BYTES:
        raise PhotoTooLarge


def _picture(content: bytes) -> _Picture:
    image = _opened(content)
    taken = read_taken(image)
    pixels = _upright_rgb(image)
    return _Picture(
        jpeg=_jpeg(pixels, quality=QUALITY),
        thumb=_jpeg(_small(pixels), quality=THUMB_QUALITY),
        width=pixels.width,
        height=pixels.height,
        taken=taken,
    )


def _opened(content: bytes) -> Image.Image:
    """Reads the header only; refuses by its size before any pixel is decoded."""
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise PhotoKindRefused from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoTooManyPixels from error
    except _BROKEN as error:
        raise PhotoUnreadable from error
    if image.width * image.height > settings.PHOTO_PIXELS:
        raise PhotoTooManyPixels
    # No camera takes a line, and a JPEG couldn't hold it.
    if not (image.width and image.height and max(image.size) <= LONGEST_EDGE):
        raise PhotoKindRefused
    return image


def _upright_rgb(image: Image.Image) -> Image.Image:
    """Works in place: every copy of a large photo would be a hundred megabytes more."""
    try:
        ImageOps.exif_transpose(image, in_place=True)
        if image.has_transparency_data:
            layer = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
        return image if image.mode == "RGB" else image.convert("RGB")
    except _BROKEN as error:
        raise PhotoUnreadable from error


def _small(pixels: Image.Image) -> Image.Image:
    scale = min(1.0, THUMB_EDGE / max(pixels.size))
    size = (max(1, round(pixels.width * scale)), max(1, round(pixels.height * scale)))
    return pixels.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _jpeg(pixels: Image.Image, *, quality: int) -> bytes:
    # Comments, profiles and XMP that the decoder hung onto the image would be saved with it.
    pixels.info.clear()
    out = BytesIO()
    pixels.save(out, "JPEG", quality=quality, optimize=True, progressive=True, exif=b"")
    return out.getvalue()


def _keep(picture: _Picture, *, sha256: str, owner: User) -> Photo:
    """Files first, row second: a crash in between leaves a file without a row, which the next try replaces."""
    stem = f"photos/{owner.pk}/{sha256[:2]}/{sha256}"
    write_whole(f"{stem}-thumb.jpg", picture.thumb)
    write_whole(f"{stem}.jpg", picture.jpeg)
    with transaction.atomic():
        photo, _is_new = Photo.objects.get_or_create(
            owner=owner,
            sha256=sha256,
            defaults={
                "file": f"{stem}.jpg",
                "width": picture.width,
                "height": picture.height,
                "bytes": len(picture.jpeg),
                "taken_at": picture.taken.at,
                "lat": picture.taken.lat,
                "lon": picture.taken.lon,
                "accuracy": picture.taken.accuracy,
            },
        )
    return photo
