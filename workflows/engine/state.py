"""A run as text and back: what stands where, and nothing of how it came there.

    [version, process, counter, frames, tokens, waits]

Ids are written as their distance from the counter, which has a fixed width: a run is as long after a thousand rounds as
in the first. The case's variables are not in it; those of calls and loop instances are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson

from workflows.engine.core import FAILED, READY, STARTED, WAITING, Frame, Process, Token, Waiting
from workflows.engine.errors import Phrase, StateRefused
from workflows.engine.machine import Machine

VERSION: Final = 1

_LETTERS: Final = {WAITING: "w", READY: "r", STARTED: "s", FAILED: "f"}
_STATES: Final = {letter: state for state, letter in _LETTERS.items()}
_KINDS: Final = {"process": "p", "call": "c", "sub": "s", "event": "e", "many": "m", "undo": "u"}
_NAMES: Final = {letter: kind for kind, letter in _KINDS.items()}
_WIDTH: Final = 10


def dump(machine: Machine) -> str:
    assert not machine.queue
    last = machine.last
    frames = [_frame_row(frame, last) for _, frame in sorted(machine.frames.items())]
    tokens = [_token_row(token, last) for token in machine.standing()]
    waits = [_wait_row(wait, last) for wait in machine.waiting()]
    rows = [VERSION, machine.plan.main.id, f"{last:0{_WIDTH}}", frames, tokens, waits]
    return orjson.dumps(rows).decode()


def _frame_row(frame: Frame, last: int) -> list[Any]:
    host = None if frame.host is None else last - frame.host.id
    of = frame.spec.id if frame.kind in ("process", "call") else frame.region.id if frame.region else ""
    return _trimmed([last - frame.id, _KINDS[frame.kind], host, of, _frame_rest(frame) or None])


def _frame_rest(frame: Frame) -> dict[str, Any]:
    rest: dict[str, Any] = {
        "own": frame.own,
        "sealed": 1 if frame.sealed else None,
        "past": frame.past or None,
        "count": frame.count or None,
        "items": frame.items,
        "outputs": frame.outputs,
        "todo": frame.todo or None,
    }
    return {name: value for name, value in rest.items() if value is not None}


def _token_row(token: Token, last: int) -> list[Any]:
    via = token.via if token.state == WAITING and len(token.element.incoming) > 1 else None
    return _trimmed(
        [
            last - token.id,
            last - token.frame.id,
            token.element.node.id,
            _LETTERS[token.state],
            via,
            token.local,
            token.past,
            token.mark,
        ]
    )


def _wait_row(token: Token, last: int) -> list[Any]:
    wait = token.wait
    assert wait is not None
    owner = None if token.owner is None else last - token.owner.id
    return _trimmed(
        [
            last - token.id,
            last - token.frame.id,
            token.element.node.id,
            wait.index,
            owner,
            wait.due,
            wait.left,
            wait.seen or None,
            wait.correlation,
        ]
    )


def _trimmed(row: list[Any]) -> list[Any]:
    while row[-1] is None:
        row.pop()
    return row


def restore(machine: Machine, text: str) -> None:
    """Put a stored state into a new machine. Raises StateRefused."""
    try:
        rows = orjson.loads(text)
        version = rows[0]
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise StateRefused(what=Phrase("不是运行状态", "not a state")) from error
    if version != VERSION:
        raise StateRefused(what=Phrase(f"版本 {version}", f"version {version}"))
    try:
        _restore(machine, rows)
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise StateRefused(
            what=Phrase(f"与流程图不符（{error}）", f"it does not fit the diagram ({error})")
        ) from error


def _restore(machine: Machine, rows: list[Any]) -> None:
    _, process, last, frames, tokens, waits = rows
    machine.last = int(last)
    hosted = sorted(_padded(row, 8) for row in tokens)[::-1]
    by_frame: dict[int, list[list[Any]]] = {}
    for row in hosted:
        by_frame.setdefault(machine.last - row[1], []).append(row)
    for row in sorted(frames, reverse=True):
        frame = _restored_frame(machine, _padded(row, 5), process)
        machine.frames[frame.id] = frame
        for token_row in by_frame.pop(frame.id, []):
            _restore_token(machine, frame, token_row)
    if by_frame:
        raise ValueError("tokens without a frame")
    for row in sorted(waits, reverse=True):
        _restore_wait(machine, _padded(row, 9))


def _restored_frame(machine: Machine, row: list[Any], main: str) -> Frame:
    distance, letter, host_distance, of, rest = row
    kind = _NAMES[letter]
    host = None if host_distance is None else machine.tokens[machine.last - host_distance]
    processes = machine.plan.processes
    process: Process = processes[of] if kind in ("process", "call") or host is None else host.frame.spec
    region = process.region if kind in ("process", "call") else process.regions[of] if of else None
    frame = Frame(machine, process, id=machine.last - distance, kind=kind, region=region, host=host)
    rest = rest or {}
    frame.own = rest.get("own")
    frame.sealed = "sealed" in rest
    frame.past = rest.get("past", [])
    frame.count = rest.get("count", [])
    frame.items = rest.get("items")
    frame.outputs = rest.get("outputs")
    frame.todo = rest.get("todo", [])
    return frame


def _restore_token(machine: Machine, frame: Frame, row: list[Any]) -> None:
    distance, _, element, letter, via, local, past, mark = row
    id = machine.last - distance
    token = frame.new_token(frame.spec.elements[element], id=id, state=_STATES[letter])
    token.via, token.local, token.past, token.mark = via, local, past, mark
    machine.tokens[id] = token


def _restore_wait(machine: Machine, row: list[Any]) -> None:
    distance, frame_distance, element, index, owner, due, left, seen, correlation = row
    frame = machine.frames[machine.last - frame_distance]
    above = None if owner is None else machine.tokens[machine.last - owner]
    id = machine.last - distance
    token = frame.new_token(frame.spec.elements[element], id=id, owner=above, state=WAITING)
    token.wait = Waiting(index, due=due, left=left, seen=seen or 0, correlation=correlation)
    machine.tokens[id] = token


def _padded(row: list[Any], width: int) -> list[Any]:
    return row + [None] * (width - len(row))


def rows_of(text: str) -> Iterator[tuple[str, list[Any]]]:
    """The rows of a state by kind, for those who look at states from outside."""
    _, _, _, frames, tokens, waits = orjson.loads(text)
    for kind, rows in (("frame", frames), ("token", tokens), ("wait", waits)):
        for row in rows:
            yield kind, row
