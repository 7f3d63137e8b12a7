"""What verbs are called: a check is passed or not, a diagram may say it in words of its own; keys stay keys."""

import pytest

from casework.queries.cases import open_work, timeline
from casework.queries.viewers import viewer_for
from casework.verbs import STEP_VERBS, at_step, own_words, words_at
from tests.diagrams import chain, task
from tests.services.shapes import END, START, A, at_b

pytestmark = pytest.mark.django_db


def body(**settings):
    b = task("B", name="核查", level="town", post="enforcement", verbs="approve reject return", **settings)
    return START + A + b + END + chain("s", "A", "B", "e")


@pytest.mark.parametrize(
    ("settings", "approve", "told"),
    [
        ({}, "同意", "同意"),
        ({"stage": "核查"}, "通过", "核查通过"),
        ({"stage": "核查", "words": "approve=属实 reject=不属实"}, "属实", "属实"),
        ({"words": "reject=不属实"}, "同意", "同意"),
    ],
    ids=["usual", "stage", "own words", "own words for another"],
)
def test_a_verb_is_called_as_its_step_says(settings, approve, told, world):
    at = at_b(world, "plain", body=body(**settings))
    (work,) = open_work(at.case, viewer_for(world.enforcement))
    labels = {verb.key: str(verb.label) for verb in work.verbs}

    assert labels["approve"] == approve
    at.act("approve", "enforcement", comment="已看")

    entry = next(entry for entry in timeline(at.case) if entry.kind == "approved")
    assert str(entry.words) == told
    assert at.case.data["结论"] == "同意"  # what the diagram asks stays the same


def test_words_that_name_no_verb_are_left_out():
    assert own_words("approve=属实 explode=爆炸 reject= x") == {"approve": "属实"}
    assert words_at(STEP_VERBS["return"], {"stage": "核查"}) is STEP_VERBS["return"].label
    assert at_step(STEP_VERBS["claim"], {"stage": "核查"}) is STEP_VERBS["claim"]
