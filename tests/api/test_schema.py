"""The published description: valid, complete, and true."""

from __future__ import annotations

import re

import pytest
import yaml
from django.urls import get_resolver
from drf_spectacular.validation import validate_schema
from rest_framework import serializers

from casework.api import answers
from tests.api import diagrams
from tests.world import GRID


@pytest.fixture
def schema(operator):
    answer = operator.get("schema/")
    assert answer.status_code == 200
    return yaml.safe_load(answer.content)


def _calls(schema):
    return {(path, method): call for path, item in schema["paths"].items() for method, call in item.items()}


def test_the_schema_is_valid_openapi(schema):
    validate_schema(schema)


def test_every_address_is_described(schema):
    described = {re.sub(r"{\w+}", "{}", path).rstrip("/") for path in schema["paths"]}
    patterns = next(
        found.url_patterns for found in get_resolver().url_patterns if str(found.pattern) == "api/v1/"
    )
    routes = {
        "/api/v1/" + re.sub(r"<[^>]+>", "{}", str(found.pattern)).rstrip("/")
        for found in patterns
        if found.name is not None
    }

    assert routes - described == {"/api/v1/schema"}
    assert described - routes == set()


def test_every_call_says_its_refusals_and_its_answer(schema):
    for (path, method), call in _calls(schema).items():
        statuses = set(call["responses"])
        assert {"429", "503"} <= statuses, (path, method)
        assert statuses & {"200", "201", "204"}, (path, method)
        assert call["summary"], (path, method)
        if method in ("post", "put"):
            assert call["requestBody"], (path, method)
        if path != "/api/v1/auth/token/":
            assert "401" in statuses, (path, method)
        if "{" in path and "photos" not in path and "recordings" not in path:
            assert "404" in statuses, (path, method)


def test_the_schema_names_the_calls_that_others_rely_on(schema):
    assert set(_calls(schema)) == {
        ("/api/v1/auth/token/", "post"),
        ("/api/v1/matters/", "get"),
        ("/api/v1/matters/", "post"),
        ("/api/v1/matters/check/", "post"),
        ("/api/v1/matters/{key}/draft/", "put"),
        ("/api/v1/matters/{key}/publish/", "post"),
        ("/api/v1/matters/{key}/versions/", "get"),
        ("/api/v1/matters/{key}/versions/{number}/bpmn/", "get"),
        ("/api/v1/matters/{key}/versions/{number}/forms/{form}/", "get"),
        ("/api/v1/reports/", "post"),
        ("/api/v1/tasks/", "get"),
        ("/api/v1/tasks/", "post"),
        ("/api/v1/tasks/{task_id}/", "get"),
        ("/api/v1/tasks/{task_id}/arrive/", "post"),
        ("/api/v1/tasks/{task_id}/done/", "post"),
        ("/api/v1/photos/{sha256}/", "put"),
        ("/api/v1/recordings/{sha256}/", "put"),
        ("/api/v1/cases/", "get"),
        ("/api/v1/cases/", "post"),
        ("/api/v1/cases/{number}/", "get"),
        ("/api/v1/cases/{number}/history/", "get"),
        ("/api/v1/cases/{number}/offers/", "get"),
        ("/api/v1/cases/{number}/record/", "get"),
        ("/api/v1/cases/{number}/reveal/", "post"),
        ("/api/v1/cases/{number}/parties/", "post"),
        ("/api/v1/cases/{number}/parties/{party_id}/remove/", "post"),
        ("/api/v1/cases/{number}/parties/{party_id}/reveal/", "post"),
        ("/api/v1/cases/{number}/places/", "post"),
        ("/api/v1/cases/{number}/documents/", "post"),
        ("/api/v1/cases/{number}/documents/{document_id}/{version}/", "get"),
        ("/api/v1/cases/{number}/instruments/", "post"),
        ("/api/v1/cases/{number}/instruments/{instrument_id}/revoke/", "post"),
        ("/api/v1/cases/{number}/suggestion/", "get"),
        ("/api/v1/cases/{number}/limits/{clock_id}/met/", "post"),
        ("/api/v1/cases/{number}/solve-there/", "post"),
        ("/api/v1/cases/{number}/{verb}/", "post"),
        ("/api/v1/rules/", "get"),
        ("/api/v1/rules/try/", "post"),
        ("/api/v1/rules/working-times/", "get"),
        ("/api/v1/rules/working-times/", "put"),
        ("/api/v1/rules/holidays/{year}/", "get"),
        ("/api/v1/rules/holidays/{year}/", "put"),
        ("/api/v1/rules/{key}/", "get"),
        ("/api/v1/rules/{key}/", "put"),
        ("/api/v1/rules/{key}/versions/", "get"),
        ("/api/v1/notices/", "get"),
        ("/api/v1/notices/poll/", "get"),
        ("/api/v1/cases/{number}/follow/", "put"),
        ("/api/v1/cases/{number}/follow/", "delete"),
        ("/api/v1/categories/", "get"),
        ("/api/v1/categories/{code}/", "put"),
        ("/api/v1/legal-bases/", "get"),
        ("/api/v1/legal-bases/{code}/", "put"),
        ("/api/v1/retention/", "get"),
        ("/api/v1/retention/", "put"),
        ("/api/v1/notices/read/", "post"),
        ("/api/v1/steps/", "get"),
        ("/api/v1/steps/{step_id}/", "get"),
        ("/api/v1/steps/{step_id}/{verb}/", "post"),
        ("/api/v1/phrases/", "get"),
        ("/api/v1/phrases/", "post"),
        ("/api/v1/phrases/{phrase_id}/", "delete"),
        ("/api/v1/messages/", "post"),
        ("/api/v1/signals/", "post"),
        ("/api/v1/incidents/", "get"),
        ("/api/v1/incidents/{incident_id}/{verb}/", "post"),
    }


def test_answers_are_as_described(administrator, as_user, world, reviewed):
    administrator.publish("waiting", diagrams.with_waits())
    api = as_user(world.duty_officer)
    waiting, case = api.open("waiting", GRID), api.open(reviewed, GRID)
    step = case["steps"][0]["id"]
    as_user(world.grid_worker).post(f"steps/{step}/complete/")

    _matches(answers.Case, waiting)
    _matches(answers.Case, case)
    _matches(answers.StepInFull, api.get(f"steps/{step}/").json())
    _matches(answers.Conflict, as_user(world.grid_worker).post(f"steps/{step}/complete/").json())
    for path, shape in (
        ("cases/", answers.Case),
        ("steps/", answers.Step),
        ("matters/", answers.Matter),
        (f"matters/{reviewed}/versions/", answers.MatterVersion),
        (f"cases/{case['number']}/history/", answers.Event),
    ):
        results = api.get(path).json()["results"]
        assert results, path
        for result in results:
            _matches(shape, result)


def _matches(shape: type[serializers.Serializer], told: dict) -> None:
    """Every name is described, every required one is there, every value is of its kind."""
    described = shape().fields
    assert set(told) <= set(described), shape.__name__
    required = {name for name, field in described.items() if field.required}
    assert required <= set(told), shape.__name__
    serializer = shape(data=told)
    assert serializer.is_valid(), serializer.errors
