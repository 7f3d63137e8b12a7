"""Cells of a decision table as officials write them: 网格、社区 for "网格", "社区"; 是 for true; =… for a calculation. Pure."""

from __future__ import annotations

import re

YES_NO = {"true": "是", "false": "否"}
_BACK = {word: cell for cell, word in YES_NO.items()}
_TEXTS = re.compile(r'"[^"\\]*"(?:\s*,\s*"[^"\\]*")*')
_NUMBER = re.compile(r"(?:[<>]=?\s*)?-?\d+(?:\.\d+)?")
_BETWEEN = re.compile(r"\s*[,，、]\s*")
_SPECIAL = ("=", '"')


def plain_test(cell: str) -> str:
    """What must hold, in plain words; empty for “whatever”."""
    text = cell.strip()
    if text in ("", "-"):
        return ""
    if text in YES_NO:
        return YES_NO[text]
    if _NUMBER.fullmatch(text):
        return text
    words = _words(text)
    return "、".join(words) if words else f"={text}"


def written_test(text: str) -> str:
    """The same as a cell of the table."""
    text = text.strip()
    if not text or _NUMBER.fullmatch(text) or text.startswith('"'):
        return text
    if text.startswith("="):
        return text[1:].strip()
    if text in _BACK:
        return _BACK[text]
    return ", ".join(f'"{word}"' for word in _BETWEEN.split(text) if word)


def plain_result(cell: str) -> str:
    text = cell.strip()
    if text in ("", '""'):
        return ""
    if _is_one_text(text) and not text[1:-1].startswith(_SPECIAL) and text[1:-1].strip() == text[1:-1]:
        return text[1:-1]
    return f"={text}"


def written_result(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    if text.startswith("="):
        return text[1:].strip()
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_one_text(text: str) -> bool:
    return re.fullmatch(r'"[^"\\]*"', text) is not None


def _words(text: str) -> list[str]:
    """The quoted texts of a cell, if it has nothing else and none of them would be read otherwise without quotes."""
    if not _TEXTS.fullmatch(text):
        return []
    words = re.findall(r'"([^"\\]*)"', text)
    odd = any(
        not word.strip()
        or word != word.strip()
        or _BETWEEN.search(word)
        or _NUMBER.fullmatch(word)
        or word in _BACK
        or word.startswith(_SPECIAL)
        for word in words
    )
    return [] if odd else words
