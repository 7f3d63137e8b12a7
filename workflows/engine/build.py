"""From diagrams to a plan: one element object per flow node, with everything compiled that can be compiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from workflows.bpmn.initial import initial
from workflows.bpmn.model import EVERYTHING, DataLink, Diagram, EventDefinition, Node, Scope
from workflows.bpmn.normalise import is_made, normalise
from workflows.bpmn.problems import DiagramRefused, Problem
from workflows.bpmn.soundness import entries, handlers_of
from workflows.bpmn.voting import VOTES, Policy, UnknownPolicy, read_policy
from workflows.engine.activities import (
    Activity,
    Call,
    HumanStep,
    MachineStep,
    Receive,
    Rule,
    Script,
    Send,
    Sub,
)
from workflows.engine.core import Element, Process
from workflows.engine.events import Boundary, Catch, Start, Throw
from workflows.engine.gateways import EventGateway, Exclusive, Inclusive, Parallel
from workflows.engine.plan import Arc, Decide, LoopPlan, Plan, Region, Thrown, Trigger
from workflows.engine.polls import Poll
from workflows.engine.reach import Graph
from workflows.expressions import (
    Expression,
    ExpressionError,
    compile_expression,
    compile_script,
    looks_like_cron,
)

Compiled = TypeVar("Compiled")

KINDS: Final[Mapping[str, type[Element]]] = {
    "startEvent": Start,
    "intermediateCatchEvent": Catch,
    "boundaryEvent": Boundary,
    "intermediateThrowEvent": Throw,
    "endEvent": Throw,
    "exclusiveGateway": Exclusive,
    "parallelGateway": Parallel,
    "inclusiveGateway": Inclusive,
    "eventBasedGateway": EventGateway,
    "task": HumanStep,
    "userTask": HumanStep,
    "manualTask": HumanStep,
    "serviceTask": MachineStep,
    "businessRuleTask": MachineStep,
    "sendTask": Send,
    "receiveTask": Receive,
    "scriptTask": Script,
    "subProcess": Sub,
    "transaction": Sub,
    "adHocSubProcess": Sub,
    "callActivity": Call,
}
_ISO: Final = re.compile(r"P[\dT].*|R\d*/.*|\d{4}-\d\d-\d\d.*", re.ASCII)
_DYNAMIC: Final = ("${", "#{", "=")


def build(diagrams: Sequence[Diagram], *, process: str | None, tables: Mapping[str, Decide]) -> Plan:
    """The plan for a process and all it calls. Other processes in the files are not looked at."""
    known = {p.id: (diagram, p) for diagram in reversed(diagrams) for p in diagram.processes}
    main = process or _first(diagrams)
    if main not in known:
        raise DiagramRefused([Problem(code="process_missing", params={"id": main})])
    problems: list[Problem] = []
    built: dict[str, Process] = {}
    wanted = [main]
    while wanted:
        id = wanted.pop()
        if id not in built:
            builder = _Builder(
                _explicit(*known[id]), tables=tables, known=frozenset(known), problems=problems
            )
            built[id] = builder.process
            wanted += builder.called
    if problems:
        raise DiagramRefused(problems)
    return Plan(main=built[main], processes={made.id: made for made in built.values()})


def _first(diagrams: Sequence[Diagram]) -> str:
    processes = [p for diagram in diagrams[:1] for p in diagram.processes]
    runnable = [p for p in processes if p.executable and p.nodes] or [p for p in processes if p.nodes]
    return (runnable or processes)[0].id if processes else ""


def _explicit(diagram: Diagram, process: Scope) -> Scope:
    return normalise(diagram, processes=[process.id]).processes[0]


class _Builder:
    """Builds one process; what is wrong is collected, so that the author sees all of it at once."""

    def __init__(
        self, scope: Scope, *, tables: Mapping[str, Decide], known: frozenset[str], problems: list[Problem]
    ) -> None:
        self.process = Process(scope.id)
        self.called: list[str] = []
        self._tables = tables
        self._known = known
        self._problems = problems
        self.process.region = self._region(scope, host=None)

    def _region(self, scope: Scope, *, host: Node | None) -> Region:
        region = Region(
            id=scope.id,
            kind=scope.kind,
            graph=Graph(scope),
            host=self._element_of(host),
            initial=initial(scope),
        )
        if host is not None:
            region.cancels_rest, region.sequential = host.cancels_rest, host.sequential
            region.completion = self._expression(host.completion, host)
        self.process.regions[scope.id] = region
        elements = self.process.elements
        for node in scope.nodes:
            element = elements[node.id] = self._kind(node)(self.process, node)
            element.region = region
        for node in scope.nodes:
            self._compile(elements[node.id])
            if node.scope is not None:
                elements[node.id].content = self._region(node.scope, host=node)
        self._connect(scope)
        region.starts = tuple(elements[node.id] for node in entries(scope))
        region.listeners = tuple(
            elements[inner.id]
            for node in scope.nodes
            if node.is_event_scope and node.scope is not None
            for inner in node.scope.nodes
            if inner.kind == "startEvent"
        )
        return region

    def _element_of(self, node: Node | None) -> Element | None:
        return self.process.elements[node.id] if node is not None else None

    def _kind(self, node: Node) -> type[Element]:
        if node.kind == "businessRuleTask" and "table" in node.settings:
            return Rule
        if node.kind == "sendTask" and "operation" in node.settings:
            return MachineStep
        return KINDS[node.kind]

    def _connect(self, scope: Scope) -> None:
        elements, graph = self.process.elements, self.process.regions[scope.id].graph
        for flow in scope.flows:
            source, target = elements[flow.source], elements[flow.target]
            condition = self._compiled(
                compile_expression, flow.condition, source.node, flow=flow.id, line=flow.line
            )
            arc = Arc(id=flow.id, target=target, condition=condition)
            if flow.id == source.node.default:
                source.default = Arc(id=flow.id, target=target)
            else:
                source.flows += (arc,)
            target.incoming += (flow.id,)
        for node in scope.nodes:
            element = elements[node.id]
            if node.kind == "boundaryEvent" and node.host is not None:
                self._attach(element, elements[node.host], scope)
            if isinstance(element, Inclusive) and len(element.incoming) > 1:
                element.upstream = graph.upstream(node.id, element.incoming)

    def _attach(self, boundary: Element, host: Element, scope: Scope) -> None:
        if any(trigger.kind == "compensate" for trigger in boundary.triggers):
            handler = next(handlers_of(boundary.node, scope), None)
            host.handler = self.process.elements[handler] if handler else None
        else:
            host.boundaries += (boundary,)

    def _compile(self, element: Element) -> None:
        node = element.node
        element.triggers = tuple(self._trigger(event, node) for event in node.events)
        element.loop = self._loop(node)
        if node.kind == "scriptTask" and node.script:
            element.script = self._compiled(compile_script, node.script, node)
        if isinstance(element, Call):
            element.called = self._called(node)
        if isinstance(element, Rule):
            element.decide = self._table(node)
        if isinstance(element, Activity | Throw):
            self._map_data(element)
        if isinstance(element, Activity):
            element.before = self._compiled(compile_script, node.before, node)
            element.after = self._compiled(compile_script, node.after, node)

    def _trigger(self, event: EventDefinition, node: Node) -> Trigger:
        text = (event.text or "").strip()
        literal = event.kind == "timer" and (_ISO.fullmatch(text) or looks_like_cron(text))
        return Trigger(
            kind=event.kind,
            ref=event.ref,
            text=text if literal else None,
            expression=None if literal else self._expression(event.text, node),
            correlation=self._expression(node.settings.get("correlation") or event.correlation, node),
            waits=event.waits,
            name=self._expression(event.ref, node) if event.computes_its_name else None,
            code_into=event.code_into,
            message_into=event.message_into,
            until=self._moment(event.until, node),
        )

    def _moment(self, text: str | None, node: Node) -> Expression | None:
        """The end of a cycle: a date as it stands, or an expression."""
        is_date = text is not None and _ISO.fullmatch(text.strip())
        return self._expression(repr(text) if is_date else text, node)

    def _loop(self, node: Node) -> LoopPlan | None:
        loop = node.loop
        if loop is None:
            return None
        return LoopPlan(
            loop=loop,
            cardinality=self._expression(loop.cardinality, node),
            collection=self._expression(loop.collection, node),
            condition=self._expression(loop.condition, node),
            output=self._expression(loop.output_item, node) if loop.output else None,
            throws=tuple(
                Thrown(
                    triggers=tuple(self._trigger(event, node) for event in throw.events),
                    once=throw.once,
                    condition=self._expression(throw.condition, node),
                )
                for throw in loop.throws
            ),
            poll=(poll := self._poll(node)),
            own=tuple(
                dict.fromkeys(
                    [*loop.own, *node.settings.get("own", "").split(), *([poll.outcome] if poll else [])]
                )
            ),
        )

    def _poll(self, node: Node) -> Poll | None:
        """The vote that the instances hold."""
        said = node.settings
        if "vote" not in said or node.loop is None or node.loop.kind == "standard":
            return None
        dynamic = said["vote"].startswith(_DYNAMIC)
        policy = None if dynamic else self._policy(node)
        if policy is None and not dynamic:
            return None
        vetoers = said.get("vetoers", "")
        computed = vetoers.startswith(_DYNAMIC)
        return Poll(
            outcome=said.get("outcome") or "结论",
            policy=policy,
            chosen=self._expression(said["vote"], node) if dynamic else None,
            asks_all=said.get("askAll") == "true",
            heads=self._expression(said.get("heads"), node),
            weight=self._expression(said.get("weight"), node),
            ballot=self._expression(said.get("ballot"), node),
            ballots=self._expression(said.get("ballots"), node),
            vetoes=self._expression(vetoers, node) if computed else None,
            vetoers=frozenset() if computed else frozenset(vetoers.split()),
            item=node.loop.item or "",
            who=tuple(self._named(said.get(key, ""), node) for key in ("unit", "post")),
        )

    def _policy(self, node: Node) -> Policy | None:
        text = node.settings["vote"]
        try:
            return read_policy(text)
        except UnknownPolicy:
            self._wrong("vote_unknown", node, value=text, expected=VOTES)
            return None

    def _named(self, text: str, node: Node) -> Expression | str:
        return (self._expression(text, node) or "") if text.startswith(_DYNAMIC) else text

    def _called(self, node: Node) -> str | Expression | None:
        called = (node.called or "").strip()
        if called.startswith(_DYNAMIC):
            self.called += sorted(self._known)
            return self._expression(called, node)
        id = called if called in self._known else called.rpartition(":")[2]
        if id in self._known:
            self.called.append(id)
        else:
            self._wrong("called_missing", node, called=called)
        return id

    def _table(self, node: Node) -> Decide | None:
        name = node.settings["table"]
        if name not in self._tables:
            self._wrong("table_missing", node, table=name)
        return self._tables.get(name)

    def _map_data(self, element: Element) -> None:
        node = element.node
        element.takes_all = any(link.source == EVERYTHING for link in node.takes)
        element.gives_all = any(link.source == EVERYTHING for link in node.gives)
        element.takes = tuple(self._links(node.takes, node))
        element.gives = tuple(self._links(node.gives, node))

    def _links(self, links: Sequence[DataLink], node: Node) -> Iterator[tuple[str, Expression]]:
        for link in links:
            source = None if link.source == EVERYTHING else self._expression(link.source, node)
            if source is not None:
                yield link.target, source

    def _expression(self, text: str | None, node: Node) -> Expression | None:
        return self._compiled(compile_expression, text, node)

    def _compiled(
        self,
        compiler: Callable[[str], Compiled],
        text: str | None,
        node: Node,
        *,
        flow: str | None = None,
        line: int | None = None,
    ) -> Compiled | None:
        if text is None or not text.strip():
            return None
        try:
            return compiler(text)
        except ExpressionError as error:
            where = node.id if flow is None or is_made(flow) else flow
            params = {"text": text, "error": error}
            self._problems.append(
                Problem(code="bad_expression", element=where, line=line or node.line, params=params)
            )
            return None

    def _wrong(self, code: str, node: Node, **params: object) -> None:
        params = {"id": node.id, **params}
        self._problems.append(Problem(code=code, element=node.id, line=node.line, params=params))
