"""Reports (上报): what was seen, by whom and where. What becomes of it is the business of cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from grid.errors import AreaUnknown, NoSuchPosition, PlaceMissing, SummaryTooLong
from grid.models import Area, Post, Report, User
from grid.services.locate import Place, ensure_position, locate

SUMMARY_LENGTH = 500


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A report as it comes from the phone. An `area_code` was chosen by the reporter and wins."""

    token: UUID
    matter_key: str
    seen_at: datetime
    category: str = ""
    summary: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    area_code: str | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy: float | None = None


def place_of(sighting: Sighting) -> Place:
    """Where the sighting belongs; refuses one that says neither a position nor an area."""
    if sighting.area_code:
        return Place(area_code=sighting.area_code, located=Report.Located.CHOSEN)
    if sighting.lat is None or sighting.lon is None:
        raise PlaceMissing
    return locate(lat=sighting.lat, lon=sighting.lon)


@transaction.atomic
def record_report(sighting: Sighting, *, by: User, post: Post | None, now: datetime) -> tuple[Report, bool]:
    """Store the report and say whether it is new: the same token of the same person is the same report.

    A phone whose clock runs ahead saw it now at the latest.
    """
    _ensure_sound(sighting)
    place = place_of(sighting)
    area = Area.objects.filter(code=place.area_code).first()
    if area is None:
        raise AreaUnknown
    return Report.objects.get_or_create(
        by=by,
        token=sighting.token,
        defaults={
            "post": post,
            "area": area,
            "located": place.located,
            "matter_key": sighting.matter_key,
            "category": sighting.category,
            "summary": sighting.summary,
            "answers": dict(sighting.answers),
            "lat": sighting.lat,
            "lon": sighting.lon,
            "accuracy": sighting.accuracy,
            "seen_at": min(sighting.seen_at, now),
            "received_at": now,
        },
    )


def _ensure_sound(sighting: Sighting) -> None:
    if len(sighting.summary) > SUMMARY_LENGTH:
        raise SummaryTooLong
    if (sighting.lat is None) != (sighting.lon is None):
        raise NoSuchPosition
    if sighting.lat is not None and sighting.lon is not None:
        ensure_position(lat=sighting.lat, lon=sighting.lon)
