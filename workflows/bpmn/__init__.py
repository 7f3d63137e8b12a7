"""BPMN 2.0 diagrams as records: read them safely, check them, make shorthand explicit. No Django, no clock, no I/O."""

from workflows.bpmn.check import check
from workflows.bpmn.check_context import CheckContext
from workflows.bpmn.model import Diagram
from workflows.bpmn.normalise import normalise
from workflows.bpmn.outline import Outline, outline
from workflows.bpmn.problems import DiagramRefused, Problem
from workflows.bpmn.read import read

__all__ = [
    "CheckContext",
    "Diagram",
    "DiagramRefused",
    "Outline",
    "Problem",
    "check",
    "normalise",
    "outline",
    "read",
]
