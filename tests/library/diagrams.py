"""What tests of shipped diagrams ask of the drawing itself: shapes, edges, and where they meet."""

from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"


@dataclass(frozen=True, kw_only=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    def contains(self, other: "Box") -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def overlaps(self, other: "Box") -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, kw_only=True)
class Drawing:
    shapes: dict[str, Box]
    labels: dict[str, Box]
    edges: dict[str, list[tuple[float, float]]]
    ends: dict[str, tuple[str, str]]
    lanes: dict[str, str]
    hosts: dict[str, str]

    def nodes(self) -> dict[str, Box]:
        return {id: box for id, box in self.shapes.items() if id in self.lanes}


def drawing(bpmn: bytes) -> Drawing:
    root = etree.fromstring(bpmn)
    shapes = {said(each, "bpmnElement"): each for each in root.iter(f"{DI}BPMNShape")}
    edges = {said(each, "bpmnElement"): each for each in root.iter(f"{DI}BPMNEdge")}
    return Drawing(
        shapes={id: _box(shape.find(f"{DC}Bounds")) for id, shape in shapes.items()},
        labels={
            id: _box(each.find(f"{DI}BPMNLabel/{DC}Bounds"))
            for id, each in {**shapes, **edges}.items()
            if each.find(f"{DI}BPMNLabel") is not None
        },
        edges={
            id: [(float(said(point, "x")), float(said(point, "y"))) for point in edge.iter(WAYPOINT)]
            for id, edge in edges.items()
        },
        ends={
            said(flow, "id"): (said(flow, "sourceRef"), said(flow, "targetRef"))
            for flow in root.iter(f"{BPMN}sequenceFlow")
        },
        lanes={
            reference.text or "": said(lane, "id")
            for lane in root.iter(f"{BPMN}lane")
            for reference in lane.iter(f"{BPMN}flowNodeRef")
        },
        hosts={
            said(event, "id"): said(event, "attachedToRef") for event in root.iter(f"{BPMN}boundaryEvent")
        },
    )


def said(element: etree._Element, name: str) -> str:
    value = element.get(name)
    assert value is not None, f"{element.tag} has no {name}"
    return value


def crossings(drawn: Drawing) -> list[tuple[str, str]]:
    """Pairs of flows of which a horizontal and a vertical part cross; meeting at an end of a part is no crossing."""
    flows = sorted(drawn.edges)
    return [
        (one, other)
        for n, one in enumerate(flows)
        for other in flows[n + 1 :]
        if any(
            _cross(a, b)
            for a in pairwise(drawn.edges[one])
            for b in pairwise(drawn.edges[other])
        )
    ]  # fmt: skip


def run_through(drawn: Drawing) -> list[tuple[str, str]]:
    """Flows that run through a shape which is not one of their ends."""
    found = []
    for flow, points in drawn.edges.items():
        for node, box in drawn.nodes().items():
            ends = {*drawn.ends[flow], *(drawn.hosts.get(end) for end in drawn.ends[flow])}
            if node not in ends and any(_touches(box, part) for part in pairwise(points)):
                found.append((flow, node))
    return found


def _cross(one, other):
    (h, v) = (one, other) if one[0][1] == one[1][1] else (other, one)
    if h[0][1] != h[1][1] or v[0][0] != v[1][0]:
        return False
    left, right = sorted((h[0][0], h[1][0]))
    top, bottom = sorted((v[0][1], v[1][1]))
    return left < v[0][0] < right and top < h[0][1] < bottom


def _touches(box, part):
    (x1, y1), (x2, y2) = part
    left, right = sorted((x1, x2))
    top, bottom = sorted((y1, y2))
    return left < box.x + box.width and right > box.x and top < box.y + box.height and bottom > box.y


def _box(bounds):
    return Box(**{key: float(bounds.get(key)) for key in ("x", "y", "width", "height")})
