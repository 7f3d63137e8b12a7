"""Simple JUEL (``${x > 3 && !y}``) and FEEL (``= x = 3 and not(y)``) spelled in our language.

A small recursive-descent reader; what it does not know it refuses, and the author gets the message about our own reading.
Only simple forms are meant: comparisons, and/or/not, arithmetic, list and text tests, the variable calls of Camunda and Flowable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from keyword import iskeyword
from typing import Final

from workflows.expressions import limits
from workflows.expressions.errors import ExpressionError
from workflows.expressions.foreign_tokens import is_phrase, part, quoted, tokens, unescaped, unquoted
from workflows.expressions.foreign_words import (
    ABOUT_VARIABLES,
    COMPARISONS,
    FUNCTIONS,
    HOLDERS,
    KEPT_IN,
    KIE,
    LITERALS,
    METHODS,
    PREFIXES,
    WORDS,
)


@dataclass(frozen=True)
class Candidate:
    """One reading. ``offset`` is where our text begins in the author's; None when positions no longer match."""

    text: str
    dialect: str | None
    offset: int | None


def translations(text: str, *, assigned: bool = False) -> Iterator[Candidate]:
    """The readings to try, the likeliest first. What a script assigns is never read as a comparison by one ``=``."""
    body = _DATA_OBJECT.sub(r"\1", text.strip())
    if body.startswith(("${", "#{")) or "${" in body:
        yield from _juel(text)
    elif body.startswith("=") and not body.startswith("=="):
        yield Candidate(body[1:], "FEEL", text.index("=") + 1)
        yield from _read(body[1:], "FEEL")
    else:
        yield Candidate(text, None, 0)
        body = _RETURN.sub(r"\1", _GIVEN_ON.sub(r"\1", body))
        yield from _read(body, "JUEL")
        if not assigned:
            yield from _read(body, "=")


def _juel(text: str) -> Iterator[Candidate]:
    """One expression alone in its braces keeps its type; mixed with text it makes a text."""
    parts = _parts(text.strip())
    if len(parts) == 1 and not parts[0][0]:
        inner = parts[0][1]
        yield from _read(inner, "JUEL")
        yield Candidate(inner, "JUEL", text.index("{") + 1)
        return
    pieces = []
    for literal, inner in parts:
        if literal:
            pieces.append(quoted(literal))
        if inner:
            pieces.extend(f"text({reading.text})" for reading in _read(inner, "JUEL"))
    if len(pieces) >= len([None for literal, inner in parts for side in (literal, inner) if side]):
        yield Candidate(" + ".join(pieces), "JUEL", None)


def _parts(text: str) -> list[tuple[str, str]]:
    """(text before, expression) pairs; braces inside quotation marks don't count."""
    parts: list[tuple[str, str]] = []
    rest = text
    while found := re.search(r"[$#]\{", rest):
        end = _closing(rest, found.end())
        if end is None:
            raise ExpressionError("unclosed", position=len(text) - len(rest) + found.start())
        parts.append((rest[: found.start()], rest[found.end() : end]))
        rest = rest[end + 1 :]
    return [*parts, (rest, "")] if rest else parts


def _closing(text: str, start: int) -> int | None:
    quote = ""
    depth = 0
    for position in range(start, len(text)):
        sign = text[position]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "{":
            depth += 1
        elif sign == "}":
            if not depth:
                return position
            depth -= 1
    return None


def _read(text: str, dialect: str) -> Iterator[Candidate]:
    try:
        yield Candidate(Reader(text, dialect).whole(), "FEEL" if dialect == "=" else dialect, None)
    except ExpressionError:
        return


#: XPath's way to name a data object, and Java's and JavaScript's to give a result.
_DATA_OBJECT: Final = re.compile(r"(?:bpmn:)?getDataObject\('(\w+)'\)")
_GIVEN_ON: Final = re.compile(r"^\s*next\(\s*null\s*,\s*(.*)\)\s*;?\s*$", re.DOTALL)
_RETURN: Final = re.compile(r"^\s*return\b\s*(.*?);?\s*$", re.DOTALL)
_AND_TIME: Final = ["and", "time", "("]
#: A name has so many words at most.
MOST_WORDS: Final = 6


