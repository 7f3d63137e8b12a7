"""What a phone says of the time, where something done without a net is sent later."""

from __future__ import annotations

from datetime import datetime, timedelta

BELIEVED = timedelta(days=7)  # how long a phone may be without a net
LATE = timedelta(minutes=10)  # less is a slow net


def believed(told: datetime | None, *, now: datetime, since: datetime | None = None) -> datetime | None:
    """When it was, as far as that can be: not ahead, not longer ago than believed, not before `since`."""
    earliest = now - BELIEVED if since is None else max(now - BELIEVED, since)
    return told if told is not None and earliest <= told <= now else None


def came_late(at: datetime | None, received_at: datetime | None) -> bool:
    """Whether it is worth saying when it came. Rows from before do not know."""
    return at is not None and received_at is not None and received_at - at >= LATE
