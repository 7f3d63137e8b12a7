"""What a multi-instance throws while its instances end, and BPMN's own names of its counters."""

import pytest

from tests.engine.drawing import drawn
from tests.engine.driver import Walk, begun
from tests.engine.story import told
from workflows import engine
from workflows.bpmn import DiagramRefused, read

LOOP = "<multiInstanceLoopCharacteristics>"
TEAM = "start s; user A times=3; user N; {more}; s > A > N"


def throwing(
    behavior: str, *, more: str = "", event: str = "", inside: str = "", process: str = TEAM
) -> Walk:
    data = drawn(process.format(more=more or "end z")).decode()
    data = data.replace(LOOP, f"<multiInstanceLoopCharacteristics {behavior}>")
    data = data.replace("</multiInstanceLoopCharacteristics>", f"{inside}</multiInstanceLoopCharacteristics>")
    data = data.replace("<process ", f"{event}<process ", 1)
    return Walk(engine.compile_plan([read(data.encode())])).start()


SIGNAL = '<signal id="go" name="go"/><signalEventDefinition id="ev" signalRef="go"/>'
STEP = '<escalation id="up" escalationCode="up"/><escalationEventDefinition id="ev" escalationRef="up"/>'
SIDE = "boundary b on A {kind} non; user H; b > H"


def test_behavior_none_throws_for_each_instance():
    walk = throwing(
        'behavior="None" noneBehaviorEventRef="ev"', event=SIGNAL, more=SIDE.format(kind="signal=go")
    )

    told(walk, "-> A A A\nA -> A A H\nA -> A H H\nA -> N H H H")


def test_behavior_one_throws_for_the_first_instance():
    walk = throwing(
        'behavior="One" oneBehaviorEventRef="ev"', event=STEP, more=SIDE.format(kind="escalation=up")
    )

    told(walk, "A -> A A H\nA -> A H\nA -> N H")


def test_an_interrupting_boundary_ends_the_loop():
    more = "boundary b on A signal=go; user H; b > H"

    told(throwing('behavior="One" oneBehaviorEventRef="ev"', event=SIGNAL, more=more), "A -> H\nH -> end")


def test_behavior_complex_throws_what_its_definitions_say():
    inside = (
        "<complexBehaviorDefinition><condition>nrOfCompletedInstances == 2</condition>"
        '<event><escalationEventDefinition escalationRef="up"/></event></complexBehaviorDefinition>'
    )
    walk = throwing('behavior="Complex"', event=STEP, inside=inside, more=SIDE.format(kind="escalation=up"))

    told(walk, "A -> A A\nA -> A H\nA -> N H")


def test_behavior_all_throws_nothing_and_tells_nobody():
    walk = throwing('behavior="All"', event=SIGNAL, more=SIDE.format(kind="signal=go"))

    told(walk, "A -> A A\nA -> A\nA -> N")


def test_what_is_thrown_is_told_outside():
    walk = throwing('behavior="One" oneBehaviorEventRef="ev"', event=SIGNAL).complete("A")

    assert [effect.name for effect in walk.effects if isinstance(effect, engine.SignalSent)] == ["go"]


@pytest.mark.parametrize("ref", ['noneBehaviorEventRef="gone"', ""])
def test_an_event_that_is_not_there_is_refused(ref):
    with pytest.raises(DiagramRefused):
        throwing(f'behavior="None" {ref}')


def test_the_counters_have_bpmns_own_names_too():
    process = "start s; user A times=4 until='numberOfCompletedInstances / numberOfInstances >= 0.5'; user N; s > A > N"

    told(begun(process), "A -> A A A\nA -> N")
    assert "numberOfInstances" not in begun(process).run().steps()[0].instance
