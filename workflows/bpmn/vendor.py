"""What other editors write in their own attributes and extensions, put in our words. Meaning is never guessed:
what is not listed here stays in the diagram and does nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from workflows.bpmn.model import EVERYTHING, OURS, DataLink, Extension, Node

ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"


def translated(node: Node) -> Node:
    """The node with vendors' mappings, calls, decision tables and scripts as ours."""
    takes, gives = tuple(_takes(node)), tuple(_gives(node))
    return replace(
        node,
        called=_called(node),
        script=_script(node),
        message=node.message,
        takes=takes or _from_associations(node, node.takes),
        gives=gives or _from_associations(node, node.gives),
        settings={**_settings(node), **node.settings},
    )


def _from_associations(node: Node, links: tuple[DataLink, ...]) -> tuple[DataLink, ...]:
    """Data associations of a task only show what it works on; those of a call say what crosses."""
    return links if node.kind == "callActivity" else ()


def _takes(node: Node) -> Iterator[DataLink]:
    yield from _links(node, "in", parameter="inputParameter", mapping="input")


def _gives(node: Node) -> Iterator[DataLink]:
    yield from _links(node, "out", parameter="outputParameter", mapping="output")


def _links(node: Node, crossing: str, *, parameter: str, mapping: str) -> Iterator[DataLink]:
    """<in>/<out> of Camunda, Flowable and ours; input and output parameters; Zeebe's ioMapping."""
    for extension in _flat(node.extensions):
        get = extension.attributes.get
        if extension.tag == crossing and get("variables") == "all":
            yield DataLink(source=EVERYTHING, target=EVERYTHING)
        elif extension.tag == crossing and get("target"):
            yield DataLink(source=get("source") or get("sourceExpression") or "", target=get("target", ""))
        elif extension.tag == parameter and get("name") and not extension.children:
            yield DataLink(source=_parameter(extension.text), target=get("name", ""))
        elif extension.tag == mapping and extension.namespace == ZEEBE and get("target"):
            yield DataLink(source=_static(get("source", "")), target=get("target", ""))


def _parameter(text: str) -> str:
    """A Camunda parameter without ${…} is a text, not an expression."""
    return text if text.startswith(("${", "#{")) else repr(text)


def _static(text: str) -> str:
    """Zeebe's sources without "=" are texts."""
    return text if text.startswith("=") else repr(text)


def _flat(extensions: tuple[Extension, ...]) -> Iterator[Extension]:
    for extension in extensions:
        yield extension
        yield from _flat(extension.children)


def _find(node: Node, tag: str) -> Mapping[str, str]:
    return next((e.attributes for e in node.extensions if e.tag == tag and e.namespace != OURS), {})


def _called(node: Node) -> str | None:
    if node.kind != "callActivity":
        return node.called
    return node.called or _find(node, "calledElement").get("processId")


def _script(node: Node) -> str | None:
    zeebe = _find(node, "script")
    if node.script or not zeebe.get("expression"):
        return node.script
    return (
        f"{zeebe.get('resultVariable', 'result')} = {zeebe['expression'].strip().removeprefix('=').strip()}"
    )


def _settings(node: Node) -> Mapping[str, str]:
    """The decision table and, for machine steps, the operation that a vendor's attributes name."""
    vendor = {key.rpartition("}")[2]: value for key, value in node.vendor.items()}
    decision, task = _find(node, "calledDecision"), _find(node, "taskDefinition")
    found = {
        "table": vendor.get("decisionRef") or decision.get("decisionId"),
        "result": vendor.get("resultVariable") or decision.get("resultVariable"),
        "operation": vendor.get("topic") or task.get("type"),
    }
    return {key: value for key, value in found.items() if value}
