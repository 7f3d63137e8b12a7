"""Two sweeps at once, two taps at once: one period's tasks, one answer."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from casework.models import Task, TaskTemplate
from casework.queries.viewers import viewer_for
from casework.services.tasks.doing import arrive
from casework.services.tasks.making import make_due, make_period
from casework.services.tasks.planning import Plan, add_template, send_task
from tests.chaos.test_ground_races import at_once
from tests.world import DISTRICT, GRID, TOWN

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]


def test_sweeps_at_once_make_each_task_once(world):
    add_template(Plan(title="巡查", area=DISTRICT), by=viewer_for(world.district_dispatcher))
    today = timezone.localdate()
    grids = Task.objects.count()
    tomorrow = today + timedelta(days=1)
    template = TaskTemplate.objects.get()

    at_once(lambda: make_due(on=tomorrow))
    at_once(lambda: make_period(template, on=tomorrow))

    assert grids == len([code for code in world.areas if len(code) == 15])
    assert Task.objects.filter(period=tomorrow).count() == grids


def test_the_same_tap_at_once_is_one_task_and_one_answer(world):
    chief, worker, key = viewer_for(world.duty_chief), viewer_for(world.grid_worker), uuid4()

    sent = at_once(lambda: send_task(Plan(title="再看看", area=TOWN, grids=[GRID]), key=key, by=chief).pk)
    assert len(set(sent)) == 1
    task = Task.objects.get()
    done = at_once(lambda: arrive(task.pk, here=None, by=worker).done_at)

    assert len(set(done)) == 1
