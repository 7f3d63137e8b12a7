"""The one writer of what was changed in the settings, and what other services ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from casework.access import Viewer
from casework.models import SettingChange
from casework.services.locks import database_now

NOTE = 500
Told = Mapping[str, Any]  # Any: JSON


@dataclass(frozen=True, kw_only=True)
class Change:
    """What became of one setting. Only what differs is kept of `before` and `after`."""

    section: str
    subject: str
    label: str
    verb: str
    before: Told = field(default_factory=dict)
    after: Told = field(default_factory=dict)
    note: str = ""
    area_code: str = ""


def remember(change: Change, *, by: Viewer) -> SettingChange | None:
    """Keep the change in the caller's transaction; nothing where nothing differs."""
    names = [name for name in {**change.before, **change.after} if _differs(change, name)]
    if (change.before or change.after) and not names:
        return None
    return SettingChange.objects.create(
        section=change.section,
        subject=change.subject[:120],
        label=change.label[:200],
        verb=change.verb,
        before={name: change.before[name] for name in names if name in change.before},
        after={name: change.after[name] for name in names if name in change.after},
        note=change.note.strip()[:NOTE],
        area_code=change.area_code,
        by_id=by.user_id,
        at=database_now(),
    )


def _differs(change: Change, name: str) -> bool:
    return change.before.get(name) != change.after.get(name)


def lock_setting(name: str) -> None:
    """Two administrators at the same setting: one after the other, to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"setting:{name}"])
