"""What a diagram goes through: reading, judgement, and a walk at random, saved and loaded between all moves."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from tests.engine.driver import Walk
from workflows import engine
from workflows.bpmn import CheckContext, DiagramRefused, check, read
from workflows.engine import EngineError, decisions

MOVES = 25
OUTCOMES = ("办理", "同意", "驳回", "退回")


def live(data: bytes, chance: Random, *, tables: Mapping[str, bytes]) -> str:
    """How far it came. Any error but a refusal goes through to the caller."""
    try:
        diagram = read(data)
    except DiagramRefused:
        return "unreadable"
    # Forms, posts and services are unknown to the engine; what it needs to build, the check has to ask for.
    context = CheckContext(called=frozenset(), tables=frozenset(decisions.by_name(tables)))
    problems = check(diagram, context=context)
    for problem in problems:
        assert problem.text("zh-Hans")
        assert problem.text("en")
    if any(problem.severity == "error" for problem in problems):
        return "refused"
    # What passed the check must be buildable, however it was spoiled.
    plan = engine.compile_plan([diagram], tables=tables)
    return _walk(Walk(plan), chance)


def _walk(walk: Walk, chance: Random) -> str:
    try:
        walk.start()
        for _ in range(MOVES):
            if walk.ended:
                return "ended"
            if not _moved(walk, chance):
                return "waits"
    except EngineError:
        return "stopped"
    return "walks on"


def _moved(walk: Walk, chance: Random) -> bool:
    run = walk.run()
    choices = [("complete", step.token) for step in run.steps()]
    choices += [("fire", wait.token) for wait in run.waits() if wait.kind == "timer"]
    if not choices:
        return False
    verb, token = chance.choice(choices)
    if verb == "complete":
        walk.move("complete", token, {"结论": chance.choice(OUTCOMES), "数": chance.randint(-1, 5)})
    else:
        walk.move("fire", token)
    return True
