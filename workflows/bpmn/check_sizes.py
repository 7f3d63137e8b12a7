"""What is longer than the rows of steps, timers and subscriptions hold. Names that only people read are cut instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workflows.bpmn.check_findings import found
from workflows.bpmn.initial import NoValue, value_of
from workflows.bpmn.model import Node, Scope
from workflows.bpmn.problems import Problem
from workflows.expressions.errors import Word

MOST_ID: Final = 128
MOST_NAME: Final = 200
MOST_OPERATION: Final = 64

_ID: Final = Word("编号", "id")
_EVENT: Final = Word("消息或信号的名称", "name of the message or signal")
_OPERATION: Final = Word("服务的名称", "name of the service")


def check_sizes(process: Scope) -> Iterator[Problem]:
    """On the explicit model, where events have their names."""
    for node, _ in process.walk():
        for what, text, most in _texts(node):
            if len(text) > most:
                yield found("text_too_long", node, what=what, length=len(text), limit=most)
    for scope in process.scopes():
        for data in scope.data:
            try:
                value_of(data)
            except NoValue:
                params = {"name": data.name or data.id, "value": data.value or "", "type": data.type}
                yield Problem(code="data_value_wrong", element=data.id, line=data.line, params=params)


def _texts(node: Node) -> Iterator[tuple[Word, str, int]]:
    yield _ID, node.id, MOST_ID
    yield _OPERATION, node.settings.get("operation", ""), MOST_OPERATION
    for event in node.events:
        if event.kind in ("message", "signal") and not event.computes_its_name:
            yield _EVENT, event.ref or "", MOST_NAME
