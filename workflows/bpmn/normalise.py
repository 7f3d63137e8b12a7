"""Legal shorthand made explicit: ids, references, links, vendors' words. The meaning is never changed.

Ids made here hold a "~", which no author's id can, so they are never shown. What can't be run is refused here, whatever
`check` said before: nobody gets a half-understood process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final

from workflows.bpmn.initial import variable_of
from workflows.bpmn.model import (
    DataLink,
    Diagram,
    EventDefinition,
    Flow,
    Loop,
    Node,
    Reference,
    Scope,
)
from workflows.bpmn.problems import DiagramRefused, Problem
from workflows.bpmn.soundness import unsound
from workflows.bpmn.vendor import iso_timer, translated

MADE: Final = "~"


def normalise(diagram: Diagram, *, processes: Collection[str] | None = None) -> Diagram:
    """The diagram made explicit, with only the named processes; raises DiagramRefused when one of them can't run."""
    explicit = made_explicit(diagram, processes=processes)
    problems = tuple(obstacles(explicit))
    if problems:
        raise DiagramRefused(problems)
    return explicit


def made_explicit(diagram: Diagram, *, processes: Collection[str] | None = None) -> Diagram:
    """The same, without judging it: `check` wants to say everything that is wrong, not only what stops a run."""
    chosen = [p for p in diagram.processes if processes is None or p.id in processes]
    explicit = tuple(_scope(process, diagram, path=process.id or "process", names={}) for process in chosen)
    return replace(diagram, processes=explicit)


def obstacles(explicit: Diagram) -> Iterator[Problem]:
    """What keeps the processes of an explicit diagram from running."""
    yield from _repeated_processes(explicit.processes)
    for process in explicit.processes:
        yield from unsound(process)


def is_made(id: str) -> bool:
    """True for an id that the author did not write."""
    return MADE in id


def _repeated_processes(processes: tuple[Scope, ...]) -> Iterator[Problem]:
    for id, count in Counter(p.id for p in processes).items():
        if count > 1:
            first, second = [p.line for p in processes if p.id == id][:2]
            params = {"id": id, "first": first, "second": second}
            yield Problem(code="duplicate_id", element=id, line=second, params=params)


def _scope(scope: Scope, diagram: Diagram, *, path: str, names: Mapping[str, str]) -> Scope:
    names = {**names, **_variable_names(scope)}
    nodes = [
        _node(
            node if node.id else replace(node, id=f"{path}{MADE}{node.kind}{n}"),
            diagram,
            scope=scope,
            names=names,
        )
        for n, node in enumerate(scope.nodes, 1)
    ]
    flows = [f if f.id else replace(f, id=f"{path}{MADE}flow{n}") for n, f in enumerate(scope.flows, 1)]
    return replace(scope, id=path, nodes=tuple(nodes), flows=(*flows, *_link_flows(nodes, path)))


def _variable_names(scope: Scope) -> Mapping[str, str]:
    """The variable of each data object and of each reference to one."""
    named = {d.id: variable_of(d) for d in scope.data if d.id}
    refs = {d.id: named.get(d.ref or "", d.id) for d in scope.data if d.ref and not d.name.isidentifier()}
    return {**named, **refs}


def _node(node: Node, diagram: Diagram, *, scope: Scope, names: Mapping[str, str]) -> Node:
    drawn, node = node, translated(node)
    events = tuple(_event(event, diagram) for event in _events_of(node))
    # The parallel kind, which BPMN knows for starting a process only, waits for every one of its events.
    waits_for_all = node.kind == "eventBasedGateway" and node.parallel_multiple
    return replace(
        node,
        kind="parallelGateway" if waits_for_all else node.kind,
        events=events,
        message=_label(diagram.messages, node.message),
        loop=node.loop and _loop(node.loop, drawn, names, diagram),
        takes=tuple(DataLink(source=names.get(k.source, k.source), target=k.target) for k in node.takes),
        gives=tuple(DataLink(source=k.source, target=names.get(k.target, k.target)) for k in node.gives),
        scope=node.scope and _scope(node.scope, diagram, path=node.id, names=names),
    )


def _events_of(node: Node) -> tuple[EventDefinition, ...]:
    """A receive task waits for its message, one without a message to be told by hand; a send task sends its own."""
    if node.kind == "receiveTask" or (node.kind == "sendTask" and node.message):
        return (EventDefinition(kind="message", ref=node.message, line=node.line),)
    return node.events


def _event(event: EventDefinition, diagram: Diagram) -> EventDefinition:
    if event.kind == "reference":
        shared = diagram.events.get(event.ref or "")
        if shared is None:
            return event
        event = replace(shared, line=event.line)
    if event.kind == "timer" and event.text:
        event = replace(event, text=iso_timer(event.text))
    event = replace(event, code_into=_variable(event.code_into), message_into=_variable(event.message_into))
    tables: Mapping[str, Mapping[str, Reference]] = {
        "message": diagram.messages,
        "signal": diagram.signals,
        "error": diagram.errors,
        "escalation": diagram.escalations,
    }
    table = tables.get(event.kind)
    if table is None or not event.ref:
        return event
    found = table.get(event.ref)
    return replace(
        event, ref=found.label if found else event.ref, correlation=found.correlation if found else None
    )


def _variable(name: str | None) -> str | None:
    """What can be no name of a variable is no place to put a value."""
    return name if name and name.isidentifier() else None


def _label(table: Mapping[str, Reference], ref: str | None) -> str | None:
    return table[ref].label if ref and ref in table else ref


def _loop(loop: Loop, node: Node, names: Mapping[str, str], diagram: Diagram) -> Loop:
    """The list of a multi-instance may be named through the node's own inputs and outputs and through data objects."""
    sources = {link.target: link.source for link in node.takes}
    targets = {link.source: link.target for link in node.gives}
    collection, output = loop.collection, loop.output
    if collection is not None:
        collection = sources.get(collection, collection)
        collection = names.get(collection, collection)
    if output is not None:
        output = targets.get(output, output)
        output = names.get(output, output)
    throws = tuple(
        replace(throw, events=tuple(_event(event, diagram) for event in throw.events))
        for throw in loop.throws
    )
    return replace(loop, collection=collection, output=output, throws=throws)


def _link_flows(nodes: list[Node], path: str) -> Iterator[Flow]:
    """A throwing link leads to the catching one of its name in the same scope."""
    catches: dict[str, str] = {}
    for node in nodes:
        if node.kind == "intermediateCatchEvent" and (name := link_name(node)) is not None:
            catches.setdefault(name, node.id)
    for n, node in enumerate(nodes, 1):
        name = link_name(node) if node.kind in ("intermediateThrowEvent", "endEvent") else None
        if name is not None and name in catches:
            yield Flow(id=f"{path}{MADE}link{n}", source=node.id, target=catches[name], line=node.line)


def link_name(node: Node) -> str | None:
    """The name by which a link event finds its other end; None for any other event."""
    return next((event.ref or node.name for event in node.events if event.kind == "link"), None)
