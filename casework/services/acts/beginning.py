"""启动环节: in the part of a process that has no order (自由子流程) one begins what the work asks for, as often as it does."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotValid
from casework.models import Case
from casework.services.acts.doing import begin, end_with_move
from casework.services.progress import walk_of
from casework.services.said import Said
from workflows import adhoc
from workflows.adhoc import Offer
from workflows.rows import Batch


@transaction.atomic
def begin_step(number: str, *, by: Viewer, said: Said) -> Case:
    """Whoever has work in the case, or directs its place, begins one of the steps that are offered."""
    doing = begin(number, "begin", by=by, said=said)
    walk, assign = walk_of(doing.case, now=doing.now, batch=Batch())
    offer = _meant(adhoc.offers_of(walk.live), said)
    move = adhoc.begin(walk, offer)
    told = {"element": offer.element, "name": offer.name, "part": offer.part_name}
    return end_with_move(doing, move, assign, told)


def _meant(offers: Sequence[Offer], said: Said) -> Offer:
    """The one named, which only several instances of one part make ambiguous. Raises NotValid."""
    fitting = [
        offer
        for offer in offers
        if said.to_element in (offer.element, "") and said.item in (offer.part, None)
    ]
    if not fitting or (len(fitting) > 1 and not said.to_element):
        raise NotValid(fields={"to_element": [_("Choose one of the steps that can be begun now.")]})
    if len(fitting) > 1:
        raise NotValid(fields={"item": [_("Several parts offer this step: say in which.")]})
    return fitting[0]
