"""Everything that is wrong or suspicious about a diagram, in its author's words.

One list serves the editor, the API, `publish` and ``manage.py problems``. Errors keep a diagram from being published,
warnings say what will surprise, notes what was translated or does nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from workflows.bpmn.check_context import CheckContext
from workflows.bpmn.check_events import check_events
from workflows.bpmn.check_findings import found, shown_id
from workflows.bpmn.check_flows import check_conditions, check_ends
from workflows.bpmn.check_graph import check_graphs
from workflows.bpmn.check_names import check_circular_calls, check_names, check_references
from workflows.bpmn.check_sizes import check_sizes
from workflows.bpmn.check_texts import TextCheck
from workflows.bpmn.check_votes import check_votes
from workflows.bpmn.model import Diagram, Scope
from workflows.bpmn.normalise import made_explicit, obstacles
from workflows.bpmn.problems import Problem
from workflows.expressions.errors import Word

#: Larger diagrams are read, so that they can be looked at and split, but not published.
MAX_NODES: Final = 2_000
MAX_NESTING: Final = 20
MAX_FLOWS: Final = 5_000
MAX_PROCESSES: Final = 200
#: Data objects, lanes and what stands in them, associations, pools, foreign elements.
MAX_OTHERS: Final = 10_000
#: Beyond so many, findings are counted, not listed: nobody reads 2,000 lines.
MOST_FINDINGS: Final = 200

_RANK: Final = {"error": 0, "warning": 1, "note": 2}
#: Said better here: with the flow's name, and whether its end exists at all.
_SAID_BETTER: Final = frozenset({"flow_end_elsewhere"})


def check(diagram: Diagram, *, context: CheckContext | None = None) -> tuple[Problem, ...]:
    """The findings in the order of the file. Never raises, whatever was drawn."""
    too_much = list(_too_much(diagram))
    if too_much:
        return _arranged([*diagram.findings, *too_much])
    explicit = made_explicit(diagram)
    findings: list[Problem] = [
        *_of_the_file(diagram),
        *(_presentable(p) for p in obstacles(explicit) if p.code not in _SAID_BETTER),
        *check_ends(diagram),
        *check_references(diagram),
        *check_circular_calls(explicit),
        *_executable(diagram),
    ]
    for process in explicit.processes:
        findings += _process(process, explicit, context or CheckContext())
    return _arranged(findings)


def _too_much(diagram: Diagram) -> Iterator[Problem]:
    count = sum(1 for _ in diagram.walk())
    if count > MAX_NODES:
        yield Problem(code="too_many_nodes", params={"count": count, "limit": MAX_NODES})
    if len(diagram.processes) > MAX_PROCESSES:
        yield _too_many(_PROCESSES, len(diagram.processes), MAX_PROCESSES)
        return
    if (flows := sum(len(scope.flows) for scope in _scopes(diagram))) > MAX_FLOWS:
        yield _too_many(_FLOWS, flows, MAX_FLOWS)
    if (others := sum(map(_others, _scopes(diagram))) + len(diagram.participants)) > MAX_OTHERS:
        yield _too_many(_OTHERS, others, MAX_OTHERS)
    for process in diagram.processes:
        if _nesting(process) > MAX_NESTING:
            params = {"limit": MAX_NESTING}
            yield Problem(code="too_deep", element=process.id, line=process.line, params=params)


_PROCESSES: Final = Word("流程", "processes")
_FLOWS: Final = Word("流向", "flows")
_OTHERS: Final = Word("数据、泳道等元素", "data objects, lanes and the like")


def _too_many(what: Word, count: int, limit: int) -> Problem:
    return Problem(code="too_many_parts", params={"what": what, "count": count, "limit": limit})


def _scopes(diagram: Diagram) -> Iterator[Scope]:
    for process in diagram.processes:
        yield from process.scopes()


def _others(scope: Scope) -> int:
    links = sum(len(node.takes) + len(node.gives) for node in scope.nodes)
    lanes = sum(1 + len(lane.nodes) for lane in scope.lanes)
    return len(scope.data) + len(scope.associations) + len(scope.unknown) + lanes + links


def _nesting(scope: Scope) -> int:
    return 1 + max((_nesting(node.scope) for node in scope.nodes if node.scope is not None), default=0)


def _process(process: Scope, explicit: Diagram, context: CheckContext) -> list[Problem]:
    texts = TextCheck(process)
    findings = [
        *check_graphs(process),
        *check_conditions(process),
        *check_votes(process),
        *texts.findings(),
        *check_names(process, explicit, context),
        *check_events(process),
        *check_sizes(process),
    ]
    if context.variables is not None:
        findings += texts.unknown(context.variables)
    if _only_drawn(process, explicit):
        return [replace(p, severity="warning") if p.severity == "error" else p for p in findings]
    return findings


def _only_drawn(process: Scope, diagram: Diagram) -> bool:
    """Not meant to run, beside a process that is."""
    return not process.executable and any(p.executable and p.nodes for p in diagram.processes)


def _of_the_file(diagram: Diagram) -> Iterator[Problem]:
    """What reading found. An id twice is harmless where nothing that runs has it, such as the items of two loops."""
    running = {node.id for node, _ in diagram.walk()} | {p.id for p in diagram.processes}
    running |= {flow.id for scope in _scopes(diagram) for flow in scope.flows}
    for table in (diagram.messages, diagram.signals, diagram.errors, diagram.escalations, diagram.events):
        running |= set(table)
    for problem in diagram.findings:
        harmless = problem.code == "duplicate_id" and problem.element not in running
        yield replace(problem, severity="warning") if harmless else problem


def _executable(diagram: Diagram) -> Iterator[Problem]:
    drawn = [process for process in diagram.processes if process.nodes]
    if not drawn:
        yield found("process_empty", diagram.processes[0])
    for process in drawn:
        if not process.executable:
            alone = not any(p.executable for p in drawn)
            yield found("not_executable", process, severity="warning" if alone else "note")


def _presentable(problem: Problem) -> Problem:
    """Without ids that the author never wrote."""
    params = {
        name: value if not isinstance(value, str) else shown_id(value) or "…"
        for name, value in problem.params.items()
    }
    return replace(problem, element=shown_id(problem.element), params=params)


def _arranged(findings: Iterable[Problem]) -> tuple[Problem, ...]:
    """In the order of the file, each once, the worst first where they stand in one line; a very long list is cut."""
    once: dict[tuple[object, ...], Problem] = {}
    for problem in findings:
        about = tuple(value for value in problem.params.values() if isinstance(value, str | int))
        once.setdefault((problem.code, problem.element, problem.line, about), problem)
    ordered = sorted(once.values(), key=_place)
    if len(ordered) <= MOST_FINDINGS:
        return tuple(ordered)
    kept = sorted(ordered, key=lambda problem: _RANK[problem.severity])[:MOST_FINDINGS]
    more = Problem(code="more_problems", severity="note", params={"count": len(ordered) - MOST_FINDINGS})
    return (*sorted(kept, key=_place), more)


def _place(problem: Problem) -> tuple[int, int]:
    return (problem.line or 10**9, _RANK[problem.severity])
