"""退回: back to the reporter or to any step already passed, pinned to fields and photos.

Through all steps again, which cancels what came out of the named step and nothing beside it; or straight back to the one
who returns it, which touches nothing else at all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotValid, VerbNotAllowed
from casework.models import Case, Decision
from casework.services.approvals.deciding import ensure_may_end, finish, move_on
from casework.services.approvals.doing import Doing, begin, decision_of, walk_for
from casework.services.approvals.filling import values_of
from casework.services.said import Said
from grid.queries.posts import holders_by_post
from workflows import services as workflows
from workflows import sharing
from workflows.engine import Errand
from workflows.errors import MoveRefused
from workflows.models import Step, StepStatus
from workflows.projection import Move, Walk

REPORTER = "reporter"
STRAIGHT = {"back": "straight"}  # what was mended goes straight back; the page says so
MENDED = "补充上报"  # what the reporter's step is called, in the words of the diagrams


@transaction.atomic
def return_(step_id: int, *, by: Viewer, said: Said) -> Case:
    """Where the diagram leads a return, or to what `to_element` names: a step, or the reporter."""
    doing = begin(step_id, "return", by=by, said=said)
    ensure_may_end(doing)
    if not said.to_element:
        return _as_drawn(doing)
    outcome = doing.verb.outcome
    walk, assign = walk_for(doing)
    move = _back(doing, walk)
    told: dict[str, Any] = {"to_element": said.to_element, "to": _name_of(doing, move)}
    if said.straight_back:
        told["straight_back"] = True
    return finish(doing, move, assign, Decision(**decision_of(doing), outcome=outcome), told)


def _as_drawn(doing: Doing) -> Case:
    if doing.said.straight_back:
        raise NotValid(fields={"to_element": [_("Choose the step that has to mend it.")]})
    if doing.step.settings.get("errand"):
        raise VerbNotAllowed(doing.verb.label)
    return move_on(doing, values=values_of(doing), outcome=doing.verb.outcome)


def _back(doing: Doing, walk: Walk) -> Move:
    passed, to = workflows.earlier_steps(walk, doing.step), doing.said.to_element
    if to == REPORTER:
        return _to_reporter(doing, walk, passed)
    if to not in passed:
        raise NotValid(
            _("It can only be returned to a step that was passed already."),
            fields={"to_element": [_("Choose a step that was passed already.")]},
        )
    if doing.said.straight_back:
        settings = {**_settings(doing), **STRAIGHT}
        return _mended(doing, walk, to, Errand(posts=_who_did(doing, to), settings=settings))
    return workflows.send_back(walk, doing.step, to=to, outcome=doing.verb.outcome)


def _to_reporter(doing: Doing, walk: Walk, passed: tuple[str, ...]) -> Move:
    """Who reported it mends his report; then it is back here, or at the first step and goes through all again."""
    first = _first_done(doing, passed)
    errand = Errand(
        posts=(doing.case.reporter_post,) if doing.case.reporter_post else (),
        name=MENDED,
        settings={
            **_settings(doing),
            "level": "reporter",
            "form": str(doing.case.run.version.about.get("report_form", "")),
            "verbs": "complete",
        },
    )
    if doing.said.straight_back or first is None:
        return _mended(doing, walk, "", replace(errand, settings={**errand.settings, **STRAIGHT}))
    return sharing.send_back_asking(walk, doing.step, errand, to=first, outcome=doing.verb.outcome)


def _mended(doing: Doing, walk: Walk, to: str, errand: Errand) -> Move:
    try:
        return sharing.mend(
            walk, doing.step, errand, to=to, posts=doing.step.candidates, outcome=doing.verb.outcome
        )
    except MoveRefused as refused:
        raise NotValid(refused.message, fields={"straight_back": [str(refused.message)]}) from refused


def _settings(doing: Doing) -> dict[str, str]:
    """Who mends something gives feedback, whatever the step says that he does again."""
    return {"errand": "mend", "for": str(doing.step.token), "signFor": "", "verbs": "complete"}


def _who_did(doing: Doing, element: str) -> tuple[str, ...] | None:
    """The post that did the step last, as long as somebody sits there; else whoever the diagram says."""
    did = _done(doing).filter(element=element).order_by("-closed_at", "-pk").first()
    if did is None:
        return None
    posts = [did.claimed_as] if did.claimed_as else did.candidates
    held = holders_by_post(posts, on=doing.now.date())
    return tuple(code for code in posts if held[code]) or None


def _first_done(doing: Doing, passed: tuple[str, ...]) -> str | None:
    first = _done(doing).filter(element__in=passed).order_by("opened_at", "pk").first()
    return None if first is None else first.element


def _done(doing: Doing) -> QuerySet[Step]:
    return Step.objects.human().filter(run=doing.case.run, status=StepStatus.DONE).exclude(pk=doing.step.pk)


def _name_of(doing: Doing, move: Move) -> str:
    """What the step is called that has it now."""
    return next((step.name for step in move.opened), doing.said.to_element)
