"""Everything that is wrong or suspicious about a diagram, in its author's words.

One list serves the editor, the API, `publish` and ``manage.py problems``. Errors keep a diagram from being published,
warnings say what will surprise, notes what was translated or does nothing.
"""

from __future__ import annotations

from workflows.bpmn.check_context import CheckContext
from workflows.bpmn.model import Diagram
from workflows.bpmn.normalise import made_explicit, obstacles
from workflows.bpmn.problems import Problem


def check(diagram: Diagram, *, context: CheckContext | None = None) -> tuple[Problem, ...]:
    """The findings in the order of the file. Never raises, whatever was drawn."""
    explicit = made_explicit(diagram)
    return (*diagram.findings, *obstacles(explicit))
