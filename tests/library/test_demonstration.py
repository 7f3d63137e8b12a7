"""The stories of the demo district go where they are meant to, once."""

import pytest

from casework.models import Case, CaseEvent, Task
from casework.services.demonstration import tell
from casework.services.demonstration_stories import STORIES
from casework.services.demonstration_tasks import plan_and_do
from casework.services.journal import breaks
from tests.library.walking import open_elements
from tests.world import GRID

pytestmark = pytest.mark.django_db

# What stands open when a story has been told; nothing: the case is closed.
STANDS = {
    "truck-new": ["judge"],
    "truck-evidence": ["enforce", "site"],
    "truck-countersign": ["countersign"],
    "dispute-leak": ["grid_mediate"],
    "dispute-climbed": ["town_mediate"],
    "dispute-agreed": [],
    "dispute-threats": ["steady"],
    "elder-button": ["call_elder"],
    "elder-water": ["follow_up"],
    "housing-countersign": ["joint_review", "joint_review"],
    "event-road": ["sign_for"],
    "event-fire": ["sign_for"],
    "event-stall": ["dispatch"],
    "event-rubble": ["handle", "handle"],
    "event-rubbish": ["feedback"],
    "event-spot": [],
    "dance-evening": ["dissuade"],
}


def test_every_story_stands_where_it_should_and_is_told_once(library):
    numbers = tell(STORIES, grid=GRID)

    cases = {case.number: case for case in Case.objects.all()}
    stands = {story.key: open_elements(cases[number]) for story, number in zip(STORIES, numbers, strict=True)}
    assert stands == STANDS
    assert list(breaks()) == []

    lines = CaseEvent.objects.count()
    assert tell(STORIES, grid=GRID) == numbers
    assert (Case.objects.count(), CaseEvent.objects.count()) == (len(STORIES), lines)


@pytest.mark.django_db
def test_the_days_tasks_are_planned_once_and_one_is_done(world):
    left = plan_and_do(grid=GRID)
    tasks = Task.objects.count()

    assert left > 0
    assert plan_and_do(grid=GRID) == left
    assert Task.objects.count() == tasks
    assert Task.objects.filter(state="done").count() == 1
