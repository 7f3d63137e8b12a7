"""到达, 无变化, done: what somebody does about a task on the ground. The same tap sent again is the same answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework import forms
from casework.access import HeldPost, Viewer
from casework.errors import FormRefused, NotFound, NotNow, NotValid, NotYours
from casework.models import Case, Task, TaskKind, TaskOutcome, TaskPhoto, TaskState, TaskTemplate
from casework.services import journal
from casework.services.attachments import PHOTOS
from casework.services.calendars import work_calendar
from casework.services.locks import database_now, lock_case
from casework.services.tasks.visiting import KIND, write_back
from grid.models import Photo
from grid.phone_time import believed
from grid.services.locate import ensure_position

#: Where nothing has changed there is nothing to answer; where nobody was met, neither.
WITHOUT_ANSWERS = (TaskOutcome.NO_CHANGE, TaskOutcome.NOT_MET)
OF_VISITS = (TaskKind.VISIT, TaskKind.ROUND)


@dataclass(frozen=True, kw_only=True)
class Here:
    """Where the phone was."""

    lat: float
    lon: float
    accuracy: float | None = None


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a task came out. `fields` answer the template's questions; photos have arrived before.

    `at` is when the phone says it was, where that is sent later.
    """

    outcome: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    photos: Sequence[str] = ()
    comment: str = ""
    here: Here | None = None
    at: datetime | None = None
    language: str = "zh-hans"


def asks_more(template: TaskTemplate) -> bool:
    """Whether being there is not enough."""
    return bool(template.form) or template.needs_photo


def outcomes_of(template: TaskTemplate) -> tuple[TaskOutcome, ...]:
    """How its tasks may come out, what is usual first."""
    if template.kind in OF_VISITS:
        return (TaskOutcome.NO_CHANGE, TaskOutcome.IN_ORDER, TaskOutcome.FOUND, TaskOutcome.NOT_MET)
    return (TaskOutcome.IN_ORDER, TaskOutcome.FOUND)


@transaction.atomic
def arrive(task_id: int, *, here: Here | None, by: Viewer, at: datetime | None = None) -> Task:
    """I am there. Where that is all that is asked, the task is done with it. Raises NotFound, NotYours, NotNow, NotValid."""
    case = _lock_case_of(task_id)
    task, post = _locked(task_id, by=by)
    if task.arrived_at is not None or _is_done_by(task, by):
        return task
    told = _believed(task, at)
    _ensure_open(task, told=told)
    if task.template.needs_position and here is None:
        raise NotValid(
            fields={"here": [_("Let the phone say where you are, or open the task and say why it can't.")]}
        )
    now = told or database_now()
    task.arrived_at, task.arrived_by_id = now, by.user_id
    _note_position(task, here)
    if asks_more(task.template) or task.template.kind in OF_VISITS:
        task.save(update_fields=["arrived_at", "arrived_by", "here_lat", "here_lon", "accuracy"])
        return task
    _close(task, outcome=TaskOutcome.IN_ORDER, post=post, by=by, now=now, case=case)
    return task


@transaction.atomic
def finish(task_id: int, done: Done, *, by: Viewer) -> Task:
    """Say how it came out. Raises NotFound, NotYours, NotNow, NotValid, FormRefused."""
    case = _lock_case_of(task_id)
    task, post = _locked(task_id, by=by)
    if _is_done_by(task, by):
        return task
    told = _believed(task, done.at)
    _ensure_open(task, told=told)
    if done.outcome not in outcomes_of(task.template):
        raise NotValid(fields={"outcome": [_("Choose how it came out.")]})
    _ensure_shown(task, done)
    task.answers = _answers(task.template, done)
    task.comment = done.comment.strip()[:500]
    _note_position(task, done.here)
    _keep_photos(task, done, by=by)
    _close(task, outcome=done.outcome, post=post, by=by, now=told or database_now(), case=case)
    return task


def _lock_case_of(task_id: int) -> Case | None:
    """The case that sent it, locked before the task, as everything that writes into a journal locks the case first."""
    case = Task.objects.filter(pk=task_id, template__case__isnull=False).values_list(
        "template__case", flat=True
    )
    place = case.first()
    return lock_case(place) if place else None


