"""Steps and the verbs on them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from casework.access import Viewer
from casework.api import answers
from casework.api.answers import page_of
from casework.api.bodies import StepsQuery, VerbBody
from casework.api.docs import IDEMPOTENCY_KEY, IF_MATCH, call, example
from casework.api.errors import refusal_of
from casework.api.incoming import idempotency_key, storable, wanted_version
from casework.api.paging import after_number, page_response
from casework.api.viewer import viewer_of
from casework.api.views.cases import etag
from casework.errors import NotFound, NotNow, Stale
from casework.models import Case
from casework.queries import api as queries
from casework.queries.api import StepFilter
from casework.services.approvals import Said, act, refusal_kept
from casework.services.idempotency import once
from casework.verbs import VERBS
from workflows.errors import StepNotOpen


@call(
    "Open steps that you may see, the oldest first",
    name="steps_list",
    tag="steps",
    query=StepsQuery,
    answers={200: page_of(answers.Step)},
    refuses=(422,),
)
@api_view(["GET"])
def steps(request: Request) -> Response:
    query = StepsQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    asked = query.validated_data
    wanted = StepFilter(case=asked["case"], element=asked["element"], mine=asked["mine"], pool=asked["pool"])
    page = queries.steps_page(
        viewer_of(request), wanted, after=after_number(asked["cursor"]), size=asked["page_size"]
    )
    return page_response(request, page)


@call(
    "One step with its form",
    name="step_retrieve",
    tag="steps",
    answers={200: answers.StepInFull},
    refuses=(404,),
)
@api_view(["GET"])
def step(request: Request, step_id: int) -> Response:
    viewer = viewer_of(request)
    return Response(queries.step_detail(queries.step_for(viewer, step_id), viewer))


@call(
    "Do something with a step",
    tag="steps",
    body=VerbBody,
    answers={200: answers.Case},
    headers=[IF_MATCH, IDEMPOTENCY_KEY],
    refuses=(400, 403, 404, 409, 412, 422, 423),
    examples=[
        example("Give feedback", {"data": {"处置情况": "已劝离"}, "comment": "现场已整改"}),
        example("Return", {"comment": "缺处置后照片", "pins": ["处置后照片"]}),
        example(
            "Return to a step, to be mended and sent straight back",
            {"comment": "照片看不清", "pins": ["处置后照片"], "to_element": "handle", "straight_back": True},
        ),
        example(
            "Add signers",
            {"posts": ["500101000000-housing/reviewer"], "position": "beside", "comment": "请会签"},
        ),
        example("Pass on", {"comment": "属地不符", "to_post": "500101026000-safety/enforcement"}),
    ],
)
@api_view(["POST"])
def verb(request: Request, step_id: int, verb: str) -> Response:
    viewer = viewer_of(request)
    if verb not in VERBS:
        raise NotFound
    key = idempotency_key(request)
    given = VerbBody.taken(request.data)
    try:
        said = _said(request, given, step_id=step_id)
        answer = _answer(step_id, verb, viewer=viewer, said=said, key=key)
    except (NotNow, Stale, StepNotOpen) as error:
        return _with_present_state(error, step_id=step_id, viewer=viewer)
    return Response(answer, headers={"ETag": etag(answer["revision"])})


def _said(request: Request, given: dict[str, Any], *, step_id: int) -> Said:
    present = 0
    if "If-Match" in request.headers:
        present = Case.objects.filter(run__steps=step_id).values_list("version", flat=True).first() or 0
    return Said(
        fields=given["data"],
        comment=given["comment"],
        pins=given["pins"],
        to_post=given["to_post"],
        to_element=given["to_element"],
        straight_back=given["straight_back"],
        posts=given["posts"],
        position=given["position"],
        version=wanted_version(request, present=present),
        language=get_language() or "zh-hans",
    )


def _answer(step_id: int, verb: str, *, viewer: Viewer, said: Said, key: str | None) -> dict[str, Any]:
    def once_done() -> dict[str, Any]:
        return queries.case_json(act(step_id, verb, by=viewer, said=said), viewer)

    if key is None:
        return once_done()
    body = {name: value for name, value in vars(said).items() if name != "language"}
    with refusal_kept(step_id):
        return once(
            user_id=viewer.user_id,
            key=key,
            call=f"steps/{step_id}/{verb}",
            body=body,
            act=lambda: (200, storable(once_done())),
        ).body


def _with_present_state(error: Exception, *, step_id: int, viewer: Viewer) -> Response:
    """Whoever comes second sees how things stand now."""
    refusal = refusal_of(error)
    number = Case.objects.filter(run__steps=step_id).values_list("number", flat=True).first()
    try:
        present = queries.case_for(viewer, number or "")
    except NotFound:
        return refusal.response()
    shown = refusal.response(case=queries.case_json(present, viewer))
    shown["ETag"] = etag(present.version)
    return shown
