"""What publishing asks for: tightened by one person at once, loosened only when a second one agrees.

Where a second person has to agree to versions, the same goes for the rule itself: otherwise whoever draws could switch
it off, publish, and switch it on again.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotFound, NotNow, NotValid, NotYours
from casework.models import LooseningRequest, PublishingRule, PublishState
from casework.services import diagrams
from casework.services.locks import database_now
from casework.services.setting_history import lock_setting
from workflows.models import Definition


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What publishing asks for; `is_own` when the matter has a rule of its own."""

    share: int = 0
    needs_second: bool = False
    is_own: bool = False


def rule_for(matter: Definition | None) -> Rule:
    """The newest rule of the matter, else the newest of all, else nothing is asked for."""
    for which in dict.fromkeys((matter, None)):
        row = PublishingRule.objects.filter(matter=which).first()
        if row is not None:
            return Rule(share=row.share, needs_second=row.needs_second, is_own=row.matter_id is not None)
    return Rule()


@transaction.atomic
def set_rule(
    matter: Definition | None, *, share: int, needs_second: bool, by: Viewer
) -> LooseningRequest | None:
    """For one matter, or without one for all that have none of their own.

    In force at once, or returned as a question to a second person where it would let more through. Raises NotYours,
    NotValid.
    """
    diagrams.ensure_may_draw(by)
    if not 0 <= share <= 100:
        raise NotValid(fields={"share": [_("From 0 to 100.")]})
    lock_setting("publishing")
    _withdraw_waiting(matter, by=by)
    if _loosens(rule_for(matter), share=share, needs_second=needs_second):
        return LooseningRequest.objects.create(
            matter=matter,
            share=share,
            needs_second=needs_second,
            asked_by_id=by.user_id,
            asked_at=database_now(),
        )
    _put_in_force(matter, share=share, needs_second=needs_second, by_id=by.user_id)
    return None


@transaction.atomic
def agree_to_loosening(request_id: int, *, by: Viewer) -> None:
    """The second person agrees, and the rule is in force. Raises NotYours for whoever asked, NotFound, NotNow."""
    asked = _waiting(request_id, by=by)
    if by.user_id == asked.asked_by_id:
        raise NotYours(_("Somebody else has to agree: not who asked for it."))
    _put_in_force(asked.matter, share=asked.share, needs_second=asked.needs_second, by_id=asked.asked_by_id)
    _decide(asked, PublishState.APPROVED, by=by)


@transaction.atomic
def refuse_loosening(request_id: int, *, by: Viewer) -> None:
    """The rule stays: a second person says no, or who asked takes it back. Raises NotYours, NotFound, NotNow."""
    asked = _waiting(request_id, by=by)
    is_own = by.user_id == asked.asked_by_id
    _decide(asked, PublishState.WITHDRAWN if is_own else PublishState.REFUSED, by=by)


def _loosens(rule: Rule, *, share: int, needs_second: bool) -> bool:
    return rule.needs_second and (not needs_second or share < rule.share)


def _put_in_force(matter: Definition | None, *, share: int, needs_second: bool, by_id: int) -> None:
    PublishingRule.objects.create(
        matter=matter, share=share, needs_second=needs_second, set_by_id=by_id, set_at=database_now()
    )


def _withdraw_waiting(matter: Definition | None, *, by: Viewer) -> None:
    """A newer wish takes the place of one that waits: it was asked against another rule."""
    LooseningRequest.objects.filter(matter=matter, state=PublishState.WAITING).update(
        state=PublishState.WITHDRAWN, decided_by=by.user_id, decided_at=database_now()
    )


def _waiting(request_id: int, *, by: Viewer) -> LooseningRequest:
    diagrams.ensure_may_draw(by)
    lock_setting("publishing")
    asked = LooseningRequest.objects.select_related("matter").filter(pk=request_id).first()
    if asked is None:
        raise NotFound
    if asked.state != PublishState.WAITING:
        raise NotNow(_("This has been decided already."))
    return asked


def _decide(asked: LooseningRequest, state: PublishState, *, by: Viewer) -> None:
    asked.state, asked.decided_by_id, asked.decided_at = state, by.user_id, database_now()
    asked.save(update_fields=["state", "decided_by", "decided_at"])
