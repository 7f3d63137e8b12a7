"""The writer of the append-only story of a case, and its checker."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

from django.db.models import F

from casework.access import Viewer
from casework.models import Case, CaseEvent
from workflows.rows import Batch


def line(
    case: Case,
    kind: str,
    *,
    now: datetime,
    by: Viewer | None = None,
    post: str = "",
    data: Mapping[str, Any] | None = None,
) -> CaseEvent:
    """The next line, not yet written; whoever asks for it writes it and the case's `lines` and `last_hash`.

    The caller holds the case's lock, which orders the chain. Who acts by a post that is another's says for whom.
    """
    held = by.post_among([post]) if by and post else None
    event = CaseEvent(
        case=case,
        seq=case.lines + 1,
        kind=kind,
        by_id=by.user_id if by else None,
        post=post,
        on_behalf_of_id=held.stands_in_for if held else None,
        at=now,
        data=dict(data or {}),
    )
    event.hash = line_hash(event, before=case.last_hash)
    case.lines, case.last_hash = event.seq, event.hash
    return event


def record(
    case: Case,
    kind: str,
    *,
    now: datetime,
    by: Viewer | None = None,
    post: str = "",
    data: Mapping[str, Any] | None = None,
) -> CaseEvent:
    """Append one line. The caller holds the case's lock."""
    event = line(case, kind, now=now, by=by, post=post, data=data)
    batch = Batch()
    batch.insert([event])
    batch.update(case, "lines", "last_hash")
    batch.write()
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
    silent = Case.objects.filter(events__isnull=True)
    if case_id is not None:
        events, silent = events.filter(case_id=case_id), silent.filter(pk=case_id)
    ends = events.annotate(case_lines=F("case__lines"), case_hash=F("case__last_hash"))
    for _, story in groupby(ends.iterator(chunk_size=2000), key=lambda event: event.case_id):
        yield from _breaks_in(story)
    for case in silent.only("pk"):
        yield f"case {case.pk}: has no journal"


def _breaks_in(story: Iterable[Any]) -> Iterator[str]:  # Any: events with what their case says of the end
    seq, before = 0, ""
    for event in story:
        if event.seq != seq + 1:
            yield f"case {event.case_id}: line {seq + 1} is missing"
        if event.hash != line_hash(event, before=before):
            yield f"case {event.case_id}: line {event.seq} was changed"
        seq, before = event.seq, event.hash
    if (seq, before) != (event.case_lines, event.case_hash):
        yield f"case {event.case_id}: line {event.case_lines}, the last that was written, is not the last one here"
