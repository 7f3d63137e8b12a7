"""Which open cases may be what somebody is about to report: same kind, close by, not long ago."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

from django.db.models import Q

from casework.access import Viewer
from casework.models import Attachment, Case, CaseQuerySet, Confidentiality
from casework.queries.categories import category_label
from grid.codes import DIGITS
from workflows.models import Version, VersionStatus

METRES, DAYS = 100, 14
SHOWN = 3
LOOKED_AT = 200  # in the box; what lies beyond that is a crowd that nobody compares
EARTH = 6_371_000  # metres
DEGREE = 111_320  # metres of latitude


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far and how long ago two reports may be one; a matter or a category may set its own, or none."""

    metres: int = METRES
    days: int = DAYS


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An open case that may be the same. Says what a neighbour could see from the street, and nobody's name."""

    number: str
    label: str
    area: str
    metres: int
    seen_at: datetime
    photo: str
    is_mine: bool


def candidates(
    viewer: Viewer, *, matter: str, category: str, lat: float, lon: float, now: datetime
) -> list[Candidate]:
    """The nearest first. One query on (matter, category, lat, lon), one for the photos."""
    version = Version.objects.filter(definition__key=matter, status=VersionStatus.PUBLISHED).first()
    reach = reach_of(version.about, category) if version else None
    if version is None or reach is None:
        return []
    cases = comparable(viewer).filter(
        _within(reach.metres, lat=lat, lon=lon),
        report__matter_key=matter,
        report__category=category,
        opened_at__gte=now - timedelta(days=reach.days),
    )
    rows = cases.select_related("report", "area").order_by("-opened_at")[:LOOKED_AT]
    near = sorted(
        ((metres_between(lat, lon, *_place(case)), case) for case in rows), key=lambda pair: pair[0]
    )
    near = [(metres, case) for metres, case in near if metres <= reach.metres][:SHOWN]
    photos = _first_photos([case.pk for _metres, case in near])
    label = category_label(version, category) or version.definition.title
    return [
        Candidate(
            number=case.number,
            label=label,
            area=case.area.name,
            metres=round(metres),
            seen_at=case.report.seen_at if case.report else case.opened_at,
            photo=photos.get(case.pk, ""),
            is_mine=case.reporter_id == viewer.user_id,
        )
        for metres, case in near
    ]


def comparable(viewer: Viewer, *, with_closed: bool = False) -> CaseQuerySet:
    """The open cases that somebody may compare with: those visible to him, and those of his community.

    A grid worker learns that his neighbour has reported the same heap, though the case is not his to read. A post of a
    sub-district or the district has no community: nobody joins any case of a whole town to read it.
    """
    cases = Case.objects.all() if with_closed else Case.objects.open()
    inside = Q()
    for post in viewer.posts:
        if len(post.area_code) >= DIGITS["community"]:
            inside |= Q(area_code__startswith=post.area_code[: DIGITS["community"]])
    visible = cases.visible_to(viewer)
    if not inside:
        return visible
    own = Q(pk__in=visible.values("pk")) | (inside & Q(confidentiality=Confidentiality.ORDINARY))
    return cases.filter(own)


def reach_of(about: Mapping[str, Any], category: str) -> Reach | None:
    """What the matter's facts say: `duplicates` of the category, else of the matter; `false` switches it off."""
    entry: Mapping[str, Any] = next(
        (each for each in about.get("categories", []) if each.get("key") == category), {}
    )
    said = entry.get("duplicates", about.get("duplicates", {}))
    if said is False or not isinstance(said, Mapping):
        return None
    return Reach(metres=int(said.get("metres", METRES)), days=int(said.get("days", DAYS)))


def photo_to_compare(viewer: Viewer, number: str) -> Attachment | None:
    """The photo that a candidate is known by, for somebody who may compare."""
    case = comparable(viewer).filter(number=number).first()
    shots = Attachment.objects.filter(case=case, step=None).select_related("photo") if case else None
    return shots.order_by("added_at", "pk").first() if shots is not None else None


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Along the great circle."""
    up, across = radians(other_lat - lat), radians(other_lon - lon)
    half = sin(up / 2) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(across / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(half)))


def _within(metres: int, *, lat: float, lon: float) -> Q:
    """The box around the circle: the index finds it, the circle is cut out of its few rows."""
    up = metres / DEGREE
    across = metres / (DEGREE * max(cos(radians(lat)), 0.01))
    return Q(report__lat__range=(lat - up, lat + up), report__lon__range=(lon - across, lon + across))


def _place(case: Case) -> tuple[float, float]:
    report = case.report
    assert report is not None
    assert report.lat is not None
    assert report.lon is not None
    return report.lat, report.lon


def _first_photos(cases: list[int]) -> dict[int, str]:
    first = Attachment.objects.filter(case__in=cases, step=None).order_by("case", "added_at", "pk")
    return dict(first.distinct("case").values_list("case", "photo__sha256"))
