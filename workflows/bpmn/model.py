"""What an author drew: frozen records in document order, each with its line.

The model keeps ids, names and texts as written. References (message, error, …) hold the id of the referred element until
`normalise` puts the name or code in its place. Everything that needs to know a diagram reads this; nobody else reads XML.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from workflows.bpmn.problems import Problem

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
OURS: Final = "urn:casework:bpmn:1"

TASKS: Final = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "businessRuleTask",
        "scriptTask",
        "sendTask",
        "receiveTask",
    }
)
SCOPES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES: Final = TASKS | SCOPES | {"callActivity"}
EVENTS: Final = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
GATEWAYS: Final = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"}
)
NODES: Final = ACTIVITIES | EVENTS | GATEWAYS
#: As a source, all variables; as what a terminate end event ends, the whole run.
EVERYTHING: Final = "*"
#: What a terminate end event ends: all instances of the multi-instance around it.
ALL_INSTANCES: Final = "#"
#: How a name begins that is computed.
DYNAMIC: Final = ("${", "#{", "=")
EVENT_KINDS: Final = frozenset(
    {
        "message", "signal", "timer", "error", "escalation", "conditional",
        "cancel", "terminate", "compensate", "link",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """An element of another namespace inside extensionElements, with its children."""

    namespace: str
    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple[Extension, ...] = ()
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class EventDefinition:
    """What an event waits for or throws.

    `kind` is the tag without "EventDefinition", or "reference" for an eventDefinitionRef that is not yet resolved, or the
    unknown tag as written. `ref` is the id of the message, signal, error or escalation, the compensated activity, or the
    link's name. `text` is the timer's value or the condition; `timer` says which: "duration", "date" or "cycle".
    `code_into` and `message_into` are the variables that get the code and message of what was caught, `until` ends a cycle.
    """

    kind: str
    id: str = ""
    ref: str | None = None
    text: str | None = None
    timer: str | None = None
    waits: bool = True
    correlation: str | None = None
    code_into: str | None = None
    message_into: str | None = None
    until: str | None = None
    line: int = 0

    @property
    def computes_its_name(self) -> bool:
        """Whether the name of its message or signal holds an expression."""
        ref = self.ref or ""
        computed = ref.startswith(DYNAMIC) or "${" in ref or "#{" in ref
        return computed and self.kind in ("message", "signal")


@dataclass(frozen=True, kw_only=True, slots=True)
class LoopThrow:
    """Events that a multi-instance throws when an instance is through: when the first is, or each for which the condition holds."""

    events: tuple[EventDefinition, ...]
    once: bool = False
    condition: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Loop:
    """Standard loop or multi-instance; `collection` is an expression, `output` the list that collects `output_item`.

    `index` is a variable that counts the instances from 0, as `loopCounter` does; `own` are variables that each instance
    has for itself.
    """

    kind: str
    cardinality: str | None = None
    collection: str | None = None
    item: str | None = None
    output: str | None = None
    output_item: str | None = None
    condition: str | None = None
    tests_before: bool = False
    maximum: str | None = None
    index: str | None = None
    own: tuple[str, ...] = ()
    throws: tuple[LoopThrow, ...] = ()
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DataLink:
    """One mapping between the data of a caller and those of a call: `target = source`. Source "*" stands for everything."""

    source: str
    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """A sequence flow; without a condition it is always taken."""

    id: str
    source: str
    target: str
    condition: str | None = None
    name: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A flow node. `kind` is its BPMN tag; `settings` are its attributes in our own namespace, without prefix.

    `before` and `after` are scripts that an activity runs when it begins and ends, as SpiffWorkflow knows them.
    """

    id: str
    kind: str
    name: str = ""
    line: int = 0
    documentation: str = ""
    lane: str | None = None
    default: str | None = None
    host: str | None = None
    interrupting: bool = True
    events: tuple[EventDefinition, ...] = ()
    parallel_multiple: bool = False
    loop: Loop | None = None
    scope: Scope | None = None
    script: str | None = None
    script_format: str | None = None
    before: str | None = None
    after: str | None = None
    called: str | None = None
    message: str | None = None
    instantiates: bool = False
    compensates: bool = False
    completion: str | None = None
    cancels_rest: bool = True
    sequential: bool = False
    takes: tuple[DataLink, ...] = ()
    gives: tuple[DataLink, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    vendor: Mapping[str, str] = field(default_factory=dict)
    extensions: tuple[Extension, ...] = ()

    @property
    def is_activity(self) -> bool:
        return self.kind in ACTIVITIES

    @property
    def is_event_scope(self) -> bool:
        return self.scope is not None and self.scope.kind == "eventSubProcess"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """A lane with the ids of what stands in it, and its lanes within."""

    id: str
    name: str = ""
    nodes: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    lanes: tuple[Lane, ...] = ()
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DataObject:
    """A data object, its reference, a data store reference or a property; `kind` is the tag.

    `value` is what it holds when its scope begins, as written, and `type` what that is to be read as.
    """

    id: str
    kind: str
    name: str = ""
    ref: str | None = None
    value: str | None = None
    type: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """An element that BPMN does not have or that we do not run, where it stood."""

    id: str
    tag: str
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """A process or the content of a sub-process. `kind`: process, subProcess, transaction, adHocSubProcess, eventSubProcess."""

    id: str
    kind: str
    name: str = ""
    line: int = 0
    documentation: str = ""
    executable: bool = True
    nodes: tuple[Node, ...] = ()
    flows: tuple[Flow, ...] = ()
    associations: tuple[tuple[str, str], ...] = ()
    lanes: tuple[Lane, ...] = ()
    data: tuple[DataObject, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    vendor: Mapping[str, str] = field(default_factory=dict)
    extensions: tuple[Extension, ...] = ()

    def walk(self) -> Iterator[tuple[Node, Scope]]:
        """Every node with the scope it stands in, outer before inner, in document order."""
        for node in self.nodes:
            yield node, self
            if node.scope is not None:
                yield from node.scope.walk()

    def scopes(self) -> Iterator[Scope]:
        """This scope and all within, outer before inner."""
        yield self
        for node in self.nodes:
            if node.scope is not None:
                yield from node.scope.scopes()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A message, signal, error or escalation of the diagram; `code` is the error's or escalation's code."""

    id: str
    name: str = ""
    code: str | None = None
    correlation: str | None = None
    line: int = 0

    @property
    def label(self) -> str:
        """What runs and people call it."""
        return self.code or self.name or self.id


@dataclass(frozen=True, kw_only=True, slots=True)
class Participant:
    """A pool and the process it shows."""

    id: str
    name: str = ""
    process: str | None = None
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagram:
    """One file. `shapes` are the ids that are drawn; `findings` is what the reader noticed without refusing the file.

    `items` are the ids of what data associations may name beside data objects: properties, inputs, outputs, definitions.
    """

    processes: tuple[Scope, ...] = ()
    messages: Mapping[str, Reference] = field(default_factory=dict)
    signals: Mapping[str, Reference] = field(default_factory=dict)
    errors: Mapping[str, Reference] = field(default_factory=dict)
    escalations: Mapping[str, Reference] = field(default_factory=dict)
    events: Mapping[str, EventDefinition] = field(default_factory=dict)
    participants: tuple[Participant, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    shapes: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    findings: tuple[Problem, ...] = ()
    exporter: str = ""

    def walk(self) -> Iterator[tuple[Node, Scope]]:
        for process in self.processes:
            yield from process.walk()

    def scope_of(self, process: str) -> Scope | None:
        return next((p for p in self.processes if p.id == process), None)