class Reader:
    """Reads one expression of JUEL or FEEL and writes ours."""

    def __init__(self, text: str, dialect: str) -> None:
        self.feel = dialect == "FEEL"
        self.single = dialect in ("FEEL", "=")
        self.tokens = tokens(text)
        self.next = 0
        self.depth = 0

    def whole(self) -> str:
        """The whole text in our language. Raises ExpressionError."""
        written = self._expression()
        if self.next < len(self.tokens) or is_phrase(written):
            raise ExpressionError("foreign")
        return written

    def _expression(self) -> str:
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise ExpressionError("too_deep", limit=limits.DEPTH)
        written = self._choice()
        self.depth -= 1
        return written

    def _choice(self) -> str:
        if self.feel and self._take("if"):
            test = self._expression()
            self._expect("then")
            then = self._expression()
            self._expect("else")
            return f"({then} if {test} else {self._expression()})"
        if self.feel and (word := self._take("some", "every", "for")):
            return self._each(word)
        test = self._or()
        if not self._take("?"):
            return test
        then = self._expression()
        self._expect(":")
        return f"({then} if {test} else {self._expression()})"

    def _each(self, word: str) -> str:
        """``some x in list satisfies …``, ``every …`` and ``for x in list return …``."""
        name = self._name()
        self._expect("in")
        items = self._sum()
        self._expect("return" if word == "for" else "satisfies")
        each = f"[{self._expression()} for {name} in {items}]"
        return {"some": f"any({each})", "every": f"all({each})", "for": each}[word]

    def _or(self) -> str:
        parts = [self._and()]
        while self._take("||", "or"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"

    def _and(self) -> str:
        parts = [self._equality()]
        while self._take("&&", "and"):
            parts.append(self._equality())
        return parts[0] if len(parts) == 1 else f"({' and '.join(parts)})"

    def _equality(self) -> str:
        left = self._relation()
        while sign := self._take("==", "!=", "===", "!==", "eq", "ne", *(("=",) if self.single else ())):
            left = f"({left} {COMPARISONS[sign]} {self._relation()})"
        return left

    def _relation(self) -> str:
        left = self._sum()
        while sign := self._take("<", "<=", ">", ">=", "lt", "le", "gt", "ge", "in", "between"):
            if sign == "in":
                left = self._within(left)
            elif sign == "between":
                low = self._sum()
                self._expect("and")
                high = self._sum()
                left = f"({low} <= {left} <= {high})"
            else:
                left = f"({left} {COMPARISONS[sign]} {self._sum()})"
        return left

    def _within(self, left: str) -> str:
        """``x in [1..3]``, ``x in (1, 2)`` or ``x in list``."""
        mark = self.next
        opening = self._take("[", "(", "]")
        if opening:
            low = self._sum()
            if self._take(".."):
                high, closing = self._sum(), self._take("]", ")", "[")
                if not closing:
                    raise ExpressionError("foreign")
                below, above = "<=" if opening == "[" else "<", "<=" if closing == "]" else "<"
                return f"({low} {below} {left} {above} {high})"
        self.next = mark
        if self._take("("):
            return f"({left} in [{', '.join(self._arguments(')'))}])"
        return f"({left} in {self._sum()})"

    def _sum(self) -> str:
        written = self._product()
        while sign := self._take("+", "-"):
            written += f" {sign} {self._product()}"
        return written

    def _product(self) -> str:
        written = self._unary()
        while sign := self._take("*", "/", "%", "div", "mod"):
            written += f" {dict(div='/', mod='%').get(sign, sign)} {self._unary()}"
        return written

    def _unary(self) -> str:
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise ExpressionError("too_deep", limit=limits.DEPTH)
        if self._take("!", "not"):
            written = f"(not {self._unary()})"
        elif self._take("empty"):
            written = f"(not exists({self._unary()}))"
        elif self._take("-"):
            written = f"(-{self._unary()})"
        else:
            written = self._postfix()
        self.depth -= 1
        return written

    def _postfix(self) -> str:
        written = self._primary()
        while sign := self._take(".", "["):
            if sign == "[":
                key = self._expression()
                self._expect("]")
                named = written in KEPT_IN and key.startswith('"') and not self.feel
                written = unquoted(key) if named else f"{written}[{key}]"
                continue
            name = self._name()
            if self._take("("):
                written = self._method(written, name)
            else:
                written = name if written in KEPT_IN and not self.feel else part(written, name)
        return written

    def _method(self, holder: str, name: str) -> str:
        given = self._arguments(")")
        if holder in HOLDERS and name in ("getVariable", "getVariableLocal", "get") and len(given) == 1:
            return f"value({given[0]}, None)" if given[0].startswith('"') else unquoted(given[0])
        if holder == "KieFunctions" and (name, len(given)) in KIE:
            return KIE[name, len(given)].format(*given)
        if holder in HOLDERS and name == "hasVariable" and len(given) == 1:
            return f"exists({unquoted(given[0])})"
        pattern = METHODS.get((name, len(given)))
        if pattern is None:
            raise ExpressionError("foreign")
        return pattern.format(holder, *given)

    def _primary(self) -> str:
        kind, value = self._token()
        if kind == "number":
            return value
        if kind == "text":
            return quoted(unescaped(value[1:-1]))
        if value == "(":
            inner = self._expression()
            self._expect(")")
            return f"({inner})"
        if value == "[":
            return f"[{', '.join(self._arguments(']'))}]"
        if kind != "name" or (value in WORDS and not self._calls()):
            raise ExpressionError("foreign")
        if value in PREFIXES and self._take(":"):
            return self._about_variable()
        written = LITERALS.get(value) or self._named(value)
        return f"value({quoted(value)})" if written == value and iskeyword(value) else written

    def _about_variable(self) -> str:
        word = self._name()
        self._expect("(")
        given = self._arguments(")")
        name = unquoted(given[0]) if given and given[0].startswith('"') else "".join(given[:1])
        if word in ABOUT_VARIABLES and len(given) == 2:
            return f"({name} {ABOUT_VARIABLES[word]} {given[1]})"
        if word in ("get", "exists", "isEmpty", "isNotEmpty") and len(given) == 1:
            pattern = {"get": "{0}", "exists": "exists({0})", "isEmpty": "(not exists({0}))"}
            return pattern.get(word, "exists({0})").format(name)
        raise ExpressionError("foreign")

    def _calls(self) -> bool:
        return self._peek() == ("sign", "(")

    def _named(self, name: str) -> str:
        words = [name]
        if (
            self.feel
            and name == "date"
            and [word for _, word in self.tokens[self.next : self.next + 3]] == _AND_TIME
        ):
            self.next += 2
            words = ["date and time"]
        while (
            self.single and self._peek()[0] == "name" and self._peek()[1] not in WORDS and not self._calls()
        ):
            words.append(self._token()[1])
        if not self._take("("):
            return name if len(words) == 1 else self._phrase(words)
        given = self._arguments(")")
        if name == "getActivityInstanceAttribute" and len(given) == 1:
            return unquoted(given[0])
        pattern = FUNCTIONS.get((" ".join(words), len(given)))
        if pattern:
            return pattern.format(*given)
        if len(words) > 1:
            raise ExpressionError("foreign")
        return f"{name}({', '.join(given)})"

    def _phrase(self, words: list[str]) -> str:
        """A name of several words, as data objects and inputs of decisions have them."""
        if len(words) > MOST_WORDS:
            raise ExpressionError("foreign")
        return f"value({quoted(' '.join(words))})"

    def _arguments(self, closing: str) -> list[str]:
        given: list[str] = []
        while not self._take(closing):
            if given:
                self._expect(",")
            given.append(self._expression())
        return given

    def _name(self) -> str:
        kind, value = self._token()
        if kind != "name":
            raise ExpressionError("foreign")
        return value

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.next] if self.next < len(self.tokens) else ("end", "")

    def _token(self) -> tuple[str, str]:
        token = self._peek()
        self.next += 1
        return token

    def _take(self, *values: str) -> str:
        kind, value = self._peek()
        if kind in ("sign", "name") and value in values:
            self.next += 1
            return value
        return ""

    def _expect(self, value: str) -> None:
        if not self._take(value):
            raise ExpressionError("foreign")
