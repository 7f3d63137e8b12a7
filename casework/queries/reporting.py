"""What the report page tells before anything is sent: whose grid it is, who gets it, what else is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.access import Viewer
from casework.forms import FormDefinition, read_form
from casework.models import Case
from casework.queries.cases import holders_of_steps
from casework.queries.forecast import Work
from casework.services.assignment import assigner
from casework.services.calendars import work_calendar
from casework.services.intake import first_facts
from grid.codes import DIGITS
from grid.errors import GridError
from grid.models import Area
from grid.services.locate import locate
from workflows import services as workflows
from workflows.engine import EngineError
from workflows.errors import WorkflowsError
from workflows.models import Step, Version

GRIDS_OFFERED = 200


@dataclass(frozen=True, kw_only=True)
class Here:
    """The area that a report will belong to; `how` is fix, chosen or home."""

    area: Area
    how: str

    @property
    def name(self) -> str:
        """“沱口社区 第一网格”: a grid is named with its community."""
        above = self.area.parent
        if self.area.level != "grid" or above is None or self.area.name.startswith(above.name):
            return self.area.name
        return f"{above.name} {self.area.name}"


def place_here(
    viewer: Viewer, *, lat: float | None = None, lon: float | None = None, chosen: str = ""
) -> Here | None:
    """Where a report belongs: the area chosen, else the one around the position, else the reporter's own grid."""
    if chosen:
        return _here(chosen, "chosen")
    if lat is not None and lon is not None:
        try:
            return _here(locate(lat=lat, lon=lon).area_code, "fix")
        except GridError:
            pass  # no outlines, or no such position: the reporter's own grid will do
    home = viewer.home_area or ""
    return _here(home, "home") if len(home) >= DIGITS["community"] else None


def _here(code: str, how: str) -> Here | None:
    area = Area.objects.filter(code=code).select_related("parent").first()
    return Here(area=area, how=how) if area else None


def areas_to_choose(viewer: Viewer) -> list[Area]:
    """The grids and communities that this person may name instead of a position: those of his sub-district."""
    around = (viewer.home_area or "")[: DIGITS["town"]]
    if len(around) < DIGITS["town"]:
        return []
    inside = Area.objects.inside(around).filter(level__in=("community", "grid"))
    return list(inside.order_by("code")[:GRIDS_OFFERED])


def published_or_none(matter: str) -> Version | None:
    try:
        return workflows.published_version(matter)
    except WorkflowsError:
        return None


def report_form(version: Version) -> FormDefinition | None:
    """What this matter asks of whoever reports it, beyond a photo and a sentence."""
    definition = version.forms.get(version.about.get("report_form", ""))
    return read_form(definition) if definition is not None else None


def first_works(
    version: Version, *, viewer: Viewer, here: Here, category: str, now: datetime
) -> tuple[Work, ...]:
    """Who will get a report made now: the first move, made in memory; nothing of it is kept."""
    facts = first_facts("", "", category=category, urgent=False, area=here.area, by=viewer)
    case = Case(
        matter=version.definition,
        area=here.area,
        area_code=here.area.code,
        category=category,
        reporter_id=viewer.user_id,
        reporter_post=viewer.posts[0].code if viewer.posts else "",
        data=facts,
    )
    calendar = work_calendar()
    assign = assigner(case, now=now, calendar=calendar)
    try:
        live = workflows.begin(version, data=facts, assign=assign, now=now, calendar=calendar).live
        steps = [step for step in live.steps() if step.kind == "human"]
        given = [assign(step, live.data) for step in steps]
    except (WorkflowsError, EngineError):
        return ()
    rows = [
        Step(name=step.name, candidates=list(one.candidates), due_at=one.due_at, settings=dict(step.settings))
        for step, one in zip(steps, given, strict=True)
    ]
    holders = holders_of_steps(rows)
    return tuple(
        Work(
            kind="human",
            name=row.name,
            holders=tuple(holders[code] for code in row.candidates if code in holders),
            due_at=row.due_at,
        )
        for row in rows
    )
