"""What the signs of the language do, each with its own bounds."""

from __future__ import annotations

import ast
import datetime as dt
import operator
from collections.abc import Callable
from typing import Final

from workflows.expressions.errors import ExpressionError
from workflows.expressions.times import Period, add_duration, parse_moment
from workflows.expressions.values import NUMBERS, Scope, Value, aligned, bounded, kind, weigh

Operation = Callable[[Scope, Value, Value], Value]
#: How two values of the same simple type compare, or None when there is no quick way.
Quick = Callable[[Value, Value], bool] | None

_CONTAINERS: Final = (list, tuple, dict)
_DURATIONS: Final = (dt.timedelta, Period)


def _add(scope: Scope, left: Value, right: Value) -> Value:
    left, right = _times(left, right)
    if isinstance(left, dt.date) and isinstance(right, _DURATIONS):
        return _later(left, right)
    if isinstance(right, dt.date) and isinstance(left, _DURATIONS):
        return _later(right, left)
    if isinstance(left, Period) or isinstance(right, Period):
        return _periods(left, right)
    if type(left) in (list, tuple) and type(right) in (list, tuple):
        scope.spend((len(left) + len(right)) // 16)
        return [*left, *right]
    if type(left) is str and type(right) is str:
        scope.spend((len(left) + len(right)) // 512)
    return left + right


def _subtract(scope: Scope, left: Value, right: Value) -> Value:
    left, right = _times(left, right)
    if isinstance(left, dt.date):
        if isinstance(right, _DURATIONS):
            return _later(left, -right)
        left, right = aligned(left, right)
    elif isinstance(left, Period) or isinstance(right, Period):
        return _periods(left, -right)
    return left - right


def _times(left: Value, right: Value) -> tuple[Value, Value]:
    """A stored time is a text; beside a duration or a time it is meant as one."""
    if type(left) is str and isinstance(right, (dt.date, *_DURATIONS)):
        left = parse_moment(left)
    elif type(right) is str and isinstance(left, (dt.date, *_DURATIONS)):
        right = parse_moment(right)
    return left, right


def _later(start: dt.date, duration: dt.timedelta | Period) -> dt.date:
    if isinstance(start, dt.datetime):
        return add_duration(start, duration)
    moved = add_duration(dt.datetime(start.year, start.month, start.day), duration)  # noqa: DTZ001 - a date has no zone
    whole_days = (duration.rest if isinstance(duration, Period) else duration) % dt.timedelta(days=1)
    return moved if whole_days else moved.date()


def _periods(left: Value, right: Value) -> Period:
    if not (isinstance(left, _DURATIONS) and isinstance(right, _DURATIONS)):
        raise TypeError
    (months, rest), (more_months, more_rest) = _parts(left), _parts(right)
    return Period(months + more_months, rest + more_rest)


def _parts(duration: dt.timedelta | Period) -> tuple[int, dt.timedelta]:
    return (duration.months, duration.rest) if isinstance(duration, Period) else (0, duration)


def _multiply(_: Scope, left: Value, right: Value) -> Value:
    if isinstance(left, NUMBERS) and isinstance(right, (*NUMBERS, dt.timedelta)):
        return left * right
    if isinstance(left, dt.timedelta) and isinstance(right, NUMBERS):
        return left * right
    raise TypeError


def _numeric(operation: Callable[[Value, Value], Value]) -> Operation:
    def divide(_: Scope, left: Value, right: Value) -> Value:
        if not isinstance(left, (*NUMBERS, dt.timedelta)):
            raise TypeError
        return operation(left, right)

    return divide


def _equal(scope: Scope, left: Value, right: Value) -> bool:
    if type(left) in _CONTAINERS and type(right) in _CONTAINERS:
        weigh(scope, left)
        weigh(scope, right)
        return bool(_listed(left) == _listed(right))
    try:
        left, right = aligned(left, right)
    except ExpressionError:
        return False
    return bool(left == right)


def _listed(value: Value) -> Value:
    return list(value) if type(value) is tuple else value


def _ordered(operation: Callable[[Value, Value], bool]) -> Operation:
    def compare(scope: Scope, left: Value, right: Value) -> bool:
        if left is None or right is None:
            raise TypeError
        if type(left) in _CONTAINERS:
            weigh(scope, left)
            weigh(scope, right)
        left, right = aligned(left, right)
        return operation(left, right)

    return compare


def _contains(scope: Scope, item: Value, container: Value) -> bool:
    if type(container) is str:
        scope.spend(len(container) // 512)
        if type(item) is not str:
            raise TypeError
        return item in container
    if type(container) is dict:
        return type(item) is str and item in container
    if type(container) not in (list, tuple):
        raise TypeError
    weigh(scope, container)
    if any(isinstance(part, dt.date) for part in (item, *container)):
        return any(_equal(scope, item, part) for part in container)
    return item in container


BINARY: Final[dict[type[ast.operator], tuple[str, Operation]]] = {
    ast.Add: ("+", _add),
    ast.Sub: ("-", _subtract),
    ast.Mult: ("*", _multiply),
    ast.Div: ("/", _numeric(operator.truediv)),
    ast.FloorDiv: ("//", _numeric(operator.floordiv)),
    ast.Mod: ("%", _numeric(operator.mod)),
}

#: Two values of the same of these types compare as Python does it: the quick way.
SCALARS: Final = frozenset({int, float, str})

COMPARISONS: Final[dict[type[ast.cmpop], tuple[str, Operation, Quick]]] = {
    ast.Eq: ("==", _equal, operator.eq),
    ast.NotEq: ("!=", lambda scope, left, right: not _equal(scope, left, right), operator.ne),
    ast.Lt: ("<", _ordered(operator.lt), operator.lt),
    ast.LtE: ("<=", _ordered(operator.le), operator.le),
    ast.Gt: (">", _ordered(operator.gt), operator.gt),
    ast.GtE: (">=", _ordered(operator.ge), operator.ge),
    ast.In: ("in", _contains, None),
    ast.NotIn: ("not in", lambda scope, left, right: not _contains(scope, left, right), None),
}


def applied(
    scope: Scope, sign: str, operation: Operation, left: Value, right: Value, position: int | None
) -> Value:
    """The operation, paid for and bounded; what it can't do is said in the author's words."""
    scope.spend()
    try:
        return bounded(operation(scope, left, right))
    except TypeError as error:
        if left is None or right is None:
            raise ExpressionError("value_missing", sign=sign, position=position) from error
        raise ExpressionError(
            "operands", left=kind(left), right=kind(right), sign=sign, position=position
        ) from error
    except ZeroDivisionError as error:
        raise ExpressionError("zero", position=position) from error
    except OverflowError as error:
        raise ExpressionError("number_too_large", position=position) from error


def negated(sign: str, value: Value, position: int | None) -> Value:
    if type(value) in NUMBERS or isinstance(value, _DURATIONS):
        return -value if sign == "-" else value
    raise ExpressionError("operand", kind=kind(value), sign=sign, position=position)
