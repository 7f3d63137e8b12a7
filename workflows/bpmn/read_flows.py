"""Flows that a tool wrote into another scope than the one both their ends stand in. Where they belong is beyond doubt."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from workflows.bpmn.model import Flow, Scope


def brought_home(process: Scope) -> Scope:
    """The process with each such flow in the scope of its ends. Nearly every file is right and stays the same object."""
    home = {node.id: scope.id for node, scope in process.walk() if node.id}
    moved: dict[str, list[Flow]] = defaultdict(list)
    for scope in process.scopes():
        for flow in scope.flows:
            place = home.get(flow.source)
            if place is not None and place != scope.id and place == home.get(flow.target):
                moved[place].append(flow)
    return _with_moved(process, moved) if moved else process


def _with_moved(scope: Scope, moved: dict[str, list[Flow]]) -> Scope:
    gone = {id(flow) for flows in moved.values() for flow in flows}
    kept = tuple(flow for flow in scope.flows if id(flow) not in gone)
    return replace(
        scope,
        flows=(*kept, *moved.get(scope.id, ())),
        nodes=tuple(
            node if node.scope is None else replace(node, scope=_with_moved(node.scope, moved))
            for node in scope.nodes
        ),
    )
