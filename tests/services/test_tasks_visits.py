"""Visits that the ledger asks for: a task while a record is due, written back when somebody was there."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from casework.models import Cycle, Task, TaskState, TaskTemplate
from casework.queries.viewers import viewer_for
from casework.services.tasks.doing import Done, finish
from casework.services.tasks.making import make_due
from casework.services.tasks.visiting import settle_visits
from grid.models import LedgerRecord, LedgerVisit
from grid.services.ledgers import writing
from grid.services.ledgers.keeping import Keeper
from grid.services.visits import NewVisit, visit
from tests.world import GRID, OTHER_GRID, TOWN, post_code

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def record(world) -> LedgerRecord:
    """An old man who has been due for two days, and the template that looks for such as him."""
    keeper = Keeper(user_id=world.grid_worker.pk, post="p", sees=(GRID,), keeps=(GRID,))
    found = writing.enter("person", {"title": "王桂芳", "area": GRID, "tags": ["独居老人"]}, by=keeper)
    LedgerRecord.objects.update(next_visit_on=timezone.localdate() - 2 * DAY, lat=30.8, lon=108.4)
    today = timezone.localdate()
    TaskTemplate.objects.create(
        title="台账走访",
        kind="visit",
        cycle=Cycle.LEDGER,
        area=world.area(TOWN),
        area_code=TOWN,
        due_time=time(20),
        starts_on=today,
        next_on=today,
        made_by=world.duty_chief,
        made_at=timezone.now(),
    )
    return found


def made(*, later: timedelta = timedelta()) -> Task:
    make_due(on=timezone.localdate() + later)
    return Task.objects.get(state=TaskState.OPEN)


def test_a_record_that_is_due_has_one_open_task_with_its_masked_name(world, record):
    first = made()
    again = made(later=DAY)

    assert again.pk == first.pk
    assert (first.title, first.post, first.lat) == ("王*芳", post_code("grid_worker"), 30.8)
    assert (first.subject_kind, first.subject_id) == ("ledger", record.pk)
    assert timezone.localdate(first.due_at) == timezone.localdate()


def test_no_change_is_a_visit_in_the_ledger_once(world, record):
    task = made()

    for _again in range(2):
        finish(task.pk, Done(outcome="no_change"), by=viewer_for(world.grid_worker))

    kept = LedgerVisit.objects.get()
    assert (kept.record_id, kept.result, kept.by_id) == (record.pk, "unchanged", world.grid_worker.pk)
    record.refresh_from_db()
    assert record.next_visit_on > timezone.localdate()
    make_due(on=timezone.localdate() + DAY)
    assert not Task.objects.filter(state=TaskState.OPEN).exists()


def test_who_moved_to_another_grid_meanwhile_has_been_visited_all_the_same(world, record):
    task = made()
    moved = world.area(OTHER_GRID)
    LedgerRecord.objects.filter(pk=record.pk).update(area=moved, area_code=moved.code)

    finish(task.pk, Done(outcome="no_change"), by=viewer_for(world.grid_worker))

    assert LedgerVisit.objects.get().record_id == record.pk


def test_who_was_not_met_comes_again(world, record):
    first = made()
    finish(first.pk, Done(outcome="not_met"), by=viewer_for(world.grid_worker))

    assert LedgerVisit.objects.get().result == "absent"
    assert made(later=DAY).subject_id == record.pk
    assert Task.objects.count() == 2


def test_a_visit_kept_in_the_ledger_closes_its_task(world, record):
    task = made()
    keeper = Keeper(user_id=world.grid_head.pk, post="p", sees=(GRID,), keeps=(GRID,))
    visit(NewVisit(token=uuid4(), record=record.pk, result="unchanged"), by=keeper)

    assert settle_visits(record=record.pk + 1) == 0
    assert settle_visits() == 1
    task.refresh_from_db()
    assert (task.state, task.outcome, task.done_by_id) == ("done", "no_change", world.grid_head.pk)
