"""The fixed functions, each with its Chinese names and a line for the editor's help.

A function gets the scope and its values; it may look at nothing else. What Python refuses becomes an ExpressionError.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from workflows.expressions.errors import ExpressionError, nearest
from workflows.expressions.times import (
    Duration,
    as_moment,
    duration_text,
    parse_duration,
    parse_moment,
)
from workflows.expressions.values import NUMBERS, Calendar, Scope, Value, aligned, bounded, kind, weigh

#: Wide enough for every number of the language.
_EXACT: Final = Context(prec=400)


@dataclass(frozen=True)
class Function:
    """``least`` and ``most`` count the values it takes; ``most`` None is any number."""

    name: str
    call: Callable[..., Value]
    least: int
    most: int | None
    zh: str
    en: str
    also: tuple[str, ...] = ()

    def invoke(self, scope: Scope, values: list[Value], position: int | None) -> Value:
        scope.spend()
        try:
            return bounded(self.call(scope, *values))
        except ExpressionError as error:
            if error.position is None:
                error.position = position
            raise
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            shown = kind(
                next((value for value in values if not isinstance(value, NUMBERS)), values and values[0])
            )
            raise ExpressionError("wrong_argument", name=self.name, kind=shown, position=position) from error

    @property
    def expected(self) -> str:
        if self.most is None:
            return f"≥ {self.least}"
        return str(self.least) if self.least == self.most else f"{self.least}–{self.most}"


def _need(value: Value, *types: type) -> Value:
    if type(value) not in types:
        raise TypeError
    return value


def _values(scope: Scope, name: str, given: tuple[Value, ...]) -> list[Value]:
    """``max(a, b)`` and ``max(list)`` alike; times read from texts where they stand beside times."""
    values = list(given[0]) if len(given) == 1 and type(given[0]) in (list, tuple) else list(given)
    weigh(scope, values)
    if not values:
        raise ExpressionError("empty_list", name=name)
    if any(value is None for value in values):
        raise TypeError
    time = next((value for value in values if isinstance(value, dt.date)), None)
    if time is None:
        return values
    if any(isinstance(value, dt.datetime) for value in values):
        return [_datetime(scope, value) for value in values]
    return [aligned(value, time)[0] for value in values]


def _length(_: Scope, value: Value) -> int:
    return len(_need(value, str, list, tuple, dict))


def _sum(scope: Scope, *given: Value) -> Value:
    values = list(_need(given[0], list, tuple)) if len(given) == 1 else list(given)
    scope.spend(len(values) // 4)
    total: Value = values[0] if values else 0
    for value in values:
        _need(value, bool, int, float, dt.timedelta)
    for value in values[1:]:
        total = bounded(total + value)
    return total


def _round(_: Scope, value: Value, digits: Value = 0) -> Value:
    """Half away from zero, as people round, not half to even."""
    _need(value, int, float)
    if type(digits) is not int or not -20 <= digits <= 20:
        raise TypeError
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _EXACT)
    return int(rounded) if digits <= 0 else float(rounded)


def _number(value: Value) -> Decimal:
    try:
        if type(value) is str and len(value) <= 60 and value.isascii():
            return Decimal(value.strip())
        if type(value) in (bool, *NUMBERS):
            return Decimal(value)
    except ArithmeticError as error:
        raise ExpressionError("bad_number", value=value) from error
    raise ExpressionError("bad_number", value=value if type(value) is str else "…")


def _int(_: Scope, value: Value) -> int:
    number = _number(value)
    if not number.is_finite() or number.adjusted() > 80:
        raise ExpressionError("number_too_large")
    return int(number)


def _float(_: Scope, value: Value) -> float:
    return float(_number(value))


def _text(_: Scope, value: Value) -> str:
    if value is None:
        return ""
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is float and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Duration):
        return duration_text(value)
    return str(_need(value, str, int, float))


def _has(scope: Scope, container: Value, item: Value) -> bool:
    weigh(scope, container)
    if type(container) is str:
        return _need(item, str) in container
    return item in _need(container, list, tuple, dict)


def _join(scope: Scope, values: Value, between: Value = "、") -> str:
    scope.spend(len(_need(values, list, tuple)))
    parts = [_text(scope, value) for value in values]
    if sum(map(len, parts)) + len(_need(between, str)) * len(parts) > 10**6:
        raise ExpressionError("text_too_long", limit=20_000)
    return str(between.join(parts))


def _get(_: Scope, container: Value, key: Value, otherwise: Value = None) -> Value:
    if type(container) is dict:
        return container.get(_need(key, str), otherwise)
    _need(container, list, tuple)
    return container[key] if -len(container) <= _need(key, int) < len(container) else otherwise


def _sorted(scope: Scope, values: Value) -> list[Value]:
    weigh(scope, values)
    scope.spend(len(_need(values, list, tuple)))
    return sorted(values)


def _date(scope: Scope, value: Value = None) -> dt.date:
    if value is None:
        return scope.now.date()
    moment = parse_moment(value) if type(value) is str else _need(value, dt.date, dt.datetime)
    return as_moment(moment).date()


def _datetime(_: Scope, value: Value) -> dt.datetime:
    return as_moment(parse_moment(value) if type(value) is str else _need(value, dt.date, dt.datetime))


def _part(name: str) -> Callable[..., Value]:
    def part(scope: Scope, value: Value) -> Value:
        return getattr(_datetime(scope, value), name)

    return part


def _units(unit: dt.timedelta) -> Callable[..., Value]:
    def count(_: Scope, value: Value) -> float:
        return float(_need(parse_duration(value) if type(value) is str else value, dt.timedelta) / unit)

    return count


def _calendar(scope: Scope) -> Calendar:
    if scope.calendar is None:
        raise ExpressionError("no_calendar")
    return scope.calendar


def _start(scope: Scope, value: Value) -> dt.datetime:
    return scope.now if value is None else _datetime(scope, value)


def _working_days(scope: Scope, days: Value, start: Value = None) -> dt.datetime:
    if not 0 <= _need(days, int) <= 3660:
        raise ExpressionError("out_of_time")
    return _calendar(scope).add_working_days(_start(scope, start), days)


def _working_hours(scope: Scope, hours: Value, start: Value = None) -> dt.datetime:
    if not 0 <= _need(hours, int, float) <= 30_000:
        raise ExpressionError("out_of_time")
    return _calendar(scope).add_working_hours(_start(scope, start), hours)


def _some(scope: Scope, values: Value) -> bool:
    scope.spend(len(_need(values, list, tuple)))
    return any(values)


def _every(scope: Scope, values: Value) -> bool:
    scope.spend(len(_need(values, list, tuple)))
    return all(values)


ALL: Final = (
    Function("len", _length, 1, 1, "文字的字数，列表的项数", "how many characters or items", ("长度", "个数")),
    Function("sum", _sum, 1, None, "合计", "the total", ("合计",)),
    Function("min", lambda s, *v: min(_values(s, "min", v)), 1, None, "最小的一个", "the smallest", ("最小",)),
    Function("max", lambda s, *v: max(_values(s, "max", v)), 1, None, "最大的一个", "the largest", ("最大",)),
    Function("any", _some, 1, 1, "列表里有一项为真", "whether any item is true", ("任一",)),
    Function("all", _every, 1, 1, "列表里每一项都为真", "whether every item is true", ("全部",)),
    Function("sorted", _sorted, 1, 1, "从小到大排列", "from small to large", ("排序",)),
    Function("round", _round, 1, 2, "四舍五入到几位小数", "rounded, half away from zero", ("四舍五入",)),
    Function("abs", lambda _, v: abs(_need(v, int, float, dt.timedelta)), 1, 1, "绝对值", "without sign", ("绝对值",)),
    Function("int", _int, 1, 1, "化为整数", "as a whole number", ("整数",)),
    Function("float", _float, 1, 1, "化为小数", "as a number", ("小数", "数")),
    Function("text", _text, 1, 1, "化为文字", "as a text", ("文本", "文字", "str")),
    Function("contains", _has, 2, 2, "文字或列表里有没有", "whether a text or list holds it", ("包含",)),
    Function("starts_with", lambda _, t, p: _need(t, str).startswith(_need(p, str)), 2, 2, "以…开头", "begins with",
             ("开头是", "startswith")),
    Function("ends_with", lambda _, t, p: _need(t, str).endswith(_need(p, str)), 2, 2, "以…结尾", "ends with",
             ("结尾是", "endswith")),
    Function("lower", lambda _, t: _need(t, str).lower(), 1, 1, "化为小写", "in lower case", ("小写",)),
    Function("upper", lambda _, t: _need(t, str).upper(), 1, 1, "化为大写", "in upper case", ("大写",)),
    Function("strip", lambda _, t: _need(t, str).strip(), 1, 1, "去掉两头的空格", "without outer spaces", ("去空格",)),
    Function("join", _join, 1, 2, "把列表连成文字", "a list as one text", ("连接",)),
    Function("get", _get, 2, 3, "取对象或列表的一项，没有时用第三个值", "an item, or the third value", ("取",)),
    Function("keys", lambda _, v: list(_need(v, dict)), 1, 1, "对象各项的名称", "the names in an object", ("名称",)),
    Function("values", lambda _, v: list(_need(v, dict).values()), 1, 1, "对象各项的值", "the values in an object",
             ("取值",)),
    Function("now", lambda s: s.now, 0, 0, "现在", "this moment", ("现在",)),
    Function("today", lambda s: s.now.date(), 0, 0, "今天", "today", ("今天",)),
    Function("date", _date, 0, 1, "日期，如 日期(\"2026-05-01\")", "a date", ("日期",)),
    Function("datetime", _datetime, 1, 1, "时间，如 时间(\"2026-05-01T09:00\")", "a date and time", ("时间", "日期时间")),
    Function("duration", lambda _, t: parse_duration(_need(t, str)), 1, 1, "时长，如 时长(\"PT24H\")", "a duration",
             ("时长",)),
    Function("year", _part("year"), 1, 1, "年", "the year", ("年",)),
    Function("month", _part("month"), 1, 1, "月", "the month", ("月",)),
    Function("day", _part("day"), 1, 1, "日", "the day of the month", ("日",)),
    Function("hour", _part("hour"), 1, 1, "小时（0–23）", "the hour", ("时",)),
    Function("weekday", lambda s, v: _datetime(s, v).isoweekday(), 1, 1, "星期几（1–7）", "1 Monday to 7 Sunday",
             ("星期",)),
    Function("days", _units(dt.timedelta(days=1)), 1, 1, "时长合多少天", "a duration in days", ("天数",)),
    Function("hours", _units(dt.timedelta(hours=1)), 1, 1, "时长合多少小时", "a duration in hours", ("小时数",)),
    Function("minutes", _units(dt.timedelta(minutes=1)), 1, 1, "时长合多少分钟", "a duration in minutes", ("分钟数",)),
    Function("working_days", _working_days, 1, 2, "现在（或某时）起 n 个工作日后", "n working days later", ("工作日",)),
    Function("working_hours", _working_hours, 1, 2, "现在（或某时）起 n 个工作时后", "n working hours later",
             ("工作时",)),
)  # fmt: skip

FUNCTIONS: Final[dict[str, Function]] = {name: entry for entry in ALL for name in (entry.name, *entry.also)}

#: Python's own ways to write some of them: ``name.lower()``. No attribute is looked up; it is the function's other spelling.
METHODS: Final = frozenset({"lower", "upper", "strip", "startswith", "endswith", "get", "keys", "values"})


def function(name: str, count: int, position: int | None) -> Function:
    """The function of this name, if it takes so many values."""
    found = FUNCTIONS.get(name)
    if found is None:
        raise ExpressionError(
            "unknown_function", name=name, nearest=nearest(name, FUNCTIONS), position=position
        )
    if count < found.least or (found.most is not None and count > found.most):
        raise ExpressionError("arguments", name=name, expected=found.expected, position=position)
    return found


def reference() -> list[dict[str, object]]:
    """The functions for an editor's help and completion: names, how many values, and a line in each language."""
    return [
        {"names": [entry.name, *entry.also], "takes": entry.expected, "zh": entry.zh, "en": entry.en}
        for entry in ALL
    ]
