"""Whatever people do one after the other with the verbs they are offered: it works, it can be undone, the case stays sound."""

import random

import pytest

from casework.access import verbs_allowed
from casework.queries.viewers import viewer_for
from casework.services.acts import undoing
from casework.verbs import STEP_VERBS
from grid.models import Post
from tests.services.shapes import PLACES, at_b
from tests.services.test_verbs import seen
from workflows.models import Step

pytestmark = pytest.mark.django_db

ACTS = 14
ASKING = ("transfer", "reassign", "delegate", "add-sign")
POSTS = [
    f"500101026000-{post}"
    for post in ("safety/police", "safety/safety", "centre/duty_chief", "livelihood/civil_affairs")
]


def said(verb, step, at, rng):
    """Something fitting to say with this verb at this step."""
    free = [code for code in POSTS if code not in (*step.candidates, *step.asked)]
    if verb in ASKING and not free:
        return None  # everybody has been asked already
    body = {"comment": "理由"}
    match verb:
        case "transfer" | "reassign" | "delegate":
            body["to_post"] = rng.choice(free)
        case "add-sign":
            body |= {
                "posts": rng.sample(free, k=min(2, len(free))),
                "position": rng.choice(["before", "beside", "after"]),
            }
        case "remove-sign":
            body["posts"] = [rng.choice(step.asked)]
        case "return":
            passed = Step.objects.filter(run=at.case.run_id, element="A", status="done").exists()
            body |= {"to_element": rng.choice(["A", "reporter"] if passed else ["reporter"])}
            body["straight_back"] = rng.random() < 0.5
    return body


def offered(at, rng):
    """An open step, who could do something about it, and what."""
    step = rng.choice(list(Step.objects.open().filter(run=at.case.run_id).order_by("pk")))
    user = rng.choice([step.claimed_by or at.holder(step), at.world.duty_officer])
    allowed = verbs_allowed(
        viewer_for(user), step, reporter_id=at.case.reporter_id, area_code=at.case.area_code
    )
    return step, user, [verb for verb in allowed if verb not in ("urge", "cc")]


@pytest.mark.parametrize("seed", range(10))
def test_whatever_is_offered_works(seed, world):
    rng = random.Random(seed)  # noqa: S311 - the same walk every time
    at = at_b(world, PLACES[seed % len(PLACES)])
    assert Post.objects.filter(code__in=POSTS).count() == len(POSTS)
    for _ in range(ACTS):
        if not Step.objects.open().filter(run=at.case.run_id).exists():
            break
        step, user, allowed = offered(at, rng)
        if not allowed:
            continue
        verb = rng.choice(allowed)
        words = said(verb, step, at, rng)
        if words is None:
            continue
        before = seen(at)
        name = next(name for name, one in vars(world).items() if one == user)
        at.act(verb, name, step=step, **words)
        at.ensure_sound()
        if STEP_VERBS[verb].undoable and rng.random() < 0.4:
            at.case = undoing.undo(at.case.number, by=viewer_for(user))
            assert seen(at) == before, verb
            at.ensure_sound()
