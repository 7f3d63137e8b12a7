"""Voice memos: what comes in is checked by its content and kept as it is."""

import hashlib

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from grid.errors import RecordingDamaged, RecordingEmpty, RecordingKindRefused, RecordingTooLarge
from grid.models import Recording, User
from grid.services.files import write_whole

LOOKED_AT = 4096  # bytes in which a file says what it is
VIDEO = (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG", b"avc1", b"hvc1", b"vide")


def store_recording(content: bytes, *, owner: User, announced_sha256: str | None = None) -> Recording:
    """Keep a voice memo for its owner; the same bytes again are the same memo.

    Refuses what is no WebM, Ogg or MP4 sound, what is too large, and bytes that aren't the announced ones.
    """
    if not content:
        raise RecordingEmpty
    if len(content) > settings.RECORDING_BYTES:
        raise RecordingTooLarge
    sha256 = hashlib.sha256(content).hexdigest()
    if announced_sha256 is not None and announced_sha256.lower() != sha256:
        raise RecordingDamaged
    known = Recording.objects.filter(owner=owner, sha256=sha256).first()
    if known is not None and default_storage.exists(str(known.file.name)):
        return known
    return _keep(content, kind=_kind(content), sha256=sha256, owner=owner)


def _kind(content: bytes) -> str:
    """By the first bytes; the announced type is the phone's guess."""
    head = content[:LOOKED_AT]
    if any(sign in head for sign in VIDEO):
        raise RecordingKindRefused
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return Recording.Kind.WEBM
    if head.startswith(b"OggS"):
        return Recording.Kind.OGG
    if head[4:8] == b"ftyp":
        return Recording.Kind.MP4
    raise RecordingKindRefused


def _keep(content: bytes, *, kind: str, sha256: str, owner: User) -> Recording:
    """File first, row second: a crash in between leaves a file without a row, which the next try replaces."""
    name = f"recordings/{owner.pk}/{sha256[:2]}/{sha256}.{kind}"
    write_whole(name, content)
    with transaction.atomic():
        recording, _is_new = Recording.objects.get_or_create(
            owner=owner,
            sha256=sha256,
            defaults={"file": name, "kind": kind, "bytes": len(content), "stored_at": timezone.now()},
        )
    return recording
