"""What other editors write in their own attributes and extensions, put in our words. Meaning is never guessed:
what is not listed here stays in the diagram and does nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from workflows.bpmn.model import EVERYTHING, OURS, DataLink, Extension, Node
from workflows.expressions import ExpressionError, compile_expression

_SETS: Final = re.compile(r"[$#]\{\s*execution\.setVariable\(\s*[\"'](\w+)[\"']\s*,(.+)\)\s*\}", re.DOTALL)
_SHORT: Final = re.compile(r"(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,8})s)?")
_PART_OF: Final = re.compile(r"[^\W\d]\w*\.")
_GROUP: Final = re.compile(r"[\w.\- ]{1,60}")
_DUE: Final = re.compile(r"P(?:(\d{1,4})D|T(\d{1,4})([HM]))")
ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"


def translated(node: Node) -> Node:
    """The node with vendors' mappings, calls, decision tables and scripts as ours."""
    takes, gives = tuple(_takes(node)), tuple(_gives(node))
    computed = _computed(node)
    return replace(
        node,
        kind=node.kind if computed is None else "scriptTask",
        called=_called(node),
        script=_script(node) if computed is None else computed,
        before=_text(node, "preScript") or node.before,
        after=_text(node, "postScript") or node.after,
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
        elif extension.tag == parameter and get("name"):
            yield DataLink(source=_given(extension), target=get("name", ""))
        elif extension.tag == mapping and extension.namespace == ZEEBE and get("target"):
            yield DataLink(source=_static(get("source", "")), target=get("target", ""))


def _given(parameter: Extension) -> str:
    """The value of a parameter: a text or expression, a list, a map, or a script that is one expression."""
    for child in parameter.children:
        match child.tag:
            case "list":
                return f"[{', '.join(_inner(item) for item in child.children)}]"
            case "map":
                entries = (f"{_quoted(e.attributes.get('key', ''))}: {_inner(e)}" for e in child.children)
                return f"{{{', '.join(entries)}}}"
            case "script":
                return child.text or "?"  # no expression: the check says so
            case _:
                continue
    return _parameter(parameter.text)


def _parameter(text: str) -> str:
    """A Camunda parameter without ${…} is a text, not an expression."""
    return text if "${" in text or "#{" in text else _quoted(text)


def _inner(part: Extension) -> str:
    """What stands in a list or map: an expression without its braces."""
    text = _given(part)
    alone = text.startswith(("${", "#{")) and text.endswith("}") and text.count("{") == 1
    return text[2:-1] if alone else text


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _static(text: str) -> str:
    """Zeebe's sources without "=" are texts."""
    return text if text.startswith("=") else _quoted(text)


def _flat(extensions: tuple[Extension, ...]) -> Iterator[Extension]:
    for extension in extensions:
        yield extension
        yield from _flat(extension.children)


def _find(node: Node, tag: str) -> Mapping[str, str]:
    return next((e.attributes for e in node.extensions if e.tag == tag and e.namespace != OURS), {})


def _text(node: Node, tag: str) -> str | None:
    """The text of SpiffWorkflow's element of this name."""
    texts = (e.text for e in node.extensions if e.tag == tag and "spiff" in e.namespace)
    return next((text for text in texts if text), None) if node.is_activity else None


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


def _computed(node: Node) -> str | None:
    """A service task that only evaluates an expression, as a script; None where it calls code of its own."""
    vendor = _vendor_words(node)
    text = vendor.get("expression", "").strip()
    if node.kind != "serviceTask" or "operation" in node.settings or not text.startswith(("${", "#{")):
        return None
    into = vendor.get("resultVariable") or vendor.get("resultVariableName") or ""
    if found := _SETS.fullmatch(text):
        into, text = found[1], f"${{{found[2]}}}"
    if into and not into.isidentifier():
        return None
    try:
        expression = compile_expression(text)
    except ExpressionError:
        return None
    if _PART_OF.search(expression.text):
        return None  # a bean's property more likely than a variable's
    if into:
        return f"{into} = {expression.text}"
    return "" if not expression.names else None


def _vendor_words(node: Node) -> Mapping[str, str]:
    return {key.rpartition("}")[2]: value for key, value in node.vendor.items()}


def _settings(node: Node) -> Mapping[str, str]:
    """The decision table, for machine steps the operation, for people the post and limit that a vendor's attributes name."""
    vendor = _vendor_words(node)
    decision, task = _find(node, "calledDecision"), _find(node, "taskDefinition")
    found = {
        "table": vendor.get("decisionRef") or decision.get("decisionId") or _text(node, "calledDecisionId"),
        "result": vendor.get("resultVariable") or decision.get("resultVariable"),
        "operation": vendor.get("topic") or task.get("type") or _find(node, "serviceTaskOperator").get("id"),
        **(_work_of_people(vendor) if node.kind == "userTask" else {}),
    }
    return {key: value for key, value in found.items() if value}


def _work_of_people(vendor: Mapping[str, str]) -> Mapping[str, str | None]:
    """The first group as the post, and a due date that is so many days, hours or minutes as the limit."""
    group = vendor.get("candidateGroups", "").split(",")[0].strip()
    due = _DUE.fullmatch(vendor.get("dueDate", "").strip())
    days, number, unit = due.groups() if due else ("", "", "")
    return {
        "post": group if _GROUP.fullmatch(group) else None,
        "limit": f"{days}d" if days else f"{number}{unit.lower()}" if number else None,
    }


def iso_timer(text: str) -> str:
    """jBPM's ``1d2h30m`` as ISO 8601; anything else as it is."""
    found = _SHORT.fullmatch(text.strip().lower())
    if found is None or not any(found.groups()):
        return text
    days, hours, minutes, seconds = (part or "0" for part in found.groups())
    return f"P{days}DT{hours}H{minutes}M{seconds}S"
