"""Bytes to the model, once and safely. Nothing else in the project reads BPMN.

Entities, DTDs and the network are off, a DOCTYPE is refused, and size, depth and number of nodes are bounded. What can't be
read at all is refused; what is odd but readable becomes a finding of the diagram and is left to `check`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from lxml import etree

from workflows.bpmn.encoding import is_misdeclared
from workflows.bpmn.model import BPMN, Diagram, EventDefinition, Participant, Reference, Scope, Unknown
from workflows.bpmn.problems import DiagramRefused, Problem
from workflows.bpmn.read_events import event_definition
from workflows.bpmn.read_flows import brought_home
from workflows.bpmn.read_parts import bare, line_of, local, tag_and_namespace, text_of
from workflows.bpmn.read_scopes import scope
from workflows.expressions.errors import Word

MAX_BYTES: Final = 2_000_000
MAX_NODES: Final = 5_000
MAX_PROCESSES: Final = 1_000
MAX_NESTING: Final = 30
DMN: Final = re.compile(r"https?://www\.omg\.org/spec/DMN/")
XINCLUDE: Final = "http://www.w3.org/2001/XInclude"
CODES: Final = {"error": "errorCode", "escalation": "escalationCode"}


def read(data: bytes) -> Diagram:
    """The diagram in a file. Raises DiagramRefused when it is no BPMN or too much of it."""
    root = parse_xml(data)
    _ensure_bpmn(root)
    drawn = root.findall(f"{{{BPMN}}}process")
    if len(drawn) > MAX_PROCESSES:
        what = Word("流程", "processes")
        raise _refused("too_many_parts", what=what, count=len(drawn), limit=MAX_PROCESSES)
    processes = tuple(brought_home(scope(element, kind="process")) for element in drawn)
    _ensure_bounded(processes, root)
    return Diagram(
        processes=processes,
        messages=_correlated(_references(root, "message"), root),
        signals=_references(root, "signal"),
        errors=_references(root, "error"),
        escalations=_references(root, "escalation"),
        events=_shared_events(root),
        participants=_participants(root),
        unknown=_unknown(root),
        shapes=_shapes(root),
        items=_items(root),
        findings=(*_duplicates(root), *_bad_bounds(root), *_includes(root)),
        exporter=root.get("exporter") or "",
    )


def parse_xml(data: bytes) -> etree._Element:
    """The root of an uploaded XML file, hardened; decision tables come in this way too."""
    if not data.strip():
        raise _refused("empty_file")
    if len(data) > MAX_BYTES:
        raise _refused("too_large", size=len(data), limit=MAX_BYTES)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise _unreadable(data, error) from error
    if is_misdeclared(data):
        raise _refused("wrong_encoding", line=1, declared=root.getroottree().docinfo.encoding)
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # lxml-stubs forget it
        raise _refused("doctype", line=1)
    return root


def _unreadable(data: bytes, error: Exception) -> DiagramRefused:
    if not data[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n").startswith(b"<"):
        return _refused("not_xml")
    if b"<!DOCTYPE" in data.replace(b"\0", b""):
        return _refused("doctype", line=1)
    reason = re.sub(r", line \d+.*", "", str(error), flags=re.DOTALL)
    line, column = getattr(error, "position", (0, 0))
    if "encoding" in reason.lower() or "not proper UTF-8" in reason:
        declared = re.search(rb"""encoding\s*=\s*["']([\w.\-]+)""", data[:200])
        return _refused("wrong_encoding", line=line, declared=declared[1].decode() if declared else "UTF-8")
    return _refused("broken_xml", line=line, line_number=line, column=column, reason=reason)


def _ensure_bpmn(root: etree._Element) -> None:
    tag, namespace = tag_and_namespace(root)
    line = line_of(root)
    if DMN.match(namespace):
        raise _refused("dmn_file", line=line)
    if tag != "definitions":
        raise _refused("not_bpmn", line=line, root=tag)
    if namespace != BPMN:
        raise _refused("wrong_namespace", line=line, found=namespace, expected=BPMN)
    if root.find(f"{{{BPMN}}}process") is None:
        raise _refused("no_process", line=line)


def _ensure_bounded(processes: tuple[Scope, ...], root: etree._Element) -> None:
    count = sum(1 for process in processes for _ in process.walk())
    if count > MAX_NODES:
        raise _refused("too_many_nodes", count=count, limit=MAX_NODES)
    deepest = max(_depth(process) for process in processes)
    if deepest > MAX_NESTING:
        raise _refused("too_deep", line=line_of(root), limit=MAX_NESTING)


def _depth(scope: Scope) -> int:
    return 1 + max((_depth(node.scope) for node in scope.nodes if node.scope is not None), default=0)


