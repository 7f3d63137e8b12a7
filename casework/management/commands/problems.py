"""`manage.py problems FILE…`: what is wrong with diagrams and decision tables, without a database.

Processes may call each other across the files given. Beside a diagram, a folder `forms` and a folder `tables` hold the
forms and tables it may name, as in `workflows/library`.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.handlers import HANDLERS
from workflows.bpmn import CheckContext, Diagram, DiagramRefused, Problem, check, read
from workflows.engine.decisions import read_tables


class Command(BaseCommand):
    help = "Say what is wrong with BPMN diagrams and DMN tables. Exits with 1 if anything is an error."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON document")
        parser.add_argument("--language", choices=("zh-Hans", "en"), help="default: the language in use")

    def handle(
        self, *_args: Any, files: list[Path], as_json: bool, language: str | None, **_options: Any
    ) -> None:
        found = problems_of({path: _bytes(path) for path in files})
        if as_json:
            self.stdout.write(json.dumps(_document(found), ensure_ascii=False, indent=2))
        else:
            chosen = language or ("en" if (get_language() or "").startswith("en") else "zh-Hans")
            for path, problems in found.items():
                self._print(path, problems, language=chosen)
        if any(problem.severity == "error" for problems in found.values() for problem in problems):
            raise SystemExit(1)

    def _print(self, path: Path, problems: Sequence[Problem], *, language: str) -> None:
        words = {"error": _("error"), "warning": _("warning"), "note": _("note")}
        if not problems:
            self.stdout.write(f"{path}: {_('nothing to complain about')}")
        for problem in problems:
            line = f":{problem.line}" if problem.line else ""
            text = f"{path}{line}: {words[problem.severity]}: {problem.text(language)} [{problem.code}]"
            self.stdout.write(text)
            if hint := problem.hint(language):
                self.stdout.write(f"    {hint}")


def problems_of(files: dict[Path, bytes]) -> dict[Path, tuple[Problem, ...]]:
    """The findings for each file; what can't be read at all is among them."""
    diagrams: dict[Path, Diagram] = {}
    found: dict[Path, tuple[Problem, ...]] = {}
    for path, data in files.items():
        try:
            if path.suffix.lower() == ".dmn":
                found[path] = read_tables(data).problems
            else:
                diagrams[path] = read(data)
        except DiagramRefused as refused:
            found[path] = refused.problems
    called = frozenset(process.id for diagram in diagrams.values() for process in diagram.processes)
    for path, diagram in diagrams.items():
        found[path] = check(diagram, context=_context(path, called))
    return {path: found[path] for path in files}


def _context(path: Path, called: frozenset[str]) -> CheckContext:
    forms, tables = path.parent / "forms", path.parent / "tables"
    return CheckContext(
        services=frozenset(HANDLERS),
        called=called,
        forms=_stems(forms.glob("*.json")) if forms.is_dir() else None,
        tables=_stems(tables.glob("*.dmn")) if tables.is_dir() else None,
    )


def _stems(paths: Iterable[Path]) -> frozenset[str]:
    return frozenset(path.stem for path in paths)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error


def _document(found: dict[Path, tuple[Problem, ...]]) -> list[dict[str, Any]]:
    return [
        {
            "file": str(path),
            "publishable": not any(problem.severity == "error" for problem in problems),
            "problems": [_entry(problem) for problem in problems],
        }
        for path, problems in found.items()
    ]


def _entry(problem: Problem) -> dict[str, Any]:
    return {
        "severity": problem.severity,
        "code": problem.code,
        "element": problem.element or None,
        "line": problem.line or None,
        "message": {"zh-Hans": problem.text("zh-Hans"), "en": problem.text("en")},
        "hint": {"zh-Hans": problem.hint("zh-Hans"), "en": problem.hint("en")},
    }
