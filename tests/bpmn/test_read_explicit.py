"""Shorthand made explicit: ids, references, links, data objects, vendors' words. Nothing else changes."""

from tests.bpmn.drawn import diagram, flows, node
from workflows.bpmn import normalise, read
from workflows.bpmn.model import DataLink
from workflows.bpmn.normalise import is_made

ZEEBE = 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'


def explicit(content, **more):
    return normalise(read(diagram(content, **more))).processes[0]


def one(content, id, **more):
    return next(node for node, _scope in explicit(content, **more).walk() if node.id == id)


def test_what_is_explicit_already_stays_as_it_is():
    drawn = read(diagram(node("userTask", "A", cw_form="x") + flows("st A, A en")))

    assert normalise(drawn).processes == drawn.processes


def test_missing_ids_are_made_and_recognisable():
    process = explicit('<userTask name="A"/><userTask id="B"/><sequenceFlow sourceRef="st" targetRef="B"/>')

    assert [is_made(n.id) for n in process.nodes] == [False, True, False, False]
    assert is_made(process.flows[0].id)


def test_references_become_names_and_codes():
    heads = '<message id="m" name="paid"/><error id="e" name="no" errorCode="E42"/><signal id="g"/>'
    inside = "".join(
        node("intermediateCatchEvent", id, f'<{kind}EventDefinition {kind}Ref="{ref}"/>')
        for id, kind, ref in (("c1", "message", "t:m"), ("c2", "signal", "g"), ("c3", "message", "nobody"))
    )
    process = explicit(inside + node("endEvent", "e1", '<errorEventDefinition errorRef="e"/>'), outside=heads)

    assert [event.ref for n in process.nodes for event in n.events] == ["paid", "g", "nobody", "E42"]


def test_a_referred_event_definition_is_put_in_its_place():
    heads = '<timerEventDefinition id="d"><timeDuration>PT1H</timeDuration></timerEventDefinition>'
    catch = one(
        node("intermediateCatchEvent", "c", "<eventDefinitionRef>t:d</eventDefinitionRef>"),
        "c",
        outside=heads,
    )

    assert [(event.kind, event.text) for event in catch.events] == [("timer", "PT1H")]


def test_links_get_a_flow():
    link = '<linkEventDefinition name="L"/>'
    process = explicit(
        node("intermediateThrowEvent", "t", link)
        + node("intermediateCatchEvent", "c", link)
        + flows("st t, c en")
    )

    assert [(f.source, f.target) for f in process.flows if is_made(f.id)] == [("t", "c")]


def test_a_receive_task_waits_for_its_message():
    heads = '<message id="m" name="paid"/>'

    assert one(node("receiveTask", "r", messageRef="m"), "r", outside=heads).events[0].ref == "paid"
    assert one(node("receiveTask", "r"), "r").events[0].ref is None


def test_a_list_named_through_data_objects_and_inputs_is_the_variable():
    content = (
        '<dataObject id="d1"/><dataObjectReference id="r1" dataObjectRef="d1" name="名单"/>'
        '<userTask id="A"><dataInputAssociation><sourceRef>r1</sourceRef><targetRef>in1</targetRef></dataInputAssociation>'
        "<multiInstanceLoopCharacteristics><loopDataInputRef>in1</loopDataInputRef></multiInstanceLoopCharacteristics></userTask>"
    )

    assert one(content, "A").loop.collection == "名单"


def test_mappings_of_camunda_zeebe_and_ours():
    def call(inside):
        return one(
            node("callActivity", "C", f"<extensionElements>{inside}</extensionElements>", calledElement="q"),
            "C",
        )

    assert call('<cw:in source="a" target="b"/>').takes == (DataLink(source="a", target="b"),)
    assert call('<camunda:in variables="all"/>').takes == (DataLink(source="*", target="*"),)
    assert call('<camunda:in businessKey="${k}"/>').takes == ()
    assert call('<camunda:out sourceExpression="${n + 1}" target="m"/>').gives == (
        DataLink(source="${n + 1}", target="m"),
    )
    zeebe = f'<zeebe:ioMapping {ZEEBE}><zeebe:input source="= x" target="y"/></zeebe:ioMapping>'
    assert call(zeebe).takes == (DataLink(source="= x", target="y"),)
    camunda = '<camunda:inputOutput><camunda:inputParameter name="p">text</camunda:inputParameter></camunda:inputOutput>'
    assert call(camunda).takes == (DataLink(source='"text"', target="p"),)


def test_what_vendors_call_tables_topics_and_scripts():
    rule = f'<extensionElements><zeebe:calledDecision {ZEEBE} decisionId="route" resultVariable="who"/></extensionElements>'
    script = f'<extensionElements><zeebe:script {ZEEBE} expression="=1 + 2" resultVariable="three"/></extensionElements>'

    assert one(node("businessRuleTask", "R", rule), "R").settings == {"table": "route", "result": "who"}
    assert one(node("serviceTask", "S", camunda_topic="mail"), "S").settings == {"operation": "mail"}
    assert one(node("serviceTask", "S", camunda_topic="mail", cw_operation="ours"), "S").settings == {
        "operation": "ours"
    }
    assert one(node("scriptTask", "X", script), "X").script == "three = 1 + 2"
