"""JUEL and FEEL in pieces: their tokens, their texts, and how a piece reads in our language."""

from __future__ import annotations

import json
import re
from keyword import iskeyword
from typing import Final

from workflows.expressions.errors import ExpressionError

TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w])|(?P<text>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<name>[^\W\d]\w*)|(?P<sign>&&|\|\||===|!==|==|!=|<=|>=|\.\.|[-+*/%<>=!()\[\].,?:]))"
)


def part(holder: str, name: str) -> str:
    """What other languages let a part be called, Python may keep for itself."""
    return f"{holder}[{quoted(name)}]" if iskeyword(name) else f"{holder}.{name}"


def is_phrase(written: str) -> bool:
    """Several words and nothing else are more likely a remark than a name."""
    return re.fullmatch(r'value\("[^"]* [^"]*"\)', written) is not None


def tokens(text: str) -> list[tuple[str, str]]:
    """(kind, text) pairs. Raises ExpressionError at what is no token."""
    tokens: list[tuple[str, str]] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        found = TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise ExpressionError("foreign")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        position = found.end()
    return tokens


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def unquoted(text: str) -> str:
    """The variable that a text names; a piece that only begins with a text names none."""
    try:
        name = json.loads(text)
    except ValueError:
        name = ""
    if not isinstance(name, str) or not name:
        raise ExpressionError("foreign")
    return name if name.isidentifier() else f"value({quoted(name)})"
