"""What changed from one version of a matter to the next, by the ids of the elements. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.queries.partchanges import form_changes, in_chinese, table_changes
from workflows.bpmn.model import Diagram, EventDefinition, Flow, Loop, Node

KINDS: dict[str, str | Promise] = {
    "task": _("Step"),
    "userTask": _("Step for people"),
    "manualTask": _("Step for people"),
    "serviceTask": _("Step for the system"),
    "businessRuleTask": _("Decision table"),
    "scriptTask": _("Calculation"),
    "sendTask": _("Message sent"),
    "receiveTask": _("Wait for a message"),
    "callActivity": _("Called process"),
    "subProcess": _("Sub-process"),
    "transaction": _("Transaction"),
    "adHocSubProcess": _("Steps in any order"),
    "startEvent": _("Start"),
    "endEvent": _("End"),
    "intermediateCatchEvent": _("Wait"),
    "intermediateThrowEvent": _("Event sent"),
    "boundaryEvent": _("Event at a step"),
    "exclusiveGateway": _("One way only"),
    "parallelGateway": _("All ways at once"),
    "inclusiveGateway": _("Every way that fits"),
    "eventBasedGateway": _("What comes first"),
    "complexGateway": _("Complex gateway"),
    "flow": _("Arrow"),
    "form": _("Form"),
    "table": _("Decision table"),
}
PARTS: dict[str, str | Promise] = {
    "name": _("What it is called"),
    "kind": _("Kind"),
    "lane": _("Lane"),
    "level": _("Level"),
    "post": _("Post"),
    "unit": _("Unit"),
    "form": _("Form"),
    "limit": _("Time limit"),
    "verbs": _("Verbs"),
    "outcome": _("Variable of the outcome"),
    "operation": _("Operation"),
    "signFor": _("Sign for first"),
    "stage": _("Stage"),
    "condition": _("Condition"),
    "default": _("Otherwise"),
    "events": _("Event"),
    "loop": _("Repetition"),
    "script": _("Calculation"),
    "called": _("Called process"),
    "message": _("Message"),
    "ends": _("From and to"),
    "host": _("At the step"),
    "fields": _("Fields"),
    "interrupting": _("Interrupts the step"),
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing about an element that changed."""

    name: str | Promise
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class ElementChange:
    """`how` is add, cut or alter."""

    how: str
    element: str
    name: str
    kind: str | Promise
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Changes:
    added: tuple[ElementChange, ...]
    cut: tuple[ElementChange, ...]
    altered: tuple[ElementChange, ...]

    @property
    def rows(self) -> tuple[ElementChange, ...]:
        return (*self.added, *self.cut, *self.altered)

    @property
    def marks(self) -> dict[str, str]:
        """Element → add, cut or alter, for the drawing."""
        return {change.element: change.how for change in self.rows}


_Told = Mapping[str, str]


def changes(
    before: Diagram | None,
    after: Diagram,
    *,
    forms_before: Mapping[str, Any],
    forms_after: Mapping[str, Any],
    tables_before: Mapping[str, str] | None = None,
    tables_after: Mapping[str, str] | None = None,
) -> Changes:
    """Elements, forms and tables that were added, cut or altered.

    Arrows count only where they altered or carry a condition.
    """
    beside = _Beside(forms=(forms_before, forms_after), tables=(tables_before or {}, tables_after or {}))
    old = {**_told(before), **beside.told(0)} if before is not None else {}
    new = {**_told(after), **beside.told(1)}
    names = {**(_names(before) if before is not None else {}), **_names(after)}
    return Changes(
        added=tuple(
            _one("add", key, new[key], names) for key in new if key not in old and _matters(new[key])
        ),
        cut=tuple(_one("cut", key, old[key], names) for key in old if key not in new and _matters(old[key])),
        altered=tuple(
            _one("alter", key, new[key], names, beside.parts(key) or _parts(old[key], new[key], names))
            for key in new
            if key in old and old[key] != new[key]
        ),
    )


def _names(diagram: Diagram) -> dict[str, str]:
    return {node.id: node.name or node.id for node, _scope in diagram.walk()}


