"""The bell: whether there is something new to take note of. Asked by every open page once a minute, so it is one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2s

from django.db.models import Q

from casework.access import Viewer
from casework.models import Notice
from casework.queries.waitingfor import notices_for

MOST = 100


@dataclass(frozen=True, kw_only=True)
class Bell:
    """What is unread, as far as it is counted, and the cursor that stands for exactly these."""

    unread: int
    cursor: str


def bell_of(viewer: Viewer) -> Bell:
    """The keys of what is unread, the newest first: two partial indexes and no join.

    The cursor is made of them all. A number or the newest key would not do: one is read while another comes, and a
    notice that was begun earlier may be committed later.
    """
    mine = Q(to_user_id=viewer.user_id) | Q(to_post__in=viewer.post_codes)
    keys = Notice.objects.filter(mine, read_at=None).order_by("-at", "-pk").values_list("pk", flat=True)
    return _bell(list(keys[:MOST]))


def _bell(keys: Sequence[int]) -> Bell:
    said = ",".join(map(str, keys)).encode()
    return Bell(unread=len(keys), cursor=blake2s(said, digest_size=8).hexdigest())


def unread(viewer: Viewer, *, most: int = 20) -> list[Notice]:
    """The newest of what is unread."""
    return list(notices_for(viewer)[:most])
