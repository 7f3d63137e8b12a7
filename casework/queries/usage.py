"""Where a version's forms and tables are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from casework.queries.studio import diagram_of, element_names
from workflows.bpmn import DiagramRefused
from workflows.bpmn import outline as read_in_order
from workflows.engine.decisions import read_tables
from workflows.models import Version
from workflows.parts import Kind


@dataclass(frozen=True, kw_only=True)
class Usage:
    """A step that asks for it; the report itself has no element."""

    element: str
    name: str


def usage_of(version: Version, kind: Kind) -> dict[str, list[Usage]]:
    """By form or table, the steps in the order one would tell them."""
    setting = "form" if kind == "forms" else "table"
    belongs = partial(_file_of, _decisions(version)) if kind == "tables" else str
    found: dict[str, list[Usage]] = {}
    report_form = version.about.get("report_form") if kind == "forms" else None
    if isinstance(report_form, str):
        found[report_form] = [Usage(element="", name=_("Report"))]
    diagram = diagram_of(version)
    names = element_names(diagram) if diagram else {}
    for process in read_in_order(diagram) if diagram else ():
        for line in process.lines:
            if asked := line.settings.get(setting):
                used = found.setdefault(belongs(asked), [])
                used.append(Usage(element=line.id, name=line.name or names.get(line.id, line.id)))
    return found


def _decisions(version: Version) -> dict[str, str]:
    """The file of each decision that a step may name by its own id."""
    found: dict[str, str] = {}
    for name, text in version.tables.items():
        try:
            found |= dict.fromkeys(read_tables(text.encode()).decisions, name)
        except DiagramRefused:
            continue  # under construction: it is found by its file's name
    return found | {name: name for name in version.tables}


def _file_of(files: dict[str, str], asked: str) -> str:
    return files.get(asked, asked)
