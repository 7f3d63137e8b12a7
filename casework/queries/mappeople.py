"""Who is near: the people of the grids around a place, by where they were last seen at work today."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from casework.access import Viewer
from casework.models import Task
from casework.queries.duplicates import metres_between
from casework.queries.mapoutlines import grid_centres
from grid.models import Appointment, Report

SHOWN = 5
ON_DUTY = "grid_worker"  # the role of the full-time post: who is out there all day
GRIDS = 30  # whose people are looked at: the nearest ones


@dataclass(frozen=True, kw_only=True)
class Near:
    """Somebody on duty; `seen_at` is when he last reported or arrived somewhere today, else he is put in his grid."""

    name: str
    post: str
    grid: str
    lat: float
    lon: float
    metres: float
    seen_at: datetime | None


def nearest_people(viewer: Viewer, lat: float, lon: float, *, now: datetime) -> list[Near]:
    """The nearest first. Only where the viewer directs the work: where people are is nobody else's business."""
    centres = {
        code: where for code, where in grid_centres(viewer).items() if viewer.has_power_over("dispatch", code)
    }
    around = sorted(centres, key=lambda code: metres_between(lat, lon, *centres[code]))[:GRIDS]
    today = timezone.localdate(now)
    held = _on_duty(around, on=today)
    seen = _last_seen({one.user_id for one in held}, on=today)
    found: dict[int, Near] = {}
    for one in held:
        area = one.post.unit.area
        at, where = seen.get(one.user_id, (None, centres[area.code]))
        found.setdefault(
            one.user_id,
            Near(
                name=str(one.user),
                post=one.post.name,
                grid=area.name,
                lat=where[0],
                lon=where[1],
                metres=metres_between(lat, lon, *where),
                seen_at=at,
            ),
        )
    return sorted(found.values(), key=lambda near: near.metres)[:SHOWN]


def _on_duty(grids: Collection[str], *, on: date) -> list[Appointment]:
    """Who holds a post of these grids today; who is absent is stood in for by the one who comes."""
    held = Appointment.objects.in_force(on).filter(post__role=ON_DUTY, user__is_active=True)
    held = held.filter(post__unit__area__code__in=grids)
    rows = list(held.select_related("user", "post__unit__area").order_by("starts_on", "pk"))
    absent = {row.stand_in_for_id for row in rows if row.stand_in_for_id}
    return [row for row in rows if row.pk not in absent]


def _last_seen(people: Collection[int], *, on: date) -> dict[int, tuple[datetime, tuple[float, float]]]:
    """When and where each last sent a position today: with a report, or on arriving at a task."""
    reports = Report.objects.filter(by__in=people, lat__isnull=False, received_at__date=on)
    arrivals = Task.objects.filter(arrived_by__in=people, here_lat__isnull=False, arrived_at__date=on)
    told: list[Any] = list(reports.order_by().values_list("by", "received_at", "lat", "lon"))
    told += arrivals.order_by().values_list("arrived_by", "arrived_at", "here_lat", "here_lon")
    return {who: (at, (lat, lon)) for who, at, lat, lon in sorted(told, key=lambda row: row[1])}
