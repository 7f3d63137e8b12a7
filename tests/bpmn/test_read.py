"""What the reader takes from a file: every kind of thing once, as written, with its line."""

import pytest

from tests.bpmn.drawn import HEAD, diagram
from workflows.bpmn import DiagramRefused, outline, read
from workflows.bpmn.model import DataLink, EventDefinition, Lane, Loop

RICH = f"""<?xml version="1.0" encoding="UTF-8"?>
{HEAD}
  <message id="m1" name="paid"/>
  <error id="e1" name="refused" errorCode="E42"/>
  <timerEventDefinition id="shared"><timeDuration>PT1H</timeDuration></timerEventDefinition>
  <collaboration id="c"><participant id="pool" name="街道" processRef="p"/></collaboration>
  <process id="p" name="改造" isExecutable="true" cw:level="town">
    <documentation>老旧小区</documentation>
    <laneSet><lane id="l1" name="镇街"><flowNodeRef>A</flowNodeRef>
      <childLaneSet><lane id="l2" name="规划岗"><flowNodeRef>B</flowNodeRef></lane></childLaneSet></lane></laneSet>
    <dataObject id="d1" name="list"/><dataObjectReference id="r1" dataObjectRef="d1" name="名单"/>
    <startEvent id="s"/>
    <userTask id="A" name="现场勘查" cw:form="survey" cw:limit="3wd" default="f2">
      <multiInstanceLoopCharacteristics isSequential="true" camunda:collection="${{units}}" camunda:elementVariable="unit">
        <completionCondition>${{done}}</completionCondition></multiInstanceLoopCharacteristics>
    </userTask>
    <boundaryEvent id="b" attachedToRef="A" cancelActivity="false"><timerEventDefinition>
      <timeCycle>R3/PT1H</timeCycle></timerEventDefinition></boundaryEvent>
    <subProcess id="E" triggeredByEvent="true"><startEvent id="es" isInterrupting="0">
      <errorEventDefinition errorRef="t:e1"/></startEvent></subProcess>
    <callActivity id="C" calledElement="q"><extensionElements>
      <cw:in source="total" target="n"/><camunda:out variables="all"/></extensionElements></callActivity>
    <scriptTask id="B" scriptFormat="x"><script><![CDATA[ x = 1 < 2 ]]></script></scriptTask>
    <sequenceFlow id="f1" sourceRef="s" targetRef="A" name="first"/>
    <sequenceFlow id="f2" sourceRef="t:A" targetRef="B"><conditionExpression>a &lt; b</conditionExpression></sequenceFlow>
    <association sourceRef="b" targetRef="C"/>
    <teleportTask id="t"/><camunda:thing id="u"/>
  </process>
  <bpmndi:BPMNDiagram><bpmndi:BPMNPlane><bpmndi:BPMNShape bpmnElement="A"><dc:Bounds x="1.5" y="-2" width="1e2" height="80"/>
  </bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</definitions>""".encode()


@pytest.fixture
def process():
    return read(RICH).processes[0]


@pytest.fixture
def nodes():
    return {node.id: node for node, _scope in read(RICH).walk()}


def test_the_file_as_a_whole():
    drawn = read(RICH)

    assert drawn.messages["m1"].label == "paid"
    assert drawn.errors["e1"].label == "E42"
    assert drawn.events["shared"].text == "PT1H"
    assert (drawn.participants[0].name, drawn.participants[0].process) == ("街道", "p")
    assert drawn.shapes == {"A"}
    assert drawn.findings == ()


def test_the_process(process):
    assert (process.name, process.documentation, process.executable) == ("改造", "老旧小区", True)
    assert process.settings == {"level": "town"}
    assert process.associations == (("b", "C"),)
    assert [(unknown.tag, unknown.id) for unknown in process.unknown] == [
        ("teleportTask", "t"),
        ("{http://camunda.org/schema/1.0/bpmn}thing", "u"),
    ]
    assert [(d.id, d.ref) for d in process.data] == [("d1", None), ("r1", "d1")]


def test_nodes_stand_in_document_order_with_their_lines(process):
    assert [node.id for node in process.nodes] == ["s", "A", "b", "E", "C", "B"]
    assert [node.line for node in process.nodes] == sorted(node.line for node in process.nodes)
    assert process.nodes[0].line == 12


def test_lanes_and_who_stands_in_them(process, nodes):
    inner = Lane(id="l2", name="规划岗", nodes=("B",), line=10)

    assert process.lanes == (Lane(id="l1", name="镇街", nodes=("A",), lanes=(inner,), line=9),)
    assert (nodes["A"].lane, nodes["B"].lane, nodes["C"].lane) == ("镇街", "规划岗", None)


