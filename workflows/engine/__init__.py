"""Runs BPMN processes. Pure: no Django, no clock, no I/O, no randomness; `now` comes in, effects come out as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workflows.bpmn.model import Diagram
from workflows.bpmn.problems import DiagramRefused
from workflows.engine import decisions, together
from workflows.engine.adhoc import AdHoc
from workflows.engine.build import build
from workflows.engine.effects import Decided, Effect, Incident, MessageSent, Passed, SignalSent
from workflows.engine.errands import Errand
from workflows.engine.errors import (
    BadValue,
    CannotEvaluate,
    CannotMigrate,
    CannotMove,
    EngineError,
    HeldUp,
    MoveTooLong,
    NobodyWaits,
    NotOpen,
    NoWayOut,
    StateRefused,
)
from workflows.engine.plan import Plan
from workflows.engine.resting import postpone
from workflows.engine.run import Run, load, migrate, start
from workflows.engine.seen import Instances, OpenStep, Stopped, Wait
from workflows.expressions import Calendar, ExpressionError


def compile_plan(
    diagrams: Sequence[Diagram], *, process: str | None = None, tables: Mapping[str, bytes] | None = None
) -> Plan:
    """The plan for a process, the first one drawn if none is named, and all it calls. Raises DiagramRefused."""
    return build(diagrams, process=process, tables=decisions.by_name(tables or {}))


__all__ = [
    "AdHoc", "BadValue", "Calendar", "CannotEvaluate", "CannotMigrate", "CannotMove", "Decided", "DiagramRefused", "Effect", "EngineError",
    "Errand", "ExpressionError", "HeldUp", "Incident", "Instances", "MessageSent", "MoveTooLong", "NoWayOut", "NobodyWaits", "NotOpen", "OpenStep",
    "Passed", "Plan", "Run", "SignalSent", "StateRefused", "Stopped", "Wait", "compile_plan", "load", "migrate", "postpone", "start", "together",
]  # fmt: skip
