"""Rules tried out on a made-up matter, with the staff there is: what would be decided, and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotValid
from casework.queries.nearby import Spot, candidates
from casework.rules import nearby
from casework.rules.nearby import ClimbFacts, Placed, PlaceFacts, Ruler, Table
from casework.rules.sheets import read_sheet
from casework.services.calendars import work_calendar
from casework.services.nearby import notes_said, rules_said
from casework.services.rulebook import NewTable, checked_text, ensure_known, ensure_may_edit, ruler
from grid.models import Area


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A matter as an administrator imagines it. `drafts` are tables that are not kept yet."""

    facts: PlaceFacts
    spot: Spot
    level: str = ""
    reason: str = ""
    times: int = 1
    drafts: Mapping[str, NewTable]


def rehearse(tried: Tried, *, by: Viewer, now: datetime) -> dict[str, Any]:  # Any: JSON
    """Who would get it and until when; with a reason also what would follow. Raises NotYours, NotValid."""
    ensure_may_edit(by)
    area_code = tried.spot.area_code
    if not Area.objects.filter(code=area_code).exists():
        raise NotValid(fields={"area": [_("There is no area with this code.")]})
    rules = _with_drafts(tried, now=now)
    wanted = nearby.wanted(tried.facts, rules)
    zone = work_calendar().zone
    found = candidates(wanted, tried.spot, category=tried.facts.category, now=now, zone=zone)
    placed = nearby.decide_place(tried.facts, wanted, found)
    return {"place": _placed(placed, tried, rules), "move": _moved(tried, rules)}


def _with_drafts(tried: Tried, *, now: datetime) -> Ruler:
    rules = ruler(now=now, calendar=work_calendar(tried.spot.area_code))
    tables = dict(rules.tables)
    for key, draft in tried.drafts.items():
        ensure_known(key)
        tables[key] = Table(key=key, version=-1, tables=read_sheet(checked_text(key, draft, now=now))[0])
    return replace(rules, tables=tables)


def _placed(placed: Placed, tried: Tried, rules: Ruler) -> dict[str, Any]:
    level = placed.level or "town"
    limits = nearby.limits_for(
        tried.facts.category, level=level, urgent=tried.facts.urgent, ruler=rules, kind=placed.kind
    )
    return {
        "kind": placed.kind,
        "post": placed.post,
        "name": placed.name,
        "level": placed.level,
        "how": placed.how,
        "mark": placed.mark,
        "why": notes_said(placed.ruled),
        "passed": [{"level": each.level, "why": each.why} for each in placed.passed],
        "sign_for": limits.sign_for,
        "limit": limits.handle,
        "rules": rules_said((*placed.ruled, limits.ruled)),
    }


def _moved(tried: Tried, rules: Ruler) -> dict[str, Any] | None:
    if not tried.reason:
        return None
    facts = ClimbFacts(
        category=tried.facts.category,
        level=tried.level or "grid",
        reason=tried.reason,
        urgent=tried.facts.urgent,
        times=tried.times,
    )
    decide = nearby.decide_down if tried.reason in nearby.DESCENDS else nearby.decide_climb
    moved = decide(facts, rules)
    return {
        "action": moved.action,
        "level": moved.level,
        "mark": moved.mark,
        "again": moved.again,
        "why": notes_said(moved.ruled),
        "rules": rules_said(moved.ruled),
    }
