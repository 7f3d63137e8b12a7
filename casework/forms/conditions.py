"""When a field is shown: decided here, and told to the page as data so that it can follow the typing."""

import ast
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workflows.expressions import Expression, ExpressionError

Condition = list[Any]


def is_met(condition: Expression, answers: Mapping[str, Any], *, now: datetime) -> bool:
    """A question that hangs on an answer not given yet is not asked."""
    try:
        return condition.holds(_known(condition, answers), now=now)
    except ExpressionError:
        return False


def is_kept(check: Expression, answers: Mapping[str, Any], *, now: datetime) -> bool:
    """A rule about answers that aren't all there says nothing yet."""
    known = _known(check, answers)
    if any(known[name] is None for name in check.names):
        return True
    try:
        return check.holds(known, now=now)
    except ExpressionError:
        return False


def _known(expression: Expression, answers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: answers.get(name) for name in expression.names} | dict(answers)


def for_the_page(condition: Expression, *, fixed: Mapping[str, Any]) -> Condition | None:
    """The condition as nested lists, like `["==", ["name", "结论"], ["value", "纳入"]]`; None if it is beyond that.

    `fixed` are the names that no field of the page asks for: they become values.
    """
    try:
        return _part(ast.parse(condition.text.strip(), mode="eval").body, fixed)
    except (SyntaxError, _BeyondThePageError):
        return None


class _BeyondThePageError(Exception):
    """The page evaluates names, values, comparisons and and/or/not: the rest waits for the server."""


_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


def _part(node: ast.expr, fixed: Mapping[str, Any]) -> Condition:
    match node:
        case ast.Name(id=name):
            return ["value", fixed[name]] if name in fixed else ["name", name]
        case ast.Constant(value=str() | int() | float() | bool() | None as value):
            return ["value", value]
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return ["list", *_parts(items, fixed)]
        case ast.BoolOp(op=op, values=values):
            return ["and" if isinstance(op, ast.And) else "or", *_parts(values, fixed)]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ["not", _part(operand, fixed)]
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
            return [_COMPARISONS[type(op)], *_parts([left, right], fixed)]
    raise _BeyondThePageError


def _parts(nodes: Sequence[ast.expr], fixed: Mapping[str, Any]) -> list[Condition]:
    return [_part(node, fixed) for node in nodes]
