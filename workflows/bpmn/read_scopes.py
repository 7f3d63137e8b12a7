"""The content of a process: nodes, flows, lanes and data, as written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from workflows.bpmn.model import (
    ALL_INSTANCES,
    BPMN,
    EVENTS,
    EVERYTHING,
    NODES,
    OURS,
    SCOPES,
    DataLink,
    DataObject,
    EventDefinition,
    Extension,
    Flow,
    Lane,
    Loop,
    LoopThrow,
    Node,
    Scope,
    Unknown,
)

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
            (_bare(link.get("sourceRef")), _bare(link.get("targetRef")))
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
        host=_bare(get("attachedToRef")) or None,
        interrupting=flag(
            element, "isInterrupting" if tag == "startEvent" else "cancelActivity", default=True
        ),
        events=tuple(_events(element)) if tag in EVENTS else (),
        parallel_multiple=flag(element, "parallelMultiple", default=False)
        or get("eventGatewayType") == "Parallel",
        loop=_loop(element),
        scope=scope(element, kind=_scope_kind(element, tag)) if tag in SCOPES else None,
        script=text_of(element, "script") or _kept_elsewhere(element),
        script_format=get("scriptFormat") or None,
        called=get("calledElement") or None,
        message=_bare(get("messageRef")) or None,
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


def _events(element: etree._Element) -> Iterator[EventDefinition]:
    for child in element:
        tag = local(child) or ""
        if tag.endswith("EventDefinition"):
            yield event_definition(child)
        elif tag == "eventDefinitionRef":
            yield EventDefinition(kind="reference", ref=_bare(child.text), line=line_of(child))


def event_definition(element: etree._Element) -> EventDefinition:
    kind = (local(element) or "").removesuffix("EventDefinition")
    get = element.get
    vendor = {str(key).rpartition("}")[2]: str(value) for key, value in element.attrib.items()}
    given = get(f"{kind}Ref") or get("activityRef")
    computed = vendor.get(f"{kind}Expression")  # the name of a message or signal, computed
    text, timer = text_of(element, "condition"), None
    if kind == "timer":
        timer, text = next(
            (
                (name, found)
                for name in ("date", "duration", "cycle")
                if (found := text_of(element, f"time{name.title()}"))
            ),
            (None, None),
        )
    return EventDefinition(
        kind=kind,
        id=get("id") or "",
        ref=get("name") if kind == "link" else _ends(vendor) or computed or _bare(given) or None,
        text=text,
        timer=timer,
        waits=flag(element, "waitForCompletion", default=True),
        code_into=vendor.get(f"{kind}CodeVariable") or vendor.get("errorVariableName"),
        message_into=vendor.get(f"{kind}MessageVariable"),
        until=_end_of_cycle(element) if timer == "cycle" else None,
        line=line_of(element),
    )


def _ends(vendor: Mapping[str, str]) -> str | None:
    """Vendors let a terminate end event end more than its scope: the whole run, or all instances of the multi-instance."""
    if vendor.get("terminateAll") == "true":
        return EVERYTHING
    return ALL_INSTANCES if vendor.get("terminateMultiInstance") == "true" else None


def _end_of_cycle(element: etree._Element) -> str | None:
    """Flowable writes the last moment of a cycle beside it."""
    cycle = element.find(f"{{{BPMN}}}timeCycle")
    attributes = cycle.attrib.items() if cycle is not None else ()
    return next((str(value) for key, value in attributes if str(key).endswith("}endDate")), None)


def _loop(element: etree._Element) -> Loop | None:
    standard = element.find(f"{{{BPMN}}}standardLoopCharacteristics")
    if standard is not None:
        return Loop(
            kind="standard",
            condition=text_of(standard, "loopCondition"),
            tests_before=flag(standard, "testBefore", default=False),
            maximum=standard.get("loopMaximum") or None,
            line=line_of(standard),
        )
    many = element.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    return None if many is None else _multi_instance(many)


def _multi_instance(many: etree._Element) -> Loop:
    """Vendors' collection and item are taken as BPMN's own, as are Zeebe's loop characteristics."""
    vendor = {
        str(key).rpartition("}")[2]: str(value)
        for key, value in many.attrib.items()
        if str(key).startswith("{")
    }
    zeebe = many.find(f"{{{BPMN}}}extensionElements/{{*}}loopCharacteristics")
    extra: dict[str, str] = {} if zeebe is None else {str(k): str(v) for k, v in zeebe.attrib.items()}
    collection = text_of(many, "loopDataInputRef") or vendor.get("collection") or extra.get("inputCollection")
    return Loop(
        kind="sequential" if flag(many, "isSequential", default=False) else "parallel",
        cardinality=text_of(many, "loopCardinality"),
        collection=collection,
        item=_item(many, "inputDataItem") or vendor.get("elementVariable") or extra.get("inputElement"),
        output=text_of(many, "loopDataOutputRef") or extra.get("outputCollection"),
        output_item=_item(many, "outputDataItem") or extra.get("outputElement"),
        condition=text_of(many, "completionCondition"),
        throws=tuple(_throws(many)),
        line=line_of(many),
    )


def _throws(many: etree._Element) -> Iterator[LoopThrow]:
    """By its `behavior`: None throws for each instance, One for the first, Complex as its definitions say, All never."""
    behavior = many.get("behavior")
    simple = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}.get(behavior or "")
    if simple is not None:
        ref = _bare(many.get(simple))
        event = EventDefinition(kind="reference", ref=ref, line=line_of(many))
        yield LoopThrow(events=(event,), once=behavior == "One")
    elif behavior == "Complex":
        for definition in many.findall(f"{{{BPMN}}}complexBehaviorDefinition"):
            thrown = definition.find(f"{{{BPMN}}}event")
            events = () if thrown is None else tuple(_events(thrown))
            yield LoopThrow(events=events, condition=text_of(definition, "condition"))


def _item(many: etree._Element, tag: str) -> str | None:
    """The variable of an item: its name where that can be one, else its id."""
    found = many.find(f"{{{BPMN}}}{tag}")
    if found is None:
        return None
    name = found.get("name") or ""
    return name if name.isidentifier() else found.get("id") or name or None


def _flow(element: etree._Element) -> Flow:
    return Flow(
        id=element.get("id") or "",
        source=_bare(element.get("sourceRef")),
        target=_bare(element.get("targetRef")),
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
                ref=_bare(ref) or None,
                value=_initial(child) if tag == "dataObject" else None,
                type=_bare(child.get("itemSubjectRef")),
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
            yield DataLink(source=_bare(source), target=_bare(target))


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


def tag_and_namespace(element: etree._Element) -> tuple[str, str]:
    name = etree.QName(element)
    return name.localname, name.namespace or ""


def local(element: etree._Element) -> str | None:
    """The BPMN tag; None for elements of other namespaces."""
    mark = f"{{{BPMN}}}"
    tag = element.tag
    return tag[len(mark) :] if tag.startswith(mark) else None


def text_of(element: etree._Element, tag: str) -> str | None:
    """The text of the first such child, with its children's text; None when there is no such child."""
    found = element.find(f"{{{BPMN}}}{tag}")
    return None if found is None else "".join(str(part) for part in found.itertext()).strip()


def line_of(element: etree._Element) -> int:
    line: object = element.sourceline
    return line if isinstance(line, int) else 0


def flag(element: etree._Element, name: str, *, default: bool) -> bool:
    value = element.get(name)
    return default if value is None else value.strip() in ("true", "1")


def _bare(reference: str | None) -> str:
    """A reference without its namespace prefix."""
    return (reference or "").strip().rpartition(":")[2]