def _matters(told: _Told) -> bool:
    """A new arrow follows from a new step; only one with a condition is news of its own."""
    return told["kind"] != "flow" or bool(told["condition"])


def _one(
    how: str, key: str, told: _Told, names: Mapping[str, str], parts: tuple[Part, ...] = ()
) -> ElementChange:
    kind = KINDS.get(told["kind"], told["kind"])
    name = told["name"] or _in_words("ends", told.get("ends", ""), names) or key
    return ElementChange(how=how, element=key.partition(":")[2] or key, name=name, kind=kind, parts=parts)


def _parts(old: _Told, new: _Told, names: Mapping[str, str]) -> tuple[Part, ...]:
    return tuple(
        Part(
            name=PARTS.get(part, part),
            before=_in_words(part, old.get(part, ""), names),
            after=_in_words(part, new.get(part, ""), names),
        )
        for part in dict.fromkeys([*old, *new])
        if old.get(part, "") != new.get(part, "")
    )


def _in_words(part: str, text: str, names: Mapping[str, str]) -> str:
    """Ids are compared, names are shown: a renamed step does not alter the arrows at it."""
    if part == "ends" and text:
        source, target = text.split(" ")
        return f"{names.get(source, source)} → {names.get(target, target)}"
    return str(KINDS.get(text, text)) if part == "kind" else names.get(text, text)


def _told(diagram: Diagram) -> dict[str, _Told]:
    """Every element as short texts; what is not told here does not change what happens."""
    told: dict[str, _Told] = {}
    for process in diagram.processes:
        for scope in process.scopes():
            told |= {node.id: _told_node(node) for node in scope.nodes}
            told |= {flow.id: _told_flow(flow) for flow in scope.flows}
    return told


def _told_node(node: Node) -> _Told:
    return {
        "kind": node.kind,
        "name": node.name,
        "lane": node.lane or "",
        "host": node.host or "",
        **{name: value for name, value in sorted(node.settings.items())},
        "default": node.default or "",
        "events": " ".join(_told_event(event) for event in node.events),
        "loop": _told_loop(node.loop) if node.loop else "",
        "script": node.script or "",
        "called": node.called or "",
        "message": node.message or "",
        "condition": node.completion or "",
        "interrupting": "" if node.interrupting else "—",
    }


def _told_event(event: EventDefinition) -> str:
    return " ".join(part for part in (event.kind, event.ref, event.text) if part)


def _told_loop(loop: Loop) -> str:
    parts = (loop.kind, loop.cardinality, loop.collection, loop.item, loop.condition, loop.maximum)
    return " ".join(part for part in parts if part)


def _told_flow(flow: Flow) -> _Told:
    condition = (flow.condition or "").strip()
    return {"kind": "flow", "name": flow.name, "condition": condition, "ends": f"{flow.source} {flow.target}"}


@dataclass(frozen=True, kw_only=True)
class _Beside:
    """The forms and tables beside the two diagrams, each before and after."""

    forms: tuple[Mapping[str, Any], Mapping[str, Any]]
    tables: tuple[Mapping[str, str], Mapping[str, str]]

    def told(self, which: int) -> dict[str, dict[str, str]]:
        forms = {
            f"form:{key}": {"kind": "form", "name": in_chinese(form.get("title", "")), "all": repr(form)}
            for key, form in self.forms[which].items()
            if isinstance(form, Mapping)
        }
        tables = self.tables[which].items()
        return forms | {f"table:{key}": {"kind": "table", "name": key, "all": text} for key, text in tables}

    def parts(self, key: str) -> tuple[Part, ...]:
        """What changed inside; nothing for an element of the diagram."""
        kind, _sign, name = key.partition(":")
        if kind == "form" and name in self.forms[0] and name in self.forms[1]:
            found = form_changes(self.forms[0][name], self.forms[1][name])
        elif kind == "table" and name in self.tables[0] and name in self.tables[1]:
            found = table_changes(self.tables[0][name], self.tables[1][name])
        else:
            return ()
        return tuple(Part(name=what, before=old, after=new) for what, old, new in found)
