"""The diagrams that are measured: an ordinary matter, a loop, and thirty forks in a row."""

from tests.diagrams import chain, diagram, flow, task

DEPARTMENTS = ("housing", "police", "urban")
PAIRS = 30


def step(element: str) -> str:
    """Always the same post, so that choosing it costs the same everywhere."""
    return task(element, level="town", post="planning", verbs="complete approve reject return")


def ordinary() -> str:
    """Triage, the neighbourhood with a timer, the sub-district, three departments at once, verification."""
    timer = (
        '<boundaryEvent id="late" attachedToRef="near" cancelActivity="false"><timerEventDefinition>'
        "<timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>"
        '<endEvent id="told"/>'
    )
    return (
        '<startEvent id="s"/><endEvent id="e"/><parallelGateway id="fork"/><parallelGateway id="join"/>'
        + '<exclusiveGateway id="well" default="well_e"/>'
        + timer
        + "".join(step(element) for element in ("triage", "near", "town", *DEPARTMENTS, "verify"))
        + chain("s", "triage", "near", "town", "fork")
        + "".join(chain("fork", department, "join") for department in DEPARTMENTS)
        + chain("join", "verify", "well")
        + flow("well", "e")
        + flow("well", "town", "结论 == '退回'")
        + flow("late", "told")
    )


def loop() -> str:
    """One step that can be sent back to itself for ever."""
    return (
        '<startEvent id="s"/><endEvent id="e"/><exclusiveGateway id="again" default="again_e"/>'
        + step("work")
        + chain("s", "work", "again")
        + flow("again", "e")
        + flow("again", "work", "结论 == '退回'")
    )


def forks() -> bytes:
    """Thirty fork/join pairs, each over two empty events, walked in one move."""
    parts = ['<startEvent id="s"/><endEvent id="e"/>']
    before = "s"
    for number in range(PAIRS):
        fork, join, left, right = (f"{name}{number}" for name in ("fork", "join", "left", "right"))
        parts += [f'<parallelGateway id="{fork}"/><parallelGateway id="{join}"/>']
        parts += [f'<intermediateThrowEvent id="{left}"/><intermediateThrowEvent id="{right}"/>']
        parts += [chain(before, fork, left, join), chain(fork, right, join)]
        before = join
    return diagram("".join(parts) + chain(before, "e"))
