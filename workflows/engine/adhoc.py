"""Ad-hoc sub-processes: what may be begun in them once more, as often as the work asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from workflows.engine.core import Element, Frame, Token
from workflows.engine.errors import CannotMove, Phrase
from workflows.engine.machine import Machine

NOT_OFFERED: Final = Phrase("自由子流程里没有这个环节", "the ad-hoc sub-process offers no such activity")


@dataclass(frozen=True, kw_only=True, slots=True)
class AdHoc:
    """An ad-hoc sub-process at work, with the elements that may be begun in it, and what these are called."""

    token: int
    element: str
    name: str
    offers: tuple[str, ...]
    names: tuple[str, ...]


def at_work(machine: Machine) -> Iterator[AdHoc]:
    """Every open ad-hoc sub-process."""
    for token in machine.standing():
        frame = frame_of(token)
        if frame is not None:
            node = token.element.node
            inside = [element.node for element in offered(frame)]
            yield AdHoc(
                token=token.id,
                element=node.id,
                name=node.name,
                offers=tuple(offer.id for offer in inside),
                names=tuple(offer.name or offer.id for offer in inside),
            )


def frame_of(token: Token) -> Frame | None:
    """The open frame of an ad-hoc sub-process that this token holds; None when it holds none."""
    inner = token.inner
    region = None if inner is None else inner.region
    return inner if region is not None and region.kind == "adHocSubProcess" else None


def offered(frame: Frame) -> tuple[Element, ...]:
    """What nothing leads to; what follows comes by itself."""
    return frame.region.starts if frame.region is not None else ()


def begin(frame: Frame, id: str) -> Token | None:
    """Begin an activity, whether it has been done or not. None: a sequential one will come next. Raises CannotMove."""
    found = next((element for element in offered(frame) if element.node.id == id), None)
    if found is None:
        raise CannotMove(element=id, what=NOT_OFFERED)
    if frame.region is not None and frame.region.sequential and frame.has_tokens():
        frame.todo = [id, *(other for other in frame.todo if other != id)]
        return None
    return frame.machine.place(found, frame)
