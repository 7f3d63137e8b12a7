"""What every change of a case's record begins and ends with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casework.access import Viewer, may_see
from casework.case_access import commands, supervises, works
from casework.errors import NotFound, NotNow, NotYours
from casework.models import Case, CaseStatus
from casework.queries.caseverbs import standing_of
from casework.services import journal
from casework.services.locks import database_now, lock_case


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """A case whose record is being changed: locked, by whom, for which post, when."""

    case: Case
    by: Viewer
    post: str
    now: datetime


def begin(number: str, *, by: Viewer) -> Keeping:
    """Lock the case; its record is kept by those who work on it, direct or supervise it, and no longer once it is void.

    Raises NotFound, NotYours, NotNow.
    """
    place = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    if place is None:
        raise NotFound
    case = lock_case(place)
    if not may_see(by, case):
        raise NotFound
    standing = standing_of(case)
    if not keeps_record(by, case, works_here=works(by, standing.steps, reporter_id=case.reporter_id)):
        raise NotYours
    if case.status == CaseStatus.VOID:
        raise NotNow
    offered = {code for step in standing.steps for code in step.candidates}
    post = by.post_among(offered) or (by.posts[0] if by.posts else None)
    return Keeping(case=case, by=by, post=post.code if post else "", now=database_now())


def keeps_record(by: Viewer, case: Case, *, works_here: bool) -> bool:
    return works_here or commands(by, case.area_code) or supervises(by, case.area_code)


def note(keeping: Keeping, kind: str, data: Mapping[str, Any]) -> None:
    """The line. A change of the record is no move: whoever is at a step need not look again."""
    journal.record(keeping.case, kind, now=keeping.now, by=keeping.by, post=keeping.post, data=data)
