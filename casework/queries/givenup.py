"""Messages to people outside that could not be sent, for the operations desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.access import Viewer
from casework.models import Case, Notice, Outbox, OutboxState
from casework.notify.channels import channels
from casework.services.pushing import KIND

MOST = 200


@dataclass(frozen=True, kw_only=True)
class GivenUp:
    """One message: of which case, over which channel, and what the other side said last."""

    id: int
    number: str
    channel: str
    error: str
    attempts: int
    at: datetime


def given_up(viewer: Viewer) -> list[GivenUp]:
    """The oldest first; only of cases that this viewer may see."""
    dead = list(Outbox.objects.filter(kind=KIND, state=OutboxState.DEAD).order_by("pk")[:MOST])
    told = {int(row.payload["notice"]) for row in dead}
    seen = Notice.objects.filter(pk__in=told, case__in=Case.objects.visible_to(viewer))
    numbers = dict(seen.values_list("pk", "case__number"))
    names = {key: one.name for key, one in channels().items()}
    return [
        GivenUp(
            id=row.pk,
            number=numbers[notice],
            channel=names.get(row.payload["channel"], row.payload["channel"]),
            error=row.last_error,
            attempts=row.attempts,
            at=row.created_at,
        )
        for row in dead
        if (notice := int(row.payload["notice"])) in numbers
    ]
