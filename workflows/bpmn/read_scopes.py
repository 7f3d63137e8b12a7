"""The content of a process: nodes, flows, lanes and data, as written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from workflows.bpmn.model import (
    BPMN,
    EVENTS,
    NODES,
    OURS,
    SCOPES,
    DataLink,
    DataObject,
    Extension,
    Flow,
    Lane,
    Node,
    Scope,
    Unknown,
)
from workflows.bpmn.read_events import events, loop
from workflows.bpmn.read_parts import bare, flag, line_of, local, tag_and_namespace, text_of

DATA: Final = frozenset(
    {"dataObject", "dataObjectReference", "dataStoreReference", "dataInput", "dataOutput", "property"}
)
SILENT: Final = frozenset(
    {
        "documentation", "extensionElements", "incoming", "outgoing", "ioSpecification", "textAnnotation", "group",
        "auditing", "monitoring", "dataInputAssociation", "dataOutputAssociation", "potentialOwner",
        "humanPerformer", "performer", "resourceRole", "multiInstanceLoopCharacteristics",
        "standardLoopCharacteristics", "script", "completionCondition", "rendering", "supportedInterfaceRef",
        "correlationSubscription", "supports", "artifact", "laneSet", "sequenceFlow", "association",
        "conditionExpression", "dataState", "ioBinding",
    }
)  # fmt: skip


def scope(element: etree._Element, *, kind: str) -> Scope:
    """A process or the content of a sub-process, with all within."""
    lanes = tuple(_lane(lane) for lane in element.findall(f"{{{BPMN}}}laneSet/{{{BPMN}}}lane"))
    of_lane = dict(_placed(lanes))
    return Scope(
        id=element.get("id") or "",
        kind=kind,
        name=element.get("name") or "",
        line=line_of(element),
        documentation=text_of(element, "documentation") or "",
        executable=flag(element, "isExecutable", default=True),
        nodes=tuple(
            _node(child, lane=of_lane.get(child.get("id") or ""))
            for child in element
            if local(child) in NODES
        ),
        flows=tuple(_flow(child) for child in element.findall(f"{{{BPMN}}}sequenceFlow")),
        associations=tuple(
            (bare(link.get("sourceRef")), bare(link.get("targetRef")))
            for link in element.findall(f"{{{BPMN}}}association")
        ),
        lanes=lanes,
        data=tuple(_data(element)),
        unknown=tuple(_unknown(element)),
        settings=own_attributes(element),
        vendor=foreign_attributes(element),
        extensions=_extensions(element),
    )


def _node(element: etree._Element, *, lane: str | None) -> Node:
    tag = local(element) or ""
    get = element.get
    return Node(
        id=get("id") or "",
        kind=tag,
        name=get("name") or "",
        line=line_of(element),
        documentation=text_of(element, "documentation") or "",
        lane=lane,
        default=get("default") or None,
        host=bare(get("attachedToRef")) or None,
        interrupting=flag(
            element, "isInterrupting" if tag == "startEvent" else "cancelActivity", default=True
        ),
        events=tuple(events(element)) if tag in EVENTS else (),
        parallel_multiple=flag(element, "parallelMultiple", default=False)
        or get("eventGatewayType") == "Parallel",
        loop=loop(element),
        scope=scope(element, kind=_scope_kind(element, tag)) if tag in SCOPES else None,
        script=text_of(element, "script") or _kept_elsewhere(element),
        script_format=get("scriptFormat") or None,
        called=get("calledElement") or None,
        message=bare(get("messageRef")) or None,
        instantiates=flag(element, "instantiate", default=False),
        compensates=flag(element, "isForCompensation", default=False),
        completion=text_of(element, "completionCondition") if tag == "adHocSubProcess" else None,
        cancels_rest=flag(element, "cancelRemainingInstances", default=True),
        sequential=get("ordering") == "Sequential",
        takes=tuple(_associations(element, "dataInputAssociation")),
        gives=tuple(_associations(element, "dataOutputAssociation")),
        settings=own_attributes(element),
        vendor=foreign_attributes(element),
        extensions=_extensions(element),
    )


def _scope_kind(element: etree._Element, tag: str) -> str:
    return "eventSubProcess" if flag(element, "triggeredByEvent", default=False) else tag


def _flow(element: etree._Element) -> Flow:
    return Flow(
        id=element.get("id") or "",
        source=bare(element.get("sourceRef")),
        target=bare(element.get("targetRef")),
        condition=_condition(element),
        name=element.get("name") or "",
        line=line_of(element),
    )


def _condition(flow: etree._Element) -> str | None:
    expression = flow.find(f"{{{BPMN}}}conditionExpression")
    if expression is None:
        return None
    return text_of(flow, "conditionExpression") or _kept_elsewhere(expression)


def _kept_elsewhere(element: etree._Element) -> str | None:
    """A vendor's name of a file that holds the text. It is not here: taken as the text, it can't be read, and that is told."""
    kept = next((str(v) for k, v in element.attrib.items() if str(k).endswith("}resource")), None)
    return f"resource({kept!r})" if kept else None


def _lane(element: etree._Element) -> Lane:
    return Lane(
        id=element.get("id") or "",
        name=element.get("name") or "",
        nodes=tuple((ref.text or "").strip() for ref in element.findall(f"{{{BPMN}}}flowNodeRef")),
        settings=own_attributes(element),
        lanes=tuple(_lane(lane) for lane in element.findall(f"{{{BPMN}}}childLaneSet/{{{BPMN}}}lane")),
        line=line_of(element),
    )


def _placed(lanes: tuple[Lane, ...]) -> Iterator[tuple[str, str]]:
    """Each node with its lane; the innermost lane comes last and wins."""
    for lane in lanes:
        for node in lane.nodes:
            yield node, lane.name or lane.id
        yield from _placed(lane.lanes)


def _data(element: etree._Element) -> Iterator[DataObject]:
    inside = element.find(f"{{{BPMN}}}ioSpecification")
    for child in (*element, *(() if inside is None else inside)):
        tag = local(child)
        if tag in DATA:
            ref = child.get("dataObjectRef") or child.get("dataStoreRef")
            yield DataObject(
                id=child.get("id") or "",
                kind=tag or "",
                name=child.get("name") or "",
                ref=bare(ref) or None,
                value=_initial(child) if tag == "dataObject" else None,
                type=bare(child.get("itemSubjectRef")),
                line=line_of(child),
            )


def _initial(element: etree._Element) -> str | None:
    """The value of a data object at its beginning, which BPMN leaves to extensions."""
    found = element.find(f"{{{BPMN}}}extensionElements/{{*}}value")
    return None if found is None or not found.text else found.text.strip()


def _associations(element: etree._Element, tag: str) -> Iterator[DataLink]:
    for link in element.findall(f"{{{BPMN}}}{tag}"):
        source, target = text_of(link, "sourceRef"), text_of(link, "targetRef")
        if source and target:
            yield DataLink(source=bare(source), target=bare(target))


def _unknown(element: etree._Element) -> Iterator[Unknown]:
    """BPMN elements that can't stand here, and foreign ones outside extensionElements (their tag keeps the namespace)."""
    for child in element:
        tag = local(child)
        known = tag in NODES or tag in SILENT or tag in DATA or (tag or "").endswith("EventDefinition")
        if not known:
            tag = tag or child.tag
            yield Unknown(id=child.get("id") or "", tag=tag, line=line_of(child))


def _extensions(element: etree._Element) -> tuple[Extension, ...]:
    found = element.find(f"{{{BPMN}}}extensionElements")
    return () if found is None else tuple(_extension(child) for child in found)


def _extension(element: etree._Element) -> Extension:
    tag, namespace = tag_and_namespace(element)
    return Extension(
        namespace=namespace,
        tag=tag,
        attributes={str(key): str(value) for key, value in element.attrib.items()},
        text=(element.text or "").strip(),
        children=tuple(_extension(child) for child in element),
        line=line_of(element),
    )


def own_attributes(element: etree._Element) -> Mapping[str, str]:
    """Attributes of our namespace, without their prefix."""
    mark = f"{{{OURS}}}"
    return {
        str(key).removeprefix(mark): str(value).strip()
        for key, value in element.attrib.items()
        if str(key).startswith(mark)
    }


def foreign_attributes(element: etree._Element) -> Mapping[str, str]:
    """Attributes of other namespaces, by their name in Clark notation."""
    mark = f"{{{OURS}}}"
    return {
        str(key): str(value)
        for key, value in element.attrib.items()
        if str(key).startswith("{") and not str(key).startswith(mark)
    }
