"""What a handler is given and what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class StepWork:
    """A machine step to do. `key` stays the same over all attempts, so that the other side can know a repeat."""

    key: str
    case_id: int
    number: str
    matter: int
    area_code: str
    data: Mapping[str, Any]
    settings: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Handler:
    """An operation. `run` returns the variables that the case gets; it may be called more than once."""

    key: str
    title: str | Promise
    run: Callable[[StepWork], Mapping[str, Any]]


class WrongOutcome(Exception):
    """A handler raises this to end its step with a BPMN error, which a boundary event may catch.

    Anything else it raises is a failure that is tried again.
    """

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        super().__init__(message)
