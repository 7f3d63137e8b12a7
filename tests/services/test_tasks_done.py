"""到达, 无变化, done: one tap counts once, and what a task asks for is asked of everybody."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.utils import timezone
from PIL import Image

from casework.errors import FormRefused, NotFound, NotNow, NotValid, NotYours
from casework.models import CaseEvent, Finding, Task, TaskState
from casework.queries.viewers import viewer_for
from casework.services.intake import NewReport, submit_report
from casework.services.tasks.doing import Done, Here, arrive, finish
from casework.services.tasks.planning import Plan, send_task
from grid.services.photos import store_photo
from tests.api import diagrams
from tests.api.conftest import Api
from tests.world import GRID

HERE = Here(lat=30.8, lon=108.4, accuracy=12)

pytestmark = pytest.mark.django_db


def sent(world, **said) -> Task:
    plan = Plan(**{"title": "巡查消防通道", "area": GRID} | said)
    template = send_task(plan, key=uuid4(), by=viewer_for(world.duty_chief))
    return template.tasks.get()


def test_arriving_where_nothing_else_is_asked_is_doing_it_and_twice_is_once(world):
    task, worker = sent(world), viewer_for(world.grid_worker)

    first = arrive(task.pk, here=HERE, by=worker)
    again = arrive(task.pk, here=None, by=worker)

    assert (first.state, first.outcome, first.done_by_id) == ("done", "in_order", world.grid_worker.pk)
    assert (again.done_at, again.here_lat) == (first.done_at, 30.8)


def test_arriving_where_more_is_asked_only_says_so(world):
    task = sent(world, needs_photo=True)

    arrived = arrive(task.pk, here=HERE, by=viewer_for(world.grid_worker))

    assert (arrived.state, arrived.arrived_by_id) == (TaskState.OPEN, world.grid_worker.pk)


def test_no_change_is_one_tap_and_asks_nothing(world):
    task = sent(world, kind="visit", questions=["身体怎么样"])
    worker = viewer_for(world.grid_worker)

    for _again in range(2):
        done = finish(task.pk, Done(outcome="no_change"), by=worker)

    assert (done.outcome, done.answers, Task.objects.count()) == ("no_change", None, 1)


def test_answers_are_checked_and_kept(world):
    task, worker = sent(world, questions=["通道畅通"]), viewer_for(world.grid_worker)

    with pytest.raises(FormRefused):
        finish(task.pk, Done(outcome="in_order"), by=worker)
    done = finish(task.pk, Done(outcome="found", fields={"问1": "异常"}, comment="堆了纸箱"), by=worker)

    assert done.answers == {"问1": "异常"}
    assert done.comment == "堆了纸箱"


def test_a_photo_and_a_position_are_asked_for(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    task = sent(world, needs_photo=True, needs_position=True)
    worker = viewer_for(world.grid_worker)
    out = BytesIO()
    Image.new("RGB", (32, 24), "red").save(out, "JPEG")
    photo = store_photo(out.getvalue(), owner=world.grid_worker)

    with pytest.raises(NotValid) as refused:
        finish(task.pk, Done(outcome="in_order"), by=worker)
    assert set(refused.value.fields) == {"photos", "here"}
    with pytest.raises(NotValid):
        finish(task.pk, Done(outcome="in_order", photos=["0" * 64], here=HERE), by=worker)
    done = finish(task.pk, Done(outcome="in_order", photos=[photo.sha256], here=HERE), by=worker)

    assert [each.photo_id for each in done.photos.all()] == [photo.pk]


def test_without_a_position_one_says_why(world):
    task, worker = sent(world, needs_position=True), viewer_for(world.grid_worker)

    with pytest.raises(NotValid):
        arrive(task.pk, here=None, by=worker)
    done = finish(task.pk, Done(outcome="in_order", comment="地下车库没有信号"), by=worker)

    assert done.state == TaskState.DONE


def test_it_is_done_by_one(world):
    task = sent(world)
    arrive(task.pk, here=None, by=viewer_for(world.grid_worker))
    Task.objects.filter(pk=task.pk).update(done_by=world.grid_head)

    with pytest.raises(NotNow) as told:
        finish(task.pk, Done(outcome="in_order"), by=viewer_for(world.grid_worker))

    assert str(world.grid_head) in str(told.value.message)


@pytest.mark.parametrize(
    ("who", "error"),
    [("other_grid_worker", NotFound), ("duty_chief", NotYours), ("sibling_duty_chief", NotFound)],
)
def test_nobody_does_it_for_another(world, who, error):
    task = sent(world)

    with pytest.raises(error):
        arrive(task.pk, here=None, by=viewer_for(getattr(world, who)))

    assert Task.objects.get().state == TaskState.OPEN


def test_what_is_missed_stays_missed(world):
    task = sent(world)
    Task.objects.update(state=TaskState.MISSED)

    with pytest.raises(NotNow):
        arrive(task.pk, here=None, by=viewer_for(world.grid_worker))


def test_a_case_hears_what_came_of_its_task(world):
    Api(user=world.administrator).publish("reviewed", diagrams.with_review())
    number = Api(user=world.duty_chief).open("reviewed", GRID)["number"]
    plan = Plan(title="再看一眼", area=GRID)
    template = send_task(plan, key=uuid4(), by=viewer_for(world.duty_chief), case=number)
    worker = viewer_for(world.grid_worker)

    for _again in range(2):
        finish(template.tasks.get().pk, Done(outcome="found", comment="又来了"), by=worker)

    told = CaseEvent.objects.get(kind="task_done").data
    assert (told["outcome"], told["comment"]) == ("found", "又来了")


def test_a_report_on_the_way_belongs_to_its_task(world):
    Api(user=world.administrator).publish("reviewed", diagrams.with_review())
    task, other = sent(world), sent(world)
    Task.objects.filter(pk=other.pk).update(post="elsewhere")
    worker = viewer_for(world.grid_worker)
    reports = [NewReport(token=uuid4(), matter="reviewed", area=GRID, task=each.pk) for each in (task, other)]

    cases = [submit_report(report, by=worker) for report in [*reports, reports[0]]]

    assert list(Finding.objects.values_list("task", "case")) == [(task.pk, cases[0].pk)]
    assert timezone.now() - Finding.objects.get().at < timedelta(hours=1)
