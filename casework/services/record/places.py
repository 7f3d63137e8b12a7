"""Places that a case has to do with beside where it was reported: the source, the destination, where people meet."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotValid
from casework.models import CasePlace
from casework.services.record.doing import begin, note
from grid.models import Area


@dataclass(frozen=True, kw_only=True)
class NewPlace:
    kind: str
    text: str
    area: str | None = None
    lat: float | None = None
    lon: float | None = None


@transaction.atomic
def add_place(number: str, new: NewPlace, *, by: Viewer) -> CasePlace:
    """Raises NotFound, NotYours, NotValid."""
    keeping = begin(number, by=by)
    area = Area.objects.filter(code=new.area).first() if new.area else None
    wrong: dict[str, list[str]] = {}
    if new.kind not in CasePlace.Kind.values:
        wrong["kind"] = [_("There is no such kind of place.")]
    if not new.text.strip():
        wrong["text"] = [_("Say where it is.")]
    if new.area and area is None:
        wrong["area"] = [_("Unknown area.")]
    if (new.lat is None) != (new.lon is None):
        wrong["lat"] = [_("A position has two numbers.")]
    if wrong:
        raise NotValid(fields=wrong)
    place = CasePlace.objects.create(
        case=keeping.case,
        kind=new.kind,
        text=new.text.strip()[:200],
        area=area,
        lat=new.lat,
        lon=new.lon,
        added_by_id=by.user_id,
        added_at=keeping.now,
    )
    note(keeping, "place_added", {"place": place.pk, "kind": place.kind, "text": place.text})
    return place
