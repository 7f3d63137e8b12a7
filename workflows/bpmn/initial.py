"""What the data objects of a scope hold when it begins. BPMN has no words for it; vendors write a value beside the type."""

from __future__ import annotations

import json
from typing import Any, Final

from workflows.bpmn.model import DataObject, Scope

WHOLE: Final = frozenset({"int", "integer", "long", "short"})
FRACTIONS: Final = frozenset({"double", "float", "decimal"})


class NoValue(ValueError):
    """The value does not fit its type."""


def initial(scope: Scope) -> dict[str, Any]:
    """By the names of the variables. What does not fit its type is left out; the check has said so."""
    found = {}
    for data in scope.data:
        if data.value:
            try:
                found[variable_of(data)] = value_of(data)
            except NoValue:
                continue
    return found


def variable_of(data: DataObject) -> str:
    """A data object is the variable of its name, where that can be one; else of its id."""
    return data.name if data.name.isidentifier() else data.id


def value_of(data: DataObject) -> Any:
    """The value as JSON has it; None when there is none. Raises NoValue."""
    if not data.value:
        return None
    text, kind = data.value, data.type.lower()
    try:
        if kind in WHOLE:
            return int(text)
        if kind in FRACTIONS:
            return float(text)
        if kind == "boolean":
            return {"true": True, "false": False, "1": True, "0": False}[text.lower()]
        return json.loads(text) if kind == "json" else text
    except (ValueError, KeyError) as error:
        raise NoValue(text) from error
