"""What publishing sees: the diagram, and the tables that lie beside it."""

import pytest

from tests.diagrams import chain, diagram
from workflows import services as workflows
from workflows.bpmn import CheckContext
from workflows.models import Definition

pytestmark = pytest.mark.django_db

RULE = '<startEvent id="s"/><businessRuleTask id="r" cw:table="grade"/><endEvent id="e"/>' + chain(
    "s", "r", "e"
)
TABLE = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">'
    '<decision id="grade" name="等级"><decisionTable hitPolicy="UNIQUE">'
    '<input id="i"><inputExpression id="ie"><text>分贝</text></inputExpression></input>'
    '<output id="o" name="等级"/>'
    "<rule id='r1'><inputEntry id='a'><text>&gt; 50</text></inputEntry>"
    "<outputEntry id='b'><text>1</text></outputEntry></rule>"
    "<rule id='r2'><inputEntry id='c'><text>&gt; 60</text></inputEntry>"
    "<outputEntry id='f'><text>2</text></outputEntry></rule>"
    "</decisionTable></decision></definitions>"
)


def test_rules_that_overlap_under_unique_are_told_before_publishing():
    matter = Definition.objects.create(key="m", title="m")
    draft = workflows.save_draft(matter, bpmn=diagram(RULE), tables={"grade": TABLE})

    found = workflows.problems_of(draft, CheckContext())

    assert "grade" in {problem.element for problem in found}
    assert any("overlap" in problem.code for problem in found)
