"""The addresses of the REST interface. Each answers with and without the slash at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularAPIView

from casework.api.errors import refusal_of
from casework.api.views import cases, events, matters, reports, steps, tokens
from casework.errors import NotFound

app_name = "api"


def nothing_here(request: HttpRequest) -> JsonResponse:
    refusal = refusal_of(NotFound())
    return JsonResponse(refusal.body, status=refusal.status)


def _both(route: str, view: Callable[..., Any], name: str) -> Iterator[URLPattern]:  # Any: a response
    yield path(f"{route}/", view, name=name)
    yield path(route, view)


urlpatterns = [
    *_both("auth/token", tokens.token, "token"),
    *_both("matters", matters.matters, "matters"),
    *_both("matters/check", matters.check, "matter_check"),
    *_both("matters/<slug:key>/draft", matters.draft, "matter_draft"),
    *_both("matters/<slug:key>/publish", matters.publish, "matter_publish"),
    *_both("matters/<slug:key>/versions", matters.versions, "matter_versions"),
    *_both("matters/<slug:key>/versions/<int:number>/bpmn", matters.bpmn, "matter_bpmn"),
    *_both("reports", reports.reports, "reports"),
    *_both("photos/<str:sha256>", reports.photo, "photo"),
    *_both("recordings/<str:sha256>", reports.recording, "recording"),
    *_both("cases", cases.cases, "cases"),
    *_both("cases/<slug:number>", cases.case, "case"),
    *_both("cases/<slug:number>/history", cases.history, "case_history"),
    *_both("steps", steps.steps, "steps"),
    *_both("steps/<int:step_id>", steps.step, "step"),
    *_both("steps/<int:step_id>/<slug:verb>", steps.verb, "step_verb"),
    *_both("messages", events.messages, "messages"),
    *_both("signals", events.signals, "signals"),
    *_both("incidents", events.incidents, "incidents"),
    *_both("incidents/<int:incident_id>/<slug:verb>", events.incident_verb, "incident_verb"),
    *_both("schema", SpectacularAPIView.as_view(), "schema"),
    re_path(r"", nothing_here),
]
