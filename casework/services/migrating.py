"""Running cases go over to the version in force: suggested, tried without changing anything, then one by one.

Each case is a parcel of the outbox: a transaction of its own under its lock, tried again when somebody is at it,
and an incident when it can't go. Cases that can't go over stay in their version, which stays as it is for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.access import Viewer, may_see
from casework.models import Case, CaseStatus, Moving, MovingCase, MovingState
from casework.services import journal, migrating_back, outbox
from casework.services.assignment import assigner
from casework.services.calendars import work_calendar
from casework.services.diagrams import ensure_may_draw
from casework.services.locks import database_now, lock_case
from casework.services.outbox import Parcel
from casework.services.progress import follow
from workflows.bpmn import Diagram, read
from workflows.errors import MoveRefused
from workflows.models import Definition, RunStatus, Version
from workflows.moving_over import move_over, obstacles

KIND = "migrate"
MOST = 2_000  # cases tried at once; the next ones come when these have gone over


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What would become of one case: nothing in its way, or in words why it stays."""

    case_id: int
    number: str
    title: str
    version: int | None
    why: tuple[str, ...]

    @property
    def can_go(self) -> bool:
        return not self.why


def suggested(old: Diagram, new: Diagram) -> dict[str, str]:
    """For each element that the new version lacks: the only one there of the same kind and name, if there is one.

    Elements that have kept their id need no word.
    """
    here = {node.id: node for node, _scope in new.walk()}
    named: dict[tuple[str, str], list[str]] = {}
    for node in here.values():
        named.setdefault((node.kind, node.name), []).append(node.id)
    found = {}
    for node, _scope in old.walk():
        same = named.get((node.kind, node.name), [])
        if node.id not in here and node.name and len(same) == 1:
            found[node.id] = same[0]
    return found


def behind(matter: Definition) -> list[Case]:
    """Open cases of the matter in versions before the one in force, the oldest first."""
    held = Case.objects.filter(
        matter=matter, status__in=[CaseStatus.OPEN, CaseStatus.SUSPENDED], run__status=RunStatus.RUNNING
    ).exclude(run__version__status="published")
    return list(held.select_related("run__version").order_by("pk")[:MOST])


def tried(
    matter: Definition, version: Version, *, elements: Mapping[str, str], now: datetime, by: Viewer
) -> list[Trial]:
    """What would become of each case that is behind. Changes nothing. One that `by` may not see has its number alone."""
    language = get_language() or "zh-hans"
    maps = _Maps(version, elements)
    return [
        Trial(
            case_id=case.pk,
            number=case.number,
            title=case.title if may_see(by, case) else "",
            version=case.run.version.number,
            why=tuple(
                dict.fromkeys(
                    maps.said(case.run.version, one.element, one.why.text(language))
                    for one in obstacles(
                        case.run, version, data=case.data, now=now, elements=maps.of(case.run.version)
                    )
                )
            ),
        )
        for case in behind(matter)
    ]


class _Maps:
    """For each old version the suggestion, overruled by what somebody chose; an empty choice is “stay”."""

    def __init__(self, version: Version, chosen: Mapping[str, str]) -> None:
        self._new = read(version.bpmn.encode())
        self._chosen = chosen
        self._known: dict[int, tuple[dict[str, str], dict[str, str]]] = {}

    def _at(self, old: Version) -> tuple[dict[str, str], dict[str, str]]:
        if old.pk not in self._known:
            diagram = read(old.bpmn.encode())
            names = {node.id: node.name or node.id for node, _scope in diagram.walk()}
            mapped = {**suggested(diagram, self._new), **self._chosen}
            self._known[old.pk] = {id: to for id, to in mapped.items() if to and id in names}, names
        return self._known[old.pk]

    def of(self, old: Version) -> dict[str, str]:
        return self._at(old)[0]

    def said(self, old: Version, element: str, why: str) -> str:
        return f"{self._at(old)[1].get(element, element)}：{why}"


@transaction.atomic
def start(matter: Definition, version: Version, *, elements: Mapping[str, str], by: Viewer) -> Moving | None:
    """Send every case that can go on its way, as one batch; None when there is none. Raises NotYours."""
    ensure_may_draw(by)
    now = database_now()
    going = [trial for trial in tried(matter, version, elements=elements, now=now, by=by) if trial.can_go]
    if not going:
        return None
    moving = Moving.objects.create(version=version, elements=dict(elements), by_id=by.user_id, started_at=now)
    MovingCase.objects.bulk_create(MovingCase(moving=moving, case_id=trial.case_id) for trial in going)
    for trial in going:
        payload = {"version": version.pk, "elements": dict(elements), "by": by.user_id, "moving": moving.pk}
        key = f"{KIND}:{moving.pk}:{trial.case_id}"
        outbox.enqueue(key, kind=KIND, case_id=trial.case_id, payload=payload, now=now)
    return moving


@transaction.atomic
def deliver(parcel: Parcel) -> None:
    """One case goes over; a second delivery changes nothing, nor one for a case that has ended or is further already."""
    if parcel.case_id is None:
        return
    case = lock_case(parcel.case_id)
    version = Version.objects.select_related("definition").get(pk=parcel.payload["version"])
    old = Version.objects.get(pk=case.run.version_id)
    row = _row(parcel)
    if row is not None and row.state not in (MovingState.WAITING, MovingState.STAYED):
        return
    if case.run.status != RunStatus.RUNNING or (old.number or 0) >= (version.number or 0):
        _stays(row, _("It is over, or as far as this version already."))
        return
    now = database_now()
    before = migrating_back.remembered(case)
    _go_over(case, version, old, parcel, now=now)
    if row is not None:
        migrating_back.keep(row, case, before, now=now)


def _go_over(case: Case, version: Version, old: Version, parcel: Parcel, *, now: datetime) -> None:
    calendar = work_calendar(case.area_code)
    assign = assigner(case, now=now, calendar=calendar)
    elements = _Maps(version, parcel.payload["elements"]).of(old)
    try:
        moved = move_over(
            case.run, version, data=case.data, assign=assign, now=now, calendar=calendar, elements=elements
        )
    except MoveRefused as refused:  # it has gone on since it was tried: another try would not help
        raise outbox.Refused(str(refused.message)) from refused
    data = {"from": old.number, "version": version.number, "by": parcel.payload["by"]}
    follow(case, moved, assign=assign, now=now, told=[journal.line(case, "migrated", now=now, data=data)])


def gave_up(parcel: Parcel, error: str) -> None:
    """In the transaction that gives the parcel up; its case is locked."""
    _stays(_row(parcel), error)


def _row(parcel: Parcel) -> MovingCase | None:
    """None for a parcel from before there were batches."""
    moving = parcel.payload.get("moving")
    return MovingCase.objects.filter(moving=moving, case=parcel.case_id).first() if moving else None


def _stays(row: MovingCase | None, why: str) -> None:
    if row is not None:
        row.state, row.why = MovingState.STAYED, why[:500]
        row.save(update_fields=["state", "why"])
