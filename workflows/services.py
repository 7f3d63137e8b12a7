"""The only writers of diagrams and runs. The caller holds the lock of what the run belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import get_language

from workflows import engine
from workflows.bpmn import CheckContext, Diagram, DiagramRefused, Problem, check, read
from workflows.bpmn.encoding import as_utf8
from workflows.engine import decisions
from workflows.engine.errors import Phrase
from workflows.errors import DraftChanged, MoveRefused, NoDraft, NothingPublished, NotPublishable, StepNotOpen
from workflows.models import Definition, Run, RunStatus, Step, Subscription, Timer, Version, VersionStatus
from workflows.projection import Assign, Move, Walk, settle, standing
from workflows.rows import Batch

CALL_DEPTH = 20
ONE_PLACE = Phrase("流程开始时有几个并行环节", "the process begins with several branches")


# --- diagrams


@transaction.atomic
def save_draft(
    definition: Definition,
    *,
    bpmn: bytes,
    forms: Mapping[str, Any] | None = None,
    tables: Mapping[str, str] | None = None,
    about: Mapping[str, Any] | None = None,
    scenarios: Mapping[str, Any] | None = None,
    author_id: int | None = None,
    base: str | None = None,
) -> Version:
    """Keep this diagram as the definition's one draft; forms, tables, facts and scenarios not given stay as they were.

    `base` is the sha256 of the draft that was changed, empty where there was none yet; None asks for no such
    thing. Raises DiagramRefused when the bytes are no diagram at all (one with problems can be kept), and
    DraftChanged when the draft is another one by now.
    """
    read(bpmn)
    text = as_utf8(bpmn)
    Definition.objects.select_for_update(no_key=True).get(pk=definition.pk)
    last = definition.versions.first()
    draft = definition.versions.filter(status=VersionStatus.DRAFT).first() or Version(definition=definition)
    made = sha256(text.encode()).hexdigest()
    if base is not None and draft.sha256 not in (base, made):
        raise DraftChanged(who=str(draft.author or ""), at=draft.saved_at)
    draft.bpmn, draft.sha256 = text, made
    draft.author_id = author_id
    parts = (("forms", forms), ("tables", tables), ("about", about), ("scenarios", scenarios))
    for name, given in parts:
        if given is not None:
            setattr(draft, name, dict(given))
        elif draft._state.adding and last is not None:
            setattr(draft, name, getattr(last, name))
    draft.save()
    return draft


def problems_of(version: Version, context: CheckContext) -> tuple[Problem, ...]:
    """Everything that is wrong or suspicious in a stored version."""
    try:
        diagram = read(version.bpmn.encode())
        found = (*check(diagram, context=context), *_table_problems(version))
        if not any(problem.severity == "error" for problem in found):
            engine.compile_plan([diagram, *_called(diagram, version)], tables=_tables(version))
    except DiagramRefused as refused:
        return refused.problems
    return found


@transaction.atomic
def publish(
    definition: Definition,
    *,
    context: CheckContext,
    note: str,
    by_id: int | None,
    now: datetime,
    reviewed: str | None = None,
) -> Version:
    """Make the draft the version that new cases run on. Raises NoDraft, NotPublishable, DraftChanged.

    `reviewed` is the sha256 of the diagram that somebody has looked at and means; None means whatever it is.
    """
    definition = Definition.objects.select_for_update(no_key=True).get(pk=definition.pk)
    draft = definition.versions.filter(status=VersionStatus.DRAFT).first()
    if draft is None:
        raise NoDraft
    if reviewed is not None and draft.sha256 != reviewed:
        raise DraftChanged(who=str(draft.author or ""), at=draft.saved_at)
    problems = problems_of(draft, context)
    if any(problem.severity == "error" for problem in problems):
        raise NotPublishable(problems)
    last = definition.versions.exclude(number=None).first()
    definition.versions.published().update(status=VersionStatus.RETIRED)
    draft.calls = _bind_calls(read(draft.bpmn.encode()))
    draft.number = (last.number or 0) + 1 if last else 1
    draft.status = VersionStatus.PUBLISHED
    draft.note = note
    draft.published_at = now
    draft.published_by_id = by_id
    draft.save()
    return draft


def published_version(key: str) -> Version:
    """The version new cases of this matter run on. Raises NothingPublished."""
    found = Version.objects.published().of(key).select_related("definition")
    version = found.defer("bpmn", "tables").first()
    if version is None:
        raise NothingPublished
    return version


def published_processes() -> dict[str, int]:
    """Keys and process ids that a call activity can name, with the version each is bound to today."""
    found: dict[str, int] = {}
    held = Version.objects.published().order_by("definition__key")
    for pk, sha256_, key in held.values_list("pk", "sha256", "definition__key"):
        found |= dict.fromkeys(_process_ids(pk, sha256_), pk)
        found[key] = pk
    return found


@lru_cache(maxsize=2048)
def _process_ids(version_id: int, _sha256: str) -> tuple[str, ...]:
    """Read once per process: a published version never changes, and every check asks for all of them."""
    text = Version.objects.values_list("bpmn", flat=True).get(pk=version_id)
    try:
        return tuple(process.id for process in read(text.encode()).processes)
    except DiagramRefused:
        return ()  # kept when less was checked; it can still be called by its key


def _bind_calls(diagram: Diagram) -> dict[str, int]:
    called = {node.called for node, _scope in diagram.walk() if node.called}
    called -= {process.id for process in diagram.processes}
    if not called:
        return {}
    published = published_processes()
    return {name: published[name] for name in sorted(called) if name in published}


def _called(diagram: Diagram, version: Version) -> list[Diagram]:
    """The diagrams a version calls, and those that they call, at most CALL_DEPTH deep."""
    bound = version.calls or _bind_calls(diagram)
    found: dict[int, Diagram] = {}
    todo = [pk for pk in bound.values() if pk != version.pk]
    for _ in range(CALL_DEPTH):
        if not todo:
            break
        later: list[int] = []
        for other in Version.objects.filter(pk__in=[pk for pk in todo if pk not in found]):
            found[other.pk] = read(other.bpmn.encode())
            later += other.calls.values()
        todo = [pk for pk in later if pk not in found]
    return list(found.values())


def table_names(version: Version) -> frozenset[str]:
    """What a business rule task of this version can ask; a file that cannot be read counts by its name."""
    try:
        return frozenset(decisions.by_name(_tables(version)))
    except DiagramRefused:
        return frozenset(version.tables)


def _table_problems(version: Version) -> Iterator[Problem]:
    """Overlaps, gaps and rules that never fire. Raises DiagramRefused for a table that can't be read."""
    for data in _tables(version).values():
        yield from decisions.read_tables(data).problems


