"""The closed language of conditions, scripts, timers and forms: Python's syntax, total, bounded, nothing to escape to.

``compile_expression(text)`` and ``compile_script(text)`` raise ExpressionError at once; evaluation raises nothing else.
The variables are read, never changed. The moment comes in from outside, so the same inputs give the same answer.
"""

from __future__ import annotations

from workflows.expressions.cron import NoCron, looks_like_cron, next_time, parse_cron
from workflows.expressions.errors import ExpressionError
from workflows.expressions.functions import reference
from workflows.expressions.language import (
    Assignment,
    Expression,
    Script,
    compile_expression,
    compile_script,
)
from workflows.expressions.times import (
    LOCAL,
    Duration,
    Period,
    add_duration,
    duration_text,
    parse_duration,
    parse_moment,
)
from workflows.expressions.values import Calendar, Value, as_json

__all__ = [
    "LOCAL",
    "Assignment",
    "Calendar",
    "Duration",
    "Expression",
    "ExpressionError",
    "NoCron",
    "Period",
    "Script",
    "Value",
    "add_duration",
    "as_json",
    "compile_expression",
    "compile_script",
    "duration_text",
    "looks_like_cron",
    "next_time",
    "parse_cron",
    "parse_duration",
    "parse_moment",
    "reference",
]
