"""BPMN 2.0 diagrams as records: read them safely, check them, make shorthand explicit. No Django, no clock, no I/O."""

from workflows.bpmn.model import Diagram
from workflows.bpmn.normalise import normalise
from workflows.bpmn.problems import DiagramRefused, Problem
from workflows.bpmn.read import read

__all__ = ["Diagram", "DiagramRefused", "Problem", "normalise", "read"]
