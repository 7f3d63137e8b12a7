"""Small diagrams that the tests of the interface run on, written out as any drawing tool would."""

from __future__ import annotations

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:cw="urn:casework:bpmn:1"'
    ' id="d" targetNamespace="urn:test">'
)


def plain(*, tasks: int = 1, key: str = "plain") -> bytes:
    """Start, so many tasks of nobody in particular, end: BPMN without a word of ours."""
    names = ["start", *(f"task_{n}" for n in range(1, tasks + 1)), "end"]
    body = '<bpmn:startEvent id="start"/>'
    body += "".join(f'<bpmn:userTask id="{name}" name="第{name[5:]}步"/>' for name in names[1:-1])
    body += '<bpmn:endEvent id="end"/>'
    body += "".join(
        f'<bpmn:sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>'
        for n, (a, b) in enumerate(zip(names, names[1:], strict=False))
    )
    return _definitions(f'<bpmn:process id="{key}" isExecutable="true">{body}</bpmn:process>')


def with_review() -> bytes:
    """The grid worker checks, the town's duty officer approves or returns."""
    return _definitions(
        """<bpmn:process id="reviewed" isExecutable="true">
        <bpmn:startEvent id="start"/>
        <bpmn:userTask id="check" name="核查" cw:level="grid"/>
        <bpmn:userTask id="review" name="审核" cw:level="town" cw:verbs="approve return"/>
        <bpmn:exclusiveGateway id="way" name="结论如何?" default="to_end"/>
        <bpmn:endEvent id="end"/>
        <bpmn:sequenceFlow id="a" sourceRef="start" targetRef="check"/>
        <bpmn:sequenceFlow id="b" sourceRef="check" targetRef="review"/>
        <bpmn:sequenceFlow id="c" sourceRef="review" targetRef="way"/>
        <bpmn:sequenceFlow id="back" sourceRef="way" targetRef="check">
          <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">结论 == "退回"</bpmn:conditionExpression>
        </bpmn:sequenceFlow>
        <bpmn:sequenceFlow id="to_end" sourceRef="way" targetRef="end"/>
        </bpmn:process>"""
    )


def with_waits() -> bytes:
    """Waits for a message, with a timer at its side; a signal waits beside it."""
    return _definitions(
        """<bpmn:message id="m" name="联审结果"/><bpmn:signal id="s" name="暴雨预警"/>
        <bpmn:process id="waiting" isExecutable="true">
        <bpmn:startEvent id="start"/>
        <bpmn:parallelGateway id="fork"/>
        <bpmn:intermediateCatchEvent id="answer" name="等联审">
          <bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>
        <bpmn:intermediateCatchEvent id="storm"><bpmn:signalEventDefinition signalRef="s"/></bpmn:intermediateCatchEvent>
        <bpmn:intermediateCatchEvent id="later"><bpmn:timerEventDefinition>
          <bpmn:timeDuration>PT24H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
        <bpmn:endEvent id="end"/>
        <bpmn:sequenceFlow id="a" sourceRef="start" targetRef="fork"/>
        <bpmn:sequenceFlow id="b" sourceRef="fork" targetRef="answer"/>
        <bpmn:sequenceFlow id="c" sourceRef="fork" targetRef="storm"/>
        <bpmn:sequenceFlow id="dd" sourceRef="fork" targetRef="later"/>
        <bpmn:sequenceFlow id="e" sourceRef="answer" targetRef="end"/>
        <bpmn:sequenceFlow id="f" sourceRef="storm" targetRef="end"/>
        <bpmn:sequenceFlow id="g" sourceRef="later" targetRef="end"/>
        </bpmn:process>"""
    )


def broken() -> bytes:
    """A boundary event on nothing: readable, not publishable."""
    return _definitions(
        """<bpmn:process id="broken" isExecutable="true">
        <bpmn:startEvent id="start"/><bpmn:userTask id="do" name="处置"/>
        <bpmn:boundaryEvent id="late" name="超时" attachedToRef="nowhere"/>
        <bpmn:sequenceFlow id="a" sourceRef="start" targetRef="do"/>
        </bpmn:process>"""
    )


def _definitions(body: str) -> bytes:
    return f"{HEAD}{body}</bpmn:definitions>".encode()
