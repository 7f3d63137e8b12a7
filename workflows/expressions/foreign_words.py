"""Words of JUEL, FEEL and Java and what they are in our language; {0} is the first value."""

from __future__ import annotations

from typing import Final

COMPARISONS: Final = {
    "===": "==", "!==": "!=", "==": "==", "=": "==", "eq": "==", "!=": "!=", "ne": "!=", "<": "<", "lt": "<", "<=": "<=", "le": "<=",
    ">": ">", "gt": ">", ">=": ">=", "ge": ">=",
}  # fmt: skip
LITERALS: Final = {
    "true": "True",
    "false": "False",
    "null": "None",
    "True": "True",
    "False": "False",
    "None": "None",
}
WORDS: Final = frozenset({
    "and", "or", "not", "empty", "eq", "ne", "lt", "le", "gt", "ge", "div", "mod", "if", "then", "else", "in", "between",
    "instanceof", "for", "return", "some", "every", "satisfies",
})  # fmt: skip
#: Functions of FEEL, some of two words, and methods of Java's texts and lists. {0} is the first value.
FUNCTIONS: Final = {
    ("count", 1): "len({0})", ("list contains", 2): "contains({0}, {1})", ("starts with", 2): "starts_with({0}, {1})",
    ("ends with", 2): "ends_with({0}, {1})", ("string length", 1): "len({0})", ("upper case", 1): "upper({0})",
    ("lower case", 1): "lower({0})", ("is defined", 1): "exists({0})", ("number", 1): "float({0})",
    ("string", 1): "text({0})", ("date and time", 1): "datetime({0})", ("not", 1): "(not {0})",
    ("floor", 1): "(({0}) // 1)", ("ceiling", 1): "(-(-({0}) // 1))", ("modulo", 2): "(({0}) % ({1}))",
    ("mean", 1): "(sum({0}) / len({0}))", ("append", 2): "({0} + [{1}])", ("concatenate", 2): "({0} + {1})",
    ("string join", 1): "join({0})", ("string join", 2): "join({0}, {1})", ("get value", 2): "get({0}, {1})",
    ("get or else", 2): "({1} if {0} is None else {0})", ("trim", 1): "strip({0})",
    ("substring", 2): "({0})[{1} - 1:]", ("substring", 3): "({0})[{1} - 1:{1} - 1 + {2}]",
    ("even", 1): "(({0}) % 2 == 0)", ("odd", 1): "(({0}) % 2 == 1)", ("dateTime", 0): "now()", ("IsNull", 1): "(not exists({0}))",
}  # fmt: skip
METHODS: Final = {
    ("size", 0): "len({0})", ("length", 0): "len({0})", ("isEmpty", 0): "(len({0}) == 0)",
    ("contains", 1): "contains({0}, {1})", ("equals", 1): "({0} == {1})", ("startsWith", 1): "starts_with({0}, {1})",
    ("endsWith", 1): "ends_with({0}, {1})", ("toLowerCase", 0): "lower({0})", ("toUpperCase", 0): "upper({0})",
    ("trim", 0): "strip({0})", ("get", 1): "{0}[{1}]", ("containsKey", 1): "contains({0}, {1})",
    ("equalsIgnoreCase", 1): "(lower({0}) == lower({1}))", ("toString", 0): "text({0})",
    ("concat", 1): "({0} + {1})", ("values", 0): "values({0})", ("keys", 0): "keys({0})", ("booleanValue", 0): "{0}", ("intValue", 0): "int({0})",
    ("longValue", 0): "int({0})", ("doubleValue", 0): "float({0})", ("toDate", 0): "{0}", ("toInstant", 0): "{0}",
    ("plusMinutes", 1): "({0} + duration('PT' + text({1}) + 'M'))", ("plusHours", 1): "({0} + duration('PT' + text({1}) + 'H'))",
    ("plusDays", 1): "({0} + duration('P' + text({1}) + 'D'))", ("plusWeeks", 1): "({0} + duration('P' + text({1}) + 'W'))",
    ("plusMonths", 1): "({0} + duration('P' + text({1}) + 'M'))", ("plusYears", 1): "({0} + duration('P' + text({1}) + 'Y'))",
}  # fmt: skip
#: Flowable's ``var:gt('x', 3)``: the first is the name of a variable.
ABOUT_VARIABLES: Final = {
    "eq": "==", "equals": "==", "ne": "!=", "notEquals": "!=", "gt": ">", "greaterThan": ">", "gte": ">=",
    "greaterThanOrEquals": ">=", "lt": "<", "lessThan": "<", "lte": "<=", "lessThanOrEquals": "<=",
}  # fmt: skip
PREFIXES: Final = frozenset({"var", "vars", "variables"})
HOLDERS: Final = frozenset({"execution", "delegateExecution", "variables", "vars", "task", "kcontext"})
#: Where other engines keep variables: ``environment.variables.x`` is x.
KEPT_IN: Final = frozenset({
    "environment.variables", "environment.output", "variables", "execution.variables", "this.environment.variables",
    "this.environment.output",
})  # fmt: skip
#: jBPM's ``KieFunctions.equalsTo(a, b)``.
KIE: Final = {
    ("isTrue", 1): "({0} == True)", ("isFalse", 1): "({0} == False)", ("isNull", 1): "({0} is None)",
    ("isEmpty", 1): "(not exists({0}))", ("equalsTo", 2): "({0} == {1})", ("contains", 2): "contains({0}, {1})",
    ("startsWith", 2): "starts_with({0}, {1})", ("endsWith", 2): "ends_with({0}, {1})",
    ("greaterThan", 2): "({0} > {1})", ("greaterOrEqualThan", 2): "({0} >= {1})", ("lessThan", 2): "({0} < {1})",
    ("lessOrEqualThan", 2): "({0} <= {1})", ("between", 3): "({1} <= {0} <= {2})",
}  # fmt: skip