def _refused(code: str, *, line: int = 0, **params: object) -> DiagramRefused:
    return DiagramRefused([Problem(code=code, line=line, params=params)])


def _references(root: etree._Element, tag: str) -> Mapping[str, Reference]:
    return {
        element.get("id") or "": Reference(
            id=element.get("id") or "",
            name=element.get("name") or "",
            code=element.get(CODES[tag]) or None if tag in CODES else None,
            correlation=_subscription_key(element),
            line=line_of(element),
        )
        for element in root.findall(f"{{{BPMN}}}{tag}")
        if element.get("id")
    }


def _subscription_key(message: etree._Element) -> str | None:
    found = message.find(f"{{{BPMN}}}extensionElements/{{*}}subscription")
    return None if found is None else found.get("correlationKey")


def _correlated(messages: Mapping[str, Reference], root: etree._Element) -> Mapping[str, Reference]:
    """BPMN's correlation properties: the process's own path to the key, else the path given for the message."""
    bindings = {
        bare(binding.get("correlationPropertyRef")): text_of(binding, "dataPath")
        for binding in root.iter(f"{{{BPMN}}}correlationPropertyBinding")
    }
    keys: dict[str, str | None] = {}
    for prop in root.iter(f"{{{BPMN}}}correlationProperty"):
        for retrieval in prop.findall(f"{{{BPMN}}}correlationPropertyRetrievalExpression"):
            path = bindings.get(prop.get("id") or "") or text_of(retrieval, "messagePath")
            keys.setdefault(bare(retrieval.get("messageRef")), path)
    return {
        id: replace(message, correlation=keys[id]) if keys.get(id) and not message.correlation else message
        for id, message in messages.items()
    }


def _shared_events(root: etree._Element) -> Mapping[str, EventDefinition]:
    return {
        element.get("id") or "": event_definition(element)
        for element in root
        if (local(element) or "").endswith("EventDefinition") and element.get("id")
    }


def _participants(root: etree._Element) -> tuple[Participant, ...]:
    return tuple(
        Participant(
            id=element.get("id") or "",
            name=element.get("name") or "",
            process=bare(element.get("processRef")) or None,
            line=line_of(element),
        )
        for element in root.findall(f"{{{BPMN}}}collaboration/{{{BPMN}}}participant")
    )


def _unknown(root: etree._Element) -> tuple[Unknown, ...]:
    return tuple(
        Unknown(id=element.get("id") or "", tag=local(element) or "", line=line_of(element))
        for element in root
        if local(element) is not None and local(element) not in ROOT_ELEMENTS and not _is_event(element)
    )


def _is_event(element: etree._Element) -> bool:
    return (local(element) or "").endswith("EventDefinition")


def _shapes(root: etree._Element) -> frozenset[str]:
    return frozenset(
        element.get("bpmnElement") or ""
        for element in root.iter("{*}BPMNShape", "{*}BPMNEdge")
        if element.get("bpmnElement")
    )


def _items(root: etree._Element) -> frozenset[str]:
    tags = (f"{{{BPMN}}}{tag}" for tag in ("property", "dataInput", "dataOutput", "itemDefinition"))
    return frozenset(element.get("id") or "" for element in root.iter(*tags))


def _duplicates(root: etree._Element) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for element in root.iter(f"{{{BPMN}}}*"):
        id, line = element.get("id"), line_of(element)
        if not id:
            continue
        if id in first:
            params = {"id": id, "first": first[id], "second": line}
            yield Problem(code="duplicate_id", element=id, line=line, params=params)
        first.setdefault(id, line)


def _bad_bounds(root: etree._Element) -> Iterator[Problem]:
    for shape in root.iter("{*}BPMNShape"):
        for bounds in shape.findall("{*}Bounds"):
            for value in (bounds.get(side, "0") for side in ("x", "y", "width", "height")):
                if not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", value):
                    id = shape.get("bpmnElement") or ""
                    params = {"id": id, "value": value}
                    yield Problem(
                        code="bad_bounds",
                        element=id,
                        line=line_of(bounds),
                        severity="warning",
                        params=params,
                    )


def _includes(root: etree._Element) -> Iterator[Problem]:
    for element in root.iter(f"{{{XINCLUDE}}}include"):
        yield Problem(code="not_included", line=line_of(element), severity="warning")


ROOT_ELEMENTS: Final = frozenset(
    {
        "process", "collaboration", "message", "signal", "error", "escalation", "itemDefinition", "dataStore",
        "category", "import", "extension", "relationship", "interface", "resource", "correlationProperty",
        "endPoint", "partnerEntity", "partnerRole", "documentation", "extensionElements", "choreography",
        "globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask",
        "conversation", "globalConversation", "globalChoreographyTask",
    }
)  # fmt: skip
