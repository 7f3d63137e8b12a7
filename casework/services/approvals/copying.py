"""抄送 from a step: the case's own verb, for those who have the step or direct the work of the place."""

from __future__ import annotations

from casework.access import Viewer
from casework.errors import NotFound
from casework.models import Case
from casework.services.acts.telling import cc
from casework.services.said import Said


def copy_to(step_id: int, *, by: Viewer, said: Said) -> Case:
    """Posts get a copy of the step's case. Raises NotFound, NotYours, AlreadyThere, NotValid."""
    number = Case.objects.filter(run__steps=step_id).values_list("number", flat=True).first()
    if number is None:
        raise NotFound
    return cc(number, by=by, said=said)