def _tables(version: Version) -> dict[str, bytes]:
    return {name: text.encode() for name, text in version.tables.items()}


@lru_cache(maxsize=256)
def _version(version_id: int) -> Version:
    return Version.objects.defer("bpmn", "tables").select_related("definition").get(pk=version_id)


def version_of(row: Run) -> Version:
    """The version a run walks by, kept per process without its diagram: a published version never changes.

    Only its status may be behind, and what people call the matter.
    """
    return _version(row.version_id)


@lru_cache(maxsize=256)
def _plan(version_id: int, _sha256: str) -> engine.Plan:
    version = Version.objects.get(pk=version_id)
    diagram = read(version.bpmn.encode())
    return engine.compile_plan([diagram, *_called(diagram, version)], tables=_tables(version))


def fresh_plan(version: Version, *, process: str | None = None) -> engine.Plan:
    """The plan of a draft, whose tables may change under the same diagram: never kept. Raises DiagramRefused."""
    diagram = read(version.bpmn.encode())
    return engine.compile_plan(
        [diagram, *_called(diagram, version)], process=process, tables=_tables(version)
    )


def plan_of(version: Version) -> engine.Plan:
    """The executable plan; cached per process, since a published version never changes."""
    return _plan(version.pk, version.sha256)


# --- runs


def begin(
    version: Version,
    *,
    data: Mapping[str, Any],
    assign: Assign,
    now: datetime,
    calendar: engine.Calendar | None = None,
    batch: Batch | None = None,
) -> Walk:
    """Start a run; `settle` writes it, or whoever gives a batch. Raises MoveRefused."""
    row = Run(version=version, started_at=now)
    with _refusals():
        live = engine.start(plan_of(version), data=dict(data), now=now, calendar=calendar)
    return Walk(row=row, live=live, assign=assign, now=now, batch=batch)


def begin_at(walk: Walk, *, to: str) -> None:
    """Let a run that has not been written yet begin at this element instead. Raises MoveRefused.

    Only a run that stands in one place can: with several branches nobody could say which is meant.
    """
    standing_now = walk.live.steps()
    with _refusals():
        if len(standing_now) != 1:
            raise engine.CannotMove(element=to, what=ONE_PLACE)
        walk.live.move(standing_now[0].token, to)


def resume(
    row: Run,
    *,
    data: Mapping[str, Any],
    assign: Assign,
    now: datetime,
    calendar: engine.Calendar | None = None,
    batch: Batch | None = None,
) -> Walk:
    """Load a run for one move; who gives a batch writes it. Raises StepNotOpen when the run is over."""
    if row.status != RunStatus.RUNNING:
        raise StepNotOpen
    with _refusals():
        live = engine.load(plan_of(row.version), row.state, data=dict(data), now=now, calendar=calendar)
    return Walk(row=row, live=live, assign=assign, now=now, before=standing(live), batch=batch)


def complete(walk: Walk, step: Step, *, values: Mapping[str, Any], outcome: str = "") -> Move:
    """Complete a step and let the run move on. Raises StepNotOpen, MoveRefused."""
    with _refusals():
        walk.live.complete(step.token, dict(values))
    return settle(walk, done=step, outcome=outcome)


def fail(walk: Walk, step: Step, *, error: str, message: str) -> Move:
    """A machine step raised a BPMN error."""
    with _refusals():
        walk.live.fail(step.token, error, message)
    return settle(walk, done=step, outcome="failed")


