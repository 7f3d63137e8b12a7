"""A diagram as a small line of shapes, for cards. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.bpmn import Diagram, outline
from workflows.bpmn.model import ACTIVITIES, GATEWAYS
from workflows.bpmn.outline import Line, Outline

WIDTH = 300  # of the whole line
GAP = 12  # from one shape to the next
MIDDLE = 20
ROWS = 3


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One drawn shape: `kind` is task, gateway or event; the place is its middle."""

    kind: str
    x: int
    y: int
    width: int = 0
    height: int = 0

    @property
    def left(self) -> int:
        return self.x - self.width // 2

    @property
    def top(self) -> int:
        return self.y - self.height // 2

    @property
    def diamond(self) -> str:
        half = self.width // 2
        return f"M{self.x} {self.y - half}l{half} {half}-{half} {half}-{half}-{half}z"


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Shapes and the lines between them; `is_cut` when the process goes on."""

    shapes: tuple[Shape, ...]
    lines: tuple[str, ...]
    is_cut: bool

    @property
    def width(self) -> int:
        return WIDTH


def drawing(diagram: Diagram) -> Drawing:
    """The longest way through the main process, as far as it fits; what runs side by side is stacked."""
    process = max(outline(diagram), key=lambda one: len(one.lines), default=None)
    shapes: list[Shape] = []
    lines: list[str] = []
    right = 10
    for column in _columns(process) if process is not None else ():
        made = _stack(column, left=right + GAP if shapes else right)
        edge = max(shape.left + shape.width for shape in made)
        if edge > WIDTH - GAP:
            lines.append(f"M{right} {MIDDLE}h{GAP}")
            return Drawing(shapes=tuple(shapes), lines=tuple(lines), is_cut=True)
        if shapes:
            lines.append(f"M{right} {MIDDLE}H{made[0].left}")
        shapes += made
        right = edge
    return Drawing(shapes=tuple(shapes), lines=tuple(lines), is_cut=False)


def _stack(column: Sequence[Line], *, left: int) -> list[Shape]:
    """One shape in the middle, or up to three smaller ones above each other."""
    shown = column[:ROWS]
    if len(shown) == 1:
        return [_shape(shown[0], left=left, y=MIDDLE, small=False)]
    gap = 19 if len(shown) == 2 else 13
    top = MIDDLE - gap * (len(shown) - 1) / 2
    return [_shape(line, left=left, y=round(top + gap * n), small=True) for n, line in enumerate(shown)]


def _shape(line: Line, *, left: int, y: int, small: bool) -> Shape:
    if line.kind in ACTIVITIES:
        return Shape(kind="task", x=left + 15, y=y, width=30, height=11 if small else 16)
    if line.kind in GATEWAYS:
        half = 5 if small else 8
        return Shape(kind="gateway", x=left + half, y=y, width=2 * half, height=2 * half)
    half = 4 if small else 5
    return Shape(kind="event", x=left + half, y=y, width=2 * half, height=2 * half)


def _columns(process: Outline) -> list[list[Line]]:
    """From a start to the farthest end; after a fork all its activities share one column."""
    lines = [line for line in process.lines if line.depth == 0]
    places = {line.id: line for line in lines}
    onward = {
        line.id: [places[way.target] for way in line.ways if not way.goes_back and way.target in places]
        for line in lines
    }
    farthest: dict[str, int] = {}
    for line in reversed(lines):
        farthest[line.id] = 1 + max((farthest[after.id] for after in onward[line.id]), default=0)
    starts = [line for line in lines if line.kind == "startEvent"] or lines
    here = max(starts, key=lambda line: farthest[line.id], default=None)
    columns: list[list[Line]] = []
    while here is not None:
        columns.append([here])
        ways = onward[here.id]
        beside = [line for line in ways if line.kind in ACTIVITIES]
        if here.kind in ("parallelGateway", "inclusiveGateway") and len(beside) > 1:
            columns.append(beside)
            ways = [after for line in beside for after in onward[line.id]]
        here = max(ways, key=lambda line: farthest[line.id], default=None)
    return columns
