"""The writer of the append-only story of a case, and its checker."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from casework.access import Viewer
from casework.models import Case, CaseEvent


def record(
    case: Case,
    kind: str,
    *,
    now: datetime,
    by: Viewer | None = None,
    post: str = "",
    data: Mapping[str, Any] | None = None,
) -> CaseEvent:
    """Append one line. The caller holds the case's lock, which orders the chain."""
    last = CaseEvent.objects.filter(case=case).order_by("-seq").values_list("seq", "hash").first()
    seq, before = (last[0] + 1, last[1]) if last else (1, "")
    event = CaseEvent(
        case=case,
        seq=seq,
        kind=kind,
        by_id=by.user_id if by else None,
        post=post,
        at=now,
        data=dict(data or {}),
    )
    event.hash = line_hash(event, before=before)
    event.save(force_insert=True)
    return event


def line_hash(event: CaseEvent, *, before: str) -> str:
    """SHA-256 over the hash before and the line in canonical JSON."""
    line = {
        "case": event.case_id,
        "seq": event.seq,
        "kind": event.kind,
        "by": event.by_id,
        "post": event.post,
        "on_behalf_of": event.on_behalf_of_id,
        "at": event.at.isoformat(),
        "data": event.data,
    }
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return sha256((before + text).encode()).hexdigest()


def breaks(*, case_id: int | None = None) -> Iterator[str]:
    """Every place where the chain does not hold: changed, cut out, reordered or cut off lines."""
    events = CaseEvent.objects.order_by("case_id", "seq")
    if case_id is not None:
        events = events.filter(case_id=case_id)
    current, seq, before = None, 0, ""
    for event in events.iterator(chunk_size=2000):
        if event.case_id != current:
            current, seq, before = event.case_id, 0, ""
        if event.seq != seq + 1:
            yield f"case {event.case_id}: line {seq + 1} is missing"
        if event.hash != line_hash(event, before=before):
            yield f"case {event.case_id}: line {event.seq} was changed"
        seq, before = event.seq, event.hash
    behind = Case.objects.filter(events__isnull=True)
    if case_id is not None:
        behind = behind.filter(pk=case_id)
    for case in behind:
        yield f"case {case.pk}: has no journal"
