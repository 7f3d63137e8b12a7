"""Diagrams in a line or two: `flow("A B, B C")` draws flows f1, f2; `diagram(…)` is the whole file as bytes."""

from workflows.bpmn import CheckContext, DiagramRefused, check, read

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:cw="urn:casework:bpmn:1"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="t">'
)


def flows(text, **conditions):
    """Flows f1, f2 … for "A B, B C"; a condition by the flow's id."""
    parts = []
    for number, pair in enumerate(text.split(","), 1):
        source, target = pair.split()
        condition = conditions.get(f"f{number}", "")
        inside = f"<conditionExpression><![CDATA[{condition}]]></conditionExpression>" if condition else ""
        parts.append(
            f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'
        )
    return "".join(parts)


def node(kind, id, inside="", **attributes):
    written = "".join(f' {name.replace("_", ":")}="{value}"' for name, value in attributes.items())
    return f'<{kind} id="{id}"{written}>{inside}</{kind}>'


def step(id, inside="", **attributes):
    """A user task that says who does it."""
    return node("userTask", id, inside, **{"cw_level": "town", **attributes})


def process(*content, id="p", attributes='isExecutable="true"'):
    return f'<process id="{id}" {attributes}>{"".join(content)}</process>'


def diagram(*content, outside=""):
    """One process with this content between a start `st` and an end `en`, unless it is a whole process itself."""
    inside = "".join(content)
    if "<process" not in inside:
        inside = process('<startEvent id="st"/>', inside, '<endEvent id="en"/>')
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{HEAD}{outside}{inside}</definitions>'.encode()


def found(data, **context):
    """The findings, those of a refusal too."""
    try:
        return check(read(data), context=CheckContext(**context))
    except DiagramRefused as refused:
        return refused.problems


def codes(data, **context):
    """(severity, code, element) of each finding."""
    return {(problem.severity, problem.code, problem.element) for problem in found(data, **context)}
