"""The only writer of clocks: started with steps, stages and cases, paused, resumed, extended, stopped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from casework.clocks import (
    WARN_SHARE,
    Limit,
    LimitUnreadable,
    WorkCalendar,
    after_pause,
    parse_limit,
    parse_limits,
    warn_at,
)
from casework.errors import NotValid
from casework.models import Case, CaseStatus, Clock, ClockKind
from casework.services.calendars import work_calendar
from casework.services.locks import database_now
from casework.services.taking_back import Before
from workflows.models import Step
from workflows.rows import Batch

_MOVED = ("due_at", "warn_at", "climb_at", "paused_at", "pauses", "breached_at", "told_at", "warned_at")


def remember(clock: Clock, before: Before) -> None:
    """All that an act may change of a clock, and what its step shows of it."""
    before.remember(clock, "starts_at", "rule", "name", "link", "chain", "breaches", "extensions", *_MOVED)
    if clock.step is not None:
        before.remember(clock.step, "due_at")


# --- starting


def of_step(case: Case, step: Step, *, now: datetime, calendar: WorkCalendar) -> Clock | None:
    """The clock of a step that has just opened; none when it has no limit."""
    if step.due_at is None:
        return None
    links = _links(step.settings.get("limit", ""))
    clock = _new(case, links, now=now, due_at=step.due_at, calendar=calendar, share=_share(step.settings))
    clock.step = step
    return clock


def of_case(case: Case, *, now: datetime, calendar: WorkCalendar) -> list[Clock]:
    """The clock of the whole case, where its matter sets one (`limits.total`)."""
    links = _links(_set_by(case).get("total", ""))
    if not links:
        return []
    due_at = links[0].due(now, calendar=calendar)
    clock = _new(case, links, now=now, due_at=due_at, calendar=calendar)
    clock.kind = ClockKind.TOTAL
    return [clock]


def follow_stages(
    case: Case,
    opened: Sequence[Step],
    batch: Batch,
    *,
    others_open: bool,
    over: Collection[int],
    now: datetime,
    calendar: WorkCalendar,
) -> None:
    """Start the clock of a stage with its first step, and stop it when no step of the stage is open any more.

    `over` are the steps that this move ends: their rows may not say so yet.
    """
    limits = _set_by(case).get("stages", {})
    if not limits:
        return
    present = {_stage(step) for step in opened}
    if others_open:
        present |= {_stage(step) for step in Step.objects.open().filter(run=case.run_id).exclude(pk__in=over)}
    running = {clock.name: clock for clock in Clock.objects.running().filter(case=case, kind=ClockKind.STAGE)}
    for name in running.keys() - present:
        running[name].stopped_at = now
        batch.update(running[name], "stopped_at")
    new = [name for name in limits if name in present and name not in running]
    batch.insert([_of_stage(case, name, limits[name], now=now, calendar=calendar) for name in new])


def _of_stage(case: Case, name: str, limit: str, *, now: datetime, calendar: WorkCalendar) -> Clock:
    links = _links(limit)
    due_at = links[0].due(now, calendar=calendar)
    clock = _new(case, links, now=now, due_at=due_at, calendar=calendar)
    clock.kind, clock.name = ClockKind.STAGE, name[:64]
    return clock


def _new(
    case: Case,
    links: Sequence[Limit],
    *,
    now: datetime,
    due_at: datetime,
    calendar: WorkCalendar,
    share: float = WARN_SHARE,
) -> Clock:
    first = links[0] if links else None
    return Clock(
        case=case,
        name=first.name if first else "",
        rule=str(first) if first else "",
        chain=[{"limit": str(link), "name": link.name} for link in links] if len(links) > 1 else [],
        area_code=case.area_code,
        starts_at=now,
        due_at=due_at,
        warn_at=warn_at(now, due_at, unit=first.unit if first else "h", calendar=calendar, share=share),
        paused_at=now if case.status == CaseStatus.SUSPENDED else None,
    )


def _links(text: str) -> tuple[Limit, ...]:
    """Publishing refuses what is no limit; an expression may still give nonsense at run time."""
    try:
        return parse_limits(text)
    except LimitUnreadable:
        return ()


def _share(settings: Mapping[str, str]) -> float:
    try:
        percent = float(str(settings.get("warn", "")).rstrip("%％"))
    except ValueError:
        return WARN_SHARE
    return percent / 100 if 0 < percent < 100 else WARN_SHARE


def _set_by(case: Case) -> Mapping[str, Any]:
    limits = case.run.version.about.get("limits")
    return limits if isinstance(limits, dict) else {}


def _stage(step: Step) -> str:
    return str(step.settings.get("stage", ""))


# --- pauses and extensions; the caller holds the case's lock and writes the journal's line


def pause(case: Case, now: datetime, *, why: str = "") -> int:
    """Stop all clocks of a case for a while (挂起). Returns how many stand now."""
    clocks = list(Clock.objects.running().filter(case=case, paused_at=None))
    for clock in clocks:
        clock.paused_at = now
        clock.pauses = [*clock.pauses, {"from": now.isoformat(), "why": why}]
    Clock.objects.bulk_update(clocks, ["paused_at", "pauses"])
    return len(clocks)


def resume(case: Case, now: datetime) -> int:
    """Let them run again: each is due later by the time it stood, in the units of its limit."""
    calendar = work_calendar(case.area_code)
    clocks = list(Clock.objects.running().filter(case=case).exclude(paused_at=None))
    for clock in clocks:
        _go_on(clock, now=now, calendar=calendar)
    Clock.objects.bulk_update(clocks, list(_MOVED))
    _tell_steps(case, clocks)
    return len(clocks)


def _go_on(clock: Clock, *, now: datetime, calendar: WorkCalendar) -> None:
    stood_from = clock.paused_at
    assert stood_from is not None
    clock.warn_at = _moved(clock, clock.warn_at, until=now, calendar=calendar)
    clock.climb_at = _moved(clock, clock.climb_at, until=now, calendar=calendar)
    clock.due_at = _moved(clock, clock.due_at, until=now, calendar=calendar) or clock.due_at
    spans = [dict(span) for span in clock.pauses]
    if spans and "to" not in spans[-1]:
        spans[-1]["to"] = now.isoformat()
    else:
        spans.append({"from": stood_from.isoformat(), "to": now.isoformat()})
    clock.pauses, clock.paused_at = spans, None


def _stand_from(clock: Clock, at: datetime) -> None:
    """Let the pause that is on begin anew, so that what has passed of it is not counted again."""
    spans = [dict(span) for span in clock.pauses]
    why = spans[-1].get("why", "") if spans else ""
    if not spans or "to" in spans[-1]:  # it has stood since it was made
        assert clock.paused_at is not None
        spans.append({"from": clock.paused_at.isoformat(), "why": why})
    spans[-1]["to"] = at.isoformat()
    clock.pauses, clock.paused_at = [*spans, {"from": at.isoformat(), "why": why}], at


def _moved(clock: Clock, at: datetime | None, *, until: datetime, calendar: WorkCalendar) -> datetime | None:
    if at is None or clock.paused_at is None:
        return at
    return after_pause(
        at,
        unit=unit_of(clock),
        starts_at=clock.starts_at,
        paused_at=clock.paused_at,
        resumed_at=until,
        calendar=calendar,
    )


def extend(clock: Clock, until: datetime, *, now: datetime | None = None) -> Clock:
    """Give a clock more time (延期); one that had run out runs again. Raises NotValid.

    The day that was agreed on knows of all the rest there has been: of a clock that stands, only what it stands for
    from now on comes on top of it.
    """
    at = now or database_now()
    if clock.stopped_at is not None:
        raise NotValid(_("This limit is over; it can't be extended."))
    if until <= max(clock.due_at, at):
        raise NotValid(_("The new time has to be later than the present one."))
    given = {"from": clock.due_at.isoformat(), "until": until.isoformat(), "at": at.isoformat()}
    clock.extensions, clock.climb_at = [*clock.extensions, given], None
    if clock.paused_at is not None:
        _stand_from(clock, at)
    _set_due(clock, until, calendar=work_calendar(clock.area_code), now=at)
    clock.save(update_fields=["extensions", *_MOVED])
    _tell_steps(clock.case, [clock])
    return clock


def next_link(clock: Clock, *, now: datetime, calendar: WorkCalendar) -> bool:
    """Go on with the next of the successive limits; False when this was the last one."""
    if clock.link + 1 >= len(clock.chain):
        return False
    clock.link += 1
    link = clock.chain[clock.link]
    limit = parse_limit(link["limit"])
    clock.rule, clock.name = str(limit), link["name"]
    clock.breaches, clock.climb_at = 0, None
    _set_due(clock, _with_pauses(clock, limit, calendar=calendar), calendar=calendar, now=now)
    clock.save(update_fields=["link", "rule", "name", "chain", "breaches", *_MOVED])
    _tell_steps(clock.case, [clock])
    return True


def start_again(clock: Clock, text: str, *, now: datetime, calendar: WorkCalendar) -> None:
    """A higher level has it now: its own limit runs from this moment, and what was before stays in the journal."""
    links = _links(text)
    if not links:
        return
    clock.starts_at, clock.link, clock.breaches, clock.climb_at = now, 0, 0, None
    clock.rule, clock.name = str(links[0]), links[0].name
    clock.chain = [{"limit": str(link), "name": link.name} for link in links] if len(links) > 1 else []
    clock.pauses, clock.extensions = [], []
    _set_due(clock, links[0].due(now, calendar=calendar), calendar=calendar, now=now)
    names = ("starts_at", "link", "breaches", "rule", "name", "chain", "extensions")
    clock.save(update_fields=[*names, *_MOVED])
    _tell_steps(clock.case, [clock])


def meet(clock: Clock, *, now: datetime) -> bool:
    """The present one of several limits was met in time (已停工): the next one runs. False for the last one."""
    if clock.stopped_at is not None or clock.link + 1 >= len(clock.chain):
        return False
    _mark(clock, met_at=now)
    return next_link(clock, now=now, calendar=work_calendar(clock.area_code))


def mark_missed(clock: Clock, *, now: datetime) -> None:
    """Write into the chain that this one of several limits ran out."""
    if clock.chain:
        _mark(clock, missed_at=now)


def _mark(clock: Clock, **at: datetime) -> None:
    chain = [dict(link) for link in clock.chain]
    chain[clock.link] |= {name: moment.isoformat() for name, moment in at.items()}
    clock.chain = chain


def _with_pauses(clock: Clock, limit: Limit, *, calendar: WorkCalendar) -> datetime:
    """When a limit counted from the clock's start is due, after all pauses there were."""
    due_at = limit.due(clock.starts_at, calendar=calendar)
    for span in clock.pauses:
        if "to" in span:
            due_at = after_pause(
                due_at,
                unit=limit.unit,
                starts_at=clock.starts_at,
                paused_at=datetime.fromisoformat(span["from"]),
                resumed_at=datetime.fromisoformat(span["to"]),
                calendar=calendar,
            )
    return due_at


def _set_due(clock: Clock, due_at: datetime, *, calendar: WorkCalendar, now: datetime) -> None:
    clock.due_at = due_at
    clock.warn_at = max(now, warn_at(clock.starts_at, due_at, unit=unit_of(clock), calendar=calendar))
    clock.warned_at = clock.breached_at = clock.told_at = None


def unit_of(clock: Clock) -> str:
    """The unit in which this clock runs; one whose limit nobody can read runs day and night."""
    links = _links(clock.rule)
    return links[0].unit if links else "h"


def _tell_steps(case: Case, clocks: Iterable[Clock]) -> None:
    """What steps and case show as due follows their clocks."""
    for clock in clocks:
        if clock.step_id is not None:
            Step.objects.filter(pk=clock.step_id).update(due_at=clock.due_at)
    dues = Step.objects.open().filter(run=case.run_id).exclude(due_at=None).order_by("due_at")
    case.due_at = dues.values_list("due_at", flat=True).first()
    Case.objects.filter(pk=case.pk).update(due_at=case.due_at)
