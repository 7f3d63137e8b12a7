"""The gate before a version is in force: what it asks for, the second person, and who did what.

Problems clean, scenarios green, the share of the ways reached, a note, and where it is asked for a second person who
neither drew last nor asked. Whatever was looked at is pinned: what changed meanwhile is never published by it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import CaseworkError, NotFound, NotNow, NotValid, NotYours
from casework.models import PublishRequest, PublishState
from casework.services import diagrams, scenarios
from casework.services.gate_rules import Rule, rule_for
from casework.services.locks import database_now
from casework.services.scenarios import Tested
from workflows.bpmn import DiagramRefused
from workflows.errors import DraftChanged, NoDraft
from workflows.models import Definition, Version


class GateClosed(CaseworkError):
    """Not valid: the draft does not have what publishing asks for."""

    code = "gate_closed"


# --- what stands in the way


def ensure_tested(draft: Version, rule: Rule) -> None:
    """All scenarios are green and take as much of the drawing as is asked for. Raises GateClosed."""
    try:
        found = scenarios.tested(draft)
    except DiagramRefused:
        return  # the check of problems says so, with element and line
    if not found.is_green:
        raise GateClosed(
            _("%(count)d scenarios do not go through; mend them or the drawing.")
            % {"count": len(found.results) - found.green}
        )
    if not is_reached(found, rule):
        raise GateClosed(
            _("The scenarios take %(share)d %% of the ways; %(asked)d %% are asked for.")
            % {"share": found.share, "asked": rule.share}
        )


def is_reached(found: Tested, rule: Rule) -> bool:
    return found.share >= rule.share


def publish(key: str, *, note: str, by: Viewer, reviewed: str | None = None) -> Version:
    """Publish at once, where no second person is asked for.

    `reviewed` is the sha256 of the diagram or the fingerprint of all of the draft that was looked at. Raises NotYours,
    NoDraft, NotPublishable, DraftChanged, GateClosed, Definition.DoesNotExist.
    """
    diagrams.ensure_may_draw(by)
    with transaction.atomic():
        matter, draft = _locked(Definition.objects.get(key=key))
        rule = rule_for(matter)
        if rule.needs_second:
            raise GateClosed(_("A second person has to agree: send it for review."))
        if reviewed is not None and reviewed not in (draft.sha256, scenarios.fingerprint(draft)):
            raise DraftChanged(who=str(draft.author or ""), at=draft.saved_at)
        return _in_force(matter, draft, rule, note=note, by=by)


def _in_force(matter: Definition, draft: Version, rule: Rule, *, note: str, by: Viewer) -> Version:
    made = diagrams.publish_as_operator(matter.key, note=note, by_id=by.user_id, reviewed=draft.sha256)
    ensure_tested(made, rule)  # after the problems, which say more; a refusal takes all of it back
    return made


def _locked(matter: Definition) -> tuple[Definition, Version]:
    """Whoever changes a draft takes the same lock, so that nothing changes under what is looked at here.

    Not of the key: scenarios may take seconds, and each new case of the matter points at the row.
    """
    held = Definition.objects.select_for_update(no_key=True).get(pk=matter.pk)
    draft = held.versions.filter(status="draft").select_related("author").first()
    if draft is None:
        raise NoDraft
    return held, draft


# --- the second person


@transaction.atomic
def ask(matter: Definition, *, note: str, reviewed: str, by: Viewer) -> PublishRequest:
    """Send the draft to a second person. One that waits already is replaced: it asked for something else.

    Raises NotYours, NoDraft, DraftChanged, GateClosed, NotPublishable.
    """
    diagrams.ensure_may_draw(by)
    matter, draft = _locked(matter)
    shown = scenarios.fingerprint(draft)
    if reviewed != shown:
        raise DraftChanged(who=str(draft.author or ""), at=draft.saved_at)
    if any(problem.severity == "error" for problem in diagrams.problems_of(draft)):
        raise GateClosed(_("Mend what must be fixed first."))
    ensure_tested(draft, rule_for(matter))
    now = database_now()
    matter.publish_requests.filter(state=PublishState.WAITING).update(
        state=PublishState.WITHDRAWN, decided_by=by.user_id, decided_at=now
    )
    return PublishRequest.objects.create(
        matter=matter, fingerprint=shown, note=note.strip()[:500], asked_by_id=by.user_id, asked_at=now
    )


@transaction.atomic
def agree(request_id: int, *, comment: str = "", by: Viewer) -> Version:
    """The second person agrees, and with that it is in force.

    Raises NotYours for whoever drew last or asked, NotNow where it is decided or the draft has changed meanwhile.
    """
    waiting, draft = _waiting(request_id, by=by)
    if by.user_id in (waiting.asked_by_id, draft.author_id):
        raise NotYours(_("Somebody else has to look at it: not who changed it last, nor who asked."))
    if waiting.fingerprint != scenarios.fingerprint(draft):
        raise NotNow(_("The draft was changed after it was sent for review. It has to be sent again."))
    made = _in_force(waiting.matter, draft, rule_for(waiting.matter), note=waiting.note, by=by)
    _decide(waiting, PublishState.APPROVED, comment=comment, by=by, now=database_now(), number=made.number)
    return made


@transaction.atomic
def send_back(request_id: int, *, comment: str, by: Viewer) -> None:
    """The second person does not agree, and says why. Raises NotYours, NotNow, NotValid."""
    waiting, draft = _waiting(request_id, by=by)
    if by.user_id in (waiting.asked_by_id, draft.author_id):
        raise NotYours(_("Somebody else has to look at it: not who changed it last, nor who asked."))
    if not comment.strip():
        raise NotValid(_("Say why you send it back."))
    _decide(waiting, PublishState.REFUSED, comment=comment, by=by, now=database_now())


@transaction.atomic
def withdraw(request_id: int, *, by: Viewer) -> None:
    """Whoever draws may take the question back. Raises NotYours, NotNow."""
    waiting, _draft = _waiting(request_id, by=by)
    _decide(waiting, PublishState.WITHDRAWN, comment="", by=by, now=database_now())


def _waiting(request_id: int, *, by: Viewer) -> tuple[PublishRequest, Version]:
    diagrams.ensure_may_draw(by)
    asked = PublishRequest.objects.select_related("matter").filter(pk=request_id).first()
    if asked is None:
        raise NotFound
    try:
        _matter, draft = _locked(asked.matter)
    except NoDraft as gone:
        raise NotNow(_("The draft is gone; there is nothing to decide any more.")) from gone
    asked.refresh_from_db()  # it may have been decided while this waited for the lock
    if asked.state != PublishState.WAITING:
        raise NotNow(_("This has been decided already."))
    return asked, draft


def _decide(
    asked: PublishRequest,
    state: PublishState,
    *,
    comment: str,
    by: Viewer,
    now: datetime,
    number: int | None = None,
) -> None:
    asked.state, asked.comment, asked.number = state, comment.strip()[:500], number
    asked.decided_by_id, asked.decided_at = by.user_id, now
    asked.save()
