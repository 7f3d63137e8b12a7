"""Scenarios: a process walked step by step, with what must be open after each. Authors write them, and so do our tests.

A scenario is JSON: `files`, `process`, `steps`; each step is one action and an `expect`. Actions: start, complete, fail, advance,
message, signal, trigger, set, add and remove (an instance beside one), send_back, cancel. `begin` is the moment of the first.
The run is saved and loaded again between every two moves, and every invariant of a stored run is looked at each time.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from workflows import engine
from workflows.bpmn import DiagramRefused, read
from workflows.bpmn.model import Diagram, Scope
from workflows.engine.audit import faults
from workflows.expressions import ExpressionError, add_duration, parse_duration

BEGIN: Final = dt.datetime(2026, 1, 5, 9, 0, tzinfo=dt.UTC)
ROUNDS: Final = 300


class ScenarioFaulty(ValueError):
    """The scenario itself can't be carried out: an unknown action, a step that is not open, a missing file."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that is not as a step expects: `name` is tasks, waits, machines, ended, count, open or a variable's."""

    name: str
    seen: Any
    wanted: Any
    is_variable: bool = False

    def __str__(self) -> str:
        if self.name == "open":
            return f"{self.seen} is open"
        if self.is_variable:
            return f"{self.name} is {self.seen!r}, not {self.wanted!r}"
        return f"{self.name} {self.seen}, not {self.wanted}"


@dataclass(frozen=True, kw_only=True)
class Result:
    """`outcome`: right, refused (the diagram, with a reason), wrong, error (the engine failed) or late (out of time).

    `step` is the one that went wrong, counted from 1; `passed` are the elements and flows that were taken.
    """

    id: str
    outcome: str
    detail: str = ""
    step: int = 0
    error: engine.EngineError | None = None
    differences: tuple[Difference, ...] = ()
    passed: frozenset[str] = frozenset()

    @property
    def is_fine(self) -> bool:
        return self.outcome in ("right", "refused")


def scenarios_in(folder: Path) -> Iterator[Path]:
    """The scenario files of a folder and those below it, in order of their names."""
    if folder.is_file():
        yield folder
        return
    for path in sorted(folder.rglob("*.json")):
        if _is_scenario(path):
            yield path


def _is_scenario(path: Path) -> bool:
    """Forms and other JSON lie in the same folders; what is broken is shown rather than skipped."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return True
    return isinstance(content, dict) and "steps" in content and "files" in content


def play(path: Path, *, calendar: engine.Calendar | None = None) -> Result:
    """Walk one scenario; working days and hours are the calendar's."""
    id = path.stem
    try:
        scenario = json.loads(path.read_text(encoding="utf-8"))
        id = str(scenario.get("id") or id)
        return _played(id, scenario, path.parent, calendar)
    except OSError as error:
        return Result(id=id, outcome="error", detail=f"{error.strerror}: {error.filename}")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        return Result(id=id, outcome="error", detail=f"the scenario can't be read: {error!r}")


def _played(id: str, scenario: Mapping[str, Any], folder: Path, calendar: engine.Calendar | None) -> Result:
    try:
        plan = _plan(scenario, folder)
    except DiagramRefused as refused:
        expected = bool(scenario["steps"][0].get("expect", {}).get("error"))
        return Result(id=id, outcome="right" if expected else "refused", detail=str(refused))
    return walk_through(id, scenario, plan, calendar)


def _plan(scenario: Mapping[str, Any], folder: Path) -> engine.Plan:
    diagrams = [read((folder / name).read_bytes()) for name in scenario["files"]]
    scripts = scenario.get("scripts") or {}
    tables = {name: (folder / file).read_bytes() for name, file in (scenario.get("tables") or {}).items()}
    rewritten = [_with_scripts(diagram, scripts) for diagram in diagrams] if scripts else diagrams
    return engine.compile_plan(rewritten, process=scenario.get("process"), tables=tables)


def _with_scripts(diagram: Diagram, scripts: Mapping[str, str]) -> Diagram:
    """The same diagram with some scripts put in our language."""
    return replace(diagram, processes=tuple(_rescripted(process, scripts) for process in diagram.processes))


def _rescripted(scope: Scope, scripts: Mapping[str, str]) -> Scope:
    return replace(
        scope,
        nodes=tuple(
            replace(
                node,
                script=scripts.get(node.id, node.script),
                scope=node.scope and _rescripted(node.scope, scripts),
            )
            for node in scope.nodes
        ),
    )


def walk_through(
    id: str,
    scenario: Mapping[str, Any],
    plan: engine.Plan,
    calendar: engine.Calendar | None,
    *,
    until: float | None = None,
) -> Result:
    """All steps of a scenario on this plan; `until` is the moment of `time.monotonic()` at which it is too late."""
    walk = Walk(plan, scenario, calendar)
    for n, step in enumerate(scenario["steps"], 1):
        if until is not None and time.monotonic() > until:
            return Result(id=id, outcome="late", detail=f"step {n}: out of time", step=n)
        expected = step.get("expect", {})
        before = replace(walk)
        try:
            walk.take(step)
        except (engine.EngineError, ScenarioFaulty) as error:
            if expected.get("error"):
                walk = before  # what is refused changes nothing
                continue
            return _refused(id, n, error)
        if expected.get("error"):
            return Result(id=id, outcome="wrong", detail=f"step {n}: should have been refused", step=n)
        different = walk.differences(expected)
        if different:
            said = f"step {n}: {'; '.join(str(one) for one in different)}"
            return Result(id=id, outcome="wrong", detail=said, step=n, differences=different)
    return Result(id=id, outcome="right", passed=walk.passed)