def _locked(task_id: int, *, by: Viewer) -> tuple[Task, HeldPost | None]:
    """The task's row as it is now, and the post by which it is mine. Raises NotFound, NotYours."""
    rows = Task.objects.select_for_update(of=("self",)).select_related("template", "area", "done_by")
    task = rows.filter(pk=task_id).first()
    if task is None:
        raise NotFound
    post = by.post_among([task.post])
    if post is None and not by.is_operator:
        raise NotYours if by.sees_area(task.area_code) else NotFound
    return task, post


def _is_done_by(task: Task, by: Viewer) -> bool:
    return task.state == TaskState.DONE and task.done_by_id == by.user_id


def _believed(task: Task, told: datetime | None) -> datetime | None:
    """When the phone says that it was, as far as that can be."""
    at = believed(told, now=database_now())
    return None if at is None or _day(task, at) < task.opens_on else at


def _day(task: Task, moment: datetime) -> date:
    return moment.astimezone(work_calendar(task.area_code).zone).date()


def _ensure_open(task: Task, *, told: datetime | None) -> None:
    """What was done in time counts, also where the phone could not send it in time."""
    if task.state == TaskState.DONE:
        raise NotNow(_("%(who)s has done this task already.") % {"who": task.done_by})
    if task.state == TaskState.MISSED and (told is None or _day(task, told) > task.lapses_on):
        raise NotNow(_("The time for this task is over; it counts as missed."))


def _ensure_shown(task: Task, done: Done) -> None:
    """What the template wants to see of it: a photo, a position or why there is none."""
    wrong: dict[str, list[str]] = {}
    if task.template.needs_photo and not done.photos and done.outcome != TaskOutcome.NOT_MET:
        wrong["photos"] = [_("Take a photo of it.")]
    has_been_there = done.here is not None or task.here_lat is not None
    if task.template.needs_position and not has_been_there and not done.comment.strip():
        wrong["here"] = [_("The phone did not say where you are. Say in a sentence why.")]
    if len(done.photos) > PHOTOS:
        wrong["photos"] = [_("Too many photos.")]
    if wrong:
        raise NotValid(fields=wrong)


def _answers(template: TaskTemplate, done: Done) -> dict[str, Any] | None:  # Any: JSON
    if not template.form or done.outcome in WITHOUT_ANSWERS:
        return None
    form = forms.build(
        forms.read_form(template.form), data={}, submitted=dict(done.fields), language=done.language
    )
    if not form.is_valid():
        raise FormRefused(form)
    return dict(form.values())


def _note_position(task: Task, here: Here | None) -> None:
    if here is None:
        return
    ensure_position(lat=here.lat, lon=here.lon)
    task.here_lat, task.here_lon, task.accuracy = here.lat, here.lon, here.accuracy


def _keep_photos(task: Task, done: Done, *, by: Viewer) -> None:
    wanted = list(dict.fromkeys(done.photos))
    found = list(Photo.objects.filter(owner_id=by.user_id, sha256__in=wanted))
    if len(found) < len(wanted):
        raise NotValid(
            _("A photo has not arrived yet; send it again."), fields={"photos": [_("Photo missing.")]}
        )
    TaskPhoto.objects.bulk_create([TaskPhoto(task=task, photo=photo) for photo in found])


def _close(
    task: Task,
    *,
    outcome: str,
    post: HeldPost | None,
    by: Viewer,
    now: datetime,
    case: Case | None = None,
) -> None:
    task.state, task.outcome = TaskState.DONE, outcome
    task.done_at, task.done_on, task.received_at = now, _day(task, now), database_now()
    task.done_by_id, task.done_as = by.user_id, post.code if post else ""
    task.save()
    if task.subject_kind == KIND:
        write_back(task, outcome=outcome, comment=task.comment, by=by)
    if case is not None:
        told = {"task": task.pk, "name": task.template.title, "place": task.area.name, "outcome": outcome}
        more = {"comment": task.comment} if task.comment else {}
        journal.record(case, "task_done", now=database_now(), by=by, post=task.done_as, data={**told, **more})
