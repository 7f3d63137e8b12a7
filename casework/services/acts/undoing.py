"""撤销: within ten seconds an act is as if it had never been, also where it reached into another case."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer, may_see
from casework.errors import NotFound, NothingToTakeBack, TooLateToUndo
from casework.models import Case, CaseStatus, Snapshot
from casework.services import journal
from casework.services.locks import database_now, lock_case
from casework.services.progress import Closing, follow, walk_of
from casework.services.said import Said
from casework.services.taking_back import UNDO, kept_of, take_back
from workflows import services as workflows
from workflows.models import RunStatus

NEVER_WAS = Closing(status=CaseStatus.VOID, outcome="撤销", event="voided")


@transaction.atomic
def undo(number: str, *, by: Viewer, said: Said | None = None) -> Case:
    """Raises NotFound, NothingToTakeBack, TooLateToUndo, CaseBusy."""
    place = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    if place is None:
        raise NotFound
    locked = _locked(place)
    case, now = locked.pop(place), database_now()
    if not may_see(by, case):
        raise NotFound
    kept = kept_of(case, by=by)
    if now - kept.at > UNDO:
        raise TooLateToUndo
    others = [_as_the_act_left_it(locked.get(int(key)), version) for key, version in kept.others.items()]
    verb, at = kept.verb, kept.at
    taken = take_back(case, kept, "undone", by=by, said=said or Said(), now=now)
    for other in others:
        if other.opened_at >= at:
            _never_was(other, verb, because_of=case, by=by)
        else:
            other.version += 1
            other.save(update_fields=["version"])
            told = {"verb": verb, "case": case.number}
            journal.record(other, "undone", now=now, by=by, data=told)
    return taken


def _locked(place: int) -> dict[int, Case]:
    """The case and those that its newest act reached into, locked in the order of their keys like everywhere."""
    kept = Snapshot.objects.filter(case=place).values_list("others", flat=True).first() or {}
    return {key: lock_case(key) for key in sorted({place, *map(int, kept)})}


def _as_the_act_left_it(other: Case | None, version: int) -> Case:
    if other is None or other.version != version:
        number = other.number if other else ""
        raise NothingToTakeBack(_("Somebody has acted on %(number)s meanwhile.") % {"number": number})
    return other


def _never_was(part: Case, verb: str, *, because_of: Case, by: Viewer) -> None:
    """A case that the act opened stays on record, void from the beginning."""
    now = database_now()
    if part.run.status != RunStatus.RUNNING:
        raise NothingToTakeBack(_("Case %(number)s is over already.") % {"number": part.number})
    walk, assign = walk_of(part, now=now)
    move = workflows.cancel(walk)
    told = journal.line(part, "undone", now=now, by=by, data={"verb": verb, "case": because_of.number})
    follow(part, move, assign=assign, now=now, by=by, told=[told], closing=NEVER_WAS)
