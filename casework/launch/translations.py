"""The catalogues of texts: compile them, and find what has no Chinese.

`python -m casework.launch.translations` lists the texts that lack a translation, and exits with 1 if there are any.
"""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from casework.launch.console import Trouble
from casework.launch.places import LOCALE, ROOT

PACKAGES = ("casework", "grid", "workflows")
CHINESE = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\((\w+)\)\w|\{(\w*)\}")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


@dataclass(frozen=True, kw_only=True)
class Text:
    """One text as the source asks for it, singular first."""

    forms: tuple[str, ...]
    context: str | None
    where: str


def compile_catalogues() -> None:
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        written_at = source.stat().st_mtime_ns
        if target.exists() and target.stat().st_mtime_ns == written_at:
            continue
        compiled = BytesIO()
        write_mo(compiled, _read(source))
        target.write_bytes(compiled.getvalue())
        os.utime(target, ns=(written_at, written_at))


def shortcomings() -> list[str]:
    """A line for each text of ours that one of the two languages would show wrongly."""
    chinese = _read(LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po")
    found = []
    for text in texts():
        message = chinese.get(text.forms[0] if len(text.forms) == 1 else text.forms, text.context)
        why = shortcoming(text, message)
        if why:
            found.append(f"{text.where}: {why}: {text.forms[0]!r}")
    return found


def texts() -> Iterator[Text]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not {"migrations", "node_modules"} & set(path.parts):
                yield from _texts_of(path, path.read_bytes())
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt", ".svg", ".js"}:
            yield from _texts_of(path, _as_python(path))


def _as_python(path: Path) -> bytes:
    """Django's own reading of a template, each line from its first column so that it reads as Python."""
    lines = templatize(path.read_text(encoding="utf-8"), origin=str(path)).splitlines()
    return "\n".join(line.lstrip() for line in lines).encode()


def _texts_of(path: Path, source: bytes) -> Iterator[Text]:
    where = path.relative_to(ROOT)
    for line, forms, _comments, context in extract("python", BytesIO(source), keywords=KEYWORDS):
        yield Text(forms=_forms(forms), context=context, where=f"{where}:{line}")


def shortcoming(text: Text, message: Message | None) -> str | None:
    if CHINESE.search(text.forms[0]):
        return "is Chinese where the English belongs"
    if message is None or not message.string or not all(message.string):
        return "has no Chinese"
    translated = _forms(message.string)
    if message.fuzzy:
        return "is marked as unsure"
    if any(_placeholders(line) - _placeholders(*text.forms) for line in translated):
        return "has a placeholder in Chinese that the text does not give"
    if len(text.forms) == 1 and _placeholders(*text.forms) - _placeholders(*translated):
        return "lacks a placeholder in Chinese"
    return None


def _forms(text: str | Sequence[str]) -> tuple[str, ...]:
    """A text without a plural has one form."""
    return (text,) if isinstance(text, str) else tuple(text)


def _placeholders(*lines: str) -> set[str]:
    return {name for line in lines for pair in PLACEHOLDER.findall(line) for name in pair if name}


def _read(path: Path) -> Catalog:
    if not path.exists():
        raise Trouble(f"The catalogue {path.relative_to(ROOT)} is missing.")
    with path.open("rb") as source:
        return read_po(source, locale=path.parent.parent.name)


def main() -> None:
    lines = shortcomings()
    print("\n".join(lines) or "Every text is there in both languages.")
    sys.exit(1 if lines else 0)


if __name__ == "__main__":
    main()
