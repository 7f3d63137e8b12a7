"""Moves of a run by which others come to a step: they sign it too, do it, or mend what came before it."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.engine import Errand, together
from workflows.engine.errands import When
from workflows.models import Step
from workflows.projection import Move, Walk, settle
from workflows.services import refusals


def add_signers(walk: Walk, step: Step, signers: Sequence[Errand], *, when: When) -> Move:
    """加签: others sign this step too, before, beside or after its own people. Raises StepNotOpen."""
    with refusals():
        together.add_signers(walk.live, step.token, signers, when=when)
    return settle(walk)


def add_instances(walk: Walk, step: Step, asked: Sequence[tuple[object, Sequence[str]]]) -> Move:
    """加签 in a countersign: more beside the others, each an item with its posts. Raises StepNotOpen."""
    with refusals():
        for item, posts in asked:
            together.add_instance(walk.live, step.token, item, posts)
    return settle(walk)


def delegate(walk: Walk, step: Step, errand: Errand) -> Move:
    """委托: somebody else does this step; its own people end it when he has. Raises StepNotOpen."""
    with refusals():
        together.delegate(walk.live, step.token, errand)
    return settle(walk)


def mend(walk: Walk, step: Step, errand: Errand, *, to: str, posts: Sequence[str], outcome: str) -> Move:
    """退回, and straight back: an earlier step is done again, then this one by `posts`. Raises MoveRefused."""
    with refusals():
        if to:
            together.mend(walk.live, step.token, to, errand, posts=posts)
        else:
            together.ask_again(walk.live, step.token, errand, posts=posts)
    return settle(walk, done=step, outcome=outcome)


def send_back_asking(walk: Walk, step: Step, errand: Errand, *, to: str, outcome: str) -> Move:
    """退回: an earlier step is done again with all that follows, as soon as somebody has mended what he brought."""
    stood = {open_.token for open_ in walk.live.steps()}
    with refusals():
        walk.live.send_back(step.token, to)
        again = next(open_ for open_ in walk.live.steps() if open_.token not in stood)
        together.mend_first(walk.live, again.token, errand)
    return settle(walk, done=step, outcome=outcome)


def drop(walk: Walk, step: Step, posts: Sequence[str]) -> tuple[Move, tuple[str, ...]]:
    """减签: who was asked by this step and has not done it need not; which posts that were."""
    with refusals():
        found = together.drop(walk.live, step.token, posts)
    return settle(walk), found
