"""What the operations desk shows: what stands still and why, and whether the machines behind the pages are alive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.access import Viewer
from casework.models import Case, Heartbeat, Outbox, OutboxState
from casework.queries.studio import diagram_of, element_names, matter_title
from workflows.models import Incident, Timer, Version

MOST = 500  # incidents on one page: whoever has more mends by cause, and the next ones come up
ALIVE = timedelta(minutes=2)
LATE = timedelta(minutes=5)
KINDS: dict[str, str | Promise] = {
    "stuck": _("Stands still"),
    "error": _("Error that nothing catches"),
    "cancel": _("Cancelled without a way out"),
    "condition": _("Condition that can't be read"),
    "expression": _("Expression that can't be computed"),
    "move": _("The process would not go on"),
    "machine": _("System step failed"),
    "machine_step": _("System step failed"),
    "timer": _("Timer could not fire"),
    "signal": _("Signal could not be taken"),
    "message": _("Message could not be delivered"),
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One case that stands still."""

    id: int
    number: str
    title: str
    opened_at: datetime
    attempts: int
    has_step: bool


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Incidents of one cause: the same element of the same version, the same kind, the same words."""

    key: str
    words: str | Promise
    message: str
    matter: str
    number: int | None
    element: str
    name: str
    cases: tuple[Standing, ...]
    places: tuple[tuple[str, str], ...]

    @property
    def since(self) -> datetime:
        return min(case.opened_at for case in self.cases)

    @property
    def can_skip(self) -> bool:
        return all(case.has_step for case in self.cases)


@dataclass(frozen=True, kw_only=True)
class Runner:
    name: str
    beat_at: datetime
    is_alive: bool


@dataclass(frozen=True, kw_only=True)
class Health:
    """The machines: what is late or given up, and who beats."""

    late_timers: int
    waiting: int
    given_up: int
    runners: tuple[Runner, ...]

    @property
    def is_well(self) -> bool:
        return not (self.late_timers or self.given_up) and any(one.is_alive for one in self.runners)


def causes(viewer: Viewer) -> list[Cause]:
    """What stands still, by cause, the one with most cases first; only what this viewer may see."""
    rows = (
        Incident.objects.filter(resolved_at=None, run__case__in=Case.objects.visible_to(viewer))
        .annotate(number=F("run__case__number"), title=F("run__case__title"), version_id=F("run__version"))
        .select_related("step")
        .order_by("pk")[:MOST]
    )
    groups: dict[tuple[int, str, str, str], list[Incident]] = {}
    for row in rows:
        groups.setdefault((row.version_id, row.element, row.kind, row.message), []).append(row)
    versions = _versions({version for version, *_rest in groups})
    found = [_cause(versions[key[0]], held) for key, held in groups.items()]
    return sorted(found, key=lambda cause: (-len(cause.cases), cause.since))


def _versions(ids: Iterable[int]) -> dict[int, Version]:
    return {one.pk: one for one in Version.objects.filter(pk__in=ids).select_related("definition")}


def _cause(version: Version, held: list[Incident]) -> Cause:
    first = held[0]
    diagram = diagram_of(version)
    names = element_names(diagram) if diagram else {}
    steps = [node for node, _scope in diagram.walk() if not node.kind.endswith("Gateway")] if diagram else []
    return Cause(
        key=str(first.pk),
        words=KINDS.get(first.kind, first.kind),
        message=first.message,
        matter=matter_title(version.definition),
        number=version.number,
        element=first.element,
        name=names.get(first.element, first.element),
        cases=tuple(_standing(one) for one in held),
        places=tuple((node.id, names[node.id]) for node in steps if node.kind.endswith("Task")),
    )


def _standing(incident: Incident) -> Standing:
    return Standing(
        id=incident.pk,
        number=incident.number,  # type: ignore[attr-defined]  # annotated
        title=incident.title,  # type: ignore[attr-defined]  # annotated
        opened_at=incident.opened_at,
        attempts=incident.attempts,
        has_step=incident.step is not None and incident.step.is_open,
    )


def health(*, now: datetime) -> Health:
    """Counts by index, however large the tables are."""
    return Health(
        late_timers=Timer.objects.filter(fired_at=None, due_at__lt=now - LATE).count(),
        waiting=Outbox.objects.filter(state__in=[OutboxState.READY, OutboxState.LEASED]).count(),
        given_up=Outbox.objects.filter(state=OutboxState.DEAD).count(),
        runners=tuple(
            Runner(name=beat.runner, beat_at=beat.beat_at, is_alive=beat.beat_at > now - ALIVE)
            for beat in Heartbeat.objects.order_by("-beat_at")[:12]
        ),
    )
