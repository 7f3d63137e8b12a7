"""A clock that ran out speaks for a higher level: by the district's rules that is told above, then handed up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from casework.clocks import LimitUnreadable, WorkCalendar, parse_limits
from casework.models import Case, CaseEvent, Clock, ClockKind, Notice, NoticeKind
from casework.rules.nearby import Candidate, ClimbFacts, Moved
from casework.services import clocks, journal, nearby
from casework.services.acts.desks import level_of
from casework.services.assignment import VACANT, facts_of
from workflows.models import Step
from workflows.rows import Batch

TEXT = 500
HANDLING = "处置"
SHARED = "会签"  # one of several instances: it can't be given to somebody else without changing who signs


def rule_on_breach(case: Case, clock: Clock, *, now: datetime, calendar: WorkCalendar) -> CaseEvent | None:
    """Ask the rules and do what they say; the line they leave. The case is locked, its new line is not written yet."""
    step = clock.step
    if step is not None and not step.is_open:
        return None
    level = _level(case, step)
    if level is None:
        return None
    clock.breaches += 1
    facts = ClimbFacts(
        category=case.category,
        level=level,
        reason="time_limit",
        stage=_stage(clock, step),
        urgent=case.is_urgent,
        times=clock.breaches,
    )
    moved = nearby.climb(facts, now=now, calendar=calendar)
    clock.climb_at = _again(moved, now=now, calendar=calendar)
    if moved.action == "stay":
        return None
    above = nearby.seats_above(moved, case.area_code, now=now, calendar=calendar)
    above = [each for each in above if step is None or each.code not in step.candidates]
    if not above:
        return None
    if moved.action == "notify" or step is None:
        _notify(case, above, NoticeKind.OVERDUE, _about(clock), now=now)
    else:
        _hand_up(case, clock, step, above, moved, now=now, calendar=calendar)
    return _line(case, clock, moved, above, frm=level, now=now)


def _level(case: Case, step: Step | None) -> str | None:
    """The level that let the time pass; none for what waits for the reporter himself."""
    if step is None:
        return "town" if case.run_id else None
    posts = [code for code in step.candidates if not code.startswith(VACANT)]
    if step.settings.get("level") == "reporter" or not (posts or step.candidates):
        return None
    return level_of(step, case)


def _stage(clock: Clock, step: Step | None) -> str:
    if clock.kind != ClockKind.STEP or step is None:
        return ""
    if step.instance:
        return SHARED
    competent = not {"approve", "reject"} & set(step.verbs)
    return str(step.settings.get("stage", "")) if competent else ""


def _again(moved: Moved, *, now: datetime, calendar: WorkCalendar) -> datetime | None:
    try:
        return parse_limits(moved.again)[0].due(now, calendar=calendar) if moved.again else None
    except LimitUnreadable:
        return now + timedelta(days=1)  # the table says that it is to be asked again, if not when


def _about(clock: Clock) -> str:
    return (clock.step.name if clock.step else clock.name)[:TEXT]


def _notify(case: Case, above: list[Candidate], kind: str, text: str, *, now: datetime) -> None:
    Notice.objects.bulk_create(
        Notice(case=case, kind=kind, to_post=each.code, text=text, at=now) for each in above
    )
    case.touch(each.code for each in above)


def _hand_up(
    case: Case,
    clock: Clock,
    step: Step,
    above: list[Candidate],
    moved: Moved,
    *,
    now: datetime,
    calendar: WorkCalendar,
) -> None:
    """The step is theirs now, with the time that their level has; whoever had signed for it has it no longer."""
    step.candidates = [each.code for each in above]
    step.claimed_by, step.claimed_as, step.claimed_at = None, "", None
    step.save(update_fields=["candidates", "claimed_by", "claimed_as", "claimed_at"])
    case.handling_level = above[0].level
    _notify(case, above, NoticeKind.HANDED_UP, step.name[:TEXT], now=now)
    limit = nearby.limit_for(facts_of(case), level=above[0].level, signing=False, now=now, calendar=calendar)
    clocks.start_again(clock, limit or clock.rule, now=now, calendar=calendar)


def _line(
    case: Case, clock: Clock, moved: Moved, above: list[Candidate], *, frm: str, now: datetime
) -> CaseEvent:
    said: dict[str, Any] = {
        "comment": nearby.notes_said(moved.ruled),
        "reason_code": "time_limit",
        "action": moved.action,
        "from": frm,
        "level": above[0].level,
        "to": [each.name for each in above],
        "rules": nearby.rules_said(moved.ruled),
        "name": _about(clock),
    }
    if clock.step is not None:
        said |= {"step": clock.step.pk, "element": clock.step.element}
    return journal.line(case, "ruled", now=now, data=said)


def write(case: Case, lines: list[CaseEvent]) -> None:
    """The lines, and what of the case they changed."""
    case.version += 1
    batch = Batch()
    batch.insert(lines)
    batch.update(case, "version", "handling_level", "touched_by", "lines", "last_hash")
    batch.write()
