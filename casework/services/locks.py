"""One lock per case, taken first; the database's clock is read with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Model
from psycopg import errors as pg

from casework.errors import CaseBusy, NotFound
from casework.models import Case
from workflows.models import Run, Step, Timer
from workflows.rows import ask, columns, made, new_keys, width
from workflows.services import version_of

STEPS_AT_ONCE = 4  # more than most moves open; who opens more asks for more keys


@dataclass(frozen=True, kw_only=True)
class LockedStep:
    """A step with its case, both as they are now, and the time by the database's clock."""

    case: Case
    step: Step
    now: datetime


@dataclass(frozen=True, kw_only=True)
class LockedTimer:
    """A timer with its case, both as they are now."""

    case: Case
    timer: Timer


def lock_case(case_id: int) -> Case:
    """The case's row, locked until the transaction ends. Raises CaseBusy, NotFound.

    Always the first statement of an act: lock, then read. The other way round two officers would both
    read the step as open.
    """
    with _busy_is_said():
        row = _locked(_text(), case_id)
        if row is None:  # while we waited the case may have begun a new round: its run is another one now
            row = _locked(_text(), case_id)
    if row is None:
        raise NotFound
    return _case(row)


def lock_step(step_id: int) -> LockedStep:
    """Lock the case of this step and read both in the same statement. Raises CaseBusy, NotFound.

    The rows are locked in the order case, run, step, and PostgreSQL reads a locked row again after it has
    waited for it: so the step is as the one before us left it.
    """
    with _busy_is_said():
        row = _locked(_text(Step), step_id)
    if row is None:
        raise NotFound
    case = _case(row)
    step = made(Step, row[_both() : -2])
    step.run = case.run
    return LockedStep(case=case, step=step, now=row[-1])


def lock_case_or_none(case_id: int) -> Case | None:
    """The same for a sweep, which passes by a case that somebody is changing: it comes round again."""
    row = _locked(_text(is_patient=False), case_id)
    return None if row is None else _case(row)


def lock_timer_or_none(timer_id: int) -> LockedTimer | None:
    """A timer with its case, unless somebody is changing that."""
    row = _locked(_text(Timer, is_patient=False), timer_id)
    if row is None:
        return None
    case = _case(row)
    timer = made(Timer, row[_both() : -2])
    timer.run = case.run
    return LockedTimer(case=case, timer=timer)


def ensure_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A case is locked inside a transaction; outside one the lock would end at once.")


def database_now() -> datetime:
    """The time by the database's clock, which is the same for every process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def _locked(text: str, key: int) -> Sequence[Any] | None:  # Any: columns of several tables
    ensure_transaction()
    return next(iter(ask(text, *[key] * text.count("%s"))), None)


@lru_cache(maxsize=8)
def _text(of: type[Model] | None = None, *, is_patient: bool = True) -> str:
    """The locking SELECT, by the case's key or by that of one of its steps or timers."""
    case, run = Case._meta.db_table, Run._meta.db_table
    read = [columns(Case), columns(Run), *([columns(of)] if of else [])]
    read += [new_keys(Step, STEPS_AT_ONCE), "clock_timestamp()"]
    joined, locked = f"{case} JOIN {run} ON {run}.id = {case}.run_id", [case, run]
    found = f"{case}.id = %s"
    if of is not None:
        table = of._meta.db_table
        joined, locked = f"{joined} JOIN {table} ON {table}.run_id = {run}.id", [*locked, table]
        # Said twice, so that no guess about the tables makes the planner walk one of them to find the one run.
        found = f"{table}.id = %s AND {run}.id = (SELECT run_id FROM {table} WHERE id = %s)"  # noqa: S608
    return (
        f"SELECT {', '.join(read)} FROM {joined} WHERE {found} "  # noqa: S608
        f"FOR UPDATE OF {', '.join(locked)}{'' if is_patient else ' SKIP LOCKED'}"
    )


def _both() -> int:
    return width(Case) + width(Run)


def _case(row: Sequence[Any]) -> Case:  # Any: columns of several tables
    case = made(Case, row[: width(Case)])
    case.run = made(Run, row[width(Case) : width(Case) + width(Run)])
    case.run.version = version_of(case.run)
    case.run.step_keys = tuple(row[-2])
    return case


@contextmanager
def _busy_is_said() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, pg.LockNotAvailable):
            raise CaseBusy from error
        raise
