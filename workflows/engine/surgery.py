"""Moving work by hand: forward, back, out of a scope or into one, with what depends on it.

The state has no history, so what "came out of" a step is read from the diagram: what stands where every way leads through
the step, or through a join behind it that will be passed again, goes back with the work. Other branches live on.
"""

from __future__ import annotations

from workflows.engine.activities import HumanStep
from workflows.engine.core import STARTED, WAITING, Element, Frame, Token
from workflows.engine.errors import CannotMove, Phrase
from workflows.engine.gateways import Parallel
from workflows.engine.machine import Machine
from workflows.engine.plan import Region
from workflows.engine.throwing import listen

UNKNOWN = Phrase("流程里没有这个环节", "the process has no such element")
NO_PLACE = Phrase("这里不能停放", "nothing can be put there")
NOT_BEFORE = Phrase("它不在当前环节之前", "it does not come before this step")
ANOTHER_SCOPE = Phrase(
    "它在已结束的子流程里，只能逐步重走",
    "it lies in a scope that is over; all steps from there have to be done again",
)
IN_A_LOOP = Phrase("它在另一个多实例里", "it is inside another multi-instance")


def move(token: Token, to: str) -> None:
    """Take one token and put it at another element. All others stay as they are."""
    element, frame = _target(token, to)
    machine = token.frame.machine
    place: Token | None = token
    while place is not None and place.frame is not frame:
        alone = len(place.frame.tokens()) == 1
        if not alone:
            place.frame.remove(place)
            place = None
        else:
            place = place.frame.host
    if place is not None:
        frame.remove(place)
    _put(machine, element, frame)


def send_back(token: Token, to: str) -> None:
    """Do an earlier step again. What came out of it is cancelled; branches beside it live on, as do what they finished."""
    element, frame = _target(token, to)
    place = _ancestor_in(token, frame)
    step = _entered_through(element, frame)
    graph = frame.region.graph if frame.region else None
    assert graph is not None
    if place is None or place.element.node.id not in graph.ahead(step):
        raise CannotMove(element=to, what=NOT_BEFORE)
    again = {step, graph.first_common(step, place.element.node.id)}
    came_out = [
        other for other in frame.tokens() if other is place or any(_came_out_of(other, id) for id in again)
    ]
    finished = _finished_branches(place, step, frame, gone=came_out)
    for other in came_out:
        frame.remove(other)
    machine = frame.machine
    for join, flow in finished:
        arrival = machine.token(join, frame)
        arrival.via, arrival.state = flow, WAITING
    _put(machine, element, frame)


def earlier(token: Token, to: str) -> tuple[Element, Frame]:
    """A step of people before this one in the same process, and the frame it would stand in. Raises CannotMove."""
    element, frame = _target(token, to)
    place = _ancestor_in(token, frame)
    if not isinstance(element, HumanStep):
        raise CannotMove(element=to, what=NO_PLACE)
    if frame.spec is not token.frame.spec or element.region is not frame.region:
        raise CannotMove(element=to, what=ANOTHER_SCOPE)
    if place is None or place.element is element or place.element.node.id not in frame.region.graph.ahead(to):
        raise CannotMove(element=to, what=NOT_BEFORE)
    return element, frame


def earlier_steps(token: Token) -> tuple[str, ...]:
    """The steps of people that lie before a token and can be done again, in document order, its own scope first."""
    found: list[str] = []
    place: Token | None = token
    while place is not None:
        if place.frame.region is not None:
            found += _people_before(place, place.frame.region)
        place = place.frame.host
    return tuple(id for id in dict.fromkeys(found) if id != token.element.node.id)


def _people_before(place: Token, region: Region) -> list[str]:
    graph, elements = region.graph, place.frame.spec.elements
    steps = [
        id for id in graph.before if isinstance(elements[id], HumanStep) and not elements[id].node.compensates
    ]
    return [id for id in steps if place.element.node.id in graph.ahead(id)]


def _target(token: Token, to: str) -> tuple[Element, Frame]:
    """The element, and the innermost frame around the token that holds it or a scope it is in."""
    around: Token | None = token
    while around is not None:
        frame = around.frame
        element = frame.spec.elements.get(to)
        if element is not None and any(region is frame.region for region in _scopes_of(element)):
            if (
                element.node.kind in ("boundaryEvent", "startEvent")
                or element.node.is_event_scope
                or element.node.compensates
            ):
                raise CannotMove(element=to, what=NO_PLACE)
            return element, frame
        around = frame.host
    raise CannotMove(element=to, what=UNKNOWN)


def _scopes_of(element: Element) -> list[Region]:
    """The regions an element lies in, from its own outward."""
    scopes = [element.region]
    while scopes[-1].host is not None:
        scopes.append(scopes[-1].host.region)
    return scopes


def _ancestor_in(token: Token, frame: Frame) -> Token | None:
    place: Token | None = token
    while place is not None and place.frame is not frame:
        place = place.frame.host
    return place


def _entered_through(element: Element, frame: Frame) -> str:
    """The element of this frame's own scope that is or holds the target."""
    while element.region is not frame.region:
        assert element.region.host is not None
        element = element.region.host
    return element.node.id


def _came_out_of(token: Token, step: str) -> bool:
    """Whether every way to where a token stands leads through the step; an arrival at a join stands on its flow."""
    assert token.frame.region is not None
    graph = token.frame.region.graph
    if token.via is not None and token.state == WAITING and token.element.joins:
        return graph.dominates(step, graph.sources[token.via])
    return graph.dominates(step, token.element.node.id)


def _finished_branches(
    place: Token, step: str, frame: Frame, *, gone: list[Token]
) -> list[tuple[Element, str]]:
    """Joins behind the step that were passed already, with the flows whose branches will not come again."""
    assert frame.region is not None
    graph = frame.region.graph
    between = graph.ahead(step) & graph.reaching(place.element.node.id, set())
    staying = [token for token in frame.tokens() if token not in gone]
    found = []
    for id in graph.before:
        join = frame.spec.elements[id]
        if id in between and id != step and isinstance(join, Parallel) and join.joins:
            comes_again = graph.ahead(step, short_of=id)
            for flow in join.incoming:
                source = graph.sources[flow]
                if source not in comes_again and not _will_come(staying, join, flow):
                    found.append((join, flow))
    return found


def _will_come(tokens: list[Token], join: Element, flow: str) -> bool:
    assert join.region is not None
    graph = join.region.graph
    source = graph.sources[flow]
    return any(
        (token.element is join and token.via == flow)
        or (token.element is not join and token.element.node.id in graph.reaching(source, {join.node.id}))
        for token in tokens
    )


def _put(machine: Machine, element: Element, frame: Frame) -> None:
    """Place a token, opening the scopes between the frame and the element without starting them."""
    for region in reversed(_between(element, frame)):
        assert region.host is not None
        if region.host.loop is not None:
            raise CannotMove(element=element.node.id, what=IN_A_LOOP)
        host = machine.token(region.host, frame)
        region.host.arrive(host)
        host.state = STARTED
        frame = machine.open_frame(host, kind="sub", region=region)
        listen(frame)
    machine.place(element, frame)


def _between(element: Element, frame: Frame) -> list[Region]:
    """The regions from the element's own out to, but without, the frame's."""
    scopes = _scopes_of(element)
    return scopes[: next(n for n, region in enumerate(scopes) if region is frame.region)]
