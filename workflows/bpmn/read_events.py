"""Event definitions, and the loops of activities with what they throw, as written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from lxml import etree

from workflows.bpmn.model import ALL_INSTANCES, BPMN, EVERYTHING, EventDefinition, Loop, LoopThrow
from workflows.bpmn.read_parts import bare, flag, line_of, local, text_of


def events(element: etree._Element) -> Iterator[EventDefinition]:
    """The event definitions of an element, in their order."""
    for child in element:
        tag = local(child) or ""
        if tag.endswith("EventDefinition"):
            yield event_definition(child)
        elif tag == "eventDefinitionRef":
            yield EventDefinition(kind="reference", ref=bare(child.text), line=line_of(child))


def event_definition(element: etree._Element) -> EventDefinition:
    """One event definition, with what vendors write beside it."""
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
        ref=get("name") if kind == "link" else _ends(vendor) or computed or bare(given) or None,
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


def loop(element: etree._Element) -> Loop | None:
    """Whether and how an activity is repeated."""
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
    gathered, own, each = _gathered(many)
    collection = text_of(many, "loopDataInputRef") or vendor.get("collection") or extra.get("inputCollection")
    return Loop(
        kind="sequential" if flag(many, "isSequential", default=False) else "parallel",
        cardinality=text_of(many, "loopCardinality"),
        collection=collection,
        item=_item(many, "inputDataItem") or vendor.get("elementVariable") or extra.get("inputElement"),
        output=text_of(many, "loopDataOutputRef") or extra.get("outputCollection") or gathered,
        output_item=_item(many, "outputDataItem") or extra.get("outputElement") or each,
        index=vendor.get("elementIndexVariable"),
        own=own,
        condition=text_of(many, "completionCondition"),
        throws=tuple(_throws(many)),
        line=line_of(many),
    )


def _gathered(many: etree._Element) -> tuple[str | None, tuple[str, ...], str | None]:
    """Flowable's variable aggregation: the list, the variables that are gathered, and what each instance gives to it."""
    found = many.find(f"{{{BPMN}}}extensionElements/{{*}}variableAggregation")
    target = None if found is None else found.get("target")
    if found is None or not target:
        return None, (), None
    own = tuple(source for variable in found if (source := variable.get("source")))
    parts = []
    for variable in found:
        source, name = variable.get("source"), variable.get("target") or variable.get("source")
        value = f"value({json.dumps(source, ensure_ascii=False)}, None)" if source else "None"
        parts.append(f"{json.dumps(name, ensure_ascii=False)}: {value}" if name else "")
    return target, own, f"{{{', '.join(filter(None, parts))}}}"


def _throws(many: etree._Element) -> Iterator[LoopThrow]:
    """By its `behavior`: None throws for each instance, One for the first, Complex as its definitions say, All never."""
    behavior = many.get("behavior")
    simple = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}.get(behavior or "")
    if simple is not None:
        ref = bare(many.get(simple))
        event = EventDefinition(kind="reference", ref=ref, line=line_of(many))
        yield LoopThrow(events=(event,), once=behavior == "One")
    elif behavior == "Complex":
        for definition in many.findall(f"{{{BPMN}}}complexBehaviorDefinition"):
            thrown = definition.find(f"{{{BPMN}}}event")
            given = () if thrown is None else tuple(events(thrown))
            yield LoopThrow(events=given, condition=text_of(definition, "condition"))


def _item(many: etree._Element, tag: str) -> str | None:
    """The variable of an item: its name where that can be one, else its id."""
    found = many.find(f"{{{BPMN}}}{tag}")
    if found is None:
        return None
    name = found.get("name") or ""
    return name if name.isidentifier() else found.get("id") or name or None
