"""What the rest of the product uses: compiled expressions and scripts, kept for reuse."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from keyword import iskeyword
from types import MappingProxyType
from typing import Final

from workflows.expressions import limits
from workflows.expressions.compiler import CONSTANTS, Closure, Compiler
from workflows.expressions.errors import ExpressionError
from workflows.expressions.foreign import translations
from workflows.expressions.scan import statements
from workflows.expressions.values import Calendar, Scope, Value, as_json, bounded, kind

_ASSIGNMENT: Final = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)")
#: What our own reading says of a text that may be another language's.
_FOREIGN_SIGNS: Final = frozenset({"syntax", "assignment", "attribute_call", "unknown_function"})
_FALSE: Final = frozenset({"", "false", "no", "否"})
_TRUE: Final = frozenset({"true", "yes", "是"})


@dataclass(frozen=True, kw_only=True)
class Expression:
    """``names`` are the variables it can't do without; ``optional`` those it only looks for.

    ``dialect`` is "JUEL" or "FEEL" when the text was translated; ``text`` is then our spelling of it.
    """

    source: str
    text: str
    names: frozenset[str]
    optional: frozenset[str]
    dialect: str | None
    closure: Closure = field(repr=False, compare=False)

    def evaluate(
        self, variables: Mapping[str, Value], *, now: dt.datetime, calendar: Calendar | None = None
    ) -> Value:
        """Its value over these variables. Raises ExpressionError."""
        return self.within(Scope(variables, now, calendar))

    def holds(
        self, variables: Mapping[str, Value], *, now: dt.datetime, calendar: Calendar | None = None
    ) -> bool:
        """The answer of a condition: a text that is no yes or no is an error, not silently true."""
        value = self.evaluate(variables, now=now, calendar=calendar)
        if type(value) is not str:
            return bool(value)
        if value.strip().casefold() not in _TRUE | _FALSE:
            raise ExpressionError("not_condition", kind=kind(value))
        return value.strip().casefold() in _TRUE

    def within(self, scope: Scope) -> Value:
        """Its value in a scope that counts the steps of a whole script."""
        try:
            return bounded(self.closure(scope))
        except (RecursionError, MemoryError) as error:
            raise ExpressionError("too_complex", limit=limits.NODES) from error


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One line of a script."""

    target: str
    expression: Expression
    line: int


@dataclass(frozen=True, kw_only=True)
class Script:
    """Assignments in order. ``names`` are needed from outside, ``targets`` are written."""

    source: str
    assignments: tuple[Assignment, ...]
    names: frozenset[str]
    optional: frozenset[str]
    targets: tuple[str, ...]

    def run(
        self, variables: Mapping[str, Value], *, now: dt.datetime, calendar: Calendar | None = None
    ) -> dict[str, Value]:
        """The new values, ready to be stored as JSON; the variables themselves are left alone."""
        written: dict[str, Value] = {}
        scope = Scope({**variables}, now, calendar)
        for step in self.assignments:
            try:
                value = as_json(step.expression.within(scope))
            except ExpressionError as error:
                error.line = step.line
                raise
            written[step.target] = value
            scope.variables = MappingProxyType({**variables, **written})
        return written


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """Our language, or simple JUEL (``${x > 3}``) and FEEL (``= x > 3``). Raises ExpressionError."""
    return _first_reading(text, assigned=False)


def _first_reading(text: str, *, assigned: bool) -> Expression:
    if not text.strip():
        raise ExpressionError("empty")
    if len(text) > limits.CHARACTERS:
        raise ExpressionError("too_long", limit=limits.CHARACTERS)
    first: ExpressionError | None = None
    for candidate in translations(text, assigned=assigned):
        try:
            return _compiled(text, candidate.text, candidate.dialect, candidate.offset)
        except ExpressionError as error:
            first = first or error
            if candidate.dialect is None and error.code not in _FOREIGN_SIGNS:
                raise
    raise first or ExpressionError("foreign")


def _compiled(source: str, text: str, dialect: str | None, offset: int | None) -> Expression:
    compiler = Compiler(text, offset=offset or 0)
    try:
        closure = compiler.compile()
    except ExpressionError as error:
        if offset is None:
            error.position = None
        raise
    return Expression(
        source=source,
        text=text,
        names=frozenset(compiler.names),
        optional=frozenset(compiler.optional - compiler.names),
        dialect=dialect,
        closure=closure,
    )


@lru_cache(maxsize=1024)
def compile_script(text: str) -> Script:
    """Lines of ``name = expression``; ``#`` begins a comment. Raises ExpressionError with the line."""
    if len(text) > limits.SCRIPT_CHARACTERS:
        raise ExpressionError("script_too_long", limit=limits.SCRIPT_CHARACTERS)
    steps: list[Assignment] = []
    needed: set[str] = set()
    optional: set[str] = set()
    for line, statement in statements(text):
        if not statement.strip():
            continue
        steps.append(_assignment(line, statement))
        written = {step.target for step in steps[:-1]}
        needed |= steps[-1].expression.names - written
        optional |= steps[-1].expression.optional - written
    if len(steps) > limits.SCRIPT_LINES:
        raise ExpressionError("script_lines", limit=limits.SCRIPT_LINES)
    return Script(
        source=text,
        assignments=tuple(steps),
        names=frozenset(needed),
        optional=frozenset(optional - needed),
        targets=tuple(dict.fromkeys(step.target for step in steps)),
    )


def _assignment(line: int, statement: str) -> Assignment:
    line += len(statement[: len(statement) - len(statement.lstrip())].split("\n")) - 1
    found = _ASSIGNMENT.match(statement)
    if found is None:
        before = statement.partition("=")
        code = "script_target" if before[1] and not before[2].startswith("=") else "script_line"
        raise ExpressionError(code, line=line)
    target = unicodedata.normalize("NFKC", found[1])
    if target in CONSTANTS or iskeyword(target):
        raise ExpressionError("script_target", line=line)
    if target.startswith("_"):
        raise ExpressionError("private_name", name=target, line=line)
    try:
        expression = _first_reading(statement[found.end() :], assigned=True)
    except ExpressionError as error:
        raise _moved(error, line, found.end()) from error
    return Assignment(target=target, expression=expression, line=line)


def _moved(error: ExpressionError, line: int, columns: int) -> ExpressionError:
    position = None if error.position is None else error.position + columns
    return ExpressionError(error.code, position=position, line=line, **error.params)
