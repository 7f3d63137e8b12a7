"""What changed inside a form or a decision table, field by field and rule by rule, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from workflows.bpmn import DiagramRefused
from workflows.engine.decisions import Decision, read_tables

Change = tuple[str, str, str]  # what, before, after

ASPECTS: dict[str, str | Promise] = {
    "type": _("Kind"),
    "label": _("What it is called"),
    "hint": _("Hint"),
    "unit": _("Unit"),
    "choices": _("Choices"),
    "show_if": _("Shown if"),
    "min": _("Least"),
    "max": _("Most"),
    "whole": _("Whole numbers only"),
    "access": _("At which step"),
}


def form_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Fields that came, went or are asked otherwise, and the order of those that stayed."""
    old, new = _fields(before), _fields(after)
    if in_chinese(before.get("title")) != in_chinese(after.get("title")):
        yield gettext("What it is called"), in_chinese(before.get("title")), in_chinese(after.get("title"))
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            yield _label(old[name]), _demand(old[name]), ""
        elif name not in old:
            yield _label(new[name]), "", _demand(new[name])
        else:
            yield from _field_changes(old[name], new[name])
    kept = [name for name in new if name in old]
    if kept != [name for name in old if name in new]:
        order = "、".join(_label(new[name]) for name in kept)
        yield gettext("Order"), "、".join(_label(old[name]) for name in old if name in new), order
    if before.get("checks", []) != after.get("checks", []):
        yield gettext("Checks"), _plain(before.get("checks")), _plain(after.get("checks"))


def _fields(form: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    listed = form.get("fields")
    rows = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    return {str(one.get("name") or f"#{n}"): one for n, one in enumerate(rows, 1)}


def _field_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    label = _label(new)
    if _demand(old) != _demand(new):
        yield label, _demand(old), _demand(new)
    for aspect in dict.fromkeys([*old, *new]):
        if aspect in ("name", "required", "read_only", "hidden"):
            continue
        before, after = _plain(old.get(aspect)), _plain(new.get(aspect))
        if before != after:
            yield f"{label} · {ASPECTS.get(aspect, aspect)}", before, after


def _label(field: Mapping[str, Any]) -> str:
    return in_chinese(field.get("label")) or str(field.get("name", ""))


def _demand(field: Mapping[str, Any]) -> str:
    """How a field is asked."""
    if field.get("hidden"):
        return gettext("hidden")
    if field.get("read_only"):
        return gettext("only shown")
    return gettext("required") if field.get("required") else gettext("optional")


def table_changes(before: str, after: str) -> Iterator[Change]:
    """Rules that came, went or say something else; columns; how the rules are met."""
    old, new = _decisions(before), _decisions(after)
    if old is None or new is None:
        yield gettext("The whole table"), "", gettext("can't be compared: it is not readable")
        return
    for id in dict.fromkeys([*old, *new]):
        if id not in new:
            yield old[id].name or id, gettext("Decision table"), ""
        elif id not in old:
            yield new[id].name or id, "", gettext("Decision table")
        else:
            yield from _decision_changes(old[id], new[id])


def _decisions(text: str) -> Mapping[str, Decision] | None:
    try:
        return read_tables(text.encode()).decisions
    except DiagramRefused:
        return None


def _decision_changes(old: Decision, new: Decision) -> Iterator[Change]:
    if (old.policy, old.aggregation) != (new.policy, new.aggregation):
        policies = [f"{one.policy} {one.aggregation}".strip() for one in (old, new)]
        yield gettext("How the rules are met"), policies[0], policies[1]
    if _columns(old) != _columns(new):
        yield gettext("Columns"), _columns(old), _columns(new)
    rows_before, rows_after = [rule.cells for rule in old.rules], [rule.cells for rule in new.rules]
    for how, a, b, c, d in SequenceMatcher(None, rows_before, rows_after, autojunk=False).get_opcodes():
        if how == "equal":
            continue
        for n in range(max(b - a, d - c)):
            gone = _row(rows_before[a + n]) if a + n < b else ""
            come = _row(rows_after[c + n]) if c + n < d else ""
            number = c + n + 1 if come else a + n + 1
            yield gettext("Rule %(number)d") % {"number": number}, gone, come


def _columns(decision: Decision) -> str:
    inputs = [one.label or one.expression.source for one in decision.inputs]
    return "，".join(inputs) + " → " + "，".join(one.label or one.name for one in decision.outputs)


def _row(cells: tuple[str, ...]) -> str:
    return " | ".join(cell.strip() or "-" for cell in cells)


def in_chinese(text: object) -> str:
    if isinstance(text, Mapping):
        return str(text.get("zh") or text.get("en") or "")
    return str(text or "")


def _plain(value: Any) -> str:  # Any: JSON of a form
    """A setting of a field in short."""
    if value is None or value is False or value == "":
        return ""
    if value is True:
        return gettext("yes")
    if isinstance(value, Mapping):
        if "zh" in value or "en" in value:
            return in_chinese(value)
        if "label" in value:
            return in_chinese(value["label"])
        return "，".join(f"{name} {_plain(each)}" for name, each in value.items())
    if isinstance(value, list):
        return "、".join(_plain(each) for each in value)
    return str(value)
