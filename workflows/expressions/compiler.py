"""From an allow-listed syntax tree to closures. Text of a user is parsed by ``ast.parse`` and never becomes a code object.

Each method of ``Compiler`` turns one kind of node into a closure over its parts; a kind without a method is refused.
"""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Callable
from typing import Final, NoReturn

from workflows.expressions import limits
from workflows.expressions.errors import ExpressionError, Word, nearest
from workflows.expressions.functions import METHODS, function
from workflows.expressions.operators import BINARY, COMPARISONS, SCALARS, Operation, Quick, applied, negated
from workflows.expressions.parsing import parsed
from workflows.expressions.values import TYPES, Scope, Value, bounded, kind

Closure = Callable[[Scope], Value]

#: Names that are values, in the spelling of the languages authors come from.
CONSTANTS: Final[dict[str, Value]] = {"true": True, "false": False, "null": None, "none": None}
#: Calls that look at a variable before asking for its value.
EXISTS: Final = frozenset({"exists", "已填", "有值"})
VALUE: Final = frozenset({"value", "变量"})

_REFUSED: Final[dict[str, Word]] = {
    "Lambda": Word("lambda", "lambda"),
    "JoinedStr": Word("f\"…\" 写法", "f\"…\""),
    "NamedExpr": Word("“:=”", "“:=”"),
    "Await": Word("await", "await"),
    "Yield": Word("yield", "yield"),
    "Starred": Word("“*”展开", "“*” in front of a list"),
    "Set": Word("{…} 集合，请用 […] 列表", "{…} as a set (use […])"),
    "SetComp": Word("{…} 集合，请用 […] 列表", "{…} as a set (use […])"),
    "DictComp": Word("{… for …}", "{… for …}"),
}  # fmt: skip


