"""Cases over the interface: from a bare diagram to the close, seen by those who may."""

from tests.world import GRID


def test_bare_bpmn_runs_from_draft_to_close(operator, world):
    from tests.api import diagrams

    operator.publish("three", diagrams.plain(tasks=3))
    case = operator.open("three", GRID, data={"户数": 42})

    elements = []
    while case["status"] == "open":
        page = operator.get("steps/", {"case": case["number"]}).json()
        step = page["results"][0]
        elements.append(step["element"])
        case = operator.post(f"steps/{step['id']}/complete/", {"data": {step["element"]: True}}).json()

    assert elements == ["task_1", "task_2", "task_3"]
    assert (case["status"], case["outcome"], case["steps"]) == ("closed", "办结", [])
    assert case["data"]["户数"] == 42
    assert case["data"]["task_3"] is True
