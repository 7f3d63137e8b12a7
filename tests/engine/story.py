"""A walk told in lines: what happens, an arrow, and what is open after it.

A x=1 -> B B        the step A is completed with x = 1; twice B is open then
A#1 ^E !m n=2 ~s    the second A; the step fails with the error E; message m brings n; signal s
+PT1H @c .x=1       the clock goes on; the event at c is told by hand; the case's variable x is set
… -> A | c          waiting events and receive tasks stand behind the bar
… -> end            the run is over; `stuck` an incident was told and nothing is open
"""

from __future__ import annotations

import json
from typing import Any

from tests.engine.driver import Walk


def told(walk: Walk, story: str) -> Walk:
    """Walk the story, and compare after each line."""
    for line in filter(None, (line.strip() for line in story.splitlines())):
        happens, _, expected = (part.strip() for part in line.partition("->"))
        if happens:
            _happen(walk, happens.split())
        assert _seen(walk, bar="|" in expected) == _wanted(expected), f"after: {line}"
    return walk


def _happen(walk: Walk, words: list[str]) -> None:
    word, *rest = words
    code = next((one[1:] for one in rest if one.startswith("^")), None)
    values = dict(_assigned(one) for one in rest if "=" in one)
    if word.startswith("+"):
        walk.advance(word[1:])
    elif word.startswith("!"):
        name, _, key = word[1:].partition("/")
        walk.message(name, key or None, **values)
    elif word.startswith("~"):
        walk.signal(word[1:], **values)
    elif word.startswith("@"):
        walk.tell(word[1:])
    elif word.startswith("."):
        walk.set(**dict(_assigned(one.lstrip(".")) for one in words))
    else:
        element, _, nth = word.partition("#")
        if code is None:
            walk.complete(element, int(nth or 0), **values)
        else:
            walk.fail(element, code, int(nth or 0))


def _assigned(word: str) -> tuple[str, Any]:
    name, _, value = word.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _seen(walk: Walk, *, bar: bool) -> str:
    if walk.ended:
        return "end"
    if not walk.open and not walk.waits and walk.incidents:
        return "stuck"
    return " ".join(walk.open) + (" | " + " ".join(walk.waits) if bar else "")


def _wanted(expected: str) -> str:
    open_now, bar, waits = (part.strip() for part in expected.partition("|"))
    return " ".join(sorted(open_now.split())) + (f" {bar} {' '.join(sorted(waits.split()))}" if bar else "")
