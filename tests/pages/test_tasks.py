"""The pages of tasks: the day's list and its taps on the phone, coverage, templates and sending at the desk."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from casework.models import Case, Finding, Task, TaskState, TaskTemplate
from casework.queries.viewers import viewer_for
from casework.services import intake
from casework.services.intake import NewCase
from casework.services.tasks.planning import Plan, send_task
from tests.api import diagrams
from tests.api.conftest import Api
from tests.pages.phone_matter import KEY, as_person, publish_noise
from tests.world import COMMUNITY, GRID, OTHER_GRID, TOWN

pytestmark = pytest.mark.django_db
TODAY = reverse("phone:today")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def sent(world, **said) -> Task:
    due = timezone.localdate() + timedelta(days=1)
    plan = replace(Plan(title="消防通道", area=GRID, ends_on=due), **said)
    return send_task(plan, key=uuid4(), by=viewer_for(world.duty_chief)).tasks.get()


def page_of(user, address=TODAY) -> str:
    return as_person(user).get(address).content.decode()


def photo() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (32, 24), "red").save(out, "JPEG")
    return SimpleUploadedFile("a.jpg", out.getvalue(), "image/jpeg")


def test_the_first_page_leads_with_what_is_due_first_and_lists_the_day(world):
    soon = sent(world, ends_on=timezone.localdate() + timedelta(days=1))
    later = sent(world, title="独居老人", kind="visit", ends_on=timezone.localdate() + timedelta(days=2))

    page = page_of(world.grid_worker)

    assert page.index(reverse("phone:task", args=[soon.pk])) < page.index("今日任务")
    assert page.index("今日任务") < page.index(reverse("phone:task_no_change", args=[later.pk]))
    assert '<span class="tabbar__count">2' in page
    assert "还有 2 项" in page
    assert reverse("phone:task", args=[soon.pk]) not in page_of(world.other_grid_worker)


def test_a_tap_does_it_and_the_list_says_so(world):
    arrive, visit = sent(world), sent(world, title="独居老人", kind="visit")
    worker = as_person(world.grid_worker)

    for _again in range(2):
        answer = worker.post(reverse("phone:task_no_change", args=[visit.pk]), follow=True)
    worker.post(reverse("phone:task_arrive", args=[arrive.pk]), {"here.lat": "30.8", "here.lon": "108.4"})

    assert "独居老人：无变化" in answer.content.decode()
    assert set(Task.objects.values_list("state", flat=True)) == {TaskState.DONE}
    assert Task.objects.get(pk=arrive.pk).here_lat == 30.8
    assert "全部完成" in page_of(world.grid_worker)


def test_arriving_leads_on_where_more_is_asked(world):
    task = sent(world, questions=["通道畅通"])

    answer = as_person(world.grid_worker).post(reverse("phone:task_arrive", args=[task.pk]))

    assert answer.url == reverse("phone:task", args=[task.pk])
    assert "通道畅通" in page_of(world.grid_worker, answer.url)


def test_a_position_that_is_needed_is_asked_for_in_words(world):
    task = sent(world, needs_position=True)

    answer = as_person(world.grid_worker).post(
        reverse("phone:task_arrive", args=[task.pk]), {"here.lat": "90.5", "here.lon": "x"}
    )

    assert answer.status_code == 422
    assert "请打开手机定位" in answer.content.decode()
    assert Task.objects.get().state == TaskState.OPEN


def test_answers_and_photos_are_kept_and_what_is_refused_keeps_them(world):
    task = sent(world, questions=["灭火器在有效期内", "出口畅通"], needs_photo=True)
    worker, address = as_person(world.grid_worker), reverse("phone:task", args=[task.pk])
    typed = {"问1": "异常", "照片-files": photo(), "task.comment": "过期两个", "task.outcome": "in_order"}

    refused = worker.post(address, typed)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "过期两个" in page
    kept = page.split('name="照片" value="')[1][:64]
    done = worker.post(
        address,
        {"问1": "异常", "问2": "正常", "照片": kept, "task.comment": "过期两个", "task.outcome": "in_order"},
    )

    assert done.url == TODAY
    row = Task.objects.get()
    assert (row.answers, row.photos.get().photo.sha256) == ({"问1": "异常", "问2": "正常"}, kept)
    assert "灭火器在有效期内" in page_of(world.duty_chief, address)
    assert as_person(world.duty_chief).get(reverse("photo", args=[kept])).status_code == 200
    assert as_person(world.sibling_duty_chief).get(reverse("photo", args=[kept])).status_code == 404


def test_what_is_found_is_reported_on_the_way_of_its_task(world):
    Api(user=world.administrator).publish("reviewed", diagrams.with_review())
    task = sent(world)
    worker = as_person(world.grid_worker)

    report = worker.post(reverse("phone:task", args=[task.pk]), {"task.outcome": "found"})
    assert "任务“消防通道”途中所见" in page_of(world.grid_worker, report.url)
    worker.post(
        reverse("phone:report"),
        {
            "r.token": str(uuid4()),
            "r.kind": "reviewed|",
            "r.area": GRID,
            "r.summary": "堆了杂物",
            "r.task": task.pk,
        },
    )

    assert Finding.objects.get().task == task
    assert "途中上报：堆了杂物" in page_of(world.duty_chief, reverse("phone:task", args=[task.pk]))


def test_a_report_begun_while_at_a_task_belongs_to_it_by_itself(world):
    publish_noise()
    task = sent(world, needs_photo=True)
    worker = as_person(world.grid_worker)

    assert "途中所见" not in worker.get(reverse("phone:report")).content.decode()
    worker.post(reverse("phone:task_arrive", args=[task.pk]))

    assert f'name="r.task" value="{task.pk}"' in worker.get(reverse("phone:report")).content.decode()


def test_steps_to_verify_and_to_check_stand_among_the_tasks(world):
    publish_noise()
    sent(world, ends_on=timezone.localdate())
    case = intake.open_case(NewCase(matter=KEY, area=GRID, title="广场舞"), by=viewer_for(world.grid_worker))
    step = case.run.steps.open().get()
    step.name, step.due_at = "核查 广场舞", timezone.now() + timedelta(days=3)
    step.save(update_fields=["name", "due_at"])

    page = page_of(world.grid_worker)

    assert page.index("今日任务") < page.index(reverse("phone:step", args=[step.pk]))
    assert "等我办理" not in page


def test_coverage_goes_down_place_by_place(world):
    send_task(Plan(title="清查", area=COMMUNITY), key=uuid4(), by=viewer_for(world.duty_chief))
    task = Task.objects.get(area_code=GRID)
    as_person(world.grid_worker).post(reverse("phone:task_arrive", args=[task.pk]))

    page = page_of(world.duty_chief, reverse("desk:tasks"))
    below = page_of(world.duty_chief, f"{reverse('desk:tasks')}?area={COMMUNITY}")

    assert f"?area={COMMUNITY}" in page
    assert "1 / 2" in page
    assert world.area(OTHER_GRID).name in below
    assert as_person(world.duty_chief).get(f"{reverse('desk:tasks')}?area=500101025").status_code == 404
    assert as_person(world.duty_chief).get(f"{reverse('desk:tasks')}?day=2026-99-99").status_code == 200


def test_a_template_is_made_changed_stopped_and_goes_on(world):
    chief = as_person(world.duty_chief)
    typed = {"title": "夜巡", "kind": "patrol", "area": TOWN, "grids": [GRID], "who": "grid:grid_worker",
             "cycle": "day", "due_time": "22:00", "questions": "有没有人\n灯亮不亮", "key": str(uuid4())}  # fmt: skip

    for _again in range(2):
        chief.post(reverse("desk:task_template_new"), typed)
    row = TaskTemplate.objects.get()
    address = reverse("desk:task_template", args=[row.pk])
    edit = chief.get(address).content.decode()
    assert "有没有人\n灯亮不亮" in edit
    assert f'value="{GRID}" checked' in edit
    chief.post(address, typed | {"title": "夜间巡查"})
    chief.post(address, {"do": "stop"})
    assert "已停用" in chief.get(reverse("desk:task_templates")).content.decode()
    chief.post(address, {"do": "resume"})

    row.refresh_from_db()
    assert (row.title, row.is_active, Task.objects.count()) == ("夜间巡查", True, 1)


def test_a_plan_that_is_refused_says_where_and_keeps_what_was_typed(world):
    typed = {"title": "", "kind": "patrol", "area": TOWN, "who": "grid:grid_worker", "due_time": "late",
             "text": "看看楼道"}  # fmt: skip

    answer = as_person(world.duty_chief).post(reverse("desk:task_send"), typed)

    assert answer.status_code == 422
    assert answer.content.decode().count("field--bad") == 2
    assert "看看楼道" in answer.content.decode()
    assert not TaskTemplate.objects.exists()


def test_a_task_is_sent_from_a_case(world):
    publish_noise()
    case = intake.open_case(NewCase(matter=KEY, area=GRID, title="广场舞"), by=viewer_for(world.grid_worker))
    chief, address = as_person(world.duty_chief), reverse("desk:task_send")
    assert case.number in chief.get(f"{address}?case={case.number}&area={TOWN}").content.decode()

    chief.post(
        address,
        {"title": "再看一眼", "kind": "check", "area": COMMUNITY, "who": "grid:grid_worker", "due_time": "18:00",
         "case": case.number, "key": str(uuid4())},
    )  # fmt: skip

    assert Task.objects.filter(template__case=Case.objects.get()).count() == 2
    assert "下发了任务" in page_of(world.duty_chief, reverse("desk:case", args=[case.number]))
