"""A run that went over to another version stands again as it stood in the old one, row for row.

What a change of version touches is kept before it, as JSON. The way back holds as long as nothing has moved the run since.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Model, QuerySet

from workflows.models import Incident, Run, Step, StepStatus, Subscription, Timer
from workflows.rewinding import never_again

_RUN = ("version_id", "state", "state_version", "path")
_STEP = ("element", "name", "lane", "settings", "operation", "is_held_up", "asked")


def as_it_stands(row: Run) -> dict[str, Any]:
    """The run and its open rows, as JSON. The caller holds the case's lock."""
    return {
        "run": {name: getattr(row, name) for name in _RUN},
        "steps": list(Step.objects.open().filter(run=row).order_by("pk").values("id", *_STEP)),
        "timers": _written(Timer.objects.filter(run=row, fired_at=None)),
        "subscriptions": _written(Subscription.objects.filter(run=row)),
    }


def move_back(row: Run, before: Mapping[str, Any], *, now: datetime) -> list[int]:
    """Let the run stand as `before` says; returns the steps that are gone, which had come with the new version.

    The caller holds the case's lock and knows that nothing has moved the run since it went over.
    """
    kept = before["run"]
    row.state = never_again(kept["state"], row.state)
    row.version_id, row.state_version, row.path = kept["version_id"], kept["state_version"], kept["path"]
    row.moves += 1
    row.save(update_fields=["version", "state", "state_version", "path", "moves"])
    gone = _restore_steps(row, before["steps"], now=now)
    Timer.objects.filter(run=row, fired_at=None).delete()
    Timer.objects.bulk_create(_rows(Timer, before["timers"]))
    Subscription.objects.filter(run=row).delete()
    Subscription.objects.bulk_create(_rows(Subscription, before["subscriptions"]))
    return gone


def _restore_steps(row: Run, steps: list[dict[str, Any]], *, now: datetime) -> list[int]:
    for was in steps:
        fields = {name: was[name] for name in _STEP}
        again = {"status": StepStatus.OPEN, "closed_at": None, "outcome": ""}
        Step.objects.filter(run=row, pk=was["id"]).update(**fields, **again)
    new = Step.objects.open().filter(run=row).exclude(pk__in=[was["id"] for was in steps])
    gone = list(new.values_list("pk", flat=True))
    new.update(status=StepStatus.CANCELLED, closed_at=now)
    Incident.objects.filter(step__in=gone, resolved_at=None).update(resolved_at=now, resolution="taken back")
    return gone


def _written(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    """Whole rows; times as text, to the microsecond."""
    return [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
        for row in rows.order_by("pk").values()
    ]


def _rows(model: type[Model], kept: list[dict[str, Any]]) -> list[Any]:  # Any: rows of the model
    times = {field.attname for field in model._meta.concrete_fields if isinstance(field, DateTimeField)}
    return [
        model(**{name: datetime.fromisoformat(v) if v and name in times else v for name, v in row.items()})
        for row in kept
    ]
