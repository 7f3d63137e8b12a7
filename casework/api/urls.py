"""The addresses of the REST interface. Each answers with and without the slash at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularAPIView

from casework.api.errors import refusal_of
from casework.api.views import (
    cases,
    caseverbs,
    events,
    matters,
    near,
    notices,
    phrases,
    record,
    reference,
    reports,
    rules,
    steps,
    tasks,
    tokens,
)
from casework.errors import NotFound

app_name = "api"


def nothing_here(request: HttpRequest) -> JsonResponse:
    refusal = refusal_of(NotFound())
    return JsonResponse(refusal.body, status=refusal.status)


def _both(route: str, view: Callable[..., Any], name: str) -> Iterator[URLPattern]:  # Any: a response
    yield path(f"{route}/", view, name=name)
    yield path(route, view)


urlpatterns = [
    # What is called most is looked for first.
    *_both("steps", steps.steps, "steps"),
    *_both("steps/<int:step_id>", steps.step, "step"),
    *_both("steps/<int:step_id>/<slug:verb>", steps.verb, "step_verb"),
    *_both("tasks", tasks.tasks, "tasks"),
    *_both("tasks/<int:task_id>", tasks.task, "task"),
    *_both("tasks/<int:task_id>/arrive", tasks.arrive, "task_arrive"),
    *_both("tasks/<int:task_id>/done", tasks.done, "task_done"),
    *_both("auth/token", tokens.token, "token"),
    *_both("matters", matters.matters, "matters"),
    *_both("matters/check", matters.check, "matter_check"),
    *_both("matters/<slug:key>/draft", matters.draft, "matter_draft"),
    *_both("matters/<slug:key>/publish", matters.publish, "matter_publish"),
    *_both("matters/<slug:key>/versions", matters.versions, "matter_versions"),
    *_both("matters/<slug:key>/versions/<int:number>/bpmn", matters.bpmn, "matter_bpmn"),
    *_both("matters/<slug:key>/versions/<int:number>/forms/<str:form>", matters.form_schema, "matter_form"),
    *_both("reports", reports.reports, "reports"),
    *_both("photos/<str:sha256>", reports.photo, "photo"),
    *_both("recordings/<str:sha256>", reports.recording, "recording"),
    *_both("cases", cases.cases, "cases"),
    *_both("cases/<slug:number>", cases.case, "case"),
    *_both("cases/<slug:number>/history", cases.history, "case_history"),
    *_both("cases/<slug:number>/offers", cases.offers, "case_offers"),
    *_both("cases/<slug:number>/record", record.record, "case_record"),
    *_both("cases/<slug:number>/reveal", record.reveal, "case_reveal"),
    *_both("cases/<slug:number>/parties", record.parties, "case_parties"),
    *_both("cases/<slug:number>/parties/<int:party_id>/remove", record.party_remove, "case_party_remove"),
    *_both("cases/<slug:number>/parties/<int:party_id>/reveal", record.party_reveal, "case_party_reveal"),
    *_both("cases/<slug:number>/places", record.places, "case_places"),
    *_both("cases/<slug:number>/documents", record.documents, "case_documents"),
    *_both(
        "cases/<slug:number>/documents/<int:document_id>/<int:version>",
        record.document_version,
        "case_document",
    ),
    *_both("cases/<slug:number>/instruments", record.instruments, "case_instruments"),
    *_both(
        "cases/<slug:number>/instruments/<int:instrument_id>/revoke",
        record.instrument_revoke,
        "instrument_revoke",
    ),
    *_both("cases/<slug:number>/suggestion", near.suggestion, "case_suggestion"),
    *_both("cases/<slug:number>/limits/<int:clock_id>/met", near.limit_met, "case_limit_met"),
    *_both("cases/<slug:number>/solve-there", near.solve_there, "case_solve_there"),
    *_both("cases/<slug:number>/follow", notices.follow, "case_follow"),
    *_both("cases/<slug:number>/<slug:verb>", caseverbs.verb, "case_verb"),
    *_both("categories", reference.categories, "categories"),
    *_both("categories/<slug:code>", reference.category, "category"),
    *_both("legal-bases", reference.legal_bases, "legal_bases"),
    *_both("legal-bases/<slug:code>", reference.legal_basis, "legal_basis"),
    *_both("retention", reference.retention, "retention"),
    *_both("notices", record.notices, "notices"),
    *_both("notices/poll", notices.poll, "notices_poll"),
    *_both("notices/read", record.notices_read, "notices_read"),
    *_both("phrases", phrases.phrases, "phrases"),
    *_both("phrases/<int:phrase_id>", phrases.phrase, "phrase"),
    *_both("rules", rules.tables, "rules"),
    *_both("rules/try", rules.try_out, "rules_try"),
    *_both("rules/working-times", rules.working_times, "rules_working_times"),
    *_both("rules/holidays/<int:year>", rules.holidays, "rules_holidays"),
    *_both("rules/<slug:key>", rules.table, "rule_table"),
    *_both("rules/<slug:key>/versions", rules.versions, "rule_versions"),
    *_both("messages", events.messages, "messages"),
    *_both("signals", events.signals, "signals"),
    *_both("incidents", events.incidents, "incidents"),
    *_both("incidents/<int:incident_id>/<slug:verb>", events.incident_verb, "incident_verb"),
    *_both("schema", SpectacularAPIView.as_view(), "schema"),
    re_path(r"", nothing_here),
]
