"""催办: asking for a step to be done, with a receipt when those who have it see it. At most one per step and person in half an hour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer, may_act, may_see, may_urge
from casework.errors import NotFound, NotYours, StepTaken, VerbNotAllowed
from casework.models import Case, Urge
from casework.services import journal
from casework.services.locks import database_now, lock_case, lock_step
from casework.services.said import Said
from casework.verbs import STEP_VERBS
from workflows.models import RunStatus, Step

QUIET = timedelta(minutes=30)
TEXT_LENGTH = 500


@transaction.atomic
def urge(step_id: int, *, by: Viewer, said: Said) -> Case:
    """Urge one step. Said again within half an hour it is one with the first, and nobody is told twice."""
    locked = lock_step(step_id)
    case, step = locked.case, locked.step
    if not may_see(by, case):
        raise NotFound
    if not step.is_open or step.kind != "human" or case.run.status != RunStatus.RUNNING:
        raise StepTaken
    if not may_urge(by, step, reporter_id=case.reporter_id):
        raise VerbNotAllowed(STEP_VERBS["urge"].label)
    _urge(case, [step], by=by, text=said.comment, now=locked.now)
    return case


@transaction.atomic
def urge_case(number: str, *, by: Viewer, said: Said) -> Case:
    """Urge everybody who has a step of the case open, oneself left out: of several who sign, those who are missing."""
    place = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    if place is None:
        raise NotFound
    case, now = lock_case(place), database_now()
    if not may_see(by, case):
        raise NotFound
    steps = list(Step.objects.open().human().filter(run=case.run))
    missing = [step for step in steps if may_urge(by, step, reporter_id=case.reporter_id)]
    if not missing:
        raise (
            VerbNotAllowed(STEP_VERBS["urge"].label)
            if not steps
            else NotYours(_("There is nobody but you to urge."))
        )
    _urge(case, missing, by=by, text=said.comment, now=now)
    return case


def _urge(case: Case, steps: Iterable[Step], *, by: Viewer, text: str, now: datetime) -> None:
    text = text.strip()[:TEXT_LENGTH]
    fresh = [step for step in steps if not _merged(step, by=by, text=text, now=now)]
    if not fresh:
        return
    post = by.posts[0].code if by.posts else ""
    Urge.objects.bulk_create(
        Urge(case=case, step=step, by_id=by.user_id, post=post, text=text, at=now) for step in fresh
    )
    told: dict[str, Any] = {
        "name": "、".join(dict.fromkeys(step.name for step in fresh)),
        "urged": [step.pk for step in fresh],
    }
    if len(fresh) == 1:
        told |= {"step": fresh[0].pk, "element": fresh[0].element}
    journal.record(
        case, "urged", now=now, by=by, post=post, data={**told, **({"comment": text} if text else {})}
    )


def _merged(step: Step, *, by: Viewer, text: str, now: datetime) -> bool:
    """Whether there is one that is half an hour old at most; it counts this one too."""
    last = Urge.objects.filter(step=step, by_id=by.user_id, at__gt=now - QUIET).order_by("-at").first()
    if last is None:
        return False
    last.times += 1
    last.text = text or last.text
    last.save(update_fields=["times", "text"])
    return True


def mark_read(viewer: Viewer, case: Case) -> int:
    """Whose step it is has seen that it is urged: by whom and when is kept. Returns how many were new to him."""
    unread = Urge.objects.filter(case=case, read_at=None, step__status="open").select_related("step")
    mine = [one.pk for one in unread if may_act(viewer, one.step, reporter_id=case.reporter_id)]
    if not mine:
        return 0
    return Urge.objects.filter(pk__in=mine, read_at=None).update(
        read_at=database_now(), read_by_id=viewer.user_id
    )