def fire(walk: Walk, timer: Timer) -> Move:
    """A timer is due."""
    with _refusals():
        walk.live.fire(timer.token)
    return settle(walk, fired=timer)


def deliver(walk: Walk, *, name: str, correlation: str | None, payload: Mapping[str, Any] | None) -> Move:
    """A message arrives. Raises MoveRefused when this run does not wait for it."""
    with _refusals():
        walk.live.deliver(name, correlation=correlation, payload=dict(payload or {}))
    return settle(walk)


def signal(walk: Walk, *, name: str, payload: Mapping[str, Any] | None) -> Move:
    with _refusals():
        walk.live.signal(name, payload=dict(payload or {}))
    return settle(walk)


def send_back(walk: Walk, step: Step, *, to: str, outcome: str) -> Move:
    """Do an earlier step again: what came out of it is cancelled, branches beside it live on. Raises MoveRefused."""
    with _refusals():
        walk.live.send_back(step.token, to)
    return settle(walk, done=step, outcome=outcome)


def earlier_steps(walk: Walk, step: Step) -> tuple[str, ...]:
    """The elements that this step can be sent back to, by id."""
    with _refusals():
        return walk.live.earlier_steps(step.token)


def instances(walk: Walk, step: Step) -> engine.Instances | None:
    """The multi-instance (会签) that a step is one of; None when it stands alone."""
    return walk.live.instances(step.token)


def add_instance(
    walk: Walk, step: Step, *, item: Any = None, place: Literal["last", "next", "before"] = "last"
) -> Move:
    """加签: one more beside this step of a multi-instance; `item` is what the new one's variable holds.

    The places count only in a sequence, where "before" puts this step behind the new one: it is cancelled and opens
    again in its turn. Raises StepNotOpen for a step that is not one of several.
    """
    with _refusals():
        walk.live.add_instance(step.token, item, place=place)
    return settle(walk)


def remove_instance(walk: Walk, step: Step) -> Move:
    """减签: this step of a multi-instance goes without counting; the others may now be enough. Raises StepNotOpen."""
    with _refusals():
        walk.live.remove_instance(step.token)
    return settle(walk)


def move(walk: Walk, step: Step, *, to: str) -> Move:
    """Put one token at another element by hand; all others stay as they are. Raises MoveRefused."""
    with _refusals():
        walk.live.move(step.token, to)
    return settle(walk)


def postpone(walk: Walk, *, since: datetime) -> Move:
    """The run has rested since then: its timers that count a span come later by as long as each of them has waited."""
    waiting = Timer.objects.filter(run=walk.row, fired_at=None)
    rested = {
        token: walk.now - max(since, opened_at or since)
        for token, opened_at in waiting.values_list("token", "opened_at")
    }
    engine.postpone(walk.live, by=rested)
    return settle(walk)


def retry(walk: Walk, token: int) -> Move:
    """A stopped token tries its element again."""
    with _refusals():
        walk.live.retry(token)
    return settle(walk)


def cancel(walk: Walk) -> Move:
    """End the run from outside (作废, 强制结案)."""
    walk.live.cancel()
    walk.row.status = RunStatus.CANCELLED
    walk.row.ended_at = walk.now
    return settle(walk)


class _refusals:  # noqa: N801 - reads as a statement: `with _refusals():`
    """Maps the engine's errors to this package's, so that nobody above knows the engine's."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, engine.NotOpen):
            raise StepNotOpen from error
        if isinstance(error, engine.EngineError):
            raise MoveRefused(error.text(get_language() or "zh-hans")) from error


refusals = _refusals


def rebuild(row: Run, *, data: Mapping[str, Any], assign: Assign, now: datetime) -> list[str]:
    """Compare the projection with the state and name every difference; changes nothing.

    Steps, timers and subscriptions are what `Run.state` says: an empty list is the proof.
    """
    if row.status != RunStatus.RUNNING:
        return [f"{s} is open in a run that is over" for s in Step.objects.open().filter(run=row)]
    live = engine.load(plan_of(row.version), row.state, data=dict(data), now=now)
    wanted = {(s.token, s.element, s.is_held_up, s.asked) for s in live.steps()}
    rows_held = Step.objects.open().filter(run=row).values_list("token", "element", "is_held_up", "asked")
    held = {(token, element, held_up, tuple(asked)) for token, element, held_up, asked in rows_held}
    timers = {(w.token, w.due_at) for w in live.waits() if w.due_at is not None}
    rows = set(Timer.objects.filter(run=row, fired_at=None).values_list("token", "due_at"))
    events = {(w.token, w.kind, w.event or "") for w in live.waits() if w.due_at is None}
    subscriptions = set(Subscription.objects.filter(run=row).values_list("token", "kind", "name"))
    pairs = (("step", wanted, held), ("timer", timers, rows), ("subscription", events, subscriptions))
    return [
        f"{name} {item} is {'missing' if item in state else 'left over'}"
        for name, state, table in pairs
        for item in sorted(state ^ table, key=str)
    ]
