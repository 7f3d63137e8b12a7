"""One of several limits in a row was met (已停工): who has the step says so, and the next one runs."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer, may_act, may_see
from casework.errors import CaseSuspended, NotFound, NotNow, NotYours
from casework.models import Case, CaseStatus, Clock
from casework.services import clocks, journal
from casework.services.locks import database_now, lock_case
from workflows.rows import Batch

SAID = 500


@transaction.atomic
def meet_limit(number: str, clock_id: int, *, by: Viewer, comment: str = "") -> Case:
    """Raises NotFound, NotYours, NotNow, CaseSuspended, CaseBusy."""
    place = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    case = lock_case(place) if place else None
    if case is None or not may_see(by, case):
        raise NotFound
    clock = Clock.objects.select_related("step").filter(pk=clock_id, case=case).first()
    if clock is None or clock.step is None:
        raise NotFound
    if not may_act(by, clock.step, reporter_id=case.reporter_id):
        raise NotYours
    if case.status == CaseStatus.SUSPENDED:
        raise CaseSuspended
    now, met = database_now(), clock.name
    clock.case = case
    if not clocks.meet(clock, now=now):
        raise NotNow(_("This is the last limit of the step: it is met when the step is done."))
    post = by.post_among(clock.step.candidates)
    told = {"name": clock.step.name, "step": clock.step.pk, "element": clock.step.element, "limit": met}
    if comment.strip():
        told["comment"] = comment.strip()[:SAID]
    case.version += 1
    line = journal.line(case, "limit_met", now=now, by=by, post=post.code if post else "", data=told)
    batch = Batch()
    batch.insert([line])
    batch.update(case, "version", "due_at", "lines", "last_hash")
    batch.write()
    return case
