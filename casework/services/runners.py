"""django-q2 as one of the runners: a schedule that drains what is due. The only module that knows it."""

from __future__ import annotations

from django_q.models import Schedule

from casework.services import clockwork

NAME = "drain"


def drain() -> None:
    """What the schedule calls; ids only, returns nothing (results would be pickled)."""
    clockwork.beat("django-q2")
    clockwork.tick()
    clockwork.watch()


def ensure_schedule() -> None:
    """The one schedule row there is, written from code and never by hand."""
    Schedule.objects.update_or_create(
        name=NAME,
        defaults={
            "func": "casework.services.runners.drain",
            "schedule_type": Schedule.MINUTES,
            "minutes": 1,
            "repeats": -1,
        },
    )
