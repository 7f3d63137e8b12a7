"""One lock per case, taken first; the database's clock is read under it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import OperationalError, connection, transaction
from psycopg import errors as pg

from casework.errors import CaseBusy, NotFound
from casework.models import Case


def lock_case(case_id: int) -> Case:
    """The case's row, locked until the transaction ends. Raises CaseBusy, NotFound.

    Always the first statement of an act: lock, then read. The other way round two officers would both
    read the step as open.
    """
    ensure_transaction()
    with _busy_is_said():
        case = (
            Case.objects.select_for_update(of=("self", "run"))
            .select_related("run__version__definition", "matter", "area", "report")
            .filter(pk=case_id)
            .order_by()
        )
        # `report` is nullable: FOR UPDATE OF names the two rows that are always there.
        found = case.first()
    if found is None:
        raise NotFound
    return found


def lock_case_or_none(case_id: int) -> Case | None:
    """The same for a sweep, which passes by a case that somebody is changing: it comes round again."""
    ensure_transaction()
    return (
        Case.objects.select_for_update(skip_locked=True, of=("self", "run"))
        .select_related("run__version__definition", "matter", "area", "report")
        .filter(pk=case_id)
        .order_by()
        .first()
    )


def ensure_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A case is locked inside a transaction; outside one the lock would end at once.")


def database_now() -> datetime:
    """The time by the database's clock, which is the same for every process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


@contextmanager
def _busy_is_said() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, pg.LockNotAvailable):
            raise CaseBusy from error
        raise
