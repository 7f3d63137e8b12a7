"""Through a case's time: after each act exactly what was open then, also where it was taken back later."""

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.queries.travel import travel
from casework.queries.viewers import viewer_for
from casework.services.acts import undoing
from tests.diagrams import chain, flow, publish, task
from tests.services.test_walk import act, opened, step_of
from workflows.models import Step

pytestmark = pytest.mark.django_db

SIDE_BY_SIDE = (
    '<startEvent id="s"/><parallelGateway id="f"/><parallelGateway id="j"/>'
    + "".join(task(element, name=element, level="town", post="planning") for element in "abc")
    + task("review", name="审核", level="town", post="duty_officer", verbs="approve return")
    + '<exclusiveGateway id="g" default="g_e"/><endEvent id="e"/>'
    + chain("s", "f", "a", "j", "review", "g", "e")
    + chain("f", "b", "j")
    + flow("g", "c", "结论 == '退回'")
    + flow("c", "review")
)


def here(case):
    return set(Step.objects.open().filter(run=case.run).values_list("element", flat=True))


def acts(world, case, choices):
    """Acts as chosen, some taken back at once; after each the elements that are open."""
    seen = [here(case)]
    for choice, is_undone in choices:
        steps = list(Step.objects.open().filter(run=case.run).order_by("element"))
        if not steps:
            return seen
        step = steps[choice % len(steps)]
        who, verb = (world.duty_officer, ("approve", "return")[choice % 2])
        if step.element != "review":
            who, verb = world.planning, "complete"
        act(step, verb, who, **({"comment": "再核实"} if verb == "return" else {}))
        seen.append(here(case))
        if is_undone:
            undoing.undo(case.number, by=viewer_for(who))
            seen.append(here(case))
    return seen


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=8))
def test_each_moment_shows_what_was_open_then(world, choices):
    publish("m", SIDE_BY_SIDE, now=timezone.now())
    case = opened(world)

    seen = acts(world, case, choices)

    case.refresh_from_db()
    assert [set(moment.now) for moment in travel(case)] == seen


def test_the_page_tells_the_same_in_a_list(world):
    publish("m", SIDE_BY_SIDE, now=timezone.now())
    case = opened(world)
    act(step_of(case, "a"), "complete", world.planning)
    client = Client()
    client.force_login(world.duty_officer)

    page = client.get(f"/desk/cases/{case.number}/travel/")

    assert [moment.names for moment in page.context["moments"]] == [("a", "b"), ("b",)]
    assert page.context["marks"][1] == {"now": ("b",), "done": ("a",)}
    assert page.content.count(b'class="travel__moment"') == 2
    client.force_login(world.sibling_duty_officer)
    assert client.get(f"/desk/cases/{case.number}/travel/").status_code == 404


def test_at_the_end_the_whole_way_is_known(world):
    publish("m", SIDE_BY_SIDE, now=timezone.now())
    case = opened(world)
    for element, who, verb in (
        ("a", world.planning, "complete"),
        ("b", world.planning, "complete"),
        ("review", world.duty_officer, "approve"),
    ):
        act(step_of(case, element), verb, who)
    case.refresh_from_db()

    last = travel(case)[-1]

    assert last.now == ()
    assert {"s", "s_f", "a", "b", "j", "review", "g_e", "e"} <= set(last.done)
