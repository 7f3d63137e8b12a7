"""What other vendors write into their diagrams is still there after the drawing board kept them, and on the server."""

import json
import subprocess
from collections import Counter
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from casework.launch import assets
from workflows.bpmn import read
from workflows.bpmn.encoding import as_utf8

ASSETS = Path(__file__).parents[2] / "casework" / "assets"
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
WALK = """
import { readFileSync } from "node:fs";
import { BpmnModdle } from "bpmn-moddle";
import { keepWhatPointsNowhere, withMessagePaths, withNamespacesUp } from "./studio/keeping.js";
const moddle = new BpmnModdle({ cw: JSON.parse(readFileSync("studio/cw.json", "utf8")) });
const kept = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  const { rootElement, warnings } = await moddle.fromXML(withNamespacesUp(text));
  keepWhatPointsNowhere(warnings);
  kept.push(withMessagePaths((await moddle.toXML(rootElement, { format: true })).xml));
}
process.stdout.write(JSON.stringify(kept));
"""
# Vendor, its namespace, attributes of a step, what stands in the step's extension elements.
VENDORS = [
    ("camunda 7", "http://camunda.org/schema/1.0/bpmn", 'v:assignee="${who}" v:formKey="look"', '<v:taskListener event="create" class="x.Y"><v:field name="n"><v:string>一</v:string></v:field></v:taskListener>'),
    ("camunda 8", "http://camunda.org/schema/zeebe/1.0", "", '<v:taskDefinition type="look" retries="3"/><v:ioMapping><v:input source="=a" target="b"/></v:ioMapping>'),
    ("flowable", "http://flowable.org/bpmn", 'v:candidateGroups="a,b" v:skipExpression="${no}"', '<v:formProperty id="p" name="P" type="enum"><v:value id="1" name="好"/></v:formProperty>'),
    ("activiti", "http://activiti.org/bpmn", 'v:async="true" v:exclusive="no"', '<v:in source="a" target="b"/>'),
    ("jbpm", "http://www.jboss.org/drools", 'v:selectable="yes"', "<v:metaData name=\"elementname\"><v:metaValue>看一看</v:metaValue></v:metaData>"),
    ("signavio", "http://www.signavio.com", "", '<v:signavioMetaData metaKey="bgcolor" metaValue="#ffffcc"/>'),
    ("bizagi", "http://www.bizagi.com/bpmn20", 'v:cost="12"', '<v:BizagiExtensions><v:BizagiProperties><v:BizagiProperty name="w" value="90"/></v:BizagiProperties></v:BizagiExtensions>'),
    ("bonita", "http://www.bonitasoft.org/ns/bpmn", "", '<v:connector><v:definition id="mail">a &lt; b</v:definition></v:connector>'),
    ("adonis", "http://www.boc-eu.com/boc-is/adonis/model", 'v:key="k1"', '<v:attribute name="责任">区级</v:attribute>'),
    ("trisotech", "http://www.trisotech.com/2015/triso/bpmn", 'v:shape="s"', '<v:logoChoice>None</v:logoChoice>'),
]  # fmt: skip


def _diagram(address: str, attributes: str, inside: str, *, on_root: bool) -> str:
    declared = f' xmlns:v="{address}"'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:cw="urn:casework:bpmn:1" id="all" targetNamespace="urn:made"{declared if on_root else ""}>
  <bpmn:message id="call" name="来电"/>
  <bpmn:correlationProperty id="number" name="编号">
    <bpmn:correlationPropertyRetrievalExpression messageRef="call"><bpmn:messagePath>编号</bpmn:messagePath></bpmn:correlationPropertyRetrievalExpression>
  </bpmn:correlationProperty>
  <bpmn:process id="way" isExecutable="true">
    <bpmn:documentation>一段说明</bpmn:documentation>
    <bpmn:startEvent id="in"/>
    <bpmn:sequenceFlow id="a" sourceRef="in" targetRef="look"/>
    <bpmn:userTask id="look" name="看" cw:level="town" {attributes}{"" if on_root else declared}>
      <bpmn:documentation>怎么看</bpmn:documentation>
      <bpmn:extensionElements>{inside}</bpmn:extensionElements>
      <bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing>
      <bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>委员</bpmn:loopDataInputRef></bpmn:multiInstanceLoopCharacteristics>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="b" sourceRef="look" targetRef="out"/>
    <bpmn:endEvent id="out"/>
  </bpmn:process>
</bpmn:definitions>"""


def _parts(xml: str) -> Counter:
    """Every element, attribute and text, by its full name."""
    found: Counter = Counter()
    for element in fromstring(xml).iter():  # noqa: S314  # our own texts
        found[element.tag, "", (element.text or "").strip()] += 1
        found.update((element.tag, name, value) for name, value in element.attrib.items())
    return found


@pytest.fixture(scope="module")
def walked() -> dict[tuple[str, bool], list[str]]:
    cases = [(vendor, on_root) for vendor in VENDORS for on_root in (True, False)]
    texts = [_diagram(*vendor[1:], on_root=on_root) for vendor, on_root in cases]
    made = subprocess.run(  # noqa: S603
        [*assets._node().node, "--input-type=module", "-e", WALK],
        cwd=ASSETS, input=json.dumps(texts), capture_output=True, text=True, check=True,
    )  # fmt: skip
    kept = json.loads(made.stdout)
    return {(vendor[0], on_root): pair for (vendor, on_root), *pair in zip(cases, texts, kept, strict=True)}


@pytest.mark.parametrize("on_root", [True, False], ids=["declared at the root", "declared in place"])
@pytest.mark.parametrize("vendor", [vendor[0] for vendor in VENDORS])
def test_nothing_of_another_vendor_is_lost(walked, vendor, on_root):
    before, after = walked[vendor, on_root]
    assert _parts(before) - _parts(after) == Counter()
    assert as_utf8(after.encode()) == after
    assert [node.name for node, _scope in read(after.encode()).walk() if node.name] == ["看"]
