"""What time does: timers, the outbox, clocks. One plain function that any runner may call."""

from __future__ import annotations

import logging
import os
import socket
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from casework.errors import CaseworkError
from casework.models import CaseStatus, Heartbeat
from casework.services import deliveries, incidents, journal, outbox, overdue, progress, pushing, vacancies
from casework.services.acts import resting, supervising
from casework.services.calendars import holiday_horizon
from casework.services.clocks import extend, pause, resume
from casework.services.locks import database_now, lock_timer_or_none
from casework.services.tasks import making as tasks
from casework.services.tasks.visiting import settle_visits
from workflows.errors import WorkflowsError
from workflows.models import Incident, Timer

__all__ = ["extend", "pause", "resume"]  # part of what time does; written where clocks are

log = logging.getLogger(__name__)
BATCH = 100
DAY = 24 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class Ticked:
    """How much one tick did."""

    timers: int = 0
    parcels: int = 0
    clocks: int = 0
    reviews: int = 0
    tasks: int = 0

    def __bool__(self) -> bool:
        return bool(self.timers or self.parcels or self.clocks or self.reviews or self.tasks)


def tick(*, at: datetime | None = None, worker: str | None = None, limit: int = BATCH) -> Ticked:
    """Do what is due, as of `at` or of the database's clock, until a batch is full or nothing is left."""
    now = at or database_now()
    _push_notices(now)
    return Ticked(
        timers=fire_due_timers(now=now, limit=limit),
        parcels=outbox.drain(
            deliveries.DELIVERERS,
            give_up=deliveries.give_up,
            worker=worker or worker_name(),
            now=lambda: at or database_now(),
            limit=limit,
        ),
        clocks=sweep_clocks(now=now, limit=limit),
        reviews=resting.resume_due(now=now, limit=limit) + supervising.raise_due(now=now, limit=limit),
        tasks=tasks.sweep(now=now),
    )


def _push_notices(now: datetime) -> None:
    """What can't be told outside must not keep timers and clocks from going on; it comes round again."""
    try:
        pushing.push_notices(now=now)
    except (OperationalError, InterfaceError):
        raise  # the database is away: then nothing else can be done either
    except Exception:  # whatever it is, time goes on
        log.exception("notices could not be put into the outbox")


def watch(*, now: datetime | None = None) -> int:
    """Look for cases that stand still without a reason, and for work that waits where nobody sits any more.

    Called once a minute, as it looks at every open case.
    """
    now = now or database_now()
    return incidents.find_stuck(now=now) + vacancies.climb(now=now) + tasks.rehome(now=now) + settle_visits()


def tick_until_quiet(*, at: datetime | None = None, rounds: int = 1000) -> Ticked:
    """Tick until nothing happens any more: what `manage.py tick` does."""
    timers = parcels = clocks = reviews = made = 0
    for _ in range(rounds):
        did = tick(at=at)
        if not did:
            break
        timers, parcels, clocks = timers + did.timers, parcels + did.parcels, clocks + did.clocks
        reviews, made = reviews + did.reviews, made + did.tasks
    return Ticked(timers=timers, parcels=parcels, clocks=clocks, reviews=reviews, tasks=made)


def fire_due_timers(*, now: datetime, limit: int = BATCH) -> int:
    """Fire due timers in the order of their times, each in a transaction of its own."""
    due = Timer.objects.filter(fired_at=None, due_at__lte=now).order_by("due_at", "pk")
    due = due.filter(run__case__status=CaseStatus.OPEN)  # what is suspended would block those behind it
    return sum(_fire(timer_id, now=now) for timer_id in due.values_list("pk", flat=True)[:limit])


def _fire(timer_id: int, *, now: datetime) -> bool:
    try:
        return progress.fire_timer(timer_id, now=now)
    except (OperationalError, InterfaceError):
        raise  # the database is away: no fault of this timer's, it comes round again
    except (WorkflowsError, CaseworkError) as error:
        _set_aside(timer_id, str(error), now=now)
    except Exception as error:  # whatever it is, the timers behind this one must go on
        log.exception("timer %s could not be fired", timer_id)
        _set_aside(timer_id, f"{type(error).__name__}: {error}"[:2000], now=now)
    return False


@transaction.atomic
def _set_aside(timer_id: int, error: str, *, now: datetime) -> None:
    """A timer whose move is refused would stop the sweep for ever: it becomes an incident, once."""
    locked = lock_timer_or_none(timer_id)
    if locked is None or locked.timer.fired_at is not None:
        return
    case, timer = locked.case, locked.timer
    timer.fired_at = now
    timer.save(update_fields=["fired_at"])
    Incident.objects.create(
        run=timer.run,
        element=timer.element,
        kind="timer",
        message=error,
        data={"timer": timer.pk},
        opened_at=now,
    )
    journal.record(
        case, "incident", now=now, data={"element": timer.element, "kind": "timer", "message": error}
    )


def sweep_clocks(*, now: datetime, limit: int = BATCH) -> int:
    """Mark the clocks that ran out, warn where time runs short, and tell of breaches, once each.

    Returns how many were warned of or told: marking alone is not yet done with.
    """
    overdue.mark_breaches(now=now)
    told = overdue.tell_breaches(now=now, limit=limit) + overdue.climb_again(now=now, limit=limit)
    return overdue.warn(now=now) + told


def beat(runner: str) -> None:
    """Say that this runner lives."""
    now = database_now()
    Heartbeat.objects.update_or_create(runner=runner, defaults={"beat_at": now})
    if cache.add("horizon_looked_at", runner, DAY):
        _say_when_holidays_end(now)


def _say_when_holidays_end(now: datetime) -> None:
    horizon = holiday_horizon(today=timezone.localdate(now))
    if horizon.is_near:
        log.warning("holidays are known for %s more days only", horizon.days_left)


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[:64]