def test_a_step_with_our_settings_and_a_vendors_loop(nodes):
    step = nodes["A"]

    assert (step.name, step.default, step.settings) == ("现场勘查", "f2", {"form": "survey", "limit": "3wd"})
    assert step.loop == Loop(
        kind="sequential", collection="${units}", item="unit", condition="${done}", line=14
    )


def test_events(nodes):
    assert (nodes["b"].host, nodes["b"].interrupting) == ("A", False)
    assert nodes["b"].events == (EventDefinition(kind="timer", text="R3/PT1H", timer="cycle", line=17),)
    assert nodes["es"].events == (EventDefinition(kind="error", ref="e1", line=20),)
    assert not nodes["es"].interrupting
    assert nodes["E"].is_event_scope


def test_flows_and_scripts(process, nodes):
    assert [(f.id, f.source, f.target, f.condition, f.name) for f in process.flows] == [
        ("f1", "s", "A", None, "first"),
        ("f2", "A", "B", "a < b", ""),
    ]
    assert nodes["B"].script == "x = 1 < 2"


def test_extensions_are_kept_as_written(nodes):
    assert [(e.tag, dict(e.attributes)) for e in nodes["C"].extensions] == [
        ("in", {"source": "total", "target": "n"}),
        ("out", {"variables": "all"}),
    ]


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "GBK", "GB18030"])
def test_encodings_that_say_their_name(encoding):
    text = diagram('<userTask id="A" name="签收"/>').decode().replace("UTF-8", encoding)

    assert read(text.encode(encoding)).processes[0].nodes[1].name == "签收"


@pytest.mark.parametrize(
    ("case", "data", "code"),
    [
        ("nothing", b" \n", "empty_file"),
        ("a picture", b"\x89PNG\r\n", "not_xml"),
        ("cut short", diagram()[:-20], "broken_xml"),
        ("a document type", b"<!DOCTYPE d><definitions/>", "doctype"),
        ("a web page", b"<html/>", "not_bpmn"),
        ("no process", f"{HEAD}</definitions>".encode(), "no_process"),
        ("another namespace", diagram().replace(b"20100524/MODEL", b"20110101/MODEL"), "wrong_namespace"),
        ("too much", b"<a>" + b" " * 2_000_000 + b"</a>", "too_large"),
    ],
)
def test_what_is_no_diagram_is_refused(case, data, code):
    with pytest.raises(DiagramRefused) as refused:
        read(data)

    assert [problem.code for problem in refused.value.problems] == [code]


def test_an_id_used_twice_is_a_finding_with_both_lines():
    (finding,) = read(RICH.replace(b'<startEvent id="s"/>', b'<startEvent id="A"/>')).findings

    assert (finding.code, finding.element, finding.params) == (
        "duplicate_id",
        "A",
        {"id": "A", "first": 12, "second": 13},
    )


def test_a_bad_coordinate_is_a_finding_not_an_end():
    (finding,) = read(RICH.replace(b'x="1.5"', b'x="1,5"')).findings

    assert (finding.code, finding.severity, finding.element) == ("bad_bounds", "warning", "A")


def test_correlation_keys_of_the_standard_and_of_zeebe():
    heads = """<message id="m" name="paid"/>
      <message id="n" name="sent"><extensionElements><z:subscription xmlns:z="urn:z" correlationKey="= number"/>
      </extensionElements></message>
      <correlationProperty id="k"><correlationPropertyRetrievalExpression messageRef="m"><messagePath>order.id</messagePath>
      </correlationPropertyRetrievalExpression></correlationProperty>"""

    messages = read(diagram(outside=heads)).messages

    assert (messages["m"].correlation, messages["n"].correlation) == ("order.id", "= number")


def test_an_outline_reads_from_the_start_along_the_flows():
    (told,) = outline(read(RICH))

    assert (told.process, told.name, told.lanes) == ("p", "改造", ("镇街", "规划岗"))
    assert [(line.id, line.depth) for line in told.lines if line.kind != "subProcess"] == [
        ("s", 0), ("A", 0), ("b", 0), ("B", 0), ("es", 1), ("C", 0),
    ]  # fmt: skip
    assert [(way.target, way.is_default, way.goes_back) for way in told.lines[1].ways] == [("B", True, False)]


def test_data_links_of_calls_only_cross_borders(nodes):
    assert nodes["C"].takes == ()
    assert DataLink(source="total", target="n") not in nodes["A"].takes
