"""The outbox: effects on the world outside a transaction, delivered at least once under a stable key."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from casework.errors import CaseBusy
from casework.models import Outbox, OutboxState
from casework.services.locks import lock_case

LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)


class Refused(Exception):
    """The other side said no for good: no retry makes sense."""


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One claimed row, as its deliverer sees it."""

    id: int
    key: str
    kind: str
    case_id: int | None
    payload: Mapping[str, Any]
    attempts: int
    max_attempts: int


Deliver = Callable[[Parcel], None]
GiveUp = Callable[[Parcel, str], None]


def enqueue(
    key: str, *, kind: str, payload: Mapping[str, Any], now: datetime, case_id: int | None = None
) -> None:
    """Part of the caller's transaction: the effect exists if and only if the act does."""
    Outbox.objects.bulk_create(
        [Outbox(key=key, kind=kind, case_id=case_id, payload=dict(payload), run_at=now)],
        ignore_conflicts=True,
    )


_CLAIM = """
UPDATE casework_outbox SET state = 'leased', attempts = attempts + 1, lease_by = %(worker)s,
       lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
 WHERE id = (
       SELECT id FROM casework_outbox
        WHERE state IN ('ready', 'leased') AND run_at <= %(now)s
          AND (state = 'ready' OR lease_until < clock_timestamp())
        ORDER BY run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, key, kind, case_id, payload::text, attempts, max_attempts
"""


def claim(*, worker: str, now: datetime) -> Parcel | None:
    """Take the next due row on a lease, committed at once: a crash counts as an attempt."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"worker": worker, "lease": LEASE.total_seconds(), "now": now})
        row = cursor.fetchone()
    if row is None:
        return None
    return Parcel(
        id=row[0],
        key=row[1],
        kind=row[2],
        case_id=row[3],
        payload=json.loads(row[4]),
        attempts=row[5],
        max_attempts=row[6],
    )


def drain(
    deliverers: Mapping[str, Deliver],
    *,
    give_up: GiveUp,
    worker: str,
    now: Callable[[], datetime],
    limit: int = 100,
    seconds: float = 20,
) -> int:
    """Deliver what is due, until nothing is left or a bound is reached. Returns the number of rows touched."""
    ends = time.monotonic() + seconds
    touched = 0
    while touched < limit and time.monotonic() < ends:
        parcel = claim(worker=worker, now=now())
        if parcel is None:
            break
        touched += 1
        _deliver(parcel, deliverers, give_up=give_up, worker=worker, now=now())
    return touched


def _deliver(
    parcel: Parcel, deliverers: Mapping[str, Deliver], *, give_up: GiveUp, worker: str, now: datetime
) -> None:
    if parcel.attempts > parcel.max_attempts:  # its worker died each time
        _dead(parcel, "the worker died while it was in work", give_up=give_up, worker=worker, now=now)
        return
    try:
        deliverers[parcel.kind](parcel)
    except Refused as refused:
        _dead(parcel, str(refused), give_up=give_up, worker=worker, now=now)
    except Exception as error:  # the one place where a failure becomes a counted, visible state
        said = f"{type(error).__name__}: {error}"[:2000]
        if parcel.attempts >= parcel.max_attempts:
            _dead(parcel, said, give_up=give_up, worker=worker, now=now)
        else:
            _again(parcel, said, worker=worker, now=now)
    else:
        _mine(parcel, worker).update(state=OutboxState.DONE, lease_until=None, last_error="")


def _mine(parcel: Parcel, worker: str) -> Any:  # Any: a queryset of Outbox
    """The row while the lease is still ours; a late worker must not overwrite what another did."""
    return Outbox.objects.filter(pk=parcel.id, lease_by=worker, state=OutboxState.LEASED)


def _again(parcel: Parcel, error: str, *, worker: str, now: datetime) -> None:
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (parcel.attempts - 1)) * random.uniform(0.5, 1.5)  # noqa: S311
    _mine(parcel, worker).update(
        state=OutboxState.READY, lease_until=None, run_at=now + pause, last_error=error
    )


def _dead(parcel: Parcel, error: str, *, give_up: GiveUp, worker: str, now: datetime) -> None:
    """Give up, which is seen at the case; while somebody changes that, it has to wait."""
    try:
        with transaction.atomic():
            if parcel.case_id is not None:
                lock_case(parcel.case_id)  # before the row: who mends a case takes them in this order too
            if _mine(parcel, worker).update(state=OutboxState.DEAD, lease_until=None, last_error=error):
                give_up(parcel, error)
    except CaseBusy:
        _again(parcel, error, worker=worker, now=now)


@transaction.atomic
def retry(outbox_id: int, *, now: datetime) -> bool:
    """Give a dead row another full set of attempts, under the same key."""
    return bool(
        Outbox.objects.filter(pk=outbox_id, state=OutboxState.DEAD).update(
            state=OutboxState.READY, attempts=0, run_at=now, lease_until=None
        )
    )


def send_again(keys: Sequence[str], *, now: datetime) -> None:
    """Part of the caller's transaction: what these carried was not wanted for a while and is wanted again.

    One that is in some worker's hands is taken from him, as he may have seen that it was not wanted.
    """
    rows = Outbox.objects.filter(key__in=keys).exclude(state=OutboxState.READY)
    rows.update(state=OutboxState.READY, attempts=0, run_at=now, lease_until=None, lease_by="")


def done_with(key: str) -> None:
    """Part of the transaction in which the effect happens: the row is done if and only if that holds."""
    Outbox.objects.filter(key=key).update(state=OutboxState.DONE, lease_until=None, last_error="")