def _refused(id: str, n: int, error: engine.EngineError | ScenarioFaulty) -> Result:
    is_wrong = isinstance(error, ScenarioFaulty | engine.NotOpen | engine.NobodyWaits)
    return Result(
        id=id,
        outcome="wrong" if is_wrong else "error",
        detail=f"step {n}: {error}",
        step=n,
        error=error if isinstance(error, engine.EngineError) else None,
    )


@dataclass
class Walk:
    """A run between two moves: nothing but its text and its data."""

    plan: engine.Plan
    scenario: Mapping[str, Any]
    calendar: engine.Calendar | None = None
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    now: dt.datetime = BEGIN
    passed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.text and "begin" in self.scenario:
            self.now = dt.datetime.fromisoformat(self.scenario["begin"])

    def take(self, step: Mapping[str, Any]) -> None:
        if "advance" in step:
            try:
                self.now = add_duration(self.now, parse_duration(step["advance"]))
            except ExpressionError as error:
                raise ScenarioFaulty(str(error)) from error
        if "start" in step:
            self.data = json.loads(json.dumps(step["start"] or {}))
            self._keep(engine.start(self.plan, data=self.data, now=self.now, calendar=self.calendar))
        else:
            run = self.loaded()
            self._act(run, step)
            self._keep(run)
        self._let_machines_answer()

    def loaded(self) -> engine.Run:
        return engine.load(self.plan, self.text, data=self.data, now=self.now, calendar=self.calendar)

    def _act(self, run: engine.Run, step: Mapping[str, Any]) -> None:
        payload = step.get("payload") or step.get("data") or {}
        if "complete" in step:
            run.complete(_nth(run, step["complete"], step.get("nth", 0)), step.get("data") or {})
        elif "fail" in step:
            run.fail(_nth(run, step["fail"], step.get("nth", 0)), str(step.get("code", "")))
        elif "advance" in step:
            run.advance(self.now)
        elif "message" in step:
            run.deliver(step["message"], correlation=step.get("correlation"), payload=payload)
        elif "signal" in step:
            run.signal(step["signal"], payload)
        elif "trigger" in step:
            run.fire(_waiting_at(run, step["trigger"]), payload)
        elif "set" in step:
            run.set(step["set"])
        elif "add" in step:
            run.add_instance(_nth(run, step["add"], step.get("nth", 0)), step.get("item"))
        elif "remove" in step:
            run.remove_instance(_nth(run, step["remove"], step.get("nth", 0)))
        elif "send_back" in step:
            run.send_back(_nth(run, step["send_back"], step.get("nth", 0)), step["to"])
        elif "cancel" in step:
            run.cancel()
        else:
            raise ScenarioFaulty(f"no action in {json.dumps(step, ensure_ascii=False)}")

    def _let_machines_answer(self) -> None:
        """Machine steps, and kinds of tasks the scenario calls automatic, are completed at once."""
        answers = self.scenario.get("machines") or {}
        auto = {_tag(kind) for kind in self.scenario.get("auto") or []}
        for _ in range(ROUNDS):
            run = self.loaded()
            kinds = {
                element.node.id: element.node.kind
                for p in self.plan.processes.values()
                for element in p.elements.values()
            }
            step = next((s for s in run.steps() if s.kind == "machine" or kinds[s.element] in auto), None)
            if step is None or answers == "by hand":
                return
            run.complete(step.token, answers.get(step.element) or {})
            self._keep(run)
        raise ScenarioFaulty("the automatic steps come to no end")

    def _keep(self, run: engine.Run) -> None:
        self.text, self.data = run.dump(), json.loads(json.dumps(run.data))
        self.passed |= {effect.element for effect in run.effects if isinstance(effect, engine.Passed)}
        found = faults(self.plan, self.text, data=self.data, now=self.now)
        if found:
            raise ScenarioFaulty("; ".join(found))

    def differences(self, expected: Mapping[str, Any]) -> tuple[Difference, ...]:
        """What is open against what should be, empty when they agree."""
        seen = self.standing()
        wanted = {key: sorted(value) if isinstance(value, list) else value for key, value in expected.items()}
        found = [
            Difference(name=key, seen=seen[key], wanted=wanted[key])
            for key in seen
            if key in wanted and seen[key] != wanted[key]
        ]
        unwanted = [task for task in expected.get("not_tasks", []) if task in seen["tasks"]]
        found += [Difference(name="open", seen=task, wanted="") for task in unwanted]
        found += [
            Difference(name=name, seen=self.data.get(name), wanted=value, is_variable=True)
            for name, value in (expected.get("data") or {}).items()
            if self.data.get(name) != value
        ]
        return tuple(found)

    def standing(self) -> dict[str, Any]:
        """Where the run stands, in the words of `expect`."""
        run = self.loaded()
        tasks = sorted(step.element for step in run.steps() if step.kind == "human")
        return {
            "tasks": tasks,
            "waits": sorted(wait.element for wait in run.waits() if not wait.boundary),
            "machines": sorted(step.element for step in run.steps() if step.kind == "machine"),
            "ended": run.ended,
            "count": len(tasks),
        }


def _tag(kind: str) -> str:
    """The tag of a kind of task that a scenario calls automatic; "NoneTask" is the task that is nothing in particular."""
    return "task" if kind == "NoneTask" else kind[:1].lower() + kind[1:]


def _nth(run: engine.Run, element: str, nth: int) -> int:
    found = [step.token for step in run.steps() if step.element == element]
    if nth >= len(found):
        raise ScenarioFaulty(f"{element} is not open")
    return found[nth]


def _waiting_at(run: engine.Run, element: str) -> int:
    found = [wait.token for wait in run.waits() if wait.element == element]
    if not found:
        raise ScenarioFaulty(f"{element} is not waiting")
    return found[0]
