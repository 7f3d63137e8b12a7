"""What a value may be, how big, and how values are compared and stored.

Nothing but JSON values, dates, times and durations is ever inside: there is nothing to escape to.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any, Final, Protocol

from workflows.expressions import limits
from workflows.expressions.errors import ExpressionError, Word
from workflows.expressions.times import Period, as_moment, duration_text, parse_moment

#: A value of the language: None, bool, int, float, str, list, dict, date, datetime, timedelta or Period.
Value = Any

_KINDS: Final[dict[type, Word]] = {
    type(None): Word("“无”", "nothing"),
    bool: Word("真假值", "true or false"),
    int: Word("数", "a number"),
    float: Word("数", "a number"),
    str: Word("文字", "a text"),
    list: Word("列表", "a list"),
    tuple: Word("列表", "a list"),
    dict: Word("对象", "an object"),
    dt.date: Word("日期", "a date"),
    dt.datetime: Word("时间", "a date and time"),
    dt.timedelta: Word("时长", "a duration"),
    Period: Word("时长", "a duration"),
}
TYPES: Final = frozenset(_KINDS)
NUMBERS: Final = (int, float)
_UNKNOWN: Final = Word("其他类型的值", "a value of another type")


class Calendar(Protocol):
    """What counts as a working day is the caller's business."""

    def add_working_days(self, start: dt.datetime, days: int) -> dt.datetime: ...

    def add_working_hours(self, start: dt.datetime, hours: float) -> dt.datetime: ...


class Scope:
    """One evaluation: the variables, the loop variables over them, the moment, and the steps that are left."""

    __slots__ = ("_now", "calendar", "locals", "steps", "variables")

    def __init__(self, variables: Mapping[str, Value], now: dt.datetime, calendar: Calendar | None) -> None:
        self.variables = variables
        self.locals: dict[str, Value] = {}
        self._now = now
        self.calendar = calendar
        self.steps = limits.STEPS

    @property
    def now(self) -> dt.datetime:
        return as_moment(self._now)

    def spend(self, steps: int = 1) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise ExpressionError("too_many_steps")


def kind(value: Value) -> Word:
    return _KINDS.get(type(value), _UNKNOWN)


def bounded(value: Value) -> Value:
    """The value, if it is of a known type and no larger than may be; contents are weighed at the end."""
    actual = type(value)
    if actual is bool or value is None:
        return value
    if actual is int:
        if value.bit_length() > limits.INTEGER_BITS:
            raise ExpressionError("number_too_large")
    elif actual is float:
        if not math.isfinite(value):
            raise ExpressionError("number_too_large")
    elif actual is str:
        if len(value) > limits.TEXT:
            raise ExpressionError("text_too_long", limit=limits.TEXT)
    elif actual is list or actual is tuple:
        if len(value) > limits.LIST:
            raise ExpressionError("list_too_long", limit=limits.LIST)
    elif actual not in TYPES:
        raise ExpressionError("value_type", name="?")
    return value


def weigh(scope: Scope, value: Value) -> None:
    """Pay for walking a value, so that comparing large ones can't take long."""
    pending = [value]
    while pending:
        item = pending.pop()
        actual = type(item)
        if actual is str:
            scope.spend(1 + len(item) // 512)
        elif actual is list or actual is tuple:
            scope.spend(1 + len(item) // 16)
            pending.extend(part for part in item if type(part) in (list, tuple, dict, str))
        elif actual is dict:
            scope.spend(1 + len(item) // 16)
            pending.extend(part for part in item.values() if type(part) in (list, tuple, dict, str))


def aligned(left: Value, right: Value) -> tuple[Value, Value]:
    """Two values ready to compare or subtract: a date beside a time is its midnight, a text beside either is read."""
    if type(left) is type(right) or not (_is_time(left) or _is_time(right)):
        return left, right
    left, right = _read(left), _read(right)
    if type(left) is type(right):
        return left, right
    return _moment(left), _moment(right)


def _is_time(value: Value) -> bool:
    return isinstance(value, dt.date)


def _read(value: Value) -> Value:
    return parse_moment(value) if type(value) is str else value


def _moment(value: Value) -> Value:
    return as_moment(value) if isinstance(value, dt.date) else value


def as_json(value: Value) -> Value:
    """The value as it is stored with the case: dates and durations become ISO 8601 texts. Bounded in size."""
    size = [limits.RESULT_BYTES]
    return _stored(value, size, 0)


def _stored(value: Value, size: list[int], depth: int) -> Value:
    actual = type(value)
    size[0] -= 2 + (3 * len(value) if actual is str else 4)
    if size[0] < 0 or depth > limits.DEPTH:
        raise ExpressionError("result_too_large", limit=limits.RESULT_BYTES // 1024)
    if actual is list or actual is tuple:
        return [_stored(item, size, depth + 1) for item in value]
    if actual is dict:
        size[0] -= sum(3 * len(key) + 4 for key in value)
        return {key: _stored(item, size, depth + 1) for key, item in value.items()}
    if isinstance(value, dt.date):
        return value.isoformat()
    if actual is dt.timedelta or actual is Period:
        return duration_text(value)
    return bounded(value)
