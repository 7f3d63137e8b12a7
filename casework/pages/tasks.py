"""Tasks on the phone: one of them with what it asks, and the two taps of the day's list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework.errors import CaseworkError, FormRefused, NotFound, NotValid, NotYours
from casework.forms import StepForm, build, read_form
from casework.models import Task, TaskOutcome, TaskState
from casework.pages.door import ViewerRequest, page, status_of
from casework.pages.outboxed import TOLD, outboxed, tapped_at, words_of
from casework.pages.saying import with_new_photos
from casework.queries import tasks as found
from casework.queries.today import waiting_count
from casework.services.tasks.doing import Done, Here, arrive, finish, outcomes_of
from grid.errors import GridError

PHOTOS = "照片"
OUTCOME, COMMENT = "task.outcome", "task.comment"  # the page's own names have a dot


class Position(forms.Form):
    """Where the phone says that it is; half a position is none."""

    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    accuracy = forms.FloatField(required=False, min_value=0)

    def add_prefix(self, field_name: str) -> str:
        return f"here.{field_name}"

    def here(self) -> Here | None:
        self.is_valid()
        lat, lon = self.cleaned_data.get("lat"), self.cleaned_data.get("lon")
        if lat is None or lon is None:
            return None
        return Here(lat=lat, lon=lon, accuracy=self.cleaned_data.get("accuracy"))


@page
@require_http_methods(["GET", "POST"])
@outboxed
def task(request: ViewerRequest, task_id: int) -> HttpResponse:
    """One task; what is refused comes back with everything that was typed."""
    shown = found.task_for(request.viewer, task_id)
    if request.method == "GET":
        return _page(request, shown)
    posted: QueryDict = request.POST
    try:
        posted = with_new_photos(request, task_form(shown, language=_language(request)))
        done = finish(task_id, _done(request, posted), by=request.viewer)
    except (NotFound, NotYours):
        raise
    except (CaseworkError, GridError) as error:
        return _page(request, found.task_for(request.viewer, task_id), posted=posted, error=error)
    return _after(request, done)


@page
@require_POST
@outboxed
def task_arrive(request: ViewerRequest, task_id: int) -> HttpResponse:
    """到达. Where more is asked one goes on with it; what is refused is said on the task's own page."""
    try:
        done = arrive(
            task_id, here=Position(request.POST).here(), at=tapped_at(request.POST), by=request.viewer
        )
    except (NotFound, NotYours):
        raise
    except (CaseworkError, GridError) as error:
        return _page(request, found.task_for(request.viewer, task_id), error=error)
    if done.state == TaskState.OPEN:
        messages.success(request, _("%(title)s: you are there") % {"title": _title(done)})
        return redirect("phone:task", done.pk)
    return _after(request, done)


@page
@require_POST
@outboxed
def task_no_change(request: ViewerRequest, task_id: int) -> HttpResponse:
    """无变化."""
    said = Done(outcome=TaskOutcome.NO_CHANGE, here=Position(request.POST).here(), at=tapped_at(request.POST))
    try:
        return _after(request, finish(task_id, said, by=request.viewer))
    except (NotFound, NotYours):
        raise
    except (CaseworkError, GridError) as error:
        return _page(request, found.task_for(request.viewer, task_id), error=error)


def task_form(shown: Task, *, language: str, posted: QueryDict | None = None) -> StepForm:
    """The template's questions, and photos."""
    asked = shown.template.form or {"key": "task", "fields": []}
    photo = {
        "name": PHOTOS,
        "type": "photo",
        "label": {"zh": "照片", "en": "Photos"},
        "required": shown.template.needs_photo,
        "max": 9,
    }
    title = {"zh": "检查内容", "en": "What to look at"}
    definition = read_form({**asked, "title": title, "fields": [*asked["fields"], photo]})
    answers = _answers(posted) if posted is not None else None
    return build(definition, data={}, submitted=answers, language=language)


def _page(
    request: ViewerRequest,
    shown: Task,
    *,
    posted: QueryDict | None = None,
    error: CaseworkError | GridError | None = None,
) -> HttpResponse:
    is_mine = found.is_mine(request.viewer, shown) and shown.state == TaskState.OPEN
    fields = error.fields if isinstance(error, NotValid) and not isinstance(error, FormRefused) else {}
    context: dict[str, Any] = {
        "line": found.line_of(shown),
        "task": shown,
        "is_mine": is_mine,
        "form": task_form(shown, language=_language(request), posted=posted) if is_mine else None,
        "outcomes": outcomes_of(shown.template),
        "comment": posted.get(COMMENT, "") if posted is not None else "",
        "error": error,
        TOLD: words_of(error) if error is not None else (),
        "fields": [text for texts in fields.values() for text in texts],
        "answers": found.answers_of(shown),
        "waiting_count": waiting_count(request.viewer),
    }
    status = status_of(error) if error is not None else 200
    return TemplateResponse(request, "phone/task.html", context, status=status)


def _done(request: ViewerRequest, posted: QueryDict) -> Done:
    answers = _answers(posted)
    return Done(
        outcome=posted.get(OUTCOME, ""),
        fields={name: answers[name] for name in answers if name != PHOTOS},
        photos=answers.getlist(PHOTOS),
        comment=posted.get(COMMENT, ""),
        here=Position(request.POST).here(),
        at=tapped_at(posted),
        language=_language(request),
    )


def _answers(posted: QueryDict) -> QueryDict:
    """What answers the form's questions, without the page's own."""
    answers = posted.copy()
    for name in posted:
        if "." in name or name.endswith("-files") or name == "csrfmiddlewaretoken":
            del answers[name]
    return answers


def _after(request: ViewerRequest, done: Task) -> HttpResponse:
    """Back to the day's list; what was found is reported at once, on the way of this task."""
    told = {"title": _title(done), "outcome": done.get_outcome_display()}
    messages.success(request, _("%(title)s: %(outcome)s") % told)
    if done.outcome == TaskOutcome.FOUND:
        return redirect(f"{reverse('phone:report')}?r.task={done.pk}")
    return redirect("phone:today")


def _title(done: Task) -> str:
    return done.title or done.template.title


def _language(request: ViewerRequest) -> str:
    return request.LANGUAGE_CODE or "zh-hans"


urlpatterns = [
    path("tasks/<int:task_id>/", task, name="task"),
    path("tasks/<int:task_id>/arrive/", task_arrive, name="task_arrive"),
    path("tasks/<int:task_id>/no-change/", task_no_change, name="task_no_change"),
]
