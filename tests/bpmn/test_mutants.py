"""Diagrams broken at random: each is answered, and what the check lets pass can be built and started."""

import copy
import random
from pathlib import Path

import pytest
from lxml import etree

from workflows.bpmn import DiagramRefused, check, read
from workflows.engine import compile_plan

LIBRARY = sorted((Path(__file__).parents[2] / "workflows/library").glob("*/process.bpmn"))
#: Said by the builder only: the other processes and tables are not at hand here.
ELSEWHERE = {"called_missing", "table_missing"}
TEXTS = (
    "",
    "x",
    "1e99",
    "${x",
    "R/",
    "P",
    "P1X",
    "__import__('os')",
    "9" * 300,
    "\u3000",
    "x" * 3000,
    "＞",
    "a == 1",
)


def broken(root, rng):
    """A copy with a few elements moved, doubled, renamed or emptied and attributes changed."""
    root = copy.deepcopy(root)
    ids = [element.get("id") for element in root.iter("{*}*") if element.get("id")]
    for _ in range(rng.randint(1, 6)):
        elements = list(root.iter("{*}*"))
        one, other = rng.choice(elements), rng.choice(elements)
        parent = one.getparent()
        change = rng.choice(("drop", "double", "move", "set", "unset", "text", "rename"))
        if change == "drop" and parent is not None:
            parent.remove(one)
        elif change == "double" and one not in (other, *other.iterancestors()):
            other.append(copy.deepcopy(one))
        elif change == "move" and parent is not None and one not in (other, *other.iterancestors()):
            other.append(one)
        elif change == "set" and one.attrib:
            one.set(rng.choice(list(one.attrib)), rng.choice([*ids, *TEXTS, "~", "-1"]))
        elif change == "unset" and one.attrib:
            del one.attrib[rng.choice(list(one.attrib))]
        elif change == "text":
            one.text = rng.choice(TEXTS)
        elif change == "rename":
            one.tag = other.tag
    return etree.tostring(root)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("path", LIBRARY, ids=[path.parent.name for path in LIBRARY])
def test_a_broken_diagram_is_answered_and_what_passes_can_be_built(path, seed):
    rng = random.Random(f"{path.parent.name} {seed}")
    root = etree.fromstring(path.read_bytes())
    for _ in range(8):
        data = broken(root, rng)
        try:
            diagram = read(data)
        except DiagramRefused as refused:
            problems = refused.problems
        else:
            problems = check(diagram)
        assert all(problem.text() and problem.text("en") for problem in problems)
        if not any(problem.severity == "error" for problem in problems):
            assert built(diagram) - ELSEWHERE == set()


def built(diagram):
    """The codes of what the builder refuses."""
    try:
        compile_plan([diagram])
    except DiagramRefused as refused:
        return {problem.code for problem in refused.problems}
    return set()


@pytest.mark.parametrize("seed", range(12))
def test_broken_bytes_are_answered(seed):
    rng = random.Random(seed)
    data = bytearray(LIBRARY[0].read_bytes())
    for _ in range(20):
        for _ in range(3):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            problems = check(read(bytes(data)))
        except DiagramRefused as refused:
            problems = refused.problems
        assert all(problem.text() and problem.text("en") for problem in problems)
