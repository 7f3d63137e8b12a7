"""SpiffWorkflow beneath us: every part of it that nobody promised must still be there, and be used in one module only."""

from importlib.metadata import version
from pathlib import Path

import pytest
from SpiffWorkflow.task import Task

import workflows.engine
from tests.engine.driver import begun, plan_of
from workflows.engine import core

ENGINE = Path(workflows.engine.__file__).parent


def test_spiffworkflow_is_the_release_that_the_hooks_were_read_in():
    assert version("SpiffWorkflow") == "3.2.0"


@pytest.mark.parametrize(
    ("owner", "hook"),
    [(owner, hook) for owner, hooks in core.HOOKS.items() for hook in hooks],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_hook_is_there(owner, hook):
    assert callable(getattr(owner, hook))


def test_attributes_are_there():
    frame = next(iter(begun("user A").run()._machine.frames.values()))
    things = {Task: frame.tokens()[0], core.Frame.__mro__[1]: frame}

    assert set(core.ATTRIBUTES) == set(things)
    for owner, names in core.ATTRIBUTES.items():
        assert [name for name in names if not hasattr(things[owner], name)] == []


def test_an_override_overrides_something():
    for ours in (core.Token, core.Element, core.Process, core.Frame):
        theirs = ours.__mro__[1]
        hooks = {name for name in vars(ours) if name.startswith("_") and not name.startswith("__")}
        assert {name for name in hooks if not hasattr(theirs, name)} <= {"_abc_impl"}, ours


def test_spiffworkflow_is_touched_in_one_module():
    touching = [path.name for path in ENGINE.glob("*.py") if "SpiffWorkflow" in _code(path)]

    assert touching == ["core.py"]


def _code(path):
    return "\n".join(line for line in path.read_text().splitlines() if "import" in line)


def test_the_tree_holds_what_stands_and_nothing_that_was_or_will_be():
    walk = begun("start s; xor m; user A; xor g; user B; s > m > A > g; g > m if again; g > B else")
    for _ in range(20):
        walk.complete("A", again=True)
    (frame,) = walk.run()._machine.frames.values()

    assert [task.task_spec.name for task in frame.tasks.values()] == ["@A", "Start"] or len(frame.tasks) == 2


def test_a_plan_is_shared_by_runs_and_not_changed_by_them():
    plan = plan_of("start s; user A times=2; s > A")
    before = [(id, len(element.flows), element.incoming) for id, element in plan.main.elements.items()]
    for _ in range(3):
        workflows.engine.start(plan, data={}, now=begun("user A").now)

    assert before == [
        (id, len(element.flows), element.incoming) for id, element in plan.main.elements.items()
    ]
