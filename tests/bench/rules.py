"""What rules and clocks cost: deciding who is near, and sweeping clocks by the hundred thousand."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

from casework.models import Case, Clock
from casework.rules.nearby import (
    BARS,
    Candidate,
    PlaceFacts,
    Ruler,
    decide_place,
    limits_for,
    shipped_tables,
    wanted,
)
from casework.services import overdue

CATEGORIES = ("暴露垃圾", "占道经营", "矛盾纠纷", "治安线索", "政策咨询", "没有列的类别")
SEATS = (
    ("grid", "grid_worker"),
    ("community", "community_secretary"),
    ("town", "enforcement"),
    ("town", "mediation"),
    ("town", "police"),
    ("town", "duty_officer"),
    ("district", "event_routing"),
)
_CLOCKS = """
INSERT INTO casework_clock (case_id, kind, name, rule, chain, link, area_code, starts_at, due_at, warn_at, pauses,
                            extensions, breaches)
SELECT %s, 'step', '', '1h', '[]', 0, '', %s, %s::timestamptz + n * interval '1 second', NULL, '[]', '[]', 0
  FROM generate_series(1, %s) AS n
"""


def deciding(*, reports: int) -> float:
    """Seconds to place that many reports and to give each its limits, from the facts alone."""
    ruler = Ruler(tables=shipped_tables(), now=datetime(2026, 11, 23, 2, tzinfo=UTC))
    staff = [Candidate(code=f"{level}/{role}", name=role, level=level, role=role) for level, role in SEATS]
    matters = [
        PlaceFacts(
            category=CATEGORIES[number % len(CATEGORIES)],
            urgent=number % 9 == 0,
            bar=list(BARS)[number % 4] if number % 20 == 0 else "",
        )
        for number in range(reports)
    ]
    began = time.perf_counter()
    for facts in matters:
        placed = decide_place(facts, wanted(facts, ruler), staff)
        limits_for(facts.category, level=placed.level, urgent=facts.urgent, ruler=ruler, kind=placed.kind)
    return time.perf_counter() - began


def sweeping(case: Case, *, clocks: int) -> tuple[float, float]:
    """Seconds to look over that many running clocks when none is due, and to mark them all when all are."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLOCKS, [case.pk, now, now + timedelta(days=1), clocks])
        cursor.execute("ANALYZE casework_clock")
    began = time.perf_counter()
    assert overdue.mark_breaches(now=now) == 0
    idle = time.perf_counter() - began
    later, marked = now + timedelta(days=30), 0
    began = time.perf_counter()
    while found := overdue.mark_breaches(now=later):
        marked += found
    busy = time.perf_counter() - began
    assert marked >= clocks
    Clock.objects.filter(case=case, step=None).delete()
    return idle, busy
