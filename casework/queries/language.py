"""The page on the expression language, EXPRESSIONS.md, cut into chapters and lines that an editor can search."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from workflows import engine
from workflows.expressions.functions import reference

_PAGE = Path(engine.__file__).parent / "EXPRESSIONS.md"
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Entry:
    """Ways to write something, and what they mean in both languages."""

    codes: tuple[str, ...]
    zh: str
    en: str

    def text(self) -> str:
        english = (get_language() or "").startswith("en")
        return (self.en or self.zh) if english else (self.zh or self.en)


@dataclass(frozen=True)
class Chapter:
    zh: str
    en: str
    entries: tuple[Entry, ...]

    def title(self) -> str:
        return self.en if (get_language() or "").startswith("en") and self.en else self.zh


def completions() -> list[dict[str, str]]:
    """The functions an editor completes: a name, and what it gives."""
    english = (get_language() or "").startswith("en")
    return [
        {"name": str(name), "says": str(entry["en"] if english else entry["zh"])}
        for entry in reference()
        for name in entry["names"]  # type: ignore[attr-defined]  # a list of names
    ]


@cache
def chapters() -> tuple[Chapter, ...]:
    return tuple(_chapters(_PAGE.read_text(encoding="utf-8")))


def _chapters(page: str) -> list[Chapter]:
    found = []
    for part in re.split(r"^#+ ", page, flags=re.MULTILINE)[1:]:
        head, _line, body = part.partition("\n")
        zh, en = _both(head)
        entries = tuple(entry for block in _blocks(body) if (entry := _entry(block)) is not None)
        if entries:
            found.append(Chapter(zh, en, entries))
    return found


def _blocks(body: str) -> list[str]:
    """Table rows one by one, paragraphs and examples whole."""
    rows = [line for line in body.splitlines() if line.startswith("| `")]
    prose = [line for line in body.splitlines() if not line.startswith("|")]
    return [*re.split(r"\n\s*\n", "\n".join(prose).strip()), *rows]


def _entry(block: str) -> Entry | None:
    if not block.strip():
        return None
    if block.startswith("| `"):
        return _row([cell.strip() for cell in block.strip().strip("|").split(" | ")])
    if block.startswith("    "):
        return Entry(tuple(line.strip() for line in block.splitlines()), "", "")
    lines = [_plain(line) for line in block.splitlines()]
    zh = " ".join(line for line in lines if _CHINESE.search(line))
    en = " ".join(line for line in lines if not _CHINESE.search(line))
    return Entry(tuple(dict.fromkeys(re.findall(r"`([^`]+)`", block))), zh, en)


def _row(cells: list[str]) -> Entry:
    codes = tuple(re.findall(r"`([^`]+)`", cells[0]))
    if len(cells) >= 4:
        return Entry(codes, _plain(cells[-2]), _plain(cells[-1]))
    return Entry(codes, *_both(_plain(cells[-1])))


def _both(text: str) -> tuple[str, str]:
    zh, dot, en = text.strip().rpartition(" · ")
    return (zh.strip(), en.strip()) if dot else (text.strip(), "")


def _plain(text: str) -> str:
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    return text.replace("**", "").replace("`", "").replace("\\", "").strip()
