import hashlib
import os
import stat
import struct
import zlib
from datetime import UTC, datetime
from io import BytesIO
from time import perf_counter

import pytest
from django.core.files.storage import default_storage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms

from grid.errors import (
    PhotoDamaged,
    PhotoEmpty,
    PhotoKindRefused,
    PhotoRefused,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoUnreadable,
)
from grid.models import Photo
from grid.services import photos
from grid.services.photos import store_photo


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(kind="JPEG", *, size=(60, 40), mode="RGB", colour="red", **extra):
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind, **extra)
    return out.getvalue()


def exif(*, gps=None, at=None, offset=None, orientation=1):
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    if gps:
        tags.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
    if at:
        tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = at
    if offset:
        tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = offset
    return tags


WANZHOU = {1: "N", 2: (30.0, 45.0, 36.0), 3: "E", 4: (108.0, 24.0, 0.0), 31: 5.5}


def png_header_of(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "mode", "colour"),
    [
        ("JPEG", "RGB", "red"),
        ("JPEG", "L", 128),
        ("JPEG", "CMYK", (0, 255, 255, 0)),
        ("PNG", "RGB", "red"),
        ("PNG", "RGBA", (255, 0, 0, 128)),
        ("PNG", "P", 0),
        ("PNG", "1", 1),
        ("PNG", "LA", (10, 0)),
        ("PNG", "I;16", 30000),
        ("WEBP", "RGB", "red"),
        ("WEBP", "RGBA", (255, 0, 0, 0)),
    ],
)
def test_every_kind_is_kept_as_plain_jpeg(world, kind, mode, colour):
    content = picture(kind, mode=mode, colour=colour)

    photo = store_photo(content, owner=world.grid_worker)

    assert photo.sha256 == hashlib.sha256(content).hexdigest()
    with default_storage.open(photo.file.name) as file, Image.open(file) as kept:
        assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (60, 40))
    assert photo.bytes == default_storage.size(photo.file.name)


def test_place_and_time_move_out_of_the_picture_into_the_row(world):
    tags = exif(gps=WANZHOU, at="2026:11:23 09:30:00", offset="+08:00")

    photo = store_photo(picture(exif=tags), owner=world.grid_worker)

    photo.refresh_from_db()
    assert (photo.lat, photo.lon, photo.accuracy) == (pytest.approx(30.76), pytest.approx(108.4), 5.5)
    assert photo.taken_at == datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    for name in (photo.file.name, photo.thumb_name):
        with default_storage.open(name) as file, Image.open(file) as kept:
            assert not kept.getexif()
            assert set(kept.info) <= {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "progressive",
                "progression",
            }


@pytest.mark.parametrize(
    ("case", "tags", "position", "hour"),
    [
        ("southern and western", {"gps": WANZHOU | {1: "S", 3: "W"}}, (-30.76, -108.4), None),
        ("a time without offset is local", {"at": "2026:11:23 09:30:00"}, (None, None), 1),
        ("no time at all", {"at": "0000:00:00 00:00:00"}, (None, None), None),
        ("no position known", {"gps": {1: "N", 2: (0, 0, 0), 3: "E", 4: (0, 0, 0)}}, (None, None), None),
        ("half a position", {"gps": {1: "N", 2: (30, 0, 0)}}, (None, None), None),
        ("beyond the pole", {"gps": WANZHOU | {2: (95.0, 0.0, 0.0)}}, (None, None), None),
    ],
)
def test_what_the_camera_says_is_taken_with_care(world, case, tags, position, hour):
    photo = store_photo(picture(exif=exif(**tags)), owner=world.grid_worker)

    lat, lon = position
    assert photo.lat == (lat if lat is None else pytest.approx(lat))
    assert photo.lon == (lon if lon is None else pytest.approx(lon))
    assert (photo.taken_at and photo.taken_at.astimezone(UTC).hour) == hour


def test_nothing_else_that_a_camera_or_program_wrote_is_kept(world):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    said = {"comment": b"SECRET", "xmp": b"<x:xmpmeta>SECRET</x:xmpmeta>", "icc_profile": profile}
    content = picture(exif=exif(gps=WANZHOU, orientation=6), **said)
    assert content.count(b"SECRET") == 2

    photo = store_photo(content, owner=world.grid_worker)

    for name in (photo.file.name, photo.thumb_name):
        with default_storage.open(name) as file:
            kept = file.read()
        assert not any(mark in kept for mark in (b"SECRET", b"Exif", b"ICC_PROFILE"))


def test_a_photo_lying_on_its_side_is_turned_upright(world):
    photo = store_photo(picture(exif=exif(orientation=6)), owner=world.grid_worker)

    assert (photo.width, photo.height) == (40, 60)


def test_transparent_parts_are_white_like_paper(world):
    photo = store_photo(picture("PNG", mode="RGBA", colour=(0, 0, 0, 0)), owner=world.grid_worker)

    with default_storage.open(photo.file.name) as file, Image.open(file) as kept:
        assert kept.getpixel((5, 5)) == (255, 255, 255)


def test_a_large_photo_has_a_small_version_beside_it(world):
    photo = store_photo(picture(size=(2000, 1000)), owner=world.grid_worker)

    with default_storage.open(photo.thumb_name) as file, Image.open(file) as thumb:
        assert thumb.size == (480, 240)
    assert (photo.width, photo.height) == (2000, 1000)


