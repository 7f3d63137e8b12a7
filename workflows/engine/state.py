"""A run as text and back: what stands where, and nothing of how it came there.

    [version, process, numbers, frames, tokens, waits]

`numbers` are the counter and then the ids of the tokens and waits, each of fixed width; rows point at each other by
position. So a run is as long after a thousand rounds as in the first. The case's variables are not in it; those of calls
and loop instances are.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from workflows.engine.core import FAILED, READY, STARTED, WAITING, Frame, Process, Token, Waiting
from workflows.engine.errors import Phrase, StateRefused
from workflows.engine.machine import Machine

VERSION: Final = 1

_LETTERS: Final = {WAITING: "w", READY: "r", STARTED: "s", FAILED: "f"}
_STATES: Final = {letter: state for state, letter in _LETTERS.items()}
_KINDS: Final = {
    "process": "p", "call": "c", "sub": "s", "event": "e", "many": "m", "undo": "u", "errand": "x",
}  # fmt: skip
_NAMES: Final = {letter: kind for kind, letter in _KINDS.items()}
_WIDTH: Final = 9
_PARTS: Final = 6


def dump(machine: Machine) -> str:
    """The rows of a machine at rest, as text."""
    assert not machine.queue
    frames, tokens, waits = (
        sorted(machine.frames.values(), key=_id),
        list(machine.standing()),
        list(machine.waiting()),
    )
    frame_at = {frame.id: n for n, frame in enumerate(frames)}
    token_at = {token.id: n for n, token in enumerate(tokens)}
    numbers = joined_numbers([machine.last, *token_at, *(wait.id for wait in waits)])
    rows = [
        VERSION,
        machine.plan.main.id,
        numbers,
        [_frame_row(frame, token_at) for frame in frames],
        [_token_row(token, frame_at) for token in tokens],
        [_wait_row(wait, frame_at, token_at) for wait in waits],
    ]
    return unparsed(rows)


def _id(thing: Frame) -> int:
    return thing.id


def _frame_row(frame: Frame, token_at: dict[int, int]) -> list[Any]:
    host = None if frame.host is None else token_at[frame.host.id]
    of = frame.spec.id if frame.kind in ("process", "call") else frame.region.id if frame.region else ""
    return _trimmed([_KINDS[frame.kind], host, of, _frame_rest(frame) or None])


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


def _token_row(token: Token, frame_at: dict[int, int]) -> list[Any]:
    via = token.via if token.state == WAITING and token.element.joins else None
    letter = _LETTERS[token.state]
    return _trimmed(
        [frame_at[token.frame.id], token.element.node.id, letter, via, token.local, token.past, token.mark]
    )


def _wait_row(token: Token, frame_at: dict[int, int], token_at: dict[int, int]) -> list[Any]:
    wait, owner = token.wait, token.owner
    assert wait is not None
    return _trimmed(
        [
            frame_at[token.frame.id],
            token.element.node.id,
            wait.index,
            None if owner is None else token_at[owner.id],
            wait.due,
            wait.left,
            wait.seen or None,
            wait.correlation,
            wait.name,
        ]
    )


def _trimmed(row: list[Any]) -> list[Any]:
    while row[-1] is None:
        row.pop()
    return row


def parsed(text: str) -> list[Any]:
    """The rows of a state of this version. Raises StateRefused."""
    try:
        rows = orjson.loads(text)
        version = rows[0]
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise StateRefused(what=Phrase("不是运行状态", "not a state")) from error
    if version != VERSION or len(rows) != _PARTS:
        raise StateRefused(what=Phrase(f"版本 {version}", f"version {version}"))
    return list(rows)


def unparsed(rows: list[Any]) -> str:
    return orjson.dumps(rows).decode()


def split_numbers(numbers: str) -> list[int]:
    return [int(numbers[n : n + _WIDTH]) for n in range(0, len(numbers), _WIDTH)]


def joined_numbers(numbers: list[int]) -> str:
    return "".join(f"{n:0{_WIDTH}}" for n in numbers)


def restore(machine: Machine, text: str) -> None:
    """Put a stored state into a new machine. Raises StateRefused."""
    rows = parsed(text)
    try:
        _restore(machine, rows)
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise StateRefused(
            what=Phrase(f"与流程图不符（{error}）", f"it does not fit the diagram ({error})")
        ) from error


def _restore(machine: Machine, rows: list[Any]) -> None:
    _, _, numbers, frame_rows, token_rows, wait_rows = rows
    machine.last, *ids = split_numbers(numbers)
    if len(ids) != len(token_rows) + len(wait_rows):
        raise ValueError("as many numbers as rows")
    standing: dict[int, list[int]] = {}
    for n, row in enumerate(token_rows):
        standing.setdefault(row[0], []).append(n)
    frames: list[Frame] = []
    for n, row in enumerate(frame_rows):
        frame = _restored_frame(machine, _padded(row, 4), frame_id=n + 1, ids=ids)
        frames.append(frame)
        machine.frames[frame.id] = frame
        for at in standing.pop(n, ()):
            _restore_token(machine, frame, _padded(token_rows[at], 7), id=ids[at])
    if standing:
        raise ValueError("tokens without a frame")
    for id, row in zip(ids[len(token_rows) :], wait_rows, strict=True):
        _restore_wait(machine, frames, _padded(row, 9), id=id, ids=ids)


def _restored_frame(machine: Machine, row: list[Any], *, frame_id: int, ids: list[int]) -> Frame:
    letter, host_at, of, rest = row
    kind = _NAMES[letter]
    host = None if host_at is None else machine.tokens[ids[host_at]]
    processes = machine.plan.processes
    process: Process = processes[of] if kind in ("process", "call") or host is None else host.frame.spec
    region = process.region if kind in ("process", "call") else process.regions[of] if of else None
    frame = Frame(machine, process, id=frame_id, kind=kind, region=region, host=host)
    machine.next_frame = frame_id + 1
    rest = rest or {}
    frame.own = rest.get("own")
    frame.sealed = "sealed" in rest
    frame.past = rest.get("past", [])
    frame.count = rest.get("count", [])
    frame.items = rest.get("items")
    frame.outputs = rest.get("outputs")
    frame.todo = rest.get("todo", [])
    return frame


def _restore_token(machine: Machine, frame: Frame, row: list[Any], *, id: int) -> None:
    _, element, letter, via, local, past, mark = row
    token = frame.new_token(frame.spec.elements[element], id=id, state=_STATES[letter])
    token.via, token.local, token.past, token.mark = via, local, past, mark
    machine.tokens[id] = token


def _restore_wait(machine: Machine, frames: list[Frame], row: list[Any], *, id: int, ids: list[int]) -> None:
    frame_at, element, index, owner, due, left, seen, correlation, name = row
    frame = frames[frame_at]
    above = None if owner is None else machine.tokens[ids[owner]]
    token = frame.new_token(frame.spec.elements[element], id=id, owner=above, state=WAITING)
    token.wait = Waiting(index, due=due, left=left, seen=seen or 0, correlation=correlation, name=name)
    machine.tokens[id] = token


def _padded(row: list[Any], width: int) -> list[Any]:
    return row + [None] * (width - len(row))
