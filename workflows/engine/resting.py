"""A run that has rested: what waited for a span of time goes on where it stopped, a date stays the date it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from workflows.engine.core import Token
from workflows.engine.due import MICROSECOND
from workflows.engine.errors import CannotEvaluate
from workflows.engine.run import Run
from workflows.engine.variables import evaluate
from workflows.engine.waiting import trigger_of
from workflows.expressions import Period


def postpone(run: Run, *, by: Mapping[int, dt.timedelta]) -> bool:
    """Move every timer that counts a span by as long as its token has rested. Whether there was any."""
    moved = False
    for wait in run._machine.waiting():
        assert wait.wait is not None
        if wait.wait.due is not None and _counts_a_span(wait):
            wait.wait.due += by.get(wait.id, dt.timedelta()) // MICROSECOND
            moved = True
    return moved


def _counts_a_span(wait: Token) -> bool:
    value = _value(wait)
    if isinstance(value, str):
        return value.strip()[:1].upper() in ("P", "R")
    return isinstance(value, dt.timedelta | Period)


def _value(wait: Token) -> Any:  # Any: what a diagram's expression gives
    """What the timer was set by. An expression that no longer can be evaluated has most likely been a span."""
    trigger = trigger_of(wait)
    if trigger.expression is None:
        return trigger.text
    try:
        return evaluate(trigger.expression, wait.frame, wait.owner, at=wait.element)
    except CannotEvaluate:
        return dt.timedelta()
