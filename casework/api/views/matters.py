"""Matters and their diagrams: list, create, check, keep as draft, publish, read."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.decorators import api_view, content_negotiation_class
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from casework.api import answers
from casework.api.answers import page_of
from casework.api.bodies import MatterBody, PublishBody
from casework.api.docs import call, example
from casework.api.errors import problems_json
from casework.api.incoming import raw_body
from casework.api.paging import PageQuery, after_number, after_text, page_response
from casework.api.viewer import viewer_of
from casework.forms import json_schema
from casework.queries import api as queries
from casework.services import diagrams, publishing
from workflows.bpmn import DiagramRefused

XML = {"application/xml": OpenApiTypes.BINARY}


class WhateverIsAsked(DefaultContentNegotiation):
    """The diagram is XML whatever the client accepts; the renderer is for refusals alone."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type


@call(
    "Matters with their published versions",
    tag="matters",
    methods=["GET"],
    query=PageQuery,
    answers={200: page_of(answers.Matter)},
    refuses=(422,),
)
@call(
    "Create a matter",
    tag="matters",
    methods=["POST"],
    body=MatterBody,
    answers={201: answers.Matter},
    refuses=(400, 403, 422),
    examples=[example("A matter", {"key": "old-housing", "title": "老旧小区改造"})],
)
@api_view(["GET", "POST"])
def matters(request: Request) -> Response:
    return _create(request) if request.method == "POST" else _list(request)


def _list(request: Request) -> Response:
    query = PageQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    asked = query.validated_data
    page = queries.matters_page(after=after_text(asked["cursor"]), size=asked["page_size"])
    return page_response(request, page)


def _create(request: Request) -> Response:
    body = MatterBody(data=request.data)
    body.is_valid(raise_exception=True)
    matter = diagrams.create_matter(**body.validated_data, by=viewer_of(request))
    made = {
        "key": matter.key,
        "title": matter.title,
        "title_en": matter.title_en,
        "version": None,
        "has_draft": False,
    }
    return Response(made, status=201)


@call(
    "Check a diagram without keeping it",
    tag="matters",
    body=XML,
    answers={200: answers.Checked},
    refuses=(403, 413),
)
@api_view(["POST"])
def check(request: Request) -> Response:
    diagrams.ensure_may_draw(viewer_of(request))
    try:
        problems = diagrams.check_bytes(raw_body(request, at_most=settings.DIAGRAM_BYTES))
    except DiagramRefused as refused:
        problems = refused.problems
    return Response({"problems": problems_json(problems)})


@call(
    "Keep a diagram as the matter's draft",
    tag="matters",
    body=XML,
    answers={200: answers.DraftKept},
    refuses=(403, 404, 413, 422),
)
@api_view(["PUT"])
def draft(request: Request, key: str) -> Response:
    viewer = viewer_of(request)
    diagrams.ensure_may_draw(viewer)
    kept, problems = diagrams.keep_draft(
        key, bpmn=raw_body(request, at_most=settings.DIAGRAM_BYTES), by=viewer
    )
    return Response({"sha256": kept.sha256, "problems": problems_json(problems)})


@call(
    "Publish the draft",
    tag="matters",
    body=PublishBody,
    answers={200: answers.Published},
    refuses=(400, 403, 404, 409, 422),
    examples=[example("The version", {"version": 3}, answers=True)],
)
@api_view(["POST"])
def publish(request: Request, key: str) -> Response:
    body = PublishBody(data=request.data)
    body.is_valid(raise_exception=True)
    given = body.validated_data
    version = publishing.publish(
        key, note=given["note"], reviewed=given["sha256"] or None, by=viewer_of(request)
    )
    return Response({"version": version.number})


@call(
    "Versions of a matter, the newest first",
    tag="matters",
    query=PageQuery,
    answers={200: page_of(answers.MatterVersion)},
    refuses=(404, 422),
)
@api_view(["GET"])
def versions(request: Request, key: str) -> Response:
    query = PageQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    asked = query.validated_data
    page = queries.versions_page(key, after=after_number(asked["cursor"]), size=asked["page_size"])
    return page_response(request, page)


@call(
    "The diagram of a version as stored",
    tag="matters",
    answers={(200, "application/xml"): OpenApiResponse(OpenApiTypes.BINARY, description="BPMN 2.0")},  # type: ignore[dict-item]
    refuses=(404,),
)
@api_view(["GET"])
@content_negotiation_class(WhateverIsAsked)
def bpmn(request: Request, key: str, number: int) -> HttpResponse:
    stored = queries.stored_bpmn(key, number)
    response = HttpResponse(stored.encode(), content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{key}-{number}.bpmn"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@call(
    "A form of a version as JSON Schema, as a step asks it where `step` names one",
    tag="matters",
    answers={200: OpenApiTypes.OBJECT},
    refuses=(404,),
)
@api_view(["GET"])
def form_schema(request: Request, key: str, number: int, form: str) -> Response:
    asked = queries.stored_form(key, number, form).at(request.query_params.get("step", ""))
    return Response(json_schema(asked, language=get_language() or "zh-hans"))
