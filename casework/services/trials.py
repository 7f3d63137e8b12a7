"""Trial runs (试运行): a sample case walked by the real engine, of which nothing is kept but what was done.

The run is walked anew from its beginning whenever it is looked at, so stepping back is forgetting the last move, a
draft that was changed meanwhile shows at once where the trial no longer fits, and what was done is a scenario already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import NotNow, NotValid
from casework.models import TrialRun
from casework.services import scenarios
from casework.services.calendars import work_calendar
from casework.services.diagrams import ensure_may_draw
from casework.services.intake import first_facts
from casework.services.setting_history import lock_setting
from grid.models import Area
from workflows import engine
from workflows import services as workflows
from workflows.bpmn import DiagramRefused
from workflows.models import Version
from workflows.scenarios import ScenarioFaulty, Walk

MOST_STEPS = 200
SAMPLE = "试运行"
BY_HAND = {"machines": "by hand"}


@dataclass(kw_only=True)
class Replay:
    """Where a trial stands. `broken` is the step (from 1) that no longer works, and `why`; the rest was not walked.

    `opened` tells since when each token that stands has been there.
    """

    walk: Walk
    steps: list[dict[str, Any]]
    broken: int = 0
    why: str = ""
    opened: dict[int, datetime] = field(default_factory=dict)

    @property
    def run(self) -> engine.Run:
        return self.walk.loaded()


def trial_of(version: Version, *, by: Viewer) -> TrialRun | None:
    return TrialRun.objects.filter(version=version, by_id=by.user_id).first()


def replayed(trial: TrialRun) -> Replay:
    """Walk what was done. Raises DiagramRefused where the diagram can't be run at all."""
    return _walked(trial, trial.steps)


def _walked(trial: TrialRun, steps: list[dict[str, Any]]) -> Replay:
    plan = workflows.fresh_plan(trial.version)
    scenario = {**BY_HAND, "begin": trial.begins_at.isoformat()}
    walk = Walk(plan, scenario, work_calendar(trial.area_code))
    replay = Replay(walk=walk, steps=[])
    for n, step in enumerate(steps, 1):
        try:
            walk.take(step)
        except (engine.EngineError, ScenarioFaulty) as error:
            replay.broken, replay.why = n, said(error)
            return replay
        replay.steps.append({**step, "expect": _expected(walk)})
        tokens = {each.token for each in walk.loaded().steps()}
        replay.opened = {token: replay.opened.get(token, walk.now) for token in tokens}
    return replay


def ensure_runs(version: Version) -> None:
    """Raises DiagramRefused where the diagram can't be run at all."""
    workflows.fresh_plan(version)


def sample_facts(*, title: str, category: str, urgent: bool, area: Area | None, by: Viewer) -> dict[str, Any]:
    """What every diagram may rely on, for a case that never was."""
    said_title = title.strip()[:120] or _("Trial run")
    if area is None:
        return {"案件编号": SAMPLE, "标题": said_title, "类别": category, "紧急": urgent, "摘要": said_title}
    return first_facts(SAMPLE, said_title, category=category.strip()[:64], urgent=urgent, area=area, by=by)


def said(error: Exception) -> str:
    language = get_language() or "zh-hans"
    return error.text(language) if isinstance(error, engine.EngineError) else _("This can't be done now.")


def _expected(walk: Walk) -> dict[str, Any]:
    standing = walk.standing()
    return {key: standing[key] for key in ("tasks", "waits", "machines", "ended")}


# --- what an administrator does


@transaction.atomic
def begin(
    version: Version, *, data: Mapping[str, Any], area_code: str, by: Viewer, now: datetime
) -> TrialRun:
    """A new sample case, in the place of this administrator's last one. Raises NotYours, NotValid."""
    ensure_may_draw(by)
    lock_setting(f"trial:{version.pk}:{by.user_id}")  # pressed twice, both would find none to delete
    TrialRun.objects.filter(version=version, by_id=by.user_id).delete()
    trial = TrialRun(
        version=version, by_id=by.user_id, area_code=area_code, begins_at=now.replace(second=0, microsecond=0)
    )
    _take(trial, {"start": dict(data)})
    return trial


@transaction.atomic
def go_on(trial: TrialRun, step: Mapping[str, Any], *, at: int, by: Viewer) -> None:
    """One more move. `at` is how many had been made when it was chosen. Raises NotYours, NotNow, NotValid."""
    _take(_locked(trial, at=at, by=by), step)


@transaction.atomic
def step_back(trial: TrialRun, *, at: int, by: Viewer) -> None:
    """Forget the last move, or the first that no longer works with all after it. Raises NotYours, NotNow."""
    held = _locked(trial, at=at, by=by)
    replay = replayed(held)
    held.steps = held.steps[: replay.broken - 1 if replay.broken else -1]
    if held.steps:
        held.save(update_fields=["steps", "saved_at"])
    else:
        held.delete()


@transaction.atomic
def drop(trial: TrialRun, *, by: Viewer) -> None:
    ensure_may_draw(by)
    TrialRun.objects.filter(pk=trial.pk, by_id=by.user_id).delete()


@transaction.atomic
def record(trial: TrialRun, *, title: str, at: int, by: Viewer) -> str:
    """Keep what was done as a scenario, with where it stood after each move. Raises NotYours, NotNow, NotValid."""
    held = _locked(trial, at=at, by=by)
    replay = replayed(held)
    if replay.broken:
        raise NotValid(_("Step back to before what no longer works; then it can be recorded."))
    scenario = {**BY_HAND, "begin": held.begins_at.isoformat(), "steps": replay.steps}
    return scenarios.keep(held.version, scenario, title=title, by=by)


def _locked(trial: TrialRun, *, at: int, by: Viewer) -> TrialRun:
    ensure_may_draw(by)
    held = TrialRun.objects.select_for_update(of=("self",)).select_related("version__definition")
    found = held.filter(pk=trial.pk, by_id=by.user_id).first()
    if found is None or len(found.steps) != at:
        raise NotNow(_("The trial has gone on in another window. This is how it stands now."))
    return found


def _take(trial: TrialRun, step: Mapping[str, Any]) -> None:
    if len(trial.steps) >= MOST_STEPS:
        raise NotValid(_("A trial has %(most)d steps at most.") % {"most": MOST_STEPS})
    steps = [*trial.steps, dict(step)]
    try:
        replay = _walked(trial, steps)
    except DiagramRefused as refused:
        raise NotValid(refused.problems[0].text(get_language() or "zh-hans")) from refused
    if replay.broken:
        raise NotValid(replay.why)
    trial.steps = steps
    trial.save()


# --- the fake clock


def until(replay: Replay, how: str) -> dict[str, str]:
    """The move that lets time pass: `1h`, `1d`, `3wd`, `next` (to the next timer) or `to:TOKEN`. Raises NotValid."""
    now, calendar = replay.walk.now, replay.walk.calendar
    assert calendar is not None
    waits = {f"to:{wait.token}": wait.due_at for wait in replay.run.waits() if wait.due_at is not None}
    match how:
        case "1h":
            then = now + timedelta(hours=1)
        case "1d":
            then = now + timedelta(days=1)
        case "3wd":
            then = work_calendar().add_working_days(now, 3)
        case "next" if waits:
            then = min(waits.values())
        case _ if how in waits:
            then = waits[how]
        case _:
            raise NotValid(_("Nothing waits for time."))
    return {"advance": f"PT{max(1, ceil((then - now).total_seconds()))}S"}
