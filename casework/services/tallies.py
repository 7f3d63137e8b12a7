"""How often somebody without a log-in did something in an hour or a day, counted by all processes together."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from workflows.rows import ask

KEPT = timedelta(days=2)

_ADD = """
WITH past AS (DELETE FROM casework_daytally WHERE span < %s)
INSERT INTO casework_daytally (span, scope, who, count) VALUES (%s, %s, %s, %s)
    ON CONFLICT (span, scope, who) DO UPDATE SET count = casework_daytally.count + excluded.count RETURNING count
"""
_KNOWN = "SELECT coalesce(sum(count), 0) FROM casework_daytally WHERE span = %s AND scope = %s AND who = %s"


def counted(scope: str, who: str, *, span: str, add: int = 1) -> int:
    """How often in this span, this time included. Spans are days or hours as ISO text; old ones go with the next count."""
    key = (span, scope[:24], who[:64])
    if not add:
        return int(ask(_KNOWN, *key)[0][0])
    past = f"{timezone.localdate() - KEPT:%Y-%m-%d}"
    return int(ask(_ADD, past, *key, add)[0][0])
