"""Tasks: mine, one of them, being there, saying how it came out; and sending one to a place."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from casework.api.answers import page_of
from casework.api.docs import IDEMPOTENCY_KEY, call, example
from casework.api.fields import AreaCode, Flag, Number, Strict, Text, Variables
from casework.api.incoming import report_token
from casework.api.paging import PageQuery, after_moment, page_response
from casework.api.viewer import viewer_of
from casework.models import Task, TaskKind, TaskOutcome, TaskState, TaskTemplate
from casework.queries import tasks as found
from casework.queries.api import Page
from casework.services.tasks import doing
from casework.services.tasks.planning import Plan, send_task


class TaskAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=TaskKind.choices)
    title = serializers.CharField()
    text = serializers.CharField()
    area = serializers.CharField()
    post = serializers.CharField(allow_null=True, help_text="Null: nobody is there for it.")
    state = serializers.ChoiceField(choices=TaskState.choices)
    opens_on = serializers.DateField()
    due_at = serializers.DateTimeField()
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)
    form = serializers.JSONField(allow_null=True, help_text="The questions, as a form's definition.")
    needs_photo = serializers.BooleanField()
    needs_position = serializers.BooleanField()
    outcomes = serializers.ListField(child=serializers.CharField(), help_text="How it may come out.")
    arrived_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField(allow_null=True)
    answers = serializers.JSONField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    received_at = serializers.DateTimeField(
        allow_null=True, help_text="When the centre had it, where a phone sent it later."
    )
    case = serializers.CharField(allow_null=True, help_text="The case that sent it.")
    subject_kind = serializers.CharField(allow_null=True)
    subject_id = serializers.IntegerField(allow_null=True)


class HereBody(Strict):
    lat = Number(required=False, allow_null=True, default=None, min_value=-90, max_value=90)
    lon = Number(required=False, allow_null=True, default=None, min_value=-180, max_value=180)
    accuracy = Number(required=False, allow_null=True, default=None, min_value=0, max_value=10_000_000)


class DoneBody(HereBody):
    outcome = serializers.ChoiceField(choices=TaskOutcome.choices)
    answers = Variables(required=False, default=dict, help_text="To the template's questions.")
    photos = serializers.ListField(
        child=Text(max_length=64, min_length=64), required=False, default=list, max_length=9
    )
    comment = Text(max_length=500, required=False, default="", allow_blank=True)


class SendBody(Strict):
    title = Text(max_length=60)
    area = AreaCode(max_length=40)
    kind = serializers.ChoiceField(choices=TaskKind.choices, required=False, default=TaskKind.PATROL)
    text = Text(max_length=500, required=False, default="", allow_blank=True)
    grids = serializers.ListField(child=AreaCode(max_length=40), required=False, default=list, max_length=500)
    questions = serializers.ListField(child=Text(max_length=60), required=False, default=list, max_length=12)
    needs_photo = Flag(required=False, default=False)
    needs_position = Flag(required=False, default=False)
    due_on = serializers.DateField(required=False, allow_null=True, default=None)
    due_time = serializers.TimeField(required=False, default=time(18))
    case = Text(max_length=20, required=False, default="", allow_blank=True)


class SentAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="Of what was sent, not of one task.")
    tasks = serializers.IntegerField(help_text="How many places got one.")


@call(
    "Open tasks of your posts, by the clock",
    name="tasks_list",
    tag="tasks",
    query=PageQuery,
    answers={200: page_of(TaskAnswer)},
    refuses=(422,),
    methods=["GET"],
)
@call(
    "Send a task to all or some grids of a place where you direct the work",
    name="task_send",
    tag="tasks",
    body=SendBody,
    answers={201: SentAnswer},
    headers=[IDEMPOTENCY_KEY],
    refuses=(400, 403, 404, 422, 423),
    examples=[
        example("To a community", {"title": "排查飞线充电", "area": "500101026001", "needs_photo": True})
    ],
    methods=["POST"],
)
@api_view(["GET", "POST"])
def tasks(request: Request) -> Response:
    return _send(request) if request.method == "POST" else _list(request)


@call("One task", name="task", tag="tasks", answers={200: TaskAnswer}, refuses=(404,))
@api_view(["GET"])
def task(request: Request, task_id: int) -> Response:
    return Response(_answer(found.task_for(viewer_of(request), task_id)))


@call(
    "Say that you are there; where nothing more is asked the task is done with it. The same again is the same answer",
    name="task_arrive",
    tag="tasks",
    body=HereBody,
    answers={200: TaskAnswer},
    refuses=(400, 403, 404, 409, 422),
)
@api_view(["POST"])
def arrive(request: Request, task_id: int) -> Response:
    viewer, said = viewer_of(request), HereBody.taken(request.data)
    doing.arrive(task_id, here=_here(said), by=viewer)
    return Response(_answer(found.task_for(viewer, task_id)))


@call(
    "Say how a task came out. The same again is the same answer",
    name="task_done",
    tag="tasks",
    body=DoneBody,
    answers={200: TaskAnswer},
    refuses=(400, 403, 404, 409, 422),
    examples=[example("No change", {"outcome": "no_change"})],
)
@api_view(["POST"])
def done(request: Request, task_id: int) -> Response:
    viewer, said = viewer_of(request), DoneBody.taken(request.data)
    told = doing.Done(
        outcome=said["outcome"],
        fields=said["answers"],
        photos=said["photos"],
        comment=said["comment"],
        here=_here(said),
    )
    doing.finish(task_id, told, by=viewer)
    return Response(_answer(found.task_for(viewer, task_id)))


def _list(request: Request) -> Response:
    query = PageQuery.taken(request.query_params.dict())
    after, size = after_moment(query["cursor"]), query["page_size"]
    rows = found.tasks_after(viewer_of(request), on=timezone.localdate(), after=after, size=size + 1)
    shown = rows[:size]
    last = shown[-1] if len(rows) > size else None
    results = [_answer(row) for row in shown]
    return page_response(
        request, Page(results=results, after=[last.due_at.isoformat(), last.pk] if last else None)
    )


def _send(request: Request) -> Response:
    viewer, said = viewer_of(request), SendBody.taken(request.data)
    case, due_on = said.pop("case"), said.pop("due_on")
    key = report_token(request, user_id=viewer.user_id)
    sent = send_task(Plan(ends_on=due_on, **said), key=key, by=viewer, case=case)
    return Response({"id": sent.pk, "tasks": sent.tasks.count()}, status=201)


def _here(said: dict[str, Any]) -> doing.Here | None:
    if said["lat"] is None or said["lon"] is None:
        return None
    return doing.Here(lat=said["lat"], lon=said["lon"], accuracy=said["accuracy"])


def _answer(task: Task) -> dict[str, Any]:
    template: TaskTemplate = task.template
    return {
        "id": task.pk,
        "kind": template.kind,
        "title": task.title or template.title,
        "text": template.text,
        "area": task.area_code,
        "post": task.post or None,
        "state": task.state,
        "opens_on": task.opens_on,
        "due_at": task.due_at,
        "lat": task.lat,
        "lon": task.lon,
        "form": template.form,
        "needs_photo": template.needs_photo,
        "needs_position": template.needs_position,
        "outcomes": [str(each) for each in doing.outcomes_of(template)],
        "arrived_at": task.arrived_at,
        "outcome": task.outcome or None,
        "answers": task.answers,
        "done_at": task.done_at,
        "received_at": task.received_at,
        "case": template.case.number if template.case else None,
        "subject_kind": task.subject_kind or None,
        "subject_id": task.subject_id or None,
    }