def test_a_very_long_photo_has_a_small_version_too(world):
    photo = store_photo(picture(size=(3000, 1)), owner=world.grid_worker)

    with default_storage.open(photo.thumb_name) as file, Image.open(file) as thumb:
        assert thumb.size == (480, 1)


def test_a_small_photo_is_not_blown_up(world):
    photo = store_photo(picture(size=(60, 40)), owner=world.grid_worker)

    with default_storage.open(photo.thumb_name) as file, Image.open(file) as thumb:
        assert thumb.size == (60, 40)


def test_the_same_bytes_again_are_the_same_photo_and_another_owner_has_his_own(world):
    content = picture()

    first = store_photo(content, owner=world.grid_worker)
    again = store_photo(content, owner=world.grid_worker)
    other = store_photo(content, owner=world.planning)

    assert again.pk == first.pk
    assert other.pk != first.pk
    assert other.file.name != first.file.name
    assert Photo.objects.count() == 2


@pytest.mark.parametrize("lost", ["file", "thumb"])
def test_a_lost_file_is_written_again(world, media, lost):
    content = picture()
    photo = store_photo(content, owner=world.grid_worker)
    name = photo.file.name if lost == "file" else photo.thumb_name
    default_storage.delete(name)

    again = store_photo(content, owner=world.grid_worker)

    assert again.pk == photo.pk
    assert default_storage.exists(name)
    assert len([path for path in media.rglob("*") if path.is_file()]) == 2


def test_a_full_disk_leaves_neither_row_nor_half_a_file(world, media, monkeypatch):
    def disk_full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)

    with pytest.raises(OSError, match="No space left"):
        store_photo(picture(), owner=world.grid_worker)

    assert Photo.objects.count() == 0
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_files_are_not_for_every_user_of_the_machine(world):
    photo = store_photo(picture(), owner=world.grid_worker)

    assert stat.S_IMODE(os.stat(default_storage.path(photo.file.name)).st_mode) == 0o640


def _cut(kind):
    content = picture(kind, size=(400, 400))
    return content[: len(content) // 2]


@pytest.mark.parametrize(
    ("case", "content", "error"),
    [
        ("nothing", b"", PhotoEmpty),
        ("text", b"hello, I am a photo", PhotoKindRefused),
        ("GIF", picture("GIF"), PhotoKindRefused),
        ("BMP", picture("BMP"), PhotoKindRefused),
        ("TIFF", picture("TIFF"), PhotoKindRefused),
        ("SVG", b"<svg xmlns='http://www.w3.org/2000/svg'/>", PhotoKindRefused),
        ("PostScript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", PhotoKindRefused),
        ("half a JPEG", _cut("JPEG"), PhotoUnreadable),
        ("half a PNG", _cut("PNG"), PhotoUnreadable),
        ("a bit over the limit", png_header_of(8000, 5001), PhotoTooManyPixels),
        ("900 million pixels in a few bytes", png_header_of(30_000, 30_000), PhotoTooManyPixels),
        ("100 million", png_header_of(10_000, 10_000), PhotoTooManyPixels),
        ("a line that no JPEG can hold", png_header_of(70_000, 1), PhotoKindRefused),
        (
            "no pixel at all",
            picture("JPEG", size=(16, 16)).replace(b"\x00\x10\x00\x10", b"\x00\x00\x00\x10"),
            PhotoKindRefused,
        ),
        ("pixels missing", png_header_of(100, 100), PhotoUnreadable),
    ],
)
def test_what_is_refused_leaves_nothing_behind(world, media, case, content, error):
    with pytest.raises(error):
        store_photo(content, owner=world.grid_worker)

    assert Photo.objects.count() == 0
    assert list(media.iterdir()) == []


def test_more_than_the_limit_is_refused_before_it_is_looked_at(world, settings):
    settings.PHOTO_BYTES = 1000

    with pytest.raises(PhotoTooLarge):
        store_photo(b"x" * 1001, owner=world.grid_worker)


def test_bytes_that_are_not_the_announced_ones_are_refused(world):
    content = picture()
    announced = hashlib.sha256(content).hexdigest()

    with pytest.raises(PhotoDamaged):
        store_photo(content + b"!", owner=world.grid_worker, announced_sha256=announced)

    assert (
        store_photo(content, owner=world.grid_worker, announced_sha256=announced.upper()).sha256 == announced
    )


GOOD = [
    picture("JPEG", size=(64, 64), exif=exif(gps=WANZHOU, at="2026:11:23 09:30:00", orientation=3)),
    picture("PNG", size=(64, 64), mode="RGBA", colour=(9, 9, 9, 9)),
    picture("WEBP", size=(64, 64)),
]


# Pillow warns of broken EXIF and reads on; only here are warnings errors.
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(GOOD),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=12),
    st.integers(0, 3000),
)
def test_any_damage_gives_a_picture_or_a_clear_refusal(content, changes, length):
    damaged = bytearray(content)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    started = perf_counter()

    try:
        made = photos._picture(bytes(damaged[: max(1, length)]))
    except PhotoRefused as refused:
        assert str(refused)  # noqa: PT017
    else:
        assert made.jpeg.startswith(b"\xff\xd8")

    assert perf_counter() - started < 3
