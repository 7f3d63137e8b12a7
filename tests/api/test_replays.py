"""Models as they are discovered from event logs, replayed through the interface, with as many silent steps as they have."""

from random import Random

from tests.engine.drawing import drawn
from tests.engine.test_event_logs import LONGEST, Trace, decisions, grown
from tests.world import GRID

TRACES = 3


def test_every_step_is_listed_when_its_turn_comes_and_every_case_ends(administrator, as_user, world):
    chance = Random(1)
    _model, tree, lines = grown(chance)
    administrator.publish("found", drawn(lines))
    api = as_user(world.duty_officer)

    for _ in range(TRACES):
        replay(api, tree, chance)


def replay(api, tree, chance):
    data = dict(decisions(tree, chance, turns=True))
    trace = Trace(tree, data)
    number = api.open("found", GRID, data=data)["number"]
    for n in range(LONGEST):
        listed = open_steps(api, number)
        assert sorted(listed) == sorted(id for id, _ in trace.open)
        if trace.over:
            assert api.get(f"cases/{number}/").json()["status"] == "closed"
            return
        values = dict(decisions(tree, chance, turns=n < LONGEST // 10))
        data.update(values)
        done = trace.take(chance.randrange(len(trace.open)))
        answer = api.post(f"steps/{listed[done]}/complete/", {"data": values})
        assert answer.status_code == 200, answer.content.decode()
    raise AssertionError("the trace comes to no end")


def open_steps(api, number):
    """Element → step of all pages; an element stands open once at most in these models."""
    found, query = {}, {"case": number}
    while True:
        page = api.get("steps/", query).json()
        for step in page["results"]:
            assert step["element"] not in found
            found[step["element"]] = step["id"]
        if not page["next"]:
            return found
        query["cursor"] = page["next"]