class Compiler:
    """One expression. After ``compile``, ``names`` are the variables it needs, ``optional`` those it can do without."""

    def __init__(self, text: str, *, offset: int = 0) -> None:
        self.text = text
        self.offset = offset
        self.names: set[str] = set()
        self.optional: set[str] = set()
        self._depth = 0
        self._loop: str | None = None
        self._maybe = False

    def compile(self) -> Closure:
        return self._node(parsed(self.text).body)

    def _node(self, node: ast.expr) -> Closure:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            self._refuse(node, _REFUSED.get(type(node).__name__, Word("这种写法", "This")))
        self._depth += 1
        if self._depth > limits.DEPTH:
            raise ExpressionError("too_deep", limit=limits.DEPTH)
        closure: Closure = method(node)
        self._depth -= 1
        return closure

    def _at(self, node: ast.AST) -> int:
        before = self.text.encode()[: getattr(node, "col_offset", 0)]
        return len(before.decode(errors="ignore")) + self.offset

    def _end(self, node: ast.expr) -> int:
        return len(self.text.encode()[: node.end_col_offset].decode(errors="ignore")) + self.offset

    def _refuse(self, node: ast.AST, what: Word) -> NoReturn:
        raise ExpressionError("not_allowed", what=what, position=self._at(node))

    def _constant(self, node: ast.Constant) -> Closure:
        value = node.value
        if type(value) not in (str, int, float, bool, type(None)):
            self._refuse(node, Word("这种常量", "This constant"))
        if type(value) is str:
            self._storable(node, value)
        bounded(value)
        return lambda _: value

    def _storable(self, node: ast.AST, value: str) -> None:
        if any(
            ("\x00" <= sign < " " and sign not in "\n\r\t") or "\ud800" <= sign <= "\udfff" for sign in value
        ):
            raise ExpressionError("control", position=self._at(node))

    def _name(self, node: ast.Name) -> Closure:
        return self._variable(node.id, node)

    def _variable(self, name: str, node: ast.AST) -> Closure:
        if name.startswith("_"):
            raise ExpressionError("private_name", name=name, position=self._at(node))
        if name == self._loop:
            return lambda scope: scope.locals[name]
        if name in CONSTANTS:
            constant = CONSTANTS[name]
            return lambda _: constant
        (self.optional if self._maybe else self.names).add(name)
        position = self._at(node)

        def read(scope: Scope) -> Value:
            try:
                value = scope.variables[name]
            except KeyError:
                value = _spelled_otherwise(scope, name, position)
            if type(value) not in TYPES:
                raise ExpressionError("value_type", name=name, position=position)
            return value

        return read

    def _attribute(self, node: ast.Attribute) -> Closure:
        name, position = node.attr, self._end(node) - len(node.attr)
        if name.startswith("_"):
            raise ExpressionError("private_name", name=name, position=position)
        holder = self._node(node.value)

        def read(scope: Scope) -> Value:
            found = holder(scope)
            if type(found) is not dict:
                raise ExpressionError("not_object", kind=kind(found), name=name, position=position)
            if name not in found:
                raise ExpressionError(
                    "unknown_field", name=name, nearest=nearest(name, found), position=position
                )
            return _known(found[name], name, position)

        return read

    def _subscript(self, node: ast.Subscript) -> Closure:
        if isinstance(node.slice, ast.Slice):
            return self._sliced(node, node.slice)
        holder, chosen, position = self._node(node.value), self._node(node.slice), self._at(node)

        def read(scope: Scope) -> Value:
            scope.spend()
            found, key = holder(scope), chosen(scope)
            if type(found) is dict and type(key) is str:
                if key in found:
                    return _known(found[key], key, position)
                raise ExpressionError(
                    "unknown_field", name=key, nearest=nearest(key, found), position=position
                )
            if type(found) in (list, tuple, str) and type(key) is int and -len(found) <= key < len(found):
                return _known(found[key], str(key), position)
            raise ExpressionError(
                "index", key=key if type(key) in (int, str) else kind(key), position=position
            )

        return read

    def _sliced(self, node: ast.Subscript, bounds: ast.Slice) -> Closure:
        if bounds.step is not None:
            self._refuse(node, Word("[起:止:步]", "[from:to:step]"))
        holder, position = self._node(node.value), self._at(node)
        first = self._node(bounds.lower) if bounds.lower else lambda _: None
        last = self._node(bounds.upper) if bounds.upper else lambda _: None

        def read(scope: Scope) -> Value:
            found, start, stop = holder(scope), first(scope), last(scope)
            if type(found) not in (list, tuple, str) or any(
                type(end) not in (int, type(None)) for end in (start, stop)
            ):
                raise ExpressionError("slice", position=position)
            scope.spend(1 + len(found) // 64)
            return bounded(found[start:stop])

        return read

    def _boolop(self, node: ast.BoolOp) -> Closure:
        parts = [self._node(value) for value in node.values]
        stops_at = isinstance(node.op, ast.Or)

        def decide(scope: Scope) -> Value:
            value: Value = None
            for part in parts:
                value = part(scope)
                if bool(value) is stops_at:
                    break
            return value

        return decide

    def _unaryop(self, node: ast.UnaryOp) -> Closure:
        operand = self._node(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda scope: not operand(scope)
        if isinstance(node.op, ast.Invert):
            self._refuse(node, Word("“~”", "“~”"))
        sign, position = "-" if isinstance(node.op, ast.USub) else "+", self._at(node)
        return lambda scope: negated(sign, operand(scope), position)

    def _binop(self, node: ast.BinOp) -> Closure:
        entry = BINARY.get(type(node.op))
        if entry is None:
            self._refuse(node, Word("这个运算符", "This operator"))
        (sign, operation), left, right = entry, self._node(node.left), self._node(node.right)
        position = self._at(node)
        return lambda scope: applied(scope, sign, operation, left(scope), right(scope), position)

    def _compare(self, node: ast.Compare) -> Closure:
        left, position = self._node(node.left), self._at(node)
        steps = [
            (*self._comparison(sign, right), self._node(right))
            for sign, right in zip(node.ops, node.comparators, strict=True)
        ]

        def compare(scope: Scope) -> bool:
            value = left(scope)
            for sign, operation, quick, part in steps:
                other = part(scope)
                if quick and type(value) in SCALARS and type(value) is type(other):
                    scope.spend()
                    if not quick(value, other):
                        return False
                elif not applied(scope, sign, operation, value, other, position):
                    return False
                value = other
            return True

        return compare

    def _comparison(self, sign: ast.cmpop, right: ast.expr) -> tuple[str, Operation, Quick]:
        if isinstance(sign, ast.Is | ast.IsNot):
            if not (isinstance(right, ast.Constant) and right.value is None):
                self._refuse(right, Word("is（None 除外），请用 ==", "“is” (but for None); use =="))
            return COMPARISONS[ast.Eq if isinstance(sign, ast.Is) else ast.NotEq]
        return COMPARISONS[type(sign)]

    def _ifexp(self, node: ast.IfExp) -> Closure:
        test, then, otherwise = self._node(node.test), self._node(node.body), self._node(node.orelse)
        return lambda scope: then(scope) if test(scope) else otherwise(scope)

    def _list(self, node: ast.List | ast.Tuple) -> Closure:
        parts = [self._node(part) for part in node.elts]
        return lambda scope: [part(scope) for part in parts]

    _tuple = _list

    def _dict(self, node: ast.Dict) -> Closure:
        if any(key is None for key in node.keys):
            self._refuse(node, Word("“**”展开", "“**”"))
        keys = [self._node(key) for key in node.keys if key is not None]
        pairs = list(zip(keys, [self._node(value) for value in node.values], strict=True))
        position = self._at(node)

        def build(scope: Scope) -> dict[str, Value]:
            made = {}
            for key, value in pairs:
                name = key(scope)
                if type(name) is not str:
                    raise ExpressionError("key", position=position)
                made[name] = value(scope)
            return made

        return build

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp) -> Closure:
        loop, position = node.generators[0], self._at(node)
        if self._loop or len(node.generators) > 1:
            raise ExpressionError("nested_loop", position=position)
        if loop.is_async or not isinstance(loop.target, ast.Name):
            self._refuse(loop.target, Word("for 后面的这种写法", "This after for"))
        items, name = self._node(loop.iter), loop.target.id
        if name.startswith("_") or name in CONSTANTS:
            raise ExpressionError("private_name", name=name, position=position)
        self._loop = name
        tests, element = [self._node(test) for test in loop.ifs], self._node(node.elt)
        self._loop = None

        def collect(scope: Scope) -> list[Value]:
            found = items(scope)
            if type(found) not in (list, tuple):
                raise ExpressionError("not_list", kind=kind(found), position=position)
            made = []
            for item in bounded(found):
                scope.spend()
                scope.locals[name] = _known(item, name, position)
                if all(test(scope) for test in tests):
                    made.append(element(scope))
            return made

        return collect

    _generatorexp = _listcomp

    def _call(self, node: ast.Call) -> Closure:
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func)
        if not isinstance(node.func, ast.Name) or node.keywords:
            self._refuse(node, Word("这种调用", "This call"))
        name, position = node.func.id, self._at(node)
        if name in EXISTS and len(node.args) == 1:
            return self._exists(node.args[0])
        if name in VALUE and 1 <= len(node.args) <= 2:
            return self._value(node)
        entry = function(name, len(node.args), position)
        parts = [self._node(part) for part in node.args]
        return lambda scope: entry.invoke(scope, [part(scope) for part in parts], position)

    def _method(self, node: ast.Call, called: ast.Attribute) -> Closure:
        position = self._at(node)
        if called.attr not in METHODS or node.keywords:
            raise ExpressionError("attribute_call", name=called.attr, position=position)
        entry = function(called.attr, 1 + len(node.args), position)
        parts = [self._node(part) for part in (called.value, *node.args)]
        return lambda scope: entry.invoke(scope, [part(scope) for part in parts], position)

    def _exists(self, node: ast.expr) -> Closure:
        """Whether there is a value: an unknown name or field, nothing, "" and [] count as none."""
        value = self._optional(node)

        def filled(scope: Scope) -> bool:
            try:
                return value(scope) not in (None, "", [], {})
            except ExpressionError as error:
                if error.code in ("unknown_name", "unknown_field", "index", "not_object"):
                    return False
                raise

        return filled

    def _value(self, node: ast.Call) -> Closure:
        """``value("PM2.5", 0)``: a variable whose name is no identifier, or that may be missing."""
        name = node.args[0]
        if not (isinstance(name, ast.Constant) and type(name.value) is str):
            self._refuse(name, Word("引号外的变量名", "A name without quotation marks"))
        if len(node.args) == 1:
            return self._variable(name.value, name)
        maybe, self._maybe = self._maybe, True
        value = self._variable(name.value, name)
        self._maybe = maybe
        otherwise = self._node(node.args[1])

        def read(scope: Scope) -> Value:
            try:
                found = value(scope)
            except ExpressionError as error:
                if error.code != "unknown_name":
                    raise
                found = None
            return otherwise(scope) if found is None else found

        return read

    def _optional(self, node: ast.expr) -> Closure:
        maybe, self._maybe = self._maybe, True
        closure = self._node(node)
        self._maybe = maybe
        return closure


def _known(value: Value, name: str, position: int) -> Value:
    if type(value) not in TYPES:
        raise ExpressionError("value_type", name=name, position=position)
    return value


def _spelled_otherwise(scope: Scope, name: str, position: int) -> Value:
    """Python's parser folds full-width letters in names; a form's field may be spelled with them."""
    for key, value in scope.variables.items():
        if len(key) <= 200 and unicodedata.normalize("NFKC", key) == name:
            return value
    raise ExpressionError(
        "unknown_name", name=name, nearest=nearest(name, scope.variables), position=position
    )
