"""Which answers of a form the process may depend on, and values to try for those that aren't given yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from casework.forms import FieldDefinition, FieldKind
from workflows.bpmn import Diagram, read
from workflows.bpmn.model import Node
from workflows.models import Version

CHOICES_TRIED = 12
LITERALS_TRIED = 6
_NUMBER = re.compile(r"(?<![\w.])\d{1,12}(?:\.\d{1,6})?(?![\w.])")
_QUOTED = re.compile(r"""["'“‘]([^"'”’\n]{1,60})["'”’]""")
_PHOTO = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A question that is still open, and the answers tried for it."""

    field: FieldDefinition
    values: tuple[Any, ...]

    @property
    def can_be_said(self) -> bool:
        """Whether the values are the answers there are, so that each can be named to people."""
        return self.field.kind in (FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.YES_NO)


def open_questions(
    version: Version, fields: Sequence[FieldDefinition], answers: Mapping[str, Any]
) -> list[Guess]:
    """The unanswered fields that the process reads somewhere, with what to try for each."""
    logic = logic_of(version)
    return [
        Guess(field=field, values=_values(field, logic))
        for field in fields
        if field.is_asked and answers.get(field.name) in (None, "", []) and _reads(logic, field.name)
    ]


def logic_of(version: Version) -> str:
    """Everything that decides in a version's diagram, in those it calls, and in their tables, as one text."""
    return _logic(version.pk, version.sha256)


@lru_cache(maxsize=256)
def _logic(version_id: int, _sha256: str) -> str:
    versions = [Version.objects.get(pk=version_id)]
    versions += Version.objects.filter(pk__in=versions[0].calls.values())
    texts = [text for version in versions for text in _texts(read(version.bpmn.encode()))]
    tables = [table for version in versions for table in version.tables.values()]
    return "\n".join([*texts, *tables])


def _texts(diagram: Diagram) -> Iterator[str]:
    for process in diagram.processes:
        for scope in process.scopes():
            yield from (flow.condition for flow in scope.flows if flow.condition)
    for node, _scope in diagram.walk():
        yield from (text for text in _of_node(node) if text)


def _of_node(node: Node) -> Iterator[str | None]:
    yield from node.settings.values()
    yield from (node.script, node.completion)
    yield from (event.text for event in node.events)
    yield from (link.source for link in node.takes)
    if node.loop is not None:
        loop = node.loop
        yield from (loop.cardinality, loop.collection, loop.condition, loop.maximum)


def _reads(logic: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", logic) is not None


def _values(field: FieldDefinition, logic: str) -> tuple[Any, ...]:
    """Both sides of every limit that the logic names for a number; every choice; some of everything else."""
    near = "\n".join(line for line in logic.splitlines() if _reads(line, field.name))
    match field.kind:
        case FieldKind.CHOICE:
            return tuple(choice.value for choice in field.choices[:CHOICES_TRIED])
        case FieldKind.YES_NO:
            return (True, False)
        case FieldKind.NUMBER | FieldKind.MONEY | FieldKind.RATING:
            return _numbers(field, near)
        case FieldKind.CHOICES:
            return _selections([choice.value for choice in field.choices[:CHOICES_TRIED]])
        case FieldKind.PHOTO:
            return ([], [_PHOTO])
        case FieldKind.TABLE:
            return ([], [{}])
        case FieldKind.DATE | FieldKind.DATETIME:
            return ("2000-01-01", "2100-01-01")
    return ("", "…", *dict.fromkeys(_QUOTED.findall(near)[:LITERALS_TRIED]))


def _selections(choices: list[str]) -> tuple[list[str], ...]:
    """None, each alone, and all of them: enough to see whether any of them opens a way of its own."""
    alone = [[choice] for choice in choices]
    return ([], *alone, choices) if len(choices) > 1 else ([], *alone)


def _numbers(field: FieldDefinition, near: str) -> tuple[float, ...]:
    least = field.least if field.least is not None else 0
    most = field.most if field.most is not None else 1e9
    limits = [float(text) for text in _NUMBER.findall(near)[:LITERALS_TRIED]]
    around = [value for limit in limits for value in (limit - 1, limit, limit + 1) if least <= value <= most]
    numbers = dict.fromkeys([least, *around, most])
    return tuple(int(value) if value == int(value) else value for value in numbers)
