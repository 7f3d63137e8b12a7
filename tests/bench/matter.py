"""The diagrams that are measured: an ordinary matter, a loop, and thirty forks in a row."""

import re

from tests.diagrams import chain, diagram, flow, task

DEPARTMENTS = ("housing", "police", "urban")
STEPS = ("triage", "near", "town", *DEPARTMENTS, "district", "verify")
PAIRS = 30
NODES = 2000


def step(element: str) -> str:
    """Always the same post, so that choosing it costs the same everywhere."""
    return task(element, level="town", post="planning", verbs="complete approve reject return")


def ordinary() -> str:
    """Eight steps: triage, the neighbourhood with a timer, the sub-district, three departments at once, the district
    (which may send it back to the sub-district), verification.
    """
    timer = (
        '<boundaryEvent id="late" attachedToRef="near" cancelActivity="false"><timerEventDefinition>'
        "<timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>"
        '<endEvent id="told"/>'
    )
    return (
        '<startEvent id="s"/><endEvent id="e"/><parallelGateway id="fork"/><parallelGateway id="join"/>'
        + '<exclusiveGateway id="well" default="well_verify"/>'
        + timer
        + "".join(step(element) for element in STEPS)
        + chain("s", "triage", "near", "town", "fork")
        + "".join(chain("fork", department, "join") for department in DEPARTMENTS)
        + chain("join", "district", "well")
        + chain("well", "verify", "e")
        + flow("well", "town", "结论 == '退回'")
        + flow("late", "told")
    )


def plain(*, duration: str, condition: str) -> bytes:
    """The same without words of ours, for other engines: each has its own way to write a duration and a condition."""
    bare = re.sub(r' cw:[A-Za-z]+="[^"]*"', "", ordinary())
    said = 'xsi:type="tFormalExpression"'
    bare = bare.replace("<timeDuration>P3D", f"<timeDuration {said}>{duration}")
    bare = bare.replace("<conditionExpression>结论 == '退回'", f"<conditionExpression {said}>{condition}")
    return diagram(bare)


def loop() -> str:
    """One step that can be sent back to itself for ever."""
    return (
        '<startEvent id="s"/><endEvent id="e"/><exclusiveGateway id="again" default="again_e"/>'
        + step("work")
        + chain("s", "work", "again")
        + flow("again", "e")
        + flow("again", "work", "结论 == '退回'")
    )


def large() -> str:
    """Start, end and as many steps in a row as a diagram may have."""
    steps = [f"t{number}" for number in range(NODES - 2)]
    tasks = "".join(step(element) for element in steps)
    return '<startEvent id="s"/><endEvent id="e"/>' + tasks + chain("s", *steps, "e")


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
