"""From text to a syntax tree small enough to walk. This is the only place where a user's text meets Python's parser."""

from __future__ import annotations

import ast

from workflows.expressions import limits
from workflows.expressions.errors import ExpressionError
from workflows.expressions.scan import plain


def parsed(text: str) -> ast.Expression:
    """The syntax tree, small enough to walk; every refusal says where."""
    if not text.strip():
        raise ExpressionError("empty")
    if len(text) > limits.CHARACTERS:
        raise ExpressionError("too_long", limit=limits.CHARACTERS)
    ready = plain(text)
    lead = len(ready) - len(ready.lstrip())
    try:
        tree = ast.parse(ready[lead:], mode="eval")
    except SyntaxError as error:
        column = None if error.offset is None else min(max(error.offset - 1, 0) + lead, len(text))
        raise ExpressionError("assignment" if _assigns(ready) else "syntax", position=column) from error
    except (ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError("too_complex", limit=limits.NODES) from error
    for count, node in enumerate(ast.walk(tree)):
        if count >= limits.NODES:
            raise ExpressionError("too_complex", limit=limits.NODES)
        if isinstance(node, ast.expr) and node.end_col_offset is not None:
            node.col_offset += len(ready[:lead].encode())
            node.end_col_offset += len(ready[:lead].encode())
    return tree


def _assigns(text: str) -> bool:
    signs = text.replace("==", "").replace("!=", "").replace("<=", "").replace(">=", "")
    return "=" in signs
